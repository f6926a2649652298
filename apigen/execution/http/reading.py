"""The bytes of an answer, counted as they come.

What counts is the decoded size: a compressed body is unpacked no further than the limit. Streams of events that never
end are read until there are enough of them, or until the deadline, and say so.
"""

import asyncio
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NamedTuple

import httpcore

from apigen.execution.http.contents import Contents, body_contents, media_type
from apigen.execution.http.events import EVENT_TYPES, EventReader
from apigen.execution.http.failures import Failure
from apigen.reasons import Reason

EXCERPT_BYTES = 4096  # of an error's body


class Bounds(NamedTuple):
    """How much of an answer is read: decoded bytes, events of a stream, and the loop's time at which to stop."""

    max_bytes: int
    max_events: int
    deadline: float


class Inflater:
    """Decodes one content encoding, never giving more than it is asked for."""

    def __init__(self, encoding: str) -> None:
        self._plain = encoding in ("", "identity")
        if not self._plain and encoding not in ("gzip", "x-gzip", "deflate"):
            raise Failure(Reason.unserialisable, f"the answer is encoded as `{encoding[:40]}`, which was not asked for")
        self._inflate = zlib.decompressobj(47)  # gzip or zlib, by its first bytes
        self._begun = False

    def feed(self, data: bytes, room: int) -> bytes:
        """The decoded bytes, `room` of them at most.

        Raises:
            zlib.error: they are not of this encoding.
        """
        if self._plain:
            return data[:room]
        out = self._start(data, room) if not self._begun else self._inflate.decompress(data, room)
        while self._inflate.eof and self._inflate.unused_data and len(out) < room:  # gzip files may follow one another
            rest = self._inflate.unused_data.lstrip(b"\0")
            if not rest:
                break
            self._inflate = zlib.decompressobj(47)
            out += self._inflate.decompress(rest, room - len(out))
        return out

    def _start(self, data: bytes, room: int) -> bytes:
        self._begun = bool(data)
        try:
            return self._inflate.decompress(data, room)
        except zlib.error:
            self._inflate = zlib.decompressobj(-15)  # "deflate" without the header it should have
            return self._inflate.decompress(data, room)

    @property
    def finished(self) -> bool:
        """Whether nothing is missing at the end."""
        return self._plain or not self._begun or self._inflate.eof


def headers_of(response: httpcore.Response) -> dict[str, str]:
    """The headers by lower-case name; repeated ones joined."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), _header_value(raw_value)
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _header_value(raw: bytes) -> str:
    """Latin-1 by the book; UTF-8 is what servers send."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


async def read_contents(response: httpcore.Response, headers: dict[str, str], bounds: Bounds) -> Contents:
    """The answer as JSON data.

    Raises:
        Failure: it is too large, takes too long, breaks off or is no data.
        httpcore.*: errors of network and protocol.
    """
    essence, parameters = media_type(headers.get("content-type", ""))
    if essence in EVENT_TYPES:
        return await _events(response, headers, bounds, EventReader(EVENT_TYPES[essence]))
    announced = headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > bounds.max_bytes:
        raise _too_large(bounds)
    data = await _bytes(response, headers, bounds)
    return body_contents(essence, parameters, data, bounds.max_bytes)


async def excerpt(response: httpcore.Response, headers: dict[str, str], bounds: Bounds) -> bytes:
    """The beginning of an error's body, as far as it can be had."""
    data = b""
    try:
        inflater = Inflater(_encoding(headers))
        async with asyncio.timeout_at(bounds.deadline), aclosing(_chunks(response)) as chunks:
            async for chunk in chunks:
                data += inflater.feed(chunk, EXCERPT_BYTES - len(data))
                if len(data) >= EXCERPT_BYTES:
                    break
    except (
        Failure,
        zlib.error,
        TimeoutError,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.TimeoutException,
    ):
        pass
    return data


async def _chunks(response: httpcore.Response) -> AsyncGenerator[bytes, None]:
    async for chunk in response.aiter_stream():
        yield chunk


async def _bytes(response: httpcore.Response, headers: dict[str, str], bounds: Bounds) -> bytes:
    inflater, data = Inflater(_encoding(headers)), bytearray()
    try:
        async with asyncio.timeout_at(bounds.deadline), aclosing(_chunks(response)) as chunks:
            async for chunk in chunks:
                data += _fed(inflater, chunk, bounds.max_bytes + 1 - len(data))
                if len(data) > bounds.max_bytes:
                    raise _too_large(bounds)
    except TimeoutError:
        raise _too_slow(f"the answer's body did not end in time ({len(data)} bytes came)") from None
    _complete(inflater)
    return bytes(data)


async def _events(
    response: httpcore.Response, headers: dict[str, str], bounds: Bounds, reader: EventReader
) -> Contents:
    """The events of a stream; cut off at any of the bounds if there is at least one."""
    inflater, room, cut = Inflater(_encoding(headers)), bounds.max_bytes, ""
    try:
        async with asyncio.timeout_at(bounds.deadline), aclosing(_chunks(response)) as chunks:
            async for chunk in chunks:
                data = _fed(inflater, chunk, room + 1)
                room -= len(data)
                reader.feed(data)
                cut = "max_events" if len(reader.events) >= bounds.max_events else "max_bytes" if room < 0 else ""
                if cut:
                    break
    except TimeoutError:
        cut = "timeout"
    if not cut:
        _complete(inflater)
        reader.end()
    events = reader.events[: bounds.max_events]
    if cut and not events:
        raise _too_slow("the stream gave no event in time") if cut == "timeout" else _too_large(bounds)
    return Contents(events, f"the stream was cut off after {len(events)} events ({cut})" if cut else "")


def _fed(inflater: Inflater, chunk: bytes, room: int) -> bytes:
    try:
        return inflater.feed(chunk, room)
    except zlib.error as error:
        raise _broken(f"the answer's compressed body is damaged: {error}") from None


def _complete(inflater: Inflater) -> None:
    if not inflater.finished:
        raise _broken("the answer's compressed body ends too early")


def _encoding(headers: dict[str, str]) -> str:
    return headers.get("content-encoding", "").strip().lower()


def _too_large(bounds: Bounds) -> Failure:
    return Failure(Reason.result_too_large, f"the answer is larger than {bounds.max_bytes} bytes")


def _too_slow(message: str) -> Failure:
    return Failure(Reason.timeout, message)


def _broken(message: str) -> Failure:
    return Failure(Reason.api_unavailable, message, "DecodingError", transient=True)
