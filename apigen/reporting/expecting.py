"""What to expect of a run, printed before it: the estimate, and what budget, targets and lag make of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from apigen.generation import QueryFirst
from apigen.llm.cache.held import held
from apigen.pipeline.assumptions import CHARACTERS_A_TOKEN, TOKENS_A_SECOND, VERIFIED
from apigen.pipeline.estimate import Estimate, Estimator, Part, needed
from apigen.records import Sample
from apigen.reporting.screen import Screen, table
from apigen.reporting.text import count, duration, line, money, percent, plural

if TYPE_CHECKING:
    from apigen.pipeline import Pipeline
    from apigen.pipeline.budget import Budget
    from apigen.resources import Caller


class Held(NamedTuple):
    """Of so many generation requests `looked_at`, the response cache holds the answers to `answers`."""

    answers: int
    looked_at: int


async def held_of(pipeline: "Pipeline", samples: Sequence[Sample], calls: "Caller") -> Held | None:
    """What the cache holds of the requests whose prompts are known before: those that show no verified entries.

    None if that cannot be told: answers are not kept, or calls would have to be made for the prompts.
    """
    if not isinstance(pipeline.generator, QueryFirst):
        return None
    identities = []
    for sample in samples[: pipeline.lag + 1] if pipeline.sampling.examples.update else samples:
        prompt = await pipeline.generator.prompt(sample, calls)
        identity = pipeline.model.identity(pipeline.generator.request(prompt))
        identities += [identity] if identity is not None else []
    return Held(held(pipeline.cache, identities), len(identities)) if identities else None


def print_expected(out: Screen, pipeline: "Pipeline", made: Estimator, cached: Held | None = None) -> None:
    """Print what a run of `pipeline` will take."""
    target = needed(pipeline, made)
    expected = made.of(target or pipeline.requests)
    out.heading(f"to expect of {plural(expected.requests, 'request')}")
    _target(out, pipeline, target)
    _basis(out, expected)
    out.print(_parts(expected))
    verified = f"{_rounded(expected.verified)} verified"
    out.print(
        f"about {_rounded(expected.candidates)} candidates, {verified}; {_rounded(expected.tokens)} tokens, "
        f"{_cost(expected.cost, _simulated(expected))}, {_time(expected.seconds)}",
        style="bold",
    )
    _unknown(out, expected)
    _cached(out, expected, cached)
    _budget(out, pipeline.budget, expected)
    out.print(learning(pipeline, expected.requests))


def learning(pipeline: "Pipeline", requests: int) -> str:
    """Which of so many requests may learn from verified entries of the same run."""
    examples, lag = pipeline.sampling.examples, pipeline.lag
    if not examples.update or examples.seed_share == 1:
        key = "update=false" if not examples.update else "seed_share=1"
        return f"examples: the original seeds only (sampling.examples.{key})"
    later = requests - lag - 1
    rule = "request i learns from verified entries of requests below i - lag"
    if later > 0:
        return f"examples: from request {count(lag + 1)} on also verified entries: {rule}, lag={lag}"
    told = f"examples: the original seeds only: {rule}, and lag={lag} leaves none of {plural(requests, 'request')}"
    better = max(2 * pipeline.concurrency, requests // 4)
    if better >= requests - 1:
        return f"{told}; so few cannot learn at concurrency={pipeline.concurrency}"
    return f"{told}; lag={better} would let the last {count(requests - better - 1)} learn"


def _target(out: Screen, pipeline: "Pipeline", requests: int | None) -> None:
    target = pipeline.target
    if not target.given:
        return
    if requests:
        out.print(f"the target needs about {plural(requests, 'request')}; `requests` sets no limit")
    elif target.verified or target.per_style:
        out.print(
            f"how many requests the target needs cannot be told; below are those of requests={pipeline.requests}",
            style="yellow",
        )
    if target.per_category:
        out.print("target.per_category is not in this: which categories come of a request shows only in its answer")


def _basis(out: Screen, expected: Estimate) -> None:
    if expected.basis is not None:
        failed = f"; {percent(expected.errors, 1)} of its requests ended in errors" if expected.errors else ""
        out.print(f"measured on {line(expected.basis, 200)}{failed}")
        return
    out.print(
        f"assumed, for want of an earlier run with the same models: {CHARACTERS_A_TOKEN} characters a token, every "
        f"candidate judged, {VERIFIED:.0%} of them verified"
        + ("" if _simulated(expected) else f", {TOKENS_A_SECOND:g} tokens a second")
    )


def _parts(expected: Estimate) -> object:
    made = table(("", "model", "requests", "tokens in", "out", "cost", "price from"), ("requests", "tokens in", "out"))
    for name, part in (("generation", expected.generation), ("judging", expected.judging)):
        if part is not None:
            made.add_row(
                name,
                line(part.model, 60),
                _rounded(part.requests),
                _rounded(part.prompt_tokens),
                _rounded(part.completion_tokens),
                "free" if part.price == "simulated" else _cost(part.cost).removeprefix("cost "),
                part.price,
            )
    return made


def _simulated(expected: Estimate) -> bool:
    return all(part.price == "simulated" for part in (expected.generation, expected.judging) if part)


def _unknown(out: Screen, expected: Estimate) -> None:
    """What to set where a price is unknown, once for generator and judge if they are the same."""
    unknown: list[tuple[str, Part]] = [
        (role, part)
        for role, part in (("model", expected.generation), ("judge", expected.judging))
        if part is not None and part.cost is None
    ]
    for role, part in unknown[:1] if len({part.model for _, part in unknown}) == 1 else unknown:
        out.print(
            f"the price of {line(part.model, 60)} is unknown: {role}.price_per_million_input=… "
            f"{role}.price_per_million_output=… in US dollars, 0 for a server of your own",
            style="yellow",
        )


def _cached(out: Screen, expected: Estimate, cached: Held | None) -> None:
    if cached is None or not cached.answers:
        return
    told = (
        f"the response cache holds the answers to {cached.answers} of the first {plural(cached.looked_at, 'request')}"
    )
    cost = expected.generation.cost
    if cost:
        share = _cost(cost * cached.answers / cached.looked_at)
        told += f": about {share} of generation is paid already, if the others are alike"
    out.print(f"{told} (what it holds of the judgements shows only then)" if expected.judging else told)


def _budget(out: Screen, budget: "Budget", expected: Estimate) -> None:
    """Whether it fits, and else which limit ends the run first."""
    if budget.max_cost is not None and expected.cost is None:
        out.print(
            "budget.max_cost cannot be kept without a price: the run would end with an error at the first answer",
            style="bold red",
        )
    shares = {
        name: limit / will_be
        for name, limit, will_be in _limits(budget, expected)
        if limit is not None and will_be  # what is unknown is told above
    }
    if not shares:
        return
    first = min(shares, key=lambda name: shares[name])
    name = f"budget.{first}={getattr(budget, first):g}"
    if shares[first] >= 1:
        out.print(f"the budget suffices; nearest to its end is {name}, of which {percent(1, shares[first])} is needed")
    else:
        requests = int(shares[first] * expected.requests)
        out.print(
            f"the budget does not suffice: {name} ends it first, after about {_rounded(requests)} of "
            f"{plural(expected.requests, 'request')}",
            style="yellow",
        )


def _limits(budget: "Budget", expected: Estimate) -> list[tuple[str, float | None, float | None]]:
    return [
        ("max_cost", budget.max_cost, expected.cost),
        ("max_tokens", budget.max_tokens, expected.tokens),
        ("max_requests", budget.max_requests, expected.requests + expected.judgements),
        ("max_minutes", budget.max_minutes, None if expected.seconds is None else expected.seconds / 60),
    ]


def _cost(cost: float | None, simulated: bool = False) -> str:
    """To two digits: an estimate knows no more."""
    return money(None if cost is None else float(f"{cost:.2g}"), simulated=simulated)


def _time(seconds: float | None) -> str:
    return "time unknown" if seconds is None else duration(seconds)


def _rounded(number: int) -> str:
    """To two digits, unless it is small."""
    return count(round(number, -max(len(str(number)) - 2, 0)))
