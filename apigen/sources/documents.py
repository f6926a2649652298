"""The forms in which function documents come, and how each is read into name, description and parameters.

Two ways of writing parameters cover them all: a schema (`{"type": "object", "properties": ...}`: OpenAI in three
layouts, Anthropic, MCP, Gemini, Bedrock, BFCL), and xLAM's flat map from name to type (`{"city": {"type": "str"}}`).
The form is recognised for each document by itself.
"""

import json
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from apigen.reasons import Reason
from apigen.records import Json
from apigen.sources.dialects import NotASchema, json_schema, parameters_schema
from apigen.sources.jsonfiles import Flawed, flaw_of, parse
from apigen.sources.typestrings import is_optional

Schema = dict[str, Json]
Form = Literal["openai", "xlam", "bfcl"]

PARAMETER_KEYS = ("parameters", "input_schema", "inputSchema", "arguments")
_HOLDERS = ("tools", "functions", "function", "function_declarations", "functionDeclarations", "toolSpec", "result")
_ROW_KEYS = frozenset({"question", "query", "messages", "conversations", "ground_truth", "prompt", "execution_result"})
_FUNCTION_TYPES = (None, "function", "custom", "tool")
_MAX_HOLDERS = 8
_TOOL_OF = re.compile(r"^This tool belongs to .*?Tool description: ", re.S)


class Found(NamedTuple):
    """A document, or what is wrong where one should be; `place` is the way to it inside of its file's value."""

    document: Schema
    place: str = ""
    problem: str = ""


class Read(NamedTuple):
    """A document in the form that all have inside."""

    name: str
    description: str
    parameters: Schema
    returns: Schema | None
    category: str
    notes: tuple[str, ...]


