"""Arguments whose annotation is no plain JSON (Enum, dataclass, date, set ...), made from JSON by pydantic.

Strict JSON rules hold: a date comes from text, a set from an array, an int never from text. Annotations that are plain
JSON are left alone, and so are those that pydantic does not know (classes of a library): the function gets the JSON.
"""

import collections.abc
import json
import sys
import types
import typing
from collections.abc import Callable
from typing import Any

from .signature import Empty

PLAIN = {Any, object, str, int, float, bool, None, type(None), list, dict, Empty}
ARRAYS = {list, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection}
OBJECTS = {dict, collections.abc.Mapping, collections.abc.MutableMapping}

Converter = Callable[[Any], Any]


def converter_of(hint: Any) -> Converter | None:
    """What makes an argument from JSON, or None if JSON can be passed as it is.

    The converter raises ValueError if the JSON does not fit.
    """
    try:
        if is_plain(hint):
            return None
        from pydantic import TypeAdapter

        validate = TypeAdapter(_acceptable(hint)).validate_json
    except Exception:  # an annotation can be anything, and raise anything
        return None
    return lambda value: validate(json.dumps(value), strict=True)


def _acceptable(hint: Any) -> Any:
    """A TypedDict as pydantic takes it: before Python 3.12 it must be that of typing_extensions."""
    if sys.version_info >= (3, 12) or not typing.is_typeddict(hint):
        return hint
    from typing_extensions import TypedDict

    return TypedDict(hint.__name__, typing.get_type_hints(hint, include_extras=True), total=hint.__total__)  # type: ignore[operator]


def is_plain(hint: Any) -> bool:
    """Whether every value that fits the annotation is JSON already."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return is_plain(arguments[0])
    if origin is typing.Literal:
        return all(value is None or type(value) in (str, int, bool) for value in arguments)
    if origin in (typing.Union, types.UnionType) or origin in ARRAYS:
        return all(map(is_plain, arguments))
    if origin in OBJECTS:
        return arguments[0] in (str, Any) and is_plain(arguments[1])
    if isinstance(hint, typing.NewType):
        return is_plain(hint.__supertype__)
    if typing.is_typeddict(hint):
        return all(map(is_plain, typing.get_type_hints(hint).values()))
    if hasattr(hint, "__value__"):  # an alias by the `type` statement
        return is_plain(hint.__value__)
    return _is_plain_name(hint)


def _is_plain_name(hint: Any) -> bool:
    unresolved = isinstance(hint, str | typing.ForwardRef | typing.TypeVar)
    return unresolved or hint in PLAIN or hint in ARRAYS or hint in OBJECTS
