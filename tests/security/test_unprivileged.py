"""The suite once more as an ordinary user, where it is run as root: the tiers are made in other ways then."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

USER = 1001
SUITES = [str(Path(__file__).with_name(name)) for name in ("test_attacks.py", "test_process_tier.py")]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="this run is that of an ordinary user")
def test_attacks_are_held_for_an_ordinary_user_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    def as_user(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments], user=USER, group=USER, extra_groups=[], capture_output=True, text=True,
            check=False, cwd=Path(__file__).parents[2], env={"HOME": "/nonexistent", "PATH": os.environ["PATH"]},
        )  # fmt: skip

    try:
        able = as_user("-c", "import apigen, pytest")
    except PermissionError:
        pytest.skip(f"an ordinary user may not run {sys.executable}")
    if able.returncode:
        pytest.skip(f"an ordinary user cannot import what is needed: {able.stderr[-200:]}")
    done = as_user("-m", "pytest", *SUITES, "-q", "-n0", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout
