"""Mistakes made on purpose: each function puts one kind of defect into a draft, and says whether it could."""

import copy
import datetime
import json
import random
import re
from collections.abc import Callable

from apigen.llm.offline.drafts import Draft, Drawer
from apigen.llm.offline.leaves import leaves, replaced
from apigen.llm.offline.prompts import Function
from apigen.records import Json
from apigen.values import NoValue, draw, fits

Defect = Callable[[Draft, Drawer, random.Random], bool]
_TRIES = 12
_EXTRA_ARGUMENTS: tuple[tuple[str, Json], ...] = (
    ("format", "json"), ("verbose", True), ("precision", 2), ("language", "en"), ("units", "metric"), ("timeout", 30),
    ("include_details", True), ("limit", 10),
)  # fmt: skip
_RENAMES = ("get_{}", "{}_v2", "compute_{}", "{}_lookup", "fetch_{}", "{}s")


def unknown_function(draft: Draft, drawer: Drawer, rng: random.Random) -> bool:
    """Call a function that was not offered, with a name near to one that was."""
    call = rng.choice(draft.answers)
    names = [name for form in _RENAMES if (name := form.format(call["name"])) not in drawer.apis]
    call["name"] = rng.choice(names)
    return True


def unknown_argument(draft: Draft, drawer: Drawer, rng: random.Random) -> bool:
    """Add an argument that the function does not take."""
    call, function = _pick(draft, rng)
    if _open(function):
        return False
    extra = [(name, value) for name, value in _EXTRA_ARGUMENTS if name not in function.properties]
    name, value = rng.choice(extra)
    call["arguments"][name] = value
    return True


def _open(function: Function) -> bool:
    allowed = function.parameters.get("additionalProperties", False)
    return allowed is True or isinstance(allowed, dict) or "patternProperties" in function.parameters


def missing_argument(draft: Draft, drawer: Drawer, rng: random.Random) -> bool:
    """Leave out a required argument, though the query states it."""
    for call, function in _shuffled(draft, rng):
        required = [name for name in function.required if name in call["arguments"]]
        if required:
            del call["arguments"][rng.choice(required)]
            return True
    return False


def wrong_type(draft: Draft, drawer: Drawer, rng: random.Random) -> bool:
    """Give an argument as another JSON type: a number as text, a list as one string."""
    for call, function in _shuffled(draft, rng):
        names = list(call["arguments"])
        rng.shuffle(names)
        for name in names:
            value = _retyped(call["arguments"][name])
            schema = function.properties.get(name, {})
            if not _type_allowed(schema, value) and _accepted(function, call, name, value, valid=False):
                return True
    return False


def _type_allowed(schema: dict[str, Json], value: Json) -> bool:
    """Whether `schema` allows the JSON type of `value`; one that names no type allows all."""
    options = [option for key in ("anyOf", "oneOf") for option in schema.get(key) or () if isinstance(option, dict)]
    if "type" not in schema and options:
        return any(_type_allowed(option, value) for option in options)
    return "type" not in schema or fits({"type": schema["type"]}, value)


def _retyped(value: Json) -> Json:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return json.dumps(value)
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return ", ".join(item if isinstance(item, str) else json.dumps(item) for item in value)
    return json.dumps(value) if value is not None else "none"


def out_of_range(draft: Draft, drawer: Drawer, rng: random.Random) -> bool:
    """Give a value of the right type that breaks an enum, a bound, a length or a pattern."""
    for call, function in _shuffled(draft, rng):
        names = list(call["arguments"])
        rng.shuffle(names)
        for name in names:
            for value in _outside(function.properties.get(name, {}), call["arguments"][name], rng):
                if type(value) is type(call["arguments"][name]) and _accepted(function, call, name, value, valid=False):
                    return True
    return False


