"""Seed update without barriers: what a request sees depends on its number alone, never on the order of answers."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence

from doubles import example

from apigen.records import Example
from apigen.sampling import ExampleSampler, SeedPool


def entries(request: int, function: str | None = None, depth: int = 1) -> list[Example]:
    return [example(f"e{request}", depth=depth, function=function or f"f{request}")]


def ids(examples: Mapping[str, Sequence[Example]]) -> list[str]:
    return [one.id for found in examples.values() for one in found]


def test_a_request_sees_the_entries_of_those_further_back_than_the_lag() -> None:
    async def scenario() -> list[list[str]]:
        pool = SeedPool(ExampleSampler(), lag=2)
        for request in range(5):
            await pool.add(request, entries(request))
        return [ids(await pool.visible(request)) for request in range(6)]

    assert asyncio.run(scenario()) == [[], [], [], ["e0"], ["e0", "e1"], ["e0", "e1", "e2"]]


def test_the_order_of_arrival_changes_nothing() -> None:
    async def scenario(order: Sequence[int]) -> list[list[str]]:
        pool = SeedPool(ExampleSampler(max_per_api=2), lag=1)
        for request in order:
            await pool.add(request, entries(request, function=f"f{request % 2}"))
        return [ids(await pool.visible(request)) for request in range(7)]

    seen = {str(asyncio.run(scenario(order))) for order in itertools.permutations(range(5 + 1))}
    assert len(seen) == 1


def test_a_request_waits_for_all_that_it_may_see() -> None:
    async def scenario() -> list[str]:
        pool = SeedPool(ExampleSampler(), lag=1)
        waiting = asyncio.create_task(pool.visible(3))  # type: ignore[arg-type]
        await pool.add(1, entries(1))
        await asyncio.sleep(0)
        assert not waiting.done()
        await pool.add(0, [])
        return ids(await waiting)

    assert asyncio.run(scenario()) == ["e1"]


def test_requests_within_the_lag_never_wait() -> None:
    async def scenario() -> list[Mapping[str, Sequence[Example]]]:
        pool = SeedPool(ExampleSampler(), lag=8)
        return [await pool.visible(request) for request in range(9)]

    assert [len(seen) for seen in asyncio.run(scenario())] == [0] * 9


def test_without_update_nothing_is_seen_and_nothing_waited_for() -> None:
    async def scenario() -> Mapping[str, Sequence[Example]]:
        pool = SeedPool(ExampleSampler(update=False), lag=1)
        return await pool.visible(1000)

    assert list(asyncio.run(scenario())) == []


def test_depth_and_share_of_a_function_are_bounded() -> None:
    async def scenario() -> list[str]:
        pool = SeedPool(ExampleSampler(max_depth=2, max_per_api=2), lag=1)
        for request, depth in enumerate((1, 3, 2, 1, 1)):
            await pool.add(request, entries(request, function="add", depth=depth))
        return ids(await pool.visible(6))

    assert asyncio.run(scenario()) == ["e0", "e2"]
