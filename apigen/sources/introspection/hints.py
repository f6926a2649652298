"""Type hints (live objects) → JSON Schema, by pydantic's `TypeAdapter`, made plain and self-contained.

What pydantic adds for its own sake is taken out again: titles, `$ref`s (resolved in place), OpenAPI discriminators.
Of a union, members that JSON cannot express are left out with a note. Used in the introspection process only, where
the user's types live.
"""

import collections.abc
import copy
import dataclasses
import datetime
import enum
import fractions
import functools
import json
import numbers
import operator
import os
import pathlib
import types
import typing
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typing_extensions
from jsonschema import Draft202012Validator
from pydantic import BaseModel, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema, to_jsonable_python

from apigen.records import Json

MAX_SCHEMA_CHARS = 50_000
"""A longer schema helps no model; types that inline to more are refused."""

_REPLACED: dict[Any, Any] = {
    typing.SupportsInt: int,
    typing.SupportsIndex: int,
    typing.SupportsFloat: float,
    numbers.Number: float,
    numbers.Real: float,
    numbers.Rational: float,
    numbers.Integral: int,
    fractions.Fraction: float,
    typing.LiteralString: str,
    typing_extensions.LiteralString: str,
    os.PathLike: str,
    collections.abc.Collection: collections.abc.Sequence,
    collections.abc.Container: collections.abc.Sequence,
    collections.abc.Reversible: collections.abc.Sequence,
}
_STREAMS = (
    collections.abc.Generator,
    collections.abc.Iterator,
    collections.abc.AsyncGenerator,
    collections.abc.AsyncIterator,
    collections.abc.AsyncIterable,
    collections.abc.Awaitable,
    collections.abc.Coroutine,
)
_DATA_KEYS = frozenset(("default", "enum", "const", "examples"))
_LIMITS: tuple[Literal["ge", "gt", "le", "lt", "multiple_of"], ...] = ("ge", "gt", "le", "lt", "multiple_of")
_MAP_KEYS = frozenset(("properties", "patternProperties"))
_KNOWN_DEFAULTS = (
    str, int, float, list, tuple, dict, set, frozenset, enum.Enum, BaseModel, Decimal, uuid.UUID, pathlib.PurePath,
    datetime.date, datetime.time, datetime.timedelta,
)  # fmt: skip


class Unsupported(ValueError):
    """JSON cannot express the type; the message says why."""


def schema_of_hint(hint: Any) -> tuple[dict[str, Json], list[str]]:
    """The JSON Schema (Draft 2020-12, without `$ref`) of values that fit `hint`, and notes.

    The empty schema means that the hint says nothing (`Any`, `object`, a free type variable).

    Raises:
        Unsupported: JSON cannot express the type.
    """
    key = _key(hint)
    if key is None:
        return _schema_of_hint(hint)
    if key not in _known:  # most parameters are of few types
        _known[key] = _schema_of_hint(hint)
    return copy.deepcopy(_known[key])


_known: dict[tuple[Any, ...], tuple[dict[str, Json], list[str]]] = {}


def _schema_of_hint(hint: Any) -> tuple[dict[str, Json], list[str]]:
    notes: list[str] = []
    schema = _generate(_plain(hint, notes))
    words = _words_of(hint)
    if words and "description" not in schema:
        schema = {**schema, "description": words}
    return schema, notes


def is_stream(hint: Any) -> bool:
    """Whether values of `hint` are produced one by one or later, and so are no JSON value."""
    return (get_origin(hint) or hint) in _STREAMS if isinstance(hint, typing.Hashable) else False


def shown(hint: Any) -> str:
    """The hint as people write it."""
    if isinstance(hint, type) and not get_args(hint):
        return hint.__name__
    return str(hint).replace("typing.", "").replace("collections.abc.", "")[:200]


def json_default(value: Any, schema: dict[str, Json]) -> tuple[Json]:
    """The default `value` as JSON that fits `schema`, in a tuple of one.

    Raises:
        Unsupported: it is no JSON value (a sentinel, a function, an infinity), or does not fit the schema.
    """
    if isinstance(value, Decimal) and schema.get("type") in ("number", "integer"):
        value = float(value)
    if not (value is None or isinstance(value, _KNOWN_DEFAULTS) or dataclasses.is_dataclass(value)):
        raise Unsupported(f"its default, a `{type(value).__name__}`, is no JSON value")
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    try:
        plain = json.loads(json.dumps(to_jsonable_python(value), allow_nan=False))
    except Exception as error:
        raise Unsupported(f"its default, a `{type(value).__name__}`, is no JSON value") from error
    if not fits(plain, schema):
        raise Unsupported(f"its default {json.dumps(plain)[:60]} does not fit its type")
    return (plain,)


def fits(value: Json, schema: dict[str, Json]) -> bool:
    """Whether the JSON value is valid under the schema."""
    return bool(Draft202012Validator(schema).is_valid(value))


