"""Runs against a server, in processes that may be killed, and what is left of them."""

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from offline_server import OfflineServer

from apigen.cli import main
from apigen.storage.database import connect

COMMAND = [sys.executable, "-m", "apigen"]
FUNCTIONS = '''
def double(number: int) -> int:
    """Double a whole number.

    Args:
        number: The number.

    Examples:
        >>> double(21)
        42
    """
    return 2 * number


def ratio(part: float, whole: float) -> float:
    """How many percent one quantity is of another.

    Args:
        part: The part.
        whole: What it is a part of.

    Examples:
        >>> ratio(1.5, 6.0)
        25.0
    """
    return 100 * part / whole


def join_words(words: list[str], separator: str = " ") -> str:
    """Join words to one text.

    Args:
        words: The words.
        separator: What stands between two of them.

    Examples:
        >>> join_words(["green", "tea"])
        'green tea'
    """
    return separator.join(words)


def repeat_text(text: str, times: int) -> str:
    """Repeat a text.

    Args:
        text: The text.
        times: How often it stands there.

    Examples:
        >>> repeat_text("ab", 3)
        'ababab'
    """
    if times < 0:
        raise ValueError("times is negative")
    return text * min(times, 50)
'''
"""A module for the source `python`; its calls are made in the jail."""


def place(folder: Path) -> Path:
    """A new folder with this module in it."""
    folder.mkdir(parents=True)
    (folder / "functions.py").write_text(FUNCTIONS)
    return folder


def settings(server: OfflineServer, *overrides: str) -> list[str]:
    """Overrides for a run whose models are behind `server`."""
    return ["model=openai_server", "model.model=simulated", f"model.base_url={server.url}", *overrides]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """With a response cache of the folder's own."""
    return os.environ | {"APIGEN_CACHE": str(folder / "cache"), "NO_COLOR": "1", "COLUMNS": "160"} | more


def started(folder: Path, *arguments: str, **more: str) -> "subprocess.Popen[str]":
    """`apigen …` in `folder`, in a session of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [*COMMAND, *arguments], cwd=folder, env=environment(folder, **more), text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def ran(folder: Path, *arguments: str, code: int = 0, **more: str) -> str:
    """What `apigen …` in `folder` shows, once it has ended with `code`."""
    process = started(folder, *arguments, **more)
    out, err = process.communicate()
    assert process.returncode == code, f"{process.returncode}\n{out}\n{err}"
    assert "Traceback" not in out + err, out + err
    return out + err


def called(folder: Path, *arguments: str, code: int = 0, **more: str) -> str:
    """As `ran`, within this process, which is quicker."""
    folder.mkdir(parents=True, exist_ok=True)
    told = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, value in {"APIGEN_CACHE": str(folder / "cache"), "NO_COLOR": "1", "COLUMNS": "160", **more}.items():
            patch.setenv(name, value)
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            ended = main(arguments)
    assert ended == code, f"{ended}\n{told.getvalue()}"
    return told.getvalue()


def generated(folder: Path, server: OfflineServer, *overrides: str, code: int = 0, **more: str) -> str:
    """What `apigen generate …`, with models behind `server`, shows."""
    return called(folder, "generate", *settings(server, *overrides), code=code, **more)


def runs(folder: Path) -> list[Path]:
    """The folders of the runs below `folder`/outputs, in order of their names."""
    return sorted(path.parent for path in (folder / "outputs").rglob("run.json"))


def the_run(folder: Path) -> Path:
    """The folder of the only run."""
    (run,) = runs(folder)
    return run


def query(run: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows from the database in the folder `run`."""
    with connect(run / "run.duckdb") as connection:
        rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
        return rows


def rows(run: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that was made and judged: everything but the run's name, times, and how often something was tried."""
    odd = {
        "apis": "run",
        "requests": "run, latency, attempts, cached",
        "candidates": "run",
        "verdicts": "run, duration, cached",
        "executions": "run, duration, recorded_at",
        "entries": "run",
    }
    return {table: query(run, f"SELECT * EXCLUDE ({names}) FROM {table} ORDER BY ALL") for table, names in odd.items()}


def differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> list[str]:
    """Where two results of `rows` differ, a line each, shortened."""
    told = []
    for table, before in one.items():
        left, right = [r for r in before if r not in other[table]], [r for r in other[table] if r not in before]
        if len(before) != len(other[table]) or left or right:
            told.append(
                f"{table}: {len(before)} and {len(other[table])} rows; {str(left[:1])[:900]} {str(right[:1])[:900]}"
            )
    return told


def status(run: Path) -> str:
    """How the run ended, as its card and its database say."""
    card = str(json.loads((run / "run.json").read_text())["status"])
    assert query(run, "SELECT status FROM runs") == [(card,)]
    return card


def processes_of(session: int) -> list[str]:
    """Command lines of what still lives of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if int(stat[3]) == session and stat[0] not in "ZX":
                found.append(line)
    return found
