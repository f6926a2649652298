"""Arguments against the document of their function: JSON Schema to the letter, without any coercion."""

from typing import Any

import pytest
from doubles import api

from apigen.reasons import Reason
from apigen.records import Api, Call
from apigen.verification.arguments import call_fault

STRING, INTEGER, NUMBER, BOOLEAN = ({"type": name} for name in ("string", "integer", "number", "boolean"))
NULL = {"type": "null"}


def fault(schema: dict[str, Any], value: Any) -> Reason | None:
    """The reason why `value` is no argument for a parameter of `schema`."""
    found = call_fault(Call(name="f", arguments={"x": value}), {"f": api("f", {"x": schema})})
    return found[0] if found else None


def of_call(api: Api, name: str = "f", **arguments: Any) -> tuple[Reason, str] | None:
    return call_fault(Call(name=name, arguments=arguments), {api.name: api})


TYPE, VALUE = Reason.argument_type, Reason.argument_value


@pytest.mark.parametrize(
    ("schema", "value", "reason"),
    [
        (INTEGER, 5, None),
        (INTEGER, -(10**40), None),
        (INTEGER, True, TYPE),
        (INTEGER, "5", TYPE),
        (INTEGER, 5.0, TYPE),
        (INTEGER, 5.5, TYPE),
        (INTEGER, None, TYPE),
        (INTEGER, [5], TYPE),
        (NUMBER, 5, None),
        (NUMBER, 5.5, None),
        (NUMBER, False, TYPE),
        (NUMBER, "5.5", TYPE),
        (BOOLEAN, True, None),
        (BOOLEAN, 1, TYPE),
        (BOOLEAN, "true", TYPE),
        (STRING, "", None),
        (STRING, 5, TYPE),
        (STRING, None, TYPE),
        (STRING, ["a"], TYPE),
        (NULL, None, None),
        ({"type": ["string", "null"]}, None, None),
        ({"type": ["string", "null"]}, 1, TYPE),
        ({}, {"any": ["thing"]}, None),
    ],
)
def test_types_are_not_coerced(schema: dict[str, Any], value: Any, reason: Reason | None) -> None:
    assert fault(schema, value) is reason


