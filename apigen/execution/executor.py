"""How a call is really made, whatever the API is made of.

One `Executor` serves one kind of `Implementation` (`python`; later REST and MCP). Being a component, it holds settings
only; `open` gives the `ExecutionSession` that a run uses and closes. A session never raises for what a call does: every
end of a call is an `ExecutionResult`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from apigen.component import Component
from apigen.records import Api, Call, ExecutionResult


class ExecutionSession(ABC):
    """Calls APIs for one run; made by `Executor.open`, used as an async context manager."""

    isolation: str = ""
    """What stands between a call and the machine, for example `process, no network`; stored with the run."""

    @abstractmethod
    async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
        """Make one call with named arguments and say what came of it. Lost workers are retried once inside."""

    async def sequence(self, steps: Sequence[tuple[Api, Call]]) -> tuple[ExecutionResult, ...]:
        """Make the calls of a candidate in order; results in the same order, their positions counted from 0.

        A call that fails does not keep the next ones from being made.
        """
        return tuple([await self.call(api, call, position) for position, (api, call) in enumerate(steps)])

    @abstractmethod
    async def close(self) -> None:
        """End all workers. Safe to call twice."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class Executor(Component):
    """Base of all executors. `kind` is the kind of implementation it serves."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """The `Implementation.kind` that this executor calls."""

    @abstractmethod
    async def open(self, apis: Sequence[Api]) -> ExecutionSession:
        """Start what is needed to call `apis` (those of this kind)."""
