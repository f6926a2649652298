"""The cassette: what was recorded is replayed, by all that determines it and nothing else, and without secrets."""

import asyncio
import multiprocessing
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rude_server import RudeServer, reply

from apigen.component import build
from apigen.errors import ConfigError, StorageError
from apigen.execution import Calls, Execution, ExecutionSession, Executor, HttpExecutor, PythonExecutor
from apigen.execution.cassette import key
from apigen.execution.tape import Tape
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Implementation, Outcome

CANARY = "canary-5f3759df"
BEARER = [{"kind": "bearer", "env": "CASSETTE_TOKEN"}]


@pytest.fixture
def server() -> Iterator[RudeServer]:
    server = RudeServer()
    yield server
    server.stop()


def rest(url: str, **changes: Any) -> Api:
    options = {"arguments": {"city": {"in": "query", "name": "city"}}}
    options |= {"policy": {"source": "s", "allow_private": True} | changes.pop("policy", {})} | changes
    return Api(
        name="weather",
        description="Weather.",
        parameters={"type": "object", "properties": {"city": {"type": "string"}}},
        implementation=Implementation(kind="http", target=f"GET {url}/weather", options=options),
    )


def made(mode: str, folder: Path, api: Api, *calls: Call, executor: Executor | None = None) -> list[ExecutionResult]:
    """Make calls one after the other in a session of their own."""
    executor = executor or HttpExecutor(retries=0)
    execution = Execution(mode=mode, cassette=str(folder / "deep" / "c.sqlite"), kinds=(executor.kind,))

    async def run() -> list[ExecutionResult]:
        async with await Calls.open(execution.applied([executor]), [api]) as session:
            return [await session.call(api, call, position) for position, call in enumerate(calls)]

    return asyncio.run(run())


def in_city(city: str) -> Call:
    return Call(name="weather", arguments={"city": city})


def test_what_was_recorded_is_replayed_without_the_server(server: RudeServer, tmp_path: Path) -> None:
    server.on("/weather", reply('{"c": 12345678901234567890, "rate": 0.10}'), reply('{"no": "city"}', 404))
    api = rest(server.url)
    calls = [in_city("Oslo"), in_city("Nowhere")]
    recorded = made("record", tmp_path, api, *calls)
    assert [(one.outcome, one.how) for one in recorded] == [("passed", "executed"), ("rejected", "executed")]
    seen = len(server.seen)
    replayed = made("replay", tmp_path, api, *reversed(calls))
    assert [one.how for one in replayed] == ["replayed", "replayed"]
    assert [one.position for one in replayed] == [0, 1]
    back = [one.model_copy(update={"how": "executed", "position": 1 - one.position}) for one in replayed]
    assert back[::-1] == recorded
    assert all(one.recorded_at for one in recorded)
    assert len(server.seen) == seen


def test_a_miss_is_an_error_and_never_a_call(server: RudeServer, tmp_path: Path) -> None:
    server.on("/weather", reply("{}"))
    api = rest(server.url)
    made("record", tmp_path, api, in_city("Oslo"))
    seen = len(server.seen)
    (missed,) = made("replay", tmp_path, api, in_city("Bergen"))
    assert (missed.outcome, missed.reason, missed.how) == (Outcome.error, Reason.not_recorded, "not_executed")
    assert len(server.seen) == seen


def test_recording_again_makes_the_call_and_takes_the_new_result(server: RudeServer, tmp_path: Path) -> None:
    server.on("/weather", reply("1"), reply("2"))
    api = rest(server.url)
    first = made("record", tmp_path, api, in_city("Oslo"))[0]
    second = made("record", tmp_path, api, in_city("Oslo"))[0]
    replayed = made("replay", tmp_path, api, in_city("Oslo"))[0]
    assert (first.result, second.result, replayed.result) == (1, 2, 2)
    assert replayed.recorded_at == second.recorded_at


