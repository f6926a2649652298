"""Every attack on every tier that works here; after each, an innocent call of the same worker must be undisturbed."""

import asyncio
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from apigen.execution import ExecutionSession, PythonExecutor
from apigen.jail.tiers import reasons
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Implementation, Outcome

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the tiers are Linux's")
LIBRARY = Path(__file__).with_name("libraries") / "attacks.py"
TIERS = ("bubblewrap", "landlock", "seccomp")
OTHERS = ("innocent", "ordinary", "succeeds", "tried")
NAMES = [line[4:].split("(")[0] for line in LIBRARY.read_text().splitlines() if line.startswith("def ")]
ATTACKS = [name for name in NAMES if name not in OTHERS]
ENDS = {
    "cpu_loop": Reason.timeout, "cpu_sleep": Reason.timeout, "cpu_catch_everything": Reason.timeout,
    "cpu_ignore_signals": Reason.timeout, "cpu_stop_self": Reason.timeout, "memory_at_once": Reason.memory,
    "memory_many_objects": Reason.memory, "output_stdout": Reason.output_flood, "output_stderr": Reason.output_flood,
    "output_result": Reason.result_too_large, "output_pipe": Reason.result_too_large, "end_segfault": Reason.crash,
    "end_abort": Reason.crash, "end_exit": Reason.crash, "end_system_exit": Reason.crash,
    "result_nan": Reason.unserialisable, "result_set": Reason.unserialisable, "result_object": Reason.unserialisable,
    "result_circle": Reason.unserialisable, "result_surrogate": Reason.unserialisable,
    "end_unprintable": Reason.runtime_error, "process_fork": Reason.runtime_error,
    "process_shell": Reason.runtime_error, "process_exec": Reason.runtime_error,
}  # fmt: skip


class Outside(NamedTuple):
    """What stands outside, and what is told of it to a call."""

    where: dict[str, Any]
    secret: Path
    listeners: list[socket.socket]


def api(name: str) -> Api:
    implementation = Implementation(kind="python", target=f"attacks:{name}", path=(str(LIBRARY.parent),))
    return Api(name=name, description="An attack.", parameters={}, implementation=implementation)


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    folder = tmp_path_factory.mktemp("outside")
    secret = folder / "secret"
    secret.write_text("canary")
    secret.chmod(0o600)
    tcp, udp, unix, abstract = (
        socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX),
    )  # fmt: skip
    port = tcp.getsockname()[1]
    udp.bind(("127.0.0.1", port))
    unix.bind(str(folder / "unix"))
    abstract.bind(f"\0apigen-{os.getpid()}")
    for listener in (unix, abstract):
        listener.listen()
    for listener in (tcp, udp, unix, abstract):
        listener.setblocking(False)
    where = {
        "secret": str(secret), "folder": str(folder), "home": str(Path.home()), "port": port, "engine": os.getpid(),
        "unix": str(folder / "unix"), "abstract": f"apigen-{os.getpid()}",
    }  # fmt: skip
    yield Outside(where, secret, [tcp, udp, unix, abstract])
    for listener in (tcp, udp, unix, abstract):
        listener.close()


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module", params=TIERS)
def tier(request: pytest.FixtureRequest) -> str:
    why = reasons()[request.param]
    if why:
        pytest.skip(f"{request.param}: {why}")
    return str(request.param)


@pytest.fixture(scope="module")
def session(runner: asyncio.Runner, tier: str) -> Iterator[ExecutionSession]:
    executor = PythonExecutor(
        workers=1, wall_time=2.0, cpu_time=1, memory_mb=200, max_result_bytes=100_000, max_output_bytes=1_000_000,
        max_file_mb=2, scratch_mb=4, isolation=tier,
    )  # fmt: skip
    session = runner.run(executor.open([api("innocent")]))
    yield session
    runner.run(session.close())


def made(runner: asyncio.Runner, session: ExecutionSession, tier: str, name: str, outside: Outside) -> ExecutionResult:
    where = outside.where | {"hidden": tier != "seccomp"}
    return runner.run(session.call(api(name), Call(name=name, arguments={"where": where})))


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_held(
    runner: asyncio.Runner, session: ExecutionSession, tier: str, outside: Outside, attack: str
) -> None:
    before = outside.secret.stat()
    found = made(runner, session, tier, attack, outside)
    assert found.result != "BREACH", found
    assert found.outcome is not Outcome.error, found
    if attack in ENDS:
        assert (found.outcome, found.reason) == (Outcome.rejected, ENDS[attack]), found
    after = outside.secret.stat()
    assert (after.st_mode, after.st_mtime, after.st_uid) == (before.st_mode, before.st_mtime, before.st_uid)
    assert outside.secret.read_text() == "canary"
    assert sorted(os.listdir(outside.secret.parent)) == ["secret", "unix"]
    for listener in outside.listeners:
        with pytest.raises(BlockingIOError):
            listener.recv(1) if listener.type == socket.SOCK_DGRAM else listener.accept()
    following = made(runner, session, tier, "innocent", outside)
    assert following.result == [3, '{"a": 1}', None, [], True], following


def test_ordinary_code_works(runner: asyncio.Runner, session: ExecutionSession, tier: str, outside: Outside) -> None:
    found = made(runner, session, tier, "ordinary", outside)
    assert found.result == [2, [0, 1, 2, 3], 3, "Europe/Paris", "0.33", 4, True], found


def test_a_call_may_hold_more_attacks_than_this_suite_began_with() -> None:
    assert len(ATTACKS) >= 85


IMPORTS = """
import os, socket, subprocess
done = []
for attempt in (lambda: open({secret!r}), lambda: open({secret!r}, "w"), lambda: subprocess.run(["true"]),
                lambda: socket.create_connection(("127.0.0.1", {port})), lambda: os.chmod({secret!r}, 0o777)):
    try:
        attempt()
    except OSError:
        continue
    done.append(1)

def told() -> int:
    "How many attempts at import time succeeded."
    return len(done)
"""


def test_import_time_code_is_held(runner: asyncio.Runner, tier: str, outside: Outside, tmp_path: Path) -> None:
    if tier == "seccomp":
        pytest.skip("files are open in this tier")
    (tmp_path / "importing.py").write_text(IMPORTS.format(**outside.where))
    implementation = Implementation(kind="python", target="importing:told", path=(str(tmp_path),))
    told = Api(name="told", description="", parameters={}, implementation=implementation)

    async def call() -> ExecutionResult:
        async with await PythonExecutor(workers=1, isolation=tier).open([told]) as opened:  # type: ignore[arg-type]
            return await opened.call(told, Call(name="told"))

    assert runner.run(call()).result == 0
    assert outside.secret.read_text() == "canary"


def test_a_network_is_granted_by_its_setting(runner: asyncio.Runner, tier: str, outside: Outside) -> None:
    options = {"limits": {"network": True}}
    granted = api("network_tcp").model_copy(
        update={"implementation": Implementation(kind="python", target="attacks:network_tcp",
                                                 path=(str(LIBRARY.parent),), options=options)}
    )  # fmt: skip

    async def call() -> ExecutionResult:
        async with await PythonExecutor(workers=1, isolation=tier).open([granted]) as opened:  # type: ignore[arg-type]
            return await opened.call(granted, Call(name="network_tcp", arguments={"where": outside.where}))

    assert runner.run(call()).result == "BREACH"
    with outside.listeners[0].accept()[0]:
        pass
