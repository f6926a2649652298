"""Gathers requests into batches, and hands their answers to whoever waits for them."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias, TypeVar

from apigen.errors import ApigenError, ModelError
from apigen.llm.batch_http import ENDPOINT, BatchTransport
from apigen.llm.batch_ledger import Known, Ledger
from apigen.llm.retry import Attempts
from apigen.reasons import Reason
from apigen.records import Json

T = TypeVar("T")
MAX_FILE_BYTES = 100_000_000
"""A batch is submitted before its file gets longer; OpenAI takes 200 MB."""
ENDED = ("completed", "failed", "expired", "cancelled")
FULL = ("token_limit_exceeded", "rate_limit_exceeded")
FULL_WAIT = 60.0
"""Seconds before a batch is submitted again that the provider had no room for."""


@dataclass(frozen=True, slots=True)
class Settings:
    """See `OpenAIBatch`; times in seconds."""

    base_url: str
    size: int
    wait: float
    poll: float
    window: str
    retries: int


@dataclass(frozen=True, slots=True)
class Line:
    """What a batch's files hold about one request."""

    token: str
    document: dict[str, Json]


class _Gone(ModelError):
    """A batch of an earlier run was never submitted, or the provider has forgotten it."""


Outcome: TypeAlias = Line | ApigenError
Waiting: TypeAlias = "dict[bytes, asyncio.Future[Outcome]]"


@dataclass(slots=True)
class _Batch:
    """A batch under way. `lines`: None until it has ended, then what nobody has asked for yet."""

    token: str
    waiting: Waiting = field(default_factory=dict)
    lines: dict[bytes, Line] | None = None
    error: ModelError | None = None


@dataclass(frozen=True, slots=True)
class _Request:
    key: bytes
    line: bytes
    answer: "asyncio.Future[Outcome]"


