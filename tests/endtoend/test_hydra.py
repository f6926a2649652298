"""Hydra's own abilities keep working: printing, completion, sweeps and their comparison."""

import json
import subprocess
from collections.abc import Callable

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def test_the_composed_configuration_is_printed(cli: Cli) -> None:
    done = cli("generate", "--cfg", "job", "requests=3")
    assert done.returncode == 0, done.stderr
    assert "requests: 3" in done.stdout


def test_help_lists_groups_and_choices(cli: Cli) -> None:
    done = cli("generate", "--help")
    assert done.returncode == 0
    for expected in ("apigen generate [key=value", "call_first, query_first", "catalogue", "table1"):
        assert expected in done.stdout


def test_tab_completion_knows_groups_choices_and_keys(cli: Cli) -> None:
    for line, expected in {
        "apigen generate mod": "model",
        "apigen generate generator=": "generator=call_first",
        "apigen generate checkers.format.": "checkers.format.profile=",
        "apigen check exper": "experiment=",
    }.items():
        done = cli("-sc", "query=bash", COMP_LINE=line, COMP_POINT=str(len(line)))
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout.split()
    assert "complete" in cli("-sc", "install=bash").stdout


def test_a_sweep_ends_with_one_table_and_can_be_compared_in_one_query(cli: Cli) -> None:
    done = cli("generate", "-m", "name=sweep", "seed=1,2", "checker=[format],[format,execution]", "requests=3")
    assert done.returncode == 0, done.stderr
    tail = done.stdout[-2500:]
    for expected in ("seed", "checker", "[format,execution]", "verified"):
        assert expected in tail
    query = "SELECT overrides['seed'] AS seed, overrides['checker'] AS checkers, count(*) AS n FROM runs GROUP BY ALL"
    rows = json.loads(cli("sql", query, "--format", "json").stdout)
    assert len(rows) == 4
    assert {(row["seed"], row["checkers"]) for row in rows} == {
        (seed, checker) for seed in ("1", "2") for checker in ("[format]", "[format,execution]")
    }


def test_the_arms_of_the_ablation_see_the_same_candidates(cli: Cli) -> None:
    done = cli("generate", "experiment=ablation_stages", "requests=6")
    assert done.returncode == 0, done.stderr
    query = "SELECT run, list(query ORDER BY candidate) AS queries FROM candidates GROUP BY run"
    rows = json.loads(cli("sql", query, "--format", "json").stdout)
    assert len(rows) == 3
    assert rows[0]["queries"] == rows[1]["queries"] == rows[2]["queries"]
