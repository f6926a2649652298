"""`apigen reverify`: what drifted since a run is found, told, kept, and said by the exit code."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import small_runs
from rude_server import RudeServer, reply

from apigen.cli import main
from apigen.config import stored_pipeline
from apigen.errors import ConfigError
from apigen.records import canonical_json
from apigen.storage.database import connect

FUNCTIONS = '''
def double(number: int) -> dict:
    """Double a number.

    >>> double(4)
    """
    return {"result": 2 * number, "of": number, "big": 12345678901234567890}


def greet(name: str) -> str:
    """Greet a person.

    >>> greet("Ana")
    """
    return f"Hello, {name}!"


def count_letters(word: str) -> int:
    """Count the letters of a word.

    >>> count_letters("pear")
    """
    return len(word)


def shout(word: str) -> str:
    """Write a word in capitals.

    >>> shout("pear")
    """
    return word.upper()


def triple(number: int) -> float:
    """Triple a number.

    >>> triple(5)
    """
    return 3.0 * number
'''
CHANGES = [
    ('return {"result": 2 * number, "of": number, "big": 12345678901234567890}',
     'return {"big": 12345678901234567891, "of": number, "result": 2 * number}'),
    ("Greet a person.", "Greet a person by name."),
    ("return len(word)", 'raise RuntimeError("no more letters")'),
    ("def shout(", "def _shout("),
]  # fmt: skip
GIVEN = ("source=python", "sources.python.path=mine.py", "style=[simple]", "checker=[format,execution]", "requests=12",
         "sampling.examples.update=false", "name=r")  # fmt: skip


def apigen(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    env = os.environ | {"NO_COLOR": "1", "COLUMNS": "160"} | environment
    command = [sys.executable, "-m", "apigen", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=env)


def rows(folder: Path, sql: str) -> list[dict[str, Any]]:
    told = apigen(folder, "sql", sql, "--format", "jsonl")
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    (folder / "mine.py").write_text(FUNCTIONS)
    done = apigen(folder, "generate", *GIVEN)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def test_what_gives_the_same_is_told_and_kept(folder: Path) -> None:
    done = apigen(folder, "reverify")
    assert done.returncode == 0, done.stdout + done.stderr
    made = rows(
        folder, "SELECT count(*) AS n FROM executions JOIN entries ON id = candidate AND executions.run = entries.run"
    )
    kept = rows(
        folder, "SELECT outcome, count(*) AS n, count(DISTINCT reverified_at) AS t FROM reverifications GROUP BY 1"
    )
    assert kept == [{"outcome": "same", "n": made[0]["n"], "t": 1}]
    assert made[0]["n"] > 20
    assert f"{made[0]['n']} same" in done.stdout


def test_drift_is_found_of_every_kind(folder: Path) -> None:
    source = FUNCTIONS
    for old, new in CHANGES:
        assert old in source
        source = source.replace(old, new)
    (folder / "mine.py").write_text(source)
    done = apigen(folder, "reverify")
    assert done.returncode == 1, done.stderr
    found = rows(
        folder,
        "SELECT api, outcome, any_value(reason) AS reason, any_value(detail) AS detail FROM reverifications "
        "GROUP BY ALL ORDER BY api",
    )
    assert [(row["api"], row["outcome"], row["reason"]) for row in found] == [
        ("count_letters", "failed", "runtime_error"),
        ("double", "drifted", None),
        ("greet", "changed", None),
        ("shout", "gone", None),
        ("triple", "same", None),
    ]
    assert found[1]["detail"] == "/big: 12345678901234567890 → 12345678901234567891"
    assert "no more letters" in found[0]["detail"]
    assert "triple" not in done.stdout
    for told in ("count_letters", "drifted", "no more letters", "apigen sql"):
        assert told in done.stdout


def test_a_limit_and_a_name(folder: Path) -> None:
    run = next((folder / "outputs").iterdir()).name
    done = apigen(folder, "reverify", run, "--limit", "3")
    assert done.returncode == 0, done.stderr
    assert rows(folder, "SELECT count(DISTINCT entry) AS n FROM reverifications") == [{"n": 3}]


def test_a_source_that_cannot_be_read_any_more_is_told(folder: Path) -> None:
    (folder / "mine.py").unlink()
    done = apigen(folder, "reverify")
    assert done.returncode == 2
    assert "mine.py" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_of_an_older_version_is_extended(folder: Path) -> None:
    (database,) = folder.rglob("run.duckdb")
    with connect(database) as connection:
        connection.execute("DROP TABLE reverifications")
        connection.execute("ALTER TABLE executions DROP COLUMN recorded_at")
    assert apigen(folder, "reverify", "--limit", "1").returncode == 0
    assert rows(folder, "SELECT outcome FROM reverifications") == [{"outcome": "same"}]


def test_the_runs_model_needs_no_key(folder: Path) -> None:
    (database,) = folder.rglob("run.duckdb")
    with connect(database) as connection:
        ((text,),) = connection.execute("SELECT config FROM runs").fetchall()
        config = json.loads(text)
        for role in ("model", "judge"):
            config[role] = {
                "_target_": "apigen.llm.LiteLLMModel",
                "model": "openai/x",
                "api_key": "${oc.env:NOT_SET_HERE}",
            }
        connection.execute("UPDATE runs SET config = ?", [json.dumps(config)])
    assert apigen(folder, "reverify", "--limit", "1").returncode == 0


@pytest.fixture
def server() -> Iterator[RudeServer]:
    server = RudeServer()
    yield server
    server.stop()


def document(server: RudeServer) -> dict[str, Any]:
    city = {"name": "city", "in": "query", "required": True, "schema": {"type": "string"}, "example": "Oslo"}
    operation = {"operationId": "weather", "summary": "Weather of a city.", "parameters": [city]}
    operation["responses"] = {"200": {"description": "ok"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Weather", "version": "1"},
        "servers": [{"url": server.url}],
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": {"/weather": {"get": operation}},
    }


def test_a_run_over_rest_is_recorded_replayed_and_reverified(server: RudeServer, tmp_path: Path) -> None:
    canary = "canary-77c1d9e0"
    server.on("/weather", reply('{"celsius": 11.50}'))
    (tmp_path / "weather.json").write_text(json.dumps(document(server)))
    rest = (
        "source=openapi", "sources.openapi.document=weather.json", "sources.openapi.allow_private=true",
        "sources.openapi.auth=[{kind: bearer, env: WEATHER_TOKEN}]", "executor=[http]", "style=[simple]",
        "checker=[format,execution]", "requests=3", "sampling.examples.update=false",
    )  # fmt: skip
    for mode, told in (("replay", "execution=record"), ("record", "WEATHER_TOKEN")):
        done = apigen(tmp_path, "generate", f"execution={mode}", *rest)
        assert (done.returncode, told in done.stderr) == (2, True), done.stderr
        assert not list(tmp_path.rglob("run.duckdb"))
    done = apigen(tmp_path, "generate", "name=one", "execution=record", *rest, WEATHER_TOKEN=canary)
    assert done.returncode == 0, done.stderr
    asked = len(server.seen)
    assert asked
    assert server.seen[0].headers["authorization"] == f"Bearer {canary}"
    done = apigen(tmp_path, "generate", "name=two", "execution=replay", *rest)
    assert done.returncode == 0, done.stderr
    assert len(server.seen) == asked
    told = rows(
        tmp_path,
        "SELECT name, e.how, bool_and(executed) AS executed, count(*) AS n FROM entries e JOIN runs USING (run) "
        "GROUP BY ALL ORDER BY 1",
    )
    assert [(row["name"], row["how"], row["executed"]) for row in told] == [
        ("one", "executed", True),
        ("two", "replayed", True),
    ]
    assert told[0]["n"] == told[1]["n"] > 0
    times = rows(
        tmp_path,
        "SELECT DISTINCT name, max(recorded_at)::VARCHAR AS at FROM executions JOIN runs USING (run) GROUP BY name",
    )
    assert len({row["at"] for row in times}) == 1
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or canary.encode() not in path.read_bytes(), path
    run = next(path.name for path in (tmp_path / "outputs").iterdir() if path.name.startswith("two-"))
    assert "(replayed, made 20" in apigen(tmp_path, "show", "--limit", "1").stdout
    assert apigen(tmp_path, "reverify", run, WEATHER_TOKEN=canary).returncode == 0
    server.on("/weather", reply('{"celsius": 11.75}'))
    done = apigen(tmp_path, "reverify", run, WEATHER_TOKEN=canary)
    assert done.returncode == 1
    assert "/celsius: 11.5 → 11.75" in done.stdout
    without = apigen(tmp_path, "reverify", run)
    assert without.returncode == 2
    assert "WEATHER_TOKEN" in without.stderr


def test_a_run_without_calls_has_nothing_to_compare(
    outputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_runs.write_run(tmp_path, "bare", [])
    assert main(["reverify", "bare", "--outputs", str(tmp_path)]) == 0
    assert "nothing to compare" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["nope"], "no run called"), ([small_runs.SWEEP], "names 2 runs"), (["--limit", "0"], "from 1 up"),
     ([small_runs.RUN], "how it was configured")],
)  # fmt: skip
def test_mistakes_are_told(outputs: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reverify", *arguments, "--outputs", str(outputs)]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "{}", "[]", canonical_json({"model": {}})])
def test_a_configuration_that_was_not_stored_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="how it was configured"):
        stored_pipeline(text, "r")
