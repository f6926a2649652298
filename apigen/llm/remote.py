"""What all models behind a network share: the keys, the limits, the retries, structured output, the errors.

A subclass sends one request (`_send`). Everything that can go wrong becomes a `ModelError` whose message holds no
secret. Whether a provider takes a JSON schema is found out by asking: a request that is refused with one and answered
without it turns schemas off for the rest of the run, and an answer that plainly ignores the schema has a probe find
out what the server supports (`apigen.llm.structured`).
"""

import asyncio
import re
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from apigen.errors import ModelError
from apigen.llm.answers import Answer, answer_of, http_failure, no_choices, shortened, too_long
from apigen.llm.deadlines import Deadlines
from apigen.llm.limits import Endpoint, Lane, Sign, endpoint_of, sign_of
from apigen.llm.model import Model, ModelRequest, ModelResponse
from apigen.llm.retry import Attempts
from apigen.llm.secrets import password_of, redacted, without
from apigen.llm.structured import PROBE_TOKENS, Ask, Form, Structure, Support, is_probe
from apigen.llm.texts import JsonText, messages_text, schema_texts
from apigen.reasons import Reason
from apigen.records import Json

__all__ = ["Answer", "RemoteModel", "answer_of", "http_failure", "no_choices", "shortened"]

SEEDS = 2**31
LONGEST_MESSAGE = 20_000
"""Characters of a provider's message that are looked through for keys; the rest is never shown."""

_BY_SCHEMA = '{"type": "json_schema", "json_schema": {"name": "answer", "schema": %s, "strict": false}}'
_ABOUT_SCHEMA = re.compile(r"response_?format|json_?schema|structured.?output|grammar|guided", re.IGNORECASE)
_SECRET_HEADER = re.compile(r"authorization|key|token|secret|cookie", re.IGNORECASE)


@dataclass(slots=True)
class _State:
    """What a model learns while it is used."""

    allow: Callable[[], None] = lambda: None
    through: Ask | None = None
    structure: Structure = field(default_factory=Structure)
    lane: Lane = field(default_factory=lambda: Endpoint().lane(""))
    deadlines: Deadlines = field(default_factory=lambda: Deadlines(0))
    keys: Sequence[str] | None = None
    loop: asyncio.AbstractEventLoop | None = None


