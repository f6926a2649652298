"""Servers that break off, flood, stall or lie: every end is a result with its reason, and harms nothing."""

import gzip
import socket
import zlib
from collections.abc import Callable
from http import HTTPStatus

import pytest
from rude_server import RudeServer, Seen, reply, reset

from apigen.reasons import Reason
from apigen.records import ExecutionResult, Outcome

Made = Callable[..., ExecutionResult]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def test_a_body_that_drips_ends_at_the_deadline(server: RudeServer, call: Made) -> None:
    server.on("/", server.paced(HEAD + b"Content-Length: 1000\r\n\r\n", b"1", 0.02))
    result = call("GET /", settings={"timeout": 1.0})
    assert (result.outcome, result.reason, result.how) == (Outcome.rejected, Reason.timeout, "executed")
    assert len(server.seen) == 1


def test_headers_that_drip_are_no_answer(server: RudeServer, call: Made) -> None:
    server.on("/", server.paced(b"HTTP/1.1 200 OK\r\nX: ", b"1", 0.02))
    result = call("GET /", settings={"timeout": 1.0})
    assert (result.outcome, result.reason) == (Outcome.error, Reason.api_timeout)


def test_the_policys_own_timeout_wins(server: RudeServer, call: Made) -> None:
    server.on("/", lambda seen, connection: server.stopping.wait() and None)
    result = call("GET /", policy={"timeout": 0.2})
    assert result.reason is Reason.api_timeout
    assert "0.2 s" in result.message


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"0" * 50_000_000, 9)),
        ("deflate", zlib.compress(b"0" * 50_000_000, 9)),
        ("gzip", gzip.compress(b"0" * 9_000) * 50),
    ],
)
def test_bombs_are_unpacked_no_further_than_the_limit(
    server: RudeServer, call: Made, encoding: str, packed: bytes
) -> None:
    server.on("/", reply(packed, Content_Encoding=encoding))
    result = call("GET /", settings={"max_bytes": 100_000})
    assert (result.outcome, result.reason) == (Outcome.rejected, Reason.result_too_large)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda data: zlib.compress(data)[2:-4]])
def test_bodies_may_be_compressed_unasked(server: RudeServer, call: Made, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(b'{"a": [1, 2]}')
    server.on("/", reply(packed, Content_Encoding="gzip" if packed[:2] == b"\x1f\x8b" else "deflate"))
    assert call("GET /").result == {"a": [1, 2]}
    assert server.seen[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "rot13"])
def test_encodings_that_nobody_asked_for_are_not_data(server: RudeServer, call: Made, encoding: str) -> None:
    server.on("/", reply(b"\x00\x01", Content_Encoding=encoding))
    assert call("GET /").reason is Reason.unserialisable


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 100\r\n\r\n[1, 2",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1, 2\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n[1, 2]\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n[1, 2]\r\n0\r\n\r\n",
        HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n[1,2]",
        HEAD + b"X-Flood: " + b"x" * 200_000 + b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"HTTP/1.1 two hundred OK\r\n\r\n",
        reply(gzip.compress(b"[1, 2]")[:-6], Content_Encoding="gzip"),
        reply(b"\x1f\x8b\x08\x00garbage garbage", Content_Encoding="gzip"),
    ],
    ids=["half", "half_chunks", "chunk_size", "negative_chunk", "two_lengths", "header_flood", "ssh", "silence",
         "status_line", "half_gzip", "bad_gzip"],
)  # fmt: skip
def test_broken_answers_are_errors_and_are_retried(server: RudeServer, call: Made, answer: bytes) -> None:
    def broken(seen: Seen, connection: socket.socket) -> None:
        connection.sendall(answer)

    server.on("/", broken)
    result = call("GET /")
    assert (result.outcome, result.reason) == (Outcome.error, Reason.api_unavailable)
    assert len(server.seen) == 2
    server.on("/", broken, reply("[1]"))
    assert call("GET /").result == [1]


