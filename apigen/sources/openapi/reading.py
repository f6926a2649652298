"""The text of a document → plain data, JSON or YAML.

What is wrong in one place must not cost the others: a key that an object gives two values, or a number that is not
finite, becomes a `Fault` that stands where the value would, and whatever uses that value finds it.
"""

import json
import math
import re
import reprlib
from collections.abc import Iterable
from typing import Literal

from apigen.records import Json

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_MAX_DEPTH = 200


class Fault:
    """Stands in the place of a value that the document does not give for certain."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"({self.text})"


_brief = reprlib.Repr()
_brief.maxlevel, _brief.maxdict, _brief.maxlist, _brief.maxother = 3, 4, 4, 80


def shown(value: Json) -> str:
    """A value for messages, briefly: YAML aliases can make one that takes forever to write out."""
    text = value if isinstance(value, str) else _brief.repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


def parsed(data: bytes, form: Literal["auto", "json", "yaml"] = "auto") -> Json:
    """The value of a document.

    Raises:
        ValueError: it is not text, or not of the form; the message says where.
    """
    text = decoded(data)
    if not text.strip():
        raise ValueError("it is empty")
    if text.lstrip()[:1] == "<":
        raise ValueError("it is a page of HTML or XML, not JSON or YAML")
    looks_like_json = text.lstrip()[:1] in ("{", "[")
    if form == "json" or (form == "auto" and looks_like_json):
        try:
            return _json(text)
        except ValueError as error:
            if form == "json":
                raise ValueError(f"it is not JSON: {error}") from error
            return _yaml_instead(text, error)
    return _yaml(text)


def decoded(data: bytes) -> str:
    """UTF-8, UTF-16 or UTF-32, with or without a byte order mark; else Latin-1 is not guessed.

    Raises:
        ValueError: it is none of them.
    """
    try:
        return data.decode(json.detect_encoding(data)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not text in UTF-8: byte {error.start} cannot be read") from error


def mapping(pairs: Iterable[tuple[str, Json]]) -> dict[str, Json]:
    """An object, with a `Fault` in place of every value that a repeated key leaves uncertain."""
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found and not _same(found[key], value):
            value = Fault(f"`{key}` is given twice")
        found[key] = value
    return found


def _same(one: Json, other: Json) -> bool:
    """Equal scalars only: comparing what YAML aliases can build would take forever."""
    scalars = (str, int, float, bool, type(None))
    return isinstance(one, scalars) and type(one) is type(other) and one == other


def _json(text: str) -> Json:
    def constant(name: str) -> Fault:
        return Fault(f"{name} is no JSON number")

    def number(written: str) -> float | Fault:
        value = float(written)
        return value if math.isfinite(value) else constant(written)

    try:
        return json.loads(text, object_pairs_hook=mapping, parse_constant=constant, parse_float=number, strict=False)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def _yaml_instead(text: str, json_error: ValueError) -> Json:
    """YAML in flow style looks like JSON; if it is neither, the mistake in the JSON is what helps."""
    try:
        return _yaml(text)
    except ValueError:
        raise ValueError(f"it is not JSON: {json_error}") from json_error


def _yaml(text: str) -> Json:
    from apigen.sources.openapi.yamltext import parse_yaml

    if text.lstrip()[:1] in "[{" and _depth(text) > _MAX_DEPTH:
        raise ValueError("it is nested too deep")
    return parse_yaml(_CONTROLS.sub(" ", text))


def _depth(text: str) -> int:
    """Roughly how deep brackets open at the start of a text: enough to keep the parser's own stack safe."""
    deepest = depth = 0
    for bracket in re.findall(r"[\[\]{}]", text[:100_000]):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest
