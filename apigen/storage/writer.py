"""The one writer of a run: rows are gathered and committed together, at most a second or 20,000 rows apart.

DuckDB locks a file for as long as a writer holds it, readers included. So the writer opens the database for each flush
only, and `apigen sql` can read while a run goes on; a flush that meets a reader waits for it. Rows pass through a file
of JSON lines, which DuckDB reads a hundred times faster than it takes rows one by one.
"""

import asyncio
import contextlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from apigen.errors import StorageError
from apigen.records import Json
from apigen.storage.attached import AttachedFile
from apigen.storage.database import FILE, PATIENCE, connect, create, extend, insert
from apigen.storage.schema import TABLES

Row = Mapping[str, Json]

_encoded = json.JSONEncoder(allow_nan=False).encode


class RunWriter:
    """Writes the rows of one run into `folder`/run.duckdb.

    `every_rows` and `every_seconds` say when a flush is due; `patience` is how many seconds it waits for readers.
    """

    def __init__(
        self,
        folder: Path,
        run: str,
        *,
        every_rows: int = 20_000,
        every_seconds: float = 1.0,
        patience: float = PATIENCE,
    ) -> None:
        self.path = folder / FILE
        self.run = run
        self.note: Callable[[], Row] = dict
        """Gives columns of the run's own row, which are written with each flush."""
        self._every_rows = every_rows
        self._every_seconds = every_seconds
        self._file = AttachedFile(self.path, patience)
        self._thread = ThreadPoolExecutor(1, "writer")  # always the same: each thread keeps memory of its own
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._stale: dict[str, dict[str, list[Json]]] = {}
        self._count = 0
        self._last = time.monotonic()
        self._turn = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._flushes: set[asyncio.Task[None]] = set()

    def create(self) -> None:
        """Make the folder and an empty database.

        Raises:
            StorageError: there is a run already, or the place cannot be written to.
        """
        if self.path.exists():
            raise StorageError(
                f"There is a run in {self.path.parent} already.",
                where="hydra.run.dir",
                remedy="start it again a second later, or give it another name: name=my_run",
            )
        new = self.path.with_name(f".{FILE}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            with connect(new) as connection:
                create(connection)
            new.replace(self.path)  # whole or not at all
        except Exception as error:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
            raise self._trouble(error) from error

    def extend(self) -> None:
        """Make an earlier run's database ready for rows of tables and columns that it may lack, being of an older
        version.

        Raises:
            StorageError: it cannot be written.
        """
        try:
            with self._file.opened() as connection:
                extend(connection)
        except Exception as error:
            raise self._trouble(error) from error

    async def add(
        self, rows: Mapping[str, Sequence[Row]], *, instead_of: Mapping[str, tuple[str, Sequence[Json]]] | None = None
    ) -> None:
        """Take rows by table; they are committed together, now or with the next flush.

        `instead_of` gives, by table, a column and values of it: committed rows with one of these values go with the
        same commit.

        Raises:
            StorageError: a flush was due and failed; the rows are kept for the next try.
        """
        for table, new in rows.items():
            self._rows[table].extend(new)
            self._count += len(new)
        for table, (column, values) in (instead_of or {}).items():
            self._stale.setdefault(table, {}).setdefault(column, []).extend(values)
            self._count += 1
        wait = self._last + self._every_seconds - time.monotonic()
        if self._turn.locked():
            self._flush_in(self._every_seconds)
        elif self._count >= self._every_rows or wait <= 0:
            await self.flush()
        elif self._count:
            self._flush_in(wait)

    async def flush(self) -> None:
        """Commit all rows taken so far. Cancelling the caller does not cut a flush short.

        Raises:
            StorageError: they could not be written, after waiting for readers; they are kept for the next flush.
        """
        await asyncio.shield(self._start_flush())

    def _start_flush(self) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(self._flush())
        self._flushes.add(task)
        task.add_done_callback(self._flushes.discard)
        # A flush that nobody waits for keeps its rows, so its error comes again with the next.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    def _flush_in(self, seconds: float) -> None:
        """Rows must not wait for the next ones: requests may be minutes apart."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._start_flush)

    async def _flush(self) -> None:
        async with self._turn:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            rows, self._rows, self._count = self._rows, defaultdict(list), 0
            stale, self._stale = self._stale, {}
            try:
                if rows or stale:
                    commit = partial(self._commit, rows, stale, self.note())
                    await asyncio.get_running_loop().run_in_executor(self._thread, commit)
            except Exception as error:
                self._take_back(rows, stale)
                raise self._trouble(error) from error
            finally:
                self._last = time.monotonic()

    def _take_back(self, rows: dict[str, list[Row]], stale: dict[str, dict[str, list[Json]]]) -> None:
        """Keep what could not be committed, before what has come since."""
        for table, newer in self._rows.items():
            rows[table].extend(newer)
        for table, columns in self._stale.items():
            for column, values in columns.items():
                stale.setdefault(table, {}).setdefault(column, []).extend(values)
        self._rows, self._stale, self._count = rows, stale, sum(map(len, rows.values())) + len(stale)

    def _commit(
        self, rows: Mapping[str, Sequence[Row]], stale: Mapping[str, Mapping[str, Sequence[Json]]], note: Row
    ) -> None:
        with self._file.opened() as connection:
            connection.execute("BEGIN")
            for name, columns in stale.items():
                for column, values in columns.items():
                    connection.execute(f"DELETE FROM {name} WHERE list_contains(?, {column})", [list(values)])
            for table in TABLES:
                if rows.get(table.name):
                    part = self.path.with_name(f".{table.name}.part")
                    try:
                        insert(connection, table, part, self._write(part, rows[table.name]))
                    finally:
                        part.unlink(missing_ok=True)
            if note:
                self._set(connection, note)
            connection.execute("COMMIT")

    def _write(self, part: Path, rows: Sequence[Row]) -> int:
        """Write a line for each row, and tell the length of the longest."""
        longest = 0
        with part.open("w", encoding="ascii") as file:
            for row in rows:
                line = _line({"run": self.run, **row})
                longest = max(longest, len(line))
                file.write(line)
        return longest

    def _set(self, connection: Any, values: Row) -> None:
        assignments = ", ".join(f"{name} = ?" for name in values)
        connection.execute(f"UPDATE runs SET {assignments} WHERE run = ?", [*values.values(), self.run])

    def update_run(self, values: Row) -> None:
        """Change columns of the run's own row.

        Raises:
            StorageError: it could not be written.
        """
        try:
            with self._file.opened() as connection:
                self._set(connection, values)
        except Exception as error:
            raise self._trouble(error) from error

    def close(self) -> None:
        """Let memory go; what was taken and not flushed is lost."""
        self._thread.shutdown()
        self._file.close()

    def _trouble(self, error: Exception) -> StorageError:
        return StorageError(
            f"The run's database cannot be written: {str(error).splitlines()[0]}",
            where=str(self.path),
            remedy="free space or fix the folder's permissions; what was committed before is whole",
        )


def _line(row: Row) -> str:
    """A line of JSON in ASCII. A lone surrogate in a string, which is no valid UTF-8, is written as its escape."""
    text = _encoded(row)
    if "\\ud" in text:
        text = _encoded({name: _utf8(value) for name, value in row.items()})
    return text + "\n"


def _utf8(value: Json) -> Json:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [_utf8(item) for item in value]
    if isinstance(value, dict):
        return {_utf8(name): _utf8(item) for name, item in value.items()}
    return value
