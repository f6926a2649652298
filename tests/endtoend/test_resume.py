"""Killed runs go on where they stopped: the dataset of an undisturbed run, no answer paid for twice, none lost."""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from offline_server import OfflineServer
from resumed_runs import (
    called,
    differences,
    generated,
    place,
    processes_of,
    query,
    rows,
    runs,
    settings,
    started,
    status,
    the_run,
)

CONCURRENCY = 4
PLAN = [
    "requests=24", f"concurrency={CONCURRENCY}", "lag=5", "mode=shadow",
    "source=python", "sources.python.path=functions.py",
]  # fmt: skip
SLOW = {"latency": 0.05, "jitter": 0.15}


@pytest.fixture(scope="module")
def undisturbed(server: OfflineServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = place(tmp_path_factory.mktemp("undisturbed") / "run")
    generated(folder, server, *PLAN)
    return the_run(folder)


def killed(folder: Path, arguments: list[str], seconds: float) -> bool:
    """Whether the run was killed before it came to its end."""
    process = started(folder, *arguments)
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        for _ in range(200):
            if not (left := processes_of(process.pid)):
                break
            os.sched_yield()
            subprocess.run(["sleep", "0.05"], check=True)
        assert not left, left
        return True
    assert process.returncode == 0, out + err
    return False


def over(folder: Path) -> bool:
    """Whether the run has come to its end: the same command would begin another."""
    cards = folder.glob("outputs/*/run.json")
    return any(json.loads(card.read_text("utf-8"))["status"] == "finished" for card in cards)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize(("how", "generator"), [("auto", "query_first"), ("named", "call_first")])
def test_killed_at_random_moments(
    tmp_path: Path, server: OfflineServer, undisturbed: Path, how: str, generator: str
) -> None:
    plan = [*PLAN, f"generator={generator}"]
    if generator == "query_first":
        reference = undisturbed
    else:
        generated(place(tmp_path / "reference"), server, *plan)
        reference = the_run(tmp_path / "reference")
    once = query(reference, "SELECT count(*) FROM requests")[0][0]
    server.forget(**SLOW)
    folder, rng, kills = place(tmp_path / "killed"), random.Random(how), 0
    while kills < 3:
        named = how == "named" and (folder / "outputs").exists() and runs(folder)
        arguments = ["generate", f"resume={runs(folder)[0].name}"] if named else ["generate", *settings(server, *plan)]
        if not killed(folder, arguments, rng.uniform(2, 5)):
            break
        kills += 1
        if over(folder):  # killed while it printed its summary
            break
    server.behave()
    if over(folder):
        pass
    elif how == "named" and runs(folder):
        called(folder, "generate", f"resume={the_run(folder).name}")
    else:
        generated(folder, server, *plan)
    run = the_run(folder)
    assert not differences(rows(reference), rows(run))
    assert status(run) == "finished"
    assert once == 24
    stats = server.stats()
    assert stats["repeated"] <= kills * CONCURRENCY
    assert max(answered for _, answered in stats["bodies"].values()) <= 1 + kills


def test_verified_entries_taught_later_requests(undisturbed: Path) -> None:
    """Or the runs above would show nothing about the pool of examples."""
    assert query(undisturbed, "SELECT count(*) > 3 FROM requests WHERE verified_examples > 0") == [(True,)]
    assert query(undisturbed, "SELECT count(DISTINCT outcome) FROM verdicts") == [(2,)]


@pytest.fixture(scope="module")
def half_done(server: OfflineServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that its budget stopped about half-way."""
    folder = place(tmp_path_factory.mktemp("half") / "run")
    server.forget()
    generated(folder, server, *PLAN, "budget.max_requests=36")
    assert status(the_run(folder)) == "stopped"
    assert server.stats()["repeated"] == 0
    return folder


@pytest.fixture
def unfinished(half_done: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(half_done, tmp_path / "run")
    return tmp_path / "run"


def damage(run: Path, how: str) -> None:
    database = run / "run.duckdb"
    size = database.stat().st_size
    if how == "truncated":
        os.truncate(database, size // 2)
    elif how == "empty":
        os.truncate(database, 0)
    elif how == "deleted":
        database.unlink()
        (run / "run.duckdb.wal").write_bytes(b"left over" * 100)
    elif how == "not a database":
        database.write_text("hello " * 10_000)
    elif how == "flipped":
        whole = bytearray(database.read_bytes())
        for start in range(3 * 4096 + 1000, size, 32_768):
            whole[start : start + 16] = bytes(byte ^ 0xFF for byte in whole[start : start + 16])
        database.write_bytes(whole)
    elif how == "log":
        (run / "run.duckdb.wal").write_bytes(random.Random(1).randbytes(10_000))
    elif how == "card":
        (run / "run.json").write_text((run / "run.json").read_text()[:100])


@pytest.mark.parametrize("how", ["truncated", "empty", "deleted", "not a database", "flipped", "log", "card"])
def test_damage_is_said_and_mended(unfinished: Path, server: OfflineServer, undisturbed: Path, how: str) -> None:
    run = the_run(unfinished)
    once = query(undisturbed, "SELECT count(*) FROM requests")[0][0]
    paid = query(run, "SELECT count(*) FROM requests")[0][0]
    assert 0 < paid < once
    damage(run, how)
    server.forget()
    told = called(unfinished, "generate", f"resume={run.name}", "budget.max_requests=100000")
    assert the_run(unfinished) == run
    assert not differences(rows(undisturbed), rows(run))
    assert status(run) == "finished"
    assert server.stats()["tasks"]["pairs"] <= once - paid, "what had been paid for was asked for again"
    expected = {"card": "run.json is damaged", "deleted": "has no database"}.get(how, "database is damaged")
    assert (expected in told) == (how != "log"), told
    kept = [path.name for path in run.glob("run.duckdb.damaged-*")]
    assert bool(kept) == (how in ("truncated", "empty", "not a database", "flipped")), kept
    assert json.loads((run / "run.json").read_text())["status"] == "finished"


def test_card_and_database_damaged(unfinished: Path, server: OfflineServer, undisturbed: Path) -> None:
    run = the_run(unfinished)
    once, paid = len(rows(undisturbed)["requests"]), len(rows(run)["requests"])
    damage(run, "card")
    damage(run, "not a database")
    server.forget()
    told = called(unfinished, "generate", f"resume={run.name}", code=2)
    assert "card is damaged" in told
    assert "resume=never" in told
    generated(unfinished, server, *PLAN, "resume=never")
    (new,) = (path for path in runs(unfinished) if path != run)
    assert not differences(rows(undisturbed), rows(new))
    assert server.stats()["tasks"]["pairs"] <= once - paid
