"""Admission by probing: what fails or times out is refused with its reason; what works is kept with its results."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doubles import FakeCaller, api, sample
from rude_server import RudeServer, Seen, reply

from apigen.component import build
from apigen.errors import ConfigError
from apigen.execution import Calls, HttpExecutor
from apigen.execution.beginning import begins
from apigen.generation.layout import query_first_messages
from apigen.pipeline.probing import Probed, probe_row, probed
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Implementation, Outcome, Refusal
from apigen.sources import Admission, Admitted
from apigen.verification import ExecutionChecker


@pytest.fixture
def server() -> Iterator[RudeServer]:
    server = RudeServer()
    yield server
    server.stop()


class Slow(FakeCaller):
    """Never answers calls of `slow`; those of `late` wait long for their turn, `lazy` tells how long it took only."""

    async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
        if api.name == "late":
            await asyncio.sleep(0.2)
        if api.name != "lazy":
            begins()
        if api.name == "slow":
            await asyncio.Event().wait()
        result = await super().call(api, call, position)
        return result.model_copy(update={"duration": 9.0}) if api.name == "lazy" else result


def made(*apis: Api, caller: Any = None, **settings: Any) -> Probed:
    async def run() -> Probed:
        return await probed(
            Admitted(apis=apis), Admission(probe=True, **settings), caller or FakeCaller(), ExecutionChecker().read,
            seed=1, concurrency=4,
        )  # fmt: skip

    return asyncio.run(run())


def refused(*apis: Api, caller: Any = None, **settings: Any) -> Refusal:
    (one,) = made(*apis, caller=caller, **settings).admitted.refused
    return one


def test_an_api_that_works_is_called_once_with_its_first_example_and_stays() -> None:
    caller = FakeCaller()
    found = made(api(examples=({"a": 4, "b": 5}, {"a": 1, "b": 1})), caller=caller)
    assert [one.name for one in found.admitted.apis] == ["add"]
    assert [one.arguments for one in caller.made] == [{"a": 4, "b": 5}]
    assert found.admitted.apis[0].results == ({"arguments": {"a": 4, "b": 5}, "result": 9},)


def test_without_an_example_arguments_are_drawn_the_same_at_every_run() -> None:
    one, two = FakeCaller(), FakeCaller()
    made(api(), caller=one)
    made(api("other"), api(), caller=two)
    assert one.made[0] in two.made
    assert set(one.made[0].arguments) == {"a", "b"}


def fails(**_: Any) -> Any:
    raise OSError("always down")


def test_an_api_that_always_fails_is_refused_after_all_attempts() -> None:
    caller = FakeCaller(add=fails)
    one = refused(api(), caller=caller, probe_attempts=4)
    assert (one.name, one.reason) == ("add", Reason.runtime_error)
    assert "OSError: always down" in one.detail
    assert len({call.key for call in caller.made}) == len(caller.made) == 4


def test_one_call_that_passes_is_enough() -> None:
    answers = iter([OSError, OSError, None])

    def moody(a: int, b: int) -> int:
        if error := next(answers):
            raise error("not now")
        return 1

    found = made(api(), caller=FakeCaller(add=moody))
    assert [probe.result.outcome for probe in found.probes] == ["rejected", "rejected", "passed"]
    assert len(found.admitted.apis) == 1


def test_an_api_that_times_out_is_refused() -> None:
    found = made(api("slow"), api(), caller=Slow(), probe_timeout=0.02, probe_attempts=2)
    assert [one.name for one in found.admitted.apis] == ["add"]
    assert [(one.name, one.reason) for one in found.admitted.refused] == [("slow", Reason.timeout)]


def test_waiting_for_its_turn_is_no_part_of_a_call() -> None:
    caller = Slow(late=lambda a, b: 1, lazy=lambda a, b: 1)
    found = made(api("late"), api("lazy"), caller=caller, probe_timeout=0.1, probe_attempts=1)
    assert [one.name for one in found.admitted.apis] == ["late"]
    assert [(one.name, one.reason) for one in found.admitted.refused] == [("lazy", Reason.timeout)]


def test_executors_tell_when_a_call_begins_after_waiting_for_a_host(server: RudeServer) -> None:
    """One request at a time, each of which takes a third of the limit: the last ones wait longer than that."""

    def slow(seen: Seen, connection: socket.socket) -> None:
        server.stopping.wait(0.1)
        connection.sendall(reply("1", Connection="close"))

    server.on("/", slow)
    policy = {"allow_private": True}
    one = Implementation(kind="http", target=f"GET {server.url}/", options={"policy": policy})
    apis = [api(f"api_{n}", {"x": {"type": "integer"}}, implementation=one).model_copy(
        update={"parameters": {"type": "object", "properties": {}}}) for n in range(6)]  # fmt: skip

    async def run(limit: float) -> Probed:
        async with await Calls.open([HttpExecutor(concurrency_per_host=1)], apis) as calls:
            settings = Admission(probe=True, probe_timeout=limit, probe_attempts=1, allow_no_parameters=True)
            admitted = Admitted(apis=tuple(apis))
            return await probed(admitted, settings, calls, lambda result: result, seed=1, concurrency=6)

    assert len(asyncio.run(run(0.4)).admitted.apis) == 6
    assert {one.reason for one in asyncio.run(run(0.03)).admitted.refused} == {Reason.timeout}


@pytest.mark.parametrize("reason", [Reason.worker_lost, Reason.api_unavailable, Reason.rate_limited])
def test_an_api_that_cannot_be_reached_is_refused_with_that_reason(reason: Reason) -> None:
    lost = ExecutionResult(position=0, name="", outcome=Outcome.error, reason=reason, message="gone")
    assert refused(api(), caller=FakeCaller(add=lambda a, b: lost)).reason is reason


@pytest.mark.parametrize("reason", [Reason.blocked, Reason.authentication, Reason.not_recorded])
def test_what_other_arguments_do_not_change_is_tried_once(reason: Reason) -> None:
    caller = FakeCaller(
        add=lambda a, b: ExecutionResult(position=0, name="", outcome=Outcome.rejected, reason=reason, message="no")
    )
    assert refused(api(), caller=caller).reason is reason
    assert len(caller.made) == 1


def test_an_error_payload_is_a_failure() -> None:
    one = refused(api(), caller=FakeCaller(add=lambda a, b: {"error": "no such key"}))
    assert one.reason is Reason.error_payload
    assert "no such key" in one.detail


def test_an_api_without_any_arguments_to_try_is_refused() -> None:
    impossible = api(properties={"x": {"type": "string", "minLength": 9, "maxLength": 3}})
    assert refused(impossible).reason is Reason.not_probed


def test_an_api_that_cannot_be_called_at_all_is_not_touched() -> None:
    caller = FakeCaller()
    one = api(implementation=None)
    assert made(one, caller=caller).admitted.apis == (one,)
    assert caller.made == []


def test_earlier_refusals_stay_and_order_is_kept() -> None:
    earlier = Refusal(name="bad", reason=Reason.untyped, detail="x")
    names = ["c", "a", "b", "d"]
    caller = FakeCaller(**{name: fails if name == "a" else (lambda a, b: 1) for name in names})

    async def run() -> Probed:
        admitted = Admitted(apis=tuple(api(name) for name in names), refused=(earlier,))
        return await probed(admitted, Admission(), caller, lambda result: result, seed=1, concurrency=2)

    found = asyncio.run(run())
    assert [one.name for one in found.admitted.apis] == ["c", "b", "d"]
    assert [one.name for one in found.admitted.refused] == ["bad", "a"]
    assert list(dict.fromkeys(probe.api.name for probe in found.probes)) == names


def test_rows_hold_exact_numbers() -> None:
    found = made(api(examples=({"a": 2**70, "b": 1},)))
    row = probe_row(found.probes[0])
    assert (row["result"], row["outcome"], row["attempt"]) == (str(2**70 + 1), "passed", 0)
    assert json.loads(row["arguments"])["a"] == 2**70


def test_the_generator_is_shown_the_results_shortened() -> None:
    caller = FakeCaller(add=lambda a, b: "y" * 5000)
    (one,) = made(api(), caller=caller).admitted.apis
    text = query_first_messages(sample(one), 2)[1].content
    assert '"results": [{"arguments": ' in text
    assert "yyy" in text
    assert len(text) < 2000
    assert "results" not in query_first_messages(sample(one), 0)[1].content


def test_a_real_function_of_a_server_that_is_down_is_refused() -> None:
    implementation = Implementation(
        kind="http", target="GET http://127.0.0.1:9/x", options={"policy": {"allow_private": True}}
    )
    one = api(properties={}, implementation=implementation)

    async def run() -> Probed:
        async with await Calls.open([HttpExecutor(retries=0)], [one]) as calls:
            return await probed(
                Admitted(apis=(one,)), Admission(), calls, ExecutionChecker().read, seed=1, concurrency=1
            )

    assert asyncio.run(run()).admitted.refused[0].reason is Reason.api_unavailable


@pytest.mark.parametrize("wrong", [{"probe_attempts": 0}, {"probe_timeout": 0}, {"probe": "yes"}])
def test_settings_that_cannot_be_used_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        build({"_target_": "apigen.sources.Admission"} | wrong)


FUNCTIONS = '''
def halve(number: int) -> float:
    """Halve a number.

    >>> halve(8)
    4.0
    """
    return number / 2


def broken(number: int) -> float:
    """Always fails.

    >>> broken(8)
    """
    raise RuntimeError("out of order")
'''


def test_a_run_offers_only_what_works_and_keeps_the_probes(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FUNCTIONS)
    given = ["source=python", "sources.python.path=mine.py", "admission.probe=true", "style=[simple]"]

    def apigen(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "apigen", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    shown = apigen("apis", *given, "--refused")
    assert "out of order" in shown
    assert list(tmp_path.glob("outputs*")) == []
    apigen("generate", *given, "requests=2", "sampling.examples.update=false")
    query = "SELECT api, outcome, result FROM probes WHERE attempt = 0 ORDER BY api"
    told = [json.loads(line) for line in apigen("sql", query, "--format", "jsonl").splitlines()]
    assert [(row["api"], row["outcome"]) for row in told] == [("broken", "rejected"), ("halve", "passed")]
    refused = apigen("sql", "SELECT api, reason FROM apis WHERE NOT admitted", "--format", "csv").split()
    assert "broken,runtime_error" in refused
