"""The file of a cassette: one SQLite table, results as JSON by key; several processes may read and write it at once."""

import asyncio
import json
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

from apigen.errors import StorageError
from apigen.execution.secrets import named_secrets, without
from apigen.records import Api, Call, ExecutionResult

T = TypeVar("T")
PATIENCE = 60.0  # seconds that a process waits for the others
TABLE = """
CREATE TABLE IF NOT EXISTS results (
    key TEXT PRIMARY KEY,        -- SHA-256 of what determines the result
    api TEXT NOT NULL,
    kind TEXT NOT NULL,
    document_hash TEXT NOT NULL, -- version of the API document
    arguments TEXT NOT NULL,     -- JSON
    outcome TEXT NOT NULL,       -- passed or rejected
    result TEXT NOT NULL,        -- ExecutionResult as JSON
    recorded_at TEXT NOT NULL    -- UTC
) WITHOUT ROWID
"""
WRITE = "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


class Tape:
    """An open cassette. Made by `open`; `path` is its file."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._turn = threading.Lock()

    @classmethod
    def open(cls, file: str, *, writable: bool) -> Self:
        """Open the cassette `file`, made if it is to be written to.

        Raises:
            StorageError: there is none to read, or it is no cassette or not accessible.
        """
        path = Path(file).expanduser()
        if not writable and not path.is_file():
            raise StorageError(
                f"There is no cassette {path} to replay.",
                where="execution.cassette",
                remedy="record one first, with the same configuration and execution=record",
            )
        try:
            return cls(path, _writable(path) if writable else _readable(path))
        except (OSError, sqlite3.Error) as error:
            raise _trouble(path, error) from error

    async def find(self, key: str) -> ExecutionResult | None:
        """What was recorded under `key`.

        Raises:
            StorageError: the file cannot be read.
        """
        return await self._do(lambda: self._find(key))

    async def record(self, key: str, api: Api, call: Call, result: ExecutionResult) -> ExecutionResult:
        """Keep a result in place of what was recorded before, and return it as it is kept: without secrets.

        Raises:
            StorageError: the file cannot be written.
        """
        secrets = named_secrets(api)
        kept = ExecutionResult.model_validate(without(secrets, result.model_dump()))
        arguments = without(secrets, call.arguments)
        row = (
            key, api.name, api.implementation.kind if api.implementation else "", api.document_hash,
            json.dumps(arguments), kept.outcome.value, json.dumps(kept.model_dump(mode="json")), kept.recorded_at,
        )  # fmt: skip
        await self._do(lambda: self._write(row))
        return kept

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        with self._turn:
            self._connection.close()

    async def _do(self, work: Callable[[], T]) -> T:
        """Work on the file outside of the event loop, which others may have to be waited for."""
        try:
            return await asyncio.to_thread(work)
        except (sqlite3.Error, ValueError) as error:
            raise _trouble(self.path, error) from error

    def _find(self, key: str) -> ExecutionResult | None:
        with self._turn:
            row = self._connection.execute("SELECT result FROM results WHERE key = ?", (key,)).fetchone()
        return ExecutionResult.model_validate(json.loads(row[0])) if row else None

    def _write(self, row: tuple[str | None, ...]) -> None:
        with self._turn, self._connection:
            self._connection.execute(WRITE, row)


def _writable(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        with connection:
            connection.execute(TABLE)
    except BaseException:
        connection.close()
        raise
    return connection


def _readable(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; a file in a folder that cannot be written to is taken as it stands."""
    mode = "mode=ro" if os.access(path.parent, os.W_OK) else "immutable=1"
    address = f"{path.resolve().as_uri()}?{mode}"
    connection = sqlite3.connect(address, uri=True, timeout=PATIENCE, check_same_thread=False)
    try:
        connection.execute("SELECT result FROM results LIMIT 1")
    except BaseException:
        connection.close()
        raise
    return connection


def _trouble(path: Path, error: Exception) -> StorageError:
    return StorageError(
        f"The cassette cannot be used: {error}",
        where=str(path),
        remedy="execution.cassette=FILE names another; free space or fix permissions if it is the right one",
    )
