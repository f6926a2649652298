"""Whether the arguments of a call fit the document of its function: JSON Schema, without any coercion.

`true` is not 1, "5" is not 5, and 5.0 is not an integer. Several faults of one call are reported as the gravest:
unknown function, unknown argument, missing argument, type, value.
"""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from apigen.reasons import Reason
from apigen.records import Api, Call, Json, canonical_json

GRAVITY = (
    Reason.unknown_function,
    Reason.unknown_argument,
    Reason.missing_argument,
    Reason.argument_type,
    Reason.argument_value,
)
SHAPE = frozenset(GRAVITY[:2])
"""Faults that count as format in every profile; the others count as execution in the paper's."""

Fault = tuple[Reason, str]


def call_fault(call: Call, apis: Mapping[str, Api]) -> Fault | None:
    """The gravest fault of a call, with what and where; None if it fits."""
    api = apis.get(call.name)
    if api is None:
        return Reason.unknown_function, f"`{call.name}` was not offered; offered: {', '.join(apis)}"
    faults = list(_faults(call.arguments, api))
    return min(faults, key=lambda fault: GRAVITY.index(fault[0])) if faults else None


def _faults(arguments: Mapping[str, Json], api: Api) -> Iterable[Fault]:
    closed = api.parameters.get("additionalProperties", False) is False and "patternProperties" not in api.parameters
    for name in arguments if closed else ():
        if name not in api.properties:
            yield Reason.unknown_argument, f"`{api.name}` takes no `{name}`; it takes {', '.join(api.properties)}"
    for name in api.required:
        if name not in arguments:
            yield Reason.missing_argument, f"`{api.name}` needs `{name}`"
    for error in _validator(canonical_json(api.parameters)).iter_errors(arguments):
        if error.validator in ("required", "additionalProperties") and not error.absolute_path:
            continue
        yield _classified(error, api.name)


def _classified(error: Any, function: str) -> Fault:
    place = ".".join(str(part) for part in error.absolute_path) or "arguments"
    branches = error.context or ()
    wrong_type = error.validator == "type" or (branches and all(branch.validator == "type" for branch in branches))
    reason = Reason.argument_type if wrong_type else Reason.argument_value
    return reason, f"`{function}.{place}`: {error.message[:300]}"


@lru_cache(maxsize=8192)
def _validator(schema: str) -> Any:
    """A validator for the schema with this canonical text."""
    return _strict_class()(json.loads(schema), format_checker=_formats())


@lru_cache(maxsize=1)
def _strict_class() -> Any:
    """Draft 2020-12, with `integer` meaning written as one (by the letter of the draft, 5.0 is an integer)."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    checker = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    return extend(Draft202012Validator, type_checker=checker)  # type: ignore[no-untyped-call]


@lru_cache(maxsize=1)
def _formats() -> Any:
    """Formats that the standard library can check; others are taken as annotations."""
    from jsonschema import FormatChecker

    return FormatChecker(formats=("date", "email", "ipv4", "ipv6", "regex", "uuid"))
