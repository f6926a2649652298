"""Swagger 2.0: other words for the same things."""

from pathlib import Path
from typing import Any

import pytest
from openapi_documents import load, only, options

from apigen.errors import SourceError

TEXT = {"type": "string"}


def swagger(operation: dict[str, Any], method: str = "get", path: str = "/things", **parts: Any) -> dict[str, Any]:
    return {
        "swagger": "2.0",
        "info": {"title": "T", "version": "1"},
        "host": "api.example.com",
        "basePath": "/v1",
        "schemes": ["http", "https"],
        "paths": {path: {method: {"summary": "Things.", **operation}}},
        **parts,
    }


def parameter(name: str, place: str = "query", **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "type": "string", **more}


@pytest.mark.parametrize(
    ("parts", "target"),
    [
        ({}, "https://api.example.com/v1/things"),
        ({"schemes": ["http"]}, "http://api.example.com/v1/things"),
        ({"schemes": []}, "https://api.example.com/v1/things"),
        ({"basePath": "/"}, "https://api.example.com/things"),
        ({"basePath": None}, "https://api.example.com/things"),
        ({"host": "api.example.com:8443"}, "https://api.example.com:8443/v1/things"),
        ({"host": "https://api.example.com/"}, "https://api.example.com/v1/things"),
    ],
)
def test_servers(tmp_path: Path, parts: dict[str, Any], target: str) -> None:
    api = only(load(tmp_path, swagger({}, **parts)))
    assert api.implementation is not None
    assert api.implementation.target == f"GET {target}"


def test_schemes_of_an_operation_win(tmp_path: Path) -> None:
    api = only(load(tmp_path, swagger({"schemes": ["http"]})))
    assert api.implementation is not None
    assert api.implementation.target.startswith("GET http://")


def test_without_a_host_a_server_is_needed(tmp_path: Path) -> None:
    written = swagger({}, host=None)
    with pytest.raises(SourceError, match="server"):
        load(tmp_path, written)
    api = only(load(tmp_path, written, server="https://other.example.com/api"))
    assert api.implementation is not None
    assert api.implementation.target == "GET https://other.example.com/api/things"


@pytest.mark.parametrize(
    ("form", "style", "explode"),
    [
        (None, "form", False),
        ("csv", "form", False),
        ("multi", "form", True),
        ("ssv", "spaceDelimited", False),
        ("pipes", "pipeDelimited", False),
        ("tsv", "tabDelimited", False),
    ],
)
def test_formats_of_lists(tmp_path: Path, form: str | None, style: str, explode: bool) -> None:
    listed = parameter("ids", type="array", items=TEXT, **({"collectionFormat": form} if form else {}))
    api = only(load(tmp_path, swagger({"parameters": [listed]})))
    assert api.properties == {"ids": {"type": "array", "items": TEXT}}
    assert options(api)["arguments"]["ids"] == {"in": "query", "name": "ids", "style": style, "explode": explode}


def test_parameters_carry_their_schema_themselves(tmp_path: Path) -> None:
    listed = [
        parameter("a", required=True, enum=["x", "y"], default="x", description="One of them."),
        parameter("b", type="number", minimum=0, exclusiveMinimum=True),
        parameter("c", "header", **{"x-example": "z"}),
        {"$ref": "#/parameters/Page"},
    ]
    parts = {"parameters": {"Page": parameter("page", type="integer", format="int32")}}
    api = only(load(tmp_path, swagger({"parameters": listed}, **parts)))
    assert api.properties == {
        "a": {"type": "string", "enum": ["x", "y"], "default": "x", "description": "One of them."},
        "b": {"type": "number", "exclusiveMinimum": 0},
        "page": {"type": "integer", "format": "int32"},
        "c": TEXT,
    }
    assert api.examples == ({"a": "x", "c": "z"},)


def test_bodies_are_flattened(tmp_path: Path) -> None:
    owner = {"type": "object", "properties": {"id": {"type": "integer"}}}
    pet = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": TEXT, "owner": {"$ref": "#/definitions/Owner"}},
    }
    definitions = {"Pet": pet, "Owner": owner}
    body = {"name": "pet", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Pet"}}
    api = only(load(tmp_path, swagger({"parameters": [body]}, "post", definitions=definitions)))
    assert api.required == ("name",)
    assert api.properties["owner"] == {"type": "object", "properties": {"id": {"type": "integer"}}}
    assert options(api)["body"] == {"content_type": "application/json", "whole": None, "required": True}


def test_a_body_that_is_no_object_keeps_its_name(tmp_path: Path) -> None:
    body = {"name": "pets", "in": "body", "required": True, "schema": {"type": "array", "items": TEXT}}
    api = only(load(tmp_path, swagger({"parameters": [body], "consumes": ["application/json"]}, "post")))
    assert api.properties == {"pets": {"type": "array", "items": TEXT}}
    assert options(api)["body"]["whole"] == "pets"


def test_forms(tmp_path: Path) -> None:
    listed = [
        parameter("name", "formData", required=True, description="Its name."),
        parameter("tags", "formData", type="array", items=TEXT, collectionFormat="multi"),
    ]
    api = only(load(tmp_path, swagger({"parameters": listed}, "post", consumes=["application/x-www-form-urlencoded"])))
    assert api.properties["name"] == {"type": "string", "description": "Its name."}
    assert api.required == ("name",)
    assert options(api)["body"]["content_type"] == "application/x-www-form-urlencoded"
    assert options(api)["arguments"]["tags"] == {"in": "body", "name": "tags", "style": "form", "explode": True}


def test_files_are_given_in_base64(tmp_path: Path) -> None:
    listed = [parameter("f", "formData", type="file", required=True), parameter("n", "formData")]
    api = only(load(tmp_path, swagger({"parameters": listed}, "post")))
    assert list(api.properties) == ["f", "n"]
    assert api.properties["f"]["contentEncoding"] == "base64"
    assert options(api)["arguments"]["f"]["file"] is True
    assert options(api)["body"]["content_type"] == "multipart/form-data"


def test_credentials_and_results(tmp_path: Path) -> None:
    parts = {
        "securityDefinitions": {"k": {"type": "apiKey", "in": "query", "name": "token_of_mine"}},
        "produces": ["application/json"],
        "responses": {"Found": {"description": "d", "schema": {"$ref": "#/definitions/Pet"}}},
        "definitions": {"Pet": {"type": "object", "properties": {"name": {"type": "string", "x-nullable": True}}}},
    }
    listed = [parameter("token_of_mine", required=True), parameter("q")]
    api = only(
        load(tmp_path, swagger({"parameters": listed, "responses": {"200": {"$ref": "#/responses/Found"}}}, **parts))
    )
    assert list(api.properties) == ["q"]
    assert api.returns == {"type": "object", "properties": {"name": {"type": ["string", "null"]}}}


def test_yaml_with_numbers_as_keys(tmp_path: Path) -> None:
    text = """
swagger: 2.0
info: {title: T, version: 1.0}
host: api.example.com
paths:
  /on:
    get:
      summary: yes
      parameters:
        - {name: on, in: query, type: string, enum: [on, off, no, 1], default: no}
        - {name: since, in: query, type: string, format: date, default: 2020-01-01}
      responses: {200: {description: ok, schema: {type: string}}}
"""
    api = only(load(tmp_path, text, name="swagger.yaml"))
    assert api.description == "yes"
    assert api.properties["on"]["enum"][:3] == ["on", "off", "no"]
    assert api.properties["on"]["default"] == "no"
    assert api.properties["since"]["default"] == "2020-01-01"
    assert api.returns == {"type": "string"}
