"""Execution checker: calls are really made, in order, and only those that fit their document."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doubles import FakeCaller, api, call, candidate, resources, sample

from apigen.execution import Calls, PythonExecutor
from apigen.reasons import Reason
from apigen.records import Api, Call, Candidate, ExecutionResult, Implementation, Outcome
from apigen.verification import Case, ExecutionChecker
from apigen.verification.checker import Judgement


def judged(
    one: Candidate, *apis: Api, caller: Any = None, checker: ExecutionChecker | None = None
) -> tuple[Judgement, Case]:
    case = Case(one, sample(*apis))
    judgement = asyncio.run((checker or ExecutionChecker()).judge(case, resources(calls=caller)))
    return judgement, case


def test_a_call_that_gives_a_result_passes_and_the_result_stays_with_the_case() -> None:
    judgement, case = judged(candidate())
    assert judgement.outcome is Outcome.passed
    assert [(result.position, result.result, result.how) for result in case.results] == [(0, 3, "executed")]


def test_calls_are_made_in_order_even_after_one_has_failed() -> None:
    caller = FakeCaller(add=lambda a, b: a // b)
    judgement, case = judged(candidate(call(a=1, b=1), call(a=1, b=0), call(a=4, b=2)), caller=caller)
    assert (judgement.outcome, judgement.reason) == (Outcome.rejected, Reason.runtime_error)
    assert judgement.detail == "`add`: ZeroDivisionError: integer division or modulo by zero"
    assert [result.result for result in case.results] == [1, None, 2]
    assert [result.position for result in case.results] == [0, 1, 2]


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (call("other"), Reason.unknown_function),
        (call(a=1, b=2, c=3), Reason.unknown_argument),
        (call(a=1), Reason.missing_argument),
        (call(a=1, b="2"), Reason.argument_type),
    ],
)
def test_a_call_that_does_not_fit_its_document_is_not_made(one: Call, reason: Reason) -> None:
    caller = FakeCaller()
    judgement, case = judged(candidate(one), caller=caller)
    assert (judgement.outcome, judgement.reason) == (Outcome.rejected, reason)
    assert case.results[0].how == "not_executed"
    assert caller.made == []


NOT_EXECUTABLE = api(implementation=None)


def test_an_api_without_implementation_passes_and_says_so() -> None:
    judgement, case = judged(candidate(), NOT_EXECUTABLE)
    assert judgement.outcome is Outcome.passed
    assert case.results[0].how == "not_executed"


def test_an_api_without_implementation_can_be_rejected() -> None:
    judgement, _ = judged(candidate(), NOT_EXECUTABLE, checker=ExecutionChecker(on_unexecutable="reject"))
    assert (judgement.outcome, judgement.reason) == (Outcome.rejected, Reason.not_executable)


def lost(**_: Any) -> ExecutionResult:
    return ExecutionResult(position=0, name="", outcome=Outcome.error, reason=Reason.worker_lost, message="gone")


def test_an_error_of_the_infrastructure_outweighs_a_rejection() -> None:
    caller = FakeCaller(add=lambda a, b: a // b, lose=lost)
    judgement, _ = judged(candidate(call(a=1, b=0), call("lose", x=1)), api(), api("lose", {"x": {}}), caller=caller)
    assert (judgement.outcome, judgement.reason, judgement.detail) == (
        Outcome.error, Reason.worker_lost, "`lose`: gone",
    )  # fmt: skip


@pytest.mark.parametrize(
    "result", [float("nan"), {1, 2}, {"a": object()}, "\ud800"], ids=["nan", "set", "object", "surrogate"]
)
def test_what_an_executor_lets_through_that_is_no_json_is_rejected(result: Any) -> None:
    judgement, case = judged(candidate(), caller=FakeCaller(add=lambda a, b: result))
    assert (judgement.outcome, judgement.reason) == (Outcome.rejected, Reason.unserialisable)
    assert case.results[0].result is None


FUNCTIONS = """
def add(a, b): return a + b
def refuse(a, b): raise ValueError("no such number")
def fail(a, b): raise RuntimeError("broken")
def loop(a, b):
    while True: pass
def end(a, b):
    import os; os._exit(3)
def nothing(a, b): return object()
def flood(a, b): return "x" * 5000
"""


@pytest.fixture
def functions(tmp_path: Path) -> Callable[[str], Api]:
    (tmp_path / "some_functions.py").write_text(FUNCTIONS)
    return lambda name: api(
        name, implementation=Implementation(kind="python", target=f"some_functions:{name}", path=(str(tmp_path),))
    )


def test_python_functions_are_really_called(functions: Callable[[str], Api]) -> None:
    names = ["add", "refuse", "fail", "loop", "end", "nothing", "flood"]
    apis = [functions(name) for name in names]
    executor = PythonExecutor(workers=1, wall_time=1.0, cpu_time=1, max_result_bytes=2000)
    case = Case(candidate(*(call(name) for name in names)), sample(*apis))

    async def scenario() -> None:
        async with await Calls.open([executor], apis) as calls:
            await ExecutionChecker().judge(case, resources(calls=calls))

    asyncio.run(scenario())
    assert [(result.name, result.reason) for result in case.results] == [
        ("add", None),
        ("refuse", Reason.invalid_value),
        ("fail", Reason.runtime_error),
        ("loop", Reason.timeout),
        ("end", Reason.crash),
        ("nothing", Reason.unserialisable),
        ("flood", Reason.result_too_large),
    ]
    assert case.results[0].result == 3
