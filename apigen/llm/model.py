"""The one small interface to a language model: a request goes in, an answer with its cost comes out.

`Model.complete` never returns an unusable answer: it raises `ModelError` with a reason code instead.
"""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import ClassVar, Literal

from pydantic import Field

from apigen.component import Component
from apigen.records import Json, Message, Record


class ModelRequest(Record):
    """What a model is asked.

    `seed` determines the sample: the same request with the same seed may be answered from a store. `json_schema` is
    the shape wanted of the answer, for models that can be held to one. `purpose` is for accounting only: a model must
    answer from `messages` alone. `logprobs`: so many of the likeliest first tokens of the answer are wanted, with the
    logarithms of their probabilities; the answer then ends after one token.
    """

    messages: tuple[Message, ...]
    seed: int
    purpose: Literal["generate", "judge"]
    json_schema: dict[str, Json] | None = None
    logprobs: int = Field(default=0, ge=0, le=20)


class ModelResponse(Record):
    """What a model answered.

    `cost` is in US dollars and None if the price is not known; `latency` in seconds. `injected` is only set by models
    that make mistakes on purpose: the defects put into each item of the answer, in order. It is stored for measuring
    the checkers and never shown to them. `cached`: the answer came from the response cache and another run paid for it.
    `logprobs`: the likeliest first tokens with the natural logarithms of their probabilities, if they were asked for.
    """

    text: str
    model: str
    finish_reason: str = "stop"
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None
    latency: float = 0.0
    attempts: int = 1
    simulated: bool = False
    cached: bool = False
    injected: tuple[tuple[str, ...], ...] = Field(default=(), repr=False)
    logprobs: dict[str, float] | None = Field(default=None, repr=False)


class Model(Component):
    """Base of all models."""

    simulated: ClassVar[bool] = False
    """Whether answers come from rules instead of a language model; stored with everything made from them."""

    @property
    @abstractmethod
    def title(self) -> str:
        """The name stored with every request, for example `openai/gpt-4o-mini`."""

    @abstractmethod
    async def complete(self, request: ModelRequest) -> ModelResponse:
        """Answer `request`.

        Raises:
            ModelError: no usable answer, after all retries.
        """

    def identity(self, request: ModelRequest) -> dict[str, Json] | None:
        """All that determines the answer to `request`, as JSON without secrets: what it is kept under.

        None if answers are not worth keeping.
        """
        return None

    def priced(self, response: ModelResponse) -> ModelResponse:
        """A kept answer of unknown cost, with its cost if the model knows its prices by now."""
        return response

    def watch(self, allow: Callable[[], None]) -> None:
        """Have `allow` called before every further attempt at a request; it raises ModelError if there may be none.

        The first attempt is the caller's affair.
        """
        return

    def prepare(self, through: "Callable[[Model, ModelRequest], Awaitable[ModelResponse]]") -> None:
        """Have requests of the model's own (probes) asked by `through`, which ends in `complete` of the model given.

        It may be called within `complete`, so it must not wait for what `complete` is given only once it has ended.
        """
        return

    def fetch(self) -> None:
        """Have on this machine what the model is made of; that may take long the first time.

        Raises:
            ConfigError: it cannot be had.
        """
        return

    @property
    def report(self) -> str | None:
        """What is worth telling of the model's own work once it is closed, one line; None if there is nothing."""
        return None

    async def close(self) -> None:
        """Release connections; the model may not be used afterwards."""
        return
