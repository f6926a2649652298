"""What a call's arguments become on the wire: OpenAPI's styles, and nothing that leads elsewhere."""

import base64
import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rude_server import RudeServer, echo

from apigen.execution.http.building import build
from apigen.execution.http.failures import Failure
from apigen.execution.http.operation import read_operation
from apigen.execution.http.styles import in_header, in_path, in_query
from apigen.reasons import Reason
from apigen.records import Api, ExecutionResult, Implementation, Outcome

Made = Callable[..., ExecutionResult]
Http = Callable[..., Api]

LIST, OBJECT = ["blue", "black"], {"R": 100, "G": 200}


@pytest.mark.parametrize(  # the table "Style Examples" of OpenAPI 3.1
    ("style", "explode", "value", "expected"),
    [
        ("matrix", False, "blue", ";color=blue"),
        ("matrix", False, LIST, ";color=blue,black"),
        ("matrix", False, OBJECT, ";color=R,100,G,200"),
        ("matrix", True, LIST, ";color=blue;color=black"),
        ("matrix", True, OBJECT, ";R=100;G=200"),
        ("label", False, "blue", ".blue"),
        ("label", False, LIST, ".blue,black"),
        ("label", True, LIST, ".blue.black"),
        ("label", True, OBJECT, ".R=100.G=200"),
        ("simple", False, "blue", "blue"),
        ("simple", False, LIST, "blue,black"),
        ("simple", False, OBJECT, "R,100,G,200"),
        ("simple", True, OBJECT, "R=100,G=200"),
        ("simple", False, ["a,b", "c/d"], "a%2Cb,c%2Fd"),
        ("json", False, OBJECT, "%7B%22R%22%3A100%2C%22G%22%3A200%7D"),
    ],
)
def test_styles_in_paths(style: str, explode: bool, value: Any, expected: str) -> None:
    assert in_path(value, "color", style, explode) == expected


@pytest.mark.parametrize(
    ("style", "explode", "value", "expected"),
    [
        ("form", True, "blue", "color=blue"),
        ("form", True, "", "color="),
        ("form", True, None, ""),
        ("form", True, True, "color=true"),
        ("form", True, 2.5, "color=2.5"),
        ("form", True, LIST, "color=blue&color=black"),
        ("form", True, [], ""),
        ("form", False, LIST, "color=blue,black"),
        ("form", False, [], ""),
        ("form", True, OBJECT, "R=100&G=200"),
        ("form", False, OBJECT, "color=R,100,G,200"),
        ("spaceDelimited", False, LIST, "color=blue%20black"),
        ("pipeDelimited", False, LIST, "color=blue%7Cblack"),
        ("tabDelimited", False, LIST, "color=blue%09black"),
        ("deepObject", True, OBJECT, "color[R]=100&color[G]=200"),
        ("deepObject", True, {"a": {"b": [1, 2]}, "n": None}, "color[a][b]=1&color[a][b]=2"),
        ("json", True, LIST, "color=%5B%22blue%22%2C%22black%22%5D"),
        ("form", True, [{"a": 1}], "color=%7B%22a%22%3A1%7D"),
        ("form", True, "a&b=c#d +ü", "color=a%26b%3Dc%23d%20%2B%C3%BC"),
    ],
)
def test_styles_in_queries(style: str, explode: bool, value: Any, expected: str) -> None:
    assert "&".join(f"{name}={text}" for name, text in in_query(value, "color", style, explode)) == expected