def test_a_reset_is_an_error_and_is_retried(server: RudeServer, call: Made) -> None:
    server.on("/", reset)
    result = call("GET /", settings={"retries": 2})
    assert (result.outcome, result.reason, len(server.seen)) == (Outcome.error, Reason.api_unavailable, 3)
    assert result.error_type in ("ReadError", "RemoteProtocolError")


@pytest.mark.parametrize(
    "head", [b"Content-Length: 5000000000\r\n\r\n[", b"Transfer-Encoding: chunked\r\n\r\n", b"\r\n"]
)
def test_answers_beyond_the_limit_are_not_read(server: RudeServer, call: Made, head: bytes) -> None:
    chunk = b"2000\r\n" + b"7" * 0x2000 + b"\r\n"
    server.on("/", server.paced(HEAD + head, chunk, 0))
    result = call("GET /")
    assert (result.outcome, result.reason) == (Outcome.rejected, Reason.result_too_large)
    assert len(server.seen) == 1


def test_the_policys_own_limit_of_bytes_wins(server: RudeServer, call: Made) -> None:
    server.on("/", reply("[" + "1," * 20 + "1]"))
    assert call("GET /", policy={"max_bytes": 10}).reason is Reason.result_too_large
    assert call("GET /", settings={"max_bytes": 10}, policy={"max_bytes": 100}).outcome is Outcome.passed


def test_an_endless_stream_of_events_ends_by_itself(server: RudeServer, call: Made) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    server.on("/", server.paced(head, b'event: tick\nid: 7\ndata: {"n": 1}\n\n: comment\n\n', 0.001))
    result = call("GET /")
    assert (result.outcome, result.result) == (Outcome.passed, [{"event": "tick", "id": "7", "data": {"n": 1}}] * 3)
    assert "cut off after 3 events" in result.message


def test_a_stream_is_cut_at_the_deadline_with_what_was_read(server: RudeServer, call: Made) -> None:
    def once(seen: Seen, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n" + b'{"n": 1}\n{"n":')
        server.stopping.wait()

    server.on("/", once)
    result = call("GET /", settings={"timeout": 1.0})
    assert (result.outcome, result.result) == (Outcome.passed, [{"n": 1}])
    assert "timeout" in result.message


def test_a_stream_without_events_is_a_timeout(server: RudeServer, call: Made) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    server.on("/", server.paced(head, b": still here\n\n", 0.02))
    assert call("GET /", settings={"timeout": 1.0}).reason is Reason.timeout


def test_a_stream_of_one_endless_event_is_too_large(server: RudeServer, call: Made) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: "
    server.on("/", server.paced(head, b"x" * 4096, 0))
    assert call("GET /").reason is Reason.result_too_large


def test_a_stream_that_breaks_off_is_an_error(server: RudeServer, call: Made) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99\r\n\r\ndata: 1\n\n"
    server.on("/", lambda seen, connection: connection.sendall(answer))
    assert call("GET /").reason is Reason.api_unavailable


def test_an_error_with_an_endless_body_is_told_at_once(server: RudeServer, call: Made) -> None:
    head = b"HTTP/1.1 422 No\r\nContent-Type: text/html\r\n\r\n<p>Too&nbsp;bad</p>"
    server.on("/", server.paced(head, b" " * 4096, 0))
    result = call("GET /")
    assert (result.reason, result.message) == (Reason.invalid_value, f"{HTTPStatus(422).phrase}: Too bad")


def test_a_host_that_nobody_serves_is_an_error(server: RudeServer, call: Made) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    result = call(f"GET http://127.0.0.1:{port}/")
    assert (result.outcome, result.reason, result.error_type) == (Outcome.error, Reason.api_unavailable, "ConnectError")
    result = call("GET http://no-such-host.invalid/")
    assert (result.reason, result.error_type) == (Reason.api_unavailable, "DNSError")


def test_tls_against_a_server_that_speaks_none_is_an_error(server: RudeServer, call: Made) -> None:
    result = call(f"GET https://127.0.0.1:{server.port}/", settings={"connect_timeout": 0.2})
    assert (result.outcome, result.reason) == (Outcome.error, Reason.api_unavailable)
