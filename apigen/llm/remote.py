"""What all models behind a network share: the keys, the retries, the fallback from structured output, the errors.

A subclass sends one request (`_send`). Everything that can go wrong becomes a `ModelError` whose message holds no
secret. Whether a provider takes a JSON schema is found out by asking: a request that is refused with one and answered
without it turns schemas off for the rest of the run.
"""

import asyncio
import re
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, SecretStr, field_validator, model_validator

from apigen.errors import ModelError
from apigen.llm.model import Model, ModelRequest, ModelResponse
from apigen.llm.retry import Attempts
from apigen.llm.secrets import password_of, redacted
from apigen.reasons import Reason
from apigen.records import Json

SHOWN_CHARS = 500
SEEDS = 2**31

_ABOUT_SCHEMA = re.compile(r"response_?format|json_?schema|structured.?output|grammar|guided", re.IGNORECASE)
_NO_CREDIT = re.compile(r"insufficient_quota|billing|credit balance|exceeded your current quota", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer to one request; numbers are None where it gives none. `cost` in US dollars."""

    text: str
    finish_reason: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None


class RemoteModel(Model):
    """Base of models behind a network.

    `timeout` is the time for one attempt in seconds, from sending to the last byte. `retries` are further attempts
    after rate limits, time-outs, server errors and empty answers. `structured_output`: `on` always sends the JSON
    schema that is wanted, `off` never, `auto` until the provider refuses it. Prices are in US dollars; both or none.
    `api_key` and `headers` are never shown. `extra_body` holds further keys of the request.
    """

    model: str = Field(min_length=1)
    temperature: float | None = Field(default=0.7, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=4096, ge=1)
    seed_sent: bool = True
    timeout: float = Field(default=120, gt=0)
    retries: int = Field(default=4, ge=0)
    structured_output: Literal["on", "off", "auto"] = "auto"
    base_url: str | None = None
    api_key: SecretStr | None = None
    price_per_million_input: float | None = Field(default=None, ge=0)
    price_per_million_output: float | None = Field(default=None, ge=0)
    headers: dict[str, SecretStr] = {}
    extra_body: dict[str, Json] = {}

    _schema_refused: bool = PrivateAttr(default=False)
    _allow: Callable[[], None] = PrivateAttr(default=lambda: None)

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

    def identity(self, request: ModelRequest) -> dict[str, Json] | None:
        """Backend, address, all parameters, messages, schema and seed; the address without a password in it."""
        return {
            "backend": type(self).__name__,
            "base_url": (self.base_url or "").rpartition("@")[2],
            **self._parameters(request, structured=False),
            "seed": request.seed,
            "json_schema": request.json_schema if self.structured_output != "off" else None,
            "extra_body": self.extra_body,
        }

    def watch(self, allow: Callable[[], None]) -> None:
        """Have `allow` called before every further attempt at a request."""
        self._allow = allow

    async def complete(self, request: ModelRequest) -> ModelResponse:
        """Answer `request`.

        Raises:
            ModelError: no usable answer, after all retries; its message holds no key.
        """
        begun = time.perf_counter()
        attempts = Attempts(self.retries, self._allow)
        try:
            await self._prepare()
            answer = await self._answer(request, attempts)
        except ModelError as error:
            # without the original: it holds the request, and so the key
            raise self._clean(error) from None
        return ModelResponse(
            # a lone surrogate cannot be stored; spelled as an escape it stays what it is: an error in JSON
            text=answer.text.encode("utf-8", "backslashreplace").decode("utf-8"),
            model=self.title,
            finish_reason=answer.finish_reason,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            cost=self._cost(answer),
            latency=time.perf_counter() - begun,
            attempts=attempts.made,
        )

    async def _prepare(self) -> None:
        """What must be done before the first request and is not part of its time."""
        return

    @abstractmethod
    async def _send(self, request: ModelRequest, parameters: dict[str, Json]) -> Answer:
        """Send one request. May raise ModelError or TimeoutError, nothing else."""

    async def _answer(self, request: ModelRequest, attempts: Attempts) -> Answer:
        auto = self.structured_output == "auto"
        structured = request.json_schema is not None and self.structured_output != "off"
        if auto and self._schema_refused:
            structured = False
        try:
            return await attempts.run(lambda: self._attempt(request, structured))
        except ModelError as error:
            if not (structured and auto and _may_be_schema(error)):
                raise
        answer = await attempts.run(lambda: self._attempt(request, False))
        self._schema_refused = True
        return answer

    async def _attempt(self, request: ModelRequest, structured: bool) -> Answer:
        try:
            async with asyncio.timeout(self.timeout):
                return await self._send(request, self._parameters(request, structured))
        except TimeoutError:
            message = f"no answer within {self.timeout:g} s"
            raise ModelError(Reason.model_timeout, message, retryable=True) from None

    def _parameters(self, request: ModelRequest, structured: bool) -> dict[str, Json]:
        """What both kinds of backends send, in OpenAI's spelling."""
        parameters: dict[str, Json] = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            "temperature": self.temperature,
            "top_p": self.top_p,
            "max_tokens": self.max_tokens,
            "seed": request.seed % SEEDS if self.seed_sent else None,
        }
        if structured:
            schema = {"name": "answer", "schema": request.json_schema, "strict": False}
            parameters["response_format"] = {"type": "json_schema", "json_schema": schema}
        return {name: value for name, value in parameters.items() if value is not None}

    def _cost(self, answer: Answer) -> float | None:
        if self.price_per_million_input is None or self.price_per_million_output is None:
            return answer.cost
        if answer.prompt_tokens is None or answer.completion_tokens is None:
            return None
        paid = answer.prompt_tokens * self.price_per_million_input
        return (paid + answer.completion_tokens * self.price_per_million_output) / 1_000_000

    def _clean(self, error: ModelError) -> ModelError:
        own = [self.api_key, *self.headers.values()]
        secrets = [secret.get_secret_value() for secret in own if secret is not None]
        message = redacted(error.message, [*secrets, password_of(self.base_url)])
        return ModelError(error.reason, shortened(message), retryable=error.retryable, retry_after=error.retry_after)


