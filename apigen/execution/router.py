"""All the executors of a run behind one verb: each call goes to the session for its API's kind of implementation."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from apigen.errors import ConfigError
from apigen.execution.executor import ExecutionSession, Executor
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Outcome


class Calls:
    """Makes the calls of a run; opened by `Calls.open`, used as an async context manager.

    `isolation` tells, by kind, what stood between the calls and the machine; it is stored with the run.
    """

    def __init__(self, sessions: dict[str, ExecutionSession], stack: AsyncExitStack) -> None:
        self._sessions = sessions
        self._stack = stack
        self.isolation = "; ".join(f"{kind}: {session.isolation}" for kind, session in sessions.items())

    @classmethod
    async def open(cls, executors: Sequence[Executor], apis: Sequence[Api]) -> Self:
        """Open a session for each kind of implementation that occurs in `apis`.

        Raises:
            ConfigError: a kind has no executor, or two.
        """
        by_kind = _by_kind(executors)
        wanted: dict[str, list[Api]] = {}
        for api in apis:
            if api.implementation:
                wanted.setdefault(api.implementation.kind, []).append(api)
        for kind, served in wanted.items():
            if kind not in by_kind:
                raise ConfigError(
                    f"No executor calls implementations of kind `{kind}` (as `{served[0].name}` has)",
                    where="executors",
                    remedy=f"executor={kind}, or leave the source out",
                )
        async with AsyncExitStack() as stack:
            sessions = {
                kind: await stack.enter_async_context(await by_kind[kind].open(served))
                for kind, served in wanted.items()
            }
            return cls(sessions, stack.pop_all())
        raise AssertionError("unreachable")

    async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
        """Make one call.

        Args:
            position: the call's place in the candidate's list of calls, kept in the result.
        """
        session = self._sessions.get(api.implementation.kind) if api.implementation else None
        if session is not None:
            return await session.call(api, call, position)
        message = f"`{api.name}` has no implementation that this run can call"
        return ExecutionResult(
            position=position, name=call.name, outcome=Outcome.rejected, how="not_executed",
            reason=Reason.not_executable, message=message,
        )  # fmt: skip

    async def close(self) -> None:
        """End all sessions. Safe to call twice."""
        await self._stack.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _by_kind(executors: Sequence[Executor]) -> dict[str, Executor]:
    by_kind: dict[str, Executor] = {}
    for executor in executors:
        if executor.kind in by_kind:
            raise ConfigError(f"Two executors call implementations of kind `{executor.kind}`", where="executors")
        by_kind[executor.kind] = executor
    return by_kind
