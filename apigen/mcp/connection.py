"""One open connection to a server: started or reached, agreed on a version, asked for tools, told to call them.

The SDK's session must be entered and left in the same task, so each connection has a task of its own that holds it;
requests are made from wherever they are needed. Losing the server ends every request at once.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import Any, TypeVar

from apigen.mcp.sdk import CONNECTION_CLOSED, Sdk
from apigen.mcp.server import McpTimeout, RpcError, Server, ServerFailed, redacted
from apigen.mcp.stdio import Explain, stdio_streams
from apigen.mcp.streamable import http_streams
from apigen.reasons import Reason
from apigen.records import Json

MAX_PAGES = 1000
CLOSING_TIME = 10.0
LAST_WORDS_TIME = 3.0  # seconds to learn why a connection was closed

T = TypeVar("T")


class Connection:
    """Speaks with one server. Made by `connect`."""

    def __init__(self, server: Server, sdk: Sdk, max_bytes: int) -> None:
        self.server, self.sdk, self.max_bytes = server, sdk, max_bytes
        self.secrets = server.secrets()
        loop = asyncio.get_running_loop()
        self._trouble: asyncio.Future[ServerFailed] = loop.create_future()
        self._session: asyncio.Future[Any] = loop.create_future()
        self._explain: Explain = ServerFailed
        self._stop = asyncio.Event()
        self._holder = asyncio.create_task(self._hold())

    @property
    def lost(self) -> bool:
        """Whether no further request can be made."""
        return self._trouble.done() or self._holder.done()

    async def ready(self, time: float) -> None:
        """Wait until requests can be made.

        Args:
            time: seconds that starting and greeting may take.

        Raises:
            ServerFailed: the server does not start, does not answer, or speaks no version of the protocol known here.
        """
        try:
            async with asyncio.timeout(time):
                await self._or_lost(asyncio.shield(self._session))
        except TimeoutError:
            raise self._explain(f"it did not answer the greeting within {time:g} s") from None

    async def tools(self, time: float) -> list[dict[str, Json]]:
        """All tools of the server, page by page, as on the wire.

        Raises:
            ServerFailed: the server is lost, or its answer is none of the protocol.
            McpTimeout: it takes longer than `time` seconds.
            RpcError: the server refuses.
        """
        found: list[dict[str, Json]] = []
        seen: set[str | None] = set()
        cursor: str | None = None
        async with self._deadline(time):
            while cursor not in seen and len(seen) < MAX_PAGES:
                seen.add(cursor)
                page = await self._or_lost(self.sdk.list_tools(self._session.result(), cursor))
                tools = page.get("tools")
                if not isinstance(tools, list):
                    raise ServerFailed("its list of tools is none")
                found += tools
                cursor = page.get("nextCursor")
                if not isinstance(cursor, str) or not cursor:
                    break
        return [tool if isinstance(tool, dict) else {"name": None} for tool in found]

    async def call(self, tool: str, arguments: dict[str, Json], time: float) -> dict[str, Json]:
        """The result of a tool, as on the wire, without the server's secrets.

        Raises:
            ServerFailed, McpTimeout, RpcError: as for `tools`.
        """
        async with self._deadline(time):
            result = await self._or_lost(self.sdk.call_tool(self._session.result(), tool, arguments))
        found: dict[str, Json] = redacted(result, self.secrets)
        return found

    async def close(self) -> None:
        """Leave or end the server; requests under way fail. Safe to call twice."""
        self._report(ServerFailed("the connection is closed"))
        self._stop.set()
        try:
            async with asyncio.timeout(CLOSING_TIME):
                await asyncio.shield(self._holder)
        except TimeoutError:
            pass
        finally:
            if not self._holder.done():
                self._holder.cancel()
                await asyncio.wait([self._holder], timeout=CLOSING_TIME)

    async def _hold(self) -> None:
        """Open transport and session, keep them while they are needed, and close them: all in this one task."""
        try:
            transport = http_streams if self.server.url is not None else stdio_streams
            async with (
                transport(self.server, self.sdk, self.max_bytes, self._report) as (read, write, explain),
                self._sheltered(read) as sheltered,
                self.sdk.session(sheltered, write) as session,
            ):
                self._explain = explain
                await self._greet(session)
                self._session.set_result(session)
                await self._stop.wait()
        except BaseException as error:
            self._report(_failure(error, self.secrets))
            if isinstance(error, asyncio.CancelledError):
                raise

    async def _greet(self, session: Any) -> None:
        """Greet the server. A failure is told before the server is left, whose end would be told otherwise."""
        try:
            await self._or_lost(self.sdk.greet(session))
        except (RpcError, ServerFailed) as error:
            self._report(_failure(error, self.secrets))
            raise

    @contextlib.asynccontextmanager
    async def _sheltered(self, read: Any) -> AsyncIterator[Any]:
        """The stream of messages with results that the SDK lets pass as they are."""
        import anyio

        send, receive = anyio.create_memory_object_stream[Any](0)

        async def relay() -> None:
            with send, contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                async for message in read:
                    self.sdk.shelter(message)
                    await send.send(message)

        task = asyncio.create_task(relay())
        try:
            yield receive
        finally:
            for stream in (receive, send, read):
                stream.close()
            task.cancel()
            await asyncio.wait([task])

    @contextlib.asynccontextmanager
    async def _deadline(self, time: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(time):
                yield
        except TimeoutError:
            raise McpTimeout(f"no answer within {time:g} s") from None

    async def _or_lost(self, answer: Awaitable[T]) -> T:
        """The answer, unless the server is lost before it comes."""
        request = asyncio.ensure_future(answer)
        try:
            either: list[asyncio.Future[Any]] = [request, self._trouble]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not request.done():
                raise self._trouble.result()
            return request.result()
        except (RpcError, ServerFailed):
            raise await self._explained(request) from None
        except Exception as error:
            raise await self._explained(request, _failure(error, self.secrets)) from None
        finally:
            if not request.done():
                request.cancel()
                await asyncio.wait([request])

    async def _explained(self, request: "asyncio.Future[Any]", error: Exception | None = None) -> Exception:
        """What an unanswered request means: if the connection ended, why it did."""
        if self._trouble.done():
            return self._trouble.result()
        told = request.exception() if request.done() and not request.cancelled() else None
        if isinstance(told, RpcError) and told.code != CONNECTION_CLOSED:
            return RpcError(told.code, str(redacted(told.message, self.secrets)))
        await asyncio.wait([self._trouble], timeout=LAST_WORDS_TIME if _is_closing(told) else 0)
        if self._trouble.done():
            return self._trouble.result()
        return error or (told if isinstance(told, Exception) else ServerFailed("the connection is closed"))

    def _report(self, failure: ServerFailed) -> None:
        if not self._trouble.done():
            self._trouble.set_result(failure)


@contextlib.asynccontextmanager
async def connect(server: Server, start_time: float, max_bytes: int) -> AsyncIterator[Connection]:
    """A connection for the time of a block.

    Args:
        start_time: seconds that starting and greeting may take.
        max_bytes: of one message of the server.

    Raises:
        ServerFailed: see `Connection.ready`.
    """
    connection = Connection(server, Sdk(), max_bytes)
    try:
        await connection.ready(start_time)
        yield connection
    finally:
        await connection.close()


def _is_closing(error: BaseException | None) -> bool:
    """Whether an error of the SDK says that the connection ended rather than what the server answered."""
    return isinstance(error, RpcError) or type(error).__name__ in ("ClosedResourceError", "BrokenResourceError")


def _failure(error: BaseException, secrets: tuple[str, ...]) -> ServerFailed:
    """Whatever the SDK raised, as the failure of the server."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, ServerFailed):
        return error
    if isinstance(error, asyncio.CancelledError):
        return ServerFailed("the connection is closed")
    if isinstance(error, RpcError):
        return ServerFailed(f"it refuses the greeting: {redacted(error.message, secrets)[:300]}")
    text = " ".join(str(error).split())
    if type(error).__name__ == "ValidationError":
        return ServerFailed(f"its answer is none of the protocol: {text[:300]}", reason=Reason.result_schema)
    if isinstance(error, RuntimeError):  # the SDK's word for a version of the protocol that it does not know
        return ServerFailed(str(redacted(text, secrets))[:300])
    return ServerFailed(f"{type(error).__name__}: {redacted(text, secrets)[:300]}")
