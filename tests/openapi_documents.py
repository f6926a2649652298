"""Small OpenAPI documents for tests, and what the source makes of them."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from apigen.records import Api, Json, Refusal
from apigen.sources import OpenAPISource
from apigen.sources.source import Loaded

SERVER = "https://api.example.com/v1"


def document(paths: dict[str, Any], version: str = "3.0.3", **parts: Any) -> dict[str, Any]:
    """A document of OpenAPI 3.x with one server."""
    return {
        "openapi": version,
        "info": {"title": "T", "version": "1"},
        "servers": [{"url": SERVER}],
        "paths": paths,
    } | parts


def load(folder: Path, written: Any, name: str = "openapi.json", **settings: Any) -> Loaded:
    """What the source makes of a document, every schema checked."""
    file = folder / name
    if isinstance(written, bytes):
        file.write_bytes(written)
    else:
        file.write_text(written if isinstance(written, str) else json.dumps(written), "utf-8")
    loaded = OpenAPISource(**{"document": str(file), "methods": None, **settings}).load("mine")
    for api in loaded.apis:
        Draft202012Validator.check_schema(api.parameters)
        Draft202012Validator.check_schema(api.returns or {})
        assert api.parameters["additionalProperties"] is False
        assert api.implementation is not None
        assert set(api.implementation.options["arguments"]) == set(api.properties)
    return loaded


def get(folder: Path, operation: dict[str, Any], path: str = "/things", **settings: Any) -> Api:
    """The one API of a document with this operation."""
    return only(load(folder, document({path: {"get": {"summary": "Things.", **operation}}}), **settings))


def query(folder: Path, schema: Json, **parts: Any) -> dict[str, Json]:
    """The schema of the argument `q`, a required parameter of the query with this schema."""
    parameter = {"name": "q", "in": "query", "required": True, "schema": schema}
    operation = {"summary": "Things.", "parameters": [parameter]}
    api = only(load(folder, document({"/things": {"get": operation}}, **parts)))
    return api.properties["q"]


def post(folder: Path, schema: Json, content_type: str = "application/json", **parts: Any) -> Api:
    """The one API of a document with a request body of this schema."""
    body = {"required": True, "content": {content_type: {"schema": schema}}}
    operation = {"summary": "Makes a thing.", "requestBody": body}
    return only(load(folder, document({"/things": {"post": operation}}, **parts)))


def refused(folder: Path, schema: Json, content_type: str = "application/json", **parts: Any) -> Refusal:
    """The refusal of an operation with a request body of this schema, beside one that is fine."""
    body = {"required": True, "content": {content_type: {"schema": schema}}}
    fine = {"summary": "Things.", "operationId": "things"}
    paths = {"/things": {"get": fine, "post": {"summary": "Makes a thing.", "requestBody": body}}}
    loaded = load(folder, document(paths, **parts))
    assert [api.name for api in loaded.apis] == ["things"]
    [refusal] = loaded.refused
    assert refusal.source == "mine"
    return refusal


def only(loaded: Loaded) -> Api:
    """The one API, nothing being refused."""
    assert loaded.refused == ()
    [api] = loaded.apis
    return api


def options(api: Api) -> dict[str, Any]:
    """The options of its implementation."""
    assert api.implementation is not None
    return api.implementation.options
