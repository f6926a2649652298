"""JSON values as XML bodies, by the hints of OpenAPI's "XML Object" (see `Body.xml`).

property                an element of its name; an attribute if the hint says so; none if the value is null
list                    an element an item; around them one of the list's own name if it is `wrapped`
name, prefix, namespace of an element or attribute, where hints give them
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from apigen.execution.http.failures import Unmade
from apigen.execution.http.styles import as_text
from apigen.reasons import Reason
from apigen.records import Json

Hints = Mapping[str, Any]

NAME = re.compile(r"[A-Za-z_\u00c0-\ufffd][\w.\-\u00b7-\ufffd]*")
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_xml(value: Json, hints: Hints) -> bytes:
    """The document of a value; `hints` name its root.

    Raises:
        Unmade: a property's name is none of XML, or a text holds what XML cannot express.
    """
    name = str(hints.get("name") or "body")
    root = "".join(_element(name, value, {**hints, "wrapped": True}))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}'.encode()


def _element(name: str, value: Json, hints: Hints) -> Iterator[str]:
    """The elements that stand for a property called `name`."""
    if value is None:
        return
    if isinstance(value, list):
        yield from _list(name, value, hints)
        return
    own = _qualified(hints.get("name") or name, hints)
    inner = value if isinstance(value, dict) else {}
    attributes = _namespace(hints) + "".join(_attributes(inner, hints))
    content = "".join(_content(value, hints))
    yield f"<{own}{attributes}>{content}</{own}>" if content else f"<{own}{attributes}/>"


def _list(name: str, values: list[Json], hints: Hints) -> Iterator[str]:
    outer, wrapped = hints.get("name") or name, hints.get("wrapped")
    inherited = {} if wrapped else {key: hints[key] for key in ("prefix", "namespace") if key in hints}
    items = {**inherited, **(hints.get("items") or {})}
    inner = "".join(text for item in values for text in _element(outer, item, items))
    if not wrapped:
        yield inner
        return
    own = _qualified(outer, hints)
    yield f"<{own}{_namespace(hints)}>{inner}</{own}>" if inner else f"<{own}{_namespace(hints)}/>"


def _content(value: Json, hints: Hints) -> Iterator[str]:
    if not isinstance(value, dict):
        yield escape(_text(value))
        return
    told = hints.get("properties") or {}
    for name, item in value.items():
        if not (told.get(name) or {}).get("attribute"):
            yield from _element(name, item, told.get(name) or {})


def _attributes(value: Mapping[str, Json], hints: Hints) -> Iterator[str]:
    for name, own in (hints.get("properties") or {}).items():
        if own.get("attribute") and value.get(name) is not None:
            yield f"{_namespace(own)} {_qualified(own.get('name') or name, own)}={quoteattr(_text(value[name]))}"


def _qualified(name: Any, hints: Hints) -> str:
    parts = [part for part in (hints.get("prefix"), name) if part]
    for part in parts:
        if not NAME.fullmatch(str(part)):
            raise Unmade(Reason.invalid_value, f"`{str(part)[:60]}` is no name of an XML element", sent=False)
    return ":".join(map(str, parts))


def _namespace(hints: Hints) -> str:
    if not hints.get("namespace"):
        return ""
    prefix = f":{hints['prefix']}" if hints.get("prefix") else ""
    return f" xmlns{prefix}={quoteattr(str(hints['namespace']))}"


def _text(value: Json) -> str:
    text = as_text(value)
    if NO_XML.search(text):
        raise Unmade(Reason.invalid_value, "a text holds a character that XML cannot express", sent=False)
    return text
