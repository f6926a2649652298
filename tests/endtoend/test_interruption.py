"""A run that is stopped keeps what was finished, and leaves no process behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
SLOW = ["requests=400", "concurrency=4", "model.latency=0.05", "checker=[format,execution]", "grace=1"]


def started(folder: Path) -> "subprocess.Popen[str]":
    """A slow run in a session of its own, once its first rows are committed."""
    command = [sys.executable, "-m", "apigen", "generate", "name=slow", *SLOW]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"NO_COLOR": "1"}, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    while process.poll() is None and not finished_requests(folder):
        time.sleep(0.2)
    return process


def finished_requests(folder: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "apigen", "sql", "SELECT count(*) AS n FROM requests", "--format", "csv"],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    return int(done.stdout.split()[1]) if done.returncode == 0 else 0


def processes_of(session: int) -> list[str]:
    """Command lines of the processes that carry the mark of a session's leader in their environment or group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat[3]) == session and stat[0] != "Z":
                found.append(entry.name)
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_saves_what_is_finished(cli: Cli, tmp_path: Path, number: signal.Signals) -> None:
    process = started(tmp_path)
    before = finished_requests(tmp_path)
    process.send_signal(number)
    out, err = process.communicate()
    assert process.returncode == 130, err
    assert "Traceback" not in out + err
    assert "interrupted" in out
    assert before <= finished_requests(tmp_path) < 400
    assert "interrupted" in cli("sql", "SELECT status FROM runs", "--format", "csv").stdout
    assert processes_of(process.pid) == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_killed_run_keeps_what_was_committed(cli: Cli, tmp_path: Path) -> None:
    process = started(tmp_path)
    before = finished_requests(tmp_path)
    process.kill()
    process.communicate()
    assert finished_requests(tmp_path) >= before > 0
    whole = "SELECT count(*) AS n FROM candidates WHERE request NOT IN (SELECT request FROM requests)"
    assert cli("sql", whole, "--format", "csv").stdout.split()[1] == "0"
    assert "running" in cli("runs").stdout
