"""The fast way for values that are JSON without any flaw: Python's own scanner, asked strictly.

It gives exactly what `jsontext.Scanner` would, or nothing: at the first doubt (a key that stands twice, a number that
is not finite, a raw control character, what might be half a character, deep nesting, anything that is no JSON) the
value is left to the scanner that can say what is wrong and where.
"""

import json
import re
from typing import Any

from apigen.reading.pieces import Frame, Piece
from apigen.records import Json

_SPACE = re.compile(r"[ \t\n\r]*")
_DOUBTFUL = re.compile("\\\\u[dD][89a-fA-F]|[\ud800-\udfff]")
"""Halves of characters: Python's scanner lets lone ones pass."""


class _Doubt(ValueError):
    """Something that only the careful scanner can judge."""


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Doubt
    return value


def _constant(name: str) -> Json:
    raise _Doubt


def _float(token: str) -> float:
    value = float(token)
    if value - value != 0:  # beyond the largest float
        raise _Doubt
    return value


_decoder: Any = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
_scan = _decoder.scan_once
"""Value and end, from text and start; raises StopIteration or ValueError."""


class StrictReader:
    """Reads flawless values of `text`."""

    def __init__(self, text: str, max_depth: int) -> None:
        self._text = text
        self._max_depth = max_depth
        self._usable = (text.isascii() and "\\u" not in text) or _DOUBTFUL.search(text) is None

    def read(self, start: int) -> Piece | None:
        """The list or object that begins at `start`; None if there is any doubt about it."""
        if not self._usable:
            return None
        try:
            return self._list(start) if self._text[start] == "[" else self._dict(start)
        except (ValueError, StopIteration, IndexError, RecursionError):
            return None

    def _list(self, start: int) -> Piece | None:
        frame, end = self._members(start)
        return Piece(start, end, frame, None, None, {}, []) if self._shallow(start, end) else None

    def _dict(self, start: int) -> Piece | None:
        value, end = _scan(self._text, start)
        if not self._shallow(start, end):
            return None
        root, inner = Frame(value, start, key=next(reversed(value), "")), None
        if len(value) == 1 and isinstance(value[root.key], list):
            # after the only key; its text may hold brackets itself
            _, after_key = _scan(self._text, self._text.index('"', start))
            inner, _ = self._members(self._text.index("[", after_key))
            value[root.key] = inner.value
        return Piece(start, end, root, inner, None, {}, [])

    def _members(self, start: int) -> tuple[Frame, int]:
        """The list that begins at `start`, with the extents of its members; and where it ends."""
        text, values, spans = self._text, list[Json](), list[tuple[int, int]]()
        pos = self._behind_space(start + 1)
        if text[pos] == "]":
            return Frame(values, start), pos + 1
        while True:
            value, end = _scan(text, pos)
            values.append(value)
            spans.append((pos, end))
            pos = self._behind_space(end)
            if text[pos] == "]":
                return Frame(values, start, spans), pos + 1
            if text[pos] != ",":
                raise _Doubt
            pos = self._behind_space(pos + 1)

    def _behind_space(self, pos: int) -> int:
        match = _SPACE.match(self._text, pos)
        return match.end() if match else pos

    def _shallow(self, start: int, end: int) -> bool:
        """Whether there are not even as many brackets as levels are allowed."""
        text = self._text
        return text.count("[", start, end) + text.count("{", start, end) <= self._max_depth
