"""The writer of the cache: one thread of a process commits all answers that wait, together.

An answer is returned to whoever asked once its commit is done. What cannot be stored is kept in memory, found there,
and tried again with every later commit and at the end.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from apigen.errors import StorageError
from apigen.llm.cache.answers import Row
from apigen.llm.cache.database import Database
from apigen.llm.cache.packing import Body, Packer
from apigen.llm.cache.place import unusable
from apigen.llm.model import ModelResponse

HITS_EVERY = 1.0
"""Seconds between two commits of nothing but counts of hits."""
_CHUNKS = (64, 16, 4, 1)
# Each statement costs a turn at Python's global lock, which a busy event loop may withhold for milliseconds: a few
# statements of many rows are better than many of one.
_BODIES = {n: "INSERT INTO bodies VALUES " + ", ".join(["(NULL, ?, ?, ?)"] * n) for n in _CHUNKS}
_ANSWERS = {n: "INSERT OR REPLACE INTO answers VALUES " + ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * n) for n in _CHUNKS}
_DROP = "DELETE FROM bodies WHERE id = (SELECT body FROM answers WHERE key = ?)"
_HIT = """
INSERT INTO hits VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    hits = hits + excluded.hits, prompt_tokens = prompt_tokens + excluded.prompt_tokens,
    completion_tokens = completion_tokens + excluded.completion_tokens, cost = cost + excluded.cost,
    unknown = unknown + excluded.unknown
"""

Tell: TypeAlias = Callable[[StorageError | None], None]
"""Is told, in its event loop, that an answer is stored, or why it is not."""


class Waiting(NamedTuple):
    """An answer to be stored, and whom to tell."""

    row: Row
    tell: Tell
    loop: asyncio.AbstractEventLoop


class Writer:
    """Writes into `database`, which belongs to it from now on.

    `unsaved` are the answers that could not be stored so far, by key. `renewed` counts how often the file was replaced.
    """

    def __init__(self, database: Database) -> None:
        self.unsaved: dict[bytes, Row] = {}
        self.renewed = 0
        self._database = database
        self._rows: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._hits: deque[ModelResponse] = deque()
        self._trouble: StorageError | None = None
        self._packer: Packer | None = None
        self._thread = threading.Thread(target=self._run, name="apigen-cache", daemon=True)
        self._thread.start()

    def store(self, row: Row, tell: Tell) -> None:
        """Have `row` stored and `tell` told of it."""
        self._rows.put(Waiting(row, tell, asyncio.get_running_loop()))

    def hit(self, response: ModelResponse) -> None:
        """Count a hit."""
        self._hits.append(response)

    def close(self) -> None:
        """Store what is left, and end.

        Raises:
            StorageError: some answers could not be stored.
        """
        self._rows.put(None)
        self._thread.join()
        if self.unsaved and self._trouble is not None:
            known = [row.response.cost for row in self.unsaved.values() if row.response.cost is not None]
            raise StorageError(
                f"{len(self.unsaved)} answers of models (known cost ${sum(known):.4f}) could not be kept in the "
                f"response cache: {self._trouble.what}",
                where=self._trouble.where,
                remedy=self._trouble.remedy,
            )

    def _run(self) -> None:
        last = time.monotonic()
        while True:
            waiting, more = self._next()
            if waiting or (self._hits and time.monotonic() - last >= HITS_EVERY) or not more:
                self._flush(waiting)
                last = time.monotonic()
            if not more:
                self._database.close()
                return

    def _next(self) -> tuple[list[Waiting], bool]:
        """All that waits now, and whether there may be more later."""
        found: list[Waiting] = []
        try:
            one = self._rows.get(timeout=HITS_EVERY)
            while one is not None:
                found.append(one)
                one = self._rows.get_nowait()
        except queue.Empty:
            return found, True
        return found, False

    def _flush(self, waiting: Sequence[Waiting]) -> None:
        self.unsaved |= {one.row.key: one.row for one in waiting}
        hits = [self._hits.popleft() for _ in range(len(self._hits))]
        error: StorageError | None = None
        try:
            if self.unsaved or hits:
                self._commit(list(self.unsaved.values()), hits)
            self.unsaved = {}
        except (sqlite3.Error, OSError) as failure:
            error = unusable(self._database.path, failure)
        except StorageError as failure:  # a new file was needed and could not be made
            error = failure
        except BaseException as failure:  # a bug: whoever waits must hear of it
            error = unusable(self._database.path, Exception(f"{type(failure).__name__}: {failure}"))
        if error is not None:
            self._trouble = error
            self._hits.extendleft(reversed(hits))
        _tell(waiting, error)

    def _commit(self, rows: Sequence[Row], hits: Sequence[ModelResponse]) -> None:
        database = self._database
        before = database.connection
        try:
            database.stay_current()
            database.work(lambda connection: self._write(connection, rows, hits))
        finally:
            self.renewed += database.connection is not before

    def _write(self, connection: sqlite3.Connection, rows: Sequence[Row], hits: Sequence[ModelResponse]) -> None:
        if self._packer is None or self._packer.connection is not connection:
            self._packer = Packer(connection)
        packed = [self._packer.body(row) for row in rows]
        connection.execute("BEGIN IMMEDIATE")
        try:
            if not self._packer.is_complete():  # someone has emptied the cache meanwhile
                self._packer = Packer(connection)
                packed = [self._packer.body(row) for row in rows]
            if rows:
                _insert(connection, rows, packed)
            self._packer.save()
            for counts in _counted(hits):
                connection.execute(_HIT, counts)
            connection.execute("COMMIT")
        except BaseException:
            self._packer = None
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise


def _insert(connection: sqlite3.Connection, rows: Sequence[Row], packed: Sequence[Body]) -> None:
    connection.executemany(_DROP, [(row.key,) for row in rows if row.replaces])
    for start, size in _chunks(len(rows)):
        part = range(start, start + size)
        last = connection.execute(_BODIES[size], [value for i in part for value in packed[i]]).lastrowid
        assert last is not None
        first = last - size + 1 - start  # SQLite numbers them one after the other
        connection.execute(_ANSWERS[size], [value for i in part for value in _columns(rows[i], first + i)])


def _chunks(count: int) -> Iterable[tuple[int, int]]:
    """Start and size of parts, so that there are few different statements."""
    start = 0
    while start < count:
        size = next(size for size in _CHUNKS if size <= count - start)
        yield start, size
        start += size


def _columns(row: Row, body: int) -> tuple[bytes | int | str | float | None, ...]:
    one = row.response
    return row.key, body, row.run, one.model, row.stored_at, one.prompt_tokens, one.completion_tokens, one.cost


def _counted(hits: Sequence[ModelResponse]) -> list[tuple[str | int | float, ...]]:
    """Hits by model, of this month."""
    month = time.strftime("%Y-%m", time.gmtime())
    found: list[tuple[str | int | float, ...]] = []
    for model in sorted({hit.model for hit in hits}):
        own = [hit for hit in hits if hit.model == model]
        known = [hit.cost for hit in own if hit.cost is not None]
        tokens = sum(hit.prompt_tokens or 0 for hit in own), sum(hit.completion_tokens or 0 for hit in own)
        found.append((model, month, len(own), *tokens, sum(known), len(own) - len(known)))
    return found


def _tell(waiting: Sequence[Waiting], error: StorageError | None) -> None:
    """Tell all, in their own event loops, with one wake-up each."""
    for loop in {one.loop for one in waiting}:
        own = [one.tell for one in waiting if one.loop is loop]
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_call, own, error)


def _call(told: Sequence[Tell], error: StorageError | None) -> None:
    for tell in told:
        tell(error)
