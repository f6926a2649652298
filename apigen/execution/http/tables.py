"""Comma-, semicolon- and tab-separated tables as lists of objects (RFC 4180)."""

import csv
import io

from apigen.execution.http.failures import Failure
from apigen.reasons import Reason
from apigen.records import Json


def read_table(text: str, delimiter: str, header: str | None) -> list[Json]:
    """The rows by column name, all values as text; lists of texts if `header` (RFC 4180) is `absent`.

    Args:
        delimiter: empty to take what separates most in the first line.

    Raises:
        Failure: it is no table.
    """
    first = text.partition("\n")[0]
    separator = delimiter or max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if row]
    except csv.Error as error:
        raise Failure(Reason.unserialisable, f"the answer is not a table: {error}") from None
    if header == "absent" or not rows:
        return list(rows)
    names = _names(rows[0])
    return [_row(names, row) for row in rows[1:]]


def _names(header: list[str]) -> list[str]:
    names: list[str] = []
    for number, given in enumerate(header, 1):
        name = given.strip() or f"column_{number}"
        names.append(name if name not in names else f"{name}_{number}")
    return names


def _row(names: list[str], row: list[str]) -> dict[str, Json]:
    """Cells that are missing are null; more cells than columns get names by their number."""
    extra = [f"column_{number}" for number in range(len(names) + 1, len(row) + 1)]
    return dict(zip([*names, *extra], [*row, *[None] * (len(names) - len(row))], strict=True))
