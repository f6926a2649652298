"""What schemas are expanded from: parts of documents as they are written, and how much of them is kept."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from apigen.records import Json


class Limits(NamedTuple):
    """How much of a schema is kept.

    `depth` counts optional properties on the way to a nested object, `text` characters of a description, `values` those
    of an enum, `nodes` all schemas, `rounds` how often a circular schema may stand inside of itself.
    """

    depth: int
    text: int
    values: int
    nodes: int = 1500
    rounds: int = 0


class Part(NamedTuple):
    """A schema as written, the URI of its document, the references that led to it, whether it is one of `allOf`."""

    node: Json
    base: str
    trail: tuple[str, ...] = ()
    is_member: bool = False


class TooManyNodes(Exception):
    """The schema is larger than the limits allow; smaller limits may do."""


Leaf = tuple[Mapping[str, Json], Part]
"""The keywords of one schema itself, and the part that they stand in."""


def is_composite(nodes: list[Mapping[str, Json]]) -> bool:
    """Whether a schema has schemas inside of it that go deeper than a list of plain values."""
    if any(node.get(key) for node in nodes for key in ("properties", "oneOf", "anyOf", "prefixItems")):
        return True
    items = [node["items"] for node in nodes if isinstance(node.get("items"), dict)]
    return any(item.keys() & {"$ref", "properties", "allOf", "oneOf", "anyOf", "items"} for item in items)


def nullable(nodes: list[Mapping[str, Json]]) -> dict[str, Json]:
    """`nullable`, told by the outermost schema or by all that name a type; else nothing."""

    def says(node: Mapping[str, Json]) -> bool:
        return node.get("nullable") is True or node.get("x-nullable") is True

    typed = [node for node in nodes if node.get("type")]
    outer = bool(nodes) and says(nodes[0])
    return {"nullable": True} if outer or (typed and all(map(says, typed))) else {}


def listed(value: Json) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def named(value: Json) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def file_schema(description: str = "") -> dict[str, Json]:
    """The schema of a file as an argument."""
    told = " ".join(filter(None, [description, "The content of a file, in base64."]))
    return {"type": "string", "format": "byte", "contentEncoding": "base64", "description": told}


def is_file(schema: Mapping[str, Json]) -> bool:
    """Whether the schema is that of a file, or of a list of files."""
    items = schema.get("items")
    return schema.get("contentEncoding") == "base64" or (isinstance(items, dict) and is_file(items))
