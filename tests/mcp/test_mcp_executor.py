"""Calls to tools of MCP servers: what each ending means, and that no server outlives its session."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from mcp_servers import SERVERS, all_ended, plain, processes

from apigen.errors import ConfigError
from apigen.execution import Calls, ExecutionSession, McpExecutor
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Implementation, Json, Outcome
from apigen.sources import McpSource

Wanted = tuple[str, dict[str, Json]]


def apis_of(source: McpSource) -> dict[str, Api]:
    return {api.name: api for api in source.load("mine").apis}


@pytest.fixture(scope="module")
def apis() -> dict[str, Api]:
    """The tools of the hand-written server."""
    return apis_of(plain())


def make(apis: dict[str, Api], calls: Sequence[Wanted], **keys: object) -> list[ExecutionResult]:
    """The results of calls, made one after the other by one session."""

    async def run() -> list[ExecutionResult]:
        executor = McpExecutor.model_validate({"sessions": 1, "timeout": 20.0, **keys})
        async with await executor.open(list(apis.values())) as session:
            return [
                await session.call(apis[name], Call(name=name, arguments=arguments), position)
                for position, (name, arguments) in enumerate(calls)
            ]

    return asyncio.run(run())


def make_one(apis: dict[str, Api], name: str, text: str = "hello", **keys: object) -> ExecutionResult:
    return make(apis, [(name, {"text": text})], **keys)[0]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("echo", "hello", "hello"),
        ("echo", '{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}),
        ("echo", "12345678901234567890123", 12345678901234567890123),
        ("echo", "NaN", "NaN"),
        ("echo", "line\nbreak ünd 漢字", "line\nbreak ünd 漢字"),
        ("weather", "blue", {"degrees": 21.5, "sky": "blue"}),
        ("parts", "", ["first", {"second": 2}]),
        ("nothing", "", None),
        ("noisy", "still here", "still here"),
        ("shout", "still here", "still here"),
    ],
)
def test_results(apis: dict[str, Api], name: str, text: str, value: Json) -> None:
    result = make_one(apis, name, text)
    assert (result.outcome, result.how, result.message) == (Outcome.passed, "executed", "")
    assert result.result == value


def test_binary_content_is_described() -> None:
    found = make_one(apis_of(plain(include=["image"])), "image").result
    sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert found == {"type": "image", "mime_type": "image/png", "bytes": 5, "sha256": sha256}


def test_resources_keep_their_address_and_text(apis: dict[str, Api]) -> None:
    assert make_one(apis, "resource").result == [
        {"type": "resource", "uri": "file:///a.txt", "mime_type": "text/plain", "text": "inside"},
        {"type": "resource_link", "uri": "file:///b.txt", "name": "b"},
    ]


@pytest.mark.parametrize(
    ("name", "reason", "message"),
    [
        ("fail", Reason.error_payload, "no hello here"),
        ("refuse", Reason.invalid_value, "there is no such city"),
        ("unknown", Reason.not_executable, "method not found"),
        ("break", Reason.runtime_error, "internal error"),
        ("wrong_weather", Reason.result_schema, "$.degrees: 'warm' is not of type 'number'"),
        ("no_weather", Reason.result_schema, "the tool has a schema for its result, and gave no structured content"),
        ("malformed", Reason.result_schema, "the tool's answer has no list of contents"),
        ("not_a_number", Reason.unserialisable, "the result holds nan, which JSON does not know"),
        ("deep", Reason.unserialisable, "the result is nested deeper than 64"),
    ],
)
def test_rejections(apis: dict[str, Api], name: str, reason: Reason, message: str) -> None:
    results = make(apis, [(name, {"text": "hello"}), ("echo", {"text": "still there"})])
    assert (results[0].outcome, results[0].reason, results[0].message) == (Outcome.rejected, reason, message)
    assert results[1].result == "still there"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [({"text": 5}, Reason.argument_type), ({}, Reason.missing_argument)],
)
def test_invalid_parameters_are_told_apart_by_the_document(
    apis: dict[str, Api], arguments: dict[str, Json], reason: Reason
) -> None:
    assert make(apis, [("echo", arguments)])[0].reason is reason


def test_a_result_that_is_too_large(apis: dict[str, Api]) -> None:
    results = make(apis, [("huge", {"text": ""}), ("echo", {"text": "next"})], max_result_bytes=10_000)
    assert results[0].reason is Reason.result_too_large
    assert results[1].result == "next"


def test_an_answer_without_end_is_cut_off(apis: dict[str, Api]) -> None:
    results = make(apis, [("endless", {"text": ""}), ("echo", {"text": "next"})], timeout=60.0)
    assert (results[0].outcome, results[0].reason) == (Outcome.rejected, Reason.result_too_large)
    assert results[1].result == "next"


def test_a_call_that_takes_too_long_is_ended_with_its_server(marker: str) -> None:
    apis = apis_of(plain("", marker, include=["slow", "echo"]))

    async def run() -> list[ExecutionResult]:
        async with await McpExecutor(sessions=1, timeout=0.5).open(list(apis.values())) as session:
            late = await session.call(apis["slow"], Call(name="slow", arguments={"text": ""}))
            for _ in range(100):  # a server that starts slowly on a busy machine may be late as well
                result = await session.call(apis["echo"], Call(name="echo", arguments={"text": "next"}))
                if result.reason is not Reason.timeout:
                    break
            return [late, result]

    late, result = asyncio.run(run())
    assert (late.outcome, late.reason) == (Outcome.rejected, Reason.timeout)
    assert result.result == "next"
    assert all_ended(marker)


def test_a_tool_that_may_write_is_called_only_if_its_source_says_so() -> None:
    (api,) = apis_of(plain(include=["write"], allow_writes=True)).values()
    assert make_one({"write": api}, "write").result == "hello"
    assert api.implementation is not None
    strict = api.implementation.model_copy(update={"options": api.implementation.options | {"policy": {}}})
    result = make_one({"write": api.model_copy(update={"implementation": strict})}, "write")
    assert (result.outcome, result.reason, result.how) == (Outcome.rejected, Reason.blocked, "not_executed")
    assert "allow_writes=true" in result.message


def test_a_server_that_dies_is_replaced_and_the_call_made_again(tmp_path: Path) -> None:
    apis = apis_of(plain(include=["die_once"], write=[str(tmp_path)]))
    assert make_one(apis, "die_once", str(tmp_path / "died")).result == "alive"


def test_a_server_that_dies_again_is_an_error_and_the_next_call_works(apis: dict[str, Api]) -> None:
    results = make(apis, [("die", {"text": ""}), ("echo", {"text": "next"})])
    assert (results[0].outcome, results[0].reason) == (Outcome.error, Reason.worker_lost)
    assert "ended with status 3; it says: the database is gone" in results[0].message
    assert results[1].result == "next"


def test_an_idempotent_tool_is_called_again_and_another_is_not(tmp_path: Path) -> None:
    source = plain(include=["die_once", "die_idempotent"], allow_writes=True, write=[str(tmp_path)])
    apis = apis_of(source)
    once = apis["die_once"]
    assert once.implementation is not None
    options = {**once.implementation.options, "read_only": False, "idempotent": False}
    implementation = once.implementation.model_copy(update={"options": options})
    writing = {"die_once": once.model_copy(update={"implementation": implementation})}
    result = make_one(writing, "die_once", str(tmp_path / "died"))
    assert (result.outcome, result.reason) == (Outcome.error, Reason.worker_lost)
    assert make_one(apis, "die_idempotent").reason is Reason.worker_lost


def test_a_server_that_keeps_dying_is_given_up(apis: dict[str, Api]) -> None:
    results = make(apis, [("die", {"text": ""})] * 2 + [("echo", {"text": "next"})], restarts=2)
    assert [result.reason for result in results] == [Reason.worker_lost] * 3
    assert "given up" in results[2].message


def test_a_server_that_cannot_be_started_is_an_error(apis: dict[str, Api]) -> None:
    api = apis["echo"]
    assert api.implementation is not None
    options = {**api.implementation.options, "server": {"command": "no-such-server"}}
    gone = {
        "echo": api.model_copy(update={"implementation": Implementation(kind="mcp", target="echo", options=options)})
    }
    result = make_one(gone, "echo")
    assert (result.outcome, result.reason) == (Outcome.error, Reason.worker_lost)
    assert "there is no command `no-such-server`" in result.message


@pytest.mark.parametrize("server", [None, {}, {"command": "a", "url": "b"}, {"nonsense": 1}])
def test_an_api_without_a_server_is_not_executable(server: Json) -> None:
    implementation = Implementation(kind="mcp", target="echo", options={"server": server})
    api = Api(name="echo", description="", parameters={"type": "object"}, implementation=implementation)
    assert make({"echo": api}, [("echo", {})])[0].reason is Reason.not_executable


def test_the_server_finds_nothing_of_the_engines_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_SECRET", "not-for-the-server")
    monkeypatch.setenv("SERVER_MODE", "granted value")
    apis = apis_of(plain(include=["environment"], env=["SERVER_MODE"]))
    found = make_one(apis, "environment").result
    assert "OTHER_SECRET" not in found
    assert found["SERVER_MODE"] == "***"  # what was granted may be a secret, and stands in no result
    assert found["HOME"] == found["cwd"]
    assert found["HOME"] != os.environ.get("HOME")
    assert not Path(found["HOME"]).exists()


def test_a_server_asks_nothing_of_the_client_but_signs_of_life(apis: dict[str, Api]) -> None:
    ping, sampling = make_one(apis, "asks_back").result
    assert ping == {"jsonrpc": "2.0", "id": "a", "result": {}}
    assert sampling["error"]["code"] == -32601


def test_a_variable_that_is_not_set_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER_MODE", "x")
    apis = apis_of(plain(include=["echo"], env=["SERVER_MODE"]))
    monkeypatch.delenv("SERVER_MODE")
    with pytest.raises(ConfigError, match="SERVER_MODE"):
        make_one(apis, "echo")


@pytest.mark.parametrize("mode", ["", "stays"])
def test_nothing_is_left_after_closing(mode: str, marker: str) -> None:
    apis = apis_of(plain(mode, marker, include=["daemon", "echo"]))
    assert make_one(apis, "daemon").result == "started"
    assert all_ended(marker)


def test_closing_with_calls_under_way(marker: str) -> None:
    apis = apis_of(plain("", marker, include=["slow"]))

    async def run() -> list[ExecutionResult]:
        session = await McpExecutor(sessions=2).open(list(apis.values()))
        call = Call(name="slow", arguments={"text": ""})
        tasks = [asyncio.create_task(session.call(apis["slow"], call)) for _ in range(4)]
        while len(processes(marker)) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await session.close()
        await session.close()
        return await asyncio.gather(*tasks)

    results = asyncio.run(run())
    assert {(result.outcome, result.reason) for result in results} == {(Outcome.error, Reason.worker_lost)}
    assert all_ended(marker)


def test_a_call_that_is_cancelled_frees_its_place(marker: str) -> None:
    apis = apis_of(plain("", marker, include=["slow", "echo"]))

    async def run() -> ExecutionResult:
        async with await McpExecutor(sessions=1).open(list(apis.values())) as session:
            await session.call(apis["echo"], Call(name="echo", arguments={"text": "x"}))
            slow = asyncio.create_task(session.call(apis["slow"], Call(name="slow", arguments={"text": ""})))
            await asyncio.sleep(0.05)
            slow.cancel()
            return await session.call(apis["echo"], Call(name="echo", arguments={"text": "next"}))

    assert asyncio.run(run()).result == "next"
    assert all_ended(marker)


ENGINE = """
import asyncio, json, sys
from apigen.execution import McpExecutor
from apigen.records import Api, Call

