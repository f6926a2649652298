"""How calls end: results, arguments, exceptions, limits; one test a reason code."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apigen.execution import PythonExecutor
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Outcome

Run = Callable[..., ExecutionResult]
ApiOf = Callable[..., Api]


@pytest.mark.parametrize(
    ("target", "arguments", "result"),
    [
        ("plain", {"b": 1, "a": 5}, [5, 1]),
        ("plain", {"a": 5}, [5, 2]),
        ("plain", {"a": None}, [None, 2]),
        ("positional_only", {"a": 1}, [1, 5, 7]),
        ("positional_only", {"c": 3, "a": 1}, [1, 5, 3]),
        ("keyword_only", {"a": 1}, [1, 2]),
        ("mixed", {"c": 0, "b": 1, "a": 2}, [2, 1, 0]),
        ("open_ended", {"a": 1, "z": [2]}, {"a": 1, "z": [2]}),
        ("with_rest", {"a": 1}, [1, []]),
        ("unresolved", {"day": "2024-02-29"}, [2024, None]),
        ("textual", {"day": "2024-02-29"}, 2024),
        ("cached", {"a": 4}, 4),
        ("decorated", {"day": "2024-02-29"}, 2),
        ("partial", {"a": 1}, [1, 9]),
        ("Holder.static", {"a": 1}, 2),
        ("Holder.of_class", {"a": 1}, "Holder 1"),
        ("math:sqrt", {"x": 9}, 3.0),
        ("math:comb", {"n": 4, "k": 2}, 6),
        ("statistics:mean", {"data": [1, 2, 6]}, 3),
        ("takes_enum", {"colour": "red"}, "RED"),
        ("takes_optional", {"colour": None}, "none"),
        ("takes_optional", {"colour": "blue"}, "BLUE"),
        ("takes_dataclass", {"point": {"x": 1}}, "Point1.0"),
        ("takes_model", {"order": {"item": "tea", "count": 2}}, 3),
        ("takes_date", {"day": "2024-02-29"}, "Thursday"),
        ("takes_date", {"day": None}, "none"),
        ("takes_date", {}, "none"),
        ("takes_datetime", {"moment": "2024-02-29T13:00:00Z"}, 13),
        ("takes_decimal", {"amount": 1.2}, "1.3"),
        ("takes_decimal", {"amount": "1.2"}, "1.3"),
        ("takes_uuid", {"key": "12345678-1234-4678-9234-567812345678"}, 4),
        ("takes_path", {"file": "a/b.txt"}, ".txt"),
        ("takes_set", {"numbers": [1, 1, 2]}, 2),
        ("takes_tuple", {"pair": [1, "a"]}, "tuple"),
        ("takes_span", {"span": [1, 5]}, 4),
        ("takes_typed_dict", {"movie": {"title": "x", "day": "1999-01-01"}}, 1999),
        ("takes_list", {"points": [{"x": 1}, {"x": 2.5}]}, 3.5),
    ],
)
def test_arguments_arrive_as_the_function_wants_them(
    run: Run, target: str, arguments: dict[str, Any], result: Any
) -> None:
    found = run(target, **arguments)
    assert (found.outcome, found.result, found.message) == (Outcome.passed, result, "")


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("none", None),
        ("tuple", [1, [2]]),
        ("named", {"low": 1, "high": 2}),
        ("dataclass", {"x": 1.0, "y": 0.0}),
        ("model", {"item": "tea", "count": 2}),
        ("enum", "red"),
        ("date", "2024-02-29"),
        ("datetime", "2024-02-29T12:00:00+00:00"),
        ("timedelta", 60.0),
        ("decimal", "1.10"),
        ("path", "/a/b"),
        ("counter", {"a": 2, "b": 1}),
        ("unicode", "héllo ☃ \x00"),
        ("big", 2**200),
    ],
)
def test_results_become_json(run: Run, kind: str, result: Any) -> None:
    found = run("returns", kind=kind)
    assert (found.outcome, found.result) == (Outcome.passed, result)


@pytest.mark.parametrize(
    "kind",
    ["nan", "infinity", "set", "bytes", "object", "function", "keys", "surrogate", "circle", "deep", "huge", "array"],
)
def test_unserialisable(run: Run, kind: str) -> None:
    found = run("returns", kind=kind)
    assert (found.outcome, found.reason, found.result) == (Outcome.rejected, Reason.unserialisable, None)
    assert found.message


def test_a_users_module_may_have_the_name_of_one_of_the_standard_library(api_of: ApiOf, tmp_path: Path) -> None:
    (tmp_path / "fractions.py").write_text("class Fraction:\n    pass\n")
    (tmp_path / "uuid.py").write_text("")
    (tmp_path / "shares.py").write_text(
        "import fractions, uuid\n\n\ndef share(own: bool):\n    return fractions.Fraction() if own else {1}\n"
    )
    api = api_of("shares:share", tmp_path)

    async def results() -> list[ExecutionResult]:
        async with await PythonExecutor(workers=1, isolation="process").open([api]) as session:
            return [await session.call(api, Call(name="share", arguments={"own": own})) for own in (True, False)]

    assert [result.message for result in asyncio.run(results())] == [
        "a value of type Fraction has no JSON form",
        "a value of type set has no JSON form",
    ]


@pytest.mark.parametrize("target", ["coroutine", "generator"])
def test_functions_that_give_no_value_are_unserialisable(run: Run, target: str) -> None:
    found = run(target, a=1)
    assert found.reason is Reason.unserialisable
    assert target in found.message


def test_an_object_cannot_pass_for_what_it_is_not(run: Run) -> None:
    assert run("lying").result == {"a": 1}


def test_a_result_whose_attributes_raise_is_unserialisable(run: Run) -> None:
    assert run("raising_property").reason is Reason.unserialisable


@pytest.mark.parametrize(
    ("target", "arguments", "reason", "named"),
    [
        ("plain", {}, Reason.missing_argument, "a"),
        ("keyword_only", {"b": 1}, Reason.missing_argument, "a"),
        ("positional_only", {"b": 1}, Reason.missing_argument, "a"),
        ("plain", {"a": 1, "c": 1}, Reason.unknown_argument, "c"),
        ("with_rest", {"a": 1, "rest": [1]}, Reason.unknown_argument, "rest"),
        ("takes_enum", {"colour": "green"}, Reason.argument_type, "colour"),
        ("takes_dataclass", {"point": {"x": "1"}}, Reason.argument_type, "point"),
        ("takes_dataclass", {"point": {}}, Reason.argument_type, "point"),
        ("takes_model", {"order": {"item": "tea", "count": 0}}, Reason.argument_type, "order"),
        ("takes_date", {"day": "2023-02-29"}, Reason.argument_type, "day"),
        ("takes_date", {"day": 19782}, Reason.argument_type, "day"),
        ("takes_set", {"numbers": "12"}, Reason.argument_type, "numbers"),
        ("takes_enum", {"colour": None}, Reason.argument_type, "colour"),
        ("math:sqrt", {"x": "9"}, Reason.argument_type, "must be real number"),
    ],
)
def test_arguments_that_do_not_fit(
    run: Run, target: str, arguments: dict[str, Any], reason: Reason, named: str
) -> None:
    found = run(target, **arguments)
    assert (found.outcome, found.reason) == (Outcome.rejected, reason)
    assert named in found.message


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("TypeError", Reason.argument_type),
        ("ValueError", Reason.invalid_value),
        ("LibraryError", Reason.invalid_value),
        ("KeyError", Reason.invalid_value),
        ("IndexError", Reason.invalid_value),
        ("ZeroDivisionError", Reason.invalid_value),
        ("OverflowError", Reason.invalid_value),
        ("RuntimeError", Reason.runtime_error),
        ("OSError", Reason.runtime_error),
        ("TimeoutError", Reason.runtime_error),
        ("AssertionError", Reason.runtime_error),
        ("StopIteration", Reason.runtime_error),
        ("GeneratorExit", Reason.runtime_error),
        ("ExceptionGroup", Reason.runtime_error),
        ("MemoryError", Reason.memory),
        ("SystemExit", Reason.crash),
        ("KeyboardInterrupt", Reason.crash),
    ],
)
def test_exceptions_have_a_reason(run: Run, kind: str, reason: Reason) -> None:
    found = run("raises", kind=kind)
    assert (found.outcome, found.reason, found.error_type) == (Outcome.rejected, reason, kind)
    assert "wrong" in found.message or reason in (Reason.crash, Reason.memory)


def test_messages_are_short_and_printable(run: Run) -> None:
    found = run("raises", kind="Shouting")
    assert len(found.message) == 500
    assert found.message.isprintable()


def test_a_message_that_raises_is_no_problem(run: Run) -> None:
    found = run("raises", kind="Unspeakable")
    assert (found.reason, found.error_type) == (Reason.runtime_error, "Unspeakable")


def test_endless_recursion_is_a_runtime_error(run: Run) -> None:
    found = run("recurses")
    assert (found.reason, found.error_type) == (Reason.runtime_error, "RecursionError")


@pytest.mark.parametrize(
    ("how", "shown"), [("exit", "ended"), ("status", "status 7"), ("abort", "SIGABRT"), ("segfault", "SIGSEGV")]
)
def test_crash(run: Run, how: str, shown: str) -> None:
    found = run("ends", how=how)
    assert (found.outcome, found.reason) == (Outcome.rejected, Reason.crash)
    assert shown in found.message


def test_processor_time_is_limited(run: Run) -> None:
    found = run("spins")
    assert (found.outcome, found.reason) == (Outcome.rejected, Reason.timeout)
    assert found.message == "more than 1 s of processor time"
    assert found.duration > 0.5


def test_memory(run: Run) -> None:
    assert run("allocates", mebibytes=64).result == 64 << 20
    found = run("allocates", mebibytes=4096)
    assert (found.outcome, found.reason) == (Outcome.rejected, Reason.memory)


def test_output_is_shown(run: Run) -> None:
    found = run("prints", size=3)
    assert (found.result, found.output) == (3, "yyy\n")
    assert run("prints", size=3, stream="stderr").output == "yyy\n"
    assert len(run("prints", size=50_000).output) == 4096


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_output_flood(run: Run, stream: str) -> None:
    found = run("prints", size=300_000, stream=stream)
    assert (found.outcome, found.reason) == (Outcome.rejected, Reason.output_flood)
    assert len(found.output) == 4096


def test_result_too_large(run: Run) -> None:
    assert run("large", size=9_000).outcome is Outcome.passed
    for found in (run("large", size=11_000), run("doubling"), run("large", size=100_000_000)):
        assert (found.outcome, found.reason, found.result) == (Outcome.rejected, Reason.result_too_large, None)


def test_files_are_limited(run: Run) -> None:
    found = run("writes", mebibytes=2)
    assert (found.reason, found.error_type) == (Reason.runtime_error, "OSError")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        '"result"',
        '{"result": 1}',
        '{"result": 1, "duration": 1e999}',
        '{"result": 1, "duration": 1' + "0" * 400 + "}",
        '{"result": 1, "duration": -1}',
        '{"result": NaN, "duration": 0}',
        '{"result": "\\ud800", "duration": 0}',
        '{"reason": "rate_limited", "duration": 0}',
        '{"reason": ["timeout"], "duration": 0}',
        "[" * 9_000,
        "\xff\xff",
    ],
)
def test_a_forged_answer_is_a_crash(run: Run, text: str) -> None:
    found = run("forges", text=text)
    assert (found.outcome, found.reason) == (Outcome.rejected, Reason.crash)


def test_a_forged_flood_is_cut_off(run: Run) -> None:
    assert run("forges", text="x" * 50_000).reason is Reason.result_too_large


def test_duration_is_the_functions_own(run: Run) -> None:
    assert run("sleeps", seconds=0.05).duration >= 0.05
    assert run("raises", kind="ValueError").duration > 0


def test_names_and_positions_are_kept(run: Run) -> None:
    found = run("plain", a=1)
    assert (found.name, found.position, found.how) == ("plain", 0, "executed")


@pytest.mark.parametrize(
    ("arguments", "outcome"),
    [
        ({"b": 2, "a": 1}, [1, 2]),
        ({"a": 1}, [1]),
        ({}, []),
        ({"a": 1, "c": 3}, Reason.missing_argument),
        ({"z": 1}, Reason.unknown_argument),
    ],
)
def test_functions_without_a_signature_take_arguments_in_the_documents_order(
    runner: asyncio.Runner, api_of: Callable[..., Api], arguments: dict[str, Any], outcome: Any
) -> None:
    api = api_of("takes_by_position", names=("a", "b", "c"))

    async def call() -> ExecutionResult:
        async with await PythonExecutor(workers=1).open([api]) as session:
            return await session.call(api, Call(name=api.name, arguments=arguments))

    found = runner.run(call())
    assert (found.reason if found.reason else found.result) == outcome
