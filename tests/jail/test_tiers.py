"""Who a process in a jail is, and whom it reaches."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from apigen.execution import PythonExecutor
from apigen.jail.bubblewrap import NOBODY
from apigen.jail.enter import landlock_abi
from apigen.jail.tiers import Isolation, choose, reasons
from apigen.records import Api, Call, ExecutionResult, Implementation

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the tiers are Linux's")


def call(tier: Isolation, folder: Path, module: str) -> ExecutionResult:
    api = Api(
        name="f",
        description="",
        parameters={},
        implementation=Implementation(kind="python", target=f"{module}:f", path=(str(folder),)),
    )

    async def made() -> ExecutionResult:
        async with await PythonExecutor(workers=1, isolation=tier).open([api]) as session:
            return await session.call(api, Call(name="f"))

    return asyncio.run(made())


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root has something to give up")
def test_root_is_an_ordinary_user_in_the_landlock_tier(tmp_path: Path) -> None:
    if why := reasons()["landlock"]:
        pytest.skip(why)
    if choose("landlock").user is None:
        pytest.skip("it may not become another user here, and the tier says so")
    (tmp_path / "who.py").write_text(
        "import os\ndef f():\n    open('note', 'w').write('x')\n    return [os.getuid(), os.getgid(), os.getgroups()]\n"
    )
    tmp_path.chmod(0o700)
    assert call("landlock", tmp_path, "who").result == [NOBODY, NOBODY, []]
    assert "as root" not in str(choose("landlock"))


@pytest.mark.parametrize("tier", ["landlock", "seccomp"])
def test_import_time_code_reaches_no_process_outside(tmp_path: Path, tier: Isolation) -> None:
    if why := reasons()[tier]:
        pytest.skip(why)
    if landlock_abi() < 6:
        pytest.skip("signals are held from the first import on by Linux 6.12 and later")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as outside:
        (tmp_path / "signals.py").write_text(
            f"import os\ntry:\n    os.kill({outside.pid}, 9)\n    told = 'sent'\nexcept PermissionError:\n"
            "    told = 'refused'\ndef f():\n    return told\n"
        )
        assert call(tier, tmp_path, "signals").result == "refused"
        assert outside.poll() is None
        outside.communicate(b"\n")
