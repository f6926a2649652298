"""Servers that others wrote, where they are installed."""

import asyncio
import shutil
from pathlib import Path

import pytest

from apigen.execution import McpExecutor
from apigen.mcp.server import search_path
from apigen.reasons import Reason
from apigen.records import Call, ExecutionResult, Json
from apigen.sources import McpSource


def server(command: str) -> str:
    """The command; the test is skipped if it is not installed."""
    if shutil.which(command, path=search_path()) is None:
        pytest.skip(f"{command} is not installed")
    return command


def made(source: McpSource, *calls: tuple[str, dict[str, Json]]) -> list[ExecutionResult]:
    apis = {api.name: api for api in source.load("mine").apis}

    async def run() -> list[ExecutionResult]:
        async with await McpExecutor(sessions=1).open(list(apis.values())) as session:
            return [await session.call(apis[name], Call(name=name, arguments=given)) for name, given in calls]

    return asyncio.run(run())


def test_time() -> None:
    source = McpSource(command=server("mcp-server-time"), args=["--local-timezone", "UTC"])
    noon = {"source_timezone": "UTC", "time": "12:00", "target_timezone": "Asia/Tokyo"}
    converted, refused = made(source, ("convert_time", noon), ("get_current_time", {"timezone": "Mars/Base"}))
    found = converted.result
    assert found["target"]["datetime"].endswith("T21:00:00+09:00")
    assert refused.reason is Reason.error_payload


def test_everything() -> None:
    source = McpSource(command=server("mcp-server-everything"))
    added, weather = made(source, ("get-sum", {"a": 1, "b": 2}), ("get-structured-content", {"location": "Chicago"}))
    assert added.result == "The sum of 1 and 2 is 3."
    assert set(weather.result) == {"temperature", "conditions", "humidity"}


def test_filesystem(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    source = McpSource(command=server("mcp-server-filesystem"), args=[str(tmp_path)], read=[str(tmp_path)])
    read, outside, written = made(
        source,
        ("read_text_file", {"path": str(tmp_path / "note.txt")}),
        ("read_text_file", {"path": "/etc/hostname"}),
        ("write_file", {"path": str(tmp_path / "new.txt"), "content": "x"}),
    )
    assert read.result == {"content": "hello"}
    assert outside.reason is Reason.error_payload
    assert written.reason is Reason.blocked
    assert not (tmp_path / "new.txt").exists()
