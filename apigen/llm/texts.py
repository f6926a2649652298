"""JSON text of requests: what a request is kept under and what is sent of it share their largest parts.

Messages and schemas are written as text once. `JsonText` stands for such a part in a dict whose other values are plain.
"""

import json
import marshal
from collections.abc import Mapping, Sequence
from functools import lru_cache

from apigen.records import Json, Message, canonical_json, json_text


class JsonText(str):
    """JSON that is text already."""

    __slots__ = ()

    @classmethod
    def of(cls, value: Json) -> "JsonText":
        """The canonical text of a value."""
        return cls(canonical_json(value))


def object_text(members: Mapping[str, Json]) -> str:
    """The JSON object with these members, in their order; values may be `JsonText`."""
    return "{" + ",".join([f'"{name}": {_text(value)}' for name, value in members.items()]) + "}"


def canonical_text(members: Mapping[str, Json]) -> str:
    """As `canonical_json` of the object with these members; values may be `JsonText` that is canonical.

    Raises:
        ValueError: a value holds NaN or an infinity.
    """
    return "{" + ",".join([f'"{name}":{_canonical(members[name])}' for name in sorted(members)]) + "}"


def spelled_out(members: Mapping[str, Json]) -> dict[str, Json]:
    """`members` as plain values."""
    return {name: json.loads(value) if type(value) is JsonText else value for name, value in members.items()}


def messages_text(messages: Sequence[Message]) -> JsonText:
    """The messages of a request, as canonical JSON."""
    return JsonText("[" + ",".join([message.canonical_text for message in messages]) + "]")


def schema_texts(schema: dict[str, Json]) -> tuple[JsonText, JsonText]:
    """A schema as JSON: canonical, and with its keys in their order, which is that of the answer on many servers."""
    try:
        return _schema_texts(marshal.dumps(schema))
    except ValueError:  # it holds objects that merely look like JSON values
        return _both(schema)


@lru_cache(maxsize=512)
def _schema_texts(dumped: bytes) -> tuple[JsonText, JsonText]:
    """Bytes can be looked up, dicts cannot; requests for the same functions have equal schemas."""
    return _both(marshal.loads(dumped))


def _both(schema: dict[str, Json]) -> tuple[JsonText, JsonText]:
    return JsonText(canonical_json(schema)), JsonText(json_text(schema))


def _text(value: Json) -> str:
    return value if type(value) is JsonText else json_text(value)


def _canonical(value: Json) -> str:
    return value if type(value) is JsonText else canonical_json(value)