def test_errors_of_the_infrastructure_are_not_recorded(server: RudeServer, tmp_path: Path) -> None:
    server.on("/weather", reply("down", 503), reply("1"))
    api = rest(server.url)
    (failed,) = made("record", tmp_path, api, in_city("Oslo"))
    assert failed.outcome is Outcome.error
    assert made("replay", tmp_path, api, in_city("Oslo"))[0].reason is Reason.not_recorded


def test_a_call_that_was_not_made_is_not_called_replayed(tmp_path: Path) -> None:
    api = rest("http://127.0.0.1:9", safe=False)
    (blocked,) = made("record", tmp_path, api, in_city("Oslo"))
    (again,) = made("replay", tmp_path, api, in_city("Oslo"))
    assert (again.reason, again.how) == (blocked.reason, blocked.how) == (Reason.blocked, "not_executed")


def test_no_secret_is_kept_and_none_is_needed_for_replaying(
    server: RudeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("/weather", reply(f'{{"you sent": "Bearer {CANARY}", "{CANARY}": 1}}'))
    api = rest(server.url, policy={"auth": BEARER})
    monkeypatch.setenv("CASSETTE_TOKEN", CANARY)
    made("record", tmp_path, api, in_city("Oslo"), in_city(CANARY))
    assert server.seen[0].headers["authorization"] == f"Bearer {CANARY}"
    monkeypatch.delenv("CASSETTE_TOKEN")
    assert made("replay", tmp_path, api, in_city("Oslo"))[0].outcome is Outcome.passed
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path


def test_a_careless_session_gives_no_secret_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Careless(ExecutionSession):
        async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
            result = {"deep": [{f"x{CANARY}": f"{CANARY}{CANARY}"}]}
            return ExecutionResult(
                position=position, name=call.name, outcome=Outcome.passed, result=result, message=CANARY
            )

        async def close(self) -> None: ...

    class CarelessExecutor(Executor):
        @property
        def kind(self) -> str:
            return "mcp"

        async def open(self, apis: Any) -> ExecutionSession:
            return Careless()

    monkeypatch.setenv("CASSETTE_TOKEN", CANARY)
    options = {"server": {"command": "x", "env": ["HOME", "CASSETTE_TOKEN"], "headers_env": {}}}
    api = rest("").model_copy(update={"implementation": Implementation(kind="mcp", target="t", options=options)})
    (live,) = made("record", tmp_path, api, in_city("Oslo"), executor=CarelessExecutor())
    assert live.result == {"deep": [{"x***": "******"}]}
    assert live.message == "***"
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path


def changed(api: Api, **options: Any) -> Api:
    assert api.implementation
    one = api.implementation.model_copy(update={"options": api.implementation.options | options})
    return api.model_copy(update={"implementation": one})


BASE = rest("http://h")
OTHER_DOCUMENT = Api(**{name: getattr(BASE, name) for name in Api.model_fields} | {"description": "Other."})


@pytest.mark.parametrize(
    ("api", "call"),
    [
        (rest("http://other"), in_city("Oslo")),
        (changed(BASE, fixed={"query": {"units": "k"}}), in_city("Oslo")),
        (rest("http://h", policy={"headers": {"Accept-Language": "nb"}}), in_city("Oslo")),
        (OTHER_DOCUMENT, in_city("Oslo")),
        (BASE, in_city("oslo")),
        (BASE, Call(name="weather", arguments={"city": "Oslo", "n": 1})),
    ],
)
def test_what_determines_the_result_is_in_the_key(api: Api, call: Call) -> None:
    assert key(api, call) != key(BASE, in_city("Oslo"))


def test_numbers_of_another_kind_are_other_arguments() -> None:
    assert key(BASE, Call(name="w", arguments={"n": 1})) != key(BASE, Call(name="w", arguments={"n": 1.0}))


def test_what_does_not_determine_the_result_is_not_in_the_key() -> None:
    policy = {"auth": BEARER, "rate": 3.0, "timeout": 9.0, "allow_writes": True}
    same = changed(rest("http://h", policy=policy), safe=True, idempotent=None)
    assert key(same, in_city("Oslo")) == key(BASE, in_city("Oslo"))
    one, two = (Call(name="w", arguments=given) for given in ({"a": 1, "b": 2}, {"b": 2, "a": 1}))
    assert key(BASE, one) == key(BASE, two)


def test_arguments_that_are_no_proper_text_have_a_key() -> None:
    assert key(BASE, in_city("\ud800")) != key(BASE, in_city("\ud801"))


def test_replaying_without_a_cassette_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="execution=record"):
        made("replay", tmp_path, BASE, in_city("Oslo"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", ["record", "replay"])
def test_a_file_that_is_no_cassette_is_told(tmp_path: Path, mode: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.sqlite").write_text("no database at all, but long enough to be looked at" * 9)
    with pytest.raises(StorageError, match="not a database"):
        made(mode, tmp_path, BASE, in_city("Oslo"))


def test_python_functions_are_recorded_on_demand(api_of: Callable[..., Api], tmp_path: Path) -> None:
    api = api_of("plain")
    call = Call(name="plain", arguments={"a": 1})
    recorded = made("record", tmp_path, api, call, executor=PythonExecutor(workers=1))
    gone = api.model_copy(update={"implementation": api.implementation.model_copy(update={"path": ("/nowhere",)})})
    replayed = made("replay", tmp_path, gone, call, executor=PythonExecutor(workers=1))
    assert (replayed[0].result, replayed[0].how) == (recorded[0].result, "replayed")


def test_calls_of_classes_with_state_are_always_made(tmp_path: Path) -> None:
    class Counting(ExecutionSession):
        count = 0

        async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
            self.count += 1
            return ExecutionResult(position=position, name=call.name, outcome=Outcome.passed, result=self.count)

        async def close(self) -> None: ...

    class CountingExecutor(Executor):
        session: Counting = Counting()

        @property
        def kind(self) -> str:
            return "python"

        async def open(self, apis: Any) -> ExecutionSession:
            return self.session

    options = {"class": "m:Shop"}
    api = BASE.model_copy(
        update={"implementation": Implementation(kind="python", target="m:Shop.buy", options=options)}
    )
    executor = CountingExecutor()
    assert api.stateful
    calls = (in_city("Oslo"), in_city("Oslo"))
    assert [one.result for one in made("record", tmp_path, api, *calls, executor=executor)] == [1, 2]
    assert [one.result for one in made("replay", tmp_path, api, *calls, executor=executor)] == [3, 4]


def test_live_results_say_when_they_were_made(server: RudeServer, tmp_path: Path) -> None:
    server.on("/weather", reply("1"))
    (found,) = made("live", tmp_path, rest(server.url), in_city("Oslo"))
    assert found.how == "executed"
    assert found.recorded_at
    assert list(tmp_path.iterdir()) == []


def _write_many(path: str, first: int) -> None:
    async def run() -> None:
        tape = Tape.open(path, writable=True)
        for number in range(first, first + 50):
            call = in_city(str(number))
            result = ExecutionResult(
                position=0, name="weather", outcome=Outcome.passed, result=number, recorded_at="2026-01-01T00:00:00"
            )
            await tape.record(key(BASE, call), BASE, call, result)
        tape.close()

    asyncio.run(run())


def test_several_processes_may_record_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "c.sqlite")
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_write_many, args=(path, first)) for first in (0, 25, 100)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM results").fetchone() == (125,)
    connection.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_cassette_in_a_folder_that_cannot_be_written_to_is_replayed(server: RudeServer, tmp_path: Path) -> None:
    server.on("/weather", reply("7"))
    api = rest(server.url)
    made("record", tmp_path, api, in_city("Oslo"))
    folder = tmp_path / "deep"
    folder.chmod(0o500)
    try:
        assert made("replay", tmp_path, api, in_city("Oslo"))[0].result == 7
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("wrong", [{"mode": "off"}, {"on_missing": "live"}, {"cassette": ""}])
def test_settings_that_cannot_be_used_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        build({"_target_": "apigen.execution.Execution"} | wrong)