class RemoteModel(Model):
    """Base of models behind a network.

    `timeout` is the time for one attempt in seconds, from sending to the last byte; waiting for leave to send does not
    count. `retries` are further attempts after rate limits, time-outs, server errors and empty answers.
    `requests_per_minute`, `tokens_per_minute` (of prompts and answers) and `max_in_flight` make requests wait, those of
    generator and judge together if they are the same model; null is no limit. `structured_output`: `on` always sends
    the JSON schema that is wanted, `off` never, `auto` unless the provider refuses or ignores it, `probe` finds that
    out by a tiny request before the first. Prices are in US dollars; both or none. `api_key` and `headers` are never
    shown. `extra_body` holds further keys of the request.
    """

    model: str = Field(min_length=1)
    temperature: float | None = Field(default=0.7, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=4096, ge=1)
    seed_sent: bool = True
    timeout: float = Field(default=120, gt=0)
    retries: int = Field(default=4, ge=0)
    requests_per_minute: int | None = Field(default=None, ge=1)
    tokens_per_minute: int | None = Field(default=None, ge=1)
    max_in_flight: int | None = Field(default=None, ge=1)
    structured_output: Literal["on", "off", "auto", "probe"] = "auto"
    base_url: str | None = None
    api_key: SecretStr | None = None
    price_per_million_input: float | None = Field(default=None, ge=0)
    price_per_million_output: float | None = Field(default=None, ge=0)
    headers: dict[str, SecretStr] = {}
    extra_body: dict[str, Json] = {}

    @field_validator("structured_output", mode="before")
    @classmethod
    def _yaml_switch(cls, value: Any) -> Any:
        """YAML reads a bare `on` or `off` as a truth value."""
        return {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value

    @field_validator("base_url")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("the address begins with http:// or https://")
        return value

    @model_validator(mode="after")
    def _both_prices(self) -> Self:
        if (self.price_per_million_input is None) != (self.price_per_million_output is None):
            raise ValueError("give both price_per_million_input and price_per_million_output, or none of them")
        return self

    @property
    def title(self) -> str:
        """The name of the model, as it is asked for."""
        return self.model

    @property
    def provider(self) -> str:
        """Who answers, where the address alone does not say it."""
        return ""

    @property
    def support(self) -> Support:
        """What is known so far of the server's structured output."""
        return self._state.structure.support or Support.unknown

    @cached_property
    def _state(self) -> _State:
        return _State()  # pydantic's private attributes are slow to reach

    @cached_property
    def _given(self) -> dict[str, Json]:
        """The parameters that all requests have."""
        given = {"temperature": self.temperature, "top_p": self.top_p, "max_tokens": self.max_tokens}
        given = {name: value for name, value in given.items() if value is not None}
        return {name: JsonText.of(value) for name, value in {"model": self.model, **given}.items()}

    @cached_property
    def _place(self) -> dict[str, Json]:
        """What beside the parameters makes answers the model's own; the address without a password in it."""
        address = (self.base_url or "").rpartition("@")[2]
        own = {"backend": type(self).__name__, "base_url": address, "extra_body": self.extra_body}
        return {name: JsonText.of(value) for name, value in own.items()}

    def identity(self, request: ModelRequest) -> dict[str, Json] | None:
        """Backend, address, all parameters, messages, schema and seed."""
        schema = request.json_schema if self.structured_output != "off" else None
        return {
            **self._place,
            **self._parameters(request, None),
            "seed": JsonText(request.seed),
            "json_schema": None if schema is None else schema_texts(schema)[0],
        }

    def priced(self, response: ModelResponse) -> ModelResponse:
        """A kept answer of unknown cost, with its cost if prices are given by now."""
        if self.price_per_million_input is None:
            return response
        used = Answer("", "", response.prompt_tokens, response.completion_tokens)
        return response.model_copy(update={"cost": self._cost(used)})

    def watch(self, allow: Callable[[], None]) -> None:
        """Have `allow` called before every further attempt at a request."""
        self._state.allow = allow

    def prepare(self, through: Callable[[Model, ModelRequest], Awaitable[ModelResponse]]) -> None:
        """Have probes asked by `through`, which ends in `complete`, so that they are kept and counted."""
        self._state.through = lambda request: through(self, request)

    async def complete(self, request: ModelRequest) -> ModelResponse:
        """Answer `request`.

        Raises:
            ModelError: no usable answer, after all retries; its message holds no key.
        """
        state = self._state
        attempts = Attempts(0 if is_probe(request) else self.retries, state.allow)
        try:
            if state.loop is not asyncio.get_running_loop():
                await self._prepare()
            answer, latency = await self._answer(request, attempts, state)
        except ModelError as error:
            # without the original: it holds the request, and so the key
            raise self._clean(error) from None
        text = answer.text
        if not text.isascii():  # a lone surrogate cannot be stored; spelled as an escape it stays an error in JSON
            text = text.encode("utf-8", "backslashreplace").decode("utf-8")
        return ModelResponse(
            text=without(text, self._keys(state)),
            model=self.title,
            finish_reason=answer.finish_reason,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            cost=self._cost(answer),
            latency=latency,
            attempts=attempts.made,
            logprobs=answer.logprobs,
        )

    async def _prepare(self) -> None:
        """What must be done before the first request and is not part of its time."""
        return

    @abstractmethod
    async def _send(self, request: ModelRequest, parameters: dict[str, Json]) -> Answer:
        """Send one request. May raise ModelError or TimeoutError, nothing else."""

    async def _answer(self, request: ModelRequest, attempts: Attempts, state: _State) -> tuple[Answer, float]:
        """The answer, and the seconds that the last attempt took."""
        wish, form = self.structured_output, None
        if request.json_schema is not None and wish != "off":
            if wish == "probe" and state.structure.support is None and not is_probe(request):
                await state.structure.find_out(state.through or self.complete)
            form = state.structure.form(request)
        try:
            found = await attempts.run(lambda: self._attempt(request, form, state))
        except ModelError as error:
            if form is None or wish == "on" or is_probe(request) or not _may_be_schema(error):
                raise
        else:
            if form and wish == "auto" and state.structure.support is None and not is_probe(request):
                await state.structure.doubt(found[0], state.through or self.complete)
            return found
        found = await attempts.run(lambda: self._attempt(request, None, state))
        await state.structure.give_up(request, form, state.through or self.complete)
        return found

    async def _attempt(self, request: ModelRequest, form: Form, state: _State) -> tuple[Answer, float]:
        """Send the request once, when the limits allow it."""
        loop = asyncio.get_running_loop()
        if state.loop is not loop:
            self._enter_run(state, loop)
        lane, deadlines = state.lane, state.deadlines
        chars = sum(len(message.content) for message in request.messages) if lane.tokens is not None else 0
        tokens = lane.estimate(chars, self.max_tokens) if chars else 0.0
        permit = lane.enter_now(tokens) or await lane.enter(tokens)
        sign, used, pause = Sign.none, None, None
        try:
            parameters = self._parameters(request, form)
            limit = deadlines.begin()
            try:
                async with limit:
                    answer = await self._send(request, parameters)
            finally:
                deadlines.end(limit)
            sign = Sign.fine
            if answer.completion_tokens is not None:
                lane.count_completion(answer.completion_tokens)
                used = answer.completion_tokens + (answer.prompt_tokens or chars / 4)
            return answer, loop.time() - permit.sent
        except (ModelError, TimeoutError) as error:
            failed = error if isinstance(error, ModelError) else _late(self.timeout)
            sign, pause = sign_of(failed), failed.retry_after if failed.retryable else None
            used = 0.0 if sign is Sign.refused else None
            raise failed from None
        finally:
            lane.leave(permit, sign, used, pause)

    def _enter_run(self, state: _State, loop: asyncio.AbstractEventLoop) -> None:
        """Find the way to the provider that this run's models share; a run is an event loop."""
        key = self.api_key.get_secret_value() if self.api_key else ""
        endpoint = endpoint_of((type(self).__name__, self.base_url, self.provider, key))
        state.lane, state.deadlines, state.loop = endpoint.lane(self.model), Deadlines(self.timeout), loop
        state.lane.limit(self.requests_per_minute, self.tokens_per_minute, self.max_in_flight)

    def _parameters(self, request: ModelRequest, form: Form) -> dict[str, Json]:
        """What both kinds of backends send, in OpenAI's spelling; some of it as `JsonText`."""
        parameters: dict[str, Json] = {**self._given, "messages": messages_text(request.messages)}
        if self.seed_sent:
            parameters["seed"] = JsonText(request.seed % SEEDS)
        if form == "schema":
            schema = schema_texts(request.json_schema or {})[1]
            parameters["response_format"] = JsonText(_BY_SCHEMA % schema)
        elif form == "json_object":
            parameters["response_format"] = {"type": "json_object"}
        if request.logprobs:
            parameters |= {"logprobs": True, "top_logprobs": request.logprobs, "max_tokens": 1}
        if is_probe(request):
            parameters["max_tokens"] = min(PROBE_TOKENS, self.max_tokens or PROBE_TOKENS)
        return parameters

    def _cost(self, answer: Answer) -> float | None:
        if self.price_per_million_input is None or self.price_per_million_output is None:
            return answer.cost
        if answer.prompt_tokens is None or answer.completion_tokens is None:
            return None
        paid = answer.prompt_tokens * self.price_per_million_input
        return (paid + answer.completion_tokens * self.price_per_million_output) / 1_000_000

    def _keys(self, state: _State) -> Sequence[str]:
        """What no answer may hold, whatever the server writes into it."""
        if state.keys is None:
            secret = [value for name, value in self.headers.items() if _SECRET_HEADER.search(name)]
            state.keys = [value.get_secret_value() for value in (self.api_key, *secret) if value is not None]
        return state.keys

    def _clean(self, error: ModelError) -> ModelError:
        own = [self.api_key, *self.headers.values()]
        secrets = [secret.get_secret_value() for secret in own if secret is not None]
        message = redacted(error.message[:LONGEST_MESSAGE], [*secrets, password_of(self.base_url)])
        return ModelError(
            error.reason,
            shortened(message),
            retryable=error.retryable,
            retry_after=error.retry_after,
            status=error.status,
        )


def _late(timeout: float) -> ModelError:
    return ModelError(Reason.model_timeout, f"no answer within {timeout:g} s", retryable=True)


def _may_be_schema(error: ModelError) -> bool:
    if error.reason is Reason.model_refused_request:
        return not too_long(error)
    return error.reason is Reason.model_unavailable and bool(_ABOUT_SCHEMA.search(error.message))
