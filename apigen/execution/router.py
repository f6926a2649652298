"""All the executors of a run behind one verb: each call goes to the session for its API's kind of implementation."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from apigen.errors import ConfigError
from apigen.execution.cassette import made_at
from apigen.execution.executor import ExecutionSession, Executor
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Outcome

Read = Callable[[ExecutionResult], ExecutionResult]
"""What a run makes of what an executor gave: an error payload inside a successful answer is a failure."""


class Calls:
    """Makes the calls of a run; opened by `Calls.open`, used as an async context manager.

    `isolation` tells, by kind, what stood between the calls and the machine; it is stored with the run.
    """

    def __init__(self, sessions: dict[str, ExecutionSession], stack: AsyncExitStack, read: Read) -> None:
        self._sessions = sessions
        self._stack = stack
        self._read = read
        self.isolation = "; ".join(f"{kind}: {session.isolation}" for kind, session in sessions.items())

    @classmethod
    async def open(cls, executors: Sequence[Executor], apis: Sequence[Api], read: Read = lambda result: result) -> Self:
        """Open a session for each kind of implementation that occurs in `apis`.

        Args:
            read: is given every result before it is returned.

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
            return cls(sessions, stack.pop_all(), read)
        raise AssertionError("unreachable")

    async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
        """Make one call.

        Args:
            position: the call's place in the candidate's list of calls, kept in the result.
        """
        session = self._sessions.get(api.implementation.kind) if api.implementation else None
        if session is not None:
            return self._told(await session.call(api, call, position))
        message = f"`{api.name}` has no implementation that this run can call"
        return ExecutionResult(
            position=position, name=call.name, outcome=Outcome.rejected, how="not_executed",
            reason=Reason.not_executable, message=message,
        )  # fmt: skip

    async def sequence(self, steps: Sequence[tuple[Api, Call]]) -> tuple[ExecutionResult, ...]:
        """Make the calls of a candidate in order, each kind by its session.

        Calls of the same class with state are made on one fresh instance. The positions of the results count from 0.
        """
        first = self._sessions.get(_kind(steps[0][0])) if steps else None
        if first is not None and all(_kind(api) == _kind(steps[0][0]) for api, _ in steps):
            return tuple([self._told(one) for one in await first.sequence(steps)])
        results: dict[int, ExecutionResult] = {}
        for kind in dict.fromkeys(_kind(api) for api, _ in steps):
            positions = [position for position, (api, _) in enumerate(steps) if _kind(api) == kind]
            if kind not in self._sessions:
                made = [await self.call(*steps[position]) for position in positions]
            else:
                made = [self._told(one) for one in await self._sessions[kind].sequence([steps[p] for p in positions])]
            results |= {p: one.model_copy(update={"position": p}) for p, one in zip(positions, made, strict=True)}
        return tuple(results[position] for position in range(len(steps)))

    def _told(self, result: ExecutionResult) -> ExecutionResult:
        return self._read(_dated(result))

    async def close(self) -> None:
        """End all sessions. Safe to call twice."""
        await self._stack.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _dated(result: ExecutionResult) -> ExecutionResult:
    """The result with the time at which its call was made."""
    if result.how != "executed" or result.recorded_at is not None:
        return result
    return result.model_copy(update={"recorded_at": made_at()})


def _kind(api: Api) -> str:
    return api.implementation.kind if api.implementation else ""


def _by_kind(executors: Sequence[Executor]) -> dict[str, Executor]:
    by_kind: dict[str, Executor] = {}
    for executor in executors:
        if executor.kind in by_kind:
            raise ConfigError(f"Two executors call implementations of kind `{executor.kind}`", where="executors")
        by_kind[executor.kind] = executor
    return by_kind
