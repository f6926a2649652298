"""The response cache shared by processes: nothing is asked twice, nothing is lost, whatever is killed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from apigen.llm.cache.place import current

PROGRAM = """
import asyncio, json, os, sys
from apigen.errors import ApigenError
from apigen.llm.cache import ResponseCache
from apigen.llm.model import ModelResponse

folder, ledger, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
ledger = os.open(ledger, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

async def ask(number):
    os.write(ledger, f"{number}\\n".encode())  # the provider counts it as paid
    await asyncio.sleep(settings.get("latency", 0.01))
    return ModelResponse(text=f"answer {number} " * settings.get("words", 1), model="m", cost=0.5)

async def main():
    if "file_size" in settings:
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    responses = ResponseCache(folder=folder).open(f"run-{os.getpid()}")
    if "file_size" in settings:
        resource.setrlimit(resource.RLIMIT_FSIZE, (settings["file_size"], resource.RLIM_INFINITY))
    numbers = iter(range(settings["count"]))
    async def work():
        for number in numbers:
            response = await responses.answer({"number": number}, lambda: ask(number))
            assert response.text.startswith(f"answer {number} ")
            print(number, flush=True)
    for end in await asyncio.gather(*(work() for _ in range(settings.get("workers", 8))), return_exceptions=True):
        if isinstance(end, ApigenError):
            print("failed:", end, flush=True)
        elif end is not None:
            raise end
    if "file_size" in settings:
        await responses.answer({"number": 0}, lambda: ask(0))
        if settings.get("mended"):
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    try:
        await responses.close()
    except ApigenError as error:
        print("failed at the end:", error, flush=True)

asyncio.run(main())
"""


class Shared:
    """A cache, and the ledger of a provider that counts what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "cache"
        self.ledger = folder / "ledger"

    def start(self, **settings: float) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", PROGRAM, str(self.folder), str(self.ledger), json.dumps(settings)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, process: "subprocess.Popen[str]") -> list[str]:
        out, err = process.communicate()
        assert (process.returncode, err) == (0, "")
        return out.splitlines()

    def paid(self) -> list[int]:
        return sorted(int(line) for line in self.ledger.read_text().splitlines())

    def stored(self) -> int:
        path = current(self.folder)
        assert path is not None
        connection = sqlite3.connect(path)
        try:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            ((count,),) = connection.execute("SELECT count(*) FROM answers JOIN bodies ON id = body").fetchall()
        finally:
            connection.close()
        return int(count)


@pytest.fixture
def shared(tmp_path: Path) -> Shared:
    return Shared(tmp_path)


def test_eight_processes_ask_for_everything_once(shared: Shared) -> None:
    processes = [shared.start(count=300, workers=16) for _ in range(8)]
    for process in processes:
        assert len(shared.finish(process)) == 300
    assert shared.paid() == list(range(300))
    assert shared.stored() == 300


def test_what_was_given_survives_a_kill_and_what_was_claimed_is_free(shared: Shared) -> None:
    workers, given, settled = 8, set[int](), dict[int, int]()
    for patience in (1, 40, 90):
        process = shared.start(count=200, workers=workers, latency=0.02)
        assert process.stdout is not None
        for _ in range(patience + len(given)):
            given.add(int(process.stdout.readline()))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        given |= {int(line) for line in rest.splitlines()}
        assert shared.stored() >= len(given)
        settled = {number: shared.paid().count(number) for number in given}
    shared.finish(shared.start(count=200, workers=workers))
    paid = shared.paid()
    assert set(paid) == set(range(200))
    assert len(paid) <= 200 + 3 * workers  # only what was in flight at a kill
    assert all(paid.count(number) == times for number, times in settled.items())
    assert shared.stored() == 200


def test_another_process_takes_over_from_one_that_is_killed_while_it_asks(shared: Shared) -> None:
    hung = shared.start(count=1, latency=3600)
    while not shared.ledger.exists() or not shared.paid():
        assert hung.poll() is None
    waiting = shared.start(count=1)
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(1.5)
    assert shared.paid() == [0]
    hung.kill()
    hung.communicate()
    assert shared.finish(waiting) == ["0"]
    assert shared.paid() == [0, 0]


@pytest.mark.parametrize("mended", [True, False])
def test_a_full_disk_is_told_and_nothing_given_is_lost(shared: Shared, mended: bool) -> None:
    """A limit on the size of files stands for a full disk: SQLite gets the same kind of error."""
    told = shared.finish(shared.start(count=400, workers=4, words=400, file_size=300_000, mended=mended))
    failed = [line for line in told if line.startswith("failed:")]
    assert failed
    assert "The response cache cannot be used" in failed[0]
    assert any("cache.folder=DIR" in line for line in told)
    given = sum(line.isdigit() for line in told)
    assert shared.paid().count(0) == 1
    at_the_end = [line for line in told if line.startswith("failed at the end:")]
    if mended:
        assert at_the_end == []
        assert shared.stored() == len(shared.paid())
    else:
        assert "answers of models (known cost $" in at_the_end[0]
        assert given <= shared.stored() < len(shared.paid())


def test_a_file_damaged_under_several_processes_is_set_aside_once(shared: Shared) -> None:
    shared.finish(shared.start(count=50))
    path = current(shared.folder)
    assert path is not None
    path.write_bytes(os.urandom(path.stat().st_size))
    processes = [shared.start(count=50) for _ in range(4)]
    told = [process.communicate() for process in processes]
    assert sum(err.count("cannot be read") for _, err in told) == 1
    assert all(len(out.splitlines()) == 50 for out, _ in told)
    assert len(list(shared.folder.glob("*.damaged-*"))) == 1
    assert shared.paid() == sorted(2 * list(range(50)))
    assert shared.stored() == 50
