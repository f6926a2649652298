"""Requests as JSON text: the parts that are shared say what the whole would."""

import asyncio
import json
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai_fake import OpenAIFake

from apigen.llm import OpenAIServer
from apigen.llm.cache.answers import question
from apigen.llm.model import ModelRequest
from apigen.llm.texts import JsonText, canonical_text, messages_text, object_text, schema_texts, spelled_out
from apigen.records import Message, canonical_json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from("abcdefg"), values)


def request(**changes: Any) -> ModelRequest:
    given = {"messages": (Message(role="user", content='naïve "q"\n'),), "seed": 2**40 + 7, "purpose": "generate"}
    return ModelRequest(**{**given, **changes})


@given(objects, st.sets(st.sampled_from("abcdefg")))
def test_parts_that_are_text_already_change_nothing(members: dict[str, Any], texts: set[str]) -> None:
    mixed = {name: JsonText.of(value) if name in texts else value for name, value in members.items()}
    assert canonical_text(mixed) == canonical_json(members)
    assert json.loads(object_text(mixed)) == members
    assert list(json.loads(object_text(mixed))) == list(members)
    assert spelled_out(mixed) == members


@given(st.lists(st.tuples(st.text(), st.text())))
def test_messages(parts: list[tuple[str, str]]) -> None:
    messages = [Message(role=role, content=content) for role, content in parts]
    assert messages_text(messages) == canonical_json([message.model_dump() for message in messages])


@given(st.dictionaries(st.text(), values))
def test_schemas(schema: dict[str, Any]) -> None:
    for _ in range(2):
        canonical, ordered = schema_texts(schema)
        assert canonical == canonical_json(schema)
        assert json.loads(ordered) == schema
        assert list(json.loads(ordered)) == list(schema)


def test_equal_schemas_of_another_order_stay_apart() -> None:
    one, other = {"a": 1, "b": True}, {"b": True, "a": 1}
    assert schema_texts(one)[0] == schema_texts(other)[0]
    assert [schema_texts(schema)[1] for schema in (one, other)] == ['{"a": 1, "b": true}', '{"b": true, "a": 1}']
    assert schema_texts({"a": 1})[0] != schema_texts({"a": 1.0})[0] != schema_texts({"a": True})[0]


def test_a_schema_may_hold_names_of_an_enumeration() -> None:
    class Kind(StrEnum):
        text = "string"

    assert schema_texts({"type": Kind.text})[0] == '{"type":"string"}'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_no_key_holds_what_json_has_not(number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_text({"a": number})


def test_answers_that_are_kept_are_found_by_later_versions() -> None:
    model = OpenAIServer(
        model="m", base_url="http://user:pass@localhost:1/v1", extra_body={"z": [1.5, "é"]}, max_tokens=9
    )
    schema = {"type": "object", "properties": {"b": {}, "a": {}}}
    identity = model.identity(request(json_schema=schema))
    assert identity is not None
    assert question(identity).text.decode() == (
        '{"backend":"OpenAIServer","base_url":"localhost:1/v1","extra_body":{"z":[1.5,"é"]},'
        '"json_schema":{"properties":{"a":{},"b":{}},"type":"object"},"max_tokens":9,'
        '"messages":[{"content":"naïve \\"q\\"\\n","role":"user"}],"model":"m","seed":1099511627783,"temperature":0.7}'
    )
    assert question(identity).key.hex() == "2a9150386ace7324d4a5433a8b191f890b77b16ad336f8f36737ebf28a341926"


def test_a_lone_surrogate_is_sent_as_an_escape(openai_server: OpenAIFake) -> None:
    async def run() -> None:
        model = OpenAIServer(model="m", base_url=openai_server.url)
        await model.complete(request(messages=(Message(role="user", content="a\ud800é"),)))
        await model.close()

    asyncio.run(run())
    assert openai_server.received[0].body["messages"] == [{"content": "a\ud800é", "role": "user"}]
