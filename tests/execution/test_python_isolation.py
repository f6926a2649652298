"""Nothing passes from one call to the next, from the engine to a call, or outlives it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from apigen.execution import PythonExecutor
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Outcome

Run = Callable[..., ExecutionResult]
linux = pytest.mark.skipif(sys.platform != "linux", reason="uses /proc")


def alive(pid: int) -> bool:
    """Whether the process exists and is more than an entry that nobody has read yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pids: list[int]) -> None:
    while any(map(alive, pids)):
        time.sleep(0.02)


def test_state_does_not_leak_between_calls(run: Run) -> None:
    before = run("surroundings")
    assert before.outcome is Outcome.passed, before
    assert [run("counts").result, run("counts").result] == [1, 1]
    assert run("spoils").result == "spoilt"
    after = run("surroundings")
    assert after.result == before.result
    assert after.result["calls"] == 0
    assert after.result["files"] == []


def test_the_environment_is_made_from_nothing(run: Run) -> None:
    found = run("surroundings").result["environment"]
    allowed = {"PATH", "LC_ALL", "TZ", "HOME", "TMPDIR", "PYTHONHASHSEED"}
    allowed |= {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}
    assert set(found) <= allowed
    assert found["HOME"] == run("surroundings").result["folder"]


def test_secrets_of_the_engine_are_not_in_the_environment(
    runner: asyncio.Runner, api_of: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")

    async def call() -> ExecutionResult:
        api = api_of("surroundings")
        async with await PythonExecutor(workers=1, isolation="process").open([api]) as session:
            return await session.call(api, Call(name=api.name))

    assert "canary" not in str(runner.run(call()))


@linux
def test_a_call_cannot_read_the_engines_environment_where_it_has_no_network(run: Run, isolation: str) -> None:
    if os.getuid() != 0 and isolation.endswith("reachable"):
        pytest.skip("the kernel grants no user namespace")
    assert Path(f"/proc/{os.getpid()}/environ").read_bytes()
    found = run("environment_of", pid=os.getpid())
    assert (found.reason, found.error_type) == (Reason.runtime_error, "PermissionError")


def test_only_the_result_pipe_is_open(run: Run) -> None:
    assert run("descriptors").result == [0, 1, 2, 3]


def test_hashes_are_the_same_in_every_worker(run: Run, runner: asyncio.Runner, api_of: Callable[..., Api]) -> None:
    async def call() -> ExecutionResult:
        api = api_of("hash_of")
        async with await PythonExecutor(workers=1, isolation="process").open([api]) as session:
            return await session.call(api, Call(name=api.name, arguments={"text": "a"}))

    assert runner.run(call()).result == run("hash_of", text="a").result


def test_files_are_removed_whatever_their_rights(run: Run) -> None:
    assert run("stubborn_files").result == "left"
    assert run("surroundings").result["files"] == []
    assert Path("/usr").exists()


def test_a_scratch_folder_turned_into_a_link_is_not_followed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x")
    assert run("replaces_scratch", target=str(tmp_path)).result == "replaced"
    assert run("surroundings").result["files"] == []
    assert (tmp_path / "precious").exists()


@linux
def test_processes_left_behind_are_killed(run: Run) -> None:
    found = run("leaves_processes")
    assert found.outcome is Outcome.passed, found
    assert len(found.result) == 2
    assert not any(map(alive, found.result))


@pytest.mark.parametrize("target", ["ignores_signals", "stops_itself"])
def test_a_call_that_will_not_end_is_ended(runner: asyncio.Runner, api_of: Callable[..., Api], target: str) -> None:
    async def call() -> list[ExecutionResult]:
        api, other = api_of(target), api_of("pair")
        async with await PythonExecutor(workers=1, wall_time=1, isolation="process").open([api]) as session:
            return [
                await session.call(api, Call(name=api.name)),
                await session.call(other, Call(name=other.name, arguments={"a": 1})),
            ]

    ended, following = runner.run(call())
    assert (ended.outcome, ended.reason, ended.message) == (Outcome.rejected, Reason.timeout, "no result after 1 s")
    assert following.result == [1, 2]


@pytest.mark.parametrize("network", [False, True])
def test_the_network_is_as_the_tier_says(runner: asyncio.Runner, api_of: Callable[..., Api], network: bool) -> None:
    api = api_of("connects")

    async def call(port: int) -> tuple[str, ExecutionResult]:
        executor = PythonExecutor(workers=1, isolation="process", network=network)
        async with await executor.open([api]) as session:
            return session.isolation, await session.call(api, Call(name=api.name, arguments={"port": port}))

    with socket.create_server(("127.0.0.1", 0)) as server:
        tier, found = runner.run(call(server.getsockname()[1]))
    if tier == "process, no network":
        assert not network
        assert (found.reason, found.result) == (Reason.runtime_error, None)
    else:
        assert tier == "process, network reachable"
        assert found.result == "connected"


ENGINE = """
import asyncio, signal, sys
from apigen.execution import PythonExecutor
from apigen.records import Api, Call, Implementation

def api(name):
    implementation = Implementation(kind="python", target=f"tempers:{name}", path=(sys.argv[1],))
    return Api(name=name, description="", parameters={}, implementation=implementation)

async def main():
    session = await PythonExecutor(workers=2, wall_time=600, isolation="process").open([])
    worker = (await session.call(api("parent"), Call(name="parent"))).result
    print(worker, flush=True)
    await asyncio.gather(*(session.call(api("sleeps"), Call(name="sleeps", arguments={"seconds": 500})) for _ in "ab"))

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored for jobs in the background
asyncio.run(main())
"""


def descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *descendants(child)]
    return found


@linux
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_the_engine(ending: signal.Signals, tmp_path: Path) -> None:
    libraries = Path(__file__).with_name("libraries")
    command = [sys.executable, "-c", ENGINE, str(libraries)]
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    ) as engine:
        assert engine.stdout is not None
        worker = int(engine.stdout.readline())
        while len(pids := descendants(engine.pid)) < 4:  # two workers, each with its call
            time.sleep(0.02)
        assert worker in pids
        engine.send_signal(ending)
    wait_until_gone(pids)
    assert not list(tmp_path.glob("apigen-*/*/*"))
