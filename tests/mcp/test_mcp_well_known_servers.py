"""Servers that others wrote, where they are installed."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp_servers import installed, over_http

from apigen.execution import Calls, Execution, McpExecutor
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Json
from apigen.sources import McpSource

EVERYTHING = "mcp-server-everything"


def made(source: McpSource, *calls: tuple[str, dict[str, Json]]) -> list[ExecutionResult]:
    apis = {api.name: api for api in source.load("mine").apis}

    async def run() -> list[ExecutionResult]:
        async with await McpExecutor(sessions=1).open(list(apis.values())) as session:
            return [await session.call(apis[name], Call(name=name, arguments=given)) for name, given in calls]

    return asyncio.run(run())


def test_time() -> None:
    source = McpSource(command=installed("mcp-server-time"), args=["--local-timezone", "UTC"])
    noon = {"source_timezone": "UTC", "time": "12:00", "target_timezone": "Asia/Tokyo"}
    converted, refused = made(source, ("convert_time", noon), ("get_current_time", {"timezone": "Mars/Base"}))
    found = converted.result
    assert found["target"]["datetime"].endswith("T21:00:00+09:00")
    assert refused.reason is Reason.error_payload


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git = shutil.which("git")
    if git is None:
        pytest.skip("there is no git")
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": os.environ["PATH"]}
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    for line in (["init", "--quiet"], [*who, "commit", "--quiet", "--allow-empty", "--message=the first of all"]):
        subprocess.run([git, *line], cwd=tmp_path, env=own, check=True)
    return tmp_path


def test_git_reads_and_writes_what_it_is_granted(repository: Path) -> None:
    place, command = str(repository), installed("mcp-server-git")
    log = ("git_log", {"repo_path": place, "max_count": 3})
    branch = ("git_create_branch", {"repo_path": place, "branch_name": "other"})
    reading = McpSource(command=command, args=["--repository", place], read=[place], allow_writes=True)
    told, outside = made(reading, log, ("git_status", {"repo_path": "/"}))
    assert "the first of all" in told.result
    assert outside.reason is Reason.error_payload
    writing = McpSource(command=command, args=["--repository", place], write=[place], allow_writes=True)
    [created] = made(writing, branch)
    assert created.reason is None
    assert (repository / ".git" / "refs" / "heads" / "other").exists()


def test_tools_of_git_that_write_are_not_taken_unasked(repository: Path) -> None:
    place = str(repository)
    loaded = McpSource(command=installed("mcp-server-git"), args=["--repository", place], read=[place]).load("mine")
    assert "git_log" in [api.name for api in loaded.apis]
    assert {one.name: one.reason for one in loaded.refused}["git_commit"] is Reason.blocked


def test_everything() -> None:
    source = McpSource(command=installed(EVERYTHING))
    added, weather = made(source, ("get-sum", {"a": 1, "b": 2}), ("get-structured-content", {"location": "Chicago"}))
    assert added.result == "The sum of 1 and 2 is 3."
    assert set(weather.result) == {"temperature", "conditions", "humidity"}


@pytest.fixture
def everything_over_http() -> Iterator[str]:
    with over_http(installed(EVERYTHING), "streamableHttp") as address:
        yield address


def test_everything_over_http(everything_over_http: str) -> None:
    source = McpSource(url=everything_over_http, allow_private=True, allow_writes=True)
    added, refused = made(source, ("get-sum", {"a": 1, "b": 2}), ("get-sum", {"a": 1}))
    assert added.result == "The sum of 1 and 2 is 3."
    assert refused.result is None


def test_filesystem(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    source = McpSource(command=installed("mcp-server-filesystem"), args=[str(tmp_path)], read=[str(tmp_path)])
    read, outside = made(
        source,
        ("read_text_file", {"path": str(tmp_path / "note.txt")}),
        ("read_text_file", {"path": "/etc/hostname"}),
    )
    assert read.result == {"content": "hello"}
    assert outside.reason is Reason.error_payload
    assert "write_file" in [one.name for one in source.load("mine").refused]


def test_memory_keeps_what_it_is_told_where_it_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMORY_FILE_PATH", str(tmp_path / "memory.jsonl"))
    source = McpSource(
        command=installed("mcp-server-memory"), env=["MEMORY_FILE_PATH"], write=[str(tmp_path)], allow_writes=True
    )
    entity = {"name": "Ada", "entityType": "person", "observations": ["writes programs"]}
    kept, found = made(source, ("create_entities", {"entities": [entity]}), ("search_nodes", {"query": "Ada"}))
    assert kept.reason is None
    assert found.result == {"entities": [entity], "relations": []}
    assert (tmp_path / "memory.jsonl").exists()


def test_sequential_thinking() -> None:
    thought = {"thought": "One step.", "nextThoughtNeeded": False, "thoughtNumber": 1, "totalThoughts": 1}
    [told] = made(McpSource(command=installed("mcp-server-sequential-thinking")), ("sequentialthinking", thought))
    assert told.result["thoughtHistoryLength"] == 1


TIME = ("mcp-server-time", ["--local-timezone", "UTC"], "get_current_time", {"timezone": "Asia/Tokyo"})
SUM = (EVERYTHING, [], "get-annotated-message", {"messageType": "success", "includeImage": True})


@pytest.mark.parametrize(("command", "args", "tool", "given"), [TIME, SUM])
def test_what_a_server_answered_is_replayed_without_it(
    command: str, args: list[str], tool: str, given: dict[str, Json], tmp_path: Path
) -> None:
    """The time of day is another at each call, unless it is replayed; the server may be gone by then."""
    link = tmp_path / command
    link.symlink_to(installed(command))
    apis = McpSource(command=str(link), args=args, include=[tool]).load("mine").apis
    cassette = str(tmp_path / "cassette.sqlite")
    live = _result("live", apis, given, cassette)
    recorded = _result("record", apis, given, cassette)
    link.unlink()
    gone = _result("live", apis, given, cassette)
    replayed = _result("replay", apis, given, cassette)
    other = _result("replay", apis, {**given, "more": 1}, cassette)
    assert (live.how, recorded.how, replayed.how, other.how) == ("executed", "executed", "replayed", "not_executed")
    assert gone.reason is Reason.worker_lost
    assert replayed.result == recorded.result
    assert replayed.result is not None
    assert replayed.recorded_at == recorded.recorded_at
    assert other.reason is Reason.not_recorded


def _result(mode: str, apis: tuple[Api, ...], given: dict[str, Json], cassette: str) -> ExecutionResult:
    execution = Execution(mode=mode, cassette=cassette)

    async def run() -> ExecutionResult:
        async with await Calls.open(execution.applied([McpExecutor()]), apis) as calls:
            return await calls.call(apis[0], Call(name=apis[0].name, arguments=given))

    return asyncio.run(run())
