"""JSON and JSON lines, read value by value, so that one bad value does not cost the others.

JSON allows what cannot be relied on: a key that an object names twice, numbers that are not finite, half of a surrogate
pair, any depth. Such flaws are marked while reading and found by `flaw_of`, so that only the document that holds one is
refused.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from apigen.records import Json

MAX_DEPTH = 64
"""Levels of nesting in one document. No known API document needs more than ten."""

LINES = frozenset({".jsonl", ".ndjson"})
SUFFIXES = frozenset({".json", *LINES})


class Item(NamedTuple):
    """One value of a file, and the line (from 1) that it starts at; or what is wrong there."""

    value: Json
    line: int
    problem: str = ""


class Flawed(dict[str, Any]):
    """An object that names a key twice."""

    problem = ""


class NotFinite:
    """NaN, an infinity, or a number too large for one."""

    def __init__(self, text: str) -> None:
        self.text = text


def read_items(path: Path) -> list[Item]:
    """All values of a file: the elements of its list, its lines, or its one value.

    After a syntax error inside a list nothing more can be read; a bad line of JSON lines costs that line only.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not text (UTF-8, UTF-16 or UTF-32).
    """
    data = path.read_bytes()
    text = data.decode(json.detect_encoding(data)).removeprefix("\ufeff")
    if _holds_lines(text) or (path.suffix.lower() in LINES and any(map(_is_whole, text.split("\n")))):
        return list(_lines(text))
    return list(_values(text))


def parse(text: str) -> Json:
    """The JSON value of a text, flaws marked.

    Raises:
        ValueError: it is not JSON; the message says what and where.
    """
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def flaw_of(value: Json) -> str:
    """What makes a value unusable, or an empty text."""
    pending: list[tuple[Json, int]] = [(value, 0)]
    while pending:
        part, depth = pending.pop()
        if isinstance(part, Flawed):
            return part.problem
        if isinstance(part, NotFinite):
            return f"holds {part.text}, which is no JSON number"
        if isinstance(part, str) and not _is_unicode(part):
            return "holds half of a surrogate pair, which is no text"
        if depth > MAX_DEPTH:
            return f"is nested deeper than {MAX_DEPTH} levels"
        if isinstance(part, dict):
            pending += [(inner, depth + 1) for pair in part.items() for inner in pair]
        elif isinstance(part, list):
            pending += [(inner, depth + 1) for inner in part]
    return ""


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    repeated = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    flawed = Flawed(found)
    flawed.problem = f"names the key `{repeated}` twice"
    return flawed


def _float(text: str) -> float | NotFinite:
    number = float(text)
    return number if math.isfinite(number) else NotFinite(text)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_constant=NotFinite)


def _holds_lines(text: str) -> bool:
    """Whether each line is a value of its own (BFCL's `.json` files are JSON lines)."""
    head = [line for line in text.split("\n", 20)[:20] if line.strip()]
    if len(head) < 2:
        return False
    return _is_whole(head[0]) or (head[0].strip().endswith("}") and _is_whole(head[1]))


def _is_whole(line: str) -> bool:
    try:
        return isinstance(parse(line), dict | list)
    except ValueError:
        return False


def _lines(text: str) -> Iterator[Item]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield Item(parse(line), number)
        except ValueError as error:
            yield Item(None, number, f"the line is not JSON: {error}")


def _values(text: str) -> Iterator[Item]:
    """The elements of a list, or the values that stand one after another."""
    start = _after_space(text, 0)
    in_list = text.startswith("[", start)
    position = _after_space(text, start + 1) if in_list else start
    line, counted = 1, 0
    while position < len(text) and not (in_list and text[position] == "]"):
        line, counted = line + text.count("\n", counted, position), position
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            yield _unreadable(error, line)
            return
        yield Item(value, line)
        try:
            position = _next(text, end) if in_list else _after_space(text, end)
        except ValueError as error:
            yield _unreadable(error, line)
            return
    if in_list and text[position:].strip() != "]":
        where = position if position >= len(text) else position + 1
        line += text.count("\n", counted, where)
        yield Item(None, line, "the file ends inside a list" if where == position else "text follows the list")


def _unreadable(error: Exception, line: int) -> Item:
    what = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
    return Item(None, line, f"from here on the file is not JSON: {what}")


def _next(text: str, end: int) -> int:
    """Where the list goes on after an element that ended at `end`: at the next element, or at its closing bracket."""
    position = _after_space(text, end)
    if text.startswith(",", position):
        position = _after_space(text, position + 1)
        if text.startswith("]", position):
            raise json.JSONDecodeError("a value is missing after the comma", text, position)
    elif position < len(text) and text[position] != "]":
        raise json.JSONDecodeError("a comma is missing", text, position)
    return position


def _after_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position
