"""How workers end: at once, after a while, or not at all."""

import asyncio
from collections.abc import Awaitable, Callable

from apigen.pipeline.stopping import Stop


def worked(stop: Stop, work: Callable[[Stop, list[str]], Awaitable[None]], *act: Callable[[], object]) -> list[str]:
    """What one worker notes; `act` happens while it is at work, a turn of the loop apart."""
    notes: list[str] = []

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            stop.over([group.create_task(work(stop, notes))])
            for one in act:
                await asyncio.sleep(0)
                one()

    asyncio.run(asyncio.wait_for(main(), 60))
    return notes


async def in_flight(stop: Stop, notes: list[str]) -> None:
    try:
        await asyncio.sleep(0.05)
        notes.append("landed")
    except asyncio.CancelledError:
        notes.append("cancelled")
        raise


async def waits(stop: Stop, notes: list[str]) -> None:
    try:
        with stop.waiting():
            await asyncio.Event().wait()
    finally:
        notes.append("waits no more")


def test_a_first_interrupt_lets_what_is_in_flight_land() -> None:
    stop = Stop(30)
    assert worked(stop, in_flight, stop.interrupt) == ["landed"]
    assert (stop.status, stop.ending) == ("interrupted", True)


def test_a_second_one_does_not() -> None:
    stop = Stop(30)
    assert worked(stop, in_flight, stop.interrupt, stop.interrupt) == ["cancelled"]


def test_grace_ends() -> None:
    stop = Stop(0)
    assert worked(stop, in_flight, stop.interrupt) == ["cancelled"]


def test_a_spent_budget_lets_what_is_in_flight_land_and_an_interrupt_then_does_not() -> None:
    stop = Stop(30)
    assert worked(stop, in_flight, lambda: stop.end("stopped", "spent")) == ["landed"]
    stop = Stop(30)
    assert worked(stop, in_flight, lambda: stop.end("stopped", "spent"), stop.interrupt) == ["cancelled"]
    assert (stop.status, stop.why) == ("stopped", "spent")


def test_whoever_waits_for_others_is_not_left_waiting() -> None:
    stop = Stop(30)
    assert worked(stop, waits, lambda: stop.end("stopped", "spent")) == ["waits no more"]
    stop = Stop(30)
    stop.end("finished", "")
    assert worked(stop, waits) == ["waits no more"]


def test_the_first_end_counts() -> None:
    stop = Stop(1)
    stop.end("stopped", "spent")
    stop.end("finished", "")
    assert (stop.status, stop.why) == ("stopped", "spent")
