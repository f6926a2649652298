"""Format checker: shape, functions, arguments, style, duplicates, placeholders; one reason, and where."""

import asyncio
from typing import Any

import pytest
from doubles import FREE, SIMPLE, api, call, candidate, resources, sample
from omegaconf import OmegaConf

from apigen.config import conf_folder
from apigen.reasons import Reason
from apigen.records import Api, Call, Candidate, Outcome, Style
from apigen.verification import Case, FormatChecker
from apigen.verification.checker import Judgement

TEXT = api("send", {"text": {"type": "string"}}, required=["text"])
PLACEHOLDERS = OmegaConf.load(conf_folder() / "checker" / "format.yaml")["format"]["placeholders"]


def judged(one: Candidate, *apis: Api, style: Style = FREE, **settings: Any) -> Judgement:
    checker = FormatChecker(**settings)
    return asyncio.run(checker.judge(Case(one, sample(*(apis or (api(),)), style=style)), resources()))


def reason(one: Candidate, *apis: Api, style: Style = FREE, **settings: Any) -> Reason | None:
    return judged(one, *apis, style=style, **settings).reason


def test_a_good_pair_passes() -> None:
    assert judged(candidate(), style=SIMPLE).outcome is Outcome.passed


@pytest.mark.parametrize("problem", [Reason.invalid_json, Reason.refusal, Reason.wrong_shape, Reason.truncated])
def test_what_could_not_be_read_is_rejected_for_that_reason(problem: Reason) -> None:
    unreadable = candidate(problem=problem, problem_detail="at 5")
    assert judged(unreadable) == Judgement(Outcome.rejected, problem, "at 5")


def test_a_pair_without_query_or_calls_never_passes_however_it_was_made() -> None:
    assert reason(candidate(query=None)) is Reason.missing_query
    assert reason(candidate(query=" ")) is Reason.missing_query
    assert reason(candidate(calls=()), style=FREE) is Reason.missing_answers
    assert reason(candidate(calls=None), style=FREE) is Reason.missing_answers


@pytest.mark.parametrize(
    ("one", "strict", "paper"),
    [
        (call("other"), Reason.unknown_function, Reason.unknown_function),
        (call(a=1, b=2, c=3), Reason.unknown_argument, Reason.unknown_argument),
        (call(a=1), Reason.missing_argument, None),
        (call(a=1, b="2"), Reason.argument_type, None),
    ],
)
def test_profiles(one: Call, strict: Reason, paper: Reason | None) -> None:
    assert reason(candidate(one)) is strict
    assert reason(candidate(one), profile="paper") is paper


def test_in_the_papers_profile_the_shape_outweighs_what_it_lets_pass() -> None:
    assert reason(candidate(call(a="1", c=3)), profile="paper") is Reason.unknown_argument


TWO = Style(name="parallel_multiple", apis=(2, 4), calls=(2, 3), functions=(2, 2), instruction="x")
ADD, SUB = api("add"), api("sub")


@pytest.mark.parametrize(
    ("calls", "found"),
    [
        ([call("add"), call("sub")], None),
        ([call("add"), call("sub"), call("add", a=3, b=4)], None),
        ([call("add")], Reason.wrong_call_count),
        ([call("add", a=i, b=i) for i in range(3)] + [call("sub")], Reason.wrong_call_count),
        ([call("add"), call("add", a=3, b=4)], Reason.wrong_function_count),
    ],
)
def test_style(calls: list[Call], found: Reason | None) -> None:
    assert reason(candidate(*calls), ADD, SUB, style=TWO) is found


def test_the_detail_says_what_the_style_wants() -> None:
    assert judged(candidate(call()), ADD, SUB, style=TWO).detail == (
        "1 calls, where the style parallel_multiple wants 2 to 3"
    )


def test_style_and_duplicates_can_be_switched_off() -> None:
    settings = {"style": False, "duplicates": False}
    checker = FormatChecker.model_validate(settings)
    case = Case(candidate(call(), call(), call()), sample(style=SIMPLE))
    assert asyncio.run(checker.judge(case, resources())).outcome is Outcome.passed


def test_the_same_call_twice_is_rejected_in_whatever_order_its_arguments_stand() -> None:
    twice = candidate(Call(name="add", arguments={"a": 1, "b": 2}), Call(name="add", arguments={"b": 2, "a": 1}))
    assert reason(twice) is Reason.duplicate_call


def test_calls_that_differ_in_one_argument_are_no_duplicates() -> None:
    assert reason(candidate(call(a=1, b=2), call(a=2, b=1))) is None


@pytest.mark.parametrize(
    "text",
    [
        "<token>", "<your token>", "<API-KEY>", "<city name>", " <date> ", "{{city}}", "{{ }}", "[insert name here]",
        "[Your city]", "YOUR_API_KEY", "your-token", "YOUR_API_KEY_HERE",
    ],
)  # fmt: skip
def test_placeholders_in_an_argument_or_in_the_query(text: str) -> None:
    assert reason(candidate(call("send", text=text)), TEXT, placeholders=PLACEHOLDERS) is Reason.placeholder
    query = f"Please send {text} to Ada."
    assert reason(candidate(call("send", text="x"), query=query), TEXT, placeholders=PLACEHOLDERS) is Reason.placeholder


@pytest.mark.parametrize(
    "text",
    [
        "<b>", "<p>Hello</p>", "a < b and c > d", "x<y and z>w", "</name>", "<br/>", "<name>Ada</name>", "{1, 2}",
        "{city}", "[1, 2]", "[sic]", "your name", "List<string>", "your key ideas", "Map<string, int>", "{}", "e <- f",
    ],
)  # fmt: skip
def test_markup_maths_and_code_are_no_placeholders(text: str) -> None:
    query = f"Please send {text} to Ada."
    assert reason(candidate(call("send", text=f"It is {text}."), query=query), TEXT, placeholders=PLACEHOLDERS) is None
    assert reason(candidate(call("send", text="x"), query=query), TEXT, placeholders=PLACEHOLDERS) is None


def test_placeholders_deep_within_arguments_are_found() -> None:
    deep = api("send", {"text": {}}, required=["text"])
    nested = candidate(call("send", text={"to": [{"name": "<name>"}]}))
    assert reason(nested, deep, placeholders=PLACEHOLDERS) is Reason.placeholder


def test_a_template_that_the_query_hands_over_is_no_placeholder() -> None:
    query = "Fill 'Hi {{name}}, welcome!' with name Ada."
    one = candidate(call("send", text="Hi {{name}}, welcome!"), query=query)
    assert reason(one, TEXT, placeholders=PLACEHOLDERS) is None


@pytest.mark.parametrize("pattern", ["(", "[a", "*"])
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="is not a regular expression"):
        FormatChecker(placeholders=[pattern])


def test_the_first_fault_found_is_that_of_the_first_call() -> None:
    both = candidate(call(a="1", b=2), call("other"))
    assert reason(both) is Reason.argument_type
