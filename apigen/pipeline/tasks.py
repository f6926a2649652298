"""What is left to do of a run: requests of the plan, those that ended in an error, and candidates not judged."""

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from apigen.storage import History, Unjudged


@dataclass(frozen=True)
class Task:
    """A request to make, for the first time or (`retries`) again; or candidates of a request to judge again."""

    request: int
    retries: int = 0
    unjudged: tuple[Unjudged, ...] = ()


def tasks(requests: int | None, history: History) -> Iterator[Task]:
    """What is left of the first `requests` of the plan, or without a limit, in the order of the plan.

    The order matters: a request waits for those that it may learn from, so these must have been begun.
    """
    numbers = itertools.count() if requests is None else range(requests)
    new = (Task(number) for number in numbers if number not in history.done)
    failed = (Task(number, retries + 1) for number, retries in sorted(history.failed.items()))
    unjudged = (Task(number, unjudged=tuple(found)) for number, found in sorted(history.unjudged.items()))
    return heapq.merge(new, failed, unjudged, key=lambda task: task.request)
