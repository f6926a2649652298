"""SQL over the runs below an output folder: every run's database attached read-only, tables and views united.

The connection cannot write to a run, reach files or the network, or change its settings.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from apigen.errors import StorageError, UserError
from apigen.storage.database import FILE, busy, connect, create_views, union_views

QUERIES = ("SELECT", "EXPLAIN", "MULTI")
"""Statement types that only read; MULTI is what PIVOT is made of."""


BATCH = 2048
"""Rows that are taken from DuckDB at a time: its own vectors have as many."""


class Skipped(NamedTuple):
    """A run that could not be read, and why."""

    run: str
    detail: str


class Result(NamedTuple):
    """What a query gave: column names, their DuckDB types, and rows, those left out counted as `more`."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: int = 0


def run_folders(output_dir: Path) -> list[Path]:
    """Folders below `output_dir` that hold a run, in the order of their names."""
    return sorted(path.parent for path in output_dir.rglob(FILE))


def run_name(folder: Path, output_dir: Path) -> str:
    """The name of the run in `folder`: its path below `output_dir`."""
    try:
        name = folder.resolve().relative_to(output_dir.resolve()).as_posix()
    except ValueError:
        name = "."
    return folder.resolve().name if name == "." else name


def newest_run(output_dir: Path) -> str | None:
    """Name of the run that was written to last; None if there is no run."""
    written: dict[Path, int] = {}
    for folder in run_folders(output_dir):
        with suppress(OSError):  # it may be removed meanwhile
            written[folder] = (folder / FILE).stat().st_mtime_ns
    return run_name(max(written, key=lambda folder: written[folder]), output_dir) if written else None


class Rows(NamedTuple):
    """What a query gives, row by row: `rows` can be gone through once, while its reader is open."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


class Reader:
    """A connection over several runs."""

    def __init__(self, connection: Any, skipped: Sequence[Skipped]) -> None:
        self._connection = connection
        self.skipped = tuple(skipped)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> Result:
        """Run one reading statement.

        Raises:
            UserError: it is no reading statement, or DuckDB refuses it.
        """
        found = self.stream(sql, parameters)
        return Result(found.columns, found.types, list(found.rows))

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        """Run one reading statement whose rows are not all held at once; one at a time.

        Raises:
            UserError: it is no reading statement, or DuckDB refuses it, which may show in any row.
        """
        import duckdb

        self._only_reading(sql)
        try:
            cursor = self._connection.execute(sql, list(parameters))
            description = cursor.description or ()
        except duckdb.Error as error:
            raise _sql_error(error) from error
        return Rows(tuple(c[0] for c in description), tuple(str(c[1]) for c in description), _rows(cursor))

    def copy(self, sql: str, target: Path, form: str) -> int:
        """Write the result of one reading statement to `target` as `parquet`; number of rows."""
        import duckdb

        self._only_reading(sql)
        try:
            found = self._connection.execute(f"COPY ({_bare(sql)}\n) TO '{_escaped(target)}' (FORMAT {form})")
            return int(found.fetchone()[0])
        except duckdb.Error as error:
            raise _sql_error(error) from error

    def _only_reading(self, sql: str) -> None:
        import duckdb

        try:
            statements = self._connection.extract_statements(sql)
        except duckdb.Error as error:
            raise _sql_error(error) from error
        kinds = [statement.type.name for statement in statements]
        if len(kinds) != 1 or kinds[0] not in QUERIES:
            raise UserError(
                "Only one reading statement is allowed: SELECT, WITH, FROM, DESCRIBE, SUMMARIZE, PIVOT or EXPLAIN.",
                where=f"{' then '.join(kinds) or 'an empty query'}",
                remedy='apigen sql "SELECT * FROM funnel"',
            )


def _rows(cursor: Any) -> Iterator[tuple[Any, ...]]:
    import duckdb

    try:
        while batch := cursor.fetchmany(BATCH):
            yield from batch
    except duckdb.Error as error:
        raise _sql_error(error) from error


@contextmanager
def open_runs(
    output_dir: Path, *, only: Sequence[str] = (), writable: Path | None = None, memory: str | None = None
) -> Iterator[Reader]:
    """A reader over the runs below `output_dir`, or those named in `only`; `writable` is the one file it may write.

    `memory` is what DuckDB may take, as in `256MB`; what needs more goes to a folder in `output_dir` meanwhile.

    Raises:
        StorageError: there is no such run, or none that can be read.
    """
    folders = _chosen(output_dir, only)
    with connect() as connection:
        skipped: list[Skipped] = []
        attached: dict[str, str] = {}
        for number, folder in enumerate(folders):
            try:
                _attach(connection, folder / FILE, f"r{number}")
                attached[f"r{number}"] = run_name(folder, output_dir)
            except Exception as error:
                skipped.append(Skipped(run_name(folder, output_dir), (str(error) or repr(error)).splitlines()[0]))
        if not attached:
            raise StorageError(f"No run can be read: {skipped[0].detail}", where=str(output_dir))
        union_views(connection, attached)
        create_views(connection)
        if memory is not None:
            connection.execute(f"SET memory_limit = '{memory}'")
            connection.execute(f"SET temp_directory = '{_escaped(output_dir / '.tmp')}'")
        if writable is not None:
            connection.execute(f"SET allowed_paths = ['{_escaped(writable)}']")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield Reader(connection, skipped)


def _chosen(output_dir: Path, only: Sequence[str]) -> list[Path]:
    folders = run_folders(output_dir)
    if not folders:
        raise StorageError(
            f"There is no run in {output_dir}.",
            where="--outputs",
            remedy="apigen generate experiment=quickstart   (or --outputs FOLDER, where your runs are)",
        )
    if not only:
        return folders
    names = {run_name(folder, output_dir): folder for folder in folders}
    chosen = []
    for wanted in only:
        found = [folder for name, folder in names.items() if name == wanted or name.startswith(f"{wanted}/")]
        if not found:
            raise StorageError(
                f"There is no run called `{wanted}` in {output_dir}.",
                where="run",
                remedy=f"`apigen runs` lists them; the newest is {newest_run(output_dir)}",
            )
        chosen.extend(found)
    return list(dict.fromkeys(chosen))


def _attach(connection: Any, path: Path, name: str, patience: float = 10.0) -> None:
    """Attach a database; one that is being written to is waited for."""
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute(f"ATTACH '{_escaped(path)}' AS {name} (READ_ONLY)")
            connection.execute(f"SELECT 1 FROM {name}.runs LIMIT 1")
            return
        except Exception as error:
            if not busy(error) or time.monotonic() > deadline:
                raise
        time.sleep(0.02)


def _bare(sql: str) -> str:
    """The one statement in `sql`, without a semicolon at its end and what follows that."""
    import duckdb

    written = sql.encode()
    ends = [at for at, _ in duckdb.tokenize(sql) if written[at : at + 1] == b";"]
    return written[: ends[0]].decode() if ends else sql


def _sql_error(error: Exception) -> UserError:
    return UserError(
        str(error), where="SQL", remedy="docs/data-model.md lists tables, views and columns; DESCRIBE entries"
    )


def _escaped(path: Path) -> str:
    return str(path.resolve()).replace("'", "''")
