"""Calls of a class with state: in order, on one fresh instance, in one process, with the state around each of them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apigen.execution import Calls, ExecutionSession, PythonExecutor
from apigen.execution.differences import differences
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Implementation, Outcome

LIBRARIES = Path(__file__).with_name("libraries")
Step = tuple[Api, Call]
Run = Callable[..., tuple[ExecutionResult, ...]]


def step(target: str, /, options: dict[str, Any] | None = None, **arguments: Any) -> Step:
    """A call of a method `Class.method` of the shops."""
    owner, _, name = target.rpartition(".")
    implementation = Implementation(
        kind="python",
        target=f"shops:{target}",
        path=(str(LIBRARIES),),
        options={"class": owner, "initial_state": {}, "load_state": None, "state": None} | (options or {}),
    )
    api = Api(name=name, description="A method.", parameters={"type": "object"}, implementation=implementation)
    return api, Call(name=name, arguments=arguments)


def function(target: str, **arguments: Any) -> Step:
    implementation = Implementation(kind="python", target=target)
    api = Api(name="function", description="One.", parameters={"type": "object"}, implementation=implementation)
    return api, Call(name="function", arguments=arguments)


@pytest.fixture(scope="module")
def shops(runner: asyncio.Runner) -> Any:
    executor = PythonExecutor(workers=1, wall_time=10, max_result_bytes=10_000)
    session = runner.run(executor.open([step("Shop.put")[0]]))
    yield session
    runner.run(session.close())


@pytest.fixture(scope="module")
def made(runner: asyncio.Runner, shops: ExecutionSession) -> Run:
    return lambda *steps: runner.run(shops.sequence(steps))


def test_calls_are_made_in_order_on_one_instance(made: Run) -> None:
    results = made(step("Shop.count", item="pear"), step("Shop.put", item="pear"), step("Shop.count", item="pear"))
    assert [one.result for one in results] == [0, 1, 1]
    assert [one.position for one in results] == [0, 1, 2]
    again = made(step("Shop.put", item="pear"), step("Shop.put", item="pear"), step("Shop.count", item="pear"))
    assert [one.result for one in again] == [1, 2, 2]


def test_every_sequence_has_a_fresh_instance(made: Run) -> None:
    for _ in range(3):
        (result,) = made(step("Shop.put", item="pear", count=2))
        assert result.result == 2
        assert result.state_before == {"stock": {"apple": 3, "pear": 2}, "cart": {}, "offer": None}


def test_a_sequence_is_one_process_of_its_own(made: Run) -> None:
    one = made(*[step("Shop.process", item=item) for item in "ab"])
    other = made(step("Shop.process", item="c"))
    assert one[0].result == one[1].result != other[0].result
    assert [result.output for result in one] == ["", "a\nb\n"]


def test_state_before_and_after_with_the_difference(made: Run) -> None:
    put, count = made(step("Shop.put", item="pear"), step("Shop.count", item="pear"))
    assert put.state_after == {"stock": {"apple": 3, "pear": 1}, "cart": {"pear": 1}, "offer": None}
    assert put.changes == [
        {"path": "/stock/pear", "before": 2, "after": 1},
        {"path": "/cart/pear", "before": None, "after": 1},
    ]
    assert put.effect == "write"
    assert count.state_before == count.state_after == put.state_after
    assert (count.changes, count.effect) == ([], "read")


def test_a_call_that_raises_does_not_end_the_sequence_and_keeps_what_it_did(made: Run) -> None:
    raised, counted = made(step("Shop.put", item="pear", count=9), step("Shop.count", item="pear"))
    assert (raised.outcome, raised.reason, raised.error_type) == (Outcome.rejected, Reason.invalid_value, "ValueError")
    assert raised.effect == "write"
    assert raised.changes == [{"path": "/stock/pear", "before": 2, "after": -7}]
    assert (counted.outcome, counted.result) == (Outcome.passed, 0)


def test_arguments_that_do_not_fit_are_told_as_for_functions(made: Run) -> None:
    results = made(step("Shop.put"), step("Shop.put", item="pear", colour=1), step("Shop.put", item="pear"))
    assert [one.reason for one in results] == [Reason.missing_argument, Reason.unknown_argument, None]


def test_a_crash_ends_the_sequence_but_not_what_was_done(made: Run) -> None:
    done, crashed, left = made(
        step("Shop.put", item="pear"), step("Shop.leave", status=3), step("Shop.count", item="pear")
    )
    assert (done.outcome, done.effect) == (Outcome.passed, "write")
    assert (crashed.reason, crashed.state_before, crashed.state_after) == (Reason.crash, done.state_after, None)
    assert (left.outcome, left.reason, left.how) == (Outcome.rejected, Reason.crash, "not_executed")
    assert "not made" in left.message
    (again,) = made(step("Shop.put", item="pear"))
    assert again.result == 1


def test_a_call_that_leaves_quietly_is_a_crash(made: Run) -> None:
    left, after = made(step("Shop.leave", status=0), step("Shop.count", item="pear"))
    assert (left.reason, after.reason) == (Reason.crash, Reason.crash)


def test_time_counts_for_the_sequence() -> None:
    async def calls() -> tuple[ExecutionResult, ...]:
        async with await PythonExecutor(workers=1, wall_time=0.5).open([step("Shop.put")[0]]) as session:
            await session.sequence([step("Shop.put", item="pear")])
            return await session.sequence(
                [step("Shop.put", item="pear"), step("Shop.sleep", seconds=60), step("Shop.count", item="pear")]
            )

    done, slow, left = asyncio.run(calls())
    assert (done.outcome, slow.reason, left.reason) == (Outcome.passed, Reason.timeout, Reason.timeout)
    assert "1.5 s" in slow.message
    assert left.how == "not_executed"


def test_static_and_class_methods_are_called_too(made: Run) -> None:
    results = made(step("Shop.tax", net=10.0), step("Shop.title", prefix="my "))
    assert [one.result for one in results] == [2.0, "my Shop"]
    assert [one.effect for one in results] == ["read", "read"]


def test_initial_state_goes_to_the_constructor_converted_as_arguments_are(made: Run) -> None:
    options = {"initial_state": {"stock": {"fig": 1}, "offer": {"item": "fig", "price": 0.5}}}
    put, price = made(step("Shop.put", options, item="fig"), step("Shop.price", options, item="fig"))
    assert put.state_before == {"stock": {"fig": 1}, "cart": {}, "offer": {"item": "fig", "price": 0.5}}
    assert price.result == 0.5


def test_classes_and_states_do_not_mix_and_functions_stay_as_they_are(made: Run) -> None:
    other = {"initial_state": {"stock": {"pear": 9}}}
    results = made(
        step("Shop.put", item="pear"),
        function("math:sqrt", x=9),
        step("Shop.put", other, item="pear", count=5),
        step("Ledger.append", {"state": "told"}, amount=5),
        step("Shop.put", item="pear"),
    )
    assert [one.result for one in results] == [1, 3.0, 5, 1, 2]
    assert [one.effect for one in results] == ["write", None, "write", "write", "write"]
    assert results[1].state_before is results[1].state_after is results[1].changes is None
    assert results[4].state_before == results[0].state_after
    assert results[3].changes == [{"path": "/entries/0", "before": None, "after": 5}]


def test_state_by_methods_of_the_class(made: Run) -> None:
    options = {"initial_state": {"entries": [1, 2]}, "load_state": "_load", "state": "told"}
    for _ in range(2):
        (result,) = made(step("Ledger.append", options, amount=3))
        assert result.result == 3
        assert result.state_before == {"entries": [1, 2]}
        assert result.changes == [{"path": "/entries/2", "before": None, "after": 3}]


def test_what_is_no_json_is_left_out_with_a_note(made: Run) -> None:
    put, order = made(step("Hall.put", item="pear"), step("Hall.order", number=1, price=2.5))
    assert put.state_after == {
        "stock": {"apple": 3, "pear": 1},
        "cart": {"pear": 1},
        "offer": None,
        "seen": ["pear"],
        "orders": {"1": {"item": "apple", "price": 1.5}},
        "shops": [{"stock": {"plum": 1}, "cart": {}, "offer": None}],
    }
    assert "`lock`: a value of type lock has no JSON form" in put.state_note
    assert "`own`: it leads back to itself" in put.state_note
    assert order.changes == [{"path": "/orders/1/price", "before": 1.5, "after": 2.5}]


@pytest.mark.parametrize(
    ("state", "words"), [("telling", "RuntimeError: no"), ("missing", "AttributeError"), ("put", "TypeError")]
)
def test_a_state_that_cannot_be_told_leaves_no_mark(made: Run, state: str, words: str) -> None:
    (result,) = made(step("Mute.put", {"state": state}, item="pear"))
    assert (result.outcome, result.result) == (Outcome.passed, 1)
    assert (result.state_before, result.state_after, result.changes, result.effect) == (None, None, None, None)
    assert words in result.state_note


def test_a_state_that_is_too_large_leaves_no_mark(made: Run) -> None:
    options = {"initial_state": {"stock": {f"item {number}": 1 for number in range(2000)}}}
    put, count = made(step("Shop.put", options, item="item 7"), step("Shop.count", options, item="item 7"))
    assert (put.outcome, put.effect, count.result) == (Outcome.passed, None, 1)
    assert "larger than 10000 bytes" in put.state_note


@pytest.mark.parametrize(
    ("target", "options", "words"),
    [
        ("Closed.knock", {}, "no `Closed` could be made with its initial state: OSError: closed today"),
        ("Shop.put", {"initial_state": {"shelf": 1}}, "takes no argument `shelf`"),
        ("Shop.put", {"initial_state": {"stock": 5, "offer": {"item": 1}}}, "`offer`"),
        ("Ledger.append", {"load_state": "_load"}, "KeyError"),
        ("Nobody.knock", {}, "Nobody"),
    ],
)
def test_without_an_instance_the_calls_are_errors_and_no_data(
    made: Run, target: str, options: dict[str, Any], words: str
) -> None:
    results = made(step(target, options, times=1), step(target, options, times=2))
    assert {(one.outcome, one.reason) for one in results} == {(Outcome.error, Reason.worker_lost)}
    assert words in results[0].message


def test_a_single_call_has_an_instance_too(runner: asyncio.Runner, shops: ExecutionSession) -> None:
    result = runner.run(shops.call(*step("Shop.put", item="pear"), position=4))
    assert (result.position, result.result, result.effect) == (4, 1, "write")


def test_a_run_routes_each_kind_and_keeps_the_order(runner: asyncio.Runner) -> None:
    plan = [step("Shop.put", item="pear"), function("math:sqrt", x=4), step("Shop.count", item="pear")]
    unknown = Api(name="plan", description="Not executable.", parameters={"type": "object"})

    async def calls() -> tuple[ExecutionResult, ...]:
        async with await Calls.open([PythonExecutor(workers=1)], [api for api, _ in plan]) as made:
            return await made.sequence([plan[0], (unknown, Call(name="plan")), *plan[1:]])

    results = runner.run(calls())
    assert [one.position for one in results] == [0, 1, 2, 3]
    assert [one.result for one in results] == [1, None, 2.0, 1]
    assert results[1].reason is Reason.not_executable


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 1}, {"a": True}, [("/a", 1, True)]),
        ({"a": 0}, {"a": False}, [("/a", 0, False)]),
        ({"a": None}, {}, [("/a", None, None)]),
        ({"a/b": {"~": 1}}, {"a/b": {"~": 2}}, [("/a~1b/~0", 1, 2)]),
        ([1, 2, 3], [2, 3], [("/0", 1, None)]),
        ([1, 3], [1, 2, 3], [("/1", None, 2)]),
        ([{"n": 1}, {"n": 2}], [{"n": 1}, {"n": 5}], [("/1/n", 2, 5)]),
        ([1, 1], [1], [("/1", 1, None)]),
        ({"a": []}, {"a": {}}, [("/a", [], {})]),
        (1, 2, [("", 1, 2)]),
    ],
)
def test_differences(before: Any, after: Any, changes: list[tuple[str, Any, Any]]) -> None:
    assert [tuple(change.values()) for change in differences(before, after)] == changes
