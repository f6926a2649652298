"""All executors of a run behind one verb."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml

from apigen.component import build
from apigen.errors import ConfigError
from apigen.execution import Calls, ExecutionSession, Executor, PythonExecutor
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Implementation, Outcome


class Echo(ExecutionSession):
    """Returns the arguments; counts its ends."""

    isolation = "none needed"
    closed = 0

    async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
        return ExecutionResult(position=position, name=call.name, outcome=Outcome.passed, result=call.arguments)

    async def close(self) -> None:
        self.closed += 1


class EchoExecutor(Executor):
    session: Echo
    fails: bool = False

    @property
    def kind(self) -> str:
        return "echo"

    async def open(self, apis: Sequence[Api]) -> ExecutionSession:
        if self.fails:
            raise ConfigError("cannot be opened")
        return self.session


def echo_api() -> Api:
    implementation = Implementation(kind="echo", target="anything")
    return Api(name="echo", description="Echo.", parameters={}, implementation=implementation)


def test_each_call_goes_to_its_kind(api_of: Callable[..., Api]) -> None:
    python, echo, echo_session = api_of("plain"), echo_api(), Echo()

    async def run() -> None:
        calls = await Calls.open([PythonExecutor(workers=1), EchoExecutor(session=echo_session)], [python, echo])
        async with calls:
            assert (await calls.call(python, Call(name="plain", arguments={"a": 1}), 2)).result == [1, 2]
            found = await calls.call(echo, Call(name="echo", arguments={"a": 1}), 3)
            assert (found.result, found.position) == ({"a": 1}, 3)
            assert calls.isolation.startswith("python: ")
            assert calls.isolation.endswith("; echo: none needed")
        await calls.close()

    asyncio.run(run())
    assert echo_session.closed == 1


def test_not_executable() -> None:
    api = echo_api().model_copy(update={"implementation": None})

    async def run() -> ExecutionResult:
        async with await Calls.open([], [api]) as calls:
            assert calls.isolation == ""
            return await calls.call(api, Call(name="echo"), 1)

    found = asyncio.run(run())
    assert (found.outcome, found.reason, found.how) == (Outcome.rejected, Reason.not_executable, "not_executed")


def test_a_kind_without_an_executor_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="kind `echo`"):
        asyncio.run(Calls.open([PythonExecutor()], [echo_api()]))


def test_two_executors_of_a_kind_are_a_config_error() -> None:
    with pytest.raises(ConfigError, match="Two executors"):
        asyncio.run(Calls.open([PythonExecutor(), PythonExecutor()], []))


def test_what_is_open_is_closed_if_another_cannot_be(api_of: Callable[..., Api]) -> None:
    session = Echo()

    class Late(EchoExecutor):
        @property
        def kind(self) -> str:
            return "late"

    late = echo_api().model_copy(update={"implementation": Implementation(kind="late", target="x")})
    executors = [EchoExecutor(session=session), Late(session=Echo(), fails=True)]
    with pytest.raises(ConfigError, match="cannot be opened"):
        asyncio.run(Calls.open(executors, [echo_api(), late]))
    assert session.closed == 1


def test_executors_that_are_not_needed_are_not_opened() -> None:
    async def run() -> str:
        async with await Calls.open([EchoExecutor(session=Echo(), fails=True)], []) as calls:
            return calls.isolation

    assert asyncio.run(run()) == ""


def test_the_shipped_configuration_names_every_key() -> None:
    text = (Path(__file__).parents[2] / "conf" / "executor" / "python.yaml").read_text()
    values = yaml.safe_load(text)["python"]
    assert build(values) == PythonExecutor()
    assert set(values) == {"_target_", *PythonExecutor.model_fields}


@pytest.mark.parametrize("key", ["workers", "wall_time", "cpu_time", "memory_mb", "max_result_bytes", "import_timeout"])
def test_limits_must_be_positive(key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        build({"_target_": "apigen.execution.PythonExecutor", key: 0}, "executors.python")


def test_what_a_run_makes_of_results_is_made_of_every_one() -> None:
    def read(result: ExecutionResult) -> ExecutionResult:
        changed = {"outcome": Outcome.rejected, "reason": Reason.error_payload}
        return result.model_copy(update=changed) if "error" in result.result else result

    async def run() -> list[ExecutionResult]:
        api, good, bad = echo_api(), Call(name="echo"), Call(name="echo", arguments={"error": "no"})
        async with await Calls.open([EchoExecutor(session=Echo())], [api], read) as calls:
            return [await calls.call(api, bad), *await calls.sequence([(api, good), (api, bad)])]

    results = asyncio.run(run())
    assert [result.reason for result in results] == [Reason.error_payload, None, Reason.error_payload]
    assert all(result.recorded_at for result in results)
