"""What a run shares and passes to its stages at call time: the models, and the way to make calls."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from apigen.llm.model import Model, ModelRequest, ModelResponse
from apigen.records import Api, Call, ExecutionResult


class Caller(Protocol):
    """Makes calls and says what came of them (`apigen.execution.Calls`)."""

    async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
        """Make `call`; every end of it is a result, none an exception."""

    async def sequence(self, steps: Sequence[tuple[Api, Call]]) -> tuple[ExecutionResult, ...]:
        """Make calls in order, those of a class with state on one fresh instance; a result each, in order."""


class Seat:
    """A model with a limit on how many requests may be in flight."""

    def __init__(self, model: Model, in_flight: int) -> None:
        self.model = model
        self._free = asyncio.Semaphore(in_flight)

    async def complete(self, request: ModelRequest) -> ModelResponse:
        """Answer of the model.

        Raises:
            ModelError: no usable answer, after all retries.
        """
        async with self._free:
            return await self.model.complete(request)


@dataclass(frozen=True)
class Resources:
    """The models by role, and the caller."""

    generator: Seat
    judge: Seat
    calls: Caller
