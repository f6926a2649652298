"""Parameters and bodies → one flat object of arguments, and where each one travels."""

from pathlib import Path
from typing import Any

import pytest
from openapi_documents import document, get, load, only, options, post, refused

from apigen.reasons import Reason
from apigen.records import Api

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}


def parameter(name: str, place: str = "query", **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "schema": TEXT, **more}


def body(api: Api) -> Any:
    return options(api)["body"]


def places(api: Api) -> dict[str, tuple[str, str]]:
    return {name: (wire["in"], wire["name"]) for name, wire in options(api)["arguments"].items()}


def test_all_places_become_one_object(tmp_path: Path) -> None:
    operation = {
        "summary": "Changes a thing.",
        "parameters": [
            parameter("session", "cookie"),
            parameter("X-Mode", "header", description="The *mode*."),
            parameter("page", schema={**WHOLE, "description": "of the schema"}),
            parameter("id", "path", required=True),
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {
            "type": "object", "required": ["name"], "properties": {"name": TEXT, "age": WHOLE}}}}},
    }  # fmt: skip
    api = only(load(tmp_path, document({"/things/{id}": {"put": operation}})))
    assert api.implementation is not None
    assert api.implementation.kind == "http"
    assert api.implementation.target == "PUT https://api.example.com/v1/things/{id}"
    assert api.parameters == {
        "type": "object",
        "properties": {
            "id": TEXT,
            "page": {**WHOLE, "description": "of the schema"},
            "X-Mode": {**TEXT, "description": "The mode."},
            "session": TEXT,
            "name": TEXT,
            "age": WHOLE,
        },
        "required": ["id", "name"],
        "additionalProperties": False,
    }
    found = options(api)
    assert found["arguments"]["id"] == {"in": "path", "name": "id", "style": "simple", "explode": False}
    assert found["arguments"]["page"] == {"in": "query", "name": "page", "style": "form", "explode": True}
    assert found["arguments"]["X-Mode"] == {"in": "header", "name": "X-Mode", "style": "simple", "explode": False}
    assert found["arguments"]["session"] == {"in": "cookie", "name": "session", "style": "form", "explode": True}
    assert found["arguments"]["name"] == {"in": "body", "name": "name", "style": "form", "explode": True}
    assert found["body"] == {"content_type": "application/json", "whole": None, "required": True}
    assert found["fixed"] == {"header": {}, "query": {}}
    assert (found["safe"], found["idempotent"]) == (False, True)


def test_names_that_collide_get_their_place(tmp_path: Path) -> None:
    operation = {
        "summary": "s",
        "parameters": [parameter("id", "path", required=True), parameter("id"), parameter("id", "header")],
        "requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {"id": WHOLE}}}}},
    }
    api = only(load(tmp_path, document({"/x/{id}": {"post": operation}})))
    assert places(api) == {
        "id": ("path", "id"),
        "id_query": ("query", "id"),
        "id_header": ("header", "id"),
        "id_body": ("body", "id"),
    }
    assert any("`id` in the body is called `id_body`" in note for note in api.notes)


def test_names_are_made_fit_for_models(tmp_path: Path) -> None:
    listed = [parameter("filter[name]"), parameter("$top"), parameter("filter(name)"), parameter("a b" * 40)]
    api = get(tmp_path, {"parameters": listed})
    assert list(places(api).values())[:3] == [("query", "filter[name]"), ("query", "$top"), ("query", "filter(name)")]
    assert list(api.properties)[:3] == ["filter_name", "top", "filter_name_query"]
    assert all(len(name) <= 64 for name in api.properties)
    assert list(get(tmp_path, {"parameters": listed[:2]}, name_style="keep").properties) == ["filter[name]", "$top"]


