"""Pairs that belong in order: a start before its end, a minimum below its maximum."""

import re

from apigen.records import Json
from apigen.values.naming import words_of

_PAIRS = (
    ("start", "end"), ("from", "to"), ("min", "max"), ("minimum", "maximum"), ("low", "high"), ("lower", "upper"),
    ("first", "last"), ("earliest", "latest"), ("begin", "end"), ("open", "close"), ("opening", "closing"),
    ("departure", "arrival"), ("in", "out"), ("since", "until"), ("birth", "on"), ("lowest", "highest"),
    ("left", "right"), ("order", "delivery"), ("hire", "leave"), ("issue", "due"), ("purchase", "sale"),
    ("systolic", "diastolic"),
)  # fmt: skip
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}")
_DESCENDING = {("systolic", "diastolic")}


def in_order(values: dict[str, Json]) -> dict[str, Json]:
    """`values` with numbers and ISO dates or times swapped where two names say which comes first; at most in place."""
    if len(values) < 2:
        return values
    by_words = {words_of(key): key for key in values}
    for first, second in _PAIRS:
        for words, key in by_words.items():
            if first not in words:
                continue
            other = by_words.get(tuple(second if word == first else word for word in words))
            if other is not None and _comparable(values[key], values[other]):
                _swap(values, key, other, (first, second) in _DESCENDING)
    return values


def _comparable(a: Json, b: Json) -> bool:
    if isinstance(a, str) and isinstance(b, str):
        return bool(_MOMENT.match(a) and _MOMENT.match(b))
    return all(isinstance(x, int | float) and not isinstance(x, bool) for x in (a, b))


def _swap(values: dict[str, Json], first: str, second: str, descending: bool) -> None:
    low, high = sorted((values[first], values[second]))
    values[first], values[second] = (high, low) if descending else (low, high)
