"""What a tool's answer means: the JSON value that a call gave, or why it gave none.

A result has `structuredContent` (an object that `outputSchema` promises), or `content`: a list of texts, images,
sounds and resources. Binary content is described by its length and hash, not kept.
"""

import base64
import binascii
import functools
import hashlib
import json
import math
from typing import Any, NamedTuple

from apigen.mcp import RpcError
from apigen.reasons import Reason
from apigen.records import Api, Json, Outcome, canonical_json

SHOWN_CHARS = 500
MAX_DEPTH = 64
INVALID_PARAMS, UNKNOWN_METHOD = -32602, -32601
BROKEN_RULES = {
    "type": Reason.argument_type,
    "required": Reason.missing_argument,
    "additionalProperties": Reason.unknown_argument,
}


class Ending(NamedTuple):
    """How a call ended."""

    outcome: Outcome
    reason: Reason | None = None
    message: str = ""
    result: Json = None
    error_type: str = ""

    @classmethod
    def rejected(cls, reason: Reason, message: str, error_type: str = "") -> "Ending":
        """The call is at fault."""
        return cls(Outcome.rejected, reason, shortened(message), None, error_type)


class NotJson(ValueError):
    """A value that JSON does not know, or that is nested too deep."""


def read_result(api: Api, raw: dict[str, Json], max_bytes: int) -> Ending:
    """The ending that a tool's result, as on the wire, stands for.

    Args:
        max_bytes: of the value in JSON.
    """
    content, structured = raw.get("content") or [], raw.get("structuredContent")
    if raw.get("resultType") not in (None, "complete"):
        return Ending.rejected(Reason.runtime_error, f"the tool gives no result, but asks: {raw['resultType']}")
    if not isinstance(content, list) or ("content" not in raw and structured is None):
        return Ending.rejected(Reason.result_schema, "the tool's answer has no list of contents")
    if raw.get("isError"):
        texts = [str(part.get("text")) for part in content if isinstance(part, dict) and part.get("type") == "text"]
        return Ending.rejected(Reason.error_payload, "\n".join(texts) or "the tool gives no message")
    problem = _broken_promise(api, structured)
    if problem:
        return Ending.rejected(Reason.result_schema, problem)
    value = structured if structured is not None else _value(content)
    try:
        check_json(value)
    except NotJson as error:
        return Ending.rejected(Reason.unserialisable, str(error))
    size = len(json.dumps(value, ensure_ascii=False).encode())
    if size > max_bytes:
        return Ending.rejected(Reason.result_too_large, f"the result has {size} bytes")
    return Ending(Outcome.passed, result=value)


def read_refusal(api: Api, arguments: dict[str, Json], error: RpcError) -> Ending:
    """The ending that a JSON-RPC error stands for."""
    message, kind = error.message, f"JSON-RPC {error.code}"
    lowered = message.lower()
    unknown = "unknown tool" in lowered or ("tool" in lowered and "not found" in lowered)
    if error.code == UNKNOWN_METHOD or (error.code == INVALID_PARAMS and unknown):
        return Ending.rejected(Reason.not_executable, message, kind)
    if error.code == INVALID_PARAMS:
        return Ending.rejected(_broken_rule(api, arguments), message, kind)
    return Ending.rejected(Reason.runtime_error, message, kind)


def check_json(value: Json, depth: int = 0) -> None:
    """Raise `NotJson` for what a dataset cannot hold."""
    if depth > MAX_DEPTH:
        raise NotJson(f"the result is nested deeper than {MAX_DEPTH}")
    if isinstance(value, float) and not math.isfinite(value):
        raise NotJson(f"the result holds {value}, which JSON does not know")
    if isinstance(value, str) and not _is_text(value):
        raise NotJson("the result holds a text that cannot be written as UTF-8")
    if isinstance(value, dict):
        for key, part in value.items():
            check_json(key, depth)
            check_json(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            check_json(part, depth + 1)


def shortened(text: str) -> str:
    """Text as a message: printable, at most 500 characters."""
    clean = "".join(character if character.isprintable() or character == "\n" else " " for character in text).strip()
    return clean if len(clean) <= SHOWN_CHARS else clean[: SHOWN_CHARS - 1] + "…"


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _broken_promise(api: Api, structured: Json) -> str:
    """How structured content breaks the schema that the tool gives for it; empty if it does not."""
    if api.returns is None:
        return ""
    if structured is None:
        return "the tool has a schema for its result, and gave no structured content"
    from jsonschema.exceptions import best_match

    try:
        found = best_match(_validator(canonical_json(api.returns)).iter_errors(structured))
    except Exception as error:  # a schema that refers to what is not there, or recurses without end
        return f"the schema of the result cannot be checked: {type(error).__name__}: {error}"
    return f"{found.json_path}: {found.message}" if found else ""


def _broken_rule(api: Api, arguments: dict[str, Json]) -> Reason:
    """Which rule of the document the arguments break; if none, the server knows better."""
    from jsonschema.exceptions import best_match

    try:
        found = best_match(_validator(canonical_json(api.parameters)).iter_errors(arguments))
    except Exception:  # as above
        found = None
    rule = str(found.validator) if found else ""
    return BROKEN_RULES.get(rule, Reason.invalid_value)


@functools.lru_cache(maxsize=1024)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator
    from referencing import Registry

    return Draft202012Validator(json.loads(schema), registry=Registry())  # nothing is fetched from anywhere


def _value(content: list[Json]) -> Json:
    """Content as one value: a single part stands for itself."""
    parts = [_part(part) for part in content]
    return parts[0] if len(parts) == 1 else parts or None


def _part(part: Json) -> Json:
    if not isinstance(part, dict):
        return part
    kind = part.get("type")
    if kind == "text":
        return _text(str(part.get("text", "")))
    if kind == "resource" and isinstance(part.get("resource"), dict):
        return {"type": kind, **_resource(part["resource"])}
    if kind == "resource_link":
        return {"type": kind, **_named(part, "uri", "name", "description", "mimeType")}
    if "data" in part:
        return {"type": kind, **_named(part, "mimeType"), **_binary(part["data"])}
    return {key: value for key, value in part.items() if key not in ("annotations", "_meta")}


def _resource(resource: dict[str, Json]) -> dict[str, Json]:
    named = _named(resource, "uri", "mimeType")
    if "blob" in resource:
        return {**named, **_binary(resource["blob"])}
    return {**named, "text": resource.get("text")}


def _named(part: dict[str, Json], *names: str) -> dict[str, Json]:
    spelling = {"mimeType": "mime_type"}
    return {spelling.get(name, name): part[name] for name in names if part.get(name) is not None}


def _binary(data: Json) -> dict[str, Json]:
    try:
        content = base64.b64decode(str(data), validate=True)
    except binascii.Error:
        content = str(data).encode("utf-8", "replace")
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _text(text: str) -> Json:
    """The value of a text that is JSON; the text itself otherwise."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(name: str) -> None:
    raise ValueError(name)
