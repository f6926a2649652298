"""The sessions with one server: handed out one call at a time, replaced when they are lost, given up in the end."""

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple

from apigen.execution.beginning import begins
from apigen.execution.mcp.results import Ending, read_refusal, read_result, shortened
from apigen.mcp import McpTimeout, RpcError, Server, ServerFailed
from apigen.reasons import Reason
from apigen.records import Api, Call, Outcome

if TYPE_CHECKING:
    from apigen.mcp.connection import Connection

FRAME_MARGIN = 16 << 20  # bytes that a message may hold beside the result: images are described, not kept


class Limits(NamedTuple):
    """What one pool may use: seconds a call and a start, bytes of a result, sessions, losses in a row."""

    timeout: float
    start_timeout: float
    max_result_bytes: int
    sessions: int
    restarts: int


class Pool:
    """The sessions with one server, idle or busy."""

    def __init__(self, server: Server, limits: Limits) -> None:
        self.server, self.limits = server, limits
        self._slots = asyncio.Semaphore(limits.sessions)
        self._idle: list[Connection] = []
        self._live: set[Connection] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._losses = 0
        self._given_up: ServerFailed | None = None
        self._closed = False

    async def call(self, api: Api, call: Call, repeatable: bool) -> tuple[Ending, float]:
        """How the call ended, and the seconds that it took.

        Args:
            repeatable: whether it does no harm to make the call again when the server is lost in it.
        """
        async with self._slots:
            for last in (False, True):
                sent = False
                try:
                    connection = await self._connection()
                    sent = True
                    return await self._attempt(connection, api, call)
                except ServerFailed as failed:
                    self._count_loss(failed)
                    if last or self._is_final(failed) or (sent and not repeatable):
                        return self._failed(failed), 0.0
        raise AssertionError("unreachable")

    async def _attempt(self, connection: "Connection", api: Api, call: Call) -> tuple[Ending, float]:
        assert api.implementation is not None
        started = time.monotonic()
        begins()
        answered = False
        try:
            raw = await connection.call(api.implementation.target, call.arguments, self.limits.timeout)
            ending = read_result(api, raw, self.limits.max_result_bytes)
            answered = True
        except RpcError as error:
            ending = read_refusal(api, call.arguments, error)
            answered = True
        except McpTimeout as error:
            ending = Ending.rejected(Reason.timeout, str(error))
        except ServerFailed as failed:
            if failed.reason not in (Reason.result_too_large, Reason.result_schema):
                raise
            ending = Ending.rejected(failed.reason, str(failed))
        finally:
            self._give_back(connection, answered)
        return ending, time.monotonic() - started

    async def _connection(self) -> "Connection":
        """An idle session that is still alive, or a new one.

        Raises:
            ServerFailed: there is none to be had.
        """
        from apigen.mcp.connection import Connection
        from apigen.mcp.sdk import Sdk

        self._refuse_if_over()
        while self._idle:
            connection = self._idle.pop()
            if not connection.lost:
                return connection
            self._dismiss(connection)
        connection = Connection(self.server, Sdk(), self.limits.max_result_bytes + FRAME_MARGIN)
        self._live.add(connection)
        try:
            await connection.ready(self.limits.start_timeout)
            self._refuse_if_over()
        except BaseException:
            self._dismiss(connection)
            raise
        return connection

    def _give_back(self, connection: "Connection", answered: bool) -> None:
        """Keep a session for the next call, unless this one left it in doubt."""
        if answered:
            self._losses = 0
        if answered and not connection.lost and not self._closed:
            self._idle.append(connection)
        else:
            self._dismiss(connection)

    def _refuse_if_over(self) -> None:
        if self._closed:
            raise ServerFailed("the session is closed")
        if self._given_up is not None:
            raise self._given_up

    def _count_loss(self, failed: ServerFailed) -> None:
        self._losses += 1
        if self._losses > self.limits.restarts and self._given_up is None:
            what = f"{failed.what} (lost {self._losses} times in a row, and given up: executors.mcp.restarts)"
            self._given_up = ServerFailed(what, remedy=failed.remedy, reason=failed.reason)

    def _is_final(self, failed: ServerFailed) -> bool:
        return self._closed or self._given_up is not None or failed.reason is not Reason.worker_lost

    def _failed(self, failed: ServerFailed) -> Ending:
        message = shortened(f"the MCP server `{self.server.shown}`: {failed.what}")
        if failed.reason is Reason.blocked:
            return Ending.rejected(Reason.blocked, message)
        reason = failed.reason if failed.reason is Reason.authentication else Reason.worker_lost
        return Ending(Outcome.error, reason, message)

    def _dismiss(self, connection: "Connection") -> None:
        """Close a session in the background."""
        if connection in self._live:
            self._live.discard(connection)
            task = asyncio.create_task(connection.close())
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """End all sessions. Safe to call twice."""
        self._closed = True
        self._idle.clear()
        for connection in list(self._live):
            self._dismiss(connection)
        await asyncio.gather(*self._leaving)
