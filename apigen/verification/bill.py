"""What it took a judge model to come to a judgement."""

from collections.abc import Mapping
from dataclasses import dataclass

from apigen.llm.model import ModelResponse
from apigen.reasons import Reason
from apigen.records import Json, Outcome
from apigen.resources import Resources
from apigen.verification.checker import Judgement


@dataclass
class Bill:
    """What the judge's answers to one candidate cost together; unknown parts make the sum unknown."""

    prompt_tokens: int | None = 0
    completion_tokens: int | None = 0
    cost: float | None = 0.0
    model: str | None = None
    cached: bool | None = None

    def add(self, response: ModelResponse) -> None:
        """Count one answer."""
        self.prompt_tokens = _sum(self.prompt_tokens, response.prompt_tokens)
        self.completion_tokens = _sum(self.completion_tokens, response.completion_tokens)
        self.cost = None if self.cost is None or response.cost is None else self.cost + response.cost
        self.model = response.model
        self.cached = response.cached and self.cached is not False

    def judgement(
        self, outcome: Outcome, reason: Reason | None, detail: str, answers: Mapping[str, Json], resources: Resources
    ) -> Judgement:
        """A judgement of the run's judge that cost this."""
        judge = resources.judge.model
        return Judgement(
            outcome=outcome,
            reason=reason,
            detail=detail,
            answers=answers,
            model=self.model or judge.title,
            simulated=judge.simulated,
            prompt_tokens=self.prompt_tokens,
            completion_tokens=self.completion_tokens,
            cost=self.cost,
            cached=self.cached,
        )


def _sum(total: int | None, part: int | None) -> int | None:
    return None if total is None or part is None else total + part
