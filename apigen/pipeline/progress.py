"""What a run has done so far, for whoever shows it."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol, Self

from apigen.generation import Generation
from apigen.pipeline.target import Tally
from apigen.records import Outcome, Verdict
from apigen.storage import History


@dataclass
class Progress:
    """Counts of a run, all its sittings together.

    `requests` is 0 and `wanted` the number of verified entries where targets decide when the run ends; `reached` is how
    many of these there are. `cost` is in US dollars and None as soon as one price is unknown; answers that another run
    paid for are not in it, nor in `tokens`. `before` is `done` or `reached` at the start of this sitting; `started` is
    monotonic.
    """

    requests: int
    wanted: int = 0
    reached: int = 0
    before: int = 0
    done: int = 0
    candidates: int = 0
    verified: int = 0
    errors: int = 0
    tokens: int = 0
    cost: float | None = 0.0
    stages: dict[str, Counter[str]] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, requests: int | None, history: History, tally: Tally | None) -> Self:
        """The progress of a run that begins, or goes on from `history`; what is to be retried counts as not done."""
        done = len(history.done) - len(history.failed)
        reached = tally.reached if tally else 0
        return cls(
            requests=requests or 0,
            wanted=tally.wanted if tally else 0,
            reached=reached,
            before=reached if tally else done,
            done=done,
            candidates=history.candidates,
            verified=history.passed,
            tokens=history.tokens,
            cost=history.cost,
            stages={
                stage: Counter({name: number for name, number in outcomes.items() if name != Outcome.error})
                for stage, outcomes in history.stages.items()
            },
        )

    def count_generation(self, generation: Generation) -> None:
        """Count a request with its candidates."""
        self.done += 1
        self.candidates += len(generation.candidates)
        response = generation.response
        self.errors += generation.reason is not None
        if response is not None and not response.cached:
            self._count_cost(response.prompt_tokens, response.completion_tokens, response.cost)

    def count_verdict(self, verdict: Verdict) -> None:
        """Count one judgement."""
        if verdict.stage not in self.stages:
            self.stages[verdict.stage] = Counter()
        self.stages[verdict.stage][verdict.outcome] += 1
        self.errors += verdict.outcome is Outcome.error
        if verdict.model is not None and not verdict.cached:
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
        """Seconds left at the rate of this sitting; None before anything is done."""
        at, end = self.position
        return self.elapsed / (at - self.before) * (end - at) if at > self.before else None

    @property
    def position(self) -> tuple[int, int]:
        """How far it is, and where it ends: in requests, or in verified entries if there are targets."""
        return (self.reached, self.wanted) if self.wanted else (self.done, self.requests)


class Monitor(Protocol):
    """Shows the progress of a run."""

    def start(self, progress: Progress, facts: dict[str, str]) -> None:
        """The run begins; `facts` are worth a line each (run, models, isolation, …)."""

    def update(self, progress: Progress) -> None:
        """A request is done."""

    def stop(self, progress: Progress) -> None:
        """The run has ended, in whatever way."""
