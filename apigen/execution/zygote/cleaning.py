"""A function's result as plain JSON data, or the reason why it is none.

    None, bool, int, float (finite), str (valid UTF-8)    as they are; subclasses as their base type
    dict with text keys                                   object
    list, tuple                                           array
    NamedTuple, dataclass, pydantic model                 object of its fields
    Enum                                                  its value
    date, datetime, time                                  ISO 8601 text
    timedelta                                             seconds
    Decimal, Fraction, UUID, path                         text
    numpy scalar, numpy array                             number, array
    anything else (set, bytes, generator, object ...)     unserialisable

Types are looked at by `type`, and read by the methods of the built-in base: an object cannot pass for what it is not.
Modules are never imported for this: where a function gives a date, its library has imported what dates come from.
"""

import os
import sys
from collections.abc import Callable
from enum import Enum
from math import isfinite
from typing import Any

STANDARD_LIBRARY = os.path.dirname(str(os.__file__)) + os.sep
MAX_DEPTH = 64
MAX_INT_BITS = 14_000  # Python writes integers of 4,300 digits at most


class Unserialisable(Exception):
    """The result cannot be written as JSON."""


class TooLarge(Exception):
    """The result is larger than the limit."""


class Cleaner:
    """Cleans one result. `budget` is the number of bytes that its JSON may have, roughly counted on the way."""

    def __init__(self, budget: int) -> None:
        self.budget = budget

    def clean(self, value: Any, depth: int = 0) -> Any:
        """`value` as JSON data.

        Raises:
            Unserialisable: no JSON stands for it.
            TooLarge: the budget is spent (values that occur repeatedly count each time).
        """
        if depth > MAX_DEPTH:
            raise Unserialisable(f"nested deeper than {MAX_DEPTH} levels, or in a circle")
        self._spend(1)
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        convert = conversion_of(kind)
        if convert is not None:
            return convert(self, value, depth)
        dataclasses = sys.modules.get("dataclasses")
        if dataclasses and dataclasses.is_dataclass(kind):
            fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            return self._object(fields, depth)
        return self._foreign(kind, value, depth)

    def _spend(self, size: int) -> None:
        self.budget -= size
        if self.budget < 0:
            raise TooLarge

    def _text(self, value: str, depth: int) -> str:
        text = str.__str__(value)
        self._spend(len(text))
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Unserialisable("a text holds a lone surrogate, which UTF-8 cannot express") from None
        return text

    def _int(self, value: int, depth: int) -> int:
        number = int.__index__(value)
        if number.bit_length() > MAX_INT_BITS:
            raise Unserialisable("an integer of more than 4,300 digits")
        return number

    def _float(self, value: float, depth: int) -> float:
        number = float.__float__(value)
        if not isfinite(number):
            raise Unserialisable(f"a number is {number}, which JSON does not know")
        return number

    def _array(self, value: "list[Any] | tuple[Any, ...]", depth: int) -> Any:
        names = getattr(type(value), "_fields", None)
        base = tuple if issubclass(type(value), tuple) else list
        items = list(base.__iter__(value))  # type: ignore[arg-type]
        if base is tuple and isinstance(names, tuple) and len(names) == len(items):
            return self._object(dict(zip(names, items, strict=True)), depth)
        return [self.clean(item, depth + 1) for item in items]

    def _object(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        cleaned = {}
        for key, item in dict.items(value):
            if not issubclass(type(key), str):
                raise Unserialisable(f"an object has a key of type {type(key).__name__}; JSON keys are texts")
            cleaned[self._text(key, depth)] = self.clean(item, depth + 1)
        return cleaned

    def _enum(self, value: Enum, depth: int) -> Any:
        return self.clean(value.value, depth + 1)

    def _foreign(self, kind: type, value: Any, depth: int) -> Any:
        """Values of libraries that are known."""
        pydantic, numpy = sys.modules.get("pydantic"), sys.modules.get("numpy")
        if pydantic and issubclass(kind, pydantic.BaseModel):
            return self._object({name: getattr(value, name) for name in kind.model_fields}, depth)  # type: ignore[attr-defined]
        if numpy and issubclass(kind, numpy.generic):
            return self.clean(value.item(), depth + 1)
        if numpy and issubclass(kind, numpy.ndarray):
            self._spend(value.size)
            return self.clean(value.tolist(), depth)
        raise Unserialisable(f"a value of type {kind.__name__} has no JSON form")


def _iso(cleaner: Cleaner, value: Any, depth: int) -> str:
    return cleaner._text(value.isoformat(), depth)


def _str(cleaner: Cleaner, value: Any, depth: int) -> str:
    return cleaner._text(str(value), depth)


def _decimal(cleaner: Cleaner, value: Any, depth: int) -> str:
    decimal = sys.modules["decimal"].Decimal
    if not decimal.is_finite(value):
        raise Unserialisable(f"a number is {value}, which JSON does not know")
    return cleaner._text(decimal.__str__(value), depth)


def _seconds(cleaner: Cleaner, value: Any, depth: int) -> float:
    seconds: float = value.total_seconds()
    return seconds


Conversion = Callable[[Cleaner, Any, int], Any]

# Enum comes first: members may be texts or numbers as well.
CONVERSIONS: tuple[tuple[type | tuple[type, ...], Conversion], ...] = (
    (Enum, Cleaner._enum),
    (str, Cleaner._text),
    (int, Cleaner._int),
    (float, Cleaner._float),
    (dict, Cleaner._object),
    ((list, tuple), Cleaner._array),
)
OF_MODULES: tuple[tuple[str, str, Conversion], ...] = (
    ("datetime", "date", _iso),
    ("datetime", "time", _iso),
    ("datetime", "timedelta", _seconds),
    ("decimal", "Decimal", _decimal),
    ("fractions", "Fraction", _str),
    ("uuid", "UUID", _str),
    ("pathlib", "PurePath", _str),
)


def conversion_of(kind: type) -> Conversion | None:
    """What makes JSON of values of a type that is a built-in one or one of the standard library's, or comes of it."""
    for base, convert in CONVERSIONS:
        if issubclass(kind, base):
            return convert
    for module, name, convert in OF_MODULES:
        found = sys.modules.get(module)
        if found and _is_standard(found) and issubclass(kind, getattr(found, name)):
            return convert
    return None


def _is_standard(module: Any) -> bool:
    """Whether it is the standard library's own: a user's file may have the name of one."""
    return str(getattr(module, "__file__", "")).startswith(STANDARD_LIBRARY)
