"""Single strings and numbers: within what the schema allows, as near as can be to what name and description mean."""

import random

from apigen.records import Json
from apigen.values import hints, texts, vocabulary
from apigen.values.amounts import number, span_of
from apigen.values.fitting import fits
from apigen.values.naming import label_of
from apigen.values.patterns import matching

_OPEN = 1e-9  # distance kept from an exclusive bound


def string(name: str, schema: dict[str, Json], description: str, function: str, rng: random.Random) -> str:
    """Draw a string: by `format`, by what the description quotes, by the words of the name, by `pattern`."""
    pattern = schema.get("pattern")
    text = _meant(name, schema, description, function, rng)
    if isinstance(pattern, str) and not fits({"pattern": pattern}, text):
        text = matching(pattern, rng) or text
        return text if fits({"pattern": pattern}, text) else matching(pattern, rng) or text
    fewest, most = int(schema.get("minLength") or 0), schema.get("maxLength")
    while len(text) < fewest:
        text = f"{text} {rng.choice(vocabulary.SENTENCES)}" if fewest > 20 else text + rng.choice(vocabulary.WORDS)
    return text if most is None or len(text) <= int(most) else text[: max(0, int(most))].rstrip() or text[: int(most)]


def _meant(name: str, schema: dict[str, Json], description: str, function: str, rng: random.Random) -> str:
    if (drawer := texts.FORMATS.get(str(schema.get("format", "")))) is not None:
        return drawer(rng)
    words = label_of(name)
    if (kind := hints.format_of(description)) is not None:
        named = texts.by_words(words)
        return (named if kind == "date" and named and "birth" in words else texts.KINDS[kind])(rng)
    if quoted := hints.literals(description):
        return hints.varied(rng.choice(quoted), rng)
    if (drawer := texts.by_words(words) or texts.by_words(description.lower())) is not None:
        return drawer(rng)
    if quoted := hints.literals(function):
        return hints.varied(rng.choice(quoted), rng)
    return texts.KINDS["sentence" if "text" in function.lower() else "word"](rng)


def numeric(name: str, schema: dict[str, Json], description: str, integer: bool, rng: random.Random) -> int | float:
    """Draw a number within its bounds, a multiple of its step, of the size that its name suggests."""
    low, high = (
        _bound(schema, "minimum", "exclusiveMinimum", integer, 1),
        _bound(schema, "maximum", "exclusiveMaximum", integer, -1),
    )
    step = schema.get("multipleOf")
    if isinstance(step, int | float) and step > 0:
        first = -int(-(low if low is not None else 0) // step)
        last = int(high // step) if high is not None else first + 40
        return rng.randint(first, max(first, last)) * step
    return number(span_of(label_of(name), description, integer), low, high, integer, rng)


def _bound(schema: dict[str, Json], inclusive: str, exclusive: str, integer: bool, inward: int) -> float | None:
    found = [float(schema[inclusive])] if isinstance(schema.get(inclusive), int | float) else []
    edge = schema.get(exclusive)
    if isinstance(edge, int | float) and not isinstance(edge, bool):
        found.append(edge + inward if integer else edge + inward * max(_OPEN, abs(edge) * _OPEN))
    if not found:
        return None
    return max(found) if inward > 0 else min(found)
