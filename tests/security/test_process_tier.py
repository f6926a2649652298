"""What the weakest tier promises, by the same attacks: nothing passes to the next call, the engine lives, no process
is left. It promises nothing of files, signals and the network: those attacks would hurt whoever runs this."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apigen.execution import ExecutionSession, PythonExecutor
from apigen.records import Api, Call, ExecutionResult, Implementation, Outcome

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="uses /proc")
LIBRARY = Path(__file__).with_name("libraries") / "attacks.py"
HARMLESS = ("cpu_", "output_", "result_", "end_", "trace_")
ALSO = (
    "memory_at_once", "memory_many_objects", "memory_map", "memory_fill_scratch", "memory_large_file",
    "memory_many_threads", "process_fork", "process_shell", "process_system", "process_exec", "process_spawn",
    "process_daemon", "process_outlive_parent",
)  # fmt: skip
NAMES = [line[4:].split("(")[0] for line in LIBRARY.read_text().splitlines() if line.startswith("def ")]
ATTACKS = [name for name in NAMES if name.startswith(HARMLESS) or name in ALSO]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def session(runner: asyncio.Runner) -> Iterator[ExecutionSession]:
    executor = PythonExecutor(
        workers=1, wall_time=2.0, cpu_time=1, memory_mb=200, max_result_bytes=100_000, max_output_bytes=1_000_000,
        max_file_mb=2, scratch_mb=4, isolation="process",
    )  # fmt: skip
    session = runner.run(executor.open([api("innocent")]))
    yield session
    runner.run(session.close())


def api(name: str) -> Api:
    implementation = Implementation(kind="python", target=f"attacks:{name}", path=(str(LIBRARY.parent),))
    return Api(name=name, description="An attack.", parameters={}, implementation=implementation)


def made(runner: asyncio.Runner, session: ExecutionSession, name: str) -> ExecutionResult:
    where: dict[str, Any] = {"hidden": False, "engine": os.getpid()}
    return runner.run(session.call(api(name), Call(name=name, arguments={"where": where})))


def descendants(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *descendants(child)]
    return found


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_left_of_a_call(runner: asyncio.Runner, session: ExecutionSession, attack: str) -> None:
    innocent = made(runner, session, "innocent")
    before = descendants(os.getpid())
    found = made(runner, session, attack)
    assert found.outcome is not Outcome.error, found
    assert made(runner, session, "innocent").result == innocent.result == [3, '{"a": 1}', None, [], True]
    assert descendants(os.getpid()) == before
    assert len(before) == 1