def test_styles_in_headers() -> None:
    assert [in_header(v, "simple", e) for v in (LIST, OBJECT, 1) for e in (False, True)] == [
        "blue,black", "blue,black", "R,100,G,200", "R=100,G=200", "1", "1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("a/b", "/pets/a%2Fb/toys"),
        ("../../admin", "/pets/..%2F..%2Fadmin/toys"),
        ("a?b#c", "/pets/a%3Fb%23c/toys"),
        ("a\r\nX: y", "/pets/a%0D%0AX%3A%20y/toys"),
        ("a\x00", "/pets/a%00/toys"),
        ("%2e%2e", "/pets/%252e%252e/toys"),
        ("http://evil.example/", "/pets/http%3A%2F%2Fevil.example%2F/toys"),
        ("@evil.example", "/pets/%40evil.example/toys"),
        ("...", "/pets/.../toys"),
        ("{id}", "/pets/%7Bid%7D/toys"),
        ("ü ", "/pets/%C3%BC%20/toys"),
        (7, "/pets/7/toys"),
        (7.0, "/pets/7/toys"),
        (False, "/pets/false/toys"),
    ],
)
def test_values_stay_in_their_part_of_the_path(server: RudeServer, call: Made, value: Any, path: str) -> None:
    server.on(path, echo)
    result = call("GET /pets/{id}/toys", {"id": value}, arguments={"id": "path"}, schemas={"id": {"type": "integer"}})
    assert result.result["target"] == path
    assert result.result["headers"]["host"] == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize("value", [".", ".."])
def test_dots_would_lead_to_another_path(server: RudeServer, call: Made, value: str) -> None:
    result = call("GET /pets/{id}/toys", {"id": value}, arguments={"id": "path"})
    assert (result.outcome, result.reason, server.seen) == (Outcome.rejected, Reason.invalid_value, [])


@pytest.mark.parametrize("given", [{}, {"id": None}, {"id": ""}, {"id": []}])
def test_an_empty_place_in_the_path_is_a_missing_argument(
    server: RudeServer, call: Made, given: dict[str, Any]
) -> None:
    result = call("GET /pets/{id}", given, arguments={"id": "path"})
    assert (result.outcome, result.reason, server.seen) == (Outcome.rejected, Reason.missing_argument, [])
    assert "`id`" in result.message


