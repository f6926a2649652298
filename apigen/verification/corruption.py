"""Good pairs made bad in one known way, to measure a judge by.

Three ways: `value` changes one argument to another value of its type, `function` calls another function with arguments
that fit it, `missing` leaves one of several calls out. What comes of it has the right form, so that only a judge who
understands the query can tell.
"""

import datetime
import itertools
import random
from collections.abc import Sequence
from typing import NamedTuple

from apigen.records import Api, Call, Example, Json

WAYS = ("value", "function", "missing")


class Pair(NamedTuple):
    """A query with calls, the functions offered, and the way it was made bad; None if it is good."""

    id: str
    query: str
    calls: tuple[Call, ...]
    apis: tuple[Api, ...]
    way: str | None = None


def corrupted(example: Example, way: str, others: Sequence[Example], rng: random.Random) -> tuple[Call, ...] | None:
    """The calls of `example` made bad in one way; None if that cannot be done to it. `others` lend values and calls."""
    calls = list(example.answers)
    place = rng.randrange(len(calls))
    if way == "missing":
        return tuple(calls[:place] + calls[place + 1 :]) if len(calls) > 1 else None
    if way == "function":
        names = {call.name for call in calls}
        strange = [call for other in others for call in other.answers if call.name not in names]
        return (*calls[:place], rng.choice(strange), *calls[place + 1 :]) if strange else None
    places = [(i, key) for i, call in enumerate(calls) for key in call.arguments]
    rng.shuffle(places)
    for i, key in places:
        value = _another(calls[i].arguments[key], key, others, rng)
        if value is not None:
            calls[i] = Call(name=calls[i].name, arguments=calls[i].arguments | {key: value})
            return tuple(calls)
    return None


def _another(value: Json, key: str, others: Sequence[Example], rng: random.Random) -> Json:
    """Another value of the type of `value`; None if there is none to be had."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + rng.choice([-1, 1]) * rng.randint(1, max(3, abs(value)))
    if isinstance(value, float):
        return round(value * rng.choice([0.4, 0.5, 1.5, 2.0, 3.0]) + rng.choice([0, 0.5, 1.25]), 4)
    if isinstance(value, str):
        return _another_text(value, key, others, rng)
    if isinstance(value, list) and value:
        place = rng.randrange(len(value))
        changed = _another(value[place], key, others, rng)
        return None if changed is None else [*value[:place], changed, *value[place + 1 :]]
    return None


def _another_text(value: str, key: str, others: Sequence[Example], rng: random.Random) -> str | None:
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError:
        pass
    else:
        return (day + datetime.timedelta(days=rng.choice([-1, 1]) * rng.randint(2, 60))).isoformat()
    given = [
        argument
        for other in others
        for call in other.answers
        for name, argument in call.arguments.items()
        if isinstance(argument, str) and argument.lower() != value.lower() and (name == key or len(argument) > 2)
    ]
    digits = [i for i, character in enumerate(value) if character.isdecimal()]
    if len(digits) > len(value) / 2:
        place = rng.choice(digits)
        return value[:place] + str((int(value[place]) + rng.randint(1, 9)) % 10) + value[place + 1 :]
    return rng.choice(given) if given else None


def auc(good: Sequence[float], bad: Sequence[float]) -> float:
    """The chance that a good one scores higher than a bad one, ties counted half (Mann and Whitney)."""
    wins = sum((a > b) + 0.5 * (a == b) for a in good for b in bad)
    return wins / (len(good) * len(bad))


def best_threshold(good: Sequence[float], bad: Sequence[float]) -> float:
    """The threshold at which the shares of good ones at or above it and of bad ones below it are the highest in sum
    (Youden's index); of several equally good ones the highest, since a bad pair that passes does more harm."""
    scores = sorted({*good, *bad})
    edges = [scores[0] - 1.0, *((a + b) / 2 for a, b in itertools.pairwise(scores)), scores[-1] + 1.0]

    def youden(edge: float) -> float:
        return sum(a >= edge for a in good) / len(good) + sum(b < edge for b in bad) / len(bad)

    return max(edges, key=lambda edge: (round(youden(edge), 12), edge))
