"""What a run will take: requests, tokens, US dollars and time, estimated before anything is spent.

From the plan, and from what came of requests in the nearest earlier run with the same models in the output folder;
where there is none, from assumptions about the lengths of prompts and answers. Nothing is asked of a model.
"""

import contextlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apigen.llm.prices import Price, price_of
from apigen.pipeline.assumptions import VERIFIED, Expected, assumption
from apigen.pipeline.yields import Like, Measured, Yield, measured
from apigen.records import Record, Sample

if TYPE_CHECKING:
    from apigen.llm.model import Model
    from apigen.pipeline.pipeline import Pipeline
    from apigen.sampling import Plan

LOOKED_AT = 60
"""Requests of the plan that sizes are averaged over."""


class Part(Record):
    """What is expected of one model.

    `requests` that it answers (for a judge: judgements), their tokens, and their price in US dollars, None if unknown.
    `price` says where that is from: configuration, litellm's table, simulated, earlier run or unknown.
    """

    model: str
    requests: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    price: str


class Estimate(Record):
    """What a run will take. `basis` is the earlier run that it is measured on; None: it is assumed.

    `tokens` of prompts and answers, generator and judge together; `cost` in US dollars, None if a price is unknown;
    `seconds` None if nothing is known. `errors` is the share of requests that ended in one in the earlier run. What the
    response cache may hold is not taken off.
    """

    basis: str | None
    requests: int
    candidates: int
    verified: int
    judgements: int
    tokens: int
    cost: float | None
    seconds: float | None
    errors: float
    generation: Part
    judging: Part | None


class Estimator:
    """Estimates one pipeline. `samples` are those of the first requests of its plan."""

    def __init__(self, pipeline: "Pipeline", samples: Sequence[Sample], earlier: Measured | None) -> None:
        self._pipeline = pipeline
        self.samples = samples
        self._earlier = earlier
        self._expected = [self._of(sample) for sample in samples]

    def of(self, requests: int) -> Estimate:
        """The estimate for so many requests."""
        total = self._total(self._expected).times(requests / max(len(self._expected), 1))
        generation, judging = self._generation(requests, total), self._judging(total)
        costs = [part.cost for part in (generation, judging) if part]
        parts = [part for part in (generation, judging) if part]
        return Estimate(
            basis=self._earlier.run if self._earlier else None,
            requests=requests,
            candidates=round(total.candidates),
            verified=round(total.verified),
            judgements=round(total.judgements),
            tokens=sum(part.prompt_tokens + part.completion_tokens for part in parts),
            cost=None if None in costs else sum(cost for cost in costs if cost is not None),
            seconds=self._seconds(requests, total),
            errors=self._earlier.errors if self._earlier else 0.0,
            generation=generation,
            judging=judging,
        )

    def requests_for(self, verified: float, style: str | None = None) -> int | None:
        """Requests needed for so many verified entries (of one style); None if none are to be expected."""
        expected = zip(self.samples, self._expected, strict=True)
        found = sum(one.verified for sample, one in expected if style in (None, sample.style.name))
        return math.ceil(verified * len(self.samples) / found) if found else None

    def _total(self, expected: Sequence[Expected]) -> Expected:
        total = Expected()
        for one in expected:
            total.add(one)
        return total

    def _of(self, sample: Sample) -> Expected:
        found = self._earlier.of(sample.style.name) if self._earlier else None
        assumed = assumption(self._pipeline, sample, found)
        return assumed if found is None else _measured(sample, found, assumed, self._pipeline.uses_judge)

    def _generation(self, requests: int, total: Expected) -> Part:
        cost = self._earlier.styles[None].cost if self._earlier else None
        return _part(self._pipeline.model, requests, total.prompt_tokens, total.completion_tokens, cost)

    def _judging(self, total: Expected) -> Part | None:
        if not self._pipeline.uses_judge:
            return None
        cost = self._earlier.styles[None].judge_cost if self._earlier else None
        tokens = total.judge_prompt_tokens, total.judge_completion_tokens
        return _part(self._pipeline.judge, round(total.judgements), *tokens, cost)

    def _seconds(self, requests: int, total: Expected) -> float:
        """The longest of: the work shared by the workers, and what each limit of a model allows."""
        pipeline = self._pipeline
        workers = 1 if pipeline.model.simulated else min(pipeline.concurrency, requests)
        if self._earlier and self._earlier.work is not None:
            work = self._earlier.work * requests
        else:
            work = total.seconds + total.judge_seconds
        generated = total.prompt_tokens + total.completion_tokens
        judged = total.judge_prompt_tokens + total.judge_completion_tokens
        return max(
            work / workers,
            _limited(pipeline.model, requests, generated, total.seconds),
            _limited(pipeline.judge, total.judgements, judged, total.judge_seconds) if pipeline.uses_judge else 0.0,
        )


