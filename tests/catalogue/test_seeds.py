"""The seed examples that ship: enough of each style, each true to its style, and every one of them executes."""

import asyncio
from collections.abc import Mapping

import pytest

from apigen.execution import Calls, PythonExecutor
from apigen.records import Api, Example, Outcome
from apigen.sampling import ExampleSampler
from apigen.sources import PythonSource
from apigen.verification.arguments import call_fault

SEEDS = ExampleSampler().load()
STYLES = {"simple": (1, 1), "multiple": (1, 1), "parallel": (2, 3), "parallel_multiple": (2, 4)}


@pytest.fixture(scope="module")
def apis() -> Mapping[str, Api]:
    return {api.name: api for api in PythonSource(module="apigen.catalogue").load("catalogue").apis}


@pytest.mark.parametrize("style", STYLES)
def test_there_are_at_least_twelve_of_each_style(style: str) -> None:
    assert len(SEEDS[style]) >= 12
    assert len({seed.query for seed in SEEDS[style]}) == len(SEEDS[style])


@pytest.mark.parametrize("seed", [seed for seeds in SEEDS.values() for seed in seeds], ids=lambda seed: seed.id)
def test_a_seed_keeps_to_its_style_and_documents(seed: Example, apis: Mapping[str, Api]) -> None:
    low, high = STYLES[seed.style]
    functions = {call.name for call in seed.answers}
    assert low <= len(seed.answers) <= high
    assert functions <= set(seed.tools) <= set(apis)
    assert (len(seed.tools) > 1) == (seed.style in ("multiple", "parallel_multiple"))
    assert (len(functions) > 1) == (seed.style == "parallel_multiple")
    assert [call_fault(call, apis) for call in seed.answers] == [None] * len(seed.answers)


def test_every_call_of_every_seed_executes(apis: Mapping[str, Api]) -> None:
    calls = [call for seeds in SEEDS.values() for seed in seeds for call in seed.answers]

    async def run() -> list[str]:
        async with await Calls.open([PythonExecutor()], list(apis.values())) as session:
            results = await asyncio.gather(*(session.call(apis[call.name], call) for call in calls))
        return [f"{r.name}: {r.reason} {r.message}" for r in results if r.outcome is not Outcome.passed]

    assert asyncio.run(run()) == []
