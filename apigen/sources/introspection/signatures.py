"""A function's signature → the JSON Schema of its arguments.

Types come from the annotations; where there are none, from a stub, then from the docstring. A required parameter
without a type, or of a type that JSON cannot express, makes the function unusable; an optional one is left out with a
note.
"""

import inspect
import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apigen.reasons import Reason
from apigen.records import Json
from apigen.sources.alternatives import union
from apigen.sources.introspection.docstrings import Documented, ParameterWords
from apigen.sources.introspection.hints import Unsupported, is_stream, json_default, schema_of_hint, shown
from apigen.sources.introspection.stubs import UNKNOWN_DEFAULT, StubFunction
from apigen.sources.typestrings import schema_of

EMPTY = inspect.Parameter.empty
_CONVERTED = frozenset(("date", "date-time", "time", "duration", "uuid"))
"""Formats that a function receives as objects if it is annotated, and as mere text if only a text speaks of them."""
_STREAM_TEXT = re.compile(r"(\w+\.)*((Async)?(Iterator|Generator)|AsyncIterable|Awaitable|Coroutine)\b")
_ANYTHING = re.compile(r"((an?|any) )?(python )?(object|obj|value)s?\b(,.*)?", re.I)
"""What docstrings write for Any; in a JSON document `object` would be a mapping."""


