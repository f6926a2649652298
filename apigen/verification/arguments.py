"""Whether the arguments of a call fit the document of its function: JSON Schema, without any coercion.

`true` is not 1, "5" is not 5, and 5.0 is not an integer. Several faults of one call are reported as the gravest:
unknown function, unknown argument, missing argument, type, value.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time
from fractions import Fraction
from functools import lru_cache
from typing import Any

from apigen.plainschema import Check, quick_check
from apigen.reasons import Reason
from apigen.records import Api, Call, Json

GRAVITY = (
    Reason.unknown_function,
    Reason.unknown_argument,
    Reason.missing_argument,
    Reason.argument_type,
    Reason.argument_value,
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")
_TIME = re.compile(r"\d\d:\d\d")
SHAPE = frozenset(GRAVITY[:2])
"""Faults that count as format in every profile; the others count as execution in the paper's."""

_CLOSING = ("additionalProperties", "unevaluatedProperties", "propertyNames")

Fault = tuple[Reason, str]


def call_fault(call: Call, apis: Mapping[str, Api]) -> Fault | None:
    """The gravest fault of a call, with what and where; None if it fits."""
    api = apis.get(call.name)
    if api is None:
        return Reason.unknown_function, f"`{call.name}` was not offered; offered: {', '.join(apis)}"
    faults = list(_faults(call.arguments, api))
    return min(faults, key=lambda fault: GRAVITY.index(fault[0])) if faults else None


def _faults(arguments: Mapping[str, Json], api: Api) -> Iterable[Fault]:
    for name in api.required:
        if name not in arguments:
            yield Reason.missing_argument, f"`{api.name}` needs `{name}`"
    quick = _quick_check(api.parameters_text)
    if quick is not None and quick(arguments):
        return
    for error in _validator(api.parameters_text).iter_errors(arguments):
        if error.validator != "required" or error.absolute_path:
            yield _classified(error, api)


def _classified(error: Any, api: Api) -> Fault:
    if error.validator in _CLOSING and not error.absolute_path:
        takes = f"it takes {', '.join(api.properties)}" if api.properties else "it takes none"
        return Reason.unknown_argument, f"`{api.name}`: {error.message[:300]}; {takes}"
    place = ".".join(str(part) for part in error.absolute_path) or "arguments"
    reason = Reason.argument_type if _wrong_type(error) else Reason.argument_value
    return reason, f"`{api.name}.{place}`: {error.message[:300]}"


def _wrong_type(error: Any) -> bool:
    """Whether the JSON type is at fault; of alternatives, if it is in each of them."""
    if error.validator == "type":
        return True
    if error.validator in ("enum", "const"):
        listed = error.validator_value if error.validator == "enum" else [error.validator_value]
        return type(error.instance) not in {type(value) for value in listed}
    branches: dict[Any, list[Any]] = {}
    for cause in error.context or ():
        branches.setdefault(cause.relative_schema_path[0], []).append(cause)
    return bool(branches) and all(any(map(_wrong_type, causes)) for causes in branches.values())


@lru_cache(maxsize=8192)
def _quick_check(schema: str) -> Check | None:
    """A quick check by the schema with this canonical text, if there can be one."""
    return quick_check(_closed(schema))


@lru_cache(maxsize=8192)
def _validator(schema: str) -> Any:
    """A validator for the schema with this canonical text."""
    from referencing import Registry

    # the empty registry keeps a `$ref` to another place from being fetched
    return _strict_class()(_closed(schema), format_checker=_formats(), registry=Registry())


def _closed(schema: str) -> dict[str, Json]:
    """The schema with this text; only what is documented is accepted, unless the document says otherwise."""
    document: dict[str, Json] = json.loads(schema)
    combined = document.keys() & {"allOf", "anyOf", "oneOf", "if", "$ref"}
    closing = "unevaluatedProperties" if combined else "additionalProperties"
    return {closing: False} | document


@lru_cache(maxsize=1)
def _strict_class() -> Any:
    """Draft 2020-12, with `integer` meaning written as one (by the letter of the draft, 5.0 is an integer)."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    checker = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    keywords = {"multipleOf": _multiple_of}
    return extend(Draft202012Validator, keywords, type_checker=checker)  # type: ignore[no-untyped-call]


def _multiple_of(validator: Any, step: Json, value: Json, schema: Json) -> Iterator[Any]:
    """By the digits as written: 19.99 is a multiple of 0.01, although their floats do not divide."""
    from jsonschema import ValidationError

    if validator.is_type(value, "number") and Fraction(str(value)) % Fraction(str(step)):
        yield ValidationError(f"{value!r} is not a multiple of {step!r}")


@lru_cache(maxsize=1)
def _formats() -> Any:
    """Formats that the standard library can check; others are taken as annotations."""
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=("date", "email", "ipv4", "ipv6", "regex", "uuid"))
    checker.checks("date-time", raises=ValueError)(_is_moment)
    checker.checks("time", raises=ValueError)(_is_time)
    return checker


def _is_moment(value: Json) -> bool:
    """RFC 3339 with the offset left out if need be, as most APIs take it."""
    return not isinstance(value, str) or bool(_MOMENT.match(value) and datetime.fromisoformat(value.upper()))


def _is_time(value: Json) -> bool:
    return not isinstance(value, str) or bool(_TIME.match(value) and time.fromisoformat(value.upper()) is not None)
