"""Time-outs of many requests that all have equally long: one timer for the oldest instead of one for each.

asyncio sorts the timer of each request into a heap, where it stays long after the answer has come; at hundreds of
requests a second that costs a good part of what sending them costs.
"""

import asyncio


class Deadlines:
    """The requests of one event loop that may each take `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._running: dict[asyncio.Timeout, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> asyncio.Timeout:
        """A context like that of `asyncio.timeout(seconds)`; `end` is to be called when it is left."""
        loop = asyncio.get_running_loop()
        limit = asyncio.timeout(None)
        self._running[limit] = loop.time() + self.seconds
        if self._timer is None:
            self._timer = loop.call_later(self.seconds, self._look)
        return limit

    def end(self, limit: asyncio.Timeout) -> None:
        """The request is over."""
        self._running.pop(limit, None)

    def _look(self) -> None:
        """End the requests that have had their time, and come back for the next; the dict has the oldest first."""
        loop, self._timer = asyncio.get_running_loop(), None
        now = loop.time()
        while self._running:
            limit, deadline = next(iter(self._running.items()))
            if deadline > now:
                self._timer = loop.call_at(deadline, self._look)
                return
            del self._running[limit]
            limit.reschedule(deadline)
