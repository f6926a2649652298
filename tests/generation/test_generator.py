"""Generators: one request to the model gives candidates, or one error; neither ever stops a run."""

import asyncio
import json
from typing import Any

import pytest
from doubles import SIMPLE, FakeCaller, ScriptedModel, api, call, pairs, resources, said, sample, says

from apigen.errors import ConfigError, ModelError
from apigen.generation import CallFirst, Generation, Generator, QueryFirst
from apigen.llm.model import ModelResponse
from apigen.reasons import Reason
from apigen.records import ExecutionResult, Outcome, Sample, Style


def generated(
    model: ScriptedModel, generator: Generator | None = None, one: Sample | None = None, calls: Any = None
) -> Generation:
    parts = resources(model, calls=calls)
    return asyncio.run((generator or QueryFirst()).generate(one or sample(), parts))


def test_every_pair_of_the_answer_is_a_candidate() -> None:
    generation = generated(says(pairs(("1 + 2?", [call()]), ("3 + 4?", [call(a=3, b=4)]))))
    assert [found.query for found in generation.candidates] == ["1 + 2?", "3 + 4?"]
    assert [found.id for found in generation.candidates] == ["000000-00", "000000-01"]
    assert (generation.reason, generation.prompt.strategy) == (None, "query_first")


def test_the_model_gets_the_seed_of_the_request_and_the_schema_of_the_answer() -> None:
    model = says("[]")
    generated(model, one=sample(seed=99))
    assert (model.asked[0].seed, model.asked[0].purpose) == (99, "generate")
    assert model.asked[0].json_schema is not None


def test_a_bad_pair_is_data_beside_the_good_ones() -> None:
    generation = generated(says('[{"query": "q"}, ' + pairs(("1 + 2?", [call()]))[1:]))
    assert [found.problem for found in generation.candidates] == [Reason.missing_answers, None]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.empty_response),
        ("I'm sorry, but I can't help with that.", Reason.refusal),
        ("Sure!", Reason.invalid_json),
    ],
)
def test_an_answer_without_pairs_is_one_unreadable_candidate(text: str, reason: Reason) -> None:
    (found,) = generated(says(text)).candidates
    assert (found.problem, found.text) == (reason, text)


def test_an_answer_that_was_cut_off_keeps_its_complete_pairs() -> None:
    text = pairs(("1 + 2?", [call()]), ("3 + 4?", [call()]))[:-20]
    generation = generated(says(ModelResponse(text=text, model="m", finish_reason="length")))
    assert [found.problem for found in generation.candidates] == [None, Reason.truncated]


def test_an_error_of_the_model_is_the_outcome_of_the_request() -> None:
    generation = generated(says(ModelError(Reason.rate_limited, "slow down")))
    assert (generation.candidates, generation.reason, generation.detail) == ((), Reason.rate_limited, "slow down")
    assert generation.prompt.messages


def test_a_bug_in_a_model_is_the_outcome_of_the_request_too() -> None:
    generation = generated(says(ZeroDivisionError("bug in a model")))
    assert generation.reason is Reason.generator_failed
    assert "ZeroDivisionError: bug in a model" in generation.detail
    assert "Traceback" in generation.detail


def test_a_mistake_of_the_user_stops_the_run() -> None:
    with pytest.raises(ConfigError):
        generated(says(ConfigError("no such model")))


def test_injected_defects_go_with_their_candidates() -> None:
    text = pairs(("1 + 2?", [call()]), ("3 + 4?", [call()]))
    generation = generated(says(ModelResponse(text=text, model="m", injected=(("wrong_type",),))))
    assert generation.injected == (("wrong_type",), ())


@pytest.mark.parametrize("range_", [(3, 2), (0, 2)])
def test_a_range_of_pairs_goes_from_low_to_high(range_: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="pairs"):
        QueryFirst(pairs=range_)


def queries(*texts: str) -> ScriptedModel:
    return says(json.dumps([{"query": text} for text in texts]))


TWO_CALLS = Style(name="parallel_multiple", apis=(2, 2), calls=(2, 3), functions=(2, 2), instruction="Two.")


