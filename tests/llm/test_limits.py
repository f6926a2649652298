"""Limits make requests wait and never fail, and the window of a provider follows what it bears; in simulated time."""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Sequence

import pytest
from simulated_time import now, run

from apigen.errors import ModelError
from apigen.llm.limits import Endpoint, Lane, Permit, Sign, Window, endpoint_of, sign_of
from apigen.reasons import Reason


async def sent(lane: Lane, tokens: float = 0.0, takes: float = 0.1, sign: Sign = Sign.fine) -> float:
    """Send one request; the moment at which it was sent."""
    permit = await lane.enter(tokens)
    await asyncio.sleep(takes)
    lane.leave(permit, sign)
    return permit.sent


def limited(requests: int | None = None, tokens: int | None = None, in_flight: int | None = None) -> Lane:
    lane = Endpoint().lane("m")
    lane.limit(requests, tokens, in_flight)
    return lane


def most_in_a_minute(moments: Sequence[float], units: Sequence[float] | None = None) -> float:
    weights = units or [1.0] * len(moments)
    pairs = sorted(zip(moments, weights, strict=True))
    return max(sum(weight for moment, weight in pairs if start <= moment < start + 60 - 1e-6) for start, _ in pairs)


@pytest.mark.parametrize("per_minute", [1, 7, 60, 1000])
def test_no_minute_has_more_requests_than_allowed_and_none_fewer_than_needed(per_minute: int) -> None:
    async def main() -> list[float]:
        lane = limited(requests=per_minute)
        return await asyncio.gather(*(sent(lane) for _ in range(per_minute * 3 + 1)))

    moments = run(main())
    assert most_in_a_minute(moments) <= per_minute
    assert 179 < max(moments) < 190


def test_requests_that_come_when_they_like_are_held_to_the_minute_too() -> None:
    random_ = random.Random(3)

    async def late(lane: Lane) -> float:
        await asyncio.sleep(random_.uniform(0, 600))
        return await sent(lane, takes=random_.uniform(0, 90))

    async def main() -> list[float]:
        lane = limited(requests=100)
        return await asyncio.gather(*(late(lane) for _ in range(1500)))

    assert most_in_a_minute(run(main())) <= 100


def test_tokens_are_spaced_by_what_requests_take() -> None:
    async def main() -> list[float]:
        lane = limited(tokens=6000)
        return [await sent(lane, tokens, takes=0) for tokens in (1000, 100, 9000, 10)]

    moments = run(main())
    assert moments == pytest.approx([0, 10, 11, 101], rel=0.03)


def test_an_estimate_is_corrected_by_the_usage() -> None:
    async def main() -> float:
        lane = limited(tokens=6000)
        for used in (300, 300, 300):
            permit = await lane.enter(3000)
            lane.leave(permit, Sign.fine, used=used)
        await lane.enter(1)
        return now()

    assert run(main()) == pytest.approx(9, rel=0.05)  # 900 tokens, at 100 a second


def test_what_was_refused_costs_no_tokens_and_what_is_unknown_costs_the_estimate() -> None:
    async def main(used: float | None) -> float:
        lane = limited(tokens=6000)
        lane.leave(await lane.enter(3000), Sign.fine, used=used)
        await lane.enter(1)
        return now()

    assert run(main(0.0)) == 0
    assert run(main(None)) == pytest.approx(30, rel=0.03)


def test_estimates_follow_the_answers() -> None:
    lane = Endpoint().lane("m")
    assert lane.estimate(400, 4000) == 100 + 1000
    lane.count_completion(50)
    lane.count_completion(150)
    assert lane.estimate(400, 4000) == 100 + 100
    assert Endpoint().lane("m").estimate(0, None) > 0


def test_the_lower_limit_of_two_users_of_a_model_holds() -> None:
    lane = limited(requests=60, tokens=None, in_flight=9)
    lane.limit(30, 500, None)
    lane.limit(90, None, 12)
    assert lane.requests is not None
    assert lane.tokens is not None
    assert (lane.requests.per_minute, lane.tokens.per_minute, lane.max_in_flight) == (30, 500, 9)


