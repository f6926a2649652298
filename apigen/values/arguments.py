"""Arguments for one call: variations of what is known to be sensible, else drawn by meaning."""

import copy
import datetime
import random
import re
from collections.abc import Sequence

from apigen.records import Api, Json
from apigen.values.drawing import MALFORMED, NoValue, Sketch, properties_of
from apigen.values.fitting import fits
from apigen.values.order import in_order, related

_TRIES = 16
_FRESH_RATE = 0.1  # how often the values come from the schema although there are examples, at full variety
_CHANGE_RATE = 0.65  # how often a value of an example is changed, at full variety
_CODE_LIKE = 1_000_000_000  # larger integers are codes, not amounts
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def arguments(
    api: Api, rng: random.Random, *, optional_rate: float = 0.5, variety: float = 1.0
) -> dict[str, Json] | None:
    """Draw the arguments of one call of `api`: all required and some optional ones, valid against `api.parameters`.

    Args:
        api: what to call; variations of its `examples` are preferred.
        rng: the only source of chance.
        optional_rate: how often an optional argument is given, from 0 to 1.
        variety: how far the values may stray from those of the examples, from 0 to 1.

    Returns:
        The arguments by name, or None if none that are valid were found in several tries.
    """
    for attempt in range(_TRIES):
        from_example = bool(api.examples) and rng.random() >= _FRESH_RATE * variety
        try:
            found = _varied(api, rng, optional_rate, variety) if from_example else _fresh(api, rng, optional_rate)
        except (NoValue, *MALFORMED):
            continue
        if attempt > _TRIES // 2 and from_example and not fits(api.parameters, found):
            found = copy.deepcopy(rng.choice(api.examples))
        if fits(api.parameters, found):
            return found
    return None


def _fresh(api: Api, rng: random.Random, optional_rate: float) -> dict[str, Json]:
    hint = f"{api.name} {api.description}"
    found: dict[str, Json] = {}
    sketch = Sketch(api.parameters, rng, hint)
    for name, schema in properties_of(api.parameters).items():
        if name in api.required or rng.random() < optional_rate:
            found[name] = _unlike(sketch, name, schema, found)
    for name in api.required:
        if name not in found:
            found[name] = sketch.value(name, {})
    return in_order(related(found, properties_of(api.parameters), rng))


def _unlike(sketch: Sketch, name: str, schema: Json, found: dict[str, Json]) -> Json:
    """A value unlike the text of another argument, if there is one: nobody converts euros to euros."""
    for _ in range(_TRIES):
        value = sketch.value(name, schema)
        if not isinstance(value, str) or value not in found.values():
            break
    return value


def _varied(api: Api, rng: random.Random, optional_rate: float, variety: float) -> dict[str, Json]:
    """An example with some of its values changed within their kind."""
    example = rng.choice(api.examples)
    shift = datetime.timedelta(days=rng.choice((-1, 1)) * rng.randint(1, 300))  # one shift keeps intervals sensible
    found = {}
    for name, value in example.items():
        if name not in api.required and rng.random() < (1 - max(optional_rate, 0.25)) * variety:
            continue
        others = [e[name] for e in api.examples if name in e]
        keep = rng.random() >= _CHANGE_RATE * variety
        found[name] = copy.deepcopy(value) if keep else _changed(value, others, shift, rng)
    return in_order(found)


def _changed(value: Json, others: Sequence[Json], shift: datetime.timedelta, rng: random.Random) -> Json:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return _integer(value, rng)
    if isinstance(value, float):
        return _float(value, rng)
    if isinstance(value, str):
        return _string(value, others, shift, rng)
    if isinstance(value, list):
        return [_changed(item, (item,), shift, rng) if rng.random() < 0.7 else item for item in value]
    return {key: _changed(item, (item,), shift, rng) for key, item in value.items()}


def _integer(value: int, rng: random.Random) -> int:
    if abs(value) >= _CODE_LIKE or value in (0, 1):
        return value
    if 1900 <= value <= 2100:
        return value + rng.randint(-9, 9)
    if abs(value) <= 12:
        return max(1, value + rng.randint(-2, 4)) if value > 0 else value - rng.randint(0, 3)
    grain = _grain(value)
    return round(value * rng.randint(60, 160) / 100 / grain) * grain or value


def _grain(value: int) -> int:
    """The power of ten (at most a tenth of the value) that the value is a multiple of."""
    grain = 1
    while value % (grain * 10) == 0 and grain * 100 <= abs(value):
        grain *= 10
    return grain


def _float(value: float, rng: random.Random) -> float:
    decimals = min(len(repr(value).partition(".")[2]), 6) if "e" not in repr(value) else 6
    return round(value * rng.randint(75, 125) / 100, decimals) or value


def _string(value: str, others: Sequence[Json], shift: datetime.timedelta, rng: random.Random) -> str:
    if _DATE.fullmatch(value):
        return (datetime.date.fromisoformat(value) + shift).isoformat()
    if _CLOCK.fullmatch(value):
        hour = min(23, max(0, int(value[:2]) + rng.randint(-2, 2)))
        return f"{hour:02}:{rng.choice(('00', '10', '15', '20', '30', '45'))}"
    same_kind = [other for other in others if isinstance(other, str)]
    return rng.choice(same_kind) if same_kind else value
