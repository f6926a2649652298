"""`apigen show`."""

import re
from pathlib import Path

import pytest
from small_runs import BIG, RUN, SWEEP, everything, write_run

from apigen.cli import main


def show(outputs: Path, capsys: pytest.CaptureFixture[str], *arguments: str, run: str = RUN) -> str:
    assert main(["show", *arguments, "--run", run, "--outputs", str(outputs)]) == 0
    return capsys.readouterr().out


def ids(told: str) -> list[str]:
    return re.findall(r"^(\d{6}-\d{2})  ", told, re.M)


def test_verified_entries_by_default_one_of_each_style_first(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ids(show(outputs, capsys, "--limit", "4")) == ["000000-00", "000001-00", "000002-00", "000003-00"]
    assert ids(show(outputs, capsys)) == [f"00000{i}-00" for i in range(5)]


def test_the_newest_run_by_default(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path, "old-1", everything()[:4])
    write_run(tmp_path, "new-1", everything()[:2])
    assert main(["show", "--outputs", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert ids(told) == ["000000-00"]
    assert "1 candidate of new-1 shown; it has 1 verified, 0 rejected" in told


def test_an_entry_in_full(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = show(outputs, capsys, "000001-00")
    for part in (
        "000001-00  verified  multiple",
        "query      What is 1 plus 2?",
        "add(a, b, [carry]) – Add two numbers",
        f"add(a=1, b={BIG})",
        f'→ {{"sum": {BIG}, "rate": 0.1}}',
        "semantic: passed by offline (simulated)",
        "offline (simulated), template concise, read strict, depth 1, examples seed-1",
    ):
        assert part in told
    assert "PROMPT TEXT" not in told


def test_rejected_with_every_verdict_and_reason(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = show(outputs, capsys, "--rejected")
    assert ids(told) == ["000005-00", "000006-00", "000006-01"]
    for part in (
        "format: rejected invalid_json",
        "injected   broken_json",
        "execution: rejected runtime_error",
        "→ rejected: ValueError:",
        "semantic: rejected query_not_served",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("--stage", "execution"), ["000006-00"]),
        (("--reason", "invalid_json"), ["000005-00"]),
        (("--reason", "judge_unreadable"), ["000006-02"]),
        (("--style", "parallel"), ["000002-00"]),
        (("--rejected", "--style", "simple", "--limit", "1"), ["000005-00"]),
        (("6",), ["000006-00", "000006-01", "000006-02"]),
        (("6-1", "000000-00", "6-1"), ["000006-01", "000000-00"]),
    ],
)
def test_picking(
    outputs: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], found: list[str]
) -> None:
    assert ids(show(outputs, capsys, *arguments)) == found


def test_the_whole_prompt_and_answer(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = show(outputs, capsys, "000000-00", "--prompt")
    assert "── user ──\nPROMPT TEXT\n── answer ──\n[…]\n" in told


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_hostile_text_is_harmless(
    outputs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    told = show(outputs, capsys, "000004-00", "000005-00", "000006-00", "--prompt")
    assert not any(character in told for character in "\x1b\x00\x07\u202e")
    assert "[red]markup[/red]" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("000099-00",), "its requests go from 0 to 7"),
        (("000006-09",), "apigen show 000006-00 000006-01 000006-02"),
        (("7",), "Request 7 gave no candidate: `authentication`, 401: invalid key"),
        (("99999999999999999999999",), "its requests go from 0 to 7"),
        (("abc",), "`abc` is no id"),
        (("--reason", "invalid_jsno"), "did you mean `invalid_json`?"),
        (("--stage", "formt"), "did you mean `format`?"),
        (("--style", "paralel"), "did you mean `parallel`?"),
        (("--limit", "0"), "whole number from 1 up"),
        (("--run", "nope"), "no run called `nope`"),
        (("--run", SWEEP), "names 2 runs"),
        (("--rejectd",), "Unrecognized arguments: --rejectd"),
    ],
)
def test_mistakes_say_what_there_is(
    outputs: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert main(["show", "--outputs", str(outputs), "--run", RUN, *arguments]) == 2
    assert told in capsys.readouterr().err


def test_nothing_to_show_is_no_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path, "good-1", everything()[:2])
    write_run(tmp_path, "bad-1", everything()[10:12])
    write_run(tmp_path, "none-1", [])
    assert "good-1 has no candidate that matches: 1 verified" in show(tmp_path, capsys, "--rejected", run="good-1")
    assert "apigen show --rejected shows why" in show(tmp_path, capsys, run="bad-1")
    assert "none-1 has no verified entry: 0 verified, 0 rejected" in show(tmp_path, capsys, run="none-1")
