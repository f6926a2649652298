"""Estimates: from assumptions, and from what was measured in an earlier run, with sums made by hand."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from priced_runs import GENERATOR, JUDGE, candidate, request, verdict, write_priced

from apigen.commands import composition
from apigen.config import pipeline
from apigen.llm.prices import table_price
from apigen.pipeline import Pipeline
from apigen.pipeline.estimate import Estimate, Estimator, estimate, estimate_text, estimator, needed
from apigen.storage.database import connect

TOOLS = [
    {
        "name": f"tool_{number}",
        "description": f"Does thing {number}.",
        "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
    }
    for number in range(6)
]
REMOTE = (
    "model=openai_server", f"model.model={GENERATOR}", "model.base_url=http://127.0.0.1:1/v1",
    "model@judge=openai_server", f"judge.model={JUDGE}", "judge.base_url=http://127.0.0.1:1/v1",
)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tools.json").write_text(json.dumps(TOOLS))
    return tmp_path


def composed(*overrides: str) -> Pipeline:
    found: list[Pipeline] = []
    settings = ["source=tools", "sources.tools.path=tools.json", "checker=[format,semantic]", "generator.pairs=[4,4]"]
    composition.run(lambda config: found.append(pipeline(config)), [*settings, *overrides], composition.NO_FILES)
    return found[0]


def estimating(*overrides: str) -> tuple[Pipeline, Estimator]:
    made = composed(*overrides)
    return made, estimator(made, made.plan(made.admitted()), Path(made.output_dir))


def estimated(*overrides: str) -> Estimate:
    made = composed(*overrides)
    return estimate(made, made.plan(made.admitted()), Path(made.output_dir))


def earlier(run: str, **changes: Any) -> None:
    """Eight requests for 2 pairs each, with 2 candidates: one fails the format, every second of the judged is verified.

    A request takes 100 tokens, its answer 10 for each pair; a judgement 50 and 5. All of them cost $0.03 a token.
    """
    asked, candidates, verdicts = [], [], []
    for number in range(8):
        asked.append(request(number, 2, 3.6, style=changes.get("style", "simple"), cached=changes.get("cached", False)))
        good, bad = (candidate(number, at, style=changes.get("style", "simple")) for at in (0, 1))
        candidates += [good, bad]
        verdicts += [verdict(good, "format"), verdict(bad, "format", "rejected", reason="placeholder")]
        verdicts.append(verdict(good, "semantic", "passed" if number % 2 else "rejected", cost=1.65))
    asked.append(request(8, 0, None, model=None, outcome="error", prompt_tokens=None, completion_tokens=None))
    row = {"config": json.dumps({"concurrency": 4}), "seconds": 40.0, "mode": "cascade"}
    row |= {name: value for name, value in changes.items() if name not in ("style", "cached")}
    write_priced(Path("outputs"), run, {"requests": asked, "candidates": candidates, "verdicts": verdicts}, **row)


def test_without_an_earlier_run_it_is_assumed_and_priced_by_the_table() -> None:
    found = estimated("model=openai/gpt-4o-mini", "requests=10", "style=[simple]", "concurrency=5")
    price = table_price("openai/gpt-4o-mini")
    assert price is not None
    assert (found.basis, found.requests, found.candidates, found.judgements, found.verified) == (None, 10, 40, 40, 24)
    assert found.judging is not None
    parts = (found.generation, found.judging)
    assert found.cost == pytest.approx(
        sum(price.of(part.prompt_tokens, part.completion_tokens) for part in parts), rel=1e-3
    )
    assert found.tokens == sum(part.prompt_tokens + part.completion_tokens for part in parts)
    assert {part.price for part in parts} == {"litellm's table"}
    assert all(part.prompt_tokens > 1000 for part in parts)
    answers = found.generation.completion_tokens / 50 + 10 * 0.5 + 40 * (0.5 + 80 / 50)
    assert found.seconds == pytest.approx(answers / 5, rel=0.01)


def test_a_prompt_is_as_long_as_it_is_assumed_to_be() -> None:
    import asyncio

    made, found = estimating("requests=7", "model=openai/gpt-4o-mini")
    sent = 0
    for sample in found.samples:
        prompt = asyncio.run(made.generator.prompt(sample, None))  # type: ignore[arg-type]
        sent += sum(len(message.content) for message in prompt.messages)
    assert found.of(7).generation.prompt_tokens == round(sent / 4)


def test_call_first_answers_are_shorter_since_they_hold_no_calls() -> None:
    query_first = estimated("requests=20", "style=[simple]")
    call_first = estimated("requests=20", "style=[simple]", "generator=call_first", "generator.pairs=[4,4]")
    assert call_first.candidates == query_first.candidates == 80
    assert 0 < call_first.generation.completion_tokens < query_first.generation.completion_tokens


def test_what_is_not_known_is_unknown_and_the_offline_model_is_free() -> None:
    assert estimated(*REMOTE).cost is None
    assert estimated().cost == 0.0
    assert estimated(*REMOTE, "model.price_per_million_input=0", "model.price_per_million_output=0").cost is None
    assert estimated("checker=[format]").judging is None


def test_an_earlier_run_gives_tokens_yields_prices_and_time() -> None:
    earlier("run-1")
    found = estimated(*REMOTE, "style=[simple]", "requests=100", "concurrency=10")
    assert found.basis == "run-1"
    assert (found.candidates, found.judgements, found.verified) == (400, 200, 100)
    assert found.errors == pytest.approx(1 / 9)
    generation, judging = found.generation, found.judging
    assert judging is not None
    assert (generation.prompt_tokens, generation.completion_tokens) == (10_000, 4_000)
    assert (judging.requests, judging.prompt_tokens, judging.completion_tokens) == (200, 10_000, 1_000)
    assert (generation.cost, judging.cost) == (pytest.approx(420.0), pytest.approx(330.0))
    assert (generation.price, judging.price) == ("earlier run", "earlier run")
    assert found.cost == pytest.approx(750.0)
    # 40 s of 4 workers for 8 answered requests are 20 s of one for each; 100 of them by 10 workers
    assert found.seconds == pytest.approx(200.0)


def test_prices_of_the_configuration_are_those_of_the_next_run() -> None:
    earlier("run-1")
    prices = [f"{role}.price_per_million_{way}=1" for role in ("model", "judge") for way in ("input", "output")]
    found = estimated(*REMOTE, "style=[simple]", "requests=100", *prices)
    assert found.cost == pytest.approx((14_000 + 11_000) / 1e6)


def test_a_run_from_the_cache_says_nothing_of_the_time_so_latencies_do() -> None:
    earlier("run-1", cached=True)
    found = estimated(*REMOTE, "style=[simple]", "requests=100", "concurrency=10")
    # each request takes 2 s, and each of its two judgements 1 s
    assert found.seconds == pytest.approx(100 * (2 + 2 * 1) / 10)


def test_limits_of_a_model_make_it_longer() -> None:
    earlier("run-1")
    settings = (*REMOTE, "style=[simple]", "requests=100", "concurrency=10")
    assert estimated(*settings, "model.requests_per_minute=10").seconds == pytest.approx(600)
    assert estimated(*settings, "judge.tokens_per_minute=1000").seconds == pytest.approx(660)
    assert estimated(*settings, "model.max_in_flight=1", "judge.max_in_flight=50").seconds == pytest.approx(200)


def test_styles_that_were_not_measured_are_like_all_together() -> None:
    earlier("run-1")
    assert estimated(*REMOTE, "style=[parallel]", "requests=100").verified == 100


def test_the_nearest_configuration_counts_more_than_the_newest() -> None:
    for age, (run, changes) in enumerate({
        "same-1": {}, "checkers-1": {"checkers": ["semantic"]}, "strategy-1": {"strategy": "call_first"},
        "style-1": {"style": "multiple"}, "model-1": {"model": "openai/other"}, "judge-1": {"judge": "openai/other"},
    }.items()):  # fmt: skip
        earlier(run, **changes)
        os.utime(Path("outputs") / run / "run.duckdb", (1e9 + age, 1e9 + age))
    settings = (*REMOTE, "style=[simple]")
    assert estimated(*settings).basis == "same-1"
    assert estimated(*settings, "generator=call_first").basis == "strategy-1"
    assert estimated(*REMOTE, "style=[multiple]").basis == "style-1"
    assert estimated(*settings, "checker=[format]").basis == "judge-1"
    earlier("newer-1")
    assert estimated(*settings).basis == "newer-1"


def test_runs_that_say_nothing_or_cannot_be_read_are_left_out() -> None:
    write_priced(Path("outputs"), "few-1", {"requests": [request(n, 2, 1.0) for n in range(4)]})
    (Path("outputs") / "damaged-1").mkdir()
    (Path("outputs") / "damaged-1" / "run.duckdb").write_bytes(b"nothing" * 1000)
    assert estimated(*REMOTE).basis is None
    earlier("run-1")
    with connect(Path("outputs") / "run-1" / "run.duckdb"):  # as a writer holds it
        assert estimated(*REMOTE).basis is None
    assert estimated(*REMOTE).basis == "run-1"


def test_a_target_needs_as_many_requests_as_its_fullest_cell() -> None:
    earlier("run-1")
    made, found = estimating(*REMOTE, "style=[simple]", "target.verified=500", "requests=3")
    assert needed(made, found) == 500  # a request gives 4 candidates, one of them verified
    assert estimate(made, made.plan(made.admitted()), Path("outputs")).requests == 500
    made, found = estimating(*REMOTE, "style=[simple,parallel]", "target.per_style=100")
    share = min(
        sum(sample.style.name == name for sample in found.samples) / len(found.samples)
        for name in ("simple", "parallel")
    )
    assert needed(made, found) == pytest.approx(100 / share, abs=1)
    made, found = estimating(*REMOTE, "target.per_category=5")
    assert needed(made, found) is None
    assert needed(*estimating()) is None


def test_a_target_that_nothing_reaches_has_no_number_of_requests() -> None:
    earlier("run-1")
    with connect(Path("outputs") / "run-1" / "run.duckdb") as connection:
        connection.execute("UPDATE verdicts SET outcome = 'rejected'")
    assert needed(*estimating(*REMOTE, "style=[simple]", "target.verified=5")) is None


def test_a_part_that_cannot_be_estimated_does_not_keep_a_run_from_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    made = composed()
    plan = made.plan(made.admitted())
    assert '"requests":100' in str(estimate_text(made, plan, Path("outputs")))
    monkeypatch.setattr("apigen.pipeline.assumptions._messages", lambda *_: 1 / 0)
    assert estimate_text(made, plan, Path("outputs")) is None


def test_it_goes_to_json_and_back() -> None:
    found = estimated(*REMOTE)
    assert Estimate.model_validate_json(found.model_dump_json()) == found


def test_without_an_earlier_run_no_database_is_opened() -> None:
    program = "import sys, test_estimate; test_estimate.estimated(); print('duckdb' in sys.modules)"
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), str(here.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path}
    )
    assert done.stdout.split() == ["False"], done.stderr
