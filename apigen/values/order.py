"""Pairs that belong in order: a start before its end, a minimum below its maximum."""

import datetime
import random
import re

from apigen.records import Json
from apigen.values.naming import label_of, words_of

_PAIRS = (
    ("start", "end"), ("from", "to"), ("min", "max"), ("minimum", "maximum"), ("low", "high"), ("lower", "upper"),
    ("first", "last"), ("earliest", "latest"), ("begin", "end"), ("open", "close"), ("opening", "closing"),
    ("departure", "arrival"), ("in", "out"), ("since", "until"), ("birth", "on"), ("lowest", "highest"),
    ("left", "right"), ("order", "delivery"), ("hire", "leave"), ("issue", "due"), ("purchase", "sale"),
    ("systolic", "diastolic"),
)  # fmt: skip
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}")
_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])")
_NEAR = 120  # days
_DESCENDING = {("systolic", "diastolic")}


_MEMBER = re.compile(
    r"\b(person|name|member|player|label|field|column|key|node|start|goal|winner|owner|target|category)( [a-z])?$"
)
_WITHIN = re.compile(r"\b(window|group count|groups|k|shift|bins|top|index|position|lag|order|rank|inversion|count)$")
_FAR_APART = frozenset(("birth", "born", "hire", "purchase", "founded", "built", "manufacture"))


def related(values: dict[str, Json], schemas: dict[str, Json], rng: random.Random) -> dict[str, Json]:
    """`values` with single ones taken from the collection beside them: a person among `friendships`.

    Args:
        values: drawn arguments by name, changed in place.
        schemas: the schema of each.
        rng: the only source of chance.
    """
    members = [item for value in values.values() for item in _members(value)]
    shortest = min((len(v) for v in values.values() if isinstance(v, list)), default=0)
    for name, value in values.items():
        schema, label = schemas.get(name), label_of(name)
        closed = isinstance(schema, dict) and bool({"enum", "const", "format", "pattern"} & schema.keys())
        if isinstance(value, str) and members and not closed and _MEMBER.search(label):
            taken = [v for other, v in values.items() if other != name]
            values[name] = rng.choice([member for member in members if member not in taken] or members)
        elif isinstance(value, int) and value >= shortest > 1 and not isinstance(value, bool) and _WITHIN.search(label):
            values[name] = rng.randint(1, shortest - 1)
    return values


def _members(value: Json) -> list[str]:
    """The names in a collection: keys of a mapping of mappings or lists, or strings of a list."""
    if isinstance(value, list):
        if value and all(isinstance(item, dict) for item in value):
            return [item["name"] for item in value if isinstance(item.get("name"), str)]
        return [item for item in value if isinstance(item, str)]
    return list(value) if isinstance(value, dict) else []


def _dates_in_turn(values: dict[str, Json]) -> None:
    """Dates follow each other in the order of the parameters, weeks apart."""
    names = [key for key, value in values.items() if isinstance(value, str) and _DAY.fullmatch(value)]
    if len(names) < 2:
        return
    days = sorted(datetime.date.fromisoformat(values[name]) for name in names)
    apart = bool(_FAR_APART.intersection(words_of(names[0])))
    for place, name in enumerate(names):
        if place and not (place == 1 and apart) and (days[place] - days[place - 1]).days > _NEAR:
            days[place] = days[place - 1] + datetime.timedelta(days=1 + days[place].day)
        values[name] = days[place].isoformat()


def in_order(values: dict[str, Json]) -> dict[str, Json]:
    """`values` with numbers and ISO dates or times swapped where two names say which comes first; at most in place."""
    if len(values) < 2:
        return values
    _dates_in_turn(values)
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