def http_failure(status: int, message: str, retry_after: float | None = None) -> ModelError:
    """The error for an answer with HTTP status `status`."""
    message = f"HTTP {status}: {message}"
    if status == 429:
        retryable = not _NO_CREDIT.search(message)
        return ModelError(Reason.rate_limited, message, retryable=retryable, retry_after=retry_after)
    if status in (401, 403):
        return ModelError(Reason.authentication, message)
    if status in (408, 504):
        return ModelError(Reason.model_timeout, message, retryable=True, retry_after=retry_after)
    if status in (409, 425) or status >= 500:
        return ModelError(Reason.model_unavailable, message, retryable=True, retry_after=retry_after)
    if 400 <= status < 500:
        return ModelError(Reason.model_refused_request, message)
    if 300 <= status < 400:
        return ModelError(Reason.model_unavailable, f"{message} (redirects are not followed: give the final address)")
    return ModelError(Reason.no_answer, message, retryable=True)


def answer_of(message: Mapping[str, Any], finish_reason: Any, usage: Mapping[str, Any], cost: float | None) -> Answer:
    """The answer in a chat message.

    Raises:
        ModelError: `no_answer`, if it holds no text.
    """
    reason = finish_reason if isinstance(finish_reason, str) and finish_reason else "stop"
    text = _text(message.get("content"))
    if text is None and isinstance(message.get("refusal"), str):
        text, reason = message["refusal"], "refusal"
    if text is None or (not text and reason in ("length", "content_filter")):
        raise _no_text(message, reason)
    return Answer(text, reason, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"), cost)


def no_choices(detail: str) -> ModelError:
    """The error for an answer without any choice."""
    return ModelError(Reason.no_answer, f"the answer holds no choices: {detail}", retryable=True)


def shortened(text: str) -> str:
    """`text` on one line, cut to 500 characters."""
    text = " ".join(text[: SHOWN_CHARS * 20].split())
    return text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + " …"


def _text(content: Any) -> str | None:
    if isinstance(content, list):  # some servers answer in parts
        parts = [part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)]
        return "".join(parts) if parts else None
    return content if isinstance(content, str) else None


def _no_text(message: Mapping[str, Any], reason: str) -> ModelError:
    if reason == "length":
        detail = "max_tokens were used up before the answer began; raise model.max_tokens"
    elif reason == "content_filter":
        detail = "the provider's content filter held the answer back"
    elif message.get("tool_calls"):
        detail = "the answer is a tool call instead of text"
    else:
        return ModelError(Reason.no_answer, f"the answer holds no text (finish reason {reason})", retryable=True)
    return ModelError(Reason.no_answer, detail, retryable=reason not in ("length", "content_filter"))


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    """A number of tokens; 0 is what servers that do not count say."""
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _may_be_schema(error: ModelError) -> bool:
    if error.reason is Reason.model_refused_request:
        return True
    return error.reason is Reason.model_unavailable and bool(_ABOUT_SCHEMA.search(error.message))
