"""When and how long to wait before asking a provider again.

Full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015): the wait before further attempt n is drawn evenly
from 0 to 2^n seconds, so that many workers do not come back together. If the provider names a time, that is waited
instead, and a little more. No wait is longer than a minute.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from apigen.errors import ModelError

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0

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
                pause = wait(self.made, error.retry_after)
            await asyncio.sleep(pause)


def wait(attempt: int, retry_after: float | None) -> float:
    """Seconds to wait after failed attempt number `attempt` (from 1)."""
    if retry_after is not None:
        return min(max(retry_after, 0.0), LONGEST_WAIT) + _jitter.uniform(0, FIRST_WAIT / 4)
    return _jitter.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempt - 1, 16)))


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
