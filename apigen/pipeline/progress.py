"""What a run has done so far, for whoever shows it."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from apigen.generation import Generation
from apigen.records import Outcome, Verdict


@dataclass
class Progress:
    """Counts of a run. `cost` is in US dollars and None as soon as one price is unknown; `started` is monotonic."""

    requests: int
    done: int = 0
    candidates: int = 0
    verified: int = 0
    errors: int = 0
    tokens: int = 0
    cost: float | None = 0.0
    stages: dict[str, Counter[str]] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def count_generation(self, generation: Generation) -> None:
        """Count a request with its candidates."""
        self.done += 1
        self.candidates += len(generation.candidates)
        response = generation.response
        self.errors += generation.reason is not None
        if response is not None:
            self._count_cost(response.prompt_tokens, response.completion_tokens, response.cost)

    def count_verdict(self, verdict: Verdict) -> None:
        """Count one judgement."""
        self.stages.setdefault(verdict.stage, Counter())[verdict.outcome] += 1
        self.errors += verdict.outcome is Outcome.error
        if verdict.model is not None:
            self._count_cost(verdict.prompt_tokens, verdict.completion_tokens, verdict.cost)

    def _count_cost(self, prompt: int | None, completion: int | None, cost: float | None) -> None:
        self.tokens += (prompt or 0) + (completion or 0)
        self.cost = None if self.cost is None or cost is None else self.cost + cost

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def seconds_left(self) -> float | None:
        """Seconds left at the rate so far; None before the first request is done."""
        return self.elapsed / self.done * (self.requests - self.done) if self.done else None


class Monitor(Protocol):
    """Shows the progress of a run."""

    def start(self, progress: Progress, facts: dict[str, str]) -> None:
        """The run begins; `facts` are worth a line each (run, models, isolation, …)."""

    def update(self, progress: Progress) -> None:
        """A request is done."""

    def stop(self, progress: Progress) -> None:
        """The run has ended, in whatever way."""
