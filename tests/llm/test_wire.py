"""HTTP to models: answers in every form and every cut, and connections that carry one request at a time."""

import asyncio
import gzip
import ssl
import subprocess
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigen.llm.wire import Line, Reply, TooLong, WireError, line
from apigen.llm.wire.address import Address
from apigen.llm.wire.answer import answer

OK = b"HTTP/1.1 200 OK\r\n"
MOST = 1000


def read(*pieces: bytes) -> Reply:
    """The answer in pieces of bytes; an empty one is the end of the connection."""
    reading = answer(MOST)
    next(reading)
    try:
        for piece in pieces:
            reading.send(piece)
    except StopIteration as end:
        reply: Reply = end.value
        return reply
    raise AssertionError("it wants more")


RAW_DEFLATE = zlib.compressobj(wbits=-15)
PLAIN = {
    "length": OK + b"Content-Length: 3\r\n\r\nabc",
    "the same length twice": OK + b"Content-Length: 3\r\ncontent-length:3\r\n\r\nabc",
    "chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n02;x=y\r\nbc\r\n0\r\n\r\n",
    "chunks and trailers": OK + b"Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\nZ: a\r\n\r\n",
    "announced": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n" + OK + b"Content-Length:3\r\n\r\nabc",
    "no phrase": b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc",
    "gzip": OK + b"Content-Encoding: gzip\r\nContent-Length: 23\r\n\r\n" + gzip.compress(b"abc", mtime=0),
    "deflate": OK + b"Content-Encoding: deflate\r\nContent-Length: 11\r\n\r\n" + zlib.compress(b"abc"),
    "raw deflate": OK + b"Content-Encoding: deflate\r\nContent-Length: 5\r\n\r\n"
    + RAW_DEFLATE.compress(b"abc") + RAW_DEFLATE.flush(),
}  # fmt: skip


@pytest.mark.parametrize("form", PLAIN)
def test_every_form_of_an_answer_in_every_cut(form: str) -> None:
    whole = PLAIN[form]
    replies = [read(whole[:at], whole[at:]) for at in range(1, len(whole))]
    replies.append(read(*(whole[i : i + 1] for i in range(len(whole)))))
    assert {(reply.status, reply.body, reply.lasting) for reply in replies} == {(200, b"abc", True)}


