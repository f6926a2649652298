"""When and how long to wait before asking a provider again.

Jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015): the wait before further attempt n is drawn evenly from 0
to 2^n times the first wait of its class of errors, so that many workers do not come back together. After a rate limit
or an overload at least half of that is waited; an answer that was no good is asked for again soon, for waiting does
not better it. If the provider names a time, that is waited instead, and a little more. No wait is longer than a minute.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from apigen.errors import ModelError
from apigen.reasons import Reason

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
OVERLOAD = (429, 503, 529)
"""The HTTP statuses by which providers say that they are asked too much."""
FACTORS = {Reason.no_answer: 0.25, Reason.model_unavailable: 0.5}
"""First waits of classes of errors, in units of `FIRST_WAIT`."""

_jitter = random.SystemRandom()
T = TypeVar("T")


class Attempts:
    """Asks until there is an answer, at most `1 + retries` times in all; `made` counts.

    `allow` is called before each attempt but the first, and may raise ModelError.
    """

    def __init__(self, retries: int, allow: Callable[[], None] = lambda: None) -> None:
        self._retries = retries
        self._allow = allow
        self.made = 0

    async def run(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The first answer.

        Raises:
            ModelError: that of the last attempt, or the first that is not retryable.
        """
        while True:
            if self.made:
                self._allow()
            self.made += 1
            try:
                return await ask()
            except ModelError as error:
                if not error.retryable or self.made > self._retries:
                    raise
                pause = wait(self.made, error)
            await asyncio.sleep(pause)


def wait(attempt: int, error: ModelError) -> float:
    """Seconds to wait after attempt number `attempt` (from 1) failed with `error`."""
    if error.retry_after is not None:
        return min(max(error.retry_after, 0.0), LONGEST_WAIT) + _jitter.uniform(0, FIRST_WAIT / 4)
    overload = error.status in OVERLOAD
    first = FIRST_WAIT * (2.0 if overload else FACTORS.get(error.reason, 1.0))
    longest = min(LONGEST_WAIT, first * 2 ** min(attempt - 1, 16))
    return _jitter.uniform(longest / 2 if overload else 0, longest)


def retry_after_seconds(value: str | None, now: datetime | None = None) -> float | None:
    """What the header `Retry-After` asks for, in seconds; None if it is absent or makes no sense (RFC 9110, 10.2.3)."""
    text = (value or "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return max(seconds, 0.0) if seconds == seconds and abs(seconds) != float("inf") else None
