"""The state of an instance as plain JSON data.

It is what a method or attribute of the instance gives, or else its public attributes. More is taken than for a result,
since a state is looked at and never handed on: sets become sorted arrays, keys of any kind texts, objects their public
attributes. What still has no JSON form is left out, and said so.
"""

import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from .cleaning import MAX_DEPTH, Cleaner, TooLarge, Unserialisable, conversion_of

MAX_NOTES = 5
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_sorted_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def snapshot(instance: Any, name: str | None, budget: int) -> bytes:
    """`{"state", "note"}` in JSON; the state is null, and the note says why, if it cannot be read.

    Args:
        name: of the method or attribute that gives the state; None for the public attributes.
        budget: bytes that the state may have in JSON.
    """
    cleaner = StateCleaner(budget, instance)
    try:
        state = cleaner.clean(_public(instance) if name is None else _given(instance, name))
        told: bytes = _encode({"state": state, "note": cleaner.note}).encode()
    except (TooLarge, MemoryError):
        return _unread(f"the state is larger than {budget} bytes")
    except Unserialisable as error:
        return _unread(str(error))
    except BaseException as error:  # a user's method may raise anything
        return _unread(f"{type(error).__name__}: {_text_of(error)}")
    return told if len(told) <= budget else _unread(f"the state is larger than {budget} bytes")


def _unread(why: str) -> bytes:
    encoded: bytes = _encode({"state": None, "note": f"the state is not known: {why}"[:500]}).encode(errors="replace")
    return encoded


def _text_of(error: BaseException) -> str:
    try:
        return str.__str__(str(error))
    except BaseException:  # the exception's own code may raise anything
        return "(a message that cannot be printed)"


def _given(instance: Any, name: str) -> Any:
    found = getattr(instance, name)
    return found() if callable(found) else found


def _public(instance: Any) -> dict[str, Any]:
    """The attributes whose names do not begin with `_`, of `__dict__` and of slots."""
    names = dict.fromkeys(getattr(instance, "__dict__", {}))
    for kind in type(instance).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        names |= dict.fromkeys([slots] if isinstance(slots, str) else slots)
    missing = object()
    found = {name: getattr(instance, name, missing) for name in names if not str(name).startswith("_")}
    return {name: value for name, value in found.items() if value is not missing}


class StateCleaner(Cleaner):
    """Cleans the state of `instance`. `note` says what was left out."""

    def __init__(self, budget: int, instance: Any) -> None:
        super().__init__(budget)
        self._left_out: list[str] = []
        self._place: list[str] = []
        self._open = {id(instance)}

    @property
    def note(self) -> str:
        """What was left out, and why; empty if nothing was."""
        more = len(self._left_out) - MAX_NOTES
        shown = self._left_out[:MAX_NOTES] + ([f"{more} more"] if more > 0 else [])
        return f"left out: {'; '.join(shown)}" if shown else ""

    def clean(self, value: Any, depth: int = 0) -> Any:
        """See `Cleaner.clean`. Parts without a JSON form are left out; in an array they are null."""
        if value is None or conversion_of(type(value)) not in (None, Cleaner._object, Cleaner._array):
            return super().clean(value, depth)
        if isinstance(value, set | frozenset):
            return sorted(self._array_of(value, value, depth), key=_sorted_encode)
        if isinstance(value, deque) or (isinstance(value, list | tuple) and not hasattr(type(value), "_fields")):
            return self._array_of(value, value, depth)
        if isinstance(value, dict):
            return self._object_of(value, dict.items(value), depth)
        if isinstance(value, tuple):
            return self._object_of(value, zip(type(value)._fields, value, strict=False), depth)  # type: ignore[attr-defined]
        if _is_plain_object(value):
            return self._object_of(value, _attributes(value).items(), depth)
        return super().clean(value, depth)

    def _array_of(self, value: Any, items: Iterable[Any], depth: int) -> list[Any]:
        with self._inside(value, depth):
            return [self._part(str(place), item, depth) for place, item in enumerate(list(items))]

    def _object_of(self, value: Any, items: Iterable[tuple[Any, Any]], depth: int) -> dict[str, Any]:
        cleaned: dict[str, Any] = {}
        with self._inside(value, depth):
            for key, item in list(items):
                name = self._key(key)
                before = len(self._left_out)
                part = self._part(name, item, depth)
                if name in cleaned:
                    self._left_out.append(f"`{self._at(name)}`: another key of the same text")
                elif part is not None or len(self._left_out) == before:
                    cleaned[name] = part
        return cleaned

    def _part(self, name: str, item: Any, depth: int) -> Any:
        """One part, or None with a note if it has no JSON form."""
        self._place.append(name)
        try:
            return self.clean(item, depth + 1)
        except Unserialisable as error:
            self._left_out.append(f"`{self._at()}`: {error}")
            return None
        finally:
            self._place.pop()

    def _at(self, *more: str) -> str:
        return ".".join([*self._place, *more])[:100]

    def _key(self, key: Any) -> str:
        """The text of a key, as JSON has it: 1 is "1", a date its ISO text, (1, 2) "[1,2]"."""
        cleaned = super().clean(key)
        return cleaned if isinstance(cleaned, str) else str(_encode(cleaned))

    @contextmanager
    def _inside(self, value: Any, depth: int) -> Iterator[None]:
        """Hold a container open while its parts are cleaned: one that leads back to itself has no JSON form."""
        self._spend(1)
        if id(value) in self._open:
            raise Unserialisable("it leads back to itself")
        if depth > MAX_DEPTH:
            raise Unserialisable(f"nested deeper than {MAX_DEPTH} levels")
        self._open.add(id(value))
        try:
            yield
        finally:
            self._open.discard(id(value))


def _is_plain_object(value: Any) -> bool:
    """Whether it is an instance of a class that says what it is by attributes: none of the standard library."""
    kind = type(value)
    own = str(getattr(kind, "__module__", "")).partition(".")[0] not in (*sys.stdlib_module_names, "numpy")
    return own and not isinstance(value, type) and (hasattr(value, "__dict__") or "__slots__" in kind.__dict__)


def _attributes(value: Any) -> dict[str, Any]:
    found = _public(value)
    if not found and getattr(value, "__dict__", {}):
        raise Unserialisable(f"a value of type {type(value).__name__} has private attributes only")
    return found
