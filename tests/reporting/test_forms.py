"""Results as CSV, JSON and JSON Lines."""

import csv
import io
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from apigen.reporting.forms import json_text, unique, write_csv, write_json, write_jsonl
from apigen.storage import Result

BIG = "123456789012345678901234567890"
NUMBERS = f'{{"n": {BIG}, "f": 1.10, "e": 1e5}}'


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "JSON", "null"),
        (NUMBERS, "JSON", NUMBERS),
        ('{"a":\n 1}', "JSON", '{"a":  1}'),
        ('[NaN, {"x": -Infinity}, 1]', "JSON", '[null, {"x": null}, 1]'),
        ('"Infinity and NaN"', "JSON", '"Infinity and NaN"'),
        ([BIG, None], "JSON[]", f"[{BIG}, null]"),
        ([["1"], []], "JSON[][]", "[[1], []]"),
        (["1"], "VARCHAR[]", '["1"]'),
        ("1", "VARCHAR", '"1"'),
        (int(BIG), "HUGEINT", BIG),
        (True, "BOOLEAN", "true"),
        (0.1, "DOUBLE", "0.1"),
        (float("nan"), "DOUBLE", "null"),
        (float("-inf"), "DOUBLE", "null"),
        (Decimal("1.50"), "DECIMAL(10,2)", "1.50"),
        (datetime(2026, 1, 2, 3, 4, 5), "TIMESTAMP", '"2026-01-02T03:04:05"'),
        (date(2026, 1, 2), "DATE", '"2026-01-02"'),
        (time(10, 0), "TIME", '"10:00:00"'),
        (timedelta(days=3), "INTERVAL", '"3 days, 0:00:00"'),
        (b"\x00\xff", "BLOB", '"00ff"'),
        ({"a": 1, 2: float("inf")}, "MAP(VARCHAR, DOUBLE)", '{"a": 1, "2": null}'),
        ('quote " line\nend \u2028', "VARCHAR", '"quote \\" line\\nend \u2028"'),
    ],
)
def test_json_text(value: object, kind: str, text: str) -> None:
    assert json_text(value, kind) == text
    json.loads(text)


RESULT = Result(
    ("id", "calls", "n", "id"),
    ("VARCHAR", "JSON", "INTEGER", "VARCHAR"),
    [("a,b", '[{"x": 1}]', -5, "=1+1"), ('q"', None, None, "@cmd")],
)


def test_json_and_jsonl_hold_the_same_rows() -> None:
    whole, lines = io.StringIO(), io.StringIO()
    write_json(whole, RESULT)
    write_jsonl(lines, RESULT)
    rows = json.loads(whole.getvalue())
    assert rows == [json.loads(line) for line in lines.getvalue().splitlines()]
    assert rows[0] == {"id": "a,b", "calls": [{"x": 1}], "n": -5, "id_1": "=1+1"}


def test_no_rows() -> None:
    whole, lines = io.StringIO(), io.StringIO()
    write_json(whole, RESULT._replace(rows=[]))
    write_jsonl(lines, RESULT._replace(rows=[]))
    assert (json.loads(whole.getvalue()), lines.getvalue()) == ([], "")


@pytest.mark.parametrize(("safe", "mark"), [(False, ""), (True, "'")])
def test_csv(safe: bool, mark: str) -> None:
    file = io.StringIO()
    write_csv(file, RESULT, excel_safe=safe)
    assert list(csv.reader(io.StringIO(file.getvalue()))) == [
        ["id", "calls", "n", "id"],
        ["a,b", '[{"x": 1}]', "-5", f"{mark}=1+1"],
        ['q"', "", "", f"{mark}@cmd"],
    ]


def test_csv_of_nested_values_is_text() -> None:
    file = io.StringIO()
    rows = [(["a"], {"k": 1}, datetime(2026, 1, 2), 0.5, float("nan"), True)]
    kinds = ("VARCHAR[]", "MAP(VARCHAR, INTEGER)", "TIMESTAMP", "DOUBLE", "DOUBLE", "BOOLEAN")
    write_csv(file, Result(tuple("abcdef"), kinds, rows))
    assert list(csv.reader(io.StringIO(file.getvalue())))[1] == [
        '["a"]', '{"k": 1}', "2026-01-02T00:00:00", "0.5", "nan", "true",
    ]  # fmt: skip


def test_repeated_names_are_numbered_without_a_clash() -> None:
    assert unique(["a", "a_1", "a", "a"]) == ["a", "a_1", "a_2", "a_3"]