@pytest.mark.parametrize("place", ["path", "query", "header", "cookie"])
@given(value=st.text(max_size=20))
def test_no_text_makes_another_request(place: str, value: str) -> None:
    options = {"arguments": {"x": {"in": place, "name": "x"}}}
    template = "/a/{x}/b" if place == "path" else "/a"
    operation = read_operation(Implementation(kind="http", target=f"GET https://h.example{template}", options=options))
    try:
        request = build(operation, {"x": value}, {})
    except Failure:  # only texts without a harmless form
        assume(False)
    assert str(request.origin) == "https://h.example"
    assert request.path.count("/") == template.count("/")
    assert not set("?# \r\n") & set(request.path)
    assert request.query.count("=") == request.query.count("&") + (place == "query")
    assert not any(set("\r\n\0") & set(text) for text in request.headers.values())
    assert request.headers.get("Cookie", "x=").count(";") == 0


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\x00b", "\x7f", "\x1b[0m"])
def test_headers_hold_no_line_breaks(server: RudeServer, call: Made, value: str) -> None:
    result = call("GET /", {"x": value}, arguments={"x": {"in": "header", "name": "X-A"}})
    assert (result.outcome, result.reason, server.seen) == (Outcome.rejected, Reason.invalid_value, [])


@pytest.mark.parametrize(
    "name", ["Host", "content-length", "Transfer-Encoding", "Connection", "X-HTTP-Method-Override", "Authorization",
             "Cookie", "X-Forwarded-For", "bad name", "a:b"]
)  # fmt: skip
def test_some_headers_are_not_a_calls_to_set(server: RudeServer, call: Made, name: str) -> None:
    result = call("GET /", {"x": "DELETE"}, arguments={"x": {"in": "header", "name": name}})
    assert (result.outcome, result.reason, server.seen) == (Outcome.rejected, Reason.blocked, [])


def test_every_place_at_once(server: RudeServer, call: Made) -> None:
    server.on("/v1/pets/7", echo)
    arguments = {
        "id": "path", "tags": {"in": "query", "explode": False},
        "like": {"in": "query", "name": "q", "allowReserved": True},
        "lang": {"in": "header", "name": "Accept-Language"}, "sid": "cookie", "s2": "cookie", "gone": "query",
    }  # fmt: skip
    given = {"id": 7, "tags": ["a", "b"], "like": "a/b?c&d", "lang": " de ", "sid": "x;y z", "s2": "ü", "gone": None}
    result = call(
        "GET /v1/pets/{id}?v=2", given, arguments=arguments, policy={"headers": {"X-From": "us"}},
        fixed={"header": {"Accept": "application/hal+json"}, "query": {"format": "json"}},
    )  # fmt: skip
    seen = server.seen[0]
    assert seen.target == "/v1/pets/7?v=2&format=json&tags=a,b&q=a/b?c%26d"
    assert seen.headers["accept-language"] == "de"
    assert seen.headers["cookie"] == "sid=x%3By%20z; s2=%C3%BC"
    assert (seen.headers["x-from"], seen.headers["accept"]) == ("us", "application/hal+json")
    assert seen.headers["user-agent"].startswith("apigen/")
    assert result.outcome is Outcome.passed


def test_a_call_cannot_repeat_what_the_source_sets(server: RudeServer, call: Made) -> None:
    fixed = {"query": {"format": "json"}}
    result = call("GET /", {"o": {"format": "xml"}}, arguments={"o": "query"}, fixed=fixed)
    assert (result.reason, server.seen) == (Reason.blocked, [])
    result = call(
        "GET /", {"h": "x"}, arguments={"h": {"in": "header", "name": "x-from"}}, policy={"headers": {"X-From": "u"}}
    )
    assert (result.reason, server.seen) == (Reason.blocked, [])


@pytest.mark.parametrize(
    "options",
    [
        {"fixed": {"header": {"Host": "evil.example"}}},
        {"fixed": {"header": {"authorization": "Bearer x"}}},
        {"policy": {"headers": {"content-length": "1"}}},
        {"policy": {"headers": {"X-A": "a\r\nX-B: b"}}},
    ],
)
def test_not_every_header_is_a_sources_to_set(server: RudeServer, call: Made, options: dict[str, Any]) -> None:
    result = call("GET /", **options)
    assert (result.outcome, server.seen) == (Outcome.rejected, [])


def test_documents_win_over_the_source_whatever_the_case(server: RudeServer, call: Made) -> None:
    server.on("/", echo)
    call("GET /", policy={"headers": {"accept": "a/b"}}, fixed={"header": {"ACCEPT": "c/d"}})
    assert server.seen[0].headers["accept"] == "c/d"


def test_an_argument_without_a_place_is_unknown(server: RudeServer, call: Made) -> None:
    result = call("GET /", {"host": "evil.example"}, arguments={"q": "query"})
    assert (result.outcome, result.reason, server.seen) == (Outcome.rejected, Reason.unknown_argument, [])


WRITES = {"allow_writes": True}
FIELDS = {"name": "body", "tags": "body", "owner": "body"}
GIVEN = {"name": "Rex & Co", "tags": ["a", "b"], "owner": {"id": 1}}


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", '{"name":"Rex & Co","tags":["a","b"],"owner":{"id":1}}'),
        ("application/vnd.api+json", '{"name":"Rex & Co","tags":["a","b"],"owner":{"id":1}}'),
        ("application/x-www-form-urlencoded", "name=Rex%20%26%20Co&tags=a&tags=b&owner=%7B%22id%22%3A1%7D"),
    ],
)
def test_bodies_of_fields(server: RudeServer, call: Made, content_type: str, expected: str) -> None:
    server.on("/", echo)
    body = {"content_type": content_type, "whole": None, "required": True}
    result = call("POST /", GIVEN, arguments=FIELDS, body=body, policy=WRITES).result
    assert (result["body"], result["headers"]["content-type"]) == (expected, content_type)


def test_multipart_bodies(server: RudeServer, call: Made) -> None:
    server.on("/", echo)
    schemas = {"name": {"type": "string", "format": "binary"}}
    body = {"content_type": "multipart/form-data"}
    result = call("POST /", GIVEN, arguments=FIELDS, body=body, policy=WRITES, schemas=schemas).result
    boundary = result["headers"]["content-type"].removeprefix("multipart/form-data; boundary=")
    parts = result["body"].split(f"--{boundary}")
    assert (len(parts), parts[-1]) == (6, "--\r\n")
    assert 'name="name"; filename="file"' in parts[1]
    assert parts[1].endswith("\r\n\r\nRex & Co\r\n")
    assert (
        parts[4]
        == '\r\nContent-Disposition: form-data; name="owner"\r\nContent-Type: application/json\r\n\r\n{"id":1}\r\n'
    )


