"""The arguments that make the body of a request, in its content type."""

import base64
import binascii
import json
from collections.abc import Mapping

from apigen.execution.http import styles
from apigen.execution.http.failures import Unmade, blocked
from apigen.execution.http.operation import Argument, Body, Operation
from apigen.reasons import Reason
from apigen.records import Json

Schemas = Mapping[str, Mapping[str, Json]]


def whole_of(operation: Operation) -> str | None:
    """The name of the argument that is the body; None if the body is an object of arguments, or there is none."""
    return operation.body.whole if operation.body else None


def body_of(operation: Operation, given: Mapping[str, Json], schemas: Schemas) -> tuple[bytes | None, str]:
    """The body and its content type, or None if there is none.

    Args:
        given: the arguments of the call.
        schemas: the schema of each.

    Raises:
        Unmade: they do not make such a body.
    """
    body = operation.body
    places = {name: argument for name, argument in operation.arguments.items() if argument.place == "body"}
    if body is None:
        if given.keys() & places.keys():
            raise blocked("an argument is said to be in a body that the operation does not have")
        return None, ""
    if body.whole is not None:
        return _whole(body, body.whole, given, schemas, places)
    fields = {places[name].name: value for name, value in given.items() if name in places}
    if not fields and not body.required:
        return None, ""
    named = {argument.name: schemas.get(name, {}) for name, argument in places.items()}
    return _written(body, fields, {argument.name: argument for argument in places.values()}, {"properties": named})


def _whole(
    body: Body, name: str, given: Mapping[str, Json], schemas: Schemas, places: Mapping[str, Argument]
) -> tuple[bytes | None, str]:
    if name not in given:
        if body.required:
            raise Unmade(Reason.missing_argument, f"`{name}`, the body, has no value", sent=False)
        return None, ""
    if name in places and places[name].file:
        return file_bytes(
            name, given[name]
        ), "application/octet-stream" if "*" in body.content_type else body.content_type
    return _written(body, given[name], {}, schemas.get(name, {}))


def file_bytes(name: str, value: Json) -> bytes:
    """The bytes of a file that is given in base64, line breaks and missing padding forgiven.

    Raises:
        Unmade: it is not base64.
    """
    text = "".join(value.split()) if isinstance(value, str) else ""
    try:
        if isinstance(value, str):
            return base64.b64decode(
                text + "=" * (-len(text) % 4), altchars=b"-_" if {"-", "_"} & set(text) else None, validate=True
            )
    except (binascii.Error, ValueError):
        pass
    raise Unmade(Reason.invalid_value, f"`{name}` is a file, whose content is given in base64", sent=False)


def _field(name: str, value: Json, argument: Argument | None) -> list[tuple[str, str]]:
    """The pairs of a form that hold a value; objects are JSON unless a style is given (OpenAPI, "Encoding Object")."""
    if argument is None or argument.style is None:
        style, explode = (
            "json" if isinstance(value, dict) else "form",
            argument is None or argument.explode is not False,
        )
    else:
        style, explode = argument.written
    return styles.in_query(value, name, style, explode)


def _written(
    body: Body, value: Json, places: Mapping[str, Argument], schema: Mapping[str, Json]
) -> tuple[bytes | None, str]:
    """The value in the body's content type."""
    essence = body.content_type.partition(";")[0].strip().lower()
    if essence in ("", "*/*", "application/*", "application/json", "text/json") or essence.endswith("+json"):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode(), "application/json" if "*" in essence or not essence else body.content_type
    if essence == "application/x-www-form-urlencoded" and isinstance(value, dict):
        pairs = []
        for name, item in value.items():
            pairs += _field(name, item, places.get(name))
        return "&".join(f"{styles.encoded(name)}={text}" for name, text in pairs).encode(), body.content_type
    if essence == "multipart/form-data" and isinstance(value, dict):
        from apigen.execution.http.multipart import multipart

        files = {name for name, argument in places.items() if argument.file}
        return multipart(value, schema.get("properties") or {}, files)
    if body.xml is not None and not isinstance(value, str):
        from apigen.execution.http.xmlbody import write_xml

        return write_xml(value, body.xml), body.content_type
    if isinstance(value, str):  # text, XML, bytes: the argument is the body
        return value.encode(), body.content_type if essence != "text/plain" else "text/plain; charset=utf-8"
    if essence.startswith("text/") and essence != "text/xml":
        return styles.as_text(value).encode(), body.content_type
    raise blocked(f"a body of type {body.content_type[:60]} cannot be written from JSON")