def test_call_first_draws_calls_that_run_and_shows_their_results() -> None:
    caller = FakeCaller(add=lambda a, b: f"sum {a + b}")
    generation = generated(queries("one?", "two?"), CallFirst(), sample(style=SIMPLE, pairs=2), caller)
    assert [found.calls for found in generation.candidates] == list(generation.prompt.calls)
    assert [found.query for found in generation.candidates] == ["one?", "two?"]
    made = generation.prompt.calls[0][0]
    assert f"sum {made.arguments['a'] + made.arguments['b']}" in said(generation.prompt.messages)
    assert generation.prompt.strategy == "call_first"


def test_call_first_draws_the_same_calls_again() -> None:
    first = generated(queries("one?"), CallFirst(), sample(seed=5, pairs=3))
    assert generated(queries("one?"), CallFirst(), sample(seed=5, pairs=3)).prompt == first.prompt
    assert generated(queries("one?"), CallFirst(), sample(seed=6, pairs=3)).prompt.calls != first.prompt.calls


def test_call_first_never_repeats_a_call_within_a_request() -> None:
    narrow = api("pick", {"n": {"type": "integer", "minimum": 1, "maximum": 3}})
    style = Style(name="parallel", apis=(1, 1), calls=(1, 1), functions=(1, 1), instruction="x")
    generation = generated(
        queries("one?"), CallFirst(attempts=50), sample(narrow, style=style, pairs=8), FakeCaller(pick=lambda n: n)
    )
    keys = [one.key for group in generation.prompt.calls for one in group]
    assert len(keys) == len(set(keys)) <= 3


def test_call_first_keeps_to_the_style() -> None:
    apis = (api("f", {"n": {"type": "integer"}}), api("g", {"n": {"type": "integer"}}))
    caller = FakeCaller(f=lambda n: n, g=lambda n: n)
    generation = generated(queries("one?"), CallFirst(), sample(*apis, style=TWO_CALLS, pairs=5), caller)
    assert generation.prompt.calls
    for group in generation.prompt.calls:
        assert 2 <= len(group) <= 3
        assert {one.name for one in group} == {"f", "g"}


def test_call_first_draws_a_failing_call_anew() -> None:
    def picky(a: int, b: int) -> int:
        if (a + b) % 2:
            raise ValueError("odd")
        return a + b

    generation = generated(
        queries("one?"), CallFirst(attempts=50), sample(style=SIMPLE, pairs=4), FakeCaller(add=picky)
    )
    assert all((c.arguments["a"] + c.arguments["b"]) % 2 == 0 for group in generation.prompt.calls for c in group)


def broken(**arguments: Any) -> Any:
    raise ValueError("always")


def test_call_first_without_any_call_that_runs_is_an_error_and_asks_nobody() -> None:
    model = queries("one?")
    generation = generated(model, CallFirst(attempts=2), sample(pairs=2), FakeCaller(add=broken))
    assert (generation.reason, generation.prompt.strategy) == (Reason.no_valid_call, "call_first")
    assert "add" in generation.detail
    assert model.asked == []


def test_call_first_takes_calls_that_cannot_be_made_at_all() -> None:
    generation = generated(queries("one?"), CallFirst(), sample(api(implementation=None), style=SIMPLE))
    assert generation.candidates[0].readable


def test_call_first_does_not_take_a_call_that_was_lost() -> None:
    lost = ExecutionResult(position=0, name="add", outcome=Outcome.error, reason=Reason.worker_lost)
    caller = FakeCaller(add=lambda **_: lost)
    assert generated(queries("one?"), CallFirst(), calls=caller).reason is Reason.no_valid_call


def test_queries_without_numbers_count_only_if_there_are_as_many_as_calls() -> None:
    one = sample(style=SIMPLE, pairs=2)
    for texts in (("one?", "two?", "three?"), ("one?",)):
        found = generated(queries(*texts), CallFirst(), one)
        assert {candidate.problem for candidate in found.candidates} == {Reason.wrong_shape}
