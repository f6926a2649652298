"""The same seed and configuration give the same dataset, byte for byte, at any concurrency."""

import subprocess
from collections.abc import Callable

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

QUERIES = {
    "dataset": "SELECT id, style, query, tools, answers, results, depth, parents FROM entries ORDER BY id",
    "candidates": "SELECT * EXCLUDE (run) FROM candidates ORDER BY candidate",
    "verdicts": "SELECT candidate, stage, outcome, reason, detail, answers FROM verdicts ORDER BY candidate, position",
    "prompts": "SELECT request, apis, examples, messages FROM requests ORDER BY request",
}


@pytest.mark.parametrize("strategy", ["query_first", "call_first"])
def test_concurrency_changes_nothing(cli: Cli, strategy: str) -> None:
    seen: dict[str, set[str]] = {name: set() for name in QUERIES}
    for concurrency in (1, 8, 64):
        done = cli(
            "generate",
            f"name=at{concurrency}",
            f"concurrency={concurrency}",
            f"generator={strategy}",
            "requests=60",
            "lag=12",
            "seed=7",
        )
        assert done.returncode == 0, done.stderr
        listed = cli("sql", "SELECT run FROM runs", "--format", "csv").stdout.split()
        run = next(name for name in listed if name.startswith(f"at{concurrency}-"))
        for name, query in QUERIES.items():
            found = cli("sql", query, "--run", run, "--format", "jsonl")
            assert found.returncode == 0, found.stderr
            seen[name].add(found.stdout)
    assert {name: len(texts) for name, texts in seen.items()} == dict.fromkeys(QUERIES, 1)
    learnt = cli("sql", "SELECT sum(verified_examples) AS n FROM requests", "--format", "csv").stdout.split()
    assert int(learnt[1]) > 0


def test_another_seed_gives_another_dataset(cli: Cli) -> None:
    for seed in (1, 2):
        assert cli("generate", f"name=seed{seed}", f"seed={seed}", "requests=10").returncode == 0
    counted = cli("sql", "SELECT count(DISTINCT query) AS d, count(*) AS n FROM candidates", "--format", "csv").stdout
    distinct, total = map(int, counted.split()[1].split(","))
    assert distinct > 0.9 * total
