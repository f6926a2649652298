"""Defaults and enum values that are written in another type than their parameter's: xLAM has `"2"` for an int.

Only lossless conversions are made. `""`, null and `None` as the default of a parameter that cannot hold them mean that
there is no default.
"""

import json
import math
import re
from typing import NamedTuple

from apigen.records import Json
from apigen.sources.jsonfiles import flaw_of, parse

Schema = dict[str, Json]

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_TRUTH = {"true": True, "false": False}
_NO_DEFAULT = (None, "", "None", "null")


class Settled(NamedTuple):
    """What becomes of a default: its value, whether there is one at all, whether it fits, and what was changed."""

    value: Json
    present: bool
    fits: bool
    note: str = ""


def settled(default: Json, schema: Schema) -> Settled:
    """The default as a value of its schema, if that can be had without loss."""
    if fits(default, schema):
        return Settled(default, True, True)
    if isinstance(default, str | None) and default in _NO_DEFAULT:
        return Settled(None, False, False, f"the default {json.dumps(default)} means that there is none")
    value = converted(default, schema)
    if fits(value, schema):
        return Settled(value, True, True, f"the default {json.dumps(default)} is written {json.dumps(value)}")
    return Settled(default, True, False)


def fits(value: Json, schema: Schema) -> bool:
    """Whether a value is valid under a schema; true if the schema is broken, which admission says better."""
    kind = schema.get("type")
    if schema.keys() <= {"type", "description", "title"} and isinstance(kind, str) and kind in _TYPES:
        whole = kind == "integer" and isinstance(value, float) and value.is_integer()
        return whole or (isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool)))
    from jsonschema import Draft202012Validator

    try:
        return bool(Draft202012Validator(schema).is_valid(value))
    except Exception:  # a broken schema fails in as many ways as it can be broken
        return True


def converted(value: Json, schema: Schema) -> Json:
    """`value` in the first type of the schema that can hold it without loss, else as it is."""
    for kind in _kinds(schema):
        found = _as(kind, value)
        if found is not None and fits(found, schema):
            return found
    return value


def _kinds(schema: Schema) -> list[str]:
    alternatives = schema.get("anyOf")
    members = [schema, *(alternatives if isinstance(alternatives, list) else ())]
    kinds = [member.get("type", []) for member in members if isinstance(member, dict)]
    return [name for kind in kinds for name in (kind if isinstance(kind, list) else [kind])]


def _as(kind: str, value: Json) -> Json:
    """The value as one of JSON type `kind`, or None."""
    if isinstance(value, str):
        return _text_as(kind, value.strip())
    if isinstance(value, bool):
        return None
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value) if kind == "string" and isinstance(value, int | float) else None


def _text_as(kind: str, text: str) -> Json:
    if kind in ("integer", "number") and re.fullmatch(r"-?(0|[1-9][0-9]{0,30})", text):
        return int(text)
    if kind == "number" and re.fullmatch(r"-?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?", text) and math.isfinite(float(text)):
        return float(text)
    if kind == "boolean":
        return _TRUTH.get(text.lower())
    if kind in ("array", "object") and text[:1] in ("[", "{"):
        try:
            found = parse(text)
        except ValueError:
            return None
        return None if flaw_of(found) else found
    return None