def test_parameters_of_the_path_item_are_merged(tmp_path: Path) -> None:
    item = {
        "parameters": [parameter("a", description="item"), parameter("b"), {"$ref": "#/components/parameters/C"}],
        "get": {"summary": "s", "parameters": [parameter("a", description="operation")]},
    }
    api = only(load(tmp_path, document({"/x": item}, components={"parameters": {"C": parameter("c")}})))
    assert api.properties == {"a": {**TEXT, "description": "operation"}, "b": TEXT, "c": TEXT}


@pytest.mark.parametrize(
    ("written", "style", "explode"),
    [
        ({}, "form", True),
        ({"explode": False}, "form", False),
        ({"style": "spaceDelimited"}, "spaceDelimited", False),
        ({"style": "pipeDelimited", "explode": True}, "pipeDelimited", True),
        ({"style": "deepObject"}, "deepObject", True),
        ({"style": "unheard of"}, "form", True),
        ({"style": 5, "explode": "yes"}, "form", True),
    ],
)
def test_styles(tmp_path: Path, written: dict[str, Any], style: str, explode: bool) -> None:
    api = get(tmp_path, {"parameters": [{**parameter("q"), **written}]})
    assert options(api)["arguments"]["q"] == {"in": "query", "name": "q", "style": style, "explode": explode}


def test_reserved_characters_and_whole_values(tmp_path: Path) -> None:
    content = {"application/json": {"schema": {"type": "object", "properties": {"a": TEXT}}}}
    listed = [parameter("r", allowReserved=True), {"name": "j", "in": "query", "content": content}]
    api = get(tmp_path, {"parameters": listed})
    assert options(api)["arguments"]["r"]["allowReserved"] is True
    assert options(api)["arguments"]["j"] == {"in": "query", "name": "j", "style": "json", "explode": False}
    assert api.properties["j"]["type"] == "object"


@pytest.mark.parametrize(
    ("path", "declared", "target"),
    [
        ("/a/{id}", ["id"], "/a/{id}"),
        ("a/{id}", ["id"], "/a/{id}"),
        ("/a/{id}", [], "/a/{id}"),
        ("/a/{ID}", ["id"], "/a/{ID}"),
        ("/a/:id", ["id"], "/a/{id}"),
        ("/a/{+id}", ["id"], "/a/{id}"),
        ("/a/{id*}", ["id"], "/a/{id}"),
        ("/a/{id}:run", ["id"], "/a/{id}:run"),
        ("/a/{id}#part", ["id"], "/a/{id}"),
        ("/a/{id}", ["id", "ghost"], "/a/{id}"),
    ],
)
def test_path_templates(tmp_path: Path, path: str, declared: list[str], target: str) -> None:
    listed = [parameter(name, "path", required=True) for name in declared]
    api = get(tmp_path, {"parameters": listed}, path=path)
    assert api.implementation is not None
    assert api.implementation.target == f"GET https://api.example.com/v1{target}"
    [(place, wire)] = places(api).values()
    assert (place, "{" + wire + "}") == ("path", target[target.index("{") : target.index("}") + 1])
    assert len(api.required) == 1


def test_queries_within_paths(tmp_path: Path) -> None:
    api = get(tmp_path, {"parameters": [parameter("lat", "path", required=True)]}, path="/now?lat={lat}&v=2&y={lon}")
    assert api.implementation is not None
    assert api.implementation.target == "GET https://api.example.com/v1/now"
    assert places(api) == {"lat": ("query", "lat"), "y": ("query", "y")}
    assert options(api)["fixed"]["query"] == {"v": "2"}


def test_what_can_have_one_value_only_is_no_argument(tmp_path: Path) -> None:
    listed = [
        parameter("format", required=True, schema={"enum": ["json"]}),
        parameter("Version", "header", required=True, schema={"type": "integer", "enum": [3]}),
        parameter("flag", required=True, schema={"type": "boolean", "enum": [True]}),
        parameter("maybe", schema={"enum": ["json"]}),
    ]
    api = get(tmp_path, {"parameters": listed})
    assert list(api.properties) == ["maybe"]
    assert options(api)["fixed"] == {"header": {"Version": "3"}, "query": {"format": "json", "flag": "true"}}


