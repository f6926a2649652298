"""How a run ends before its plan does: Ctrl-C and SIGTERM, a budget that is spent, targets that are reached."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator


class Stop:
    """Ends the workers of a run. `status` is `finished` until something ends it, `why` says what.

    The first interrupt stops taking new work and gives what is in flight `grace` seconds; the second ends at once. When
    a budget is spent or the targets are reached, what is in flight lands; an interrupt then ends at once.
    """

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._workers: list[asyncio.Task[None]] = []
        self._waiting: set[asyncio.Task[None]] = set()
        self.status = "finished"
        self.why = ""
        self.ending = False

    def over(self, workers: list[asyncio.Task[None]]) -> None:
        """Say which workers there are."""
        self._workers = workers

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """While the current worker waits for others: an end of the run ends its waiting, since these may never come."""
        worker = asyncio.current_task()
        assert worker is not None
        self._waiting.add(worker)
        try:
            if self.ending:
                raise asyncio.CancelledError
            yield
        finally:
            self._waiting.discard(worker)

    def end(self, status: str, why: str) -> None:
        """Take no new work."""
        if not self.ending:
            self.ending, self.status, self.why = True, status, why
            for worker in self._waiting:
                worker.cancel()

    def interrupt(self) -> None:
        """Stop: at the first call gently, at the second at once."""
        if self.ending:
            self._cancel()
        else:
            self.end("interrupted", "")
            asyncio.get_running_loop().call_later(self._grace, self._cancel)

    @contextlib.contextmanager
    def interrupts(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM stop the run instead of raising somewhere inside it."""
        loop = asyncio.get_running_loop()
        caught = []
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):  # not in the main thread
                loop.add_signal_handler(number, self.interrupt)
                caught.append(number)
        try:
            yield
        finally:
            for number in caught:
                loop.remove_signal_handler(number)

    def _cancel(self) -> None:
        for worker in self._workers:
            worker.cancel()
