"""What `make demo` shows: a verified dataset over all styles, why the rest was rejected, and SQL over it."""

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quickstart")


@pytest.fixture(scope="module")
def output(folder: Path, module_cli: Cli) -> str:
    done = module_cli("generate", "experiment=quickstart", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture
def sql(folder: Path, output: str, module_cli: Cli) -> Callable[[str], list[dict[str, object]]]:
    def query(text: str) -> list[dict[str, object]]:
        done = module_cli("sql", text, "--format", "json", cwd=folder)
        assert done.returncode == 0, done.stderr
        found: list[dict[str, object]] = json.loads(done.stdout)
        return found

    return query


def test_it_tells_what_was_kept_and_why_the_rest_was_not(output: str) -> None:
    for expected in ("simulated", "format", "execution", "semantic", "parallel_multiple", "outputs", "apigen sql"):
        assert expected in output


def test_it_makes_about_three_hundred_candidates_over_all_styles(sql: Callable[[str], list[dict[str, object]]]) -> None:
    rows = sql("SELECT style, count(*) AS n FROM candidates GROUP BY style")
    assert {row["style"] for row in rows} == {"simple", "multiple", "parallel", "parallel_multiple"}
    assert 220 <= sum(int(str(row["n"])) for row in rows) <= 380


def test_every_stage_rejects_something_and_most_is_verified(sql: Callable[[str], list[dict[str, object]]]) -> None:
    funnel = sql("SELECT stage, judged, rejected, errors FROM funnel")
    assert [row["stage"] for row in funnel] == ["format", "execution", "semantic"]
    assert all(int(str(row["rejected"])) > 0 and row["errors"] == 0 for row in funnel)
    share = sql("SELECT avg(CASE WHEN outcome = 'passed' THEN 1 ELSE 0 END) AS n FROM outcomes")[0]["n"]
    assert 0.6 < float(str(share)) < 0.95


def test_entries_are_executed_marked_and_whole(sql: Callable[[str], list[dict[str, object]]]) -> None:
    entries = sql("SELECT * FROM entries")
    assert entries
    for entry in entries:
        assert entry["executed"] is True
        assert entry["simulated"] is True
        tools, answers, results = entry["tools"], entry["answers"], entry["results"]
        assert isinstance(tools, list)
        assert isinstance(answers, list)
        assert isinstance(results, list)
        assert len(results) == len(answers)
        assert {answer["name"] for answer in answers} <= {tool["name"] for tool in tools}


def test_verified_entries_become_examples(sql: Callable[[str], list[dict[str, object]]]) -> None:
    assert sql("SELECT count(*) AS n FROM requests WHERE verified_examples > 0")[0]["n"]
    late = sql("SELECT max(verified_examples - (len(examples) - verified_examples)) AS n FROM requests")
    assert int(str(late[0]["n"])) <= 0, "at least half of the examples stay seeds"


def test_the_tools_of_an_entry_stand_in_the_order_in_which_they_were_offered(
    sql: Callable[[str], list[dict[str, object]]],
) -> None:
    rows = sql(
        "SELECT e.tools, r.apis FROM entries e JOIN requests r ON r.request = e.id[:6]::BIGINT AND r.run = e.run"
    )
    for row in rows:
        tools = row["tools"]
        assert isinstance(tools, list)
        assert [tool["name"] for tool in tools] == row["apis"]


def test_most_queries_differ(sql: Callable[[str], list[dict[str, object]]]) -> None:
    queries = Counter(str(row["query"]) for row in sql("SELECT query FROM entries"))
    assert len(queries) / queries.total() > 0.97


def test_showing_runs_and_rows(folder: Path, output: str, module_cli: Cli) -> None:
    runs = module_cli("runs", cwd=folder)
    assert "quickstart-" in runs.stdout
    assert "finished" in runs.stdout
    shown = module_cli("show", "--rejected", "--stage", "execution", "--limit", "1", cwd=folder)
    assert shown.returncode == 0, shown.stderr
    assert "execution" in shown.stdout
