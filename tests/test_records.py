"""The records: frozen, closed, in and out of JSON, and equal where they mean the same."""

import json

import pytest
from doubles import api, call, example, sample
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from apigen.records import Api, Call, Message, Outcome, canonical_json, json_list, json_text

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_canonical_json_is_json_and_stable(value: object) -> None:
    text = canonical_json(value)
    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical_json({"b": 1, "a": [2, {"d": 3, "c": 4}]}) == '{"a":[2,{"c":4,"d":3}],"b":1}'


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_canonical_json_refuses_numbers_that_json_does_not_know(number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json({"a": [number]})


def test_integers_of_thirty_digits_stay_as_they_are() -> None:
    number = 123456789012345678901234567890
    assert str(number) in canonical_json(call(a=number).arguments)
    assert Call.model_validate_json(call(a=number).model_dump_json()).arguments == {"a": number}


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": 1}, {"a": True}, False),
        ({"a": "1"}, {"a": 1}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
    ],
)
def test_key_of_a_call(one: dict[str, object], other: dict[str, object], equal: bool) -> None:
    assert (Call(name="f", arguments=one).key == Call(name="f", arguments=other).key) is equal


def test_key_of_a_call_holds_its_function() -> None:
    assert Call(name="f").key != Call(name="g").key


def test_records_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        call().name = "other"  # type: ignore[misc]


def test_records_refuse_unknown_fields() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Call.model_validate({"name": "f", "arguments": {}, "id": 1})


def test_records_go_to_json_and_back() -> None:
    whole = sample(api(notes=("renamed",), examples=({"a": 1, "b": 2},)), examples=(example(),))
    assert type(whole).model_validate_json(whole.model_dump_json()) == whole


def test_a_record_stays_equal_once_its_key_is_known() -> None:
    one, other = call(), call()
    assert one.key
    assert one == other


def test_document_shows_name_description_and_parameters_only() -> None:
    assert set(api(category="Math", source="here").document) == {"name", "description", "parameters"}


@given(st.text(), st.dictionaries(st.text(), json_values, max_size=3))
def test_texts_are_the_json_of_what_they_show(query: str, arguments: dict[str, object]) -> None:
    one, two = Call(name="f", arguments=arguments), Call(name="g")
    shown = example().model_copy(update={"query": query, "answers": (one, two)})
    calls = [one.model_dump(), two.model_dump()]
    assert one.text == json.dumps(calls[0], ensure_ascii=False)
    assert shown.pair_text == json.dumps({"query": query, "answers": calls}, ensure_ascii=False)
    message = Message(role="user", content=query)
    assert message.text == json.dumps(message.model_dump(), ensure_ascii=False)


@given(st.lists(json_values, max_size=4))
def test_a_list_of_texts_is_the_text_of_the_list(values: list[object]) -> None:
    assert (
        json_list(json_text(value) for value in values) == json_text(values) == json.dumps(values, ensure_ascii=False)
    )


def test_texts_of_an_api_are_those_of_its_document_and_parameters() -> None:
    one = api(description="Größe", properties={"b": {"type": "string"}, "a": {"type": "string"}})
    assert json.loads(one.document_text) == one.document
    assert one.document_text.startswith('{"name": "add", "description": "Größe"')
    assert one.parameters_text == canonical_json(one.parameters)


def test_document_hash_changes_with_what_a_model_sees_and_with_nothing_else() -> None:
    assert api().document_hash == api(category="Math", source="elsewhere", notes=("x",)).document_hash
    assert api().document_hash != api(description="Another.").document_hash
    assert len(api().document_hash) == 16


def test_api_without_parameters() -> None:
    empty = Api(name="now", description="The time.", parameters={"type": "object"})
    assert (empty.properties, empty.required, empty.executable) == ({}, (), False)


def test_depth_of_a_sample_is_one_more_than_its_deepest_example() -> None:
    assert sample().depth == 1
    assert sample(examples=(example(), example("v", depth=2))).depth == 3


def test_outcomes_are_their_words() -> None:
    assert [str(outcome) for outcome in Outcome] == ["passed", "rejected", "error"]
