"""What a checker is: it judges a case and answers with an outcome and a reason, and changes nothing.

Every checker is one class with one method to write, `judge`. The base class times it, numbers it and catches what goes
wrong inside it: a checker that fails says `error`, which never counts as quality and never passes.
"""

import time
import traceback
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from apigen.component import Component
from apigen.errors import UserError
from apigen.reasons import Reason
from apigen.records import Api, Candidate, Example, ExecutionResult, Json, Outcome, Sample, Verdict, canonical_json
from apigen.resources import Resources
from apigen.verification.arguments import Fault, call_fault


@dataclass
class Case:
    """What checkers may see of a candidate: itself, its sample, and the results of its calls once they were made."""

    candidate: Candidate
    sample: Sample
    seed: int = 0
    results: tuple[ExecutionResult, ...] = ()
    _faults: dict[int, Fault | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def fault(self, position: int) -> Fault | None:
        """The gravest fault of a call by the document of its function, None if it fits; looked for only once."""
        if position not in self._faults:
            call = (self.candidate.calls or ())[position]
            self._faults[position] = call_fault(call, self.sample.api_by_name)
        return self._faults[position]


@dataclass(frozen=True)
class Judgement:
    """A checker's answer. `detail` is for a person; `answers` what a judge model answered, question by question."""

    outcome: Outcome
    reason: Reason | None = None
    detail: str = ""
    answers: Mapping[str, Json] = field(default_factory=dict)
    model: str | None = None
    simulated: bool = False
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None
    cached: bool | None = None


PASSED = Judgement(Outcome.passed)


def rejected(reason: Reason, detail: str) -> Judgement:
    """A rejection of the candidate."""
    return Judgement(Outcome.rejected, reason, detail)


class Checker(Component):
    """Base of all checkers. `stage` is the name of the stage in the funnel."""

    stage: ClassVar[str] = ""
    asks_judge: ClassVar[bool] = False
    """Whether it asks the run's judge model."""

    async def prepare(self, seeds: Sequence[Example], apis: Mapping[str, Api], resources: Resources) -> None:
        """Get ready before the first request of a run, which offers `apis` and has the original examples `seeds`.

        Raises:
            UserError: the run cannot be judged like this.
        """
        return

    def can_judge(self, case: Case) -> bool:
        """Whether the candidate has what this checker needs; if not, it gets no verdict from it."""
        return case.candidate.readable

    @abstractmethod
    async def judge(self, case: Case, resources: Resources) -> Judgement:
        """Judge one candidate."""

    async def check(self, case: Case, resources: Resources, *, name: str, position: int) -> Verdict | None:
        """Judge one candidate and record it as verdict number `position` of the run's checkers; None if it cannot."""
        start = time.perf_counter()

        def verdict(judgement: Judgement) -> Verdict:
            return Verdict(
                candidate=case.candidate.id,
                stage=self.stage or name,
                checker=name,
                position=position,
                duration=time.perf_counter() - start,
                **vars(judgement),
            )

        try:
            if not self.can_judge(case):
                return None
            judgement = await self.judge(case, resources)
            if judgement.answers:
                canonical_json(dict(judgement.answers))
            return verdict(judgement)
        except UserError:  # no fault of the checker's: the run cannot go on like this
            raise
        except Exception:
            return verdict(Judgement(Outcome.error, Reason.checker_failed, traceback.format_exc(limit=-4)))
