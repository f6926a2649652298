"""Which requests are in which batch, remembered beside the response cache until their answers are stored.

A batch is written down before it is submitted. Whoever finds one without the provider's number afterwards looks for its
token among the provider's batches.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from apigen.llm.cache.database import Database
from apigen.llm.cache.place import unusable

T = TypeVar("T")
LIFETIME = 35 * 86400
"""Seconds after which a batch is forgotten that nobody has asked for again; providers keep the files for 30 days."""


@dataclass(frozen=True, slots=True)
class Known:
    """A batch that was submitted; `id` None: perhaps. `token` is ours, `id` the provider's."""

    token: str
    id: str | None


class Ledger:
    """The batches remembered in the cache's folder.

    Raises:
        StorageError: it cannot be opened; so do its methods if it cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._database = Database(folder)

    def find(self, key: bytes) -> Known | None:
        """The batch that holds the request with this key."""
        query = "SELECT token, id FROM batch_requests JOIN batches ON token = batch WHERE key = ?"
        rows = self._do(lambda connection: connection.execute(query, (key,)).fetchall())
        return Known(*rows[0]) if rows else None

    def begin(self, token: str, base_url: str, keys: Sequence[bytes]) -> None:
        """Write down a batch that is about to be submitted."""

        def work(connection: sqlite3.Connection) -> None:
            now = int(time.time())
            connection.execute("DELETE FROM batches WHERE submitted_at < ?", (now - LIFETIME,))
            connection.execute("DELETE FROM batch_requests WHERE batch NOT IN (SELECT token FROM batches)")
            values = (token, base_url, now)
            connection.execute("INSERT INTO batches (token, base_url, submitted_at) VALUES (?, ?, ?)", values)
            rows = [(key, token) for key in keys]
            connection.executemany("INSERT OR REPLACE INTO batch_requests VALUES (?, ?)", rows)

        self._write(work)

    def submitted(self, token: str, id: str) -> None:
        """Write down the provider's number of a batch."""
        self._write(lambda connection: connection.execute("UPDATE batches SET id = ? WHERE token = ?", (id, token)))

    def forget(self, token: str, keys: Iterable[bytes] | None = None) -> None:
        """Forget requests of a batch, None: all; and the batch with the last of them."""

        def work(connection: sqlite3.Connection) -> None:
            if keys is None:
                connection.execute("DELETE FROM batch_requests WHERE batch = ?", (token,))
            else:
                rows = [(key, token) for key in keys]
                connection.executemany("DELETE FROM batch_requests WHERE key = ? AND batch = ?", rows)
            connection.execute("DELETE FROM batches WHERE token NOT IN (SELECT batch FROM batch_requests)")

        self._write(work)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _write(self, work: Callable[[sqlite3.Connection], object]) -> None:
        def transaction(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            try:
                work(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

        self._database.stay_current()
        self._do(transaction)

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._database.work(work)
        except sqlite3.Error as error:
            raise unusable(self._database.path, error) from error
