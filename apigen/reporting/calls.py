"""APIs and calls on one line each, as a programmer writes them."""

import json
from collections.abc import Mapping
from typing import Any

from apigen.reporting.text import first_sentence, line


def call_line(call: Mapping[str, Any], limit: int) -> str:
    """`name(argument=value, …)`, values as JSON."""
    arguments = call.get("arguments") or {}
    shown = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in arguments.items())
    return line(f"{call.get('name', '?')}({shown})", limit)


def signature(name: str, parameters: Mapping[str, Any]) -> str:
    """`name(required, [optional])`."""
    required = parameters.get("required") or ()
    properties = parameters.get("properties") or {}
    return line(f"{name}({', '.join(p if p in required else f'[{p}]' for p in properties)})", 200)


def first_line(name: str, parameters: Mapping[str, Any], description: str | None) -> str:
    """Signature and first sentence of an API."""
    told = first_sentence(description or "", 100)
    return f"{signature(name, parameters)} – {told}" if told else signature(name, parameters)


def loads(text: Any) -> Any:
    """The value of stored JSON text; the text itself if it is none."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