class Refused(Exception):
    """The function cannot be offered."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Described:
    """What a model needs to call the function. `signature` binds positional arguments to names."""

    parameters: dict[str, Json]
    returns: dict[str, Json] | None
    notes: list[str]
    signature: inspect.Signature


@dataclass
class _Typing:
    """All that is known about the types of one function."""

    function: Any
    stubs: list[StubFunction]
    words: Documented
    expanded: Callable[[str], str]

    def schema(self, parameter: inspect.Parameter, place: int) -> tuple[dict[str, Json], list[str]]:
        """Schema and notes of one parameter.

        Raises:
            Refused: no type is known (`untyped`), or JSON cannot express it (`unsupported_type`).
        """
        name = parameter.name
        try:
            if parameter.annotation is not EMPTY:
                schema, notes = self.annotated(parameter.annotation)
                if schema.keys() - {"description"}:
                    return _not_only_none(schema), notes
            for text in self.texts(name, place):
                schema, notes = schema_of_text(text)
                if schema:
                    return _not_only_none(schema), notes
        except ValueError as error:
            raise Refused(Reason.unsupported_type, f"parameter `{name}`: {error}") from error
        known = "Any" if parameter.annotation is not EMPTY else "no annotation"
        raise Refused(
            Reason.untyped, f"parameter `{name}` has no type ({known}, none in a stub or the docstring): annotate it"
        )

    def annotated(self, annotation: Any) -> tuple[dict[str, Json], list[str]]:
        hint = resolved(annotation, self.function)
        return schema_of_text(self.expanded(hint)) if isinstance(hint, str) else schema_of_hint(hint)

    def texts(self, name: str, place: int) -> list[str]:
        """Type texts of the parameter: from the stub (by name, or by place for positional-only ones), the docstring."""
        found: list[str] = []
        for stub in self.stubs:
            listed = list(stub.signature.parameters.values())
            by_place = [p for p in listed[place : place + 1] if p.kind is p.POSITIONAL_ONLY]
            matching = stub.signature.parameters.get(name) or next(iter(by_place), None)
            if matching is not None and isinstance(matching.annotation, str):
                found.append(matching.annotation)
        words = self.words.parameters.get(name, ParameterWords())
        says_nothing = words.type_text is None or _ANYTHING.fullmatch(words.type_text)
        return found if says_nothing else [*found, str(words.type_text)]


def _not_only_none(schema: dict[str, Json]) -> dict[str, Json]:
    if schema.get("type") == "null":
        raise ValueError("its type is None only, which leaves nothing to say")
    return schema


def describe(
    function: Any, words: Documented, stubs: list[StubFunction], expanded: Callable[[str], str] = str
) -> Described:
    """Describe how `function` is called.

    Args:
        function: any callable with a signature, or with a stub that has one.
        words: what its docstring says.
        stubs: its definitions in a stub, if any; the first that can be expressed is used.
        expanded: replaces aliases in an annotation that can only be read as text.

    Raises:
        Refused: it cannot be called with JSON arguments by name, and why.
    """
    _refuse_streams(function)
    problem: Refused | None = None
    for chosen in [[stub] for stub in stubs] or [[]]:
        try:
            return _described(_Typing(function, chosen, words, expanded))
        except Refused as refused:
            problem = problem or refused
    assert problem is not None
    raise problem


def _described(known: _Typing) -> Described:
    signature = _signature(known.function, known.stubs)
    parameters = list(signature.parameters.values())
    if any(p.kind is p.VAR_POSITIONAL for p in parameters) and not any(
        p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters
    ):
        raise Refused(Reason.unsupported_signature, f"it takes its values as *args, without names: {signature}"[:300])
    properties: dict[str, Json] = {}
    notes: list[str] = []
    blocked = ""  # a positional-only parameter that was left out: later ones cannot be given either
    for place, parameter in enumerate(parameters):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            notes.append(f"`{parameter}` is not offered")
            continue
        try:
            if blocked and parameter.kind is parameter.POSITIONAL_ONLY:
                raise Refused(Reason.unsupported_signature, f"parameter `{parameter.name}`: comes after `{blocked}`")
            if parameter.name.startswith("_") and parameter.default is not EMPTY:
                raise Refused(Reason.unsupported_signature, f"parameter `{parameter.name}` is private")
            schema, said = known.schema(parameter, place)
        except Refused as refused:
            if parameter.default is EMPTY:
                raise
            notes.append(f"left out: {refused.detail}")
            blocked = parameter.name if parameter.kind is parameter.POSITIONAL_ONLY else blocked
            continue
        properties[parameter.name] = _with_words(schema, known.words.parameters.get(parameter.name))
        notes += [f"`{parameter.name}`: {note}" for note in said]
        notes += _add_default(properties[parameter.name], parameter)
    schema = {
        "type": "object",
        "properties": properties,
        "required": [p.name for p in parameters if p.name in properties and p.default is EMPTY],
        "additionalProperties": False,
    }
    returns, said = _returns(known, signature)
    return Described(schema, returns, notes + said, signature)


def schema_of_text(text: str) -> tuple[dict[str, Json], list[str]]:
    """The schema of a type that is only known as text.

    Raises:
        ValueError: unknown or inexpressible, or a type whose values would have to be built from the JSON value, which
            needs the real annotation (dates, UUIDs).
    """
    schema, notes = schema_of(text)
    members = schema.get("anyOf", [schema])
    kept = [member for member in members if not _formats(member) & _CONVERTED]
    if len(kept) < len(members) and any(member.get("type") != "null" for member in kept):
        return union(kept), [*notes, f"of `{text}`, what text would have to be turned into is left out"]
    if len(kept) < len(members):
        raise ValueError(f"`{text}` is known from a stub or docstring only: annotate it to have text turned into it")
    return schema, notes


def resolved(annotation: Any, function: Any) -> Any:
    """The annotation as a type; as text if it names what cannot be found (imported for type checkers only)."""
    function = inspect.unwrap(function)
    function = getattr(function, "__func__", function)
    names = getattr(function, "__globals__", {})
    own = {parameter.__name__: parameter for parameter in getattr(function, "__type_params__", ())}
    holder = types.SimpleNamespace(__annotations__={"it": annotation})
    try:
        return typing.get_type_hints(holder, {**names, **own}, include_extras=True)["it"]
    except Exception:  # evaluating a user's annotation may fail in any way
        return annotation if isinstance(annotation, str) else _text_of(annotation)


def _text_of(annotation: Any) -> Any:
    """`list["Missing"]` as text; other annotations as they are."""
    inside = [arg.__forward_arg__ for arg in typing.get_args(annotation) if isinstance(arg, typing.ForwardRef)]
    return re.sub(r"ForwardRef\('([^']*)'\)", r"\1", shown(annotation)) if inside else annotation


def _signature(function: Any, stubs: list[StubFunction]) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except Exception as error:  # builtins without a text signature; objects with a broken one
        if stubs:
            return stubs[0].signature
        raise Refused(Reason.unsupported_signature, "its signature is not known (no stub either)") from error


def _refuse_streams(function: Any) -> None:
    inner = inspect.unwrap(function) if hasattr(function, "__wrapped__") else function
    for f in (function, inner):
        if inspect.iscoroutinefunction(f) or inspect.isasyncgenfunction(f):
            raise Refused(Reason.unsupported_signature, "it is async: wrap it in a `def` that runs it to the end")
        if inspect.isgeneratorfunction(f):
            raise Refused(Reason.unsupported_signature, "it is a generator: wrap it in a `def` that returns a list")


def _returns(known: _Typing, signature: inspect.Signature) -> tuple[dict[str, Json] | None, list[str]]:
    """The schema of the result, if it is known; a note if JSON cannot express it.

    Raises:
        Refused: the result is produced one by one or later.
    """
    hint: Any = signature.return_annotation
    if hint is inspect.Signature.empty:
        hint = known.stubs[0].returns if known.stubs else ""
    hint = resolved(hint, known.function) if hint != "" else ""
    hint = known.expanded(hint) if isinstance(hint, str) else hint
    text = hint if isinstance(hint, str) else shown(hint)
    if _STREAM_TEXT.match(text) if isinstance(hint, str) else is_stream(hint):
        raise Refused(Reason.unsupported_signature, f"its result is a stream (`{text}`), not a value: return a list")
    if hint == "":
        return None, []
    try:
        schema, _ = schema_of(hint) if isinstance(hint, str) else schema_of_hint(hint)
    except ValueError:
        return None, [f"its result (`{text}`) may not be JSON"]
    return schema or None, []


def _with_words(schema: dict[str, Json], words: ParameterWords | None) -> dict[str, Json]:
    """The schema with the docstring's description, which is about this parameter and so beats that of the type."""
    description = words.description if words and words.description else schema.get("description", "")
    rest = {key: value for key, value in schema.items() if key != "description"}
    return {**rest, "description": description} if description else rest


def _add_default(schema: dict[str, Json], parameter: inspect.Parameter) -> list[str]:
    """Put the parameter's default into its schema if it is JSON that fits; otherwise say so, unless it is None."""
    schema.pop("default", None)
    if parameter.default is EMPTY or parameter.default is UNKNOWN_DEFAULT:
        return []
    try:
        (schema["default"],) = json_default(parameter.default, schema)
    except Unsupported as error:
        return [] if parameter.default is None else [f"`{parameter.name}`: {error}; left without default"]
    return []


def _formats(schema: Json) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(_formats, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    own = {schema["format"]} if isinstance(schema.get("format"), str) else set()
    return own.union(*(_formats(value) for value in schema.values())) if schema else own
