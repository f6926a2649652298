"""From an item of an answer to a candidate: the standard shape or a reason, never a guess."""

import json
from typing import Any

import pytest
from doubles import call, sample

from apigen.generation.pairs import candidate, candidates_with_calls
from apigen.reading import Reading
from apigen.reasons import Reason
from apigen.records import Candidate

ADD = {"name": "add", "arguments": {"a": 1, "b": 2}}


def read(value: Any) -> Candidate:
    (item,) = Reading().read(json.dumps([value]))
    return candidate(item, sample(request=12), 3)


def test_the_standard_shape_is_a_candidate() -> None:
    found = read({"query": "1 + 2?", "answers": [ADD]})
    assert (found.id, found.request, found.position, found.style) == ("000012-03", 12, 3, "free")
    assert (found.query, found.calls, found.problem, found.readable) == ("1 + 2?", (call(a=1, b=2),), None, True)


def test_answer_is_another_word_for_answers() -> None:
    assert read({"query": "1 + 2?", "answer": [ADD]}).calls == (call(a=1, b=2),)
    assert read({"query": "1 + 2?", "answer": [ADD], "answers": [ADD]}).readable


def test_other_keys_of_an_item_do_no_harm() -> None:
    assert read({"query": "1 + 2?", "answers": [ADD], "tools": ["add"], "thought": "easy"}).readable


def test_a_call_without_parameters_has_empty_arguments() -> None:
    assert read({"query": "Now?", "answers": [{"name": "now", "arguments": {}}]}).readable


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"answers": [ADD]}, Reason.missing_query),
        ({"query": None, "answers": [ADD]}, Reason.missing_query),
        ({"query": " \n", "answers": [ADD]}, Reason.missing_query),
        ({"query": ["a"], "answers": [ADD]}, Reason.wrong_shape),
        ({"query": 5, "answers": [ADD]}, Reason.wrong_shape),
        ({"query": "q"}, Reason.missing_answers),
        ({"query": "q", "answers": None}, Reason.missing_answers),
        ({"query": "q", "answers": []}, Reason.missing_answers),
        ({"query": "q", "answers": ADD}, Reason.wrong_shape),
        ({"query": "q", "answers": "add(1, 2)"}, Reason.wrong_shape),
        ({"query": "q", "answers": ["add(1, 2)"]}, Reason.wrong_shape),
        ({"query": "q", "answers": [ADD, None]}, Reason.wrong_shape),
        ({"query": "q", "answers": [{}]}, Reason.wrong_shape),
        ({"query": "q", "answers": [{"name": "add"}]}, Reason.wrong_shape),
        ({"query": "q", "answers": [{"name": "add", "parameters": {}}]}, Reason.wrong_shape),
        ({"query": "q", "answers": [ADD | {"id": 1}]}, Reason.wrong_shape),
        ({"query": "q", "answers": [ADD | {"name": ""}]}, Reason.wrong_shape),
        ({"query": "q", "answers": [ADD | {"name": None}]}, Reason.wrong_shape),
        ({"query": "q", "answers": [ADD | {"arguments": '{"a": 1}'}]}, Reason.wrong_shape),
        ({"query": "q", "answers": [ADD | {"arguments": [1, 2]}]}, Reason.wrong_shape),
        ({"query": "q", "answers": [ADD | {"arguments": None}]}, Reason.wrong_shape),
        ({"query": "q", "answers": [ADD], "answer": []}, Reason.wrong_shape),
    ],
)
def test_anything_else_is_a_candidate_with_a_reason(value: Any, reason: Reason) -> None:
    found = read(value)
    assert (found.problem, found.readable) == (reason, False)
    assert found.problem_detail
    assert found.text == json.dumps(value)


def test_the_detail_names_the_place() -> None:
    assert read({"query": "q", "answers": [ADD, ADD | {"arguments": 3}]}).problem_detail == (
        "answers[1].arguments is a number, not an object"
    )


def test_what_could_not_be_read_keeps_the_readers_reason() -> None:
    (item,) = Reading().read('[{"query": "q", "query": "r", "answers": []}]')
    assert candidate(item, sample(), 0).problem is Reason.duplicate_key


LISTS = [(call(a=1, b=1),), (call(a=2, b=2),), (call(a=3, b=3),)]


def joined(text: str) -> list[Candidate]:
    return list(candidates_with_calls(Reading().read(text, fields=("query",)), sample(), LISTS))


def test_given_calls_join_the_query_of_their_place() -> None:
    found = joined('[{"query": "one"}, {"query": "two"}, {"query": "three"}]')
    assert [(one.query, one.calls) for one in found] == list(zip(["one", "two", "three"], LISTS, strict=True))
    assert all(one.readable for one in found)


def test_a_number_says_which_calls_a_query_is_for() -> None:
    found = joined('[{"number": 3, "query": "three"}, {"number": 1, "query": "one"}]')
    assert [one.calls for one in found] == [LISTS[2], LISTS[0]]


def test_a_skipped_query_without_numbers_leaves_all_uncertain() -> None:
    found = joined('[{"query": "one"}, {"query": "three"}]')
    assert [one.problem for one in found] == [Reason.wrong_shape, Reason.wrong_shape]


def test_the_first_queries_of_a_cut_answer_are_certain() -> None:
    found = joined('[{"query": "one"}, {"query": "tw')
    assert [one.problem for one in found] == [None, Reason.truncated]
    assert found[0].calls == LISTS[0]


@pytest.mark.parametrize("number", ["0", "4", "true", '"1"', "1.0"])
def test_a_number_of_no_list_is_refused(number: str) -> None:
    (found,) = joined(f'[{{"number": {number}, "query": "one"}}]')
    assert found.problem is Reason.wrong_shape


def test_two_queries_for_one_list_are_one_too_many() -> None:
    found = joined('[{"number": 1, "query": "one"}, {"number": 1, "query": "again"}]')
    assert [one.problem for one in found] == [None, Reason.wrong_shape]
