"""Schemas of OpenAPI 3.0 and 3.1 as they come out: self-contained, valid Draft 2020-12."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_documents import document, load, only, options, post, query, refused

from apigen.reasons import Reason
from apigen.sources import Admission

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}


def schemas(**named: Any) -> dict[str, Any]:
    return {"components": {"schemas": named}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (TEXT, TEXT),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, {"type": "number", "exclusiveMinimum": 0}),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": False}, {"type": "number", "minimum": 0}),
        ({"type": "number", "exclusiveMaximum": True}, {"type": "number"}),
        ({"type": "number", "exclusiveMaximum": 3}, {"type": "number", "exclusiveMaximum": 3}),
        ({"type": "string", "minLength": "3"}, {"type": "string", "minLength": 3}),
        ({"type": "string", "maxLength": -1}, TEXT),
        ({"type": "string", "pattern": r"\p{L}"}, TEXT),
        ({"type": "string", "pattern": "^a$"}, {"type": "string", "pattern": "^a$"}),
        ({"type": "string", "enum": ["a", "b", "a"]}, {"type": "string", "enum": ["a", "b"]}),
        ({"enum": ["a", "b"]}, {"type": "string", "enum": ["a", "b"]}),
        ({"enum": []}, TEXT),
        ({"type": "string", "example": "x"}, {"type": "string", "examples": ["x"]}),
        ({"type": "string", "examples": ["x", "y"]}, {"type": "string", "examples": ["x", "y"]}),
        ({"type": "integer", "default": "5"}, {"type": "integer", "default": 5}),
        ({"type": "integer", "default": "many"}, WHOLE),
        ({"type": "string", "title": "T"}, {"type": "string", "description": "T"}),
        ({"type": "string", "x-thing": 1, "xml": {}, "externalDocs": {}, "discriminator": {}}, TEXT),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"type": "array", "items": TEXT, "uniqueItems": True}, {"type": "array", "items": TEXT, "uniqueItems": True}),
        ({"type": "int"}, WHOLE),
        ({}, TEXT),
        (True, TEXT),
        ({"oneOf": [TEXT, WHOLE]}, {"anyOf": [TEXT, WHOLE]}),
        ({"oneOf": [TEXT]}, TEXT),
        ({"allOf": [{"type": "integer", "minimum": 1}, {"minimum": 3, "maximum": 9}, {"maximum": 20}]},
         {"type": "integer", "minimum": 3, "maximum": 9}),
        ({"allOf": [{"type": "number"}, {"type": "integer"}]}, WHOLE),
        ({"allOf": [{"type": "string", "enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, {"type": "string", "enum": ["b"]}),
    ],
)  # fmt: skip
def test_keywords(tmp_path: Path, written: Any, found: Any) -> None:
    if found.get("enum") == ["b"]:
        written, found = {"type": "array", "items": written}, {"type": "array", "items": found}
    assert query(tmp_path, written) == found


@pytest.mark.parametrize(
    ("version", "written"),
    [
        ("3.0.3", {"type": "string", "nullable": True}),
        ("3.1.0", {"type": ["string", "null"]}),
        ("3.0.3", {"allOf": [{"$ref": "#/components/schemas/Text"}], "nullable": True}),
        ("3.0.3", {"$ref": "#/components/schemas/Nullable"}),
    ],
)
def test_null_is_a_type_in_bodies(tmp_path: Path, version: str, written: Any) -> None:
    parts = schemas(Text=TEXT, Nullable={"type": "string", "nullable": True})
    api = post(tmp_path, {"type": "object", "properties": {"a": written}}, version=version, **parts)
    assert api.properties["a"] == {"type": ["string", "null"]}


def test_null_has_no_text_outside_of_bodies(tmp_path: Path) -> None:
    assert query(tmp_path, {"type": "string", "nullable": True, "enum": ["a", "b", None]}) == {
        "type": "string",
        "enum": ["a", "b"],
    }


def test_references_are_resolved_in_place(tmp_path: Path) -> None:
    parts = schemas(City={"type": "object", "properties": {"name": ref("Name~1X")}}, **{"Name/X": TEXT})
    api = post(tmp_path, {"type": "object", "properties": {"city": {**ref("City"), "description": "Where"}}}, **parts)
    assert api.properties["city"] == {"type": "object", "description": "Where", "properties": {"name": TEXT}}
    assert "$ref" not in json.dumps(api.parameters)


@pytest.mark.parametrize("written", [{"$ref": "#thing"}, {"$ref": "#/components/schemas/A%20B"}, {"$ref": "Thing"}])
def test_other_ways_to_name_a_schema(tmp_path: Path, written: Any) -> None:
    parts = schemas(Thing={"$anchor": "thing", **TEXT}, **{"A B": TEXT})
    api = post(tmp_path, {"type": "object", "properties": {"a": written}}, version="3.1.0", **parts)
    assert api.properties["a"] == TEXT


def test_all_of_merges_what_its_members_say(tmp_path: Path) -> None:
    pet = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string", "description": "Kind"}}}
    cat = {"allOf": [ref("Pet"), {"required": ["lives"], "properties": {"lives": WHOLE, "kind": {"enum": ["cat"]}}}]}
    api = post(tmp_path, ref("Cat"), **schemas(Pet=pet, Cat=cat))
    assert api.properties == {"kind": {"type": "string", "enum": ["cat"], "description": "Kind"}, "lives": WHOLE}
    assert api.required == ("kind", "lives")


def test_a_parent_that_lists_its_members_is_no_circle(tmp_path: Path) -> None:
    pet = {"type": "object", "required": ["kind"], "properties": {"kind": TEXT}, "oneOf": [ref("Cat"), ref("Dog")]}
    member = {"allOf": [ref("Pet"), {"type": "object", "required": ["x"], "properties": {"x": WHOLE}}]}
    parts = schemas(Pet=pet, Cat=member, Dog={**member, "description": "Dog"})
    assert post(tmp_path, ref("Cat"), **parts).required == ("kind", "x")
    api = post(tmp_path, ref("Pet"), **parts)
    assert options(api)["body"]["whole"] == "body"
    assert Draft202012Validator(api.parameters).is_valid({"body": {"kind": "cat", "x": 1}})
    assert not Draft202012Validator(api.parameters).is_valid({"body": {"kind": "cat"}})


def test_read_only_properties_are_no_arguments(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "integer", "readOnly": True}, "name": TEXT, "by": ref("By")},
    }
    api = post(tmp_path, schema, **schemas(By={"type": "string", "readOnly": True}))
    assert api.properties == {"name": TEXT}
    assert api.required == ("name",)


def test_write_only_properties_are_no_results(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {"id": {"readOnly": True, **WHOLE}, "secret": {"writeOnly": True, **TEXT}},
    }
    operation = {"summary": "s", "responses": {"200": {"content": {"application/json": {"schema": schema}}}}}
    api = only(load(tmp_path, document({"/x": {"get": operation}})))
    assert api.returns == {"type": "object", "properties": {"id": WHOLE}}


def test_optional_deprecated_properties_are_left_out(tmp_path: Path) -> None:
    old = {"type": "string", "deprecated": True}
    api = post(tmp_path, {"type": "object", "required": ["b"], "properties": {"a": old, "b": old, "c": TEXT}})
    assert list(api.properties) == ["b", "c"]
    assert "left out, being deprecated: body.a" in api.notes


def test_optional_circles_are_cut(tmp_path: Path) -> None:
    node = {"type": "object", "required": ["name"], "properties": {
        "name": TEXT, "children": {"type": "array", "items": ref("Node")}, "next": ref("Node")}}  # fmt: skip
    api = post(tmp_path, ref("Node"), **schemas(Node=node))
    inner = api.properties["next"]
    assert inner["properties"] == {"name": TEXT}
    assert api.properties["children"]["items"]["properties"] == {"name": TEXT}
    assert any("contains itself" in note for note in api.notes)


def test_a_required_list_of_itself_stays_empty_in_the_end(tmp_path: Path) -> None:
    node = {"type": "object", "required": ["kids"], "properties": {"kids": {"type": "array", "items": ref("Node")}}}
    api = post(tmp_path, ref("Node"), **schemas(Node=node))
    valid = Draft202012Validator(api.parameters)
    assert valid.is_valid({"kids": []})
    assert valid.is_valid({"kids": [{"kids": []}]})
    assert not valid.is_valid({"kids": [{"kids": [{"kids": []}]}]})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "required": ["me"], "properties": {"me": ref("Bad")}},
        ref("Bad"),
        {"allOf": [ref("Bad")]},
        {"anyOf": [ref("Bad")]},
        {
            "type": "object",
            "required": ["a"],
            "properties": {"a": {"type": "array", "minItems": 1, "items": ref("Bad")}},
        },
    ],
)
def test_circles_without_a_way_out_are_refused(tmp_path: Path, schema: Any) -> None:
    refusal = refused(tmp_path, ref("Bad"), **schemas(Bad=schema))
    assert refusal.reason is Reason.unsupported_type
    assert "contains itself" in refusal.detail
    assert refusal.detail.startswith("POST /things: ")


@pytest.mark.parametrize(
    ("schema", "reason", "told"),
    [
        ({"$ref": "#/components/schemas/None"}, Reason.invalid_schema, "names nothing"),
        ({"$ref": "https://example.com/x.json#/X"}, Reason.invalid_schema, "not fetched"),
        ({"$ref": "../../../../etc/passwd"}, Reason.invalid_schema, "outside"),
        ({"$ref": "missing.json#/X"}, Reason.invalid_schema, "no such file"),
        ("text", Reason.invalid_schema, "not a schema"),
        ({"type": 5}, Reason.invalid_schema, "names no type"),
        ({"type": "nonsense"}, Reason.unsupported_type, "nonsense"),
        ({"type": "file"}, Reason.unsupported_type, "a file"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, Reason.invalid_schema, "no type in common"),
    ],
)
def test_what_a_call_needs_and_cannot_be_had_is_refused(tmp_path: Path, schema: Any, reason: Reason, told: str) -> None:
    required = {"type": "object", "required": ["a"], "properties": {"a": schema}}
    refusal = refused(tmp_path, required)
    assert refusal.reason is reason
    assert told in refusal.detail
    optional = {"type": "object", "properties": {"a": schema, "b": TEXT}}
    api = post(tmp_path, optional)
    assert list(api.properties) == ["b"]
    assert any(told in note and "left out, being optional" in note for note in api.notes)


def test_a_key_given_twice_refuses_what_uses_it(tmp_path: Path) -> None:
    text = json.dumps(document({"/a": {"post": {"summary": "a", "requestBody": {"required": True, "content": {
        "application/json": {"schema": {"type": "object", "properties": {"p": TEXT}}}}}}},
        "/b": {"get": {"summary": "b"}}}))  # fmt: skip
    loaded = load(tmp_path, text.replace('"p": {"type": "string"}', '"p": {"type": "string", "type": "integer"}'))
    api, other = loaded.apis
    assert other.name == "get_b"
    assert list(api.properties) == ["body"]  # the one property is left out, and nothing else is known
    loaded = load(tmp_path, text.replace('"/b": {', '"/b": {"get": {"summary": "c"}, '))
    assert [refusal.reason for refusal in loaded.refused] == [Reason.unparsable]
    assert "`get` is given twice" in loaded.refused[0].detail


def test_what_is_required_but_not_described_is_noted(tmp_path: Path) -> None:
    api = post(tmp_path, {"type": "object", "required": ["a", "ghost"], "properties": {"a": TEXT}})
    assert api.required == ("a",)
    assert any("`ghost` is required" in note for note in api.notes)


def large(levels: int, width: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"type": "string", "description": "A long description of this part. " * 20}
    for _ in range(levels):
        inner = {"type": "object", "properties": {f"p{i}": inner for i in range(width)}}
    return inner


@pytest.mark.parametrize(("levels", "width"), [(4, 8), (12, 2), (1, 400), (2, 60)])
def test_large_schemas_are_reduced_to_what_a_model_can_read(tmp_path: Path, levels: int, width: int) -> None:
    schema = large(levels, width)
    schema["properties"]["needed"] = {**WHOLE, "description": "Needed."}
    api = post(tmp_path, {**schema, "required": ["needed"]})
    assert len(json.dumps(api.parameters)) <= 30_000
    assert api.required == ("needed",)
    assert len(api.notes) <= 31


def test_a_required_part_that_is_too_large_is_refused(tmp_path: Path) -> None:
    properties = {f"a_rather_long_name_of_a_property_{i}": TEXT for i in range(900)}
    refusal = refused(tmp_path, {"type": "object", "properties": properties, "required": list(properties)})
    assert refusal.reason is Reason.unsupported_type
    assert "30,000" in refusal.detail


def test_aliases_that_multiply_are_refused_in_the_end(tmp_path: Path) -> None:
    lines = ["x: &a {type: object, properties: {p: {type: string}}}"]
    for before, name in ("ab", "bc", "cd", "de", "ef", "fg", "gh"):
        needed = ", ".join(f"p{i}" for i in range(9))
        parts = ", ".join(f"p{i}: *{before}" for i in range(9))
        lines.append(f"x{name}: &{name} {{type: object, required: [{needed}], properties: {{{parts}}}}}")
    paths = document({"/a": {"get": {"summary": "a"}}, "/b": {"post": {"summary": "b", "requestBody": {"required": True,
        "content": {"application/json": {"schema": "BOMB"}}}}}})  # fmt: skip
    text = "\n".join(lines) + "\n" + json.dumps(paths)[1:-1].replace('"BOMB"', "*h").replace(', "paths"', '\n"paths"')
    text = text.replace(', "info"', '\n"info"').replace(', "servers"', '\n"servers"')
    loaded = load(tmp_path, text, name="bomb.yaml")
    assert [api.name for api in loaded.apis] == ["get_a"]
    assert [refusal.reason for refusal in loaded.refused] == [Reason.unsupported_type]


def test_deep_and_odd_values_do_no_harm(tmp_path: Path) -> None:
    deep: Any = "x"
    for _ in range(100):
        deep = [deep]
    schema = {
        "type": "object",
        "properties": {"a": {**TEXT, "default": deep, "example": deep, "description": {"no": 1}}},
    }
    api = post(tmp_path, schema)
    assert api.properties == {"a": TEXT}
    nested: Any = TEXT
    for _ in range(300):
        nested = {"type": "array", "items": nested}
    assert refused(tmp_path, {"type": "object", "required": ["a"], "properties": {"a": nested}}).reason in (
        Reason.invalid_schema,
        Reason.unsupported_type,
        Reason.unparsable,
    )


def test_results_are_described(tmp_path: Path) -> None:
    thing = {"type": "object", "properties": {"a": TEXT, "next": ref("Thing")}}
    content = {"content": {"application/json": {"schema": ref("Thing")}}}
    for responses in (
        {"200": content},
        {"201": content},
        {"2XX": content},
        {"default": content},
        {"204": {}, "200": content},
    ):
        operation = {"summary": "s", "responses": responses}
        api = only(load(tmp_path, document({"/x": {"get": operation}}, **schemas(Thing=thing))))
        assert api.returns == {"type": "object", "properties": {"a": TEXT}}
    for responses in ({}, {"404": content}, {"200": {}}, {"200": {"content": {"image/png": {"schema": TEXT}}}}, None):
        operation = {"summary": "s", "responses": responses}
        assert only(load(tmp_path, document({"/x": {"get": operation}}, **schemas(Thing=thing)))).returns is None


def test_every_schema_passes_admission(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer", "default": "x", "enum": [1, 2]}, "b": {"items": {}}},
    }
    loaded = load(tmp_path, document({"/x": {"post": {"summary": "s", "requestBody": {
        "content": {"application/json": {"schema": schema}}}}}}))  # fmt: skip
    assert Admission().admit({"mine": loaded}).refused == ()