class _Schemas(GenerateJsonSchema):
    """pydantic's generator, stricter: what arrives as JSON must be what the function can take."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default", "skipped-discriminator"}

    def bytes_schema(self, schema: core_schema.BytesSchema) -> JsonSchemaValue:
        raise PydanticInvalidForJsonSchema("bytes cannot be given as JSON")

    def complex_schema(self, schema: core_schema.ComplexSchema) -> JsonSchemaValue:
        raise PydanticInvalidForJsonSchema("a complex number cannot be given as JSON")

    def is_subclass_schema(self, schema: core_schema.IsSubclassSchema) -> JsonSchemaValue:
        raise PydanticInvalidForJsonSchema("a class cannot be given as JSON")

    def callable_schema(self, schema: core_schema.CallableSchema) -> JsonSchemaValue:
        raise PydanticInvalidForJsonSchema("a function cannot be given as JSON")

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        limits: Any = {name: float(schema[name]) for name in _LIMITS if schema.get(name) is not None}
        return self.float_schema(core_schema.float_schema(**limits))


def _key(hint: Any) -> tuple[Any, ...] | None:
    """Equal for hints of the same schema only; None for other forms.

    Hints are no keys themselves: unions are equal in any order, which their schemas keep.
    """
    if type(hint) is type:
        return (hint,)
    args, limits = get_args(hint), ""
    if get_origin(hint) is Annotated:
        if any(type(extra).__module__ != "annotated_types" for extra in args[1:]):
            return None
        args, limits = args[:1], repr(args[1:])
    elif not isinstance(hint, types.GenericAlias | types.UnionType) and get_origin(hint) is not Union:
        return None
    parts = [_key(arg) for arg in args]
    return None if None in parts else (get_origin(hint), limits, *parts)


def _generate(hint: Any) -> dict[str, Json]:
    try:
        raw = TypeAdapter(hint).json_schema(mode="validation", schema_generator=_Schemas)
    except (PydanticInvalidForJsonSchema, PydanticUserError) as error:
        reason = str(error).splitlines()[0]
        own_words = "cannot be given as JSON" in reason
        raise Unsupported(reason if own_words else f"`{shown(hint)}` cannot be given as JSON") from error
    except Exception as error:  # a user's type may fail in any way when it is looked at
        raise Unsupported(f"`{shown(hint)}` cannot be read as a type: {type(error).__name__}: {error}"[:300]) from error
    definitions = raw.pop("$defs", {})
    schema: dict[str, Json] = _inlined(raw, definitions, ())
    if len(json.dumps(schema, default=str)) > MAX_SCHEMA_CHARS:
        raise Unsupported(f"`{shown(hint)}` gives a schema of more than {MAX_SCHEMA_CHARS} characters")
    return schema


def _inlined(node: Json, definitions: dict[str, Json], inside: tuple[str, ...]) -> Json:
    """The schema without titles, and with every `$ref` replaced by what it refers to."""
    if isinstance(node, list):
        return [_inlined(item, definitions, inside) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = str(node["$ref"]).removeprefix("#/$defs/")
        if name in inside or name not in definitions:
            raise Unsupported(f"`{name}` contains itself; a schema without references cannot express it")
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _inlined({**definitions[name], **beside}, definitions, (*inside, name))
    found: dict[str, Json] = {}
    for key, value in node.items():
        if key in ("title", "discriminator"):
            continue
        if key == "const":
            found["enum"] = [value]
        elif key in _DATA_KEYS:
            found[key] = value
        elif key in _MAP_KEYS:
            found[key] = {name: _inlined(part, definitions, inside) for name, part in value.items()}
        elif key == "prefixItems":
            found[key] = [_described(part, _inlined(part, definitions, inside)) for part in value]
        else:
            found[key] = _inlined(value, definitions, inside)
    return found


def _described(part: Json, schema: Json) -> Json:
    """The place in a NamedTuple: its name is kept as description, since the array itself has no names."""
    return {**schema, "description": part["title"]} if "title" in part and "description" not in schema else schema


def _plain(hint: Any, notes: list[str]) -> Any:
    """The hint with protocols replaced by JSON types, and without union members that JSON cannot express."""
    if isinstance(hint, typing.Hashable) and hint in _REPLACED:
        return _REPLACED[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin is None or not args or origin is typing.Literal or origin is collections.abc.Callable:
        return hint
    if origin is Annotated:
        return Annotated[(_plain(args[0], notes), *args[1:])]
    if origin in (Union, types.UnionType):
        return _expressible_union(args, notes)
    if origin is os.PathLike:
        return str
    plain = tuple(_plain(arg, notes) for arg in args)
    if plain == args and origin not in _REPLACED:
        return hint
    return _REPLACED.get(origin, origin)[plain if len(plain) > 1 else plain[0]]


def _expressible_union(args: tuple[Any, ...], notes: list[str]) -> Any:
    kept: list[Any] = []
    problems: list[str] = []
    for arg in args:
        try:
            member = _plain(arg, notes)
            _generate(member)
            kept.append(member)
        except Unsupported as error:
            problems.append(str(error))
    if problems and all(member is type(None) for member in kept):
        raise Unsupported(problems[0])
    notes += [f"left out of a union: {problem}" for problem in problems]
    return functools.reduce(operator.or_, kept) if len(kept) == 1 else Union[tuple(kept)]  # noqa: UP007


def _words_of(hint: Any) -> str:
    """What `Annotated[int, "words"]` or `Annotated[int, Doc("words")]` says about the parameter."""
    for extra in getattr(hint, "__metadata__", ()):
        words = extra if isinstance(extra, str) else getattr(extra, "documentation", None)
        if isinstance(words, str):
            return " ".join(words.split())
    return ""
