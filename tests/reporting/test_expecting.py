"""What is printed of an estimate: figures, prices, budget, targets, and when the seed update begins."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from priced_runs import candidate, request, verdict, write_priced

from apigen.cli import main
from apigen.pipeline.budget import Budget
from apigen.pipeline.estimate import Estimate, Part
from apigen.reporting import expecting
from apigen.reporting.screen import screen
from apigen.sampling import Sampling

TOOLS = '[{"name": "add", "description": "Adds.", "parameters": {"type": "object", "properties": {"a": {}}}}]'


def checked(capsys: pytest.CaptureFixture[str], *overrides: str) -> str:
    """What `apigen check` says, on one line."""
    Path("tools.json").write_text(TOOLS)
    settings = ["source=tools", "sources.tools.path=tools.json", "style=[simple]", "checker=[format,semantic]"]
    assert main(["check", *settings, *overrides]) == 0
    told = capsys.readouterr().out
    return re.sub(r"\s+", " ", told[told.index("to expect") :])


def part(model: str = "m", cost: float | None = 1.0, price: str = "configuration") -> Part:
    return Part(model=model, requests=100, prompt_tokens=9000, completion_tokens=1000, cost=cost, price=price)


def expected(**changes: Any) -> Estimate:
    """100 requests and judgements for $2, 20,000 tokens, 10 minutes."""
    values = {
        "basis": None, "requests": 100, "candidates": 300, "verified": 150, "judgements": 100, "tokens": 20_000,
        "cost": 2.0, "seconds": 600.0, "errors": 0.0, "generation": part(), "judging": part("j"),
    }  # fmt: skip
    return Estimate.model_validate(values | changes)


def budgeted(capsys: pytest.CaptureFixture[str], found: Estimate, **limits: float) -> str:
    expecting._budget(screen(), Budget.model_validate(limits), found)
    return re.sub(r"\s+", " ", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({}, ""),
        ({"max_cost": 4.0}, "the budget suffices; nearest to its end is budget.max_cost=4, of which 50.0% is needed"),
        ({"max_cost": 1.0}, "budget.max_cost=1 ends it first, after about 50 of 100 requests"),
        ({"max_tokens": 5000}, "budget.max_tokens=5000 ends it first, after about 25 of 100 requests"),
        ({"max_requests": 150}, "budget.max_requests=150 ends it first, after about 75 of 100 requests"),
        ({"max_minutes": 1.0}, "budget.max_minutes=1 ends it first, after about 10 of 100 requests"),
        ({"max_cost": 1.0, "max_tokens": 2000}, "budget.max_tokens=2000 ends it first"),
        ({"max_cost": 100.0, "max_minutes": 11.0}, "nearest to its end is budget.max_minutes=11"),
    ],
)
def test_the_limit_that_is_reached_first_is_named(
    capsys: pytest.CaptureFixture[str], limits: dict[str, float], told: str
) -> None:
    found = budgeted(capsys, expected(), **limits)
    assert told in found
    assert bool(told) == bool(found)


def test_a_limit_to_an_unknown_cost_cannot_be_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be kept without a price" in budgeted(capsys, expected(cost=None), max_cost=1.0)
    assert "max_tokens" in budgeted(capsys, expected(cost=None), max_cost=1.0, max_tokens=100)


@pytest.mark.parametrize(
    ("requests", "lag", "concurrency", "told"),
    [
        (100, 64, 8, "from request 65 on also verified entries"),
        (100, 98, 8, "from request 99 on"),
        (100, 99, 8, "the original seeds only: request i learns from verified entries of requests below i - lag"),
        (100, 2048, 8, "lag=25 would let the last 74 learn"),
        (100, 2048, 30, "lag=60 would let the last 39 learn"),
        (10, 2048, 8, "so few cannot learn at concurrency=8"),
    ],
)
def test_when_the_seed_update_begins(requests: int, lag: int, concurrency: int, told: str) -> None:
    run: Any = SimpleNamespace(sampling=Sampling(), lag=lag, concurrency=concurrency)
    assert told in expecting.learning(run, requests)


def test_that_the_seed_update_is_off_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    for off in ({"update": False}, {"seed_share": 1}):
        run: Any = SimpleNamespace(sampling=Sampling.model_validate({"examples": off}), lag=1, concurrency=1)
        assert "the original seeds only (sampling.examples." in expecting.learning(run, 100)


def test_a_model_with_a_price_and_one_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    told = checked(capsys, "model=openai/gpt-4o-mini", "requests=200")
    assert "litellm's table" in told
    assert re.search(r"tokens, \$\d\.\d+, \d+ min", told)
    assert "unknown" not in told
    told = checked(capsys, "model=openai_server", "model.model=x", "model.base_url=http://127.0.0.1:1")
    assert "cost unknown" in told
    assert told.count("the price of x is unknown: model.price_per_million_input=…") == 1
    told = checked(capsys, "model=openai/gpt-4o-mini", "model@judge=openai/no-such-model")
    assert "the price of openai/no-such-model is unknown: judge.price_per_million_input=…" in told


def test_what_it_is_measured_on_and_what_the_target_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = [request(number, 1, 0.5, pairs=1) for number in range(10)]
    found = [candidate(number, 0) for number in range(10)]
    verdicts = [verdict(one, checker) for one in found for checker in ("format", "semantic")]
    parts = {"requests": [*asked, request(10, 0, None, outcome="error")], "candidates": found, "verdicts": verdicts}
    write_priced(tmp_path / "outputs", "before-1", parts, mode="cascade")
    models = ("model=openai/writer", "model@judge=openai/judge")
    told = checked(capsys, *models, "target.verified=120", "generator.pairs=[1,1]")
    assert "to expect of 120 requests the target needs about 120 requests" in told
    assert "measured on before-1; 9.1% of its requests ended in errors" in told
    assert "earlier run" in told
    told = checked(capsys, *models, "+target.per_category={Other: 5}", "target.patience=3")
    assert "target.per_category is not in this" in told
