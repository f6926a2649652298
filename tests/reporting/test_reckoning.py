"""After a run: the estimate beside the truth, what the cache saved, and how to go on."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from priced_runs import three_requests, write_priced

from apigen.reporting.summary import print_summary

RUN = "priced-1"
ESTIMATE = {"basis": None, "requests": 3, "tokens": 1050, "cost": 9.0, "seconds": 40.0}


def told(
    output_dir: Path, capsys: pytest.CaptureFixture[str], parts: dict[str, Any] | None = None, **changes: Any
) -> str:
    write_priced(output_dir, RUN, parts or three_requests(), **changes)
    print_summary(output_dir, RUN)
    return re.sub(r"[ \n]+", " ", capsys.readouterr().out)


def test_the_estimate_beside_the_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(tmp_path, capsys, estimate=json.dumps(ESTIMATE), seconds=20.0, requests=3)
    assert "expected: 3 requests, 1,050 tokens, $9.00, 40 s (assumed)" in found
    # 3 requests of 120 tokens and 3 judgements of 55, $4.50 in all
    assert "it took: 3 requests, 525 tokens, $4.50, 20 s (requests ×1, tokens ×0.5, cost ×0.5, time ×0.5)" in found


def test_a_part_of_a_run_is_compared_with_a_part_of_the_estimate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    estimate = {"basis": "before-1", "requests": 30, "tokens": 10_500, "cost": 45.0, "seconds": 100.0}
    found = told(tmp_path, capsys, estimate=json.dumps(estimate), seconds=20.0, status="stopped", requests=30)
    assert "expected: 3 requests, 1,050 tokens, $4.50, 10 s (measured on before-1, as a part of 30 requests)" in found
    assert "tokens ×0.5, cost ×1, time ×2" in found


def test_what_is_unknown_has_no_factor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = three_requests()
    parts["requests"][0]["cost"] = None
    estimate = ESTIMATE | {"cost": None, "seconds": None}
    found = told(tmp_path, capsys, parts, estimate=json.dumps(estimate), started_at=None)
    assert "expected: 3 requests, 1,050 tokens, cost unknown (assumed)" in found
    assert "it took: 3 requests, 525 tokens, cost unknown (requests ×1, tokens ×0.5)" in found


@pytest.mark.parametrize("estimate", [None, "{}", '{"requests": 0}', "[]"])
def test_without_an_estimate_nothing_is_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], estimate: str | None
) -> None:
    assert "expected:" not in told(tmp_path, capsys, estimate=estimate)


def test_what_earlier_runs_paid_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(tmp_path, capsys)
    assert "$1.00 (22.2% of it) was paid by earlier runs: 1 of 6 answers came from the response cache" in found


def test_what_earlier_runs_paid_for_at_unknown_prices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = three_requests()
    parts["requests"][1]["cost"] = None
    assert "what earlier runs paid for them is unknown" in told(tmp_path, capsys, parts)


def test_nothing_is_said_of_a_cache_that_gave_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = three_requests()
    parts["requests"][1]["cached"] = False
    assert "response cache" not in told(tmp_path, capsys, parts)


def test_a_stopped_run_says_why_and_how_to_go_on_with_twice_the_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"budget": {"max_cost": 4.5, "max_tokens": None}}
    detail = "budget.max_cost of $4.5 is spent ($4.5000)"
    changes = {"status": "stopped", "detail": detail, "config": json.dumps(config), "requests": 50, "resumed": 1}
    found = told(tmp_path, capsys, **changes)
    assert f"{RUN}: stopped in 1 min 05 s, resumed 1 time stopped after 3 of 50 requests" in found
    assert detail in found
    assert f"to go on: apigen generate resume={RUN} budget.max_cost=9 output_dir={tmp_path}" in found
    monkeypatch.chdir(tmp_path)
    found = told(Path("outputs"), capsys, status="interrupted", requests=None)
    assert "interrupted after 3 requests" in found
    assert f"to go on: apigen generate resume={RUN} " in found
    assert "budget." not in found
    assert "output_dir" not in found


def test_a_finished_run_does_not_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(tmp_path, capsys, detail="entries: 2 of 5")
    assert "to go on" not in found
    assert "entries: 2 of 5" in found
