"""A session with real workers, shared by the tests of a module that leave it as they found it."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from apigen.execution import ExecutionSession, PythonExecutor
from apigen.records import Api, Call, ExecutionResult, Implementation

LIBRARIES = Path(__file__).with_name("libraries")
QUICK = (LIBRARIES / "tempers.py").read_text()


def python_api(target: str, path: Path = LIBRARIES, names: tuple[str, ...] = ()) -> Api:
    """An API of the test libraries; `target` without a module is in `tempers` or else in `odd`."""
    if ":" not in target:
        target = f"tempers:{target}" if f"def {target}(" in QUICK else f"odd:{target}"
    return Api(
        name=target.rpartition(":")[2].replace(".", "_"),
        description="A function under test.",
        parameters={"type": "object", "properties": {name: {} for name in names}},
        implementation=Implementation(kind="python", target=target, path=(str(path),)),
    )


@pytest.fixture(scope="session")
def api_of() -> Callable[..., Api]:
    return python_api


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def session(runner: asyncio.Runner) -> Iterator[ExecutionSession]:
    """A session with one worker a library and narrow limits, in the tier that every system has."""
    executor = PythonExecutor(
        workers=1,
        wall_time=10,
        cpu_time=1,
        memory_mb=256,
        max_result_bytes=10_000,
        max_output_bytes=100_000,
        max_file_mb=1,
        isolation="process",
    )
    session = runner.run(executor.open([python_api("plain"), python_api("pair"), python_api("surroundings")]))
    yield session
    runner.run(session.close())


@pytest.fixture(scope="module")
def isolation(session: ExecutionSession) -> str:
    return session.isolation


@pytest.fixture(scope="module")
def run(runner: asyncio.Runner, session: ExecutionSession) -> Callable[..., ExecutionResult]:
    """Call a function of the test libraries with named arguments."""

    def call(target: str, /, **arguments: Any) -> ExecutionResult:
        api = python_api(target)
        return runner.run(session.call(api, Call(name=api.name, arguments=arguments)))

    return call