@given(st.binary(max_size=300), st.lists(st.integers(1, 50), max_size=8), st.data())
def test_chunks_of_any_sizes(body: bytes, sizes: list[int], data: st.DataObject) -> None:
    whole, at = OK + b"Transfer-Encoding: chunked\r\n\r\n", 0
    for size in [*sizes, len(body)]:
        if part := body[at : at + size]:
            whole += b"%x\r\n%b\r\n" % (len(part), part)
            at += len(part)
    whole += b"0\r\n\r\n"
    cuts = sorted(data.draw(st.lists(st.integers(1, len(whole) - 1), max_size=5, unique=True)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert read(*pieces).body == body


def test_headers_by_their_names_in_lower_case() -> None:
    reply = read(OK + b"X-A: 1\r\nx-a:  2 \r\nEmpty:\r\nLatin: \xe9\r\nContent-Length: 0\r\n\r\n")
    assert reply.headers == {"x-a": "1, 2", "empty": "", "latin": "é", "content-length": "0"}


@pytest.mark.parametrize(
    ("whole", "body"),
    [(OK + b"\r\n", b""), (OK + b"\r\nab", b"ab"), (b"HTTP/1.0 200 OK\r\n\r\nab\r\n\r\n", b"ab\r\n\r\n")],
)
def test_an_answer_without_length_lasts_until_the_end(whole: bytes, body: bytes) -> None:
    reply = read(whole, b"")
    assert (reply.body, reply.lasting) == (body, False)


@pytest.mark.parametrize(
    ("whole", "lasting"),
    [
        (OK + b"Connection: close\r\nContent-Length: 0\r\n\r\n", False),
        (OK + b"Connection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 204 None\r\n\r\n", True),
        (OK + b"Content-Length: 1\r\n\r\naHTTP/1.1 200 OK", False),
    ],
)
def test_whether_the_connection_lasts(whole: bytes, lasting: bool) -> None:
    assert read(whole).lasting is lasting


@pytest.mark.parametrize(
    "pieces",
    [
        (b"",),
        (b"SSH-2.0-OpenSSH\r\n\r\n",),
        (b"HTTP/2 200\r\n\r\n",),
        (b"HTTP/1.1 2000 OK\r\n\r\n",),
        (b"HTTP/1.1 101 Switching\r\n\r\n",),
        (OK + b"no colon\r\n\r\n",),
        (OK + b"Content-Length : 3\r\n\r\nabc",),
        (OK + b" folded: 3\r\n\r\nabc",),
        (OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",),
        (OK + b"Content-Length: -3\r\n\r\n",),
        (OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",),
        (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n",),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n",),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b""),
        (OK + b"Content-Length: 3\r\n\r\nab", b""),
        (OK[:9], b""),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000,),
        (OK + b"Content-Encoding: br\r\nContent-Length: 3\r\n\r\nabc",),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",),
        (OK + b"Content-Encoding: deflate\r\nContent-Length: 8\r\n\r\n" + zlib.compress(b"abc")[:8],),
    ],
)
def test_what_cannot_be_read_is_an_error(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(WireError):
        read(*pieces)


@pytest.mark.parametrize(
    "whole",
    [
        OK + b"Content-Length: 1001\r\n\r\n",
        OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n",
        OK + b"\r\n" + b"a" * 1001,
        OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(gzip.compress(bytes(10**6)))
        + gzip.compress(bytes(10**6)),
    ],
)  # fmt: skip
def test_an_answer_that_is_too_long_is_not_taken(whole: bytes) -> None:
    with pytest.raises(TooLong, match="longer than 1000 bytes"):
        read(whole)


@pytest.mark.parametrize(
    ("url", "target", "lines"),
    [
        ("http://h/v1/x", "/v1/x", {"Host: h"}),
        ("https://H.example:8443/a b?c=d e", "/a%20b?c=d%20e", {"Host: h.example:8443"}),
        ("http://[::1]:80/%2F", "/%2F", {"Host: [::1]"}),
        ("http://bücher.example", "/", {"Host: xn--bcher-kva.example"}),
        ("http://us%40er:p%3Aw@h/", "/", {"Authorization: Basic dXNAZXI6cDp3"}),
    ],
)
def test_the_head_of_requests(url: str, target: str, lines: set[str]) -> None:
    first, *rest = Address.of(url).head({"X-Own": "é", "user-agent": "me"}).decode().split("\r\n")
    assert first == f"POST {target} HTTP/1.1"
    assert {*lines, "X-Own: é", "user-agent: me", "Content-Type: application/json"} <= set(rest)
    assert rest[-1] == "Content-Length: "


@pytest.mark.parametrize("url", ["ftp://h/", "http:///x", "http://h:x/", "http://h h/", "http://" + "é" * 70 + "/"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Address.of(url)


@pytest.mark.parametrize(
    "headers",
    [{"a\r\nb": "c"}, {"a": "b\r\nc: d"}, {"": "a"}, {"Content-Length": "1"}, {"Authorization": "a"}, {"a": "\0"}],
)
def test_headers_that_cannot_be_sent(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Address.of("http://user:word@h/").head(headers)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, ssl=tls)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"{'https' if tls else 'http'}://localhost:{port}/"


async def request(reader: asyncio.StreamReader) -> bytes:
    """The body of the next request."""
    head = await reader.readuntil(b"\r\n\r\n")
    return await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))


class Echo:
    """Answers each request with its body, and counts connections; `after` is sent behind every answer."""

    def __init__(self, after: bytes = b"", last: bool = False) -> None:
        self.connections = self.ended = 0
        self.after, self.last = after, last

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                body = await request(reader)
                writer.write(OK + b"Content-Length: %d\r\n\r\n%b%b" % (len(body), body, self.after))
                await writer.drain()
                if self.last:
                    return
        finally:
            self.ended += 1


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
        await asyncio.sleep(0.001)


def test_connections_are_used_again_one_request_at_a_time() -> None:
    async def run() -> None:
        echo = Echo()
        async with served(echo) as url:
            own = Line(url, {})
            for _ in range(3):
                assert (await own.post(b"abc")).body == b"abc"
            assert echo.connections == 1
            bodies = [b"%d" % i * 100_000 for i in range(8)]
            assert [reply.body for reply in await asyncio.gather(*map(own.post, bodies))] == bodies
            assert echo.connections == 8
            await own.close()
            await until(lambda: echo.ended == 8)

    asyncio.run(run())


@pytest.mark.parametrize("echo", [Echo(after=b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother"), Echo(last=True)])
def test_a_connection_with_more_on_it_or_closed_is_not_used_again(echo: Echo) -> None:
    async def run() -> None:
        async with served(echo) as url:
            own = Line(url, {})
            for body in (b"one", b"two"):
                assert (await own.post(body)).body == body
                await until(lambda: not own._open)
            assert echo.connections == 2

    asyncio.run(run())


def test_what_comes_before_it_is_asked_for_is_the_answer_to_nothing() -> None:
    sent = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await request(reader)
        writer.write(OK + b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        await sent.wait()
        writer.write(OK + b"Content-Length: 6\r\n\r\nforged")
        await writer.drain()
        await reader.read()

    async def run() -> None:
        async with served(serve) as url:
            own = Line(url, {})
            assert (await own.post(b"one")).body == b"one"
            sent.set()
            await until(lambda: not own._open)
            assert (await own.post(b"two")).body == b"two"
            await own.close()

    asyncio.run(run())


def test_idle_connections_are_closed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "KEPT", 0.05)

    async def run() -> None:
        echo = Echo()
        async with served(echo) as url:
            own = Line(url, {})
            await asyncio.gather(own.post(b"a"), own.post(b"b"))
            await until(lambda: echo.ended == 2)
            assert not own._open
            await own.close()

    asyncio.run(run())


def test_an_interrupted_request_leaves_no_connection() -> None:
    arrived = asyncio.Event()
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        arrived.set()
        try:
            assert not await reader.read()
        finally:
            ended.set()

    async def run() -> None:
        async with served(serve) as url:
            own = Line(url, {})
            task = asyncio.create_task(own.post(b"a"))
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await ended.wait()
            assert not own._open

    asyncio.run(run())


def test_closing_ends_what_is_under_way() -> None:
    arrived = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        arrived.set()
        await reader.read()

    async def run() -> None:
        async with served(serve) as url:
            own = Line(url, {})
            task = asyncio.create_task(own.post(b"a"))
            await arrived.wait()
            await own.close()
            with pytest.raises(WireError, match="closed"):
                await task

    asyncio.run(run())


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that vouches for itself, and its key."""
    paths = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(command, check=True, capture_output=True)
    return paths


def test_only_servers_that_prove_who_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(*paths)

    async def run() -> None:
        echo = Echo()
        async with served(echo, tls) as url:
            with pytest.raises(ssl.SSLCertVerificationError):
                await Line(url, {}).post(b"a")
            monkeypatch.setenv("SSL_CERT_FILE", str(paths[0]))
            own = Line(url, {})
            for _ in range(2):
                assert (await own.post(b"a" * 100_000)).body == b"a" * 100_000
            assert echo.connections == 1
            with pytest.raises(ssl.SSLCertVerificationError):
                await Line(url.replace("localhost", "127.0.0.1"), {}).post(b"a")
            await own.close()

    asyncio.run(run())