@pytest.mark.parametrize("most", [1, 5])
def test_no_more_are_in_flight_than_allowed(most: int) -> None:
    async def main() -> int:
        lane, peak = limited(in_flight=most), 0

        async def one() -> None:
            nonlocal peak
            permit = await lane.enter()
            peak = max(peak, lane.in_flight)
            await asyncio.sleep(1)
            lane.leave(permit, Sign.fine)

        await asyncio.gather(*(one() for _ in range(23)))
        assert now() == pytest.approx(math.ceil(23 / most))
        return peak

    assert run(main()) == most


def test_requests_go_in_the_order_in_which_they_came() -> None:
    async def main() -> list[float]:
        lane = limited(in_flight=1)
        return await asyncio.gather(*(sent(lane, takes=1) for _ in range(20)))

    moments = run(main())
    assert moments == sorted(moments)


def test_a_slow_answer_holds_nobody_else_back() -> None:
    async def main() -> float:
        lane = limited(in_flight=4)
        slow = asyncio.create_task(sent(lane, takes=1000))
        await asyncio.sleep(0)
        await asyncio.gather(*(sent(lane, takes=1) for _ in range(30)))
        done = now()
        await slow
        return done

    assert run(main()) == pytest.approx(10)


def test_a_model_that_must_wait_does_not_hold_the_others_of_its_provider() -> None:
    async def main() -> list[float]:
        endpoint = Endpoint()
        slow, fast = endpoint.lane("slow"), endpoint.lane("fast")
        slow.limit(1, None, None)
        waiting = [asyncio.create_task(sent(slow)) for _ in range(5)]
        await asyncio.sleep(0)
        moments = await asyncio.gather(*(sent(fast) for _ in range(50)))
        for task in waiting:
            task.cancel()
        return moments

    assert run(main()) == [0.0] * 50


def test_without_trouble_nothing_waits() -> None:
    async def main() -> None:
        lane = limited()
        assert await asyncio.gather(*(sent(lane, takes=1) for _ in range(3000))) == [0.0] * 3000
        assert lane.endpoint.window.size == math.inf

    run(main())


def refusing(capacity: Callable[[], float], lane: Lane, log: list[bool]) -> Callable[[], Awaitable[None]]:
    """A server that bears `capacity()` requests at a time, and a client that asks until it is answered."""
    at_server = 0

    async def answered() -> None:
        nonlocal at_server
        while True:
            permit = await lane.enter()
            at_server += 1
            refused = at_server > capacity()
            await asyncio.sleep(0.01 if refused else 0.5)
            at_server -= 1
            log.append(refused)
            lane.leave(permit, Sign.refused if refused else Sign.fine)
            if not refused:
                return
            await asyncio.sleep(1)

    return answered


def workers(count: int, requests: int, answered: Callable[[], Awaitable[None]]) -> Awaitable[object]:
    numbers = iter(range(requests))

    async def work() -> None:
        for _ in numbers:
            await answered()

    return asyncio.gather(*(work() for _ in range(count)))


def test_the_window_finds_what_the_server_bears() -> None:
    log: list[bool] = []

    async def main() -> None:
        lane = limited()
        await workers(200, 4000, refusing(lambda: 20, lane, log))
        assert 15 <= lane.endpoint.window.size <= 40

    run(main())
    assert sum(log[2000:]) < 0.2 * len(log[2000:])


def test_the_window_opens_again_when_the_server_has_recovered() -> None:
    async def main() -> None:
        lane = limited()
        await workers(100, 5000, refusing(lambda: 10 if now() < 20 else math.inf, lane, []))
        assert lane.endpoint.window.size == math.inf

    run(main())


