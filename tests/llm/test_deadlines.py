"""Every request has its full time and no more, whatever the others do; in simulated time."""

import asyncio

import pytest
from simulated_time import now, run

from apigen.llm.deadlines import Deadlines


async def timed(deadlines: Deadlines, start: float, takes: float) -> tuple[str, float]:
    """How a request that begins at `start` ends, and when."""
    await asyncio.sleep(start)
    limit = deadlines.begin()
    try:
        async with limit:
            await asyncio.sleep(takes)
    except TimeoutError:
        return "late", now()
    finally:
        deadlines.end(limit)
    return "fine", now()


def test_each_has_its_full_time() -> None:
    async def main() -> list[tuple[str, float]]:
        deadlines = Deadlines(10)
        return await asyncio.gather(*(timed(deadlines, start, 9.5 if start % 3 else 1000) for start in range(60)))

    ends = run(main())
    assert [end for end, _ in ends] == ["fine" if start % 3 else "late" for start in range(60)]
    expected = [start + (9.5 if start % 3 else 10) for start in range(60)]
    assert [moment for _, moment in ends] == pytest.approx(expected)


def test_a_request_after_a_long_rest_has_its_full_time_too() -> None:
    async def main() -> list[tuple[str, float]]:
        deadlines = Deadlines(10)
        return [await timed(deadlines, start, 1000) for start in (0, 500, 3)]

    assert run(main()) == [("late", 10), ("late", 520), ("late", 533)]


def test_being_cancelled_is_not_being_late() -> None:
    async def main() -> None:
        deadlines = Deadlines(10)
        task = asyncio.create_task(timed(deadlines, 0, 1000))
        await asyncio.sleep(5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await timed(deadlines, 0, 9) == ("fine", 14)

    run(main())


def test_nothing_is_kept_of_requests_that_are_over() -> None:
    async def main() -> None:
        deadlines = Deadlines(10)
        await asyncio.gather(*(timed(deadlines, 0, 1) for _ in range(100)))
        assert deadlines._running == {}
        await asyncio.sleep(20)
        assert deadlines._timer is None

    run(main())
