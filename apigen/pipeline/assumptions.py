"""What is assumed where nothing was measured: tokens by the lengths of prompts and examples, yields, and speed."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

from apigen.generation import CallFirst, QueryFirst
from apigen.generation.layout import call_first_messages, query_first_messages
from apigen.pipeline.yields import Yield
from apigen.records import Candidate, Message, Sample
from apigen.verification import Case, Checker

if TYPE_CHECKING:
    from apigen.pipeline.pipeline import Pipeline

CHARACTERS_A_TOKEN = 4
PAIR_CHARACTERS = 300
"""Of a query with its calls, where there is no example to measure."""
JUDGEMENT_TOKENS = 80
VERIFIED = 0.6
"""Share of candidates that pass every checker; the models of the paper's table 1 had 34 to 84 %."""
FIRST_TOKEN_SECONDS, TOKENS_A_SECOND = 0.5, 50.0
"""How fast a remote model answers."""
OFFLINE_SECONDS = 0.02
"""For a candidate of the offline model, all stages together."""


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


def assumption(pipeline: "Pipeline", sample: Sample, found: Yield | None) -> Expected:
    """What is assumed of one request. Texts are made only to be measured for what `found` does not know."""
    judges = [checker for checker in pipeline.checkers.values() if checker.asks_judge]
    judgements = sample.pairs * len(judges)
    counted = found is not None and found.prompt_tokens is not None and found.completion_tokens is not None
    asks = 0.0 if counted else _tokens(_messages(pipeline, sample))
    pair = _pair_characters(sample, written=not isinstance(pipeline.generator, CallFirst))
    answer = sample.pairs * pair / CHARACTERS_A_TOKEN
    judged = found is not None and found.judge_prompt_tokens is not None
    case = Case(_like_example(sample), sample)
    judge = 0.0 if judged else sum(_judge_tokens(checker, case) for checker in judges)
    generating = FIRST_TOKEN_SECONDS + answer / TOKENS_A_SECOND
    judging = judgements * (FIRST_TOKEN_SECONDS + JUDGEMENT_TOKENS / TOKENS_A_SECOND)
    return Expected(
        candidates=sample.pairs,
        verified=VERIFIED * sample.pairs,
        prompt_tokens=asks,
        completion_tokens=answer,
        judgements=judgements,
        judge_prompt_tokens=sample.pairs * judge,
        judge_completion_tokens=judgements * JUDGEMENT_TOKENS,
        seconds=OFFLINE_SECONDS * sample.pairs if pipeline.model.simulated else generating,
        judge_seconds=0.0 if pipeline.judge.simulated else judging,
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


def _judge_tokens(checker: Checker, case: Case) -> float:
    """The prompt of a judgement; 0 for a checker that does not show it before."""
    made = getattr(checker, "request", None)
    return _tokens(made(case).messages) if made else 0.0


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
