"""Full disks, read-only folders, folders that vanish, interrupts: a clear message, whole data, and it goes on."""

import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from offline_server import OfflineServer
from resumed_runs import (
    COMMAND,
    called,
    differences,
    environment,
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

PLAN = ["requests=24", "concurrency=4", "lag=5", "source=python", "sources.python.path=functions.py"]


@pytest.fixture(scope="module")
def undisturbed(server: OfflineServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = place(tmp_path_factory.mktemp("undisturbed") / "run")
    generated(folder, server, *PLAN)
    return the_run(folder)


def finished_requests(folder: Path) -> int:
    found = runs(folder) if (folder / "outputs").is_dir() else []
    if not found or not (found[0] / "run.duckdb").exists():
        return 0
    done = called(folder, "sql", "SELECT count(*) AS n FROM requests", "--format", "csv")
    return int(done.split()[1])


def until(process: "subprocess.Popen[str]", folder: Path, requests: int = 1) -> None:
    while process.poll() is None and finished_requests(folder) < requests:
        time.sleep(0.1)
    assert process.poll() is None, process.communicate()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of Linux")
def test_a_full_disk(tmp_path: Path, server: OfflineServer, undisturbed: Path) -> None:
    """No file may grow beyond a size that the response cache reaches in the middle of the run."""
    folder = place(tmp_path / "run")
    server.forget(latency=0.15)
    limit = 1_100_000

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    command = [*COMMAND, "generate", *settings(server, *PLAN)]
    process = subprocess.run(
        command, cwd=folder, env=environment(folder), text=True,
        preexec_fn=limited, capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    told = process.stdout + process.stderr
    assert process.returncode == 2, told
    assert "Traceback" not in told
    assert "response cache" in told
    assert "free space" in told
    run = the_run(folder)
    done = query(run, "SELECT count(*) FROM requests")[0][0]
    whole = "SELECT count(*) FROM candidates WHERE candidate NOT IN (SELECT candidate FROM verdicts)"
    assert query(run, whole) == [(0,)]
    server.behave()
    called(folder, "generate", f"resume={run.name}")
    assert status(run) == "finished"
    assert not differences(rows(undisturbed), rows(run))
    assert server.stats()["repeated"] <= 2 * 4, "only answers that there was no room for"
    assert 0 < done < 24


def test_a_folder_that_vanishes(tmp_path: Path, server: OfflineServer, undisturbed: Path) -> None:
    folder = place(tmp_path / "run")
    server.forget(latency=0.3)
    process = started(folder, "generate", *settings(server, *PLAN))
    until(process, folder)
    shutil.rmtree(folder / "outputs")
    out, err = process.communicate()
    assert process.returncode == 2, out + err
    assert "Traceback" not in err
    assert "is gone" in err
    assert processes_of(process.pid) == []
    server.behave()
    generated(folder, server, *PLAN)
    assert not differences(rows(undisturbed), rows(the_run(folder)))
    assert server.stats()["repeated"] == 0


def test_a_place_that_nobody_may_write_to(tmp_path: Path, server: OfflineServer) -> None:
    folder = place(tmp_path / "run")
    (folder / "outputs").write_text("a file")
    server.forget()
    told = generated(folder, server, *PLAN, code=2)
    assert "folder cannot be made: Not a directory" in told
    assert "output_dir=" in told
    assert server.stats()["requests"] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_goes_on(
    tmp_path: Path, server: OfflineServer, undisturbed: Path, number: signal.Signals
) -> None:
    folder = place(tmp_path / "run")
    server.forget(latency=0.3)
    process = started(folder, "generate", *settings(server, *PLAN))
    until(process, folder)
    process.send_signal(number)
    out, err = process.communicate()
    assert process.returncode == 130, out + err
    assert "Traceback" not in out + err
    run = the_run(folder)
    assert status(run) == "interrupted"
    assert f"resume={run.name}" in out
    assert processes_of(process.pid) == []
    assert query(run, "SELECT count(*) FROM requests")[0][0] < 24
    server.behave()
    told = generated(folder, server, *PLAN)
    assert f"going on with {run.name}, which was interrupted" in told
    assert not differences(rows(undisturbed), rows(run))
    assert server.stats()["repeated"] == 0


def test_a_second_interrupt_ends_at_once(tmp_path: Path, server: OfflineServer, undisturbed: Path) -> None:
    folder = place(tmp_path / "run")
    server.forget(latency=0.3)
    process = started(folder, "generate", *settings(server, *PLAN, "grace=1000"))
    until(process, folder, 2)
    server.behave(hang=1)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None, "it waits for what is in flight"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=50)
    assert process.returncode == 130, out + err
    assert processes_of(process.pid) == []
    server.behave()
    run = the_run(folder)
    assert status(run) == "interrupted"
    called(folder, "generate", f"resume={run.name}", "grace=5")
    assert not differences(rows(undisturbed), rows(run))
    assert server.stats()["repeated"] <= 4
