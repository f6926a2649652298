"""`apigen runs`."""

from pathlib import Path

import pytest
from small_runs import RUN, SWEEP, everything, write_run

from apigen.cli import main


def runs(outputs: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["runs", "--outputs", str(outputs)]) == 0
    return capsys.readouterr().out.splitlines()


def test_oldest_first_with_what_came_of_each(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = runs(outputs, capsys)
    assert [line.split()[0] for line in lines[2:]] == [RUN, f"{SWEEP}/0", f"{SWEEP}/1"]
    assert lines[2].split() == [
        RUN, "2026-01-01", "00:00", "finished", "offline", "(simulated)", "9", "5", "55.6%", "free",
    ]  # fmt: skip


def test_narrow_screens_get_whole_names(
    outputs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = runs(outputs, capsys)
    assert lines[::2] == [RUN, f"{SWEEP}/0", f"{SWEEP}/1"]
    assert "5 of 9 candidates verified (55.6%)" in lines[1]


def test_narrow_screens_tell_of_resumed_runs_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    write_run(tmp_path, "a-1", [], resumed=1)
    assert "finished, resumed 1 time, offline" in runs(tmp_path, capsys)[1]


def test_every_status_and_price(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paid = everything()[:2]
    paid[0]["requests"][0] |= {"cost": 1.5, "simulated": False}
    paid[1]["verdicts"][-1] |= {"cost": 0.25, "simulated": False}
    unknown = everything()[:2]
    unknown[0]["requests"][0] |= {"cost": None, "simulated": False}
    write_run(tmp_path, "a-1", paid, status="running", simulated=False, model="openai/x", judge="openai/y")
    write_run(tmp_path, "b-1", unknown, status="interrupted", simulated=False)
    write_run(tmp_path, "c-1", [], status="failed")
    told = runs(tmp_path, capsys)
    assert [line.split()[3] for line in told[2:5]] == ["running", "interrupted", "failed"]
    assert [line.split()[-1] for line in told[2:5]] == ["$1.75", "unknown", "–"]
    assert "openai/x / openai/y" in told[2]
    assert "a run that was killed stays at `running`" in told


def test_what_was_paid_for_by_others_how_often_it_went_on_and_how(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paid = everything()[:2]
    paid[0]["requests"][0] |= {"cost": 1.5, "simulated": False, "cached": True}
    paid[1]["verdicts"][-1] |= {"cost": 0.25, "simulated": False}
    write_run(tmp_path, "a-1", paid, status="stopped", simulated=False, resumed=2)
    write_run(tmp_path, "b-1", paid, simulated=False, resumed=0)
    told = runs(tmp_path, capsys)
    assert told[0].split()[:5] == ["run", "started", "(UTC)", "status", "resumed"]
    assert [line.split()[3:5] for line in told[2:4]] == [["stopped", "2"], ["finished", "0"]]
    assert [line.split()[-1] for line in told[2:4]] == ["$0.2500", "$0.2500"]
    assert "apigen generate resume=RUN" in told[-1]


def test_runs_that_cannot_be_read_are_named_with_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import asyncio

    from apigen.storage import RunWriter

    write_run(tmp_path, "good-1", [])
    (tmp_path / "bad-1").mkdir()
    (tmp_path / "bad-1" / "run.duckdb").write_bytes(b"no database" * 1000)
    writer = RunWriter(tmp_path / "empty-1", "empty-1")
    writer.create()
    asyncio.run(writer.flush())
    told = runs(tmp_path, capsys)
    assert any(line.startswith("bad-1 cannot be read: ") and len(line) > 30 for line in told)
    assert "empty-1 holds nothing: it was ended before its first request" in told
    assert any(line.startswith("good-1") for line in told)


def test_no_runs_is_told_with_what_to_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--outputs", str(tmp_path / "nowhere")]) == 2
    assert "apigen generate experiment=quickstart" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["x"], ["--outputs"], ["--output", "x"]])
def test_mistakes(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", *arguments]) == 2
    assert "apigen runs --help" in capsys.readouterr().err