def test_one_refusal_in_ten_does_not_close_the_window() -> None:
    random_ = random.Random(1)
    sizes: list[float] = []

    async def main() -> None:
        lane = limited()

        async def answered() -> None:
            await sent(lane, takes=0.5, sign=Sign.refused if random_.random() < 0.1 else Sign.fine)
            sizes.append(min(lane.endpoint.window.size, 256))

        await workers(256, 20_000, answered)

    run(main())
    settled = sizes[len(sizes) // 2 :]
    assert sum(settled) / len(settled) > 256 / 4


def test_a_round_trip_is_cut_once_whatever_the_number_of_refusals() -> None:
    async def main() -> float:
        lane = limited()
        permits = [await lane.enter() for _ in range(64)]
        await asyncio.sleep(1)
        for permit in permits:
            lane.leave(permit, Sign.refused)
        return lane.endpoint.window.size

    assert run(main()) == 32


def test_the_window_never_closes_altogether() -> None:
    window = Window()
    window.asked = 50
    for moment in range(100):
        window.ended(Sign.refused, sent=moment, in_flight=1, now=moment + 0.5)
        assert window.size >= 1


def test_single_broken_connections_mean_nothing_and_a_storm_leaves_a_quarter() -> None:
    window = Window()
    window.asked = 80
    for moment in range(200):
        window.ended(Sign.broken if moment % 4 == 0 else Sign.fine, sent=moment, in_flight=80, now=moment + 0.5)
    assert window.size == math.inf
    for moment in range(200, 300):
        window.ended(Sign.broken, sent=moment, in_flight=int(min(80, window.size)), now=moment + 0.5)
    assert window.size == 20


def test_the_time_that_a_provider_asks_for_stops_its_whole_endpoint_and_no_other() -> None:
    async def main() -> None:
        endpoint = Endpoint()
        generator, judge, elsewhere = endpoint.lane("a"), endpoint.lane("b"), limited()
        permit = await generator.enter()
        generator.leave(permit, Sign.refused, pause=7.0)
        assert await sent(elsewhere, takes=0) == 0
        assert [await sent(judge, takes=0), await sent(generator, takes=0)] == [7.0, 7.0]
        generator.leave(await generator.enter(), Sign.refused, pause=86_400.0)
        assert await sent(judge) == 67.0

    run(main())


def test_waiting_and_giving_up_loses_no_permit() -> None:
    async def main() -> None:
        lane = limited(in_flight=1)
        held = await lane.enter()
        waiting = [asyncio.create_task(lane.enter()) for _ in range(4)]
        await asyncio.sleep(0)
        waiting[0].cancel()  # while it waits
        await asyncio.sleep(0)
        waiting[1].cancel()  # not yet told of it when a permit is free
        lane.leave(held, Sign.fine)
        waiting[2].cancel()  # it has been given the permit, and does not know
        granted = await asyncio.wait_for(waiting[3], 1)
        assert isinstance(granted, Permit)
        for task in waiting[:3]:
            with pytest.raises(asyncio.CancelledError):
                await task
        lane.leave(granted, Sign.fine)
        assert (lane.in_flight, lane.endpoint.in_flight, lane.endpoint.waiting) == (0, 0, 0)

    run(main())


def test_endpoints_are_those_of_a_run() -> None:
    async def same() -> Endpoint:
        assert endpoint_of(("a",)) is endpoint_of(("a",))
        assert endpoint_of(("a",)) is not endpoint_of(("b",))
        return endpoint_of(("a",))

    assert asyncio.run(same()) is not asyncio.run(same())


@pytest.mark.parametrize(
    ("error", "sign"),
    [
        (ModelError(Reason.rate_limited, "x", retryable=True, status=429), Sign.refused),
        (ModelError(Reason.rate_limited, "no credit", status=429), Sign.none),
        (ModelError(Reason.model_unavailable, "x", retryable=True, status=503), Sign.refused),
        (ModelError(Reason.model_unavailable, "x", retryable=True, status=529), Sign.refused),
        (ModelError(Reason.model_unavailable, "x", retryable=True, status=500), Sign.fine),
        (ModelError(Reason.model_unavailable, "reset", retryable=True), Sign.broken),
        (ModelError(Reason.model_timeout, "x", retryable=True), Sign.broken),
        (ModelError(Reason.no_answer, "x", retryable=True), Sign.fine),
        (ModelError(Reason.model_refused_request, "x", status=400), Sign.fine),
    ],
)
def test_what_errors_say_of_the_load(error: ModelError, sign: Sign) -> None:
    assert sign_of(error) is sign