async def main():
    apis = [Api.model_validate(api) for api in json.load(sys.stdin)]
    session = await McpExecutor().open(apis)
    await asyncio.gather(*(session.call(api, Call(name=api.name, arguments={"text": ""})) for api in apis))
    print("called", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are found on Linux only")
@pytest.mark.parametrize("mode", ["", "stays"])
def test_nothing_outlives_an_engine_that_is_killed(mode: str, marker: str, tmp_path: Path) -> None:
    apis = apis_of(plain(mode, marker, include=["daemon"]))
    written = json.dumps([api.model_dump(mode="json") for api in apis.values()])
    engine = subprocess.Popen(
        [sys.executable, "-c", ENGINE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert engine.stdin is not None
    assert engine.stdout is not None
    with engine:
        engine.stdin.write(written)
        engine.stdin.close()
        assert engine.stdout.readline() == "called\n"
        assert processes(marker)
        assert list(tmp_path.glob("apigen-mcp-*"))
        engine.send_signal(signal.SIGKILL)
    assert all_ended(marker)
    assert list(tmp_path.glob("apigen-mcp-*")) == []


def test_many_calls_at_once_leave_nothing_open(apis: dict[str, Api]) -> None:
    async def run() -> tuple[list[ExecutionResult], int, int]:
        async with await McpExecutor(sessions=2).open(list(apis.values())) as session:
            await echo_all(session, 4)
            before = len(os.listdir("/dev/fd"))
            results = await echo_all(session, 100)
            return results, before, len(os.listdir("/dev/fd"))

    async def echo_all(session: ExecutionSession, number: int) -> list[ExecutionResult]:
        calls = [Call(name="echo", arguments={"text": f"text {i}"}) for i in range(number)]
        return await asyncio.gather(*(session.call(apis["echo"], call, i) for i, call in enumerate(calls)))

    results, before, after = asyncio.run(run())
    assert [(result.position, result.result) for result in results] == [(i, f"text {i}") for i in range(100)]
    assert after <= before + 4  # a second session may have been started


def test_the_router_tells_how_servers_are_held(apis: dict[str, Api]) -> None:
    async def run() -> str:
        async with await Calls.open([McpExecutor()], [apis["echo"]]) as calls:
            return calls.isolation

    isolation = asyncio.run(run())
    assert isolation.startswith("mcp: ")
    assert "network" in isolation


def test_the_official_sdk_on_stdio() -> None:
    apis = apis_of(McpSource(command=sys.executable, args=[str(SERVERS / "official.py"), "stdio"], timeout=60))
    check_official(apis)


def test_the_official_sdk_over_http(http_server: str) -> None:
    check_official(apis_of(McpSource(url=http_server, allow_private=True, allow_writes=True, timeout=60)))


def check_official(apis: dict[str, Api]) -> None:
    weather, added, broken, deleted, after = make(
        apis,
        [
            ("weather", {"city": "Oslo"}),
            ("add", {"a": 2, "b": 3}),
            ("broken", {"text": "luck"}),
            ("delete", {"name": "x"}),
            ("weather", {"city": "Rome", "days": 2}),
        ],
        timeout=60.0,
    )
    assert weather.result == {"degrees": 21.0, "sky": "blue over Oslo"}
    assert added.result == {"result": 5}
    assert broken.reason is Reason.error_payload
    assert deleted.result == {"result": "x is gone"}
    assert after.result == {"degrees": 22.0, "sky": "blue over Rome"}


def test_too_large_an_answer_over_http(http_server: str) -> None:
    apis = apis_of(McpSource(url=http_server, allow_private=True, timeout=60))
    calls: list[Wanted] = [("huge", {"characters": 20_000_000}), ("add", {"a": 1, "b": 1})]
    huge, after = make(apis, calls, timeout=60.0)
    assert huge.reason is Reason.result_too_large
    assert after.result == {"result": 2}


def test_a_private_address_is_not_called_unless_it_is_allowed(http_server: str) -> None:
    apis = apis_of(McpSource(url=http_server, allow_private=True, include=["add"]))
    implementation = apis["add"].implementation
    assert implementation is not None
    options = {**implementation.options, "server": {**implementation.options["server"], "allow_private": False}}
    api = apis["add"].model_copy(update={"implementation": implementation.model_copy(update={"options": options})})
    result = make({"add": api}, [("add", {"a": 1, "b": 1})])[0]
    assert (result.outcome, result.reason) == (Outcome.rejected, Reason.blocked)
