"""When a call really begins: what comes before is waiting, for a turn, a free session, or a server that starts.

Executors say so by `begins()`, again for each attempt; whoever limits or measures the time of a call listens.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listeners: ContextVar[tuple[Callable[[], None], ...]] = ContextVar("listeners", default=())


def begins() -> None:
    """Tell all who listen in this task that the call that it makes begins now."""
    for listener in _listeners.get():
        listener()


@contextmanager
def listening(listener: Callable[[], None]) -> Iterator[None]:
    """Have `listener` called whenever a call begins that this task, or one that it starts in here, makes."""
    token = _listeners.set((*_listeners.get(), listener))
    try:
        yield
    finally:
        _listeners.reset(token)
