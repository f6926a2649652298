"""The answer to a query, to the terminal or to a file that is complete or not there at all."""

import contextlib
import io
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from apigen.errors import StorageError, UserError
from apigen.reporting.forms import write_csv, write_json, write_jsonl
from apigen.reporting.grid import MOST, print_grid
from apigen.reporting.screen import PLAIN_WIDTH, screen
from apigen.reporting.text import line, plural
from apigen.storage import Reader, Result, open_runs
from apigen.storage.database import FILE
from apigen.storage.reader import Rows


@dataclass(frozen=True)
class Asked:
    """What to query and where to put the answer; `target` None is the standard output."""

    query: str
    output_dir: Path
    runs: tuple[str, ...] = ()
    form: str = "table"
    target: Path | None = None
    limit: int | None = None
    excel_safe: bool = False


def answer(asked: Asked) -> None:
    """Run the query and write its result.

    Raises:
        UserError: the query is none that reads, DuckDB refuses it, or the file cannot be written.
    """
    if asked.target is not None:
        _check(asked.target)
    if asked.target is None:
        _shown(asked)
        return
    number = _parquet(asked, asked.target) if asked.form == "parquet" else _filed(asked, asked.target)
    print(f"{plural(number, 'row')} written to {asked.target}", file=sys.stderr)


def _shown(asked: Asked) -> None:
    """Write to the standard output, which may be a pager: the databases are let go before it is waited for."""
    if asked.form == "table":
        with _rows(asked) as rows:
            result = _first(rows)
        print_grid(screen(), result)
        return
    _utf8(sys.stdout)
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as file:
        with _rows(asked) as rows:
            _written(file, rows, asked)
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout)
    sys.stdout.flush()


def _filed(asked: Asked, target: Path) -> int:
    with _replaced(target) as path, path.open("w", encoding="utf-8", newline="") as file, _rows(asked) as rows:
        return _written(file, rows, asked)


@contextlib.contextmanager
def _rows(asked: Asked) -> Iterator[Rows]:
    """The rows of the answer, at most as many as asked for; the databases are open meanwhile."""
    with open_runs(asked.output_dir, only=asked.runs) as reader:
        _tell_skipped(reader)
        try:
            found = reader.stream(asked.query)
            yield found if asked.limit is None else found._replace(rows=itertools.islice(found.rows, asked.limit))
        except UserError as error:
            if "pytz" in str(error):
                raise UserError(
                    "Times with a time zone cannot be shown.", where="SQL", remedy="cast them: now()::TIMESTAMP"
                ) from error
            raise


def _first(rows: Rows) -> Result:
    """The rows that a table shows, the others counted."""
    return Result(rows.columns, rows.types, list(itertools.islice(rows.rows, MOST)), more=sum(1 for _ in rows.rows))


def _written(file: IO[str], rows: Rows, asked: Asked) -> int:
    if asked.form == "csv":
        return write_csv(file, rows, excel_safe=asked.excel_safe)
    if asked.form == "json":
        return write_json(file, rows)
    if asked.form == "jsonl":
        return write_jsonl(file, rows)
    result = _first(rows)
    print_grid(screen(file, width=PLAIN_WIDTH), result)
    return len(result.rows) + result.more


def _parquet(asked: Asked, target: Path) -> int:
    query = f"SELECT * FROM (\n{asked.query.strip().rstrip(';')}\n)"
    if asked.limit is not None:
        query += f" LIMIT {asked.limit}"
    with _replaced(target) as path:
        with open_runs(asked.output_dir, only=asked.runs, writable=path) as reader:
            _tell_skipped(reader)
            reader.query(f"EXPLAIN {asked.query}")  # so that mistakes are told about the query as it was typed
            number = reader.copy(query, path, "parquet")
        if not path.exists():
            raise StorageError("DuckDB wrote no file.", where=str(target))
    return number


def _check(target: Path) -> None:
    """Refuse early what could not be written after a long query.

    Raises:
        StorageError: the place is a folder, does not exist, or holds a run.
    """
    if target.is_dir():
        raise StorageError(f"{target} is a folder.", where="--out", remedy=f"--out {target / 'dataset.jsonl'}")
    if target.name == FILE:
        raise StorageError(f"{target} would replace the database of a run.", where="--out", remedy="another name")
    if not target.parent.is_dir():
        raise StorageError(f"There is no folder {target.parent}.", where="--out", remedy=f"mkdir -p {target.parent}")


@contextlib.contextmanager
def _replaced(target: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `target` once all is written.

    Raises:
        StorageError: it cannot be written.
    """
    target = target.resolve()
    if target.exists() and not target.is_file():  # a device or a pipe cannot be replaced
        yield target
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield part
        os.replace(part, target)
    except OSError as error:
        raise StorageError(
            f"It cannot be written: {error.strerror or error}.", where=str(target), remedy="choose another place: --out"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _tell_skipped(reader: Reader) -> None:
    for one in reader.skipped:
        print(f"note: {one.run} cannot be read and is left out: {line(one.detail, 300)}", file=sys.stderr)


def _utf8(stream: IO[str]) -> None:
    """Data is UTF-8 whatever the locale says."""
    if isinstance(stream, io.TextIOWrapper) and not str(stream.encoding).lower().startswith("utf"):
        stream.reconfigure(encoding="utf-8")