LISTS = {"type": "array", "items": INTEGER, "minItems": 1, "uniqueItems": True}
PLACE = {
    "type": "object",
    "properties": {"lat": NUMBER, "tags": {"type": "array", "items": STRING}},
    "required": ["lat"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("schema", "value", "reason"),
    [
        (LISTS, [1, 2], None),
        (LISTS, [1, "2"], TYPE),
        (LISTS, [1, 2.0], TYPE),
        (LISTS, [True], TYPE),
        (LISTS, 1, TYPE),
        (LISTS, [], VALUE),
        (LISTS, [1, 1], VALUE),
        (PLACE, {"lat": 1, "tags": ["a"]}, None),
        (PLACE, {"lat": "1"}, TYPE),
        (PLACE, {"lat": 1, "tags": ["a", 2]}, TYPE),
        (PLACE, {"tags": []}, VALUE),
        (PLACE, {"lat": 1, "long": 2}, VALUE),
        ({"type": "array", "items": LISTS}, [[1], [2, "3"]], TYPE),
        ({"type": "object", "additionalProperties": INTEGER}, {"a": 1}, None),
        ({"type": "object", "additionalProperties": INTEGER}, {"a": "1"}, TYPE),
        ({"type": "array", "prefixItems": [STRING, INTEGER], "items": False}, ["a", 1], None),
        ({"type": "array", "prefixItems": [STRING, INTEGER], "items": False}, ["a", "b"], TYPE),
        ({"type": "array", "prefixItems": [STRING, INTEGER], "items": False}, ["a", 1, 2], VALUE),
    ],
)
def test_nested_values_are_looked_into(schema: dict[str, Any], value: Any, reason: Reason | None) -> None:
    assert fault(schema, value) is reason


COLOUR = {"type": "string", "enum": ["red", "blue"]}


@pytest.mark.parametrize(
    ("schema", "value", "reason"),
    [
        ({"anyOf": [INTEGER, NULL]}, None, None),
        ({"anyOf": [INTEGER, NULL]}, "1", TYPE),
        ({"anyOf": [COLOUR, NULL]}, "red", None),
        ({"anyOf": [COLOUR, NULL]}, "green", VALUE),
        ({"anyOf": [COLOUR, NULL]}, 5, TYPE),
        ({"anyOf": [{"type": "array", "items": INTEGER}, NULL]}, ["a"], TYPE),
        ({"anyOf": [{"anyOf": [INTEGER, BOOLEAN]}, NULL]}, "x", TYPE),
        ({"anyOf": [{"type": "integer", "minimum": 5}, STRING]}, 3, VALUE),
        ({"oneOf": [INTEGER, STRING]}, "a", None),
        ({"oneOf": [INTEGER, STRING]}, None, TYPE),
        ({"oneOf": [INTEGER, NUMBER]}, 5, VALUE),
        ({"allOf": [INTEGER, {"minimum": 3}]}, 2, VALUE),
        ({"allOf": [INTEGER, {"minimum": 3}]}, "2", TYPE),
        ({"not": {"const": 3}}, 3, VALUE),
        (COLOUR, "Red", VALUE),
        (COLOUR, 5, TYPE),
        ({"enum": ["red", "blue"]}, 5, TYPE),
        ({"enum": ["red", 1]}, True, TYPE),
        ({"enum": [1, 2]}, 3, VALUE),
        ({"const": "a"}, "b", VALUE),
        ({"const": "a"}, 1, TYPE),
    ],
)
def test_alternatives_and_enums(schema: dict[str, Any], value: Any, reason: Reason | None) -> None:
    assert fault(schema, value) is reason


@pytest.mark.parametrize(
    ("schema", "value", "reason"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 9}, 10, VALUE),
        ({"type": "number", "exclusiveMinimum": 0}, 0, VALUE),
        ({"type": "number", "multipleOf": 0.01}, 19.99, None),
        ({"type": "number", "multipleOf": 0.01}, 19.995, VALUE),
        ({"type": "number", "multipleOf": 0.5}, 10**400, None),
        ({"type": "string", "minLength": 2, "maxLength": 3}, "a", VALUE),
        ({"type": "string", "pattern": "^[A-Z]{3}$"}, "EUR", None),
        ({"type": "string", "pattern": "^[A-Z]{3}$"}, "eur", VALUE),
        ({"type": "string", "pattern": "[0-9]"}, "a1b", None),
    ],
)
def test_ranges_lengths_and_patterns(schema: dict[str, Any], value: Any, reason: Reason | None) -> None:
    assert fault(schema, value) is reason


@pytest.mark.parametrize(
    ("format", "good", "bad"),
    [
        ("date", "2024-02-29", "2023-02-29"),
        ("date", "2024-01-31", "31.01.2024"),
        ("date", "2024-01-31", "20240131"),
        ("date-time", "2024-01-31T10:00:00Z", "tomorrow at ten"),
        ("date-time", "2024-01-31T10:00:00", "2024-01-31"),
        ("date-time", "2024-01-31T10:00:00.5+02:00", "2024-01-31T25:00:00Z"),
        ("time", "10:30", "half past ten"),
        ("time", "10:30:00Z", "25:00"),
        ("email", "ada@example.org", "ada"),
        ("ipv4", "127.0.0.1", "127.0.0.256"),
        ("ipv6", "::1", "::g"),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000", "123"),
    ],
)
def test_formats(format: str, good: str, bad: str) -> None:
    schema = {"type": "string", "format": format}
    assert fault(schema, good) is None
    assert fault(schema, bad) is VALUE