def estimator(pipeline: "Pipeline", plan: "Plan", output_dir: Path) -> Estimator:
    """What estimates runs of `pipeline`, by the first requests of its plan and the nearest run in `output_dir`."""
    looked_at = LOOKED_AT if pipeline.target.given else min(pipeline.requests, LOOKED_AT)
    samples = [plan.sample(request) for request in range(looked_at)]
    like = Like(
        model=pipeline.model.title,
        judge=pipeline.judge.title if pipeline.uses_judge else None,
        strategy=pipeline.generator.strategy,
        checkers=list(pipeline.checkers),
        mode=pipeline.mode,
        styles={sample.style.name for sample in samples},
    )
    return Estimator(pipeline, samples, measured(output_dir, like))


def estimate(pipeline: "Pipeline", plan: "Plan", output_dir: Path) -> Estimate:
    """What a run of `pipeline` will take: for its `requests`, or for as many as its target needs."""
    made = estimator(pipeline, plan, output_dir)
    return made.of(needed(pipeline, made) or pipeline.requests)


def estimate_text(pipeline: "Pipeline", plan: "Plan", output_dir: Path) -> str | None:
    """The estimate in JSON, to be stored with a run; None if a part of the user's own does not let itself be estimated.

    That must not keep a run from beginning; `apigen check` tells of it.
    """
    with contextlib.suppress(Exception):
        return estimate(pipeline, plan, output_dir).model_dump_json()
    return None


def needed(pipeline: "Pipeline", made: Estimator) -> int | None:
    """Requests that the target needs, all of its cells; None without a target, or if it cannot be reached.

    Cells by category are left out: which categories a request's calls have is not known before.
    """
    target = pipeline.target
    wanted = [made.requests_for(target.verified)] if target.verified else []
    per_style: Mapping[str, int] = _cells(target.per_style, pipeline.styles)
    wanted += [made.requests_for(number, style) for style, number in per_style.items()]
    return max(number for number in wanted if number) if wanted and None not in wanted else None


def _cells(wanted: int | Mapping[str, int] | None, known: Mapping[str, Any]) -> Mapping[str, int]:
    return dict.fromkeys(known, wanted) if isinstance(wanted, int) else wanted or {}


def _measured(sample: Sample, found: Yield, assumed: Expected, judges: bool) -> Expected:
    """What was measured, filled up by what is assumed."""
    candidates = sample.pairs * found.candidates
    judgements = candidates * found.judgements if judges else 0.0
    share = judgements / assumed.judgements if assumed.judgements else 0.0
    return Expected(
        candidates=candidates,
        verified=candidates * (VERIFIED if found.verified is None else found.verified),
        prompt_tokens=_or(found.prompt_tokens, assumed.prompt_tokens),
        completion_tokens=_or(_times(sample.pairs, found.completion_tokens), assumed.completion_tokens),
        judgements=judgements,
        judge_prompt_tokens=_or(_times(judgements, found.judge_prompt_tokens), share * assumed.judge_prompt_tokens),
        judge_completion_tokens=_or(
            _times(judgements, found.judge_completion_tokens), share * assumed.judge_completion_tokens
        ),
        seconds=_or(found.latency, assumed.seconds),
        judge_seconds=_or(_times(judgements, found.judge_latency), share * assumed.judge_seconds),
    )


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _times(number: float, value: float | None) -> float | None:
    return None if value is None else number * value


def _part(model: "Model", requests: int, prompt: float, completion: float, cost: float | None) -> Part:
    """`cost` is that of one token in the earlier run, for a model without a known price."""
    price: Price | None = price_of(model)
    return Part(
        model=model.title,
        requests=requests,
        prompt_tokens=round(prompt),
        completion_tokens=round(completion),
        cost=price.of(prompt, completion) if price else _times(prompt + completion, cost),
        price=price.source if price else "unknown" if cost is None else "earlier run",
    )


def _limited(model: "Model", requests: float, tokens: float, seconds: float) -> float:
    """Seconds that the limits of a model make of it; `seconds` are those of all its answers one after the other."""
    per_minute = getattr(model, "requests_per_minute", None), getattr(model, "tokens_per_minute", None)
    in_flight = getattr(model, "max_in_flight", None) or getattr(model, "slots", None)
    return max(
        60 * requests / per_minute[0] if per_minute[0] else 0.0,
        60 * tokens / per_minute[1] if per_minute[1] else 0.0,
        seconds / in_flight if in_flight else 0.0,
    )
