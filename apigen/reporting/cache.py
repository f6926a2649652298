"""What the response cache holds and saved, for people; pruning and exporting it."""

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from apigen.component import suggestion
from apigen.errors import StorageError, UserError
from apigen.llm.cache.contents import (
    Contents,
    Figures,
    Selection,
    days_ago,
    no_cache,
    opened,
    set_aside_files,
)  # fmt: skip
from apigen.reporting.screen import screen, table
from apigen.reporting.text import count, line, money, plural


def print_cache(folder: Path) -> None:
    """Print file, size, answers, hits and savings.

    Raises:
        StorageError: it cannot be read.
    """
    out = screen()
    with opened(folder) as contents:
        if contents is None:
            out.whole(f"There is no response cache in {folder} yet.")
        else:
            out.whole(str(contents.path), style="bold")
            figures = contents.figures()
            out.print(f"{size(contents.size())}, {plural(sum(f.answers for f in figures), 'answer')}")
            if figures:
                _print_figures(figures)
            for id, base_url, number in contents.batches():
                out.whole(f"batch {line(id, 60)} at {line(base_url, 80)}: {plural(number, 'request')} to be collected")
    for file in set_aside_files(folder):
        out.whole(f"{file} was damaged and set aside ({size(file.stat().st_size)})", style="yellow")


def prune(folder: Path, model: str | None, days: float | None, *, confirmed: bool) -> int:
    """Delete answers, or say which would be; the exit code: 1 if there is something to confirm.

    Raises:
        StorageError: there is no cache, or it cannot be written.
        UserError: no answer is of that model.
    """
    selection = Selection(model, None if days is None else days_ago(days))
    with opened(folder) as contents:
        if contents is None:
            raise no_cache(folder)
        if model is not None:
            _check_model(contents, model)
        number, cost = contents.count(selection)
        what = f"{plural(number, 'answer')} that cost {money(cost)} as far as known"
        if not number and selection != Selection():
            print(f"there are no such answers in {contents.path}")
            return 0
        if not confirmed:
            print(f"would delete {what}, from {contents.path}\nadd --yes to delete them for good")
            return 1
        before = contents.size()
        deleted = contents.prune(selection)
        freed = max(0, before - contents.size())
    print(f"deleted {plural(deleted, 'answer')}, {size(freed)} freed")
    return 0


def export(folder: Path, target: Path | None) -> None:
    """Write all answers with their questions as JSON lines; None: to the standard output.

    Raises:
        StorageError: there is no cache, it cannot be read, or the file not be written.
    """
    with opened(folder) as contents:
        if contents is None:
            raise no_cache(folder)
        if target is None:
            written, damaged = _write(contents, sys.stdout)
        else:
            written, damaged = _filed(contents, target)
    print(f"{plural(written, 'answer')} written to {target or 'the standard output'}", file=sys.stderr)
    if damaged:
        print(f"{plural(damaged, 'answer')} left out: damaged", file=sys.stderr)


def size(number: int) -> str:
    """A number of bytes, as a person reads it."""
    amount = float(number)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.2f} GB"


def _print_figures(figures: Sequence[Figures]) -> None:
    columns = ("answers", "paid", "hits", "tokens saved", "saved")
    made = table(("month", "model", *columns), ("month", *columns))
    for one in figures:
        made.add_row(one.month, line(one.model, 60), *_cells(one))
    if len(figures) > 1:
        numbers = ("answers", "cost", "unknown", "hits", "saved_tokens", "saved_cost", "hits_unknown")
        total = Figures("", "", *(sum(getattr(one, name) for one in figures) for name in numbers))
        made.add_row("all", "", *_cells(total), style="bold")
    screen().print(made)


def _cells(one: Figures) -> list[str]:
    return [
        count(one.answers), _money(one.cost, one.unknown, one.answers),
        count(one.hits), count(one.saved_tokens), _money(one.saved_cost, one.hits_unknown, one.hits),
    ]  # fmt: skip


def _money(cost: float, unknown: int, of: int) -> str:
    """Known costs, with a mark if others are not known."""
    if not of:
        return "–"
    if unknown == of:
        return "unknown"
    return money(cost) + (" + ?" if unknown else "")


def _check_model(contents: Contents, model: str) -> None:
    models = contents.models()
    if model not in models:
        raise UserError(f"The cache holds no answer of `{model}`{suggestion(model, models)}", where="--model")


def _filed(contents: Contents, target: Path) -> tuple[int, int]:
    part = target.with_name(f".{target.name}.part")
    try:
        with open(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            told = _write(contents, file)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(
            f"The answers cannot be written: {error}", where=str(target), remedy="name a file in a folder that exists"
        ) from error
    return told


def _write(contents: Contents, file: IO[str]) -> tuple[int, int]:
    written = damaged = 0
    for one in contents.rows():
        if one is None:
            damaged += 1
            continue
        row = {
            "key": one.key, "run": one.run, "stored_at": datetime.fromtimestamp(one.stored_at, UTC).isoformat(),
            "identity": json.loads(one.identity), "response": json.loads(one.response),
        }  # fmt: skip
        file.write(json.dumps(row) + "\n")
        written += 1
    return written, damaged