@pytest.mark.parametrize(
    ("content_type", "value", "expected"),
    [
        ("application/json", [1, None], "[1,null]"),
        ("application/json", None, "null"),
        ("application/json", "ü", '"Ã¼"'),
        ("text/plain", "two words", "two words"),
        ("text/plain", 5, "5"),
        ("application/xml", "<a/>", "<a/>"),
        ("application/octet-stream", "raw", "raw"),
    ],
)
def test_an_argument_may_be_the_body(
    server: RudeServer, call: Made, content_type: str, value: Any, expected: str
) -> None:
    server.on("/", echo)
    body = {"content_type": content_type, "whole": "it", "required": True}
    result = call("PUT /", {"it": value}, arguments={"it": "body"}, body=body, policy=WRITES)
    assert result.result["body"] == expected


@pytest.mark.parametrize("content", [b"", b"hello", bytes(range(256))])
def test_files_are_sent_as_their_bytes(server: RudeServer, call: Made, content: bytes) -> None:
    server.on("/", echo)
    text = base64.b64encode(content).decode()
    whole = {"content_type": "image/*", "whole": "it", "required": True}
    file = {"in": "body", "file": True}
    told = call("POST /", {"it": text}, arguments={"it": file}, body=whole, policy=WRITES)
    assert told.outcome is Outcome.passed
    assert (server.seen[0].body, server.seen[0].headers["content-type"]) == (content, "application/octet-stream")
    form = {"content_type": "multipart/form-data"}
    call("POST /", {"it": [text, text], "n": "x"}, arguments={"it": file, "n": "body"}, body=form, policy=WRITES)
    sent = server.seen[1].body
    assert sent.count(b'name="it"; filename="file"\r\nContent-Type: application/octet-stream\r\n\r\n' + content) == 2
    assert text not in sent.decode("latin-1") or not text


@pytest.mark.parametrize("value", ["not base64!", 5, None, ["aGk="]])
def test_a_file_that_is_no_base64_is_not_sent(server: RudeServer, call: Made, value: Any) -> None:
    whole = {"content_type": "image/png", "whole": "it", "required": True}
    result = call("POST /", {"it": value}, arguments={"it": {"in": "body", "file": True}}, body=whole, policy=WRITES)
    assert (result.outcome, result.reason, server.seen) == (Outcome.rejected, Reason.invalid_value, [])


XML: list[tuple[dict[str, Any], Any, str]] = [
    ({"name": "pet"}, {"name": "Rex & <Co>", "age": 5, "ok": True, "gone": None},
     "<pet><name>Rex &amp; &lt;Co&gt;</name><age>5</age><ok>true</ok></pet>"),
    ({"name": "pet"}, {}, "<pet/>"),
    ({"name": "pet", "properties": {"id": {"attribute": True, "name": "number"}}}, {"id": '"1"', "n": 2},
     "<pet number='\"1\"'><n>2</n></pet>"),
    ({"name": "a"}, {"tags": ["x", "y"]}, "<a><tags>x</tags><tags>y</tags></a>"),
    ({"name": "a", "properties": {"tags": {"wrapped": True}}}, {"tags": ["x"]}, "<a><tags><tags>x</tags></tags></a>"),
    ({"name": "a", "properties": {"tags": {"name": "all", "wrapped": True, "items": {"name": "tag"}}}},
     {"tags": ["x", "y"]}, "<a><all><tag>x</tag><tag>y</tag></all></a>"),
    ({"name": "a", "properties": {"tags": {"name": "ignored", "items": {"name": "tag"}}}}, {"tags": ["x"]},
     "<a><tag>x</tag></a>"),
    ({"name": "a", "prefix": "p", "namespace": "urn:x"}, {"b": {"c": [1, [2]]}},
     '<p:a xmlns:p="urn:x"><b><c>1</c><c>2</c></b></p:a>'),
    ({"name": "pets", "items": {"name": "pet"}}, [{"n": 1}, {"n": 2}],
     "<pets><pet><n>1</n></pet><pet><n>2</n></pet></pets>"),
]  # fmt: skip


