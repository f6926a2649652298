"""How values of a schema are written as XML (OpenAPI, "XML Object"): names, attributes, wrapped lists, namespaces.

A hint is a plain object with what differs from the rule that an element has the name of its property: `name`,
`attribute`, `wrapped`, `namespace`, `prefix`; `properties` and `items` hold those of the schemas inside.
"""

from collections.abc import Mapping
from typing import Any

from apigen.reasons import Reason
from apigen.records import Json
from apigen.sources.documents import UnusableDocument
from apigen.sources.openapi.parts import Leaf, Limits, Part, named
from apigen.sources.openapi.references import References
from apigen.sources.openapi.schemas import Expansion

Hints = dict[str, Json]

_LIMITS = Limits(depth=20, text=0, values=0, nodes=5000)
_MAX_DEPTH = 12
_KEYS: dict[str, type] = {"name": str, "namespace": str, "prefix": str, "attribute": bool, "wrapped": bool}


def xml_hints(part: Part, references: References) -> Hints:
    """The hints of a whole body, the root's `name` among them.

    Raises:
        UnusableDocument: the document does not say what the root element is called.
        TooManyNodes: the schema is larger than any that is read.
    """
    expansion = Expansion(references, _LIMITS)
    found = _of(expansion, expansion.leaves(part, "body"), 0)
    found.setdefault("name", _referred(part.node))
    if not found["name"]:
        raise UnusableDocument(Reason.unsupported_type, "the body is XML whose root element has no name")
    return found


def _referred(node: Json) -> str:
    """The name of the schema that is referred to, which the root element has if nothing else is said."""
    ref = node.get("$ref") if isinstance(node, dict) else None
    return ref.rpartition("/")[2] if isinstance(ref, str) else ""


def _of(expansion: Expansion, leaves: list[Leaf], depth: int) -> Hints:
    found: Hints = {}
    for node, _ in leaves:
        for key, kind in _KEYS.items():
            value = named(node.get("xml")).get(key)
            if isinstance(value, kind) and value:
                found.setdefault(key, value)
    if depth < _MAX_DEPTH:
        found |= _inside(expansion, leaves, depth + 1)
    return found


def _inside(expansion: Expansion, leaves: list[Leaf], depth: int) -> Hints:
    properties: dict[str, list[Leaf]] = {}
    items: list[Leaf] = []
    for node, part in leaves:
        for name, written in named(node.get("properties")).items():
            properties.setdefault(name, []).extend(_leaves(expansion, written, part))
        items += _leaves(expansion, node.get("items"), part)
    told = {name: hints for name, own in properties.items() if (hints := _of(expansion, own, depth))}
    found: Hints = {"properties": told} if told else {}
    if items and (hints := _of(expansion, items, depth)):
        found["items"] = hints
    return found


def _leaves(expansion: Expansion, written: Json, part: Part) -> list[Leaf]:
    """The leaves of an inner schema; none if it is broken or circular: its values are left out of the parameters."""
    if not isinstance(written, Mapping):
        return []
    try:
        return expansion.leaves(Part(dict[str, Any](written), part.base, part.trail), "body")
    except UnusableDocument:
        return []
