"""Calls that a worker is given together: one that is slow, lost or cancelled is nobody else's matter."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apigen.execution import ExecutionSession, PythonExecutor
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Outcome

ApiOf = Callable[..., Api]


async def make(session: ExecutionSession, api: Api, **arguments: Any) -> ExecutionResult:
    return await session.call(api, Call(name=api.name, arguments=arguments))


def test_calls_behind_a_slow_one_go_to_another_worker(api_of: ApiOf) -> None:
    plain, sleeps = api_of("pair"), api_of("sleeps")

    async def work() -> bool:
        async with await PythonExecutor(workers=2, wall_time=600, isolation="process").open([plain, sleeps]) as session:
            slow = asyncio.create_task(make(session, sleeps, seconds=500))
            fast = await asyncio.gather(*(make(session, plain, a=number) for number in range(40)))
            assert [result.result for result in fast] == [[number, 2] for number in range(40)]
            return slow.done()

    assert asyncio.run(work()) is False


@pytest.mark.parametrize("workers", [1, 2])
def test_a_lost_worker_takes_only_its_call_along(api_of: ApiOf, workers: int) -> None:
    plain, kills = api_of("pair"), api_of("kills_worker")

    async def work() -> list[ExecutionResult]:
        async with await PythonExecutor(workers=workers, isolation="process").open([plain, kills]) as session:
            calls = [make(session, plain, a=number) for number in range(20)]
            calls.insert(3, make(session, kills))
            return list(await asyncio.gather(*calls))

    results = asyncio.run(work())
    lost = results.pop(3)
    assert (lost.outcome, lost.reason) == (Outcome.error, Reason.worker_lost)
    assert [result.result for result in results] == [[number, 2] for number in range(20)]


def test_a_cancelled_call_leaves_the_others(api_of: ApiOf) -> None:
    plain, sleeps = api_of("pair"), api_of("sleeps")

    async def work() -> list[ExecutionResult]:
        async with await PythonExecutor(workers=1, wall_time=600, isolation="process").open([plain, sleeps]) as session:
            slow = asyncio.create_task(make(session, sleeps, seconds=500))
            others = [asyncio.create_task(make(session, plain, a=number)) for number in range(5)]
            await asyncio.sleep(0.3)
            assert not any(task.done() for task in others)
            others[2].cancel()
            slow.cancel()
            kept = [task for task in others if task is not others[2]]
            return list(await asyncio.gather(*kept))

    assert [result.result for result in asyncio.run(work())] == [[number, 2] for number in (0, 1, 3, 4)]


def test_a_call_cancelled_while_its_worker_starts_is_not_made(api_of: ApiOf) -> None:
    plain, sleeps = api_of("pair"), api_of("sleeps")

    async def work() -> ExecutionResult:
        async with await PythonExecutor(workers=1, wall_time=600, isolation="process").open([plain, sleeps]) as session:
            slow = asyncio.create_task(make(session, sleeps, seconds=500))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            slow.cancel()
            return await make(session, plain, a=1)

    assert asyncio.run(work()).result == [1, 2]


def test_output_and_large_results_stay_with_their_calls(api_of: ApiOf, tmp_path: Path) -> None:
    (tmp_path / "talks.py").write_text(
        "def talk(a: int) -> str:\n    if a % 3 == 0:\n        print('said', a)\n    return 'x' * (a * 10_000)\n"
    )
    api = api_of("talks:talk", tmp_path)

    async def work() -> list[ExecutionResult]:
        async with await PythonExecutor(workers=1, isolation="process").open([api]) as session:
            return list(await asyncio.gather(*(make(session, api, a=number) for number in range(24))))

    for number, result in enumerate(asyncio.run(work())):
        assert result.result == "x" * (number * 10_000)
        assert result.output == (f"said {number}\n" if number % 3 == 0 else "")
