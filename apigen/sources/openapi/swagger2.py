"""Swagger 2.0 in the words of OpenAPI 3.0, so that everything after it knows one form only.

Schemas stay as they are: their references are resolved in the original document.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from apigen.records import Json

_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
_STYLES = {
    "csv": ("form", False), "multi": ("form", True), "ssv": ("spaceDelimited", False),
    "pipes": ("pipeDelimited", False), "tsv": ("tabDelimited", False),
}  # fmt: skip
_NOT_SCHEMA = frozenset({"name", "in", "required", "collectionFormat", "allowEmptyValue", "x-example", "example"})


def servers(document: Mapping[str, Json], schemes: Json = None) -> list[dict[str, Json]]:
    """`host`, `basePath` and `schemes` as servers; relative ones if there is no host."""
    path = document.get("basePath")
    path = path if isinstance(path, str) else ""
    host = document.get("host")
    if not isinstance(host, str) or not host.strip():
        return [{"url": path or "/"}]
    listed = schemes if isinstance(schemes, list) and schemes else document.get("schemes")
    names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    host = host.strip().removeprefix("https://").removeprefix("http://").rstrip("/")
    return [{"url": f"{name}://{host}/{path.lstrip('/')}"} for name in names or ["https"]]


def parameter(written: Mapping[str, Json]) -> dict[str, Json]:
    """A parameter other than of body and form, with a schema of its own."""
    found = {key: written[key] for key in ("name", "in", "required", "description", "deprecated") if key in written}
    schema = {key: value for key, value in written.items() if key not in _NOT_SCHEMA}
    found["schema"] = {key: value for key, value in schema.items() if key not in ("description", "deprecated")}
    if (example := written.get("x-example", written.get("example"))) is not None:
        found["example"] = example
    style, explode = _STYLES.get(str(written.get("collectionFormat", "csv")), ("form", False))
    if written.get("type") == "array":
        if written.get("in") in ("path", "header") and style == "form":
            style, explode = "simple", False
        found |= {"style": style, "explode": explode}
    return found


def request_body(parameters: Sequence[Mapping[str, Json]], consumes: Json) -> dict[str, Json] | None:
    """The parameters of body or form as a request body."""
    types = [kind for kind in consumes if isinstance(kind, str)] if isinstance(consumes, list) else []
    body = next((part for part in parameters if part.get("in") == "body"), None)
    if body is not None:
        content = {kind: {"schema": body.get("schema", {})} for kind in types or ["application/json"]}
        return {**{key: body[key] for key in ("description", "required") if key in body}, "content": content,
                "x-name": body.get("name")}  # fmt: skip
    form = [part for part in parameters if part.get("in") == "formData" and isinstance(part.get("name"), str)]
    return _form_body(form, types) if form else None


def _form_body(form: Sequence[Mapping[str, Any]], types: Sequence[str]) -> dict[str, Json]:
    has_file = any(part.get("type") == "file" for part in form)
    kinds = [kind for kind in types if kind in _FORM_TYPES] or [_FORM_TYPES[1 if has_file else 0]]
    properties, encoding = {}, {}
    for part in form:
        read = parameter(part)
        texts = {key: part[key] for key in ("description", "deprecated") if key in part}
        properties[part["name"]] = {**read["schema"], **texts}
        if "style" in read:
            encoding[part["name"]] = {"style": read["style"], "explode": read["explode"]}
    required = [part["name"] for part in form if part.get("required") is True]
    schema = {"type": "object", "properties": properties, "required": required}
    media = {"schema": schema, "encoding": encoding}
    return {"required": bool(required), "content": dict.fromkeys(kinds, media)}


def responses(written: Json, produces: Json) -> dict[str, Json]:
    """The responses with their schemas below `content`."""
    types = [kind for kind in produces if isinstance(kind, str)] if isinstance(produces, list) else []
    found: dict[str, Json] = {}
    for status, response in written.items() if isinstance(written, dict) else ():
        found[status] = response
        if isinstance(response, dict) and isinstance(response.get("schema"), dict):
            content = {kind: {"schema": response["schema"]} for kind in types or ["application/json"]}
            found[status] = {"description": response.get("description"), "content": content}
    return found
