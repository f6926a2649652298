"""The body of an answer as JSON data, by its content type, or by what it looks like where the type says otherwise.

    JSON, */*+json         the value: integers exact; NaN, infinity and lone surrogates are none
    XML, */*+xml           nested objects; no DOCTYPE, so no entities
    CSV, TSV               list of objects, all values text
    text, HTML, …          text
    anything else          {"content_type", "bytes", "sha256"}
    empty                  null

Only lists and objects are taken for JSON against the declared type: a text `42` is a text.
"""

import codecs
import hashlib
import json
import math
import re
from typing import NamedTuple

from apigen.execution.http.failures import Failure
from apigen.execution.http.tables import read_table
from apigen.execution.http.xmldata import read_xml
from apigen.reasons import Reason
from apigen.records import Json

MAX_DEPTH = 100
CSV_TYPES = {"text/csv": "", "application/csv": "", "text/tab-separated-values": "\t"}
BINARY_TYPES = re.compile(
    r"(image|audio|video|font|model)/|multipart/"
    r"|application/(pdf|zip|gzip|x-tar|x-7z|octet-stream|wasm|msgpack|x-msgpack|cbor|x-protobuf|protobuf|vnd\.ms-|vnd\.openx)"
)
NO_TEXT_CODECS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined"})
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
PAGE = re.compile(r"\s*<(!doctype )?html", re.IGNORECASE)
GUARD = re.compile(r"\)\]\}',?\s*\n")  # what some servers put before JSON against script inclusion


class Contents(NamedTuple):
    """A result as JSON data, and a note on how it differs from what was sent."""

    result: Json
    note: str = ""


def media_type(header: str) -> tuple[str, dict[str, str]]:
    """The type in lower case, and its parameters."""
    essence, *rest = header.split(";")
    pairs = (part.partition("=") for part in rest)
    return essence.strip().lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def body_contents(essence: str, parameters: dict[str, str], data: bytes, max_bytes: int) -> Contents:
    """The contents of a whole body.

    Raises:
        Failure: it claims to be data and is none, or is larger as JSON than `max_bytes`.
    """
    if not data.strip():
        return Contents(None)
    if _is_json(essence):
        return _json(essence, parameters, data)
    if BINARY_TYPES.match(essence) and not essence.endswith("+xml"):
        return _maybe_json(data) if essence == "application/octet-stream" else _binary(essence, data)
    text, note = _decoded(data, parameters.get("charset"))
    if looked := _looks_like_json(text):
        return Contents(looked[0], note)
    if essence in CSV_TYPES:
        return Contents(_fitting(read_table(text, CSV_TYPES[essence], parameters.get("header")), max_bytes), note)
    if _is_xml(essence, text):
        return Contents(_fitting(read_xml(text), max_bytes), note)
    if not essence.startswith("text/") and (note or CONTROL.search(text)):
        return _binary(essence, data)
    return Contents(text, note)


def strict_json(text: str) -> Json:
    """A JSON value that can be written again.

    Raises:
        ValueError: it is not JSON, holds NaN, infinity, a lone surrogate or an integer of thousands of digits, or is
            nested deeper than `MAX_DEPTH`.
    """
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("a text holds a lone surrogate, which UTF-8 cannot express") from None
    except RecursionError:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels") from None
    _check_depth(value, 0)
    return value


def _refuse(name: str) -> None:
    raise ValueError(f"a number is {name}, which JSON does not know")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:40]} is too large")
    return number


def _check_depth(value: Json, depth: int) -> None:
    if isinstance(value, list | dict):
        if depth >= MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
        for item in value.values() if isinstance(value, dict) else value:
            _check_depth(item, depth + 1)


def _is_json(essence: str) -> bool:
    return essence in ("application/json", "text/json", "application/x-json") or essence.endswith("+json")


def _is_xml(essence: str, text: str) -> bool:
    if essence in ("text/html", "application/xhtml+xml") or PAGE.match(text):
        return False
    declared = essence in ("application/xml", "text/xml") or essence.endswith("+xml")
    return declared or text.lstrip("\ufeff \t\r\n").startswith("<?xml")


def _json(essence: str, parameters: dict[str, str], data: bytes) -> Contents:
    """A body that is declared to be JSON: JSON, lines of JSON, or another text (a page, a word) by mistake."""
    encoding = json.detect_encoding(data)
    text, note = _decoded(data, parameters.get("charset") if encoding.startswith("utf-8") else encoding)
    text = GUARD.sub("", text, count=1) if text.startswith(")]}'") else text
    try:
        return Contents(strict_json(text), note)
    except ValueError as error:
        lines = _json_lines(text)
        if lines is not None:
            return Contents(lines, note)
        if re.match(r"\s*[\[{\"0-9-]|\s*(NaN|Infinity|null|true|false)\b", text):
            raise Failure(Reason.unserialisable, f"the answer is not JSON: {error}"[:300]) from None
        mislabelled = f"the answer is labelled {essence} and is none"
        if CONTROL.search(text):
            return _binary("", data)._replace(note=mislabelled)
        return Contents(text, note or mislabelled)


def _json_lines(text: str) -> list[Json] | None:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        return None
    try:
        return [strict_json(line) for line in lines]
    except ValueError:
        return None


def _looks_like_json(text: str) -> tuple[Json] | None:
    start = text.lstrip("\ufeff \t\r\n")
    if not start.startswith(("{", "[")):
        return None
    try:
        return (strict_json(start),)
    except ValueError:
        return None


def _maybe_json(data: bytes) -> Contents:
    found = _looks_like_json(data.decode("utf-8", "replace")) if data.lstrip()[:1] in (b"{", b"[") else None
    return Contents(found[0]) if found else _binary("application/octet-stream", data)


def _binary(essence: str, data: bytes) -> Contents:
    kind = essence or "application/octet-stream"
    return Contents({"content_type": kind, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})


def _decoded(data: bytes, charset: str | None) -> tuple[str, str]:
    """The text, and a note if bytes had to be replaced."""
    name = _codec(data, charset)
    try:
        return data.decode(name), ""
    except UnicodeError:
        return data.decode(name, "replace"), f"bytes that are not {name} were replaced"


def _codec(data: bytes, charset: str | None) -> str:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if data.startswith(mark):
            return name
    try:
        found = codecs.lookup(charset or "utf-8").name
        b"a".decode(found, "replace")  # some codecs are not of texts
    except (LookupError, ValueError, UnicodeError):
        return "utf-8"
    return "utf-8" if found in NO_TEXT_CODECS else found


def _fitting(value: Json, max_bytes: int) -> Json:
    """Tables repeat their column names in every row: the size as JSON counts too."""
    size = 0
    for part in json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).iterencode(value):
        size += len(part)
        if size > max_bytes:
            raise Failure(Reason.result_too_large, f"the answer is larger than {max_bytes} bytes as JSON")
    return value