class Collector:
    """The batches of one model in one event loop."""

    def __init__(self, transport: BatchTransport, ledger: Ledger, settings: Settings) -> None:
        self._transport = transport
        self._ledger = ledger
        self._settings = settings
        self._gathered: dict[bytes, _Request] = {}
        self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._batches: dict[str, _Batch] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._used: dict[str, list[bytes]] = {}
        self._used_keys: set[bytes] = set()

    async def ask(self, key: bytes, body: dict[str, Json]) -> Line:
        """What a batch says to the request with this key, from a batch of an earlier run if there is one.

        Raises:
            ModelError: it says nothing.
            StorageError: batches cannot be remembered.
        """
        while True:
            outcome = await asyncio.shield(self._expected(key, body))
            if isinstance(outcome, Line):
                return outcome
            if not isinstance(outcome, _Gone):
                raise outcome

    def use(self, line: Line, key: bytes) -> None:
        """An answer was taken: it is stored before this run ends, and need not be remembered beyond."""
        self._used.setdefault(line.token, []).append(key)
        self._used_keys.add(key)

    def refuse(self, line: Line, key: bytes) -> None:
        """What a batch says is no answer: the request may be asked again."""
        self._ledger.forget(line.token, [key])

    async def close(self) -> None:
        """Stop waiting. What was answered is forgotten; what is under way stays known.

        Raises:
            StorageError: the ledger cannot be written.
        """
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            for token, keys in self._used.items():
                self._ledger.forget(token, keys)
        finally:
            self._ledger.close()
            await self._transport.close()

    def _expected(self, key: bytes, body: dict[str, Json]) -> "asyncio.Future[Outcome]":
        if (request := self._gathered.get(key)) is not None:
            return request.answer
        known = None if key in self._used_keys else self._ledger.find(key)
        if known is None:
            return self._gather(key, body).answer
        batch = self._batches.get(known.token)
        if batch is None:
            batch = self._batches[known.token] = _Batch(known.token)
            self._start(self._see_through(batch, lambda: self._found(known), again=True))
        answer = batch.waiting.get(key)
        if answer is None:
            answer = batch.waiting[key] = asyncio.get_running_loop().create_future()
            self._settle(batch)
        return answer

    def _gather(self, key: bytes, body: dict[str, Json]) -> _Request:
        line = json.dumps({"custom_id": key.hex(), "method": "POST", "url": ENDPOINT, "body": body}).encode() + b"\n"
        if self._bytes + len(line) > MAX_FILE_BYTES:
            self._submit_gathered()
        request = self._gathered[key] = _Request(key, line, asyncio.get_running_loop().create_future())
        self._bytes += len(line)
        if self._timer is not None:
            self._timer.cancel()
        if len(self._gathered) >= self._settings.size:
            self._submit_gathered()
        else:
            self._timer = asyncio.get_running_loop().call_later(self._settings.wait, self._submit_gathered)
        return request

    def _submit_gathered(self) -> None:
        requests, self._gathered, self._bytes, self._timer = list(self._gathered.values()), {}, 0, None
        if requests:
            batch = _Batch(secrets.token_hex(16), {request.key: request.answer for request in requests})
            self._batches[batch.token] = batch
            self._start(self._see_through(batch, lambda: self._submit(batch, requests), again=False))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _see_through(self, batch: _Batch, start: Callable[[], Awaitable[str]], *, again: bool) -> None:
        """Follow a batch to its end; `again`: it is of an earlier run, and may be gone."""
        try:
            await self._follow(batch, await start())
        except ModelError as error:
            if again and error.status == 404:
                self._ledger.forget(batch.token)
                error = _Gone(error.reason, error.message)
            self._give_up(batch, error)
        except ApigenError as error:  # the ledger cannot be written
            self._give_up(batch, error)
        except Exception as error:
            self._give_up(batch, ModelError(Reason.no_answer, f"{type(error).__name__}: {error}"))
            raise

    async def _submit(self, batch: _Batch, requests: Sequence[_Request]) -> str:
        """Submit a batch; its number."""
        file = await self._transport.upload(b"".join(request.line for request in requests))
        self._ledger.begin(batch.token, self._settings.base_url, [request.key for request in requests])
        try:
            id = await self._create(file, batch.token)
        except ModelError as error:
            if not error.retryable:  # else it may have been made: the next attempt looks for it
                self._ledger.forget(batch.token)
            raise
        self._ledger.submitted(batch.token, id)
        return id

    async def _create(self, file: str, token: str) -> str:
        """Make the batch, unless it was made and only the answer was lost."""
        try:
            return await self._transport.create(file, token, self._settings.window)
        except ModelError as error:
            if not error.retryable or (found := await self._transport.search(token)) is None:
                raise
            return found

    async def _found(self, known: Known) -> str:
        """The number of a batch that an earlier run submitted, or was about to submit."""
        if known.id is not None:
            return known.id
        id = await self._attempts(partial(self._transport.search, known.token))
        if id is None:
            raise ModelError(Reason.model_unavailable, "the batch was never submitted", status=404)
        self._ledger.submitted(known.token, id)
        return id

    async def _follow(self, batch: _Batch, id: str) -> None:
        """Look at a batch until it has ended, and fetch what came of it."""
        while True:
            found = await self._attempts(partial(self._transport.batch, id))
            if found.get("status") in ENDED:
                break
            await asyncio.sleep(self._settings.poll)
        lines: dict[bytes, Line] = {}
        for name in ("output_file_id", "error_file_id"):
            if isinstance(file := found.get(name), str) and file:
                lines |= await self._attempts(partial(self._fetch, batch.token, file))
        batch.error, batch.lines = _why(found), lines
        self._settle(batch)

    async def _attempts(self, work: Callable[[], Awaitable[T]]) -> T:
        return await Attempts(self._settings.retries).run(work)

    async def _fetch(self, token: str, file: str) -> dict[bytes, Line]:
        lines: dict[bytes, Line] = {}
        async for document in self._transport.lines(file):
            try:
                lines[bytes.fromhex(str(document.get("custom_id")))] = Line(token, document)
            except ValueError:  # none of ours
                continue
        return lines

    def _settle(self, batch: _Batch) -> None:
        """Give what a batch that has ended holds to those who wait."""
        if batch.lines is None:
            return
        missing = [key for key in batch.waiting if key not in batch.lines]
        if missing:
            self._ledger.forget(batch.token, missing)
        for key, answer in batch.waiting.items():
            outcome: Outcome = batch.lines.pop(key, None) or batch.error or _nothing()
            if not answer.done():
                answer.set_result(outcome)
        batch.waiting = {}

    def _give_up(self, batch: _Batch, error: ApigenError) -> None:
        self._batches.pop(batch.token, None)
        for answer in batch.waiting.values():
            if not answer.done():
                answer.set_result(error)


def _nothing() -> ModelError:
    return ModelError(Reason.no_answer, "the batch has ended without a word on this request", retryable=True)


def _why(batch: dict[str, Json]) -> ModelError | None:
    """Why a batch has no answer to some of its requests, as far as its status says it."""
    status = batch.get("status")
    if status == "expired":
        return ModelError(Reason.model_timeout, "the batch expired before this was answered", retryable=True)
    if status == "cancelled":
        return ModelError(Reason.model_unavailable, "the batch was cancelled at the provider")
    if status != "failed":
        return None
    errors = batch.get("errors")
    found = errors.get("data") if isinstance(errors, dict) else None
    details = [one for one in found or [] if isinstance(one, dict)]
    message = "; ".join(str(one.get("message") or one.get("code")) for one in details[:5]) or "no reason is given"
    if any(one.get("code") in FULL for one in details):
        text = f"the provider had no room for the batch: {message}"
        return ModelError(Reason.rate_limited, text, retryable=True, retry_after=FULL_WAIT)
    return ModelError(Reason.model_refused_request, f"the provider refused the batch: {message}")
