"""The command line as a user meets it: in a folder of their own, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def run_apigen(*arguments: str, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """`apigen …` in `cwd`; keyword arguments are environment variables."""
    command = [sys.executable, "-m", "apigen", *arguments]
    env = os.environ | {"NO_COLOR": "1", "COLUMNS": "160"} | environment
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def module_cli() -> Cli:
    """Run `apigen …` in the folder `cwd`."""
    return run_apigen


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run `apigen …` in an empty folder of the test's own."""

    def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return run_apigen(*arguments, cwd=tmp_path, **environment)

    return run
