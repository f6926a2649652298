"""Which run a command means, and what may be typed to go on with one."""

import shutil
import time
from pathlib import Path

import pytest
from offline_server import OfflineServer
from resumed_runs import (
    FUNCTIONS,
    called,
    differences,
    generated,
    place,
    query,
    rows,
    runs,
    settings,
    started,
    status,
    the_run,
)

PLAN = ["requests=10", "concurrency=4", "source=python", "sources.python.path=functions.py"]


@pytest.fixture(scope="module")
def stopped(server: OfflineServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that its budget stopped."""
    folder = place(tmp_path_factory.mktemp("stopped") / "run")
    generated(folder, server, *PLAN, "budget.max_requests=12")
    return folder


@pytest.fixture
def folder(stopped: Path, tmp_path: Path) -> Path:
    """A copy of it, to go on with."""
    shutil.copytree(stopped, tmp_path / "run")
    return tmp_path / "run"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["resume=nonsense"], "no run called `nonsense`"),
        (["resume=../run"], "no run called"),
        (["resume=RUN", "seed=3"], "`seed=3` cannot be changed"),
        (["resume=RUN", "model.model=other"], "`model.model=other` cannot be changed"),
        (["resume=RUN", "+checkers.more=1"], "cannot be changed"),
        (["resume=RUN", "model=offline"], "cannot be changed"),
        (["resume=RUN", "budget.max_euros=3"], "budget.max_euros: no such key"),
        (["resume=RUN", "requests=none"], "requests"),
        (["resume=RUN", "nonsense"], "`nonsense` cannot be changed"),
        (["resume=RUN", "-m"], "sweep is continued by typing it again"),
        (["resume=RUN", "--cfg", "job"], "leave it out"),
        (["resume=RUN", "model.api_key=sk-abcdefghijklmnop1234"], "secret"),
    ],
)
def test_what_cannot_be_gone_on_with_is_told_and_changes_nothing(
    stopped: Path, server: OfflineServer, typed: list[str], told: str
) -> None:
    run, before = the_run(stopped), server.stats()["requests"]
    card = (run / "run.json").read_bytes()
    said = called(stopped, "generate", *(one.replace("RUN", run.name) for one in typed), code=2)
    assert told in said
    assert "sk-abcdefghijklmnop1234" not in said
    assert server.stats()["requests"] == before
    assert (run / "run.json").read_bytes() == card
    assert status(run) == "stopped"
    assert runs(stopped) == [run]


def test_a_source_that_has_changed_makes_another_run(folder: Path, server: OfflineServer) -> None:
    file = folder / "functions.py"
    file.write_text(file.read_text().replace("Double a whole number.", "Twice a whole number."))
    before = server.stats()["requests"]
    said = called(folder, "generate", f"resume={the_run(folder).name}", "budget.max_requests=99", code=2)
    assert "APIs are not what they were (double)" in said
    assert "resume=never" in said
    assert server.stats()["requests"] == before
    assert status(the_run(folder)) == "stopped"
    file.write_text(FUNCTIONS)
    called(folder, "generate", f"resume={the_run(folder).name}", "budget.max_requests=99")
    assert status(the_run(folder)) == "finished"


def test_a_run_is_gone_on_with_to_its_end_and_beyond(folder: Path, server: OfflineServer, tmp_path: Path) -> None:
    run = the_run(folder)
    server.forget()
    said = generated(folder, server, *PLAN, "budget.max_requests=12")
    assert f"going on with {run.name}, which was stopped" in said
    assert server.stats()["requests"] == 0, "the same budget is spent already"
    called(folder, "generate", f"resume={run.name}", "budget.max_requests=1000")
    assert status(run) == "finished"
    before, asked = rows(run), server.stats()["requests"]
    said = called(folder, "generate", f"resume={run.name}")
    assert "finished" in said
    assert (server.stats()["requests"], rows(run)) == (asked, before), "nothing was left to do"
    called(folder, "generate", f"resume={run.name}", "requests=14", "concurrency=2")
    assert query(run, "SELECT count(*), max(request) FROM requests") == [(14, 13)]
    assert query(run, "SELECT requests FROM runs") == [(14,)]
    generated(place(tmp_path / "at once"), server, *PLAN, "requests=14")
    assert not differences(rows(the_run(tmp_path / "at once")), rows(run))


def test_the_same_command_after_the_end_is_a_new_run_that_costs_nothing(folder: Path, server: OfflineServer) -> None:
    first = the_run(folder)
    prices = [f"{role}.price_per_million_{way}=1000" for role in ("model", "judge") for way in ("input", "output")]
    called(folder, "generate", f"resume={first.name}", "budget.max_requests=1000", *prices)
    assert query(first, "SELECT DISTINCT cached FROM requests") == [(False,)]
    server.forget()
    generated(folder, server, *PLAN, "name=second", *[one for one in prices if one.startswith("model")])
    (second,) = (run for run in runs(folder) if run != first)
    assert server.stats()["requests"] == 0
    assert query(second, "SELECT DISTINCT cached FROM requests") == [(True,)]
    assert query(second, "SELECT DISTINCT cached FROM verdicts WHERE model IS NOT NULL") == [(True,)]
    assert query(second, "SELECT sent FROM runs") == [(0,)]
    assert not differences(
        {name: kept for name, kept in rows(first).items() if name in ("candidates", "entries", "executions")},
        {name: kept for name, kept in rows(second).items() if name in ("candidates", "entries", "executions")},
    )
    paid = "SELECT sum(cost) > 0 FROM verdicts WHERE cached"
    assert query(second, paid) == [(True,)], "what it would have cost is known"


def test_the_same_command_while_the_first_is_at_work(tmp_path: Path, server: OfflineServer) -> None:
    """Three at once, mostly within one second: each has a folder of its own, and answers are asked for once."""
    server.forget(latency=0.1)
    folder = place(tmp_path / "run")
    arguments = ["generate", *settings(server, *PLAN)]
    processes = [started(folder, *arguments) for _ in range(3)]
    for process in processes:
        out, err = process.communicate()
        assert process.returncode == 0, out + err
    assert [status(run) for run in runs(folder)] == ["finished"] * 3
    one, *others = (rows(run) for run in runs(folder))
    assert not any(differences(one, other) for other in others)
    assert server.stats()["repeated"] == 0
    assert query(runs(folder)[0], "SELECT resumed FROM runs") == [(0,)]


def test_a_run_that_is_at_work_is_left_alone(tmp_path: Path, server: OfflineServer) -> None:
    server.forget(latency=0.5)
    folder = place(tmp_path / "run")
    process = started(folder, "generate", *settings(server, *PLAN))
    try:
        while process.poll() is None and not runs(folder):
            time.sleep(0.05)
        said = called(folder, "generate", f"resume={the_run(folder).name}", code=2)
        assert "is going on in another process" in said
    finally:
        process.kill()
        process.communicate()
    server.behave()
    called(folder, "generate", f"resume={the_run(folder).name}")
    assert status(the_run(folder)) == "finished"
