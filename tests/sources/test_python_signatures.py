"""Signatures, types, defaults and docstrings of functions of every kind, read by the Python source."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from apigen.reasons import Reason
from apigen.records import Api, Refusal
from apigen.sources import PythonSource
from apigen.sources.source import Loaded

ODD = Path(__file__).parent / "modules" / "odd_functions.py"


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return PythonSource(path=str(ODD)).load("mine")


@pytest.fixture(scope="module")
def apis(loaded: Loaded) -> dict[str, Api]:
    return {api.name: api for api in loaded.apis}


@pytest.fixture(scope="module")
def refused(loaded: Loaded) -> dict[str, Refusal]:
    return {refusal.name: refusal for refusal in loaded.refused}


def test_every_public_function_is_offered_or_refused(loaded: Loaded) -> None:
    names = [api.name for api in loaded.apis] + [refusal.name for refusal in loaded.refused]
    assert len(names) == len(set(names))
    expected = """
        plain defaults keyword_only positional_only optional_args wrong_docstring nested constrained objects converted
        typed_by_numpy_docstring typed_by_google_docstring typed_by_sphinx_docstring cached wrapped takes_text_or_bytes
        takes_alias gives_bytes no_parameters from_module_docstring with_examples
        needs_args no_docstring untyped takes_bytes takes_callable takes_recursive takes_complex half takes_missing
        takes_any is_async is_async_generator is_generator gives_iterator
    """
    assert set(names) == set(expected.split())


def test_all_schemas_are_valid_closed_and_free_of_references(apis: dict[str, Api]) -> None:
    for api in apis.values():
        Draft202012Validator.check_schema(api.parameters)
        assert api.parameters["additionalProperties"] is False
        assert "$ref" not in str(api.parameters)
        for schema in api.properties.values():
            if "default" in schema:
                assert Draft202012Validator(schema).is_valid(schema["default"])


def test_plain_types(apis: dict[str, Api]) -> None:
    api = apis["plain"]
    assert {name: schema["type"] for name, schema in api.properties.items()} == {
        "a": "integer",
        "b": "number",
        "c": "string",
        "d": "boolean",
    }
    assert api.required == ("a", "b", "c", "d")
    assert api.returns == {"type": "string"}
    assert (api.source, api.category) == ("mine", "Odd")


def test_defaults(apis: dict[str, Api]) -> None:
    api = apis["defaults"]
    assert api.required == ()
    defaults = {name: schema["default"] for name, schema in api.properties.items() if "default" in schema}
    assert defaults == {
        "a": 1,
        "b": 1,
        "c": None,
        "g": "blue",
        "h": {"x": 1, "y": 2},
        "i": [1, 2],
        "k": "2024-01-02",
        "m": 1.5,
    }
    assert {"d", "e", "n"} <= api.properties.keys()
    assert not {"f", "j"} & api.properties.keys()
    assert [note for note in api.notes if note.startswith("left out: parameter `f`")]
    assert [note for note in api.notes if note.startswith("left out: parameter `j`")]
    assert [note for note in api.notes if note.startswith("`n`: its default")]


def test_keyword_only_parameters_are_required_without_default(apis: dict[str, Api]) -> None:
    assert apis["keyword_only"].required == ("a", "exact")


def test_positional_only_parameters_after_one_left_out_cannot_be_given(apis: dict[str, Api]) -> None:
    assert list(apis["positional_only"].properties) == ["a", "d"]


def test_optional_varargs_are_not_offered(apis: dict[str, Api]) -> None:
    assert list(apis["optional_args"].properties) == ["first"]
    assert len(apis["optional_args"].notes) == 2


def test_a_docstring_invents_no_parameters(apis: dict[str, Api]) -> None:
    assert apis["wrong_docstring"].properties == {"a": {"type": "integer", "description": "The right one."}}


def test_types_from_a_numpy_docstring(apis: dict[str, Api]) -> None:
    api = apis["typed_by_numpy_docstring"]
    assert api.description == "Interpolate values. Use them well."
    assert api.properties == {
        "x": {"type": "array", "items": {"type": "number"}, "description": "The values."},
        "method": {
            "type": "string",
            "enum": ["linear", "cubic"],
            "description": "How to do it.",
            "default": "linear",
        },
        "weights": {
            "anyOf": [{"type": "array", "items": {"type": "number"}}, {"type": "null"}],
            "description": "Their weights.",
            "default": None,
        },
    }


@pytest.mark.parametrize("name", ["typed_by_google_docstring", "typed_by_sphinx_docstring"])
def test_types_from_other_docstrings(apis: dict[str, Api], name: str) -> None:
    assert apis[name].properties == {
        "text": {"type": "string", "description": "The text."},
        "times": {"type": "integer", "description": "How often."},
    }


def test_nested_types(apis: dict[str, Api]) -> None:
    assert apis["nested"].properties == {
        "rows": {
            "type": "array",
            "items": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}},
        },
        "pairs": {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
        },
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "names": {"type": "array", "items": {"type": "string"}},
        "any_of": {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]},
        "many": {"type": "array", "items": {"type": "number"}},
        "some": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
    }


def test_constraints_and_words_in_annotations(apis: dict[str, Api]) -> None:
    assert apis["constrained"].properties == {
        "n": {"type": "integer", "minimum": 1, "maximum": 10},
        "xs": {"type": "array", "items": {"type": "number"}, "minItems": 2},
        "code": {"type": "string", "pattern": "^[A-Z]+$", "description": "In capitals."},
        "city": {"type": "string", "description": "The city to look at.", "default": "Rome"},
        "one": {"type": "string", "enum": ["only"], "default": "only"},
    }


def test_objects_are_written_out_and_a_field_called_title_stays(apis: dict[str, Api]) -> None:
    properties = apis["objects"].properties
    person = properties["person"]["properties"]
    assert person["name"] == {"type": "string"}
    assert person["title"] == {"type": "string", "default": "", "description": "How to address them."}
    assert properties["lines"]["items"]["required"] == ["title", "price"]
    assert [item["description"] for item in properties["place"]["prefixItems"]] == ["Latitude", "Longitude"]
    assert properties["point"]["required"] == ["x"]
    assert properties["colour"] == {"type": "string", "enum": ["red", "blue"]}


def test_values_written_as_text(apis: dict[str, Api]) -> None:
    assert apis["converted"].properties == {
        "d": {"type": "string", "format": "date"},
        "dt": {"type": "string", "format": "date-time"},
        "t": {"type": "string", "format": "time"},
        "m": {"type": "number"},
        "u": {"type": "string", "format": "uuid"},
        "p": {"type": "string", "format": "path"},
        "i": {"type": "integer"},
        "n": {"type": "array", "items": {"type": "number"}},
    }


def test_union_members_that_json_cannot_express_are_left_out(apis: dict[str, Api]) -> None:
    api = apis["takes_text_or_bytes"]
    assert api.properties["data"] == {"type": "string"}
    assert any("bytes" in note for note in api.notes)


def test_aliases_for_type_checkers_only_are_read_from_the_source(apis: dict[str, Api]) -> None:
    assert apis["takes_alias"].properties == {"amount": {"type": "number"}}


def test_a_result_that_is_no_json_is_noted(apis: dict[str, Api]) -> None:
    assert apis["gives_bytes"].returns is None
    assert any("may not be JSON" in note for note in apis["gives_bytes"].notes)


def test_decorated_functions_keep_their_signature(apis: dict[str, Api]) -> None:
    assert list(apis["wrapped"].properties) == ["n", "m"]
    assert list(apis["cached"].properties) == ["n"]


def test_doctests_become_examples(apis: dict[str, Api]) -> None:
    assert apis["with_examples"].examples == (
        {"n": 1},
        {"n": 2, "words": ["a", "b"]},
        {"n": 3, "on": "2024-05-06"},
        {"n": 4, "words": ["x"]},
    )
    assert apis["from_module_docstring"].examples == ({"n": 3},)


def test_doctests_can_be_left_alone() -> None:
    loaded = PythonSource(path=str(ODD), doctests=False, include=["with_examples"]).load("mine")
    assert [api.examples for api in loaded.apis] == [()]


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [
        ("needs_args", Reason.unsupported_signature, "*args"),
        ("no_docstring", Reason.no_description, "docstring"),
        ("untyped", Reason.untyped, "`a`"),
        ("takes_any", Reason.untyped, "`a`"),
        ("takes_bytes", Reason.unsupported_type, "bytes"),
        ("takes_callable", Reason.unsupported_type, "function"),
        ("takes_recursive", Reason.unsupported_type, "contains itself"),
        ("takes_complex", Reason.unsupported_type, "complex"),
        ("takes_missing", Reason.unsupported_type, "Missing"),
        ("is_async", Reason.unsupported_signature, "async"),
        ("is_async_generator", Reason.unsupported_signature, "async"),
        ("is_generator", Reason.unsupported_signature, "generator"),
        ("gives_iterator", Reason.unsupported_signature, "Iterator[int]"),
        ("half", Reason.unsupported_signature, "functools.partial"),
    ],
)
def test_refusals_say_why(refused: dict[str, Refusal], name: str, reason: Reason, words: str) -> None:
    assert refused[name].reason is reason
    assert words in refused[name].detail
    assert refused[name].source == "mine"
    assert refused[name].document.startswith(f"def {name}")
