"""The connections to one address: kept while they are young, the last used first.

How many there are is decided by whoever asks: each request that is under way has one of its own. Proxies are not used,
redirects not followed: a key goes to the address that was given and nowhere else.
"""

import asyncio
import ssl
from collections.abc import Generator, Mapping

from apigen.llm.wire.address import Address
from apigen.llm.wire.answer import Reply, WireError, answer

MAX_BODY_BYTES = 50_000_000
KEPT = 4.0
"""Seconds that an idle connection is kept; uvicorn, and so most servers, close it after five."""
NEXT_ADDRESS = 0.25
"""Seconds after which the next address of a host is tried beside the last (RFC 8305)."""


class Line:
    """The connections to `url`, made in one event loop; `headers` go with every request.

    Raises:
        ValueError: the address or a header cannot be sent.
    """

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        address = Address.of(url)
        self.loop = asyncio.get_running_loop()
        self._host, self._port = address.host, address.port
        self._tls = ssl.create_default_context() if address.secure else None
        self._head = address.head(headers)
        self._open: set[_Connection] = set()
        self._idle: list[_Connection] = []
        self._timer: asyncio.TimerHandle | None = None

    async def post(self, body: bytes) -> Reply:
        """The answer to a POST of `body`.

        Raises:
            WireError: there is none, or none that can be read.
            OSError: nobody is there.
        """
        connection = self._kept() or await self._connected()
        reply = await connection.exchange(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        if reply.lasting and connection.usable:
            connection.idle_since = self.loop.time()
            self._idle.append(connection)
            if self._timer is None:
                self._timer = self.loop.call_later(KEPT, self._look)
        else:
            connection.close()
        return reply

    async def close(self) -> None:
        """Close all connections; requests under way fail."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for connection in list(self._open):
            connection.close()
        await asyncio.sleep(0)  # what is closed ends in the next round of the loop

    def _kept(self) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
        return None

    async def _connected(self) -> "_Connection":
        _, connection = await self.loop.create_connection(
            lambda: _Connection(self), self._host, self._port, ssl=self._tls, happy_eyeballs_delay=NEXT_ADDRESS
        )
        return connection

    def made(self, connection: "_Connection") -> None:
        """A connection is there."""
        self._open.add(connection)

    def lost(self, connection: "_Connection") -> None:
        """A connection is no more."""
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)

    def _look(self) -> None:
        """Close what has been idle for long, and come back for the next; the list has the longest idle first."""
        self._timer, now = None, self.loop.time()
        while self._idle:
            until = self._idle[0].idle_since + KEPT
            if until > now:
                self._timer = self.loop.call_at(until, self._look)
                return
            self._idle.pop(0).close()


class _Connection(asyncio.Protocol):
    """One connection, which carries one request at a time."""

    idle_since = 0.0

    def __init__(self, line: Line) -> None:
        self._line = line
        self._reading: Generator[None, bytes, Reply] | None = None
        self._reply: asyncio.Future[Reply]

    @property
    def usable(self) -> bool:
        """Whether another request can be sent: it is open, and the last one went out whole."""
        return not self._transport.is_closing() and not self._transport.get_write_buffer_size()

    async def exchange(self, request: bytes) -> Reply:
        """Send a request and wait for its answer; without one the connection is closed."""
        self._reading = answer(MAX_BODY_BYTES)
        next(self._reading)
        self._reply = self._line.loop.create_future()
        self._transport.write(request)
        try:
            return await self._reply
        except BaseException:
            self._transport.abort()
            raise

    def close(self) -> None:
        """Close it."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._line.made(self)

    def data_received(self, data: bytes) -> None:
        """Read on. What comes before it is asked for is the answer to nothing."""
        if self._reading is None:
            self._transport.abort()
            return
        try:
            self._reading.send(data)
        except StopIteration as end:
            self._reading = None
            if not self._reply.done():
                self._reply.set_result(end.value)
        except WireError as error:
            self._fail(error)

    def eof_received(self) -> None:
        if self._reading is not None:
            self.data_received(b"")

    def connection_lost(self, exc: Exception | None) -> None:
        self._line.lost(self)
        if self._reading is not None:
            self._fail(exc or WireError("the connection was closed"))

    def _fail(self, error: Exception) -> None:
        self._reading = None
        if not self._reply.done():
            self._reply.set_exception(error)
