"""The workers of a run: lost and replaced, many calls at once, libraries that cannot be imported, the end of it all."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from apigen.errors import ConfigError
from apigen.execution import ExecutionSession, PythonExecutor
from apigen.execution import workers as engine_side
from apigen.execution.libraries import LIBRARIES_AT_ONCE
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Implementation, Outcome

linux = pytest.mark.skipif(sys.platform != "linux", reason="uses /proc")
ApiOf = Callable[..., Api]


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


async def make(session: ExecutionSession, api: Api, **arguments: Any) -> ExecutionResult:
    return await session.call(api, Call(name=api.name, arguments=arguments))


def in_session(work: Callable[[ExecutionSession], Coroutine[Any, Any, Any]], apis: list[Api], **settings: Any) -> Any:
    async def opened() -> Any:
        async with await PythonExecutor(**{"isolation": "process", **settings}).open(apis) as session:
            return await work(session)

    return asyncio.run(opened())


# lost workers


def test_a_worker_killed_during_a_call_is_replaced(api_of: ApiOf, tmp_path: Path) -> None:
    api = api_of("kills_worker_once")

    async def work(session: ExecutionSession) -> ExecutionResult:
        return await make(session, api, flag=str(tmp_path / "flag"))

    assert in_session(work, [api], workers=1).result == "done"


def test_a_worker_killed_from_outside_during_a_call_is_replaced(api_of: ApiOf) -> None:
    parent, sleeps = api_of("parent"), api_of("sleeps")

    async def work(session: ExecutionSession) -> list[Any]:
        before = (await make(session, parent)).result
        call = asyncio.create_task(make(session, sleeps, seconds=0.3))
        await asyncio.sleep(0.1)
        os.kill(before, signal.SIGKILL)
        return [before, (await call).result, (await make(session, parent)).result]

    before, result, after = in_session(work, [parent, sleeps], workers=1)
    assert result == "slept"
    assert before != after


def test_idle_workers_that_died_are_replaced(api_of: ApiOf) -> None:
    parent, sleeps = api_of("parent"), api_of("sleeps")

    async def work(session: ExecutionSession) -> ExecutionResult:
        await asyncio.gather(*(make(session, sleeps, seconds=0.05) for _ in range(2)))
        for _ in range(2):
            os.kill((await make(session, parent)).result, signal.SIGKILL)
            await asyncio.sleep(0.05)
        return await make(session, parent)

    assert in_session(work, [parent], workers=2).outcome is Outcome.passed


def test_worker_lost(api_of: ApiOf) -> None:
    api, other = api_of("kills_worker"), api_of("pair")

    async def work(session: ExecutionSession) -> list[ExecutionResult]:
        return [await make(session, api), await make(session, other, a=1)]

    lost, following = in_session(work, [api, other], workers=1)
    assert (lost.outcome, lost.reason) == (Outcome.error, Reason.worker_lost)
    assert "SIGKILL" in lost.message
    assert following.result == [1, 2]


@linux
def test_a_worker_that_does_not_reply_is_replaced(
    api_of: ApiOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_side, "CLEARING_TIME", 0.5)
    monkeypatch.setattr(engine_side, "LEAVING_TIME", 0.2)
    (tmp_path / "stops.py").write_text(
        "import os, signal, time\ndef stop():\n    os.kill(os.getppid(), signal.SIGSTOP)\n    time.sleep(60)\n"
    )
    api = api_of("stops:stop", tmp_path)

    async def work(session: ExecutionSession) -> ExecutionResult:
        return await make(session, api)

    lost = in_session(work, [api], workers=1, wall_time=0.2)
    assert (lost.outcome, lost.reason) == (Outcome.error, Reason.worker_lost)
    assert "did not reply" in lost.message


# many calls at once


def test_many_calls_at_once_each_get_their_own_result(api_of: ApiOf) -> None:
    plain, sleeps, spins = api_of("pair"), api_of("sleeps"), api_of("sleeps")

    async def work(session: ExecutionSession) -> list[ExecutionResult]:
        calls = []
        for number in range(96):
            if number % 16 == 0:
                calls.append(make(session, sleeps, seconds=0.05))
            elif number % 32 == 6:
                calls.append(make(session, spins, seconds=9))
            else:
                calls.append(make(session, plain, a=number))
        gate = asyncio.Semaphore(32)

        async def limited(call: Coroutine[Any, Any, ExecutionResult]) -> ExecutionResult:
            async with gate:
                return await call

        return await asyncio.gather(*map(limited, calls))

    results = in_session(work, [plain], workers=2, wall_time=1)
    for number, result in enumerate(results):
        if number % 16 == 0:
            assert result.result == "slept"
        elif number % 32 == 6:
            assert result.reason is Reason.timeout
        else:
            assert result.result == [number, 2]


def test_a_slow_call_does_not_hold_back_others(api_of: ApiOf) -> None:
    plain, sleeps = api_of("pair"), api_of("sleeps")

    async def work(session: ExecutionSession) -> bool:
        slow = asyncio.create_task(make(session, sleeps, seconds=30))
        for number in range(20):
            assert (await make(session, plain, a=number)).result == [number, 2]
        return slow.done()

    assert in_session(work, [plain], workers=2, wall_time=60) is False


@linux
def test_descriptors_and_processes_do_not_grow(api_of: ApiOf) -> None:
    plain, parent, left = api_of("pair"), api_of("parent"), api_of("leaves_processes")

    def open_files(pid: int) -> int:
        return len(os.listdir(f"/proc/{pid}/fd"))

    async def work(session: ExecutionSession) -> None:
        worker = (await make(session, parent)).result
        await make(session, plain, a=1)
        before = open_files(os.getpid()), len(children(os.getpid()))
        for number in range(300):
            await (make(session, left) if number % 100 == 0 else make(session, plain, a=number))
        assert (open_files(os.getpid()), len(children(os.getpid()))) == before
        assert children(worker) == []
        assert (await make(session, parent)).result == worker

    in_session(work, [plain], workers=1)


def test_more_libraries_than_workers_may_live(api_of: ApiOf, tmp_path: Path) -> None:
    count = LIBRARIES_AT_ONCE + 3
    for number in range(count):
        (tmp_path / f"library_{number}.py").write_text(
            f"import os\ndef number():\n    return [{number}, os.getppid()]\n"
        )
    apis = [api_of(f"library_{number}:number", tmp_path) for number in range(count)]

    async def work(session: ExecutionSession) -> list[ExecutionResult]:
        first = await asyncio.gather(*(make(session, api) for api in apis))
        return [*first, *(await asyncio.gather(*(make(session, api) for api in apis)))]

    results = in_session(work, apis, workers=1)
    assert [result.result[0] for result in results] == [*range(count), *range(count)]


# libraries that cannot be imported


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
        ("import no_such_module", "ModuleNotFoundError"),
        ("def (", "SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import os; os._exit(3)", "ended with status 3 while importing `horror`"),
        ("import os; os.abort()", "was ended by SIGABRT while importing `horror`"),
        ("import time; time.sleep(600)", "still importing `horror` after 1 s"),
        ("while True: pass", "still importing `horror` after 1 s"),
        ("import subprocess; subprocess.run(['sleep', '600'])", "still importing `horror` after 1 s"),
    ],
)
def test_a_library_that_cannot_be_imported(api_of: ApiOf, tmp_path: Path, code: str, shown: str) -> None:
    (tmp_path / "horror.py").write_text(f"{code}\ndef f():\n    return 1\n")
    api, fine = api_of("horror:f", tmp_path), api_of("pair")

    async def work(session: ExecutionSession) -> list[ExecutionResult]:
        calls = [make(session, api) for _ in range(6)]
        return [*(await asyncio.gather(*calls)), await make(session, fine, a=1)]

    *lost, following = in_session(work, [api, fine], workers=1, import_timeout=1 if "after 1 s" in shown else 60)
    for result in lost:
        assert (result.outcome, result.reason, result.result) == (Outcome.error, Reason.worker_lost, None)
        assert shown in result.message
        assert "horror" in result.message
    assert following.result == [1, 2]


@pytest.mark.parametrize(
    "code",
    [
        "print('x' * 10_000_000)",
        "import sys; sys.stdout.write('kept in the buffer')",
        "import os; os.write(2, b'x' * 1_000_000)",
        "import warnings; warnings.simplefilter('error')",
        "import threading, time; threading.Thread(target=time.sleep, args=(600,), daemon=True).start()",
        "import subprocess; subprocess.Popen(['sleep', '600'])",
        "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN); signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "import sys; sys.stdout.close(); sys.stderr = None",
        "import os; os.chdir('/'); os.environ.clear()",
        "import asyncio; asyncio.run(asyncio.sleep(0))",
    ],
)
def test_a_library_with_odd_import_time_code(api_of: ApiOf, tmp_path: Path, code: str) -> None:
    (tmp_path / "strange.py").write_text(f"{code}\ndef f():\n    print('said')\n    return 1\n")
    api = api_of("strange:f", tmp_path)

    async def work(session: ExecutionSession) -> list[ExecutionResult]:
        return [await make(session, api) for _ in range(3)]

    for result in in_session(work, [api], workers=1):
        if "stdout.close" in code:
            assert result.reason is Reason.invalid_value  # ValueError of the function's own print
        else:
            assert (result.result, result.output) == (1, "said\n"), result


def test_one_broken_module_does_not_spoil_the_package(api_of: ApiOf, tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "good.py").write_text("from . import shared\ndef f():\n    return shared.ONE\n")
    (package / "shared.py").write_text("ONE = 1\n")
    (package / "bad.py").write_text("1 / 0\n")
    good, bad = api_of("package.good:f", tmp_path), api_of("package.bad:f", tmp_path)

    async def work(session: ExecutionSession) -> list[ExecutionResult]:
        return [await make(session, bad), await make(session, good)]

    lost, fine = in_session(work, [good, bad], workers=1)
    assert (lost.reason, lost.message) == (Reason.worker_lost, "`package.bad`: ZeroDivisionError: division by zero")
    assert fine.result == 1


@pytest.mark.parametrize("foreseen", [True, False])
def test_a_function_that_is_not_there(api_of: ApiOf, foreseen: bool) -> None:
    api = api_of("no_such_function")

    async def work(session: ExecutionSession) -> ExecutionResult:
        return await make(session, api)

    found = in_session(work, [api] if foreseen else [api_of("pair")], workers=1)
    assert (found.outcome, found.reason) == (Outcome.error, Reason.worker_lost)
    assert "no_such_function" in found.message


# where functions are found


@pytest.mark.parametrize("name", ["functions.py", "my functions.py", "my-functions.py", "random.py", "json.py"])
def test_a_function_in_a_file(api_of: ApiOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    folder = tmp_path / "a folder: of mine"
    folder.mkdir()
    (folder / name).write_text(
        "import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int\ndef f(p: P) -> P:\n    return P(p.x + 1)\n"
    )
    monkeypatch.chdir(folder)
    apis = [api_of(f"{folder / name}:f"), api_of(f"{name}:f")]

    async def work(session: ExecutionSession) -> list[ExecutionResult]:
        return [await make(session, api, p={"x": 1}) for api in apis]

    assert [found.result for found in in_session(work, apis, workers=1)] == [{"x": 2}, {"x": 2}]


def test_same_names_below_different_folders_are_different(api_of: ApiOf, tmp_path: Path) -> None:
    apis = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.py").write_text(f"def f():\n    return {name!r}\n")
        apis.append(api_of("same:f", tmp_path / name))

    async def work(session: ExecutionSession) -> list[str]:
        return [(await make(session, api)).result for api in apis]

    assert in_session(work, apis, workers=1) == ["one", "two"]


def test_what_the_engine_can_import_a_worker_can(
    api_of: ApiOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside_the_command.py").write_text("def f():\n    return 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    api = api_of("beside_the_command:f").model_copy(
        update={"implementation": Implementation(kind="python", target="beside_the_command:f")}
    )

    async def work(session: ExecutionSession) -> ExecutionResult:
        return await make(session, api)

    assert in_session(work, [api], workers=1).result == 1


# the end


@linux
def test_closing_with_calls_in_flight(api_of: ApiOf) -> None:
    api, others = api_of("sleeps"), children(os.getpid())

    async def work() -> list[ExecutionResult]:
        session = await PythonExecutor(workers=2, wall_time=600, isolation="process").open([api])
        calls = [asyncio.create_task(make(session, api, seconds=500)) for _ in range(6)]
        await asyncio.sleep(0.3)
        await asyncio.gather(session.close(), session.close())
        await session.close()
        assert children(os.getpid()) == others
        return [*(await asyncio.gather(*calls)), await make(session, api, seconds=0)]

    for result in asyncio.run(work()):
        assert (result.outcome, result.reason) == (Outcome.error, Reason.worker_lost)


@linux
def test_a_cancelled_call_frees_its_worker(api_of: ApiOf) -> None:
    sleeps, plain = api_of("sleeps"), api_of("pair")

    async def work(session: ExecutionSession) -> ExecutionResult:
        await make(session, plain, a=0)
        for wait in (0.0, 0.1):
            call = asyncio.create_task(make(session, sleeps, seconds=500))
            await asyncio.sleep(wait)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        return await make(session, plain, a=7)

    assert in_session(work, [sleeps], workers=1, wall_time=600).result == [7, 2]


@linux
@pytest.mark.parametrize("wait", [0, 0.01, 0.05, 0.3])
def test_a_cancelled_run_leaves_nothing(
    api_of: ApiOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait: float
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    api, others = api_of("sleeps"), children(os.getpid())

    async def run() -> None:
        async with await PythonExecutor(workers=2, wall_time=600, isolation="process").open([api]) as session:
            await asyncio.gather(*(make(session, api, seconds=500) for _ in range(4)))

    async def cancelled() -> None:
        task = asyncio.create_task(run())
        await asyncio.sleep(wait)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()  # the impatient user presses Ctrl-C again
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert children(os.getpid()) == others
    assert not list(tmp_path.iterdir())


def test_the_scratch_folders_are_removed(api_of: ApiOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    api = api_of("surroundings")

    async def work(session: ExecutionSession) -> ExecutionResult:
        assert os.listdir(tmp_path)
        return await make(session, api)

    assert in_session(work, [api]).result["folder"].startswith(str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_system_that_cannot_start_workers_is_a_config_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(ConfigError, match="cannot be called here"):
        asyncio.run(PythonExecutor().open([]))


def test_calls_without_an_implementation_are_not_executed(api_of: ApiOf) -> None:
    api = api_of("pair").model_copy(update={"implementation": None})

    async def work(session: ExecutionSession) -> ExecutionResult:
        return await session.call(api, Call(name="plain"), position=4)

    found = in_session(work, [])
    assert (found.outcome, found.reason, found.how) == (Outcome.rejected, Reason.not_executable, "not_executed")
    assert found.position == 4


def test_a_worker_that_reaches_the_network_is_not_used_where_the_run_says_none(api_of: ApiOf) -> None:
    api = api_of("pair")

    async def work(session: ExecutionSession) -> ExecutionResult:
        session.isolation = "process, no network"
        return await make(session, api, a=1)

    found = in_session(work, [api], isolation="none")
    assert (found.outcome, found.reason, found.result) == (Outcome.error, Reason.worker_lost, None)
    assert "network" in found.message


def test_large_arguments_arrive(api_of: ApiOf) -> None:
    api = api_of("statistics:mean")

    async def work(session: ExecutionSession) -> ExecutionResult:
        return await make(session, api, data=[7] * 1_000_000)

    assert in_session(work, [api], workers=1, wall_time=60, cpu_time=60).result == 7