def test_credentials_are_never_arguments(tmp_path: Path) -> None:
    schemes = {"k": {"type": "apiKey", "in": "query", "name": "Key"}, "r": {"$ref": "#/components/securitySchemes/k"}}
    listed = [
        parameter("key", required=True),
        parameter("key", "header"),
        parameter("api_key", required=True),
        parameter("X-Api-Key", "header"),
        parameter("access_token"),
        parameter("Authorization", "header", required=True),
        parameter("Accept", "header"),
        parameter("Host", "header"),
        parameter("X-Own", "header"),
        parameter("X-Sent", "header"),
        parameter("q"),
    ]
    written = document({"/x": {"get": {"summary": "s", "parameters": listed}}}, components={"securitySchemes": schemes})
    auth = [{"kind": "api_key", "in": "header", "name": "x-own", "env": "OWN"}]
    api = only(load(tmp_path, written, auth=auth, headers={"x-sent": "1"}))
    assert places(api) == {"q": ("query", "q"), "key": ("header", "key")}


@pytest.mark.parametrize(
    ("content", "chosen"),
    [
        (["application/xml", "application/json"], "application/json"),
        (["application/vnd.api+json; charset=utf-8"], "application/vnd.api+json; charset=utf-8"),
        (["*/*"], "application/json"),
        (["multipart/form-data", "application/x-www-form-urlencoded"], "application/x-www-form-urlencoded"),
        (["text/plain", "multipart/form-data"], "multipart/form-data"),
    ],
)
def test_one_content_type_is_chosen(tmp_path: Path, content: list[str], chosen: str) -> None:
    media = {"schema": {"type": "object", "properties": {"a": TEXT}}}
    operation = {"summary": "s", "requestBody": {"content": dict.fromkeys(content, media)}}
    api = only(load(tmp_path, document({"/x": {"post": operation}})))
    assert body(api) == {"content_type": chosen, "whole": None, "required": False}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": TEXT},
        {"type": "string"},
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"anyOf": [{"type": "object", "properties": {"a": TEXT}}, {"type": "array", "items": TEXT}]},
        {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"type": "object", "nullable": True, "properties": {"a": TEXT}},
        {},
    ],
)
def test_a_body_that_is_no_plain_object_is_one_argument(tmp_path: Path, schema: Any) -> None:
    api = post(tmp_path, schema)
    assert places(api) == {"body": ("body", "body")}
    assert body(api)["whole"] == "body"
    assert api.required == ("body",)


def test_a_body_of_text(tmp_path: Path) -> None:
    api = post(tmp_path, {}, "text/plain")
    assert api.properties == {"body": {"type": "string"}}
    assert body(api)["content_type"] == "text/plain"


