"""A sweep that was cut off goes on in its folder; one that is going on is left alone."""

import json
import subprocess
import time
from pathlib import Path

import pytest
from offline_server import OfflineServer
from resumed_runs import differences, place, processes_of, query, ran, rows, runs, settings, started, status

PLAN = ["requests=10", "concurrency=4", "source=python", "sources.python.path=functions.py", "seed=1,2,3", "-m"]


def sweeps(folder: Path) -> list[Path]:
    return sorted((folder / "outputs").iterdir())


def until(process: "subprocess.Popen[str]", seen: object) -> None:
    assert callable(seen)
    while process.poll() is None and not seen():
        time.sleep(0.02)
    assert process.poll() is None, process.communicate()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_sweep_goes_on(tmp_path: Path, server: OfflineServer) -> None:
    folder = place(tmp_path / "sweep")
    server.forget(latency=0.1)
    process = started(folder, "generate", *settings(server, *PLAN))
    until(process, lambda: list(folder.glob("outputs/*/1/run.duckdb")))
    process.kill()
    process.communicate()
    while processes_of(process.pid):
        time.sleep(0.02)
    (sweep,) = sweeps(folder)
    first = (sweep / "0" / "run.duckdb").read_bytes()
    assert [json.loads((run / "run.json").read_text())["status"] for run in runs(folder)] == ["finished", "running"]
    ids = [json.loads((run / "run.json").read_text())["id"] for run in runs(folder)]
    asked = server.stats()

    told = ran(folder, "generate", *settings(server, *PLAN))
    assert f"going on with the sweep in outputs/{sweep.name}" in told
    assert "0: finished already" in told
    assert sweeps(folder) == [sweep]
    assert [status(run) for run in runs(folder)] == ["finished"] * 3
    assert (sweep / "0" / "run.duckdb").read_bytes() == first, "a finished job is not touched"
    assert [query(run, "SELECT seed, id FROM runs")[0] for run in runs(folder)[:2]] == [(1, ids[0]), (2, ids[1])]
    assert server.stats()["repeated"] <= 4
    assert server.stats()["requests"] > asked["requests"]
    assert not (sweep / "sweep.json").exists()

    undisturbed = place(tmp_path / "undisturbed")
    server.forget()
    ran(undisturbed, "generate", *settings(server, *PLAN))
    for one, other in zip(runs(folder), runs(undisturbed), strict=True):
        assert not differences(rows(one), rows(other))
    told = ran(folder, "generate", *settings(server, *PLAN), "name=later")
    assert len(sweeps(folder)) == 2, "the same sweep after its end is a new one"


def test_a_sweep_that_is_going_on_is_left_alone(tmp_path: Path, server: OfflineServer) -> None:
    folder = place(tmp_path / "sweep")
    server.forget(latency=0.2)
    process = started(folder, "generate", *settings(server, *PLAN))
    try:
        until(process, lambda: (folder / "outputs").exists() and list(folder.glob("outputs/*/sweep.json")))
        time.sleep(1.1)  # folders are named by the second
        ran(folder, "generate", *settings(server, *PLAN))
        out, err = process.communicate()
        assert process.returncode == 0, out + err
    finally:
        process.kill()
        process.wait()
    assert len(sweeps(folder)) == 2
    assert [status(run) for run in runs(folder)] == ["finished"] * 6
    assert [query(run, "SELECT resumed FROM runs") for run in runs(folder)] == [[(0,)]] * 6
    assert server.stats()["repeated"] == 0
