"""Error payloads are found by keys, never by words; calls made again show which functions differ."""

import asyncio
import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml
from doubles import FakeCaller, api, call, candidate, resources, sample

from apigen.component import build
from apigen.errors import ConfigError
from apigen.reasons import Reason
from apigen.records import Api, ExecutionResult, Implementation, Outcome
from apigen.verification import Case, ExecutionChecker
from apigen.verification.checker import Judgement
from apigen.verification.errorrules import ErrorRule

SHIPPED = Path(__file__).parents[2] / "conf" / "checker" / "execution.yaml"


def judged(result: Any, *, checker: ExecutionChecker | None = None, one: Api | None = None) -> tuple[Judgement, Case]:
    case = Case(candidate(), sample(one or api()))
    caller = FakeCaller(add=result if callable(result) else lambda a, b: result)
    return asyncio.run((checker or ExecutionChecker()).judge(case, resources(calls=caller))), case


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"error": "city not found"}, "city not found"),
        ({"error": {"code": 404, "message": "no such city"}}, "no such city"),
        ({"error": True, "message": "quota exceeded"}, "quota exceeded"),
        ({"error": 7, "msg": "bad id"}, "7: bad id"),
        ({"data": None, "errors": [{"message": "one"}, {"message": "two"}]}, "one; two"),
        ({"errors": {"field": ["wrong"]}}, '"field"'),
        ({"ok": False, "error": None, "description": "chat not found"}, "chat not found"),
        ({"success": False, "error": {"info": "no key"}}, "no key"),
        ({"status": "error", "message": "boom"}, "boom"),
        ({"status": "ERROR"}, '"ERROR"'),
        ({"ok": False}, "false"),
    ],
)
def test_error_payloads_are_failures_with_their_own_code(payload: Any, said: str) -> None:
    judgement, case = judged(payload)
    assert (judgement.outcome, judgement.reason) == (Outcome.rejected, Reason.error_payload)
    assert said in judgement.detail
    assert case.results[0].outcome is Outcome.rejected


@pytest.mark.parametrize(
    "result",
    [
        "error: this text only tells of an error",
        {"text": "error", "title": "The Error of Our Ways", "message": "error"},
        {"error": None, "errors": [], "value": 1},
        {"error": "", "errors": {}},
        {"error": False, "ok": True, "success": True, "status": "ok"},
        {"error": 0, "errors": 0},
        {"value": 2.5, "error": 0.03},
        {"ok": "false", "success": 0, "status": "failed order"},
        {"log": [{"error": "inner"}], "data": {"error": "inner"}},
        {"error_rate": 3, "is_error": "no"},
        [{"error": "in a list"}],
        None,
        False,
    ],
)
def test_everything_else_is_a_result(result: Any) -> None:
    judgement, case = judged(result)
    assert judgement.outcome is Outcome.passed
    assert case.results[0].result == result


@pytest.mark.parametrize(
    ("rule", "hit", "miss"),
    [
        ({"path": "data.error"}, {"data": {"error": "x"}}, {"error": "x", "data": {}}),
        ({"path": "a.b", "when": "present"}, {"a.b": None}, {"a": {"c": 1}}),
        ({"path": "Response", "when": "equals", "value": "False"}, {"Response": "false"}, {"Response": False}),
        ({"path": "code", "when": "equals", "value": 1}, {"code": 1}, {"code": True}),
        ({"path": "code", "when": "equals", "value": None}, {"code": None}, {}),
        ({"path": "found", "when": "false"}, {"found": False}, {"found": 0}),
    ],
)
def test_rules_are_data(rule: dict[str, Any], hit: Any, miss: Any) -> None:
    checker = build({"_target_": "apigen.verification.ExecutionChecker", "error_rules": [rule]})
    assert judged(hit, checker=checker)[0].reason is Reason.error_payload
    assert judged(miss, checker=checker)[0].outcome is Outcome.passed


def test_no_rules_find_nothing() -> None:
    assert judged({"error": "x"}, checker=ExecutionChecker(error_rules=()))[0].outcome is Outcome.passed


@pytest.mark.parametrize("rule", [{"path": ""}, {"key": "a", "when": "sometimes"}, {"field": "error"}, {"path": 3}])
def test_rules_that_cannot_be_used_are_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"error_rules"):
        build({"_target_": "apigen.verification.ExecutionChecker", "error_rules": [rule]}, "checkers.execution")


def test_the_shipped_rules_are_the_default() -> None:
    values = yaml.safe_load(SHIPPED.read_text("utf-8"))["execution"]
    assert build(values) == ExecutionChecker()
    assert set(values) == {"_target_", *ExecutionChecker.model_fields}


def test_a_long_message_is_cut() -> None:
    assert len(judged({"error": "x" * 5000})[0].detail) < 600


def test_rules_say_nothing_about_calls_that_failed() -> None:
    failed = ExecutionResult(position=0, name="f", outcome=Outcome.rejected, reason=Reason.timeout, result={"error": 1})
    assert ExecutionChecker(error_rules=(ErrorRule(path="error"),)).read(failed) == failed


def counting() -> Any:
    numbers = itertools.count()
    return lambda a, b: next(numbers)


@pytest.mark.parametrize(
    ("settings", "function", "reason", "deterministic"),
    [
        ({}, counting(), None, None),
        ({"repeat": 2}, lambda a, b: a + b, None, True),
        ({"repeat": 2}, counting(), None, False),
        ({"repeat": 2, "on_nondeterministic": "reject"}, counting(), Reason.nondeterministic, False),
        ({"repeat": 2, "on_nondeterministic": "reject"}, lambda a, b: {"b": 1, "a": 2}, None, True),
        ({"on_nondeterministic": "reject"}, counting(), None, None),
    ],
)
def test_calls_made_again(settings: dict[str, Any], function: Any, reason: Reason | None, deterministic: Any) -> None:
    judgement, case = judged(function, checker=ExecutionChecker(**settings))
    assert judgement.reason is reason
    assert case.results[0].deterministic is deterministic


def test_the_first_result_stays() -> None:
    assert judged(counting(), checker=ExecutionChecker(repeat=3))[1].results[0].result == 0


def test_a_difference_at_the_last_repetition_is_found() -> None:
    answers = iter([1, 1, 2])
    assert judged(lambda a, b: next(answers), checker=ExecutionChecker(repeat=3))[1].results[0].deterministic is False


@pytest.mark.parametrize("implementation", [None, Implementation(kind="http", target="GET http://h/")])
def test_what_is_no_function_of_this_machine_is_called_once(implementation: Implementation | None) -> None:
    _, case = judged(counting(), checker=ExecutionChecker(repeat=2), one=api(implementation=implementation))
    assert case.results[0].deterministic is None


def test_a_repetition_that_was_prevented_says_nothing() -> None:
    lost = ExecutionResult(position=0, name="", outcome=Outcome.error, reason=Reason.worker_lost)
    answers = iter([1, lost])
    judgement, case = judged(lambda a, b: next(answers), checker=ExecutionChecker(repeat=2))
    assert judgement.outcome is Outcome.passed
    assert case.results[0].deterministic is None


def test_calls_of_a_candidate_that_failed_are_not_made_again() -> None:
    case = Case(candidate(call(a=1, b=1), call(a=1, b=0)), sample(api()))
    caller = FakeCaller(add=lambda a, b: a // b)
    asyncio.run(ExecutionChecker(repeat=2).judge(case, resources(calls=caller)))
    assert len(caller.made) == 2