class UnusableDocument(ValueError):
    """A document that cannot be used, with the code that says why."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def documents(value: Json, place: str = "", level: int = 0) -> Iterator[Found]:
    """The documents in a value: it may be one, a list of them, or an object or dataset row that holds some.

    A dataset row without functions holds none, which is no mistake.
    """
    if level > _MAX_HOLDERS:
        yield Found({}, place, "lists of tools are nested too deep")
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from documents(part, f"{place}[{i}]", level + 1)
    elif not isinstance(value, dict):
        yield Found({}, place, f"is no document of a function, but `{_short(value)}`")
    elif isinstance(value, Flawed):
        yield Found(value, place, value.problem)
    elif _is_document(value):
        yield Found(value, place, flaw_of(value))
    else:
        yield from _held(value, place, level)


def _is_document(value: Schema) -> bool:
    if value.get("type") not in _FUNCTION_TYPES:
        return False
    return "name" in value and (any(key in value for key in PARAMETER_KEYS) or not any(k in value for k in _HOLDERS))


def _held(value: Schema, place: str, level: int) -> Iterator[Found]:
    holder = next((key for key in _HOLDERS if key in value), None)
    if holder is not None:
        yield from _content(value[holder], f"{place}.{holder}".lstrip("."), level)
    elif value.get("type") not in _FUNCTION_TYPES and isinstance(value.get("type"), str):
        yield Found(value, place, f"is a tool of type `{value['type']}`, which is no function")
    elif not _ROW_KEYS & value.keys():
        yield Found(value, place, "has no `name`, and no `tools` or `functions` either")


def _content(content: Json, place: str, level: int) -> Iterator[Found]:
    if content is None or (isinstance(content, str) and not content.strip()):
        return
    if isinstance(content, str):
        try:
            content = parse(content)
        except ValueError as error:
            yield Found({}, place, f"is text that is not JSON: {error}")
            return
    yield from documents(content, place, level + 1)


def form_of(document: Schema) -> Form:
    """The form that a document is written in."""
    written = _parameters(document)
    if not isinstance(written, dict) or not _is_schema(written):
        return "xlam"
    return "bfcl" if written.get("type") == "dict" else "openai"


def _is_schema(written: Schema) -> bool:
    """Whether parameters are written as a schema: a flat map has objects as values, for `type` and `properties` too."""
    if isinstance(written.get("type"), str | list) or any(key in written for key in ("$ref", "$schema")):
        return True
    properties = written.get("properties")
    if isinstance(properties, dict):
        return not isinstance(properties.get("type"), str)
    return any(isinstance(written.get(key), list) for key in ("anyOf", "oneOf", "allOf", "required")) or not written


def read(document: Schema, drop_defaults: bool = False) -> Read:
    """The document as name, description and JSON Schema.

    Args:
        document: free of the flaws that `flaw_of` finds.
        drop_defaults: whether defaults of a wrong type are dropped instead of kept.

    Raises:
        UnusableDocument: it cannot be used.
    """
    name = document.get("name")
    if not isinstance(name, str) or not name.strip():
        raise UnusableDocument(Reason.unparsable, f"the name is `{_short(name)}`, which is no text")
    description = document.get("description")
    if not isinstance(description, str | None):
        raise UnusableDocument(Reason.unparsable, f"the description is `{_short(description)}`, which is no text")
    parameters, notes = _read_parameters(document, drop_defaults)
    if form_of(document) == "bfcl":
        description = _TOOL_OF.sub("", description or "")
    category = document.get("category")
    returns, return_notes = _returns(document)
    return Read(
        name.strip(),
        (description or "").strip(),
        parameters,
        returns,
        category.strip() if isinstance(category, str) else "",
        (*notes, *return_notes),
    )


def _parameters(document: Schema) -> Json:
    """The parameters as written; Bedrock puts them below `json`, some datasets write them as JSON text."""
    written = next((document[key] for key in PARAMETER_KEYS if key in document), None)
    if isinstance(written, str) and written.strip():
        try:
            written = parse(written)
        except ValueError:
            return written
    if isinstance(written, dict) and written.keys() == {"json"} and isinstance(written["json"], dict):
        written = written["json"]
    return written or {}


def _read_parameters(document: Schema, drop_defaults: bool) -> tuple[Schema, list[str]]:
    written = _parameters(document)
    if flaw := flaw_of(written):
        raise UnusableDocument(Reason.unparsable, f"the text of the parameters {flaw}")
    if isinstance(written, list):
        written = _by_name(written)
    if not isinstance(written, dict):
        raise UnusableDocument(Reason.unparsable, f"the parameters are `{_short(written)}`, neither a schema nor a map")
    notes: list[str] = []
    if not _is_schema(written):
        written, notes = _from_flat(written)
    try:
        schema, more = parameters_schema(written, drop_defaults)
    except NotASchema as error:
        raise UnusableDocument(Reason.invalid_schema, str(error)) from error
    except ValueError as error:
        raise UnusableDocument(Reason.unsupported_type, str(error)) from error
    return schema, [*notes, *more]


def _by_name(listed: list[Json]) -> Schema:
    """A list of parameters that each have a `name`, as a flat map."""
    if not all(isinstance(part, dict) and isinstance(part.get("name"), str) for part in listed):
        raise UnusableDocument(Reason.unparsable, "the parameters are a list of which not every element has a name")
    named = {part["name"]: {key: value for key, value in part.items() if key != "name"} for part in listed}
    if len(named) < len(listed):
        raise UnusableDocument(Reason.unparsable, "two parameters have the same name")
    return named


def _from_flat(flat: Schema) -> tuple[Schema, list[str]]:
    """A flat map as a schema. Optional is what says so in its type or has a default; `""` is none (xLAM-60k)."""
    properties: Schema = {}
    required: list[str] = []
    notes: list[str] = []
    for name, part in flat.items():
        part = {"type": part} if isinstance(part, str) else part
        if not isinstance(part, dict):
            raise UnusableDocument(Reason.unparsable, f"parameter `{name}` is `{_short(part)}`, no object with a type")
        is_required = _is_required(part)
        if not part.get("type") and not part.keys() & {"enum", "anyOf", "oneOf", "properties", "$ref"}:
            if is_required:
                raise UnusableDocument(Reason.untyped, f"{name}: a required parameter without a type")
            notes.append(f"left out, being optional: {name} has no type")
            continue
        if is_required:
            required.append(name)
            part = {key: value for key, value in part.items() if key != "default" or value != ""}
        properties[name] = {key: value for key, value in part.items() if key != "required" or isinstance(value, list)}
    return {"type": "object", "properties": properties, "required": required}, notes


def _is_required(part: Schema) -> bool:
    flag = part.get("required")
    if isinstance(flag, bool):
        return flag
    if part.get("optional") in (True, "true", "True"):
        return False
    if isinstance(part.get("type"), str) and is_optional(part["type"]):
        return False
    return bool(part.get("default", "") == "")


def _returns(document: Schema) -> tuple[Schema | None, list[str]]:
    """The schema of the result: BFCL's `response`, MCP's `outputSchema`. A bad one costs itself only."""
    written = next(
        (document[key] for key in ("response", "returns", "outputSchema", "output_schema") if key in document), None
    )
    if not isinstance(written, dict) or not written:
        return None, []
    from apigen.sources.schemalint import problems

    try:
        schema, _ = json_schema(written, drop_defaults=True)
    except ValueError as error:
        return None, [f"the schema of the result is left out: {error}"]
    found = next(iter(problems(schema)), None)
    return (None, [f"the schema of the result is left out: {found}"]) if found else (schema, [])


def _short(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=repr, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"
