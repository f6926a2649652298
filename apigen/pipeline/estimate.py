"""What a run will take: requests, tokens, US dollars and time, estimated before anything is spent.

From the plan, and from what came of requests in the nearest earlier run with the same models in the output folder;
where there is none, from assumptions about the lengths of prompts and answers. Nothing is asked of a model.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apigen.generation import CallFirst, QueryFirst
from apigen.generation.layout import call_first_messages, query_first_messages
from apigen.llm.prices import Price, price_of
from apigen.pipeline.yields import Like, Measured, Yield, measured
from apigen.records import Candidate, Message, Record, Sample
from apigen.verification import Case

if TYPE_CHECKING:
    from apigen.llm.model import Model
    from apigen.pipeline.pipeline import Pipeline
    from apigen.sampling import Plan

LOOKED_AT = 60
"""Requests of the plan that sizes are averaged over."""
CHARACTERS_A_TOKEN = 4
PAIR_CHARACTERS = 300
"""Of a query with its calls, where there is no example to measure."""
JUDGEMENT_TOKENS = 80
VERIFIED = 0.6
"""Share of candidates that pass every checker; the models of the paper's table 1 had 34 to 84 %."""
FIRST_TOKEN_SECONDS, TOKENS_A_SECOND = 0.5, 50.0
"""How fast a remote model answers."""
OFFLINE_SECONDS = 0.01
"""For a candidate of the offline model, all stages together."""


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


@dataclass
class Expected:
    """What is expected of one request, or of many together."""

    candidates: float = 0.0
    verified: float = 0.0
    prompt_tokens: float = 0.0
    completion_tokens: float = 0.0
    judgements: float = 0.0
    judge_prompt_tokens: float = 0.0
    judge_completion_tokens: float = 0.0
    seconds: float = 0.0
    judge_seconds: float = 0.0

    def add(self, other: "Expected") -> None:
        """Add what is expected of others."""
        for field, more in zip(fields(self), astuple(other), strict=True):
            setattr(self, field.name, getattr(self, field.name) + more)

    def times(self, factor: float) -> "Expected":
        """For `factor` times as many requests."""
        return Expected(*(factor * value for value in astuple(self)))


class Estimator:
    """Estimates one pipeline. `samples` are those of the first requests of its plan."""

    def __init__(self, pipeline: "Pipeline", samples: Sequence[Sample], earlier: Measured | None) -> None:
        self._pipeline = pipeline
        self.samples = samples
        self._earlier = earlier
        self._judges = [checker for checker in pipeline.checkers.values() if hasattr(checker, "request")]
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
        assumed = self._assumed(sample, found)
        return assumed if found is None else _measured(sample, found, assumed, bool(self._judges))

    def _assumed(self, sample: Sample, found: Yield | None) -> Expected:
        """From lengths of text; only where nothing was measured are texts made."""
        counted = found is not None and found.prompt_tokens is not None and found.completion_tokens is not None
        asks = 0.0 if counted else _tokens(_messages(self._pipeline, sample))
        pair = _pair_characters(sample, written=not isinstance(self._pipeline.generator, CallFirst))
        answer = sample.pairs * pair / CHARACTERS_A_TOKEN
        judged = found is not None and found.judge_prompt_tokens is not None
        case = Case(_like_example(sample), sample)
        judge = 0.0 if judged else sum(_tokens(checker.request(case).messages) for checker in self._judges)
        judges = len(self._judges)
        offline = self._pipeline.model.simulated
        return Expected(
            candidates=sample.pairs,
            verified=VERIFIED * sample.pairs,
            prompt_tokens=asks,
            completion_tokens=answer,
            judgements=sample.pairs * judges,
            judge_prompt_tokens=sample.pairs * judge,
            judge_completion_tokens=sample.pairs * judges * JUDGEMENT_TOKENS,
            seconds=OFFLINE_SECONDS * sample.pairs if offline else FIRST_TOKEN_SECONDS + answer / TOKENS_A_SECOND,
            judge_seconds=0.0
            if self._pipeline.judge.simulated
            else sample.pairs * judges * (FIRST_TOKEN_SECONDS + JUDGEMENT_TOKENS / TOKENS_A_SECOND),
        )

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


def _messages(pipeline: "Pipeline", sample: Sample) -> Sequence[Message]:
    """The prompt, or one of about its length: for `call_first`, calls of examples stand for those that are drawn."""
    generator = pipeline.generator
    if isinstance(generator, CallFirst):
        examples = [example.answers for example in sample.examples if example.answers]
        calls = [examples[i % len(examples)] for i in range(sample.pairs)] if examples else []
        return call_first_messages(sample, calls, [[None] * len(group) for group in calls], generator.max_result_chars)
    return query_first_messages(sample, generator.call_examples if isinstance(generator, QueryFirst) else 0)


def _tokens(messages: Sequence[Message]) -> float:
    return sum(len(message.content) for message in messages) / CHARACTERS_A_TOKEN


def _pair_characters(sample: Sample, *, written: bool) -> float:
    """Characters of a pair in an answer, as long as the examples are; `written`: with its calls."""
    lengths = list(_lengths(sample, written))
    return sum(lengths) / len(lengths) if lengths else PAIR_CHARACTERS


def _lengths(sample: Sample, written: bool) -> Iterator[int]:
    for example in sample.examples:
        yield len(example.model_dump_json(include={"query", "answers"})) if written else len(example.query) + 30


def _like_example(sample: Sample) -> Candidate:
    example = sample.examples[0] if sample.examples else None
    return Candidate(
        id="000000-00",
        request=sample.request,
        position=0,
        style=sample.style.name,
        query=example.query if example else "",
        calls=example.answers if example else (),
        text="",
        read="",
    )
