"""The keywords of OpenAPI's schemas that a model needs, each brought into Draft 2020-12, and how two of them combine.

Everything else (`xml`, `discriminator`, `externalDocs`, `x-…`) is left out. A keyword whose value makes no sense costs
itself, never the schema.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from apigen.records import Json
from apigen.sources.openapi.patterns import usable_pattern
from apigen.sources.openapi.reading import Fault, shown

Schema = dict[str, Json]

_MAX_DEPTH, _MAX_VALUES = 20, 2000


def number(value: Json) -> int | float | None:
    """A finite number, also if it is written as text; else None."""
    if isinstance(value, str):
        try:
            value = float(value) if not re.fullmatch(r"-?[0-9]{1,30}", value.strip()) else int(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None


def count(value: Json) -> int | None:
    """A number of characters, items or properties; else None."""
    found = number(value)
    return int(found) if found is not None and found >= 0 and found == int(found) else None


def plain(value: Json) -> bool:
    """Whether a value (a default, an example, one of an enum) is JSON of reasonable size."""
    pending, seen = [(value, 0)], 0
    while pending:
        part, depth = pending.pop()
        seen += 1
        if isinstance(part, Fault) or depth > _MAX_DEPTH or seen > _MAX_VALUES:
            return False
        if isinstance(part, dict):
            pending += [(inner, depth + 1) for inner in part.values()]
        elif isinstance(part, list):
            pending += [(inner, depth + 1) for inner in part]
    return True


def _enum(value: Json) -> list[Json] | None:
    return [part for part in value if plain(part)] if isinstance(value, list) else None


def _true(value: Json) -> bool | None:
    return True if value is True else None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value.strip() and len(value) <= 100 else None


READ: dict[str, Callable[[Json], Json]] = {
    "minimum": number, "maximum": number, "exclusiveMinimum": number, "exclusiveMaximum": number,
    "multipleOf": lambda value: found if (found := number(value)) and found > 0 else None,
    "minLength": count, "maxLength": count, "minItems": count, "maxItems": count,
    "minProperties": count, "maxProperties": count, "uniqueItems": _true, "pattern": usable_pattern, "format": _text,
    "enum": _enum,
}  # fmt: skip
"""How the value of each plain keyword is read; None leaves it out."""

_TIGHTER: dict[str, Callable[[Any, Any], Any]] = {
    "minimum": max, "exclusiveMinimum": max, "minLength": max, "minItems": max, "minProperties": max,
    "maximum": min, "exclusiveMaximum": min, "maxLength": min, "maxItems": min, "maxProperties": min,
    "enum": lambda one, other: [value for value in one if value in other] or one,
}  # fmt: skip


def plain_keywords(leaves: list[Mapping[str, Json]]) -> tuple[Schema, list[str]]:
    """The plain keywords that hold if all `leaves` do (the first one's where they do not combine), and notes."""
    found: Schema = {}
    notes: list[str] = []
    for leaf in map(_numeric_bounds, leaves):
        for key, read in READ.items():
            if leaf.get(key) is None:
                continue
            value = read(leaf[key])
            if value is None:
                if leaf[key] is not False:
                    notes.append(f"`{key}: {shown(leaf[key])}` is left out, as it cannot be checked")
            elif key in found and key in _TIGHTER:
                found[key] = _TIGHTER[key](found[key], value)
            else:
                found.setdefault(key, value)
    return found, notes


def _numeric_bounds(leaf: Mapping[str, Json]) -> Mapping[str, Json]:
    """The leaf with `exclusiveMinimum: true` of OpenAPI 3.0 as a number, and `const` as an enum."""
    changed = dict(leaf)
    for bound in ("Minimum", "Maximum"):
        flag = leaf.get(f"exclusive{bound}")
        if isinstance(flag, bool):
            del changed[f"exclusive{bound}"]
        if flag is True and number(leaf.get(bound.lower())) is not None:
            changed[f"exclusive{bound}"] = changed.pop(bound.lower())
    if "const" in leaf and "enum" not in leaf:
        changed["enum"] = [leaf["const"]]
    return changed


def types_of(leaves: list[Mapping[str, Json]]) -> list[str] | None:
    """The types that all leaves allow, empty if there is none in common; None if no leaf names one.

    Raises:
        ValueError: a type is neither a name nor a list of names.
    """
    allowed: list[str] | None = None
    for leaf in leaves:
        written = leaf.get("type")
        if written is None or written == "":
            continue
        names = written if isinstance(written, list) else [written]
        if not names or not all(isinstance(name, str) for name in names):
            raise ValueError(f"the type is `{shown(written)}`, which names no type")
        allowed = names if allowed is None else _common(allowed, names)
    return allowed


def _common(one: list[str], other: list[str]) -> list[str]:
    if "integer" in one + other and "number" in one + other:
        one, other = (["integer" if name == "number" else name for name in names] for names in (one, other))
    return [name for name in one if name in other]
