"""`apigen costs`: its options."""

from pathlib import Path

import pytest
from small_runs import RUN

from apigen.cli import main


def test_it_takes_runs_and_columns(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["costs", "--run", RUN, "--by", "style, stage", "--outputs", str(outputs)]) == 0
    assert "by style, stage" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--by", "colour"], "`colour` is none of run, model, writer, style, stage"),
        (["--by", ""], "is none of"),
        (["--format", "xml"], "invalid choice"),
        (["--run", "nope"], "no run called `nope`"),
        (["x"], "Unrecognized arguments: x"),
    ],
)
def test_mistakes(outputs: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    assert main(["costs", "--outputs", str(outputs), *arguments]) == 2
    captured = capsys.readouterr().err
    assert told in captured
    assert captured.startswith("apigen costs: ")
