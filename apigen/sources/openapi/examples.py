"""Example calls from the examples, defaults and enums of a document, as far as they fit the schema."""

from collections.abc import Mapping
from typing import Any

from apigen.records import Json, canonical_json
from apigen.sources.openapi.signature import Argument, Signature

_MAX_CALLS = 3
_MAX_CHARS = 2000


def example_calls(signature: Signature) -> tuple[dict[str, Json], ...]:
    """Arguments of calls in which every required argument has a value that the document gives.

    Optional arguments are given if the document has an example of them; defaults and enums serve required ones only.
    """
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(signature.schema)
    found: dict[str, dict[str, Json]] = {}
    for number in range(_MAX_CALLS):
        call = _call(signature, number)
        if call and _is_valid(validator, call) and len(text := canonical_json(call)) <= _MAX_CHARS:
            found.setdefault(text, call)
    return tuple(found.values())


def _call(signature: Signature, number: int) -> dict[str, Json]:
    """The call of the examples with this number; empty if a required argument has no value."""
    call: dict[str, Json] = {}
    for argument in signature.arguments:
        values = _given(argument)
        if argument.required and not values:
            return {}
        if values:
            call[argument.name] = values[min(number, len(values) - 1)]
    return call


def _given(argument: Argument) -> list[Json]:
    from apigen.sources.defaults import converted, fits

    schema: Mapping[str, Any] = argument.schema
    values = [*argument.examples, *schema.get("examples", ())]
    if argument.required and not values:
        values = [schema["default"]] if "default" in schema else list(schema.get("enum", ()))[:1]
    if argument.wire["in"] == "path":
        values = [value for value in values if value not in ("", None)]  # a path needs something there
    rules = {key: rule for key, rule in schema.items() if key not in ("default", "examples")}
    return [value for value in (converted(value, rules) for value in values) if fits(value, rules)]


def _is_valid(validator: Any, call: dict[str, Json]) -> bool:
    try:
        return bool(validator.is_valid(call))
    except (RecursionError, ArithmeticError):
        return False
