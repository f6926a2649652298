"""`apigen cache`."""

import asyncio
import json
import os
import sqlite3
from pathlib import Path

import pytest

from apigen.cli import main
from apigen.llm.cache import ResponseCache
from apigen.llm.cache.place import current
from apigen.llm.model import ModelResponse

PROMPT = "Write queries and calls. " * 20


def response(model: str, number: int) -> ModelResponse:
    cost = 0.25 if model == "openai/priced" else None
    return ModelResponse(text=f"answer {number}", model=model, prompt_tokens=100, completion_tokens=20, cost=cost)


def fill(run: str, model: str, numbers: range) -> None:
    async def work() -> None:
        responses = ResponseCache().open(run)
        for number in numbers:

            async def ask(number: int = number) -> ModelResponse:
                return response(model, number)

            await responses.answer({"model": model, "prompt": f"{PROMPT}\ud800{number}"}, ask)
        await responses.close()

    asyncio.run(work())


def age(folder: Path, days: int, numbers: int) -> None:
    """Make the first answers as old as `days` days."""
    path = current(folder)
    assert path is not None
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE answers SET stored_at = stored_at - ? WHERE body <= ?", (days * 86400, numbers))
    connection.close()


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["cache", *arguments]) == code
    captured = capsys.readouterr()
    return captured.out + captured.err


@pytest.fixture
def filled(response_cache: Path) -> Path:
    fill("run-1", "openai/priced", range(4))
    fill("run-2", "openai/priced", range(6))
    fill("run-2", "local", range(3))
    return response_cache


def test_none_yet_is_told_and_nothing_is_made(response_cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"There is no response cache in {response_cache} yet." in told(capsys)
    assert list(response_cache.iterdir()) == []
    for arguments in (["prune", "--all"], ["export", "x.jsonl"]):
        assert "There is no response cache" in told(capsys, *arguments, code=2)


def test_what_it_holds_and_saved(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys).splitlines()
    assert lines[0] == str(current(filled))
    assert lines[1].endswith("kB, 9 answers")
    cells = [line.split()[1:] for line in lines[4:6]]
    assert ["local", "3", "unknown", "0", "0", "–"] in cells
    assert ["openai/priced", "6", "$1.50", "4", "480", "$1.00"] in cells
    assert lines[6].split() == ["all", "9", "$1.50", "+", "?", "4", "480", "$1.00"]


def test_another_folder(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no response cache" in told(capsys, "--folder", str(tmp_path / "none"))
    assert "9 answers" in told(capsys, "--folder", str(filled))


def test_pruning_says_what_it_would_do_first(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "prune", "--model", "openai/priced", code=1)
    assert out.startswith("would delete 6 answers that cost $1.50 as far as known")
    assert "--yes" in out
    assert "9 answers" in told(capsys)


def test_pruning_by_model(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "deleted 6 answers" in told(capsys, "prune", "--model", "openai/priced", "--yes")
    assert "3 answers" in told(capsys)
    exported = told(capsys, "export", "-")
    assert exported.count('"model": "local"') == 2 * 3


def test_pruning_by_age(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    age(filled, 31, 4)
    assert "deleted 4 answers" in told(capsys, "prune", "--older-than", "30d", "--yes")
    assert "there are no such answers" in told(capsys, "prune", "--older-than", "30d", "--yes")
    assert "5 answers" in told(capsys)
    assert "would delete 3 answers" in told(capsys, "prune", "--older-than", "0h", "--model", "local", code=1)


def test_pruning_all_leaves_no_trace_of_a_prompt(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "deleted 9 answers" in told(capsys, "prune", "--all", "--yes")
    assert "0 answers" in told(capsys)
    path = current(filled)
    assert path is not None
    connection = sqlite3.connect(path)
    for name in ("answers", "bodies", "dictionaries", "hits"):
        assert connection.execute(f"SELECT count(*) FROM {name}").fetchall() == [(0,)]
    assert connection.execute("PRAGMA freelist_count").fetchall() == [(0,)]
    connection.close()


def test_a_run_goes_on_when_the_cache_is_emptied_under_it(
    response_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def ask() -> ModelResponse:
        return response("m", 1)

    async def work() -> None:
        responses = ResponseCache().open("run")
        await responses.answer({"prompt": PROMPT, "n": 1}, ask)
        await asyncio.to_thread(main, ["cache", "prune", "--all", "--yes"])
        await responses.answer({"prompt": PROMPT, "n": 2}, ask)
        await responses.close()

    asyncio.run(work())
    capsys.readouterr()
    assert json.loads(told(capsys, "export", "-").splitlines()[0])["identity"] == {"prompt": PROMPT, "n": 2}


def test_an_export_holds_questions_and_answers(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "answers.jsonl"
    assert f"9 answers written to {target}" in told(capsys, "export", str(target))
    assert target.stat().st_mode & 0o777 == 0o600
    rows = [json.loads(line) for line in target.read_text("ascii").splitlines()]
    assert [row["response"]["text"] for row in rows] == [f"answer {n}" for n in (0, 1, 2, 3, 4, 5, 0, 1, 2)]
    assert rows[4]["identity"] == {"model": "openai/priced", "prompt": f"{PROMPT}\ud8004"}
    assert (rows[0]["run"], rows[4]["run"]) == ("run-1", "run-2")
    assert ModelResponse.model_validate(rows[0]["response"]) == response("openai/priced", 0)
    assert list(tmp_path.iterdir()) == [target]


def test_damaged_answers_are_left_out_of_an_export_and_told(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = current(filled)
    assert path is not None
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE bodies SET identity = x'00' WHERE id = 2")
    connection.close()
    out = told(capsys, "export", "-")
    assert "8 answers written" in out
    assert "1 answer left out: damaged" in out


def test_files_that_were_set_aside_are_named(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = current(filled)
    assert path is not None
    path.write_bytes(os.urandom(100))
    assert f"{path.name}.damaged-1 was damaged and set aside (100 bytes)" in told(capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        ["drop"],
        ["prune"],
        ["prune", "--all", "--model", "m"],
        ["prune", "--older-than", "30"],
        ["prune", "--older-than", "-1d"],
        ["prune", "file", "--all"],
        ["--all"],
        ["--yes"],
        ["export"],
        ["export", "x.jsonl", "--older-than", "1d"],
        ["export", "missing/x.jsonl"],
        ["prune", "--model", "local"],
    ],
)
def test_mistakes(
    arguments: list[str], response_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    fill("run", "locale", range(1))
    assert main(["cache", *arguments]) == 2
    assert capsys.readouterr().err.startswith("apigen cache: ")
    assert list(tmp_path.iterdir()) == []