def test_an_unknown_format_says_nothing() -> None:
    assert fault({"type": "string", "format": "flavour"}, "sweet") is None


def test_a_function_that_was_not_offered() -> None:
    reason, detail = of_call(api("f"), name="g") or (None, "")
    assert reason is Reason.unknown_function
    assert detail == "`g` was not offered; offered: f"


def test_an_argument_that_the_function_does_not_take() -> None:
    reason, detail = of_call(api("f", {"x": INTEGER}), x=1, y=2) or (None, "")
    assert reason is Reason.unknown_argument
    assert "'y'" in detail
    assert "it takes x" in detail


def test_functions_without_parameters_take_nothing() -> None:
    assert of_call(api("f", {})) is None
    assert (of_call(api("f", {}), x=1) or [None])[0] is Reason.unknown_argument


def test_a_required_argument_is_missed_and_an_optional_one_is_not() -> None:
    one = api("f", {"x": INTEGER, "y": INTEGER}, required=["x"])
    assert of_call(one, x=1) is None
    assert of_call(one, y=1) == (Reason.missing_argument, "`f` needs `x`")


@pytest.mark.parametrize("rest", [True, {"type": "integer"}])
def test_a_function_may_take_arguments_beyond_those_documented(rest: Any) -> None:
    open_ended = {"type": "object", "properties": {"x": INTEGER}, "additionalProperties": rest}
    assert of_call(api("f", parameters=open_ended), x=1, y=2) is None


def test_arguments_by_pattern() -> None:
    by_pattern = {"type": "object", "patternProperties": {"^x_": INTEGER}}
    assert of_call(api("f", parameters=by_pattern), x_1=1) is None
    assert (of_call(api("f", parameters=by_pattern), y=1) or [None])[0] is Reason.unknown_argument


def test_parameters_put_together_from_parts() -> None:
    parts = {"type": "object", "allOf": [{"properties": {"x": INTEGER}}, {"$ref": "#/$defs/more"}]}
    parts |= {"$defs": {"more": {"properties": {"y": STRING}}}}
    assert of_call(api("f", parameters=parts), x=1, y="a") is None
    assert (of_call(api("f", parameters=parts), x=1, z=2) or [None])[0] is Reason.unknown_argument


def test_the_gravest_of_several_faults_is_told() -> None:
    one = api("f", {"a": INTEGER, "b": {"type": "integer", "minimum": 0}, "c": INTEGER})
    assert (of_call(one, a=1, b=-1, c="x") or [None])[0] is TYPE
    assert (of_call(one, b=-1, c="x") or [None])[0] is Reason.missing_argument
    assert (of_call(one, b=-1, c="x", d=1) or [None])[0] is Reason.unknown_argument


def test_the_detail_names_function_argument_and_place() -> None:
    _, detail = of_call(api("f", {"x": LISTS}), x=[1, "two"]) or (None, "")
    assert detail == "`f.x.1`: 'two' is not of type 'integer'"


def test_a_long_value_is_cut_in_the_detail() -> None:
    _, detail = of_call(api("f", {"x": INTEGER}), x="y" * 10_000) or (None, "")
    assert len(detail) < 400


def test_references_within_the_document_are_followed_and_others_never_fetched() -> None:
    tree = {"type": "object", "properties": {"x": {"$ref": "#/$defs/node"}}, "required": ["x"]}
    tree |= {"$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}, "n": INTEGER}}}}
    assert of_call(api("f", parameters=tree), x={"next": {"n": 1}}) is None
    assert (of_call(api("f", parameters=tree), x={"next": {"n": "1"}}) or [None])[0] is TYPE
    elsewhere = {"type": "object", "properties": {"x": {"$ref": "http://127.0.0.1:9/schema.json"}}}
    with pytest.raises(Exception, match=r"Unresolvable.*127\.0\.0\.1"):
        of_call(api("f", parameters=elsewhere), x=1)
