"""What is printed after a run and after a sweep."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from small_runs import RUN, SWEEP, everything, write_run

from apigen.cli import main
from apigen.errors import StorageError
from apigen.reasons import MEANINGS, Family, Reason
from apigen.reporting.findings import Trouble
from apigen.reporting.remedies import REMEDIES, remedy
from apigen.reporting.screen import screen
from apigen.reporting.summary import _troubles, print_comparison, print_summary


def summary(output_dir: Path, run: str, capsys: pytest.CaptureFixture[str]) -> str:
    print_summary(output_dir, run)
    return capsys.readouterr().out


def row(text: str, first: str) -> list[str]:
    """The cells of the row that begins with `first`."""
    return next(re.split(r"\s{2,}", found.strip()) for found in text.splitlines() if found.startswith(f"{first} "))


def test_funnel_counts_and_reasons(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = summary(outputs, RUN, capsys)
    assert row(told, "format")[1:6] == ["9", "8", "1", "0", "88.9%"]
    assert row(told, "execution")[1:6] == ["8", "7", "1", "0", "87.5%"]
    assert row(told, "semantic")[1:6] == ["7", "5", "1", "1", "83.3%"]
    assert "invalid_json\u00a01" in told
    assert "verified 5 of 9 candidates (55.6%)" in told
    assert "8 requests (1 error) gave 9 candidates" in told
    assert row(told, "parallel_multiple")[1:] == ["1", "1", "100.0%"]
    assert row(told, "offline")[1:] == ["9", "5", "55.6%"]


def test_simulated_time_errors_remedies_and_next_steps(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = summary(outputs, RUN, capsys)
    assert f"{RUN}: finished in 1 min 05 s" in told
    assert "simulated: written and judged by the offline model" in told
    assert "free (simulated)" in told
    assert "authentication 1: 401: invalid key" in told
    assert "model.api_key='${oc.env:MY_KEY}'" in told
    assert "checkers.semantic.answer=verdict" in told
    assert str(outputs / RUN / "run.duckdb") in told
    assert f"apigen show --run {RUN} --outputs {outputs}" in told


def test_the_suggested_commands_work(
    outputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import shlex

    monkeypatch.chdir(tmp_path)
    told = summary(outputs, RUN, capsys)
    commands = [shlex.split(found)[1:] for found in re.findall(r"^  (apigen .*)$", told, re.M)]
    assert len(commands) == 4
    assert [main(command) for command in commands] == [0] * 4
    assert len((tmp_path / "dataset.jsonl").read_text("utf-8").splitlines()) == 5


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_hostile_text_reaches_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    write_run(tmp_path, RUN, everything()[8:10])
    told = summary(tmp_path, RUN, capsys)
    assert "\x1b" not in told
    assert "\x00" not in told
    assert "[red]markup[/red]" in re.sub(r"\s+", " ", told) or columns == "40"


def test_an_interrupted_run_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path, RUN, everything()[:4], status="interrupted", requests=500)
    assert "interrupted after 2 of 500 requests" in summary(tmp_path, RUN, capsys)


def test_nothing_verified_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path, "rejected-1", everything()[10:12])
    write_run(tmp_path, "failed-1", everything()[-1:])
    write_run(tmp_path, "nothing-1", [], status="interrupted")
    told = summary(tmp_path, "rejected-1", capsys)
    assert "Nothing was verified: nothing passed the stage `format`, mostly because of `invalid_json`" in told
    assert "apigen show --rejected --run rejected-1" in told
    told = summary(tmp_path, "failed-1", capsys)
    assert "Nothing was verified: no request was answered, mostly because of `authentication`" in told
    assert "1 error in 1 request and judgements (100.0%)" in told
    assert "no request was finished" in summary(tmp_path, "nothing-1", capsys)


def test_a_run_without_checkers_and_with_an_unknown_price(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = everything()[:2]
    parts[0]["requests"][0] |= {"cost": None, "simulated": False, "model": "openai/x"}
    parts[1] |= {"verdicts": [], "executions": []}
    parts[1]["candidates"][0] |= {"simulated": False}
    write_run(tmp_path, RUN, parts, checkers=[], simulated=False, judge=None)
    told = summary(tmp_path, RUN, capsys)
    assert "verified 1 of 1 candidate (100.0%), 120 tokens, cost unknown" in told
    assert "simulated" not in told


def test_a_missing_run_is_a_clear_error(outputs: Path) -> None:
    with pytest.raises(StorageError, match="no run called `nope`"):
        print_summary(outputs, "nope")


@pytest.mark.parametrize("columns", ["80", "160"])
def test_comparison_shows_only_what_differs(
    outputs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    print_comparison(outputs, [f"{SWEEP}/0", f"{SWEEP}/1"])
    told = capsys.readouterr().out
    assert "checker=[format,execution,semantic]" in told
    assert "name=ablation" not in told
    lines = [found.split() for found in told.splitlines()]
    assert ["2", "2", "2", "2", "2", "100.0%", "free"] in [cells[-7:] for cells in lines]
    assert ["4", "4", "4", "4", "4", "100.0%", "free"] in [cells[-7:] for cells in lines]
    assert max(map(len, told.split("the same as SQL:")[0].splitlines())) <= int(columns)


def test_comparison_can_be_had_again_as_sql(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import shlex

    print_comparison(outputs, [f"{SWEEP}/0", f"{SWEEP}/1"])
    command = capsys.readouterr().out.split("the same as SQL:\n")[1]
    assert main([*shlex.split(command)[1:], "--format", "jsonl"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("reason", [r for r, m in MEANINGS.items() if m.family is Family.infrastructure])
def test_every_infrastructure_reason_has_a_remedy(reason: Reason) -> None:
    assert reason in REMEDIES
    assert "{" not in remedy(reason, role="judge").replace("${", "")


def test_the_key_of_an_api_is_not_that_of_a_model() -> None:
    assert "auth" in remedy("authentication", role="api")
    assert "OPENAI" not in remedy("authentication", role="api")
    assert "OPENAI_API_KEY" in remedy("authentication", role="judge")
    assert "rate" in remedy("rate_limited", role="api")
    assert remedy("timeout", role="api") == remedy("timeout")


def test_errors_of_the_execution_stage_are_those_of_apis(capsys: pytest.CaptureFixture[str]) -> None:
    stages = ("generation", "execution", "semantic")
    troubles = tuple(Trouble(stage, "authentication", 1, "HTTP 401") for stage in stages)
    _troubles(screen(), SimpleNamespace(troubles=troubles, asked=3, stages=[], errors=3))  # type: ignore[arg-type]
    advice = [told for told in capsys.readouterr().out.splitlines() if "try:" in told]
    assert ["headers_env" in told for told in advice] == [False, True, False]


def test_a_judge_that_answers_no_verdict_at_all_gets_another_remedy() -> None:
    assert "answer=verdict" in remedy("judge_unreadable", "no `results_fit` in the answer; …")
    assert "model@judge=" in remedy("judge_unreadable", "not one JSON object; …")
    assert remedy("invalid_json") == ""
