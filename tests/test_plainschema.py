"""The quick check says yes where jsonschema finds no fault, and there is none for schemas that it does not know."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.plainschema import quick_check
from apigen.verification.arguments import _quick_check, _validator

NAMES = st.sampled_from(["a", "b", "c"])
TYPES = st.sampled_from(["string", "integer", "number", "boolean", "null", "array", "object"])
LIMITS = st.sampled_from([0, 1, 2])
NUMBERS = st.sampled_from([-1, 0, 1, 0.5, 1.0])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.sampled_from(["", "a", "b", "xyz"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True), "title": NAMES, "default": VALUES,
    "enum": st.lists(NAMES, min_size=1), "required": st.lists(NAMES, max_size=2, unique=True),
    "minimum": NUMBERS, "maximum": NUMBERS, "exclusiveMinimum": NUMBERS, "exclusiveMaximum": NUMBERS,
    "minLength": LIMITS, "maxLength": LIMITS, "minItems": LIMITS, "maxItems": LIMITS, "minProperties": LIMITS,
    "maxProperties": LIMITS,
}  # fmt: skip


@st.composite
def schemas(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    """A schema of some of the known keywords, a `type` among them more often than not."""
    inner = schemas(depth - 1)
    nested: dict[str, st.SearchStrategy[Any]] = {
        "properties": st.dictionaries(NAMES, inner, max_size=3), "additionalProperties": st.booleans() | inner,
        "items": inner, "anyOf": st.lists(inner, min_size=1, max_size=2),
    }  # fmt: skip
    keywords = SCALARS | (nested if depth else {})
    chosen = draw(st.lists(st.sampled_from(["type", *keywords]), max_size=4, unique=True))
    return {name: draw(keywords[name]) for name in chosen}


@settings(max_examples=600, deadline=None)
@given(schemas(), VALUES)
def test_it_says_what_jsonschema_says(schema: dict[str, Any], value: Any) -> None:
    whole = {"type": "object", "properties": {"x": schema}}
    quick = _quick_check(json.dumps(whole))
    assert quick is not None
    assert quick({"x": value}) is _validator(json.dumps(whole)).is_valid({"x": value})


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"a": 1}, True),
        ({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, {}, False),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": True}, False),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": 1.0}, False),
        ({"type": "object", "additionalProperties": False}, {"a": 1}, False),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"a": 1}, False),
        ({"type": "array", "items": {"type": ["string", "null"]}, "minItems": 2}, ["a", None], True),
        ({"type": "array", "items": {"type": "number"}}, [1, 0.5, False], False),
        ({"type": "string", "enum": ["a", "b"]}, "c", False),
        ({"anyOf": [{"type": "string", "maxLength": 1}, {"type": "number", "exclusiveMinimum": 0}]}, "ab", False),
        ({"anyOf": [{"type": "string", "maxLength": 1}, {"type": "number", "exclusiveMinimum": 0}]}, 0.1, True),
        ({}, None, True),
    ],
)
def test_plain_schemas(schema: Any, value: Any, fits: bool) -> None:
    quick = quick_check(schema)
    assert quick is not None
    assert quick(value) is fits


@pytest.mark.parametrize(
    "schema",
    [
        True, {"type": "any"}, {"type": ["string", "file"]}, {"type": "string", "format": "date"}, {"pattern": "a"},
        {"type": "integer", "enum": [1]}, {"enum": ["a", 1]}, {"multipleOf": 2}, {"uniqueItems": True},
        {"type": "array", "prefixItems": []}, {"items": False}, {"minimum": "1"}, {"minimum": True}, {"maxItems": "1"},
        {"additionalProperties": {"const": 1}}, {"required": "a"}, {"properties": []}, {"anyOf": {}},
        {"properties": {"a": {"$ref": "#"}}}, {"allOf": [{}]}, {"unevaluatedProperties": False, "anyOf": [{}]},
    ],
)  # fmt: skip
def test_other_schemas_are_left_to_jsonschema(schema: Any) -> None:
    assert quick_check(schema) is None
