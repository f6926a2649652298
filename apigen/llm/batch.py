"""Models asked in batches: half the price at most providers, and an answer within a day.

Requests are gathered until there are enough, or none has come for a while; then they are submitted as one batch (a file
of requests, OpenAI's protocol, which others speak too), and the batch is looked at until it has ended. Batches are
remembered beside the response cache: a run that was killed and is continued collects them instead of paying again.
"""

import asyncio
import json
import os
from collections.abc import Sequence

from pydantic import Field, PrivateAttr, field_validator

from apigen.errors import ModelError
from apigen.llm.answers import Answer
from apigen.llm.batch_collector import Collector, Line, Settings
from apigen.llm.batch_http import BatchTransport
from apigen.llm.batch_ledger import Ledger
from apigen.llm.cache.answers import question
from apigen.llm.cache.place import cache_folder
from apigen.llm.model import ModelRequest
from apigen.llm.openai_http import OpenAIServer, _read
from apigen.llm.remote import _State
from apigen.llm.structured import Form
from apigen.llm.texts import JsonText, spelled_out
from apigen.reasons import Reason
from apigen.records import Json

OPENAI = "https://api.openai.com/v1"
KEY_VARIABLE = "OPENAI_API_KEY"


class OpenAIBatch(OpenAIServer):
    """A model of a server that takes batches; OpenAI, if `base_url` is null.

    OpenAI gets the key of the environment variable OPENAI_API_KEY if `api_key` is null, another server none.

    A batch is submitted when `batch_size` requests wait, or when none has come for `batch_wait` seconds; it is looked
    at every `poll` seconds. `completion_window` is the time the provider has. `folder`: where batches are remembered,
    that of the response cache. `timeout` is for one exchange with the server, not for a batch. The limits of other
    requests do not hold for batches and cannot be set, and a schema is sent or not: no probe is worth a batch.
    """

    base_url: str = Field(default=OPENAI, validate_default=True)
    structured_output: str = "on"  # type: ignore[assignment]
    batch_size: int = Field(default=1000, ge=1, le=50_000)
    batch_wait: float = Field(default=10.0, gt=0)
    poll: float = Field(default=30.0, gt=0)
    completion_window: str = "24h"
    folder: str | None = None

    _collecting: Collector | None = PrivateAttr(default=None)
    _loop: asyncio.AbstractEventLoop | None = PrivateAttr(default=None)

    @field_validator("base_url", mode="before")
    @classmethod
    def _openai(cls, value: str | None) -> str:
        return OPENAI if value is None else value

    @field_validator("structured_output")
    @classmethod
    def _no_probe(cls, value: str) -> str:
        if value not in ("on", "off"):
            raise ValueError("should be on or off: in a batch it cannot be tried what the server supports")
        return value

    @field_validator("requests_per_minute", "tokens_per_minute", "max_in_flight")
    @classmethod
    def _no_limit(cls, value: int | None) -> None:
        if value is not None:
            raise ValueError("does not hold for batches; leave it null (batch_size limits a batch)")

    def identity(self, request: ModelRequest) -> dict[str, Json] | None:
        """That of the same request outside of a batch, which has the same answer."""
        made = super().identity(request)
        return None if made is None else made | {"backend": JsonText.of(OpenAIServer.__name__)}

    async def close(self) -> None:
        """Stop waiting; batches under way are collected by the next run that asks the same."""
        collecting, self._collecting = self._collecting, None
        if collecting is not None and self._loop is asyncio.get_running_loop():
            await collecting.close()
        await super().close()

    async def _prepare(self) -> None:
        """Batches have connections of their own."""

    async def _attempt(self, request: ModelRequest, form: Form, state: _State) -> tuple[Answer, float]:
        identity = self.identity(request)
        assert identity is not None
        key, begun = question(identity).key, asyncio.get_running_loop().time()
        collector = self._collector()
        line = await collector.ask(key, {**spelled_out(self._parameters(request, form)), **self.extra_body})
        try:
            answer = answer_in(line)
        except ModelError:
            collector.refuse(line, key)
            raise
        collector.use(line, key)
        return answer, asyncio.get_running_loop().time() - begun

    def _key(self) -> str:
        if self.api_key is None:
            return os.environ.get(KEY_VARIABLE, "") if self.base_url == OPENAI else ""
        return self.api_key.get_secret_value()

    def _keys(self, state: _State) -> Sequence[str]:
        return [*super()._keys(state), *filter(None, [self._key()])]

    def _collector(self) -> Collector:
        loop = asyncio.get_running_loop()
        if self._collecting is None or self._loop is not loop:
            headers = {name: value.get_secret_value() for name, value in self.headers.items()}
            if self._key():
                headers = {"Authorization": f"Bearer {self._key()}"} | headers
            settings = Settings(
                base_url=self.base_url.rpartition("@")[2],
                size=self.batch_size,
                wait=self.batch_wait,
                poll=self.poll,
                window=self.completion_window,
                retries=self.retries,
            )
            transport = BatchTransport(self.base_url, headers, self.timeout)
            self._collecting = Collector(transport, Ledger(cache_folder(self.folder)), settings)
            self._loop = loop
        return self._collecting


def answer_in(line: Line) -> Answer:
    """The answer in a line of a batch's files.

    Raises:
        ModelError: there is none.
    """
    error, response = line.document.get("error"), line.document.get("response")
    if error:
        code = error.get("code") if isinstance(error, dict) else None
        message = str(error.get("message") or code) if isinstance(error, dict) else str(error)
        if code == "batch_expired":
            raise ModelError(Reason.model_timeout, message, retryable=True)
        raise ModelError(Reason.model_unavailable, message, retryable=code != "batch_cancelled")
    if not isinstance(response, dict):
        raise ModelError(Reason.no_answer, "the batch holds no answer", retryable=True)
    status = response.get("status_code")
    return _read(status if isinstance(status, int) else 200, json.dumps(response.get("body")).encode(), {})
