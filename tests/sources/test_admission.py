"""Which APIs a run uses: one test for each reason, and duplicates."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from apigen.reasons import Reason
from apigen.records import Api, Implementation, Refusal
from apigen.sources import Admission, Admitted
from apigen.sources.schemalint import problems
from apigen.sources.source import Loaded


def api(properties: Any = None, **changes: Any) -> Api:
    properties = {"x": {"type": "string"}} if properties is None else properties
    fields = {
        "name": "f",
        "description": "Does it.",
        "parameters": {"type": "object", "properties": properties},
        "source": "a",
    }
    return Api(**{**fields, **changes})


def admit(*apis: Api, **settings: Any) -> Admitted:
    return Admission(**settings).admit({"a": Loaded(apis=apis)})


def refusal(refused: Api, **settings: Any) -> Refusal:
    admitted = admit(refused, **settings)
    assert admitted.apis == ()
    [found] = admitted.refused
    assert found.name == refused.name
    assert found.source == "a"
    assert found.document
    return found


def test_a_good_api_is_admitted_as_it_is() -> None:
    good = api()
    assert admit(good) == Admitted(apis=(good,))


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "naïve", "f\n"])
def test_invalid_name(name: str) -> None:
    found = refusal(api(name=name))
    assert found.reason == Reason.invalid_name
    assert "name_style=underscore" in found.detail


def test_the_name_pattern_is_a_setting() -> None:
    assert admit(api(name="a b"), name_pattern="[a-z ]+").apis
    with pytest.raises(ValueError, match="not a regular expression"):
        Admission(name_pattern="[")


def test_no_description() -> None:
    assert refusal(api(description=" \n")).reason == Reason.no_description


def test_parameter_descriptions_if_required() -> None:
    assert admit(api()).apis
    found = refusal(api(), require_parameter_descriptions=True)
    assert found.reason == Reason.no_description
    assert "`x`" in found.detail
    assert admit(api({"x": {"type": "string", "description": "d"}}), require_parameter_descriptions=True).apis


def test_no_parameters() -> None:
    found = refusal(api({}))
    assert found.reason == Reason.no_parameters
    assert "admission.allow_no_parameters=true" in found.detail
    assert admit(api({}), allow_no_parameters=True).apis


@pytest.mark.parametrize(
    ("parameters", "detail"),
    [
        ({}, "not `object`"),
        ({"type": "array"}, "not `object`"),
        ({"type": "object", "properties": ["x"]}, "properties"),
        ({"type": "object", "properties": {"x": True}}, "x: `true`"),
        ({"type": "object", "properties": {"x": "string"}}, "x: "),
        ({"type": "object", "properties": {"x": {"type": "float"}}}, "x: `float`"),
        ({"type": "object", "properties": {"x": {"items": {"type": ["string", "str"]}}}}, "x.items: `str`"),
        ({"type": "object", "properties": {"x": {"type": 5}}}, "x: `5`"),
        ({"type": "object", "properties": {"x": {}}, "required": ["x", "y"]}, "`y` is required"),
        ({"type": "object", "properties": {"x": {}}, "required": "x"}, "required"),
        ({"type": "object", "properties": {"x": {}}, "required": ["x", "x"]}, "required"),
        ({"type": "object", "properties": {"x": {"properties": {}, "required": ["z"]}}}, "x: `z` is required"),
        ({"type": "object", "properties": {"x": {"enum": "a"}}}, "enum"),
        ({"type": "object", "properties": {"x": {"minimum": "0"}}}, "minimum"),
        ({"type": "object", "properties": {"x": {"type": "string", "description": 5}}}, "description"),
        ({"type": "object", "properties": {"x": {"anyOf": []}}}, "anyOf"),
        ({"type": "object", "properties": {"x": {"pattern": "("}}}, "pattern"),
        ({"type": "object", "properties": {"x": {"$ref": "https://example.com/x.json"}}}, "another document"),
        ({"type": "object", "properties": {"x": {"$ref": "#/$defs/X"}}}, "does not exist"),
    ],
)
def test_invalid_schema(parameters: dict[str, Any], detail: str) -> None:
    found = refusal(api(parameters=parameters))
    assert found.reason == Reason.invalid_schema
    assert detail in found.detail


@pytest.mark.parametrize("value", [float("nan"), "\ud800"])
def test_a_schema_that_is_no_json(value: Any) -> None:
    found = refusal(api({"x": {"enum": [value]}}))
    assert found.reason == Reason.invalid_schema
    found.model_dump_json().encode()


def test_a_schema_that_is_too_deep() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(3000):
        schema = {"type": "array", "items": schema}
    found = Admission().problem(api({"x": schema}))
    assert found is not None
    assert "deep" in found.detail


@pytest.mark.parametrize(
    ("properties", "place"),
    [
        ({"x": {"type": "integer", "default": "2"}}, "`x`"),
        ({"x": {"type": "integer", "default": True}}, "`x`"),
        ({"x": {"type": "integer", "default": None}}, "`x`"),
        ({"x": {"enum": ["a"], "default": "b"}}, "`x`"),
        ({"x": {"type": "object", "properties": {"y": {"type": "string", "default": 1}}}}, "`x.y`"),
        ({"x": {"type": "array", "items": {"type": "string", "default": 1}}}, "`x[]`"),
    ],
)
def test_default_mismatch(properties: dict[str, Any], place: str) -> None:
    found = refusal(api(properties))
    assert found.reason == Reason.default_mismatch
    assert place in found.detail
    assert "sources.a.defaults=drop" in found.detail


def test_a_default_behind_a_reference() -> None:
    parameters = {
        "type": "object",
        "properties": {"x": {"$ref": "#/$defs/X", "default": 5}},
        "$defs": {"X": {"type": "integer", "maximum": 5}},
    }
    assert admit(api(parameters=parameters)).apis
    parameters["properties"] = {"x": {"$ref": "#/$defs/X", "default": 6}}
    assert refusal(api(parameters=parameters)).reason == Reason.default_mismatch


def test_duplicate_name_across_sources() -> None:
    first, second = api(), api(description="Does something else.", source="b")
    admitted = Admission().admit({"a": Loaded(apis=(first,)), "b": Loaded(apis=(second,))})
    assert admitted.apis == (first,)
    [found] = admitted.refused
    assert found.reason == Reason.duplicate_name
    assert found.source == "b"
    assert "source `a`" in found.detail
    assert "admission.on_duplicate_name=rename" in found.detail


def test_equal_documents_are_one_api() -> None:
    assert admit(api(), api(source="b"), api(category="Sports")) == Admitted(apis=(api(),))


def test_of_equal_documents_the_one_that_can_be_called_is_used() -> None:
    callable_one = api(implementation=Implementation(kind="python", target="m:f"))
    assert admit(api(), callable_one).apis == (callable_one,)
    assert admit(callable_one, api()).apis == (callable_one,)


def test_duplicates_are_renamed_on_demand() -> None:
    apis = [api(description=text) for text in ("One.", "Two.", "Three.")]
    admitted = admit(*apis, api(name="f_2"), on_duplicate_name="rename")
    assert [found.name for found in admitted.apis] == ["f", "f_3", "f_4", "f_2"]
    assert admitted.refused == ()
    assert len({found.document_hash for found in admitted.apis}) == 4
    assert admitted.apis[1].document["name"] == "f_3"
    assert "`f`" in admitted.apis[1].notes[0]


def test_a_renamed_api_stays_within_64_characters() -> None:
    admitted = admit(api(name="x" * 64), api(name="x" * 64, description="Two."), on_duplicate_name="rename")
    assert admitted.apis[1].name == "x" * 62 + "_2"


def test_order_is_that_of_the_sources_and_refusals_are_kept() -> None:
    unparsable = Refusal(name="x", reason=Reason.unparsable, detail="d", source="b")
    loaded = {
        "b": Loaded(apis=(api(name="z", source="b"), api(name="", source="b")), refused=(unparsable,)),
        "a": Loaded(apis=(api(name="a"),)),
    }
    admitted = Admission().admit(loaded)
    assert [found.name for found in admitted.apis] == ["z", "a"]
    assert [found.reason for found in admitted.refused] == [Reason.unparsable, Reason.invalid_name]


def test_the_source_is_filled_in() -> None:
    assert admit(api(source="")).apis[0].source == "a"


KEYWORDS = st.sampled_from(
    [
        "type",
        "enum",
        "required",
        "properties",
        "items",
        "anyOf",
        "minimum",
        "pattern",
        "description",
        "default",
        "$defs",
        "examples",
        "uniqueItems",
        "maxLength",
        "minItems",
        "exclusiveMaximum",
        "contentEncoding",
    ]
)
VALUES = st.recursive(
    st.sampled_from(["string", "object", "x", "(", 0, -1, 2.5, True, None, "#/$defs/x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYWORDS, inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, derandomize=True)
@given(st.dictionaries(KEYWORDS, VALUES, max_size=4))
def test_the_lint_finds_all_that_the_meta_schema_finds(schema: dict[str, Any]) -> None:
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        assert list(problems(schema))


def test_methods_over_other_initial_states_are_other_apis() -> None:
    def method(source: str, stock: int) -> Api:
        options = {"class": "Shop", "initial_state": {"stock": stock}, "load_state": None, "state": None}
        one = Implementation(kind="python", target="shops:Shop.f", options=options)
        return api(implementation=one, source=source)

    same = admit(method("a", 1), method("b", 1))
    assert (len(same.apis), same.refused) == (1, ())
    other = admit(method("a", 1), method("b", 2))
    assert [one.source for one in other.apis] == ["a"]
    assert [(one.source, one.reason) for one in other.refused] == [("b", Reason.duplicate_name)]
    both = admit(method("a", 1), method("b", 2), on_duplicate_name="rename").apis
    assert [one.name for one in both] == ["f", "f_2"]
    assert [one.implementation.options["initial_state"]["stock"] for one in both if one.implementation] == [1, 2]
