"""What the cache holds, seen from outside of a run: figures, pruning, export."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from apigen.errors import StorageError
from apigen.llm.cache.answers import unpacked
from apigen.llm.cache.database import Database, Snapshot
from apigen.llm.cache.place import current, unusable

T = TypeVar("T")

_FIGURES = """
SELECT model, strftime('%Y-%m', stored_at, 'unixepoch') AS month, count(*), coalesce(sum(cost), 0),
    count(*) - count(cost), 0, 0, 0.0, 0
FROM answers GROUP BY 1, 2
UNION ALL
SELECT model, month, 0, 0.0, 0, hits, prompt_tokens + completion_tokens, cost, unknown FROM hits
ORDER BY month, model
"""
_ROWS = """
SELECT key, run, stored_at, identity, dictionary, response
FROM (SELECT key, run, stored_at, body FROM answers ORDER BY body LIMIT -1) CROSS JOIN bodies ON id = body
"""
# the limit and the kind of join keep SQLite from sorting the rows with all their bytes


@dataclass(frozen=True)
class Figures:
    """Answers of a model stored in a month (2026-01), and what was taken from the cache in that month.

    Costs are in US dollars, of answers whose cost is known; the numbers of the others are `unknown` and `hits_unknown`.
    """

    model: str
    month: str
    answers: int = 0
    cost: float = 0.0
    unknown: int = 0
    hits: int = 0
    saved_tokens: int = 0
    saved_cost: float = 0.0
    hits_unknown: int = 0


@dataclass(frozen=True)
class Selection:
    """Answers to be pruned: of one model, stored before a time (seconds since 1970), both, or all."""

    model: str | None = None
    before: float | None = None

    @property
    def condition(self) -> tuple[str, list[str | float]]:
        """As SQL, with its parameters."""
        parts = {"model = ?": self.model, "stored_at < ?": self.before}
        given = {text: value for text, value in parts.items() if value is not None}
        return " AND ".join(given) or "true", list(given.values())


@dataclass(frozen=True)
class Stored:
    """One answer as it lies in the cache; `identity` and `response` are JSON."""

    key: str
    run: str
    stored_at: int
    identity: bytes
    response: bytes


class Contents:
    """The database of a cache, opened by `opened`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    def size(self) -> int:
        """Bytes on disk, the journal included."""
        files = (self.path.with_name(self.path.name + ending) for ending in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def figures(self) -> list[Figures]:
        """By month and model, oldest first."""
        found: dict[tuple[str, str], Figures] = {}
        for model, month, *numbers in self._do(lambda connection: connection.execute(_FIGURES).fetchall()):
            before = found.get((month, model), Figures(model, month))
            own = (before.answers, before.cost, before.unknown)
            taken = (before.hits, before.saved_tokens, before.saved_cost, before.hits_unknown)
            sums = [old + new for old, new in zip((*own, *taken), numbers, strict=True)]
            found[month, model] = Figures(model, month, *sums)
        return list(found.values())

    def batches(self) -> list[tuple[str, str, int]]:
        """Batches whose answers were not collected yet: number or token, address, requests; oldest first."""
        query = """
            SELECT coalesce(id, token), base_url, count(*) FROM batches JOIN batch_requests ON batch = token
            GROUP BY token ORDER BY submitted_at, token"""
        return self._do(lambda connection: connection.execute(query).fetchall())

    def models(self) -> list[str]:
        """The models whose answers are kept."""
        return [row[0] for row in self._do(lambda c: c.execute("SELECT DISTINCT model FROM answers").fetchall())]

    def count(self, selection: Selection) -> tuple[int, float]:
        """How many answers a selection has, and what they cost as far as known."""
        condition, values = selection.condition
        query = f"SELECT count(*), coalesce(sum(cost), 0.0) FROM answers WHERE {condition}"
        ((number, cost),) = self._do(lambda connection: connection.execute(query, values).fetchall())
        return number, cost

    def prune(self, selection: Selection) -> int:
        """Delete the answers of a selection for good, and give their space back; how many there were.

        Raises:
            StorageError: the file cannot be written.
        """
        return self._do(lambda connection: _prune(connection, selection))

    def rows(self) -> Iterator[Stored | None]:
        """All answers, oldest first; None stands for one that is damaged.

        Raises:
            StorageError: the file cannot be read.
        """
        try:
            connection = self._database.connection
            dictionaries = dict(connection.execute("SELECT id, text FROM dictionaries").fetchall())
            for key, run, stored_at, identity, number, response in connection.execute(_ROWS):
                try:
                    text = unpacked(dictionaries[number])
                    one = Stored(key.hex(), run, stored_at, unpacked(identity, text), unpacked(response))
                except (KeyError, ValueError):
                    yield None
                    continue
                yield one
        except sqlite3.Error as error:
            raise unusable(self.path, error) from error

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._database.work(work)
        except sqlite3.Error as error:
            raise unusable(self.path, error) from error


@contextmanager
def opened(folder: Path) -> Iterator[Contents | None]:
    """The cache in a folder; None if there is none.

    Raises:
        StorageError: it cannot be read.
    """
    try:
        there = current(folder) is not None
    except OSError as error:
        raise unusable(folder, error) from error
    if not there:
        yield None
        return
    database = Database(folder) if os.access(folder, os.W_OK) else Snapshot(folder)
    try:
        yield Contents(database)
    finally:
        database.close()


def set_aside_files(folder: Path) -> list[Path]:
    """Damaged databases that were set aside."""
    return sorted(file for file in folder.glob("responses-*.damaged-*") if not file.name.endswith(("-wal", "-shm")))


def days_ago(days: float) -> float:
    """A time, in seconds since 1970."""
    return time.time() - days * 86400


def _prune(connection: sqlite3.Connection, selection: Selection) -> int:
    condition, values = selection.condition
    connection.execute("BEGIN IMMEDIATE")
    try:
        deleted = connection.execute(f"DELETE FROM answers WHERE {condition}", values).rowcount
        connection.execute("DELETE FROM bodies WHERE id NOT IN (SELECT body FROM answers)")
        connection.execute("DELETE FROM dictionaries WHERE id NOT IN (SELECT dictionary FROM bodies)")
        if selection == Selection():
            connection.execute("DELETE FROM hits")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return deleted


def no_cache(folder: Path) -> StorageError:
    """What to tell where there is no cache."""
    return StorageError(
        f"There is no response cache in {folder}.",
        where="--folder",
        remedy="apigen generate makes one; apigen cache --folder DIR names another folder",
    )
