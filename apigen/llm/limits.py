"""How many requests may go to a provider, and how fast. Limits make requests wait; they never make them fail.

What the user sets is per model: requests and tokens per minute, evenly spaced, and requests in flight. Beside it each
endpoint of a provider has a window of requests in flight that all models of a run there share. It is open until the
provider complains; then it is cut, once per round trip, and grows again by a fixed step per round trip until all that
is asked for fits. How deep it is cut follows the share of requests that were refused, from half downwards (Alizadeh et
al., "Data Center TCP", SIGCOMM 2010, section 3.1): a provider that refuses one in ten is not treated like one that
refuses all. A time that the provider asks for stops its whole endpoint.

Everything here belongs to one event loop and needs no lock.
"""

import asyncio
import math
from collections import deque
from collections.abc import Hashable
from enum import Enum
from weakref import WeakKeyDictionary

from apigen.errors import ModelError
from apigen.llm.retry import LONGEST_WAIT, OVERLOAD
from apigen.reasons import Reason

SLACK = 0.25
"""Seconds that a request may be late without those after it being late too."""
STEPS = 32
"""So many round trips bring a closed window from nothing to all that is asked for."""
MEMORY = 4
"""The share of refusals is averaged over about so many round trips."""
STORM = 8
"""Broken connections and time-outs count as overload once they are most of about so many answers."""
BROKEN_FLOOR = 4
"""Broken connections and time-outs leave a quarter of the window: a server that is gone is found gone by asking."""


class Sign(Enum):
    """What the end of a request says about the load of its endpoint."""

    none = "none"
    fine = "fine"
    refused = "refused"
    broken = "broken"


def sign_of(error: ModelError) -> Sign:
    """What a failed request says about the load of its endpoint."""
    if error.status in OVERLOAD:
        return Sign.refused if error.retryable else Sign.none
    lost = error.reason is Reason.model_unavailable and error.status is None and error.retryable
    return Sign.broken if lost or error.reason is Reason.model_timeout else Sign.fine


class Pace:
    """At most `per_minute` units in any minute, evenly spaced (generic cell rate algorithm, ITU-T I.371).

    Whoever comes when nothing is owed goes at once, whatever it takes; those after it wait until that is paid.
    """

    def __init__(self, per_minute: float) -> None:
        self.per_minute = per_minute
        self.next = -math.inf

    def take(self, units: float, now: float) -> None:
        """Count `units` that are used at `now`."""
        self.next = max(self.next, now - SLACK) + units * self._interval

    def correct(self, units: float) -> None:
        """Count `units` more than were taken; fewer, if negative."""
        self.next += units * self._interval

    @property
    def _interval(self) -> float:
        return (60.0 + SLACK) / self.per_minute


class Window:
    """How many requests may be in flight: any number (`size` is infinite) until the provider complains."""

    def __init__(self) -> None:
        self.size = math.inf
        self.asked = 1
        self._share = 1.0
        self._broken = 0.0
        self._cut_at = -math.inf
        self._round_at = -math.inf
        self._ended = self._refused = 0

    def ended(self, sign: Sign, sent: float, in_flight: int, now: float) -> None:
        """Count the end of a request that was sent at `sent`; `in_flight` counts it too."""
        if sign is Sign.none:
            return
        self._broken += ((sign is Sign.broken) - self._broken) / STORM
        storm = sign is Sign.broken and self._broken > 0.5
        if self.size == math.inf and not storm and sign is not Sign.refused:
            return
        if (sign is Sign.refused or storm) and sent >= self._cut_at:
            # what was sent before the last cut was sent into the same congestion
            floor = max(1.0, self.asked / BROKEN_FLOOR) if storm else 1.0
            size = min(self.size, in_flight)
            self.size = max(min(floor, size), size * (1 - self._share / 2))
            self._cut_at = now
        elif sign is Sign.fine:
            self.size += max(1.0, self.asked / STEPS) / self.size
        self._count_round(sign is not Sign.fine, sent, now)
        if self.size >= self.asked:
            self.size, self._share = math.inf, 1.0

    def _count_round(self, refused: bool, sent: float, now: float) -> None:
        """A round trip ends with the first end of a request that was sent in it."""
        self._ended += 1
        self._refused += refused
        if sent >= self._round_at:
            if self._round_at > -math.inf:
                self._share += (self._refused / self._ended - self._share) / MEMORY
            self._ended, self._refused, self._round_at = 0, 0, now


class Permit:
    """Leave to send one request; to be given back by `Lane.leave`."""

    __slots__ = ("sent", "tokens")

    def __init__(self, sent: float, tokens: float) -> None:
        self.sent = sent
        self.tokens = tokens


