"""The quick check says yes where jsonschema finds no fault, and there is none for schemas that it does not know."""

import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from apigen.verification.arguments import _validator
from apigen.verification.plainschema import quick_check

NAMES = st.sampled_from(["a", "b", "c"])
SCALARS = st.sampled_from(["string", "integer", "number", "boolean", "null"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.5, 1.0, "a", "b", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
KNOWN = st.recursive(
    st.fixed_dictionaries({"type": SCALARS | st.lists(SCALARS, min_size=1, unique=True)}, optional={"title": NAMES})
    | st.fixed_dictionaries({"type": st.just("string"), "enum": st.lists(NAMES, min_size=1)}),
    lambda inner: (
        st.fixed_dictionaries({"type": st.just("array")}, optional={"items": inner, "description": NAMES})
        | st.fixed_dictionaries(
            {"type": st.just("object")},
            optional={
                "properties": st.dictionaries(NAMES, inner, max_size=3),
                "required": st.lists(NAMES, max_size=2, unique=True),
                "additionalProperties": st.booleans(),
            },
        )
    ),
    max_leaves=5,
)


@settings(max_examples=400, deadline=None)
@given(KNOWN, VALUES)
def test_it_says_what_jsonschema_says(schema: dict[str, Any], value: Any) -> None:
    assume(schema["type"] == "object")
    quick, validator = _validator(json.dumps(schema))
    assert quick is not None
    assert quick(value) is validator.is_valid(value)


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"a": 1}, True),
        ({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}, {}, False),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": True}, False),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": 1.0}, False),
        ({"type": "object", "additionalProperties": False}, {"a": 1}, False),
        ({"type": "array", "items": {"type": ["string", "null"]}}, ["a", None], True),
        ({"type": "array", "items": {"type": "number"}}, [1, 0.5, False], False),
        ({"type": "string", "enum": ["a", "b"]}, "c", False),
    ],
)
def test_plain_schemas(schema: Any, value: Any, fits: bool) -> None:
    quick = quick_check(schema)
    assert quick is not None
    assert quick(value) is fits


@pytest.mark.parametrize(
    "schema",
    [
        True, {}, {"type": "any"}, {"type": []}, {"type": ["string", "object"]}, {"type": "string", "format": "date"},
        {"type": "string", "minLength": 1}, {"type": "integer", "enum": [1]}, {"type": "string", "enum": ["a", 1]},
        {"type": "array", "prefixItems": []}, {"type": "array", "items": False}, {"enum": ["a"]},
        {"type": "object", "additionalProperties": {"type": "string"}}, {"type": "object", "required": "a"},
        {"type": "object", "properties": {"a": {"$ref": "#"}}}, {"type": "object", "allOf": [{}]},
    ],
)  # fmt: skip
def test_other_schemas_are_left_to_jsonschema(schema: Any) -> None:
    assert quick_check(schema) is None