def _outside(schema: dict[str, Json], value: Json, rng: random.Random) -> list[Json]:
    """Values of the same type that may break `schema`, the likeliest mistakes first."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        low, high = (
            schema.get("minimum", schema.get("exclusiveMinimum")),
            schema.get("maximum", schema.get("exclusiveMaximum")),
        )
        away = rng.randint(1, 20)
        found = [bound - away for bound in (low,) if isinstance(bound, int | float)]
        found += [bound + away for bound in (high,) if isinstance(bound, int | float)]
        return [type(value)(bound) for bound in found] + [-abs(value) - 1, value * 1000 + 1, value + 0.5]
    if isinstance(value, str):
        longest = int(schema.get("maxLength") or 0)
        too_long = [value + "x" * (longest + 1 - len(value))] if 0 < longest < 10_000 else []
        return [f"{value}_other", "other", *too_long, "?", ""]
    if isinstance(value, list):
        return [value[:-1], value + value[-1:], [], value * 20]
    return [{}]


def _accepted(function: Function, call: dict[str, Json], name: str, value: Json, *, valid: bool) -> bool:
    """Put `value` in, if the arguments then are valid, or are not, as wanted."""
    changed = {**call["arguments"], name: value}
    if fits(function.parameters, changed) is not valid:
        return False
    call["arguments"] = changed
    return True


def missing_call(draft: Draft, drawer: Drawer, rng: random.Random) -> bool:
    """Answer one call fewer than the query asks for: the query gets a further request."""
    functions = [f for f, _ in draft.stated] if drawer.asked.most_functions == 1 else list(drawer.asked.functions)
    for _ in range(_TRIES):
        call = drawer.another(rng.choice(functions), draft.stated)
        if call is not None and _says_something_new(call[1], [a for _, a in draft.stated]):
            draft.stated.insert(
                rng.randint(0, len(draft.stated)) if drawer.asked.most_functions == 1 else len(draft.stated), call
            )
            return True
    return False


def extra_call(draft: Draft, drawer: Drawer, rng: random.Random) -> bool:
    """Answer one call more than the query asks for, within the range of the style where that has room."""
    asked = drawer.asked
    if len(draft.stated) >= asked.most_calls and len(draft.stated) > 1:
        place = rng.randrange(len(draft.stated))
        left = [a for i, (_, a) in enumerate(draft.stated) if i != place]
        if _says_something_new(draft.stated[place][1], left):
            del draft.stated[place]
            return True
    for _ in range(_TRIES):
        function = rng.choice([f for f, _ in draft.stated])
        call = drawer.another(function, draft.stated)
        if call is not None and _says_something_new(call[1], [a for _, a in draft.stated]):
            draft.answers.append({"name": function.name, "arguments": copy.deepcopy(call[1])})
            return True
    return False


def _says_something_new(arguments: dict[str, Json], others: list[dict[str, Json]]) -> bool:
    """Whether a call has a number or text that none of the others has: else nobody could miss it."""
    known = {str(value).lower() for other in others for _, value in leaves(other)}
    return any(
        str(value).lower() not in known and value not in (0, 1, -1)
        for _, value in leaves(arguments)
        if not isinstance(value, bool) and value is not None and len(str(value)) > 1
    )


def contradicting_value(draft: Draft, drawer: Drawer, rng: random.Random) -> bool:
    """Change one value of a call, so that it is valid and not what the query says."""
    said = {str(value).lower() for _, a in draft.stated for _, value in leaves(a)}
    for _ in range(_TRIES):
        call, function = _pick(draft, rng)
        places = [(path, value) for path, value in leaves(call["arguments"]) if _changeable(value)]
        if not places:
            continue
        path, value = rng.choice(places)
        other = _other(function, path, value, rng)
        if other is None or str(other).lower() in said or other == value:
            continue
        changed = replaced(call["arguments"], path, other)
        twin = any(c is not call and c["name"] == call["name"] and c["arguments"] == changed for c in draft.answers)
        if not twin and fits(function.parameters, changed):
            call["arguments"] = changed
            return True
    return False


def _changeable(value: Json) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    return not isinstance(value, str) or bool(value.strip())


def _other(function: Function, path: tuple[str | int, ...], value: Json, rng: random.Random) -> Json:
    """Another value of the same kind, or None."""
    if isinstance(value, int):
        return (
            value + rng.choice((-1, 1)) * rng.randint(2, max(4, abs(value) // 2))
            if abs(value) > 4
            else value + rng.randint(2, 6)
        )
    if isinstance(value, float):
        decimals = max(1, min(6, len(repr(value).partition(".")[2])))
        return round(value * rng.choice((0.4, 0.55, 0.7, 1.35, 1.6, 1.9)) + 0.3, decimals)
    if (day := _day(value)) is not None:
        return (day + datetime.timedelta(days=rng.choice((-1, 1)) * rng.randint(2, 40))).isoformat()
    if isinstance(path[0], str) and len(path) == 1:
        try:
            return draw(path[0], function.properties.get(path[0], {}), rng, function=function.description)
        except NoValue:
            return None
    if re.search(r"\d", value):
        return re.sub(r"\d", lambda match: str((int(match.group()) + 3) % 9 + 1), value, count=1)
    return rng.choice(("garnet", "willow", "copper", "saffron", "juniper", "marble"))


def _day(value: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        return None


def _pick(draft: Draft, rng: random.Random) -> tuple[dict[str, Json], Function]:
    return _shuffled(draft, rng)[0]


def _shuffled(draft: Draft, rng: random.Random) -> list[tuple[dict[str, Json], Function]]:
    by_name = {f.name: f for f, _ in draft.stated}
    found = [(call, by_name[call["name"]]) for call in draft.answers if call["name"] in by_name]
    rng.shuffle(found)
    return found


DEFECTS: dict[str, Defect] = {
    "unknown_function": unknown_function,
    "unknown_argument": unknown_argument,
    "missing_argument": missing_argument,
    "wrong_type": wrong_type,
    "out_of_range": out_of_range,
    "missing_call": missing_call,
    "extra_call": extra_call,
    "contradicting_value": contradicting_value,
}
"""Defects of the data, by the name of their rate in `Mistakes`. Defects of the text are in `writing_out`."""
