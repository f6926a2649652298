"""What verified entries cost, against sums made by hand."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from priced_runs import GENERATOR, JUDGE, candidate, request, three_requests, verdict, write_priced

from apigen.cli import main

RUN = "priced-1"


@pytest.fixture
def priced(tmp_path: Path) -> Path:
    write_priced(tmp_path, RUN, three_requests())
    return tmp_path


def costs(outputs: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["costs", "--outputs", str(outputs), *arguments]) == 0
    return capsys.readouterr().out


def rows(outputs: Path, capsys: pytest.CaptureFixture[str], by: str) -> dict[Any, dict[str, Any]]:
    """Rows by the value of the columns of `by`."""
    told = costs(outputs, capsys, "--by", by, "--format", "jsonl")
    found = [json.loads(line) for line in told.splitlines()]
    keys = by.split(",")
    return {row[by] if len(keys) == 1 else tuple(row[key] for key in keys): row for row in found}


def figures(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["answers"], row["cost"], row["verified"], row["cost_per_entry"]


def test_by_stage(priced: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(priced, capsys, "stage")
    assert figures(found["generation"]) == (3, 3.5, 2, 1.75)
    assert figures(found["semantic"]) == (3, 1.0, 2, 0.5)
    assert (found["generation"]["prompt_tokens"], found["generation"]["completion_tokens"]) == (300, 60)
    assert (found["semantic"]["prompt_tokens"], found["semantic"]["completion_tokens"]) == (150, 15)


def test_by_style_with_generation_and_judgements(priced: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(priced, capsys, "style")
    assert figures(found["simple"]) == (4, 3.0, 1, 3.0)
    assert figures(found["parallel"]) == (2, 1.5, 1, 1.5)


def test_by_the_model_that_answered_and_by_the_one_that_wrote(priced: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answered, wrote = rows(priced, capsys, "model"), rows(priced, capsys, "writer")
    assert figures(answered[GENERATOR]) == (3, 3.5, 2, 1.75)
    assert figures(answered[JUDGE]) == (3, 1.0, 2, 0.5)
    assert {name: figures(row) for name, row in wrote.items()} == {GENERATOR: (6, 4.5, 2, 2.25)}


def test_by_run_across_runs_and_of_one(priced: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lone = candidate(0, 0)
    parts = {"requests": [request(0, 1, 0.5)], "candidates": [lone]}
    write_priced(priced, "other-1", parts | {"verdicts": [verdict(lone, "format"), verdict(lone, "semantic")]})
    found = rows(priced, capsys, "run")
    assert figures(found[RUN]) == (6, 4.5, 2, 2.25)
    assert figures(found["other-1"]) == (2, 0.75, 1, 0.75)
    assert figures(rows(priced, capsys, "stage")["generation"]) == (4, 4.0, 3, 4.0 / 3)
    told = costs(priced, capsys, "--by", "run", "--run", "other-1")
    assert RUN not in told
    assert "1 run: 2 answers, $0.7500, 1 verified entry, $0.7500 an entry" in told


def test_several_columns_together(priced: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(priced, capsys, "style,stage")
    assert figures(found["simple", "generation"]) == (2, 2.5, 1, 2.5)
    assert figures(found["simple", "semantic"]) == (2, 0.5, 1, 0.5)
    assert figures(found["parallel", "generation"]) == (1, 1.0, 1, 1.0)
    assert figures(found["parallel", "semantic"]) == (1, 0.5, 1, 0.5)


def test_what_the_cache_saved_is_not_paid(priced: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = rows(priced, capsys, "run")[RUN]
    assert (row["cached"], row["paid"], row["saved"]) == (1, 3.5, 1.0)
    assert "the response cache gave 1 answer and saved $1.00; $3.50 was paid" in costs(priced, capsys)


def test_the_tables_and_the_sum_below_them(priced: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = costs(priced, capsys)
    assert [line for line in told.splitlines() if line.startswith("by ")] == [
        "by model, stage", "by style", "by stage",
    ]  # fmt: skip
    cells = [re.split(r"\s{2,}", line.strip()) for line in told.splitlines()]
    assert [JUDGE, "semantic", "3", "0", "150", "15", "$1.00", "2", "$0.5000"] in cells
    assert ["parallel", "2", "1", "150", "25", "$1.50", "1", "$1.50"] in cells
    assert "1 run: 6 answers, $4.50, 2 verified entries, $2.25 an entry" in told
    # 2.00 / 2 + 0.25 and 1.00 / 2 + 0.50 went into the two that were verified: 2.25 of 4.50
    assert "50.0% of the cost went into verified entries" in told


def test_unknown_prices_are_told_and_counted_and_are_never_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = three_requests()
    parts["requests"][0]["cost"] = None
    write_priced(tmp_path, RUN, parts)
    found = rows(tmp_path, capsys, "stage")
    assert (found["generation"]["cost"], found["generation"]["known_cost"], found["generation"]["unknown"]) == (
        None, 1.5, 1,
    )  # fmt: skip
    assert (found["generation"]["cost_per_entry"], found["semantic"]["cost_per_entry"]) == (None, 0.5)
    told = costs(tmp_path, capsys)
    assert "$1.50 + 1 unknown" in told
    assert "the price of 1 answer is unknown; for the next run set model.price_per_million_input" in told
    assert "an unknown sum was paid" in told
    assert "went into" not in told


def test_the_offline_model_is_free_and_a_run_without_answers_has_no_costs(
    outputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = costs(outputs, capsys)
    assert "$" not in told
    assert "free" in told
    write_priced(tmp_path, "empty-1", {"requests": [request(0, 0, None, model=None, outcome="error")]})
    assert "1 run: no model has answered yet" in costs(tmp_path, capsys)


@pytest.mark.parametrize(
    ("form", "first"), [("csv", "run,stage,model,style,answers,cached"), ("json", "["), ("jsonl", '{"run": "priced-1"')]
)
def test_other_formats_hold_every_detail(
    priced: Path, capsys: pytest.CaptureFixture[str], form: str, first: str
) -> None:
    assert costs(priced, capsys, "--format", form).startswith(first)
