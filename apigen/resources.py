"""What a run shares and passes to its stages at call time: the models, and the way to make calls."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from apigen.llm.model import Model, ModelRequest, ModelResponse
from apigen.records import Api, Call, ExecutionResult, Json


class Caller(Protocol):
    """Makes calls and says what came of them (`apigen.execution.Calls`)."""

    async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
        """Make `call`; every end of it is a result, none an exception."""

    async def sequence(self, steps: Sequence[tuple[Api, Call]]) -> tuple[ExecutionResult, ...]:
        """Make calls in order, those of a class with state on one fresh instance; a result each, in order."""


class Answers(Protocol):
    """Keeps answers of models (`apigen.llm.cache.Responses`)."""

    async def answer(
        self, identity: dict[str, Json] | None, ask: Callable[[], Awaitable[ModelResponse]]
    ) -> ModelResponse:
        """The answer kept under `identity`, else what `ask` gives, kept before it is returned."""


class Purse(Protocol):
    """Counts what a run spends, and stops it at its limits (`apigen.pipeline.budget.Meter`)."""

    def ask(self) -> None:
        """Count a request that is about to be sent; raises ModelError if it may not be."""

    def paid(self, response: ModelResponse) -> None:
        """Count an answer."""


class Seat:
    """A model with what stands before it: kept answers, a limit on how many requests are in flight, a budget.

    `free` has as many permits as there may be requests in flight; seats that share one share the limit.
    """

    def __init__(
        self, model: Model, free: asyncio.Semaphore, answers: Answers | None = None, purse: Purse | None = None
    ) -> None:
        self.model = model
        self._free = free
        self._answers = answers
        self._purse = purse
        model.prepare(self._aside)
        if purse is not None:
            model.watch(purse.ask)

    async def complete(self, request: ModelRequest) -> ModelResponse:
        """Answer of the model, or the one that was kept.

        Raises:
            ModelError: no usable answer, after all retries.
            UserError: the answer cannot be kept, or its price must be known and is not.
        """
        return await self._answer(self.model, request, self._free)

    async def _aside(self, model: Model, request: ModelRequest) -> ModelResponse:
        """Answer to a request of the model's own, asked within another that holds a permit already."""
        return await self._answer(model, request, contextlib.nullcontext())

    async def _answer(
        self, model: Model, request: ModelRequest, free: contextlib.AbstractAsyncContextManager[None]
    ) -> ModelResponse:
        async def ask() -> ModelResponse:
            async with free:
                if self._purse is not None:
                    self._purse.ask()
                return await model.complete(request)

        if self._answers is None:
            response = await ask()
        else:
            response = await self._answers.answer(model.identity(request), ask)
        if response.cost is None:
            response = model.priced(response)
        if self._purse is not None:
            self._purse.paid(response)
        return response


@dataclass(frozen=True)
class Resources:
    """The models by role, and the caller."""

    generator: Seat
    judge: Seat
    calls: Caller
