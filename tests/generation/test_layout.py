"""Prompts: everything that a model needs is in them, the constant part first, and the schema of the answer is one."""

import json

from doubles import FREE, SIMPLE, api, call, example, said, sample
from jsonschema import Draft202012Validator

from apigen.generation.layout import call_first_messages, pairs_schema, queries_schema, query_first_messages, shortened

TWO = (api(), api("divide", {"x": {"type": "number"}}))


def test_the_prompt_shows_functions_examples_style_manner_and_number() -> None:
    one = sample(*TWO, style=SIMPLE, examples=(example(),), pairs=4)
    text = said(query_first_messages(one))
    assert all(json.dumps(function.document, ensure_ascii=False) in text for function in TWO)
    assert '{"query": "Query seed-1?", "answers": [{"name": "add", "arguments": {"a": 1, "b": 2}}]}' in text
    assert "Query style: simple. One call.\nCalls per query: 1\nDifferent functions per query: 1\n" in text
    assert "Writing style (concise): Be brief.\nNumber of pairs: 4" in text


def test_a_range_is_shown_as_one() -> None:
    assert "Calls per query: 1-9" in said(query_first_messages(sample(style=FREE)))


def test_functions_are_shown_with_examples_of_their_calls_and_shortened_results() -> None:
    one = api(
        examples=({"a": 1, "b": 2}, {"a": 3, "b": 4}), results=({"arguments": {"a": 0, "b": 0}, "result": "é" * 400},)
    )
    functions = said(query_first_messages(sample(one), 1)).partition("<functions>")[2].partition("</functions>")[0]
    cut = '"' + "é" * 299 + " … (402 characters in all)"
    shown = {"examples": [{"a": 1, "b": 2}], "results": [{"arguments": {"a": 0, "b": 0}, "result": cut}]}
    assert json.loads(functions) == [one.document | shown]
    assert functions == f"\n[{json.dumps(one.document | shown, ensure_ascii=False)}]\n"


def test_without_examples_there_is_no_block_of_them() -> None:
    assert "<examples>" not in said(query_first_messages(sample()))


def test_the_system_message_is_the_same_for_all_requests() -> None:
    assert query_first_messages(sample())[0] == query_first_messages(sample(*TWO, pairs=5))[0]


def test_what_a_model_must_not_see_is_not_shown() -> None:
    text = said(query_first_messages(sample(api(source="my_source", notes=("a note",)))))
    assert "my_source" not in text
    assert "a note" not in text
    assert "functions:add" not in text


def test_calls_come_with_their_results() -> None:
    text = said(call_first_messages(sample(), [(call(a=1, b=2),), (call(a=3, b=4),)], [[3], ["x" * 900]], 100))
    assert (
        '[[{"name": "add", "arguments": {"a": 1, "b": 2}}],\n [{"name": "add", "arguments": {"a": 3, "b": 4}}]]' in text
    )
    assert "[3]" in text
    assert "(902 characters in all)" in text
    assert "x" * 100 not in text
    assert "Number of queries: 2" in text


def test_short_values_are_shown_whole() -> None:
    assert shortened({"a": [1]}, 100) == {"a": [1]}


def test_the_schema_accepts_what_the_prompt_asks_for_and_nothing_else() -> None:
    validator = Draft202012Validator(pairs_schema(TWO, 2))
    good = {"query": "q", "answers": [call().model_dump(), call("divide", x=1.5).model_dump()]}
    assert validator.is_valid({"pairs": [good, good]})
    assert not validator.is_valid({"pairs": [good]})
    assert not validator.is_valid({"pairs": [good, good, good]})
    assert not validator.is_valid({"pairs": [good, good | {"query": 1}]})
    assert not validator.is_valid({"pairs": [good, good | {"answers": [call("other").model_dump()]}]})
    assert not validator.is_valid({"pairs": [good, good | {"answers": [call("divide", x="1").model_dump()]}]})
    assert not validator.is_valid([good, good])


def test_each_list_of_calls_gets_one_query() -> None:
    validator = Draft202012Validator(queries_schema(2))
    queries = [{"number": 1, "query": "q"}, {"number": 2, "query": "r"}]
    assert validator.is_valid({"pairs": queries})
    assert not validator.is_valid({"pairs": queries[:1]})
    assert not validator.is_valid({"pairs": [*queries, {"number": 1, "query": "s"}]})
    assert not validator.is_valid({"pairs": [queries[0], {"number": 3, "query": "r"}]})


def test_schemas_are_valid_schemas() -> None:
    for schema in (pairs_schema(TWO, 3), pairs_schema(TWO[:1], 1), queries_schema(2)):
        Draft202012Validator.check_schema(schema)
