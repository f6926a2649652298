"""Tools of MCP servers, called where the servers run: processes in confinement, or addresses.

Each distinct server has a small pool of sessions, started with the first call. A session makes one call at a time, so
that one that hangs or dies can be ended without harm to others. Tools that their server does not mark read-only are
called only if the source allows it.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import Field, ValidationError

from apigen.errors import ConfigError
from apigen.execution.executor import ExecutionSession, Executor
from apigen.execution.mcp.pool import Limits, Pool
from apigen.execution.mcp.results import Ending
from apigen.mcp import Server, ServerFailed
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult


class McpExecutor(Executor):
    """Calls `Implementation`s of kind `mcp`.

    Fields:
        timeout: seconds that a call may take, from the moment that a session is free for it.
        start_timeout: seconds that starting a server and greeting it may take.
        max_result_bytes: bytes of the result in JSON.
        sessions: processes or connections a server; each makes one call at a time.
        restarts: how many times in a row a server may be lost before it is given up for this run.
    """

    timeout: float = Field(30.0, gt=0)
    start_timeout: float = Field(60.0, gt=0)
    max_result_bytes: int = Field(1_000_000, ge=1)
    sessions: int = Field(2, ge=1)
    restarts: int = Field(5, ge=0)

    @property
    def kind(self) -> str:
        return "mcp"

    @property
    def limits(self) -> Limits:
        """The limits of one pool: seconds, bytes, numbers."""
        return Limits(self.timeout, self.start_timeout, self.max_result_bytes, self.sessions, self.restarts)

    async def open(self, apis: Sequence[Api]) -> "McpSession":
        """Find out how servers can be confined. They start with the first call.

        Raises:
            ConfigError: the MCP SDK is not installed, or an environment variable that a server needs is not set.
        """
        from apigen.mcp.sdk import Sdk

        try:
            await asyncio.to_thread(Sdk)
        except ServerFailed as failed:
            raise ConfigError(
                f"Tools of MCP servers cannot be called: {failed}", where="executors.mcp", remedy=failed.remedy
            ) from None
        servers = {server.key: server for api in apis if (server := _server(api)) is not None}
        for server in servers.values():
            for name in server.missing():
                raise ConfigError(
                    f"The environment variable {name}, which `{server.shown}` needs, is not set",
                    where="sources (env, headers_env)",
                    remedy=f"export {name}=…",
                )
        session = McpSession(self)
        session.isolation = await asyncio.to_thread(_isolation, list(servers.values()))
        return session


class McpSession(ExecutionSession):
    """The servers of one run. Made by `McpExecutor.open`."""

    def __init__(self, executor: McpExecutor) -> None:
        self.executor = executor
        self._pools: dict[str, Pool] = {}

    async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
        """See `ExecutionSession.call`."""
        place: dict[str, Any] = {"position": position, "name": call.name}
        server = _server(api)
        if server is None or api.implementation is None:
            refused = Ending.rejected(Reason.not_executable, "the API does not say which MCP server has its tool")
            return ExecutionResult(**place, how="not_executed", **refused._asdict())
        options = api.implementation.options
        policy = options.get("policy") or {}
        if not options.get("read_only") and not policy.get("callable"):
            source = policy.get("source", "…")
            message = f"the tool may write (sources.{source}.allow_writes=true lets it be called)"
            refused = Ending.rejected(Reason.blocked, message)
            return ExecutionResult(**place, how="not_executed", **refused._asdict())
        pool = self._pools.setdefault(server.key, Pool(server, self.executor.limits))
        repeatable = bool(options.get("read_only") or options.get("idempotent"))
        ending, duration = await pool.call(api, call, repeatable)
        return ExecutionResult(**place, **ending._asdict(), duration=duration)

    async def close(self) -> None:
        """End all servers. Calls still under way end as `worker_lost`."""
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))


def _server(api: Api) -> Server | None:
    """The server that an API's implementation names; None if it names none."""
    options = api.implementation.options if api.implementation else {}
    try:
        server = Server.model_validate(options.get("server"))
    except ValidationError:
        return None
    return server if (server.command is None) != (server.url is None) else None


def _isolation(servers: list[Server]) -> str:
    """What stands between the servers and the machine."""
    from apigen.mcp.confinement import isolation

    local = {isolation(server.network) for server in servers if server.url is None}
    remote = {"remote"} if any(server.url is not None for server in servers) else set()
    return " / ".join(sorted(local | remote))
