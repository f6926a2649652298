"""Reads an HTTP/1.1 answer (RFC 9112) from its bytes as they come.

What cannot be understood is an error and never guessed at, and no answer leaves anything behind that a later one on the
same connection could be taken for.
"""

import re
import zlib
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias

MAX_HEAD_BYTES = 1 << 16

_STATUS = re.compile(r"HTTP/1\.([01]) ([1-5]\d\d)(?: |$)")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;|$)")
_COMPRESSED = ("gzip", "x-gzip", "deflate")

Part: TypeAlias = Generator[None, bytes, bytes]
"""Takes bytes as they come, by `send`, and returns a part of the answer; no bytes are the end of the connection."""


class WireError(Exception):
    """There is no answer, or none that can be read."""


class TooLong(WireError):
    """The answer is longer than allowed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `headers` by their names in lower case; `lasting`: the connection may be used again."""

    status: int
    headers: dict[str, str]
    body: bytes
    lasting: bool


def answer(most: int) -> Generator[None, bytes, Reply]:
    """Takes the bytes of one answer as they come, by `send`, and returns it; no bytes are the end of the connection.

    Args:
        most: bytes that the body may have, decompressed.

    Raises:
        WireError: it is none, it is longer, or the connection has ended within it.
    """
    come, status = bytearray(), 100
    while status < 200:  # those below are announcements of an answer
        minor, status, headers = _head((yield from _until(come, b"\r\n\r\n", MAX_HEAD_BYTES)))
    framed = "content-length" in headers or "transfer-encoding" in headers or status in (204, 304)
    body = yield from _body(come, status, headers, most)
    said = headers.get("connection", "").lower()
    asks_to_stay = "keep-alive" in said if minor == "0" else "close" not in said
    return Reply(status, headers, _decoded(body, headers, most), framed and asks_to_stay and not come)


def _until(come: bytearray, end: bytes, most: int) -> Part:
    while (at := come.find(end)) < 0:
        if len(come) > most:
            raise WireError("the head of the answer is too long")
        come += yield from _more()
    found = bytes(come[:at])
    del come[: at + len(end)]
    return found


def _exactly(come: bytearray, count: int) -> Part:
    while len(come) < count:
        come += yield from _more()
    found = bytes(come[:count])
    del come[:count]
    return found


def _more() -> Part:
    piece = yield
    if not piece:
        raise WireError("the connection ended before the answer did")
    return piece


def _head(head: bytes) -> tuple[str, int, dict[str, str]]:
    """Minor version, status and headers; those of one name are joined by commas."""
    first, *lines = head.decode("latin-1").split("\r\n")
    status = _STATUS.match(first)
    if status is None or status[2] == "101":
        raise WireError(f"the answer is not HTTP/1.1: {first[:100]!r}")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise WireError(f"the answer has a header that cannot be read: {line[:100]!r}")
        name, value = name.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return status[1], int(status[2]), headers


def _body(come: bytearray, status: int, headers: dict[str, str], most: int) -> Part:
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if status in (204, 304):
        return b""
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            raise WireError("it is not clear where the answer ends")
        return (yield from _chunks(come, most))
    if length is None:
        return (yield from _rest(come, most))
    sizes = {size.strip() for size in length.split(",")}
    size = sizes.pop()
    if sizes or not (size.isascii() and size.isdecimal()):
        raise WireError(f"the answer has no length that can be read: {length[:100]!r}")
    return (yield from _exactly(come, _allowed(int(size[:20]), most)))


def _chunks(come: bytearray, most: int) -> Part:
    body = bytearray()
    while True:
        line = _SIZE.match((yield from _until(come, b"\r\n", MAX_HEAD_BYTES)))
        if line is None:
            raise WireError("a piece of the answer has no size that can be read")
        size = int(line[1], 16)
        _allowed(len(body) + size, most)
        if not size:
            break
        body += yield from _exactly(come, size)
        if (yield from _exactly(come, 2)) != b"\r\n":
            raise WireError("a piece of the answer is longer than its size says")
    while (yield from _until(come, b"\r\n", MAX_HEAD_BYTES)):  # what may follow the last piece is of no use here
        continue
    return bytes(body)


def _rest(come: bytearray, most: int) -> Part:
    _allowed(len(come), most)
    while piece := (yield):
        come += piece
        _allowed(len(come), most)
    found = bytes(come)
    come.clear()
    return found


def _allowed(size: int, most: int) -> int:
    if size > most:
        raise TooLong(f"the answer is longer than {most} bytes")
    return size


def _decoded(body: bytes, headers: dict[str, str], most: int) -> bytes:
    """The body as it was before compression, which is not asked for but common behind proxies."""
    coding = headers.get("content-encoding", "identity").lower()
    if coding == "identity" or not body:
        return body
    if coding not in _COMPRESSED:
        raise WireError(f"the answer is compressed in a way that was not asked for: {coding[:100]!r}")
    raw = coding == "deflate" and body[0] & 0x0F != 8  # some leave out the frame that the name means
    unpacking = zlib.decompressobj(-15 if raw else 47)
    try:
        text = unpacking.decompress(body, most + 1)
    except zlib.error as error:
        raise WireError(f"the answer cannot be decompressed: {error}") from None
    _allowed(len(text), most)
    if not unpacking.eof:
        raise WireError("the compressed answer is cut off")
    return text
