"""An event loop whose clock jumps to the next timer instead of waiting: hours pass at once, and always alike."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class SimulatedTime(asyncio.SelectorEventLoop):
    """For code that waits for timers only, not for files or sockets."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        poll = self._selector.select  # type: ignore[attr-defined]

        def select(timeout: float | None = None) -> Any:
            assert timeout is not None, "nothing will ever happen: all tasks wait for each other"
            self._now += max(timeout, 0.0)
            return poll(0)

        self._selector.select = select  # type: ignore[attr-defined]

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._now


def run(main: Coroutine[Any, Any, T]) -> T:
    """What `main` gives, run in simulated time."""
    with asyncio.Runner(loop_factory=SimulatedTime) as runner:
        return runner.run(main)


def now() -> float:
    """The simulated time, in seconds."""
    return asyncio.get_running_loop().time()
