"""Bodies of every type as JSON data, whatever they are labelled."""

import hashlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rude_server import RudeServer, reply

from apigen.execution.http.contents import body_contents, media_type
from apigen.execution.http.events import EventReader
from apigen.execution.http.failures import Failure
from apigen.reasons import Reason
from apigen.records import ExecutionResult, Outcome, canonical_json

Made = Callable[..., ExecutionResult]


def read(data: bytes | str, header: str = "application/json", max_bytes: int = 10_000) -> Any:
    body = data.encode() if isinstance(data, str) else data
    return body_contents(*media_type(header), body, max_bytes).result


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        ("application/json", '{"a": [1, 2.5, null, true, "ü"]}', {"a": [1, 2.5, None, True, "ü"]}),
        ("application/json; charset=utf-8", "123456789012345678901234567890", 123456789012345678901234567890),
        ("Application/Problem+JSON", '"x"', "x"),
        ("application/json", "\ufeff[1]", [1]),
        ("application/json", "[1]".encode("utf-16"), [1]),
        ("application/json", "[1]".encode("utf-32-be"), [1]),
        ("application/json; charset=latin-1", '["ü"]'.encode("latin-1"), ["ü"]),
        ("application/json", ')]}\',\n{"a": 1}', {"a": 1}),
        ("application/json", '{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ("application/json", "", None),
        ("application/json", " \r\n", None),
        ("application/json", "OK", "OK"),
        ("application/json", "<html><body>Hi</body></html>", "<html><body>Hi</body></html>"),
        ("text/html; charset=utf-8", '{"a": 1}', {"a": 1}),
        ("text/plain", "[1, 2]", [1, 2]),
        ("text/plain", "[1, 2", "[1, 2"),
        ("text/plain", "42", "42"),
        ("text/plain; charset=iso-8859-1", "grün".encode("latin-1"), "grün"),
        ("text/plain; charset=nonsense", "grün", "grün"),
        ("text/plain; charset=base64", "grün", "grün"),
        ("text/plain; charset=punycode", "grün", "grün"),
        ("", '{"a": 1}', {"a": 1}),
        ("", "plain words", "plain words"),
        ("", '<?xml version="1.0"?><a>1</a>', {"a": "1"}),
        ("application/octet-stream", '{"a": 1}', {"a": 1}),
        ("application/yaml", "a: 1\n", "a: 1\n"),
        ("nonsense", "a", "a"),
        ("text/csv", "a,b\r\n1,\"x, y\"\r\n2,ü\r\n", [{"a": "1", "b": "x, y"}, {"a": "2", "b": "ü"}]),
        ("text/csv", "a;b\n1,5;2\n", [{"a": "1,5", "b": "2"}]),
        ("text/csv", "a,a,\n1,2,3,4\n5\n", [
            {"a": "1", "a_2": "2", "column_3": "3", "column_4": "4"}, {"a": "5", "a_2": None, "column_3": None}]),
        ("text/csv; header=absent", "1,2\n3,4\n", [["1", "2"], ["3", "4"]]),
        ("text/csv", "a,b\n", []),
        ("text/tab-separated-values", "a\tb\n1\t2\n", [{"a": "1", "b": "2"}]),
        ("application/xml", "<r><a>1</a><a>2</a><b c='d'>t</b><e/></r>",
         {"r": {"a": ["1", "2"], "b": {"@c": "d", "#text": "t"}, "e": None}}),
        ("text/xml; charset=latin-1", "<r>ü</r>".encode("latin-1"), {"r": "ü"}),
        ("application/rss+xml", "<rss version='2.0'><channel/></rss>", {"rss": {"@version": "2.0", "channel": None}}),
        ("image/svg+xml", "<svg/>", {"svg": None}),
        ("application/xml", '{"a": 1}', {"a": 1}),
        ("application/xml", "<!DOCTYPE html><html></html>", "<!DOCTYPE html><html></html>"),
        ("application/xhtml+xml", "<html/>", "<html/>"),
    ],
)  # fmt: skip
def test_bodies(header: str, body: bytes | str, expected: Any) -> None:
    assert read(body, header) == expected


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("application/json", '{"a": NaN}'),
        ("application/json", "NaN"),
        ("application/json", "[Infinity]"),
        ("application/json", "[1e999]"),
        ("application/json", '["\\ud800"]'),
        ("application/json", '{"\\udc00": 1}'),
        ("application/json", "[" + "9" * 5000 + "]"),
        ("application/json", "[" * 200 + "]" * 200),
        ("application/json", "[" * 100_000),
        ("application/json", '{"a": 1'),
        ("application/json", "[1, 2] trailing"),
        ("application/xml", "<a><b></a>"),
        ("application/xml", "not xml"),
        ("application/xml", "<a>&unknown;</a>"),
        ("application/xml", "<a>" * 200 + "</a>" * 200),
        ("application/xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
        ("application/xml", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'),
        ("text/csv", 'a,b\n"1,2\n'),
    ],
)
def test_what_claims_to_be_data_and_is_none(header: str, body: str) -> None:
    with pytest.raises(Failure) as failure:
        read(body, header, 1_000_000)
    assert failure.value.reason is Reason.unserialisable