def test_properties_that_an_optional_body_requires_are_required(tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": TEXT, "b": TEXT}}
    operation = {"summary": "s", "requestBody": {"content": {"application/json": {"schema": schema}}}}
    api = only(load(tmp_path, document({"/x": {"post": operation}})))
    assert api.required == ("a",)


FILE = {
    "type": "string", "format": "byte", "contentEncoding": "base64",
    "description": "The content of a file, in base64.",
}  # fmt: skip


def test_files_of_forms_are_given_in_base64(tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
    api = post(tmp_path, schema, "multipart/form-data")
    assert api.properties == {"file": FILE}
    assert options(api)["arguments"]["file"]["file"] is True
    modern = {"type": "object", "properties": {"f": {"type": "string", "contentMediaType": "image/png"}}}
    assert post(tmp_path, modern, "multipart/form-data", version="3.1.0").properties == {"f": FILE}
    several = {"type": "array", "items": {"type": "string", "format": "binary", "description": "One page."}}
    api = post(tmp_path, {"type": "object", "properties": {"f": several, "name": TEXT}}, "multipart/form-data")
    assert api.properties["f"]["items"]["description"] == "One page. The content of a file, in base64."
    assert [wire.get("file") for wire in options(api)["arguments"].values()] == [True, None]


def test_a_file_as_one_of_several_alternatives_is_left_out(tmp_path: Path) -> None:
    either = {"oneOf": [{"type": "string", "format": "binary"}, {"type": "string", "format": "uri"}]}
    api = post(tmp_path, {"type": "object", "properties": {"f": either}}, "multipart/form-data")
    assert api.properties["f"]["format"] == "uri"
    assert "file" not in options(api)["arguments"]["f"]


def test_binary_text_in_json_is_no_file(tmp_path: Path) -> None:
    api = post(tmp_path, {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}})
    assert api.properties["file"] == {"type": "string", "format": "binary"}
    assert "file" not in options(api)["arguments"]["file"]


@pytest.mark.parametrize("kind", ["application/octet-stream", "image/png", "application/vnd.ms-excel", "video/*"])
@pytest.mark.parametrize("schema", [{}, {"type": "string"}, {"type": "string", "format": "binary"}])
def test_a_body_that_is_a_file(tmp_path: Path, kind: str, schema: dict[str, Any]) -> None:
    api = post(tmp_path, schema, kind)
    assert api.properties == {"body": FILE}
    assert options(api)["arguments"]["body"]["file"] is True
    assert body(api)["content_type"] == kind


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        ("multipart/mixed", {"type": "string", "format": "binary"}),
        ("application/x-protobuf", {"type": "object", "properties": {"a": TEXT}}),
        ("application/xml", {"type": "object", "properties": {"a": TEXT}}),
    ],
)
def test_bodies_that_cannot_be_sent(tmp_path: Path, kind: str, schema: dict[str, Any]) -> None:
    refusal = refused(tmp_path, schema, kind)
    assert refusal.reason is Reason.unsupported_type
    operation = {"summary": "s", "requestBody": {"content": {kind: {"schema": schema}}}}
    assert body(only(load(tmp_path, document({"/x": {"post": operation}})))) is None


def test_bodies_of_xml_say_how_values_are_written(tmp_path: Path) -> None:
    pet = {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "xml": {"attribute": True}},
            "photos": {
                "type": "array",
                "xml": {"wrapped": True},
                "items": {"type": "string", "xml": {"name": "photo"}},
            },
            "parent": {"$ref": "#/components/schemas/Pet"},
            "name": TEXT,
        },
    }
    own = {"xml": {"name": "animal", "prefix": "p", "namespace": "urn:pets"}}
    named = {"components": {"schemas": {"Pet": {**pet, **own}, "Plain": {"type": "object", "properties": {"a": TEXT}}}}}
    api = post(tmp_path, {"$ref": "#/components/schemas/Pet"}, "application/xml", **named)
    assert {"id", "photos", "name"} <= set(api.properties)
    found = body(api)["xml"]
    assert {key: found[key] for key in ("name", "prefix", "namespace")} == own["xml"]
    assert found["properties"]["id"] == {"attribute": True}
    assert found["properties"]["photos"] == {"wrapped": True, "items": {"name": "photo"}}
    assert "name" not in found["properties"]
    api = post(tmp_path, {"$ref": "#/components/schemas/Plain"}, "text/xml; charset=utf-8", **named)
    assert body(api)["xml"] == {"name": "Plain"}


def test_a_body_of_xml_without_a_description_of_it_is_text(tmp_path: Path) -> None:
    for schema in ({}, TEXT):
        api = post(tmp_path, schema, "application/xml")
        assert api.properties == {"body": {"type": "string"}}
        assert "xml" not in body(api)


