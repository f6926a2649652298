"""What all calls of a run share: the rate and the concurrency of a host, its pauses, and a source's breaker.

Times are seconds of the event loop's clock; each rule is a function of the time it is given, so that it can be tested
without waiting.
"""

import asyncio
import email.utils
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LONGEST_PAUSE = 60.0  # seconds, whatever a server asks for
LONGEST_WAIT = 8.0  # seconds between two attempts, if the server asks for nothing


class HostLimits:
    """The limits of one host. `concurrency` requests at a time; `rate` requests a second (None: no limit)."""

    def __init__(self, concurrency: int) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._next = 0.0
        self._paused_until = 0.0

    @asynccontextmanager
    async def turn(self, rate: float | None) -> AsyncIterator[None]:
        """Wait for a slot, for the host's pause to end, and for the rate to allow a request."""
        async with self._slots:
            loop = asyncio.get_running_loop()
            start = self.reserve(loop.time(), rate)
            while (left := max(start, self._paused_until) - loop.time()) > 0:  # noqa: ASYNC110 (a pause may grow)
                await asyncio.sleep(left)
            yield

    def reserve(self, now: float, rate: float | None) -> float:
        """The time at which the next request may start: requests are spread evenly, none is saved up."""
        start = max(now, self._next, self._paused_until)
        if rate is not None:
            self._next = start + 1 / rate
        return start

    def pause(self, now: float, seconds: float) -> None:
        """Let no request start for so long, a minute at most."""
        self._paused_until = max(self._paused_until, now + min(seconds, LONGEST_PAUSE))


class Breaker:
    """Gives a source a rest after `failures` calls in a row that failed for reasons of the infrastructure.

    After `pause` seconds one call may try ("half-open"); it ends the rest, or begins the next one.
    """

    def __init__(self, failures: int, pause: float) -> None:
        self.failures = failures
        self.pause = pause
        self._in_a_row = 0
        self._rest_until = 0.0
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Whether calls are turned away (until one succeeds)."""
        return self._in_a_row >= self.failures

    def admits(self, now: float) -> bool:
        """Whether a call may be made; the caller then tells its end by `record`."""
        if not self.is_open:
            return True
        if self._trying or now < self._rest_until:
            return False
        self._trying = True
        return True

    def record(self, now: float, worked: bool | None) -> None:
        """Count the end of a call; None says nothing about the source (refused, cancelled)."""
        self._trying = False
        if worked is None:
            return
        self._in_a_row = 0 if worked else self._in_a_row + 1
        if self.is_open:
            self._rest_until = now + self.pause


def retry_after(header: str | None, now: float | None = None) -> float | None:
    """Seconds to wait as the header `Retry-After` tells (RFC 9110, section 10.2.3); None if it tells nothing.

    Args:
        header: seconds, or an HTTP date.
        now: the Unix time, for dates.
    """
    text = (header or "").strip()
    try:
        if text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit():
            return float(text)
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - (time.time() if now is None else now))
    except (ValueError, TypeError, OverflowError):
        return None


def wait_before(attempt: int, first: float, random: random.Random) -> float:
    """Seconds to wait before attempt 1, 2, …: "full jitter", evenly drawn below a bound that doubles.

    The method is Marc Brooker's, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
    """
    return random.uniform(0, min(LONGEST_WAIT, first * 2 ** (attempt - 1)))