class Lane:
    """The requests to one model at an endpoint, in the order in which they come."""

    def __init__(self, endpoint: "Endpoint") -> None:
        self.endpoint = endpoint
        self.requests: Pace | None = None
        self.tokens: Pace | None = None
        self.max_in_flight: float = math.inf
        self.in_flight = 0
        self.waiting: deque[tuple[int, float, asyncio.Future[Permit]]] = deque()
        self._completions = 0
        self._completion_tokens = 0.0

    def limit(self, requests: float | None, tokens: float | None, in_flight: int | None) -> None:
        """Hold to these limits too; None is none. Of two users of a model with different limits the lower hold."""
        self.requests = _lower(self.requests, requests)
        self.tokens = _lower(self.tokens, tokens)
        self.max_in_flight = min(self.max_in_flight, in_flight or math.inf)

    def estimate(self, prompt_chars: int, max_tokens: int | None) -> float:
        """Tokens that a request will use: four characters each, and the mean of the completions so far."""
        mean = self._completion_tokens / self._completions if self._completions else (max_tokens or 2048) / 4
        return prompt_chars / 4 + mean

    def enter_now(self, tokens: float = 0.0) -> Permit | None:
        """Leave to send a request that will use about `tokens`; None if it must wait."""
        endpoint = self.endpoint
        now = asyncio.get_running_loop().time()
        if endpoint.waiting or not endpoint.open(now) or self.ready_at() > now:
            return None
        return endpoint.grant(self, tokens, now)

    async def enter(self, tokens: float = 0.0) -> Permit:
        """Leave to send a request that will use about `tokens`, once it can be given."""
        return self.enter_now(tokens) or await self.endpoint.wait(self, tokens)

    def ready_at(self) -> float:
        """When this model's own limits allow the next request; infinity: not before one of them ends."""
        if self.in_flight >= self.max_in_flight:
            return math.inf
        if self.requests is None and self.tokens is None:
            return -math.inf
        return max(self.requests.next if self.requests else -math.inf, self.tokens.next if self.tokens else -math.inf)

    def leave(self, permit: Permit, sign: Sign, used: float | None = None, pause: float | None = None) -> None:
        """Give a permit back.

        Args:
            permit: from `enter`.
            sign: what came of the request.
            used: tokens that it used; None: unknown.
            pause: seconds for which the provider wants nothing more.
        """
        if self.tokens is not None and used is not None:
            self.tokens.correct(used - permit.tokens)
        self.in_flight -= 1
        self.endpoint.ended(permit, sign, pause)

    def count_completion(self, tokens: int) -> None:
        """Count the tokens of an answer, for estimates."""
        self._completions += 1
        self._completion_tokens += tokens


class Endpoint:
    """One address of a provider under one key, with a lane per model."""

    def __init__(self) -> None:
        self.window = Window()
        self.lanes: dict[str, Lane] = {}
        self.in_flight = 0
        self.waiting = 0
        self._paused_until = -math.inf
        self._tickets = 0
        self._timer: asyncio.TimerHandle | None = None

    def lane(self, model: str) -> Lane:
        """The lane of `model`."""
        return self.lanes.setdefault(model, Lane(self))

    def open(self, now: float) -> bool:
        """Whether the provider takes one more request."""
        return now >= self._paused_until and self.in_flight + 1 <= self.window.size

    def grant(self, lane: Lane, tokens: float, now: float) -> Permit:
        """Leave to send a request now."""
        if lane.requests is not None:
            lane.requests.take(1, now)
        if lane.tokens is not None:
            lane.tokens.take(tokens, now)
        lane.in_flight += 1
        self.in_flight += 1
        if self.in_flight + self.waiting > self.window.asked:
            self.window.asked = self.in_flight + self.waiting
        return Permit(now, tokens)

    async def wait(self, lane: Lane, tokens: float) -> Permit:
        """Leave to send a request, once it can be given."""
        future: asyncio.Future[Permit] = asyncio.get_running_loop().create_future()
        self._tickets += 1
        entry = (self._tickets, tokens, future)
        lane.waiting.append(entry)
        self.waiting += 1
        self._admit()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                lane.leave(future.result(), Sign.none, used=0.0)
            elif entry in lane.waiting:
                lane.waiting.remove(entry)
                self.waiting -= 1
            raise

    def ended(self, permit: Permit, sign: Sign, pause: float | None) -> None:
        """Count the end of a request and let others go."""
        now = asyncio.get_running_loop().time()
        self.window.ended(sign, permit.sent, self.in_flight, now)
        self.in_flight -= 1
        if pause is not None:
            self._paused_until = max(self._paused_until, now + min(pause, LONGEST_WAIT))
        if self.waiting:
            self._admit()

    def _admit(self) -> None:
        now = asyncio.get_running_loop().time()
        while self.waiting and self.open(now):
            ready = [lane for lane in self.lanes.values() if lane.waiting and lane.ready_at() <= now]
            if not ready:
                break
            lane = min(ready, key=lambda lane: lane.waiting[0][0])
            _, tokens, future = lane.waiting.popleft()
            self.waiting -= 1
            if not future.done():  # cancelled, and not yet told of it
                future.set_result(self.grant(lane, tokens, now))
        self._wake_later(now)

    def _wake_later(self, now: float) -> None:
        """Look again when a pause or a model's pace allows it; ends of requests look again by themselves."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        moment = min((lane.ready_at() for lane in self.lanes.values() if lane.waiting), default=math.inf)
        moment = max(moment, self._paused_until)
        if now < moment < math.inf:
            self._timer = asyncio.get_running_loop().call_at(moment, self._admit)


_endpoints: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, Endpoint]] = WeakKeyDictionary()


def endpoint_of(key: Hashable) -> Endpoint:
    """The endpoint called `key` of the run, that is, of the running event loop."""
    return _endpoints.setdefault(asyncio.get_running_loop(), {}).setdefault(key, Endpoint())


def _lower(pace: Pace | None, per_minute: float | None) -> Pace | None:
    if per_minute is None or (pace is not None and pace.per_minute <= per_minute):
        return pace
    lower = Pace(per_minute)
    lower.next = pace.next if pace else -math.inf
    return lower
