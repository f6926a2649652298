"""Function documents of every form, good and bad."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from apigen.errors import SourceError
from apigen.reasons import Reason
from apigen.records import Api, Refusal
from apigen.sources import Admission, ToolsSource

CITY = {"type": "object", "properties": {"city": {"type": "string", "description": "Its name"}}, "required": ["city"]}
DOCUMENT = {"name": "weather", "description": "The weather.", "parameters": CITY}
XLAM = {
    "name": "weather",
    "description": "The weather.",
    "parameters": {"city": {"type": "str", "description": "Its name"}},
}


def load(
    path: Path, content: Any, name: str = "tools.json", **settings: Any
) -> tuple[tuple[Api, ...], tuple[Refusal, ...]]:
    file = path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    loaded = ToolsSource(path=str(file), **settings).load("mine")
    for api in loaded.apis:
        Draft202012Validator.check_schema(api.parameters)
        assert api.implementation is None
        assert api.source == "mine"
    return loaded.apis, loaded.refused


def parameters(path: Path, written: Any, **settings: Any) -> Api:
    """The one API of a document with these parameters."""
    [api], refused = load(path, {"name": "f", "description": "d", "parameters": written}, **settings)
    assert refused == ()
    return api


def refusal(path: Path, content: Any, **settings: Any) -> Refusal:
    """The one refusal, beside a good document."""
    [api], [refused] = load(path, [DOCUMENT, content], **settings)
    assert api.name == "weather"
    assert refused.source == "mine"
    return refused


FORMS: dict[str, Any] = {
    "openai": [{"type": "function", "function": DOCUMENT}],
    "openai, flat": [{"type": "function", "strict": True, **DOCUMENT}],
    "one document": DOCUMENT,
    "list": [DOCUMENT],
    "anthropic": [{"name": "weather", "description": "The weather.", "input_schema": CITY}],
    "mcp": {"result": {"tools": [{"name": "weather", "description": "The weather.", "inputSchema": CITY}]}},
    "gemini": [{"functionDeclarations": [DOCUMENT]}],
    "bedrock": {
        "tools": [
            {"toolSpec": {"name": "weather", "description": "The weather.", "inputSchema": {"json": CITY}}},
        ]
    },
    "tools": {"tools": [{"type": "function", "function": DOCUMENT}]},
    "functions": {"functions": [DOCUMENT]},
    "functions as text": {"tools": json.dumps([DOCUMENT])},
    "parameters as text": [{**DOCUMENT, "parameters": json.dumps(CITY)}],
    "fine-tuning row": {
        "messages": [{"role": "user", "content": "Hi"}],
        "tools": [{"type": "function", "function": DOCUMENT}],
    },
    "xlam": [XLAM],
    "xlam row": {"id": 0, "query": "q", "answers": "[]", "tools": json.dumps([XLAM])},
    "bfcl": {**DOCUMENT, "parameters": {**CITY, "type": "dict"}},
    "bfcl question": {
        "id": "simple_0",
        "question": [[]],
        "function": [{**DOCUMENT, "parameters": {**CITY, "type": "dict"}}],
    },
    "list of parameters": {
        **DOCUMENT,
        "parameters": [{"name": "city", "type": "string", "description": "Its name", "required": True}],
    },
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS.keys())
def test_every_form_gives_the_same_api(tmp_path: Path, content: Any) -> None:
    [api], refused = load(tmp_path, content)
    assert refused == ()
    assert api.document == DOCUMENT
    assert api.category == "Other"


def test_forms_may_be_mixed_in_one_file(tmp_path: Path) -> None:
    contents = [json.dumps(content) for content in FORMS.values()]
    apis, refused = load(tmp_path, "\n".join(contents))
    assert [api.document for api in apis] == [DOCUMENT]
    assert refused == ()


@pytest.mark.parametrize(
    ("written", "form"), [({**CITY, "type": "dict"}, "openai"), (CITY, "xlam"), ({"city": {"type": "str"}}, "bfcl")]
)
def test_a_form_can_be_demanded(tmp_path: Path, written: Any, form: Any) -> None:
    good = {"openai": CITY, "xlam": {"city": {"type": "str"}}, "bfcl": {**CITY, "type": "dict"}}[form]
    documents = [{"name": name, "description": "d", "parameters": each} for name, each in (("a", good), ("b", written))]
    [api], [refused] = load(tmp_path, documents, format=form)
    assert api.name == "a"
    assert refused.reason == Reason.unparsable
    assert "format: auto" in refused.detail


def test_xlam_parameters(tmp_path: Path) -> None:
    api = parameters(
        tmp_path,
        {
            "text": {"type": "str", "description": "A text"},
            "count": {"type": "int, optional", "default": "2"},
            "mode": {"type": "str", "default": "fast"},
            "rows": {"type": "List[List[float]]", "default": ""},
            "title": {"type": "str", "default": ""},
            "type": {"type": "Optional[str]", "default": None},
            "properties": {"type": "Dict[str, Any]"},
            "callback": {"type": "Callable[[int], int], optional"},
        },
    )
    assert api.properties == {
        "text": {"type": "string", "description": "A text"},
        "count": {"type": "integer", "default": 2},
        "mode": {"type": "string", "default": "fast"},
        "rows": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        "title": {"type": "string"},
        "type": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "properties": {"type": "object", "additionalProperties": True},
    }
    assert api.required == ("text", "rows", "title", "properties")
    assert any("callback" in note for note in api.notes)
    assert any('"2" is written 2' in note for note in api.notes)


def test_bfcl_parameters(tmp_path: Path) -> None:
    written = {
        "type": "dict",
        "properties": {
            "ratio": {"type": "float", "default": 1},
            "point": {"type": "tuple", "items": {"type": "float"}},
            "value": {"type": "any", "optional": True},
            "names": {"type": "ArrayList", "items": {"type": "String"}},
            "table": {"type": "HashMap", "properties": {"size": {"type": "long", "required": True}}},
            "days": {"type": "array", "items": {"type": "string"}, "enum": ["mon", "tue"]},
            "flag": {"type": "boolean", "default": "false"},
            "mode": {"type": "string", "default": None},
            "switch": {"type": "boolean", "enum": ["on", "off"]},
        },
        "required": ["ratio", "ratio"],
        "optional": ["value"],
    }
    document = {
        "name": "a.b",
        "description": "This tool belongs to the Math API, which counts. Tool description: Adds.",
        "parameters": written,
        "response": {"type": "dict", "properties": {"sum": {"type": "float"}}},
    }
    [api], refused = load(tmp_path, document)
    assert refused == ()
    assert api.description == "Adds."
    assert api.required == ("ratio",)
    assert api.properties == {
        "ratio": {"type": "number", "default": 1},
        "point": {"type": "array", "items": {"type": "number"}},
        "value": {},
        "names": {"type": "array", "items": {"type": "string"}},
        "table": {"type": "object", "properties": {"size": {"type": "integer"}}, "required": ["size"]},
        "days": {"type": "array", "items": {"type": "string", "enum": ["mon", "tue"]}},
        "flag": {"type": "boolean", "default": False},
        "mode": {"type": "string"},
        "switch": {"enum": ["on", "off"]},
    }
    assert api.returns == {"type": "object", "properties": {"sum": {"type": "number"}}}
    assert "optional" not in api.parameters


def test_older_and_foreign_schema_keywords(tmp_path: Path) -> None:
    api = parameters(
        tmp_path,
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "properties": {
                "pair": {"type": "array", "items": [{"type": "string"}, {"type": "integer"}], "additionalItems": False},
                "size": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
                "note": {"type": "STRING", "nullable": True},
                "any": True,
                "text": {"type": "string", "description": None, "enum": []},
            },
            "required": None,
        },
    )
    assert api.parameters == {
        "type": "object",
        "properties": {
            "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False},
            "size": {"type": "integer", "exclusiveMinimum": 0},
            "note": {"type": ["string", "null"]},
            "any": {},
            "text": {"type": "string"},
        },
    }


def test_required_flags_become_the_list(tmp_path: Path) -> None:
    api = parameters(
        tmp_path,
        {
            "type": "object",
            "properties": {"a": {"type": "string", "required": True}, "b": {"type": "string", "required": False}},
        },
    )
    assert api.required == ("a",)
    assert api.properties == {"a": {"type": "string"}, "b": {"type": "string"}}


def test_references_are_resolved_in_place(tmp_path: Path) -> None:
    api = parameters(
        tmp_path,
        {
            "type": "object",
            "properties": {
                "home": {"$ref": "#/$defs/Address", "description": "Home"},
                "work": {"$ref": "#/$defs/Address"},
            },
            "$defs": {
                "Address": {"type": "object", "properties": {"city": {"$ref": "#/$defs/City"}}},
                "City": {"type": "str"},
            },
        },
    )
    address = {"type": "object", "properties": {"city": {"type": "string"}}}
    assert api.parameters["properties"] == {"home": {**address, "description": "Home"}, "work": address}
    assert "$defs" not in api.parameters


def test_recursive_and_exploding_references_are_left(tmp_path: Path) -> None:
    tree = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}}}
    api = parameters(
        tmp_path, {"type": "object", "properties": {"tree": {"$ref": "#/$defs/Tree"}}, "$defs": {"Tree": tree}}
    )
    assert api.parameters["$defs"] == {"Tree": tree}
    assert api.properties["tree"] == tree
    levels = {
        f"L{i}": {"type": "object", "properties": {key: {"$ref": f"#/$defs/L{i + 1}"} for key in "abcd"}}
        for i in range(30)
    }
    written = {
        "type": "object",
        "properties": {"x": {"$ref": "#/$defs/L0"}},
        "$defs": {**levels, "L30": {"type": "string"}},
    }
    assert len(json.dumps(parameters(tmp_path, written).parameters)) < 1_000_000


def test_enum_in_the_type_of_its_parameter(tmp_path: Path) -> None:
    api = parameters(tmp_path, {"type": "object", "properties": {"n": {"type": "integer", "enum": ["1", "2"]}}})
    assert api.properties["n"] == {"type": "integer", "enum": [1, 2]}


@pytest.mark.parametrize(
    ("kind", "default", "expected"),
    [
        ("integer", "2", 2),
        ("integer", 2.0, 2.0),
        ("number", "2.5", 2.5),
        ("boolean", "False", False),
        ("array", "[1, 2]", [1, 2]),
        ("object", '{"a": 1}', {"a": 1}),
        ("string", 5, "5"),
        ("string", "", ""),
    ],
)
def test_defaults_are_converted_without_loss(tmp_path: Path, kind: str, default: Any, expected: Any) -> None:
    api = parameters(tmp_path, {"type": "object", "properties": {"x": {"type": kind, "default": default}}})
    assert api.properties["x"] == {"type": kind, "default": expected}
    assert bool(api.notes) == (default != expected)


@pytest.mark.parametrize("default", ["", None, "None", "null"])
def test_defaults_that_mean_none(tmp_path: Path, default: Any) -> None:
    api = parameters(tmp_path, {"type": "object", "properties": {"x": {"type": "integer", "default": default}}})
    assert api.properties["x"] == {"type": "integer"}
    assert api.notes


@pytest.mark.parametrize(
    ("kind", "default"), [("integer", "2.5"), ("integer", "007"), ("boolean", "1"), ("array", "1, 2")]
)
def test_a_default_that_does_not_fit_is_kept_or_dropped(tmp_path: Path, kind: str, default: str) -> None:
    written = {"type": "object", "properties": {"x": {"type": kind, "default": default}}}
    assert parameters(tmp_path, written).properties["x"]["default"] == default
    dropped = parameters(tmp_path, written, defaults="drop")
    assert dropped.properties["x"] == {"type": kind}
    assert "dropped" in dropped.notes[0]


@pytest.mark.parametrize(
    ("content", "reason", "detail"),
    [
        (5, Reason.unparsable, "no document"),
        ({}, Reason.unparsable, "no `name`"),
        ({"description": "d", "parameters": CITY}, Reason.unparsable, "no `name`"),
        ({**DOCUMENT, "name": 5}, Reason.unparsable, "name is `5`"),
        ({**DOCUMENT, "name": " "}, Reason.unparsable, "name"),
        ({**DOCUMENT, "description": ["d"]}, Reason.unparsable, "description"),
        ({"type": "web_search"}, Reason.unparsable, "web_search"),
        ({"tools": "[{]"}, Reason.unparsable, "not JSON"),
        ({**DOCUMENT, "parameters": "none"}, Reason.unparsable, "neither a schema nor a map"),
        ({**DOCUMENT, "parameters": '{"a": 1, "a": 2}'}, Reason.unparsable, "twice"),
        ({**DOCUMENT, "parameters": {"x": 5}}, Reason.unparsable, "`x`"),
        ({**DOCUMENT, "parameters": [{"type": "string"}]}, Reason.unparsable, "list"),
        ({**DOCUMENT, "parameters": {"type": "object", "properties": {"x": "string"}}}, Reason.invalid_schema, "x: "),
        ({**DOCUMENT, "parameters": {"x": {"type": ["str", 5]}}}, Reason.invalid_schema, "names no type"),
        ({**DOCUMENT, "parameters": {"x": {"type": "Graph"}}}, Reason.unsupported_type, "x: `Graph`"),
        ({**DOCUMENT, "parameters": {"x": {"description": "d"}}}, Reason.untyped, "x: "),
        ({**DOCUMENT, "parameters": json.loads('{"a":' * 90 + "1" + "}" * 90)}, Reason.unparsable, "deeper"),
    ],
)
def test_a_bad_document_is_refused_alone(tmp_path: Path, content: Any, reason: Reason, detail: str) -> None:
    refused = refusal(tmp_path, content)
    assert refused.reason == reason
    assert detail in refused.detail
    assert "tools.json:1" in refused.detail


KEYS = ["type", "properties", "required", "items", "enum", "default", "$ref", "anyOf", "nullable", "description", "x"]
ANYTHING = st.recursive(
    st.sampled_from(
        [None, True, 5, 1.5, "", "int", "dict", "List[int]", "#/properties/x", "(", "string", "x", "object"]
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, derandomize=True)
@given(written=ANYTHING, key=st.sampled_from(["parameters", "function", "tools", "input_schema", "response", "name"]))
def test_whatever_a_document_holds_it_gives_an_api_or_a_refusal(tmp_path: Path, written: Any, key: str) -> None:
    (tmp_path / "tools.json").write_text(json.dumps([DOCUMENT, {"name": "f", "description": "d", key: written}]))
    loaded = ToolsSource(path=str(tmp_path / "tools.json")).load("mine")
    assert len(loaded.apis) + len(loaded.refused) >= 1
    for api in Admission().admit({"mine": loaded}).apis:
        Draft202012Validator.check_schema(api.parameters)


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ('{"name": "a", "name": "b", "parameters": {}}', "`name` twice"),
        ('{"name": "a", "description": "d", "parameters": {"x": {"type": "int", "default": NaN}}}', "NaN"),
        ('{"name": "a", "description": "\\ud800"}', "surrogate"),
        ('{"name": "a", "description": }', "not JSON"),
        ("[" * 50_000, "deep"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, line: str, detail: str) -> None:
    good = json.dumps(DOCUMENT)
    [api], [refused] = load(tmp_path, f"{good}\n\n{line}\n{good.replace('weather', 'weather')}\n", "tools.jsonl")
    assert api.name == "weather"
    assert refused.reason == Reason.unparsable
    assert detail in refused.detail
    assert "tools.jsonl:3" in refused.detail
    refused.model_dump_json().encode()


def test_a_list_gives_the_line_of_its_element(tmp_path: Path) -> None:
    _, [refused] = load(tmp_path, f"[\n{json.dumps(DOCUMENT)},\n\n" + '{"name": ""}]')
    assert "tools.json:4" in refused.detail


def test_rows_without_functions_hold_none(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "question": [[]], "function": []},
        {"question": "q", "function": ""},
        {"id": "b", "question": []},
    ]
    apis, refused = load(tmp_path, [*rows, DOCUMENT])
    assert [api.name for api in apis] == ["weather"]
    assert refused == ()


def test_equal_documents_are_merged_and_different_ones_kept(tmp_path: Path) -> None:
    other = {**DOCUMENT, "description": "Tomorrow's weather."}
    apis, refused = load(tmp_path, [DOCUMENT, other, DOCUMENT, {**DOCUMENT, "parameters": {**CITY, "type": "dict"}}])
    assert [api.description for api in apis] == ["The weather.", "Tomorrow's weather."]
    assert refused == ()


def test_a_function_without_parameters_is_left_to_admission(tmp_path: Path) -> None:
    apis, refused = load(
        tmp_path, [{"name": n, "description": "d", "parameters": p} for n, p in (("a", {}), ("b", None))]
    )
    assert [api.parameters for api in apis] == [{"type": "object", "properties": {}}] * 2
    assert refused == ()


def test_names_in_underscore_style(tmp_path: Path) -> None:
    documents = [{**DOCUMENT, "name": name} for name in ("a.b", "a_b", "a.b", "c d")]
    apis, [refused] = load(tmp_path, documents, name_style="underscore")
    assert [api.name for api in apis] == ["a_b", "c_d"]
    assert "`a.b`" in apis[0].notes[0]
    assert refused.reason == Reason.duplicate_name
    assert refused.name == "a_b"
    assert "`a.b`" in refused.detail


def test_category_and_limit(tmp_path: Path) -> None:
    documents = [{**DOCUMENT, "name": "a", "category": "Sports"}, {**DOCUMENT, "name": "b"}, {**DOCUMENT, "name": "c"}]
    apis, _ = load(tmp_path, documents, category="Travel", limit=2)
    assert [(api.name, api.category) for api in apis] == [("a", "Sports"), ("b", "Travel")]


def test_a_bad_result_schema_costs_itself_only(tmp_path: Path) -> None:
    [api], refused = load(
        tmp_path, {**DOCUMENT, "response": {"type": "dict", "properties": {"x": {"type": "Graph"}}, "required": ["x"]}}
    )
    assert refused == ()
    assert api.returns is None
    assert "result" in api.notes[0]


def write(folder: Path, name: str, *documents: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([{**DOCUMENT, "name": document} for document in documents]))


def names(path: str | list[str], **settings: Any) -> list[str]:
    return [api.name for api in ToolsSource(path=path, **settings).load("mine").apis]


def test_files_folders_and_globs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "some tools/b.json", "b")
    write(tmp_path, "some tools/a.jsonl", "a1", "a2")
    write(tmp_path, "some tools/deeper/c.JSON", "c")
    write(tmp_path, "some tools/.hidden/d.json", "d")
    write(tmp_path, "some tools/readme.md", "e")
    write(tmp_path, "x[1].json", "x")
    monkeypatch.chdir(tmp_path)
    assert names("some tools") == ["a1", "a2", "b", "c"]
    assert names(str(tmp_path / "some tools")) == ["a1", "a2", "b", "c"]
    assert names("*/*.json") == ["b"]
    assert names("**/*.json") == ["b", "x"]
    assert names(["some tools/b.json", "some tools/*.json*"]) == ["b", "a1", "a2"]
    assert names("x[1].json") == ["x"]


def test_a_package_is_found_and_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "toolpackage"
    write(package, "data/tools.json", "a")
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert names("data/*.json", package="toolpackage") == ["a"]
    assert names("tools.json", package="toolpackage.data") == ["a"]
    with pytest.raises(SourceError, match="in the package toolpackage"):
        names("nothing/*.json", package="toolpackage")


def test_a_missing_package(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as error:
        names("data", package="no_such_package", install="--no-deps the-package")
    assert error.value.remedy == "pip install --no-deps the-package"


@pytest.mark.parametrize("path", ["missing.json", "*.nothing"])
def test_a_missing_file(path: str) -> None:
    with pytest.raises(SourceError, match="no file") as error:
        names(path)
    assert error.value.where == "sources.mine.path"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "holds nothing"),
        (b"[]", "no function document|holds nothing"),
        (b"tools: yes", "not JSON"),
        (b"PAR1\xff\xfe\x80", "not text"),
        (b'{"id": 1, "question": "q"}', "no function document"),
        (b"42", "no document"),
    ],
)
def test_a_file_without_documents(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "tools.json").write_bytes(content)
    with pytest.raises(SourceError, match=problem) as error:
        names(str(tmp_path / "tools.json"))
    assert "tools.json" in str(error.value)


def test_an_unreadable_file_does_not_cost_the_others(tmp_path: Path) -> None:
    write(tmp_path, "a.json", "a")
    (tmp_path / "b.json").write_bytes(b"\xff\xfe\x80")
    (tmp_path / "c.json").write_text("")
    loaded = ToolsSource(path=str(tmp_path)).load("mine")
    assert [api.name for api in loaded.apis] == ["a"]
    assert [refused.reason for refused in loaded.refused] == [Reason.unparsable] * 2
    assert ["b.json" in loaded.refused[0].detail, "c.json" in loaded.refused[1].detail] == [True, True]


@pytest.mark.parametrize(
    "given_settings", [{"path": ""}, {"path": []}, {"path": "x", "limit": 0}, {"path": "x", "format": "yaml"}]
)
def test_bad_settings(given_settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"path|limit|format"):
        ToolsSource(**given_settings)
