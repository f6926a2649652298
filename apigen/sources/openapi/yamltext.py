"""YAML as OpenAPI means it: the core schema of YAML 1.2, whatever the parser's own defaults.

`on`, `no` and `2024-01-01` stay text, `200` as a key does too, `010` is ten and `12:30` no number. Nodes are converted
here rather than by the parser's constructors, so that merge keys and aliases cannot multiply, and a node that contains
itself is a `Fault`.
"""

import math
import re
from typing import Any

from apigen.records import Json
from apigen.sources.openapi.reading import Fault, mapping

_MAX_DEPTH = 200
_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"^(?:~|null|Null|NULL|)$")
_BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_INT = re.compile(r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$")
_FLOAT = re.compile(
    r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)


def parse_yaml(text: str) -> Json:
    """The value of the first document in a text.

    Raises:
        ValueError: it is not YAML; the message gives line and column.
    """
    import yaml  # type: ignore[import-untyped]

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    loader.yaml_implicit_resolvers = {None: _implicit()}
    try:
        node = loader.get_node() if loader.check_node() else None
    except yaml.YAMLError as error:
        raise ValueError(f"it is not YAML: {_told(error)}") from error
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    finally:
        loader.dispose()
    return None if node is None else _Conversion().value(node, 0)


def _implicit() -> list[tuple[str, re.Pattern[str]]]:
    kinds = (("null", _NULL), ("bool", _BOOL), ("int", _INT), ("float", _FLOAT), ("merge", re.compile("^<<$")))
    return [(_TAG + kind, pattern) for kind, pattern in kinds]


def _told(error: Any) -> str:
    """The parser's complaint on one line, with its place from 1."""
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or error).splitlines()[0]
    if "\\t" in problem or "tab character" in problem:
        problem += " (YAML is indented with spaces, never with tabs)"
    return f"{problem}, line {mark.line + 1}, column {mark.column + 1}" if mark else problem


class _Conversion:
    """Converts the nodes of one text; what an alias shares stays shared."""

    def __init__(self) -> None:
        self.known: dict[int, Json] = {}

    def value(self, node: Any, depth: int) -> Json:
        if node.id == "scalar":
            return _scalar(node)
        if id(node) not in self.known:
            if depth > _MAX_DEPTH:
                raise ValueError(f"it is nested too deep, line {node.start_mark.line + 1}")
            self.known[id(node)] = Fault("an alias that contains itself")
            self.known[id(node)] = self.collection(node, depth + 1)
        return self.known[id(node)]

    def collection(self, node: Any, depth: int) -> Json:
        if node.id == "sequence":
            return [self.value(part, depth) for part in node.value]
        own = [(key, part) for key, part in node.value if key.tag != _TAG + "merge"]
        pairs = mapping((self.key(key), self.value(part, depth)) for key, part in own)
        for key, part in node.value:
            if key.tag == _TAG + "merge":
                pairs = {**self.merged(part, depth), **pairs}
        return pairs

    def merged(self, node: Any, depth: int) -> dict[str, Json]:
        """What `<<` brings in: of several mappings, the first that has a key gives it."""
        found: dict[str, Json] = {}
        for part in node.value if node.id == "sequence" else [node]:
            value = self.value(part, depth)
            found = {**value, **found} if isinstance(value, dict) else found
        return found

    def key(self, node: Any) -> str:
        return str(node.value) if node.id == "scalar" else f"(a {node.id} as a key)"


def _scalar(node: Any) -> Json:
    text, kind = node.value, node.tag.removeprefix(_TAG)
    try:
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        if kind == "float":
            number = float(text.replace(".inf", "inf").replace(".nan", "nan").lower())
            return number if math.isfinite(number) else Fault(f"{text} is no JSON number")
    except ValueError:
        return str(text)
    return str(text)
