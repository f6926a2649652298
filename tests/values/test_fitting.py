"""Whether a value fits a schema: what jsonschema says of it, and no of a schema that cannot be used."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from apigen.values import fits

SCHEMAS: list[dict[str, Any]] = [
    {"type": "integer", "minimum": 1},
    {"type": "string", "pattern": "^a"},
    {"type": "array", "items": {"type": "number"}, "uniqueItems": True},
    {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False},
    {"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 1}]},
    {"not": {"type": "string"}},
]


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("value", [None, 0, 1, 1.0, True, "a", "ab", "b", [], [1, 1], [1, 2.5], ["a"], {}, {"a": 1.0}])
def test_a_value_fits_as_the_standard_says(schema: dict[str, Any], value: Any) -> None:
    assert fits(schema, value) is Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize("schema", [{"type": "file"}, {"pattern": "("}, {"minimum": float("nan")}, {"$ref": "#/none"}])
def test_a_schema_that_cannot_be_used_fits_nothing(schema: dict[str, Any]) -> None:
    assert fits(schema, "x") is False
