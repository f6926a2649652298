"""Results as CSV, JSON and JSON Lines.

Stored JSON is written as it stands, so that no number in it changes: an integer of 30 digits stays one. What JSON
cannot say (NaN, infinities) becomes null; dates and times are ISO 8601; bytes are hexadecimal.
"""

import csv
import json
import math
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any

from apigen.storage import Result
from apigen.storage.reader import Rows

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet takes for a formula."""
NUMBERS = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "REAL", "BOOL")


def write_json(file: IO[str], result: Result | Rows) -> int:
    """One JSON list with an object a row; number of rows."""
    names, number = unique(result.columns), 0
    file.write("[")
    for number, row in enumerate(result.rows, 1):
        file.write(("," if number > 1 else "") + "\n  " + json_row(names, result.types, row))
    file.write("\n]\n" if number else "]\n")
    return number


def write_jsonl(file: IO[str], result: Result | Rows) -> int:
    """One JSON object a line; number of rows."""
    names, number = unique(result.columns), 0
    for row in result.rows:
        file.write(json_row(names, result.types, row) + "\n")
        number += 1
    return number


def write_csv(file: IO[str], result: Result | Rows, *, excel_safe: bool = False) -> int:
    """A header and a line a row, RFC 4180; null is empty. Number of rows.

    Args:
        excel_safe: put an apostrophe before text that a spreadsheet would take for a formula.
    """
    number = 0
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(result.columns)
    texts = [not any(number in kind.upper() for number in NUMBERS) for kind in result.types]
    for row in result.rows:
        cells = [cell(value, kind) for value, kind in zip(row, result.types, strict=True)]
        if excel_safe:
            cells = [f"'{c}" if text and c.startswith(FORMULA) else c for c, text in zip(cells, texts, strict=True)]
        writer.writerow(cells)
        number += 1
    return number


def unique(names: Sequence[str]) -> list[str]:
    """Column names with repeated ones numbered, since an object has each key once."""
    made: list[str] = []
    for name in names:
        number, new = 1, name
        while new in made:
            new = f"{name}_{number}"
            number += 1
        made.append(new)
    return made


def json_row(names: Sequence[str], types: Sequence[str], row: Sequence[Any]) -> str:
    """One row as a JSON object on one line."""
    pairs = zip(names, types, row, strict=True)
    return "{" + ", ".join(f"{_string(name)}: {json_text(value, kind)}" for name, kind, value in pairs) + "}"


def cell(value: Any, kind: str) -> str:
    """A value as plain text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    text = json_text(value, kind)
    return text[1:-1] if text.startswith('"') else text


def json_text(value: Any, kind: str = "") -> str:
    """A value of DuckDB type `kind` as JSON on one line."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return _stored(value) if kind == "JSON" else _string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return (repr(value) if isinstance(value, float) else str(value)) if math.isfinite(value) else "null"
    if isinstance(value, list | tuple):
        item = kind[: kind.rindex("[")] if kind.endswith("]") else ""
        return "[" + ", ".join(json_text(one, item) for one in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_string(_key(name))}: {json_text(one)}" for name, one in value.items()) + "}"
    return _string(_key(value))


def _key(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes | bytearray) else str(value)


def _string(value: str) -> str:
    return json.dumps(value.encode("utf-8", "backslashreplace").decode("utf-8"), ensure_ascii=False)


def _stored(text: str) -> str:
    """Stored JSON on one line, untouched unless it holds NaN or an infinity, which JSON does not know."""
    if "NaN" in text or "nf" in text:
        try:
            text = json.dumps(_finite(json.loads(text)), ensure_ascii=False)
        except ValueError:
            return _string(text)
    return " ".join(text.splitlines()) if "\n" in text or "\r" in text else text


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    return value