@pytest.mark.parametrize(("hints", "value", "expected"), XML)
def test_bodies_of_xml(server: RudeServer, call: Made, hints: dict[str, Any], value: Any, expected: str) -> None:
    server.on("/", echo)
    body = {"content_type": "application/xml", "whole": "it", "xml": hints}
    result = call("POST /", {"it": value}, arguments={"it": "body"}, body=body, policy=WRITES).result
    assert result["body"] == f'<?xml version="1.0" encoding="UTF-8"?>\n{expected}'
    assert result["headers"]["content-type"] == "application/xml"
    assert ElementTree.fromstring(result["body"]).tag.endswith(hints["name"])


@pytest.mark.parametrize("value", [{"a b": 1}, {"<x": 1}, {"1a": 1}, {"a": "\x00"}, {"a": "\ufffe"}])
def test_what_xml_cannot_express_is_not_sent(server: RudeServer, call: Made, value: Any) -> None:
    body = {"content_type": "application/xml", "whole": "it", "xml": {"name": "a"}}
    result = call("POST /", {"it": value}, arguments={"it": "body"}, body=body, policy=WRITES)
    assert (result.outcome, result.reason, server.seen) == (Outcome.rejected, Reason.invalid_value, [])


def test_bodies_that_are_missing_or_cannot_be_written(server: RudeServer, call: Made) -> None:
    server.on("/", echo)
    whole = {"content_type": "application/json", "whole": "it", "required": True}
    assert call("POST /", {}, body=whole, policy=WRITES).reason is Reason.missing_argument
    xml = {"content_type": "application/xml", "whole": "it"}
    assert call("POST /", {"it": {"a": 1}}, body=xml, policy=WRITES).reason is Reason.blocked
    assert server.seen == []
    assert call("POST /", {}, body={"required": False}, policy=WRITES).result["headers"]["content-length"] == "0"
    assert call("POST /", {}, body={"required": True}, policy=WRITES).result["body"] == "{}"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_writes_are_refused_unless_allowed(server: RudeServer, call: Made, method: str) -> None:
    server.on("/", echo)
    result = call(f"{method} /", safe=True)
    assert (result.outcome, result.reason, server.seen) == (Outcome.rejected, Reason.blocked, [])
    assert "allow_writes" in result.message
    assert call(f"{method} /", policy=WRITES).result["method"] == method


def test_a_read_that_is_marked_unsafe_is_a_write(server: RudeServer, call: Made) -> None:
    assert call("GET /logout", safe=False).reason is Reason.blocked
    assert server.seen == []


@pytest.mark.parametrize(
    ("target", "options"),
    [
        ("TRACE https://h.example/", {}),
        ("CONNECT h.example:443", {}),
        ("https://h.example/", {}),
        ("", {}),
        ("GET ftp://h.example/", {}),
        ("GET /relative", {}),
        ("GET https://user:pw@h.example/", {}),
        ("GET https://{host}/", {}),
        ("GET https://h.example:99999/", {}),
        ("GET https://h ost.example/", {}),
        ("GET https://h.example/", {"arguments": {"a": {"in": "nowhere", "name": "a"}}}),
        ("GET https://h.example/", {"arguments": "a"}),
        ("GET https://h.example/", {"policy": {"auth": [{"kind": "magic"}]}}),
        ("GET https://h.example/", {"policy": {"rate": 0}}),
    ],
)
def test_an_implementation_that_makes_no_sense_is_not_called(
    call: Made, http: Http, target: str, options: dict[str, Any]
) -> None:
    with pytest.raises(Failure) as failure:
        read_operation(Implementation(kind="http", target=target, options=options))
    assert failure.value.reason is Reason.blocked
    assert "pw" not in failure.value.message


def test_names_in_the_template_may_be_odd() -> None:
    options = {"arguments": {"a": {"in": "path", "name": "pet-id"}, "b": {"in": "path", "name": "rest"}}}
    target = "GET https://h.example/ü x/{pet-id}/{+rest}?s={rest}#Action=List"
    request = build(
        read_operation(Implementation(kind="http", target=target, options=options)), {"a": 1, "b": "/y"}, {}
    )
    assert (request.path, request.query) == ("/%C3%BC%20x/1/%2Fy", "s=%2Fy")
    json.dumps(request.headers)