@pytest.mark.parametrize(
    "header", ["image/png", "application/pdf", "application/octet-stream", "", "application/x-foo"]
)
def test_binary_bodies_are_described(header: str) -> None:
    data = bytes(range(256))
    kind = header or "application/octet-stream"
    digest = hashlib.sha256(data).hexdigest()
    assert read(data, header) == {"content_type": kind, "bytes": 256, "sha256": digest}


def test_tables_count_by_their_size_as_json() -> None:
    with pytest.raises(Failure) as failure:
        read("a_rather_long_name,b\n" + "1,2\n" * 100, "text/csv", 500)
    assert failure.value.reason is Reason.result_too_large


def test_bytes_that_are_no_text_are_replaced_and_noted(server: RudeServer, call: Made) -> None:
    server.on("/", reply(b"gr\xfcn", type="text/plain"))
    result = call("GET /")
    assert (result.outcome, result.result) == (Outcome.passed, "gr�n")
    assert "replaced" in result.message


@pytest.mark.parametrize("answer", [reply("", 204, type=""), reply("", 200), b"HTTP/1.1 205 Reset\r\n\r\n"])
def test_no_content_is_null(server: RudeServer, call: Made, answer: bytes) -> None:
    server.on("/", answer)
    result = call("GET /")
    assert (result.outcome, result.result) == (Outcome.passed, None)


def test_head_gives_null(server: RudeServer, call: Made) -> None:
    server.on("/", reply("", Content_Length="0"))
    assert call("HEAD /").outcome is Outcome.passed


@given(st.binary(max_size=200), st.sampled_from(["application/json", "text/plain", "text/csv", "application/xml", ""]))
def test_any_bytes_are_data_or_a_reason(data: bytes, header: str) -> None:
    try:
        reason = None
        canonical_json(read(data, header)).encode()
    except Failure as failure:
        reason = failure.reason
    assert reason in (None, Reason.unserialisable, Reason.result_too_large)


EVENTS = (
    b"\xef\xbb\xbf: hello\r\n\r\nevent: a\rid: 1\rdata: one\r\rdata: two\ndata:  lines\n\nretry: 10\n\ndata: [1]\n\n"
)


@given(st.lists(st.integers(0, len(EVENTS))))
def test_events_do_not_depend_on_where_the_stream_is_cut(cuts: list[int]) -> None:
    reader = EventReader("sse")
    edges = [0, *sorted(cuts), len(EVENTS)]
    for start, end in pairwise(edges):
        reader.feed(EVENTS[start:end])
    reader.end()
    assert reader.events == [{"event": "a", "id": "1", "data": "one"}, {"data": "two\n lines"}, {"data": [1]}]


def test_streams_of_lines(server: RudeServer, call: Made) -> None:
    server.on("/", reply('{"a": 1}\n\n[2]\n"ü"', type="application/x-ndjson"))
    assert call("GET /").result == [{"a": 1}, [2], "ü"]
    server.on("/", reply('\x1e{"a": 1}\n\x1e2\n', type="application/json-seq"))
    assert call("GET /").result == [{"a": 1}, 2]
    server.on("/", reply("1\n2\n3\n", type="application/jsonl"))
    assert call("GET /").message == "the stream was cut off after 3 events (max_events)"
    server.on("/", reply('{"a": 1}\nnot json\n', type="application/x-ndjson"))
    assert call("GET /").reason is Reason.unserialisable
    server.on("/", reply("", type="text/event-stream"))
    assert call("GET /").result == []


def test_bytes_that_are_labelled_as_json_are_described_like_any_others(server: RudeServer, call: Made) -> None:
    image = b"\x89PNG\r\n\x1a\n" + bytes(30)
    server.on("/", reply(image, type="application/json"))
    found = call("GET /")
    assert found.result["content_type"] == "application/octet-stream"
    assert found.result["bytes"] == len(image)
    assert "labelled application/json" in found.message