def test_forms_say_how_lists_are_written(tmp_path: Path) -> None:
    media = {
        "schema": {"type": "object", "properties": {"a": {"type": "array", "items": TEXT}, "b": TEXT}},
        "encoding": {"a": {"style": "pipeDelimited", "explode": False}},
    }
    operation = {"summary": "s", "requestBody": {"content": {"application/x-www-form-urlencoded": media}}}
    wires = options(only(load(tmp_path, document({"/x": {"post": operation}}))))["arguments"]
    assert wires["a"] == {"in": "body", "name": "a", "style": "pipeDelimited", "explode": False}
    assert wires["b"] == {"in": "body", "name": "b", "style": "form", "explode": True}


@pytest.mark.parametrize("written", [{"in": "query"}, {"name": "a"}, {"name": 5, "in": "query"}, "text", None, 5])
def test_broken_parameters(tmp_path: Path, written: Any) -> None:
    loaded = load(tmp_path, document({"/x": {"get": {"summary": "s", "parameters": [parameter("q"), written]}}}))
    if isinstance(written, dict):
        assert list(loaded.apis[0].properties) == ["q"]
        written = {**written, "required": True}
        loaded = load(tmp_path, document({"/x": {"get": {"summary": "s", "parameters": [written]}}}))
    assert [refusal.reason for refusal in loaded.refused] == [Reason.unparsable]


def test_parameters_in_unknown_places(tmp_path: Path) -> None:
    assert list(get(tmp_path, {"parameters": [parameter("m", "matrix"), parameter("q")]}).properties) == ["q"]
    loaded = load(
        tmp_path, document({"/x": {"get": {"summary": "s", "parameters": [parameter("m", "matrix", required=True)]}}})
    )
    assert [refusal.reason for refusal in loaded.refused] == [Reason.unsupported_signature]


def test_deprecated_optional_parameters_are_left_out(tmp_path: Path) -> None:
    listed = [parameter("a", deprecated=True), parameter("b", deprecated=True, required=True)]
    assert list(get(tmp_path, {"parameters": listed}).properties) == ["b"]


@pytest.mark.parametrize(
    ("listed", "examples"),
    [
        ([parameter("a", required=True, example="x")], [{"a": "x"}]),
        ([parameter("a", required=True, schema={**TEXT, "example": "x"})], [{"a": "x"}]),
        ([parameter("a", required=True, schema={**TEXT, "examples": ["x"]})], [{"a": "x"}]),
        ([parameter("a", required=True, schema={**WHOLE, "default": 3})], [{"a": 3}]),
        ([parameter("a", required=True, schema={**TEXT, "enum": ["p", "q"]})], [{"a": "p"}]),
        ([parameter("a", required=True, schema=WHOLE, example="12")], [{"a": 12}]),
        ([parameter("a", required=True, schema=WHOLE, example="many")], []),
        ([parameter("a", required=True, example="x"), parameter("b", required=True)], []),
        ([parameter("a", required=True, example="x"), parameter("b", example="y")], [{"a": "x", "b": "y"}]),
        ([parameter("a", schema={**TEXT, "default": "x"})], []),
        ([parameter("a", required=True, examples={"1": {"value": "x"}, "2": {"value": "y"}})],
         [{"a": "x"}, {"a": "y"}]),
    ],
)  # fmt: skip
def test_examples_of_calls(tmp_path: Path, listed: list[Any], examples: list[Any]) -> None:
    assert list(get(tmp_path, {"parameters": listed}).examples) == examples


def test_examples_of_bodies(tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": TEXT, "b": WHOLE}}
    media = {"schema": schema, "examples": {"one": {"value": {"a": "x", "b": 1}}, "two": {"value": {"a": "y"}}}}
    operation = {"summary": "s", "requestBody": {"content": {"application/json": media}}}
    found = only(load(tmp_path, document({"/x": {"post": operation}}))).examples
    assert found[0] == {"a": "x", "b": 1}
    media = {"schema": {"type": "array", "items": WHOLE}, "example": [1, 2]}
    operation = {"summary": "s", "requestBody": {"required": True, "content": {"application/json": media}}}
    assert only(load(tmp_path, document({"/x": {"post": operation}}))).examples == ({"body": [1, 2]},)
