"""What a run sees of the cache: one verb, `answer`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import field_validator

from apigen.component import Component
from apigen.errors import ModelError, StorageError
from apigen.llm.cache.answers import Question, Row, Striking, question
from apigen.llm.cache.place import cache_folder
from apigen.llm.cache.store import Store
from apigen.llm.model import ModelResponse
from apigen.reasons import Reason
from apigen.records import Json

Mode = Literal["use", "refresh", "offline", "off"]
Ask = Callable[[], Awaitable[ModelResponse]]

FIRST_LOOK, LAST_LOOK = 0.005, 0.25
"""Seconds between looks at what another process is asking for: growing from the first to the last."""


class ResponseCache(Component):
    """The response cache of a machine.

    `mode`: `use` takes answers from it and keeps new ones; `refresh` asks for everything once more and replaces what is
    there; `offline` asks for nothing; `off` goes without it. `folder`: where it is; null is the folder that the
    environment variable APIGEN_CACHE names, else `apigen` in the user's cache folder.
    """

    mode: Mode = "use"
    folder: str | None = None

    @field_validator("mode", mode="before")
    @classmethod
    def _yaml_switch(cls, value: Any) -> Any:
        """YAML reads a bare `off` as a truth value."""
        return "off" if value is False else value

    def open(self, run: str) -> "Responses":
        """The cache as the run with this unique id uses it.

        Raises:
            StorageError: it cannot be opened.
        """
        if self.mode == "off":
            return Responses(None, run, "off")
        return Responses(Store(cache_folder(self.folder), read_only=self.mode == "offline"), run, self.mode)


class Responses:
    """An open cache. Made by `ResponseCache.open`; to be used in one event loop."""

    def __init__(self, store: Store | None, run: str, mode: Mode) -> None:
        self.run = run
        self.mode = mode
        self._store = store
        self._striking = Striking()
        self._asking: dict[bytes, asyncio.Future[None]] = {}
        self._told = False

    @property
    def path(self) -> Path | None:
        """The file; None without a cache."""
        return None if self._store is None else self._store.path

    async def answer(self, identity: dict[str, Json] | None, ask: Ask) -> ModelResponse:
        """The answer to the request with this identity: the stored one, else that of `ask`, stored before it is given.

        None as identity: nothing is kept. What is asked for at the same moment by another, here or in another process,
        is waited for. Errors of `ask` are not kept, and neither are simulated answers.

        Raises:
            ModelError: that of `ask`; or `not_cached`, if nothing may be asked.
            StorageError: the cache cannot be read, or the answer not be stored. It stays known while the run lasts.
        """
        if self._store is None or identity is None:
            return await ask()
        store, asked = self._store, question(identity)
        if self.mode == "offline":
            if (found := self._found(store, asked)) is None:
                raise _missing()
            return found
        while (other := self._asking.get(asked.key)) is not None:
            await asyncio.shield(other)
        # first the claim, then the look: what another process stored before it let go is seen
        claimed = store.claims.take(asked.key)
        if (found := self._found(store, asked)) is not None:
            if claimed:
                store.claims.free(asked.key)
            return found
        self._asking[asked.key] = asyncio.get_running_loop().create_future()
        stored = None
        try:
            if not claimed and (found := await self._awaited(store, asked)) is not None:
                return found
            response = await ask()
            if response.simulated:
                return response
            response = self._striking.clean(response)
            stored = self._stored(store, asked, response)
        finally:
            if stored is None:
                self._free(store, asked.key)
        await stored
        return response

    async def close(self) -> None:
        """Store what is left, and close the file. Safe to call twice.

        Raises:
            StorageError: some answers could not be stored.
        """
        store, self._store = self._store, None
        if store is not None:
            await asyncio.to_thread(store.close)

    def _found(self, store: Store, asked: Question) -> ModelResponse | None:
        """The stored answer, if this run may use it."""
        kept = store.find(asked.key)
        if kept is None or (self.mode == "refresh" and kept.run != self.run):
            return None
        if kept.response is None:
            self._tell_of_damage(store)
            return None
        store.hit(kept.response)
        return kept.response if kept.run == self.run else kept.response.model_copy(update={"cached": True})

    async def _awaited(self, store: Store, asked: Question) -> ModelResponse | None:
        """The answer that another process is asking for; None once the claim is ours, for it has failed."""
        pause, claimed = FIRST_LOOK, False
        while not claimed:
            await asyncio.sleep(pause)
            pause = min(1.5 * pause, LAST_LOOK)
            claimed = store.claims.take(asked.key)
            if (found := self._found(store, asked)) is not None:
                return found
        return None

    def _stored(self, store: Store, asked: Question, response: ModelResponse) -> asyncio.Future[None]:
        """Have an answer stored; whatever becomes of the caller, the claim is held until it is."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def tell(error: StorageError | None) -> None:
            self._free(store, asked.key)
            if done.done():  # the caller is gone
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
                done.exception()  # asyncio need not complain if the caller is cancelled just now

        row = Row(asked.key, asked.text, self.run, response, replaces=self._told or self.mode == "refresh")
        store.store(row, tell)
        return done

    def _free(self, store: Store, key: bytes) -> None:
        store.claims.free(key)
        self._asking.pop(key).set_result(None)

    def _tell_of_damage(self, store: Store) -> None:
        if not self._told:
            self._told = True
            print(
                f"apigen: the response cache {store.path} holds answers that are damaged, or of another version of "
                "apigen: they are asked for again and replaced.",
                file=sys.stderr,
            )


def _missing() -> ModelError:
    return ModelError(
        Reason.not_cached, "the response cache holds no answer to this request, and cache.mode=offline asks for none"
    )
