"""Local models, with a real one: answers, sharing, and that no server outlives what wanted it."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from local_models import FILE, PACKAGE, real_model

from apigen.errors import ConfigError
from apigen.llm import LocalModel
from apigen.llm.local.server import Server
from apigen.llm.model import ModelRequest
from apigen.records import Message

pytestmark = real_model
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
CITY: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Lyon", "Oslo"]}},
    "required": ["city"],
    "additionalProperties": False,
}


def request(text: str = "Name a city.", **changes: Any) -> ModelRequest:
    return ModelRequest(messages=(Message(role="user", content=text),), seed=3, purpose="generate", **changes)


def small(**settings: Any) -> LocalModel:
    """One slot and a short context: it starts fast and takes little memory."""
    return LocalModel(**({"package": PACKAGE, "slots": 1, "context": 512, "max_tokens": 16} | settings))


def children(pid: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def wait_until_gone(pids: list[int]) -> None:
    """Fails by the test's own time limit if one stays."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not any(_runs(pid) for pid in pids):
            return
        time.sleep(0.05)
    raise AssertionError(f"still there: {[pid for pid in pids if _runs(pid)]}")


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_generator_and_judge_share_a_server_that_ends_with_the_last_of_them() -> None:
    async def use() -> None:
        generator, judge = small(), small(temperature=0.0)
        assert generator._server is None, "nothing is started before the first request"
        answers = await asyncio.gather(
            generator.complete(request(json_schema=CITY)),
            judge.complete(request(logprobs=20)),
            judge.complete(request(logprobs=20)),
        )
        assert json.loads(answers[0].text)["city"] in ("Lyon", "Oslo")
        assert (answers[0].model, answers[0].cost) == (f"local/{PACKAGE}", 0.0)
        assert answers[0].prompt_tokens
        assert answers[0].completion_tokens
        likely = answers[1].logprobs
        assert likely is not None
        assert len(likely) >= 20
        assert all(value <= 0 for value in likely.values())
        assert answers[1].completion_tokens == 1
        server = generator._server
        assert server is judge._server
        assert server is not None
        await generator.close()
        assert server.alive
        await judge.close()
        assert not server.alive
        assert server.pid is None
        for model in (generator, judge):
            assert (model.report is not None) == (model is judge), "the speed is known when the server ends"
        assert "taken from the prefix cache" in str(judge.report)
        assert not Server._running

    asyncio.run(use())


@LINUX
def test_a_server_that_dies_is_started_again() -> None:
    async def use() -> None:
        model = small()
        await model.complete(request())
        assert model._server is not None
        watcher = model._server.pid
        assert watcher is not None
        (process,) = children(watcher)
        os.kill(process, signal.SIGKILL)
        wait_until_gone([process, watcher])
        assert "SIGKILL" in model._server.last_words()
        assert (await model.complete(request())).text
        assert model._server.pid not in (watcher, None)
        await model.close()

    asyncio.run(use())


ENGINE = """
import asyncio, os, sys
from pathlib import Path
from apigen.llm import LocalModel
from apigen.llm.model import ModelRequest
from apigen.records import Message

async def main():
    model = LocalModel(path=sys.argv[1], slots=1, context=512, max_tokens=4)
    await model.complete(ModelRequest(messages=(Message(role="user", content="Hi"),), seed=1, purpose="generate"))
    print(model._server.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@LINUX
@pytest.mark.parametrize("killed", ["engine", "watcher"])
def test_nothing_outlives_a_killed_engine(killed: str) -> None:
    engine = subprocess.Popen([sys.executable, "-c", ENGINE, str(FILE)], stdout=subprocess.PIPE, text=True)
    assert engine.stdout is not None
    watcher = int(engine.stdout.readline())
    server = children(watcher)
    assert len(server) == 1
    os.kill(engine.pid if killed == "engine" else watcher, signal.SIGKILL)
    wait_until_gone(server)
    engine.kill()
    engine.wait()
    engine.stdout.close()
    wait_until_gone([watcher])


LLAMA_SERVER = """#!{python}
# Takes the flags of llama-server that are used, and serves by the same code, out of the package xllamacpp.
import argparse, os, threading
import xllamacpp
flags = argparse.ArgumentParser(allow_abbrev=False)
for flag in ("--model", "--host"):
    flags.add_argument(flag, required=True)
for flag in ("--port", "--ctx-size", "--parallel", "--threads", "--threads-batch"):
    flags.add_argument(flag, type=int, required=True)
flags.add_argument("--metrics", action="store_true")
given = flags.parse_args()
assert "MY_SECRET" not in os.environ
params = xllamacpp.CommonParams()
params.model.path, params.hostnames, params.port = given.model, [given.host], given.port
params.n_ctx, params.n_parallel, params.endpoint_metrics = given.ctx_size, given.parallel, given.metrics
params.cpuparams.n_threads, params.cpuparams_batch.n_threads = given.threads, given.threads_batch
params.api_keys = [os.environ["LLAMA_API_KEY"]]
params.verbosity = 2
server = xllamacpp.Server(params)
print(f"main: server is listening on {{server.listening_address}} - starting the main loop", flush=True)
threading.Event().wait()
"""


def test_the_program_llama_server_serves_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "llama-server"
    program.write_text(LLAMA_SERVER.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("MY_SECRET", "not for the server")

    async def use() -> None:
        model = small(backend="llama-server")
        answer = await model.complete(request(json_schema=CITY))
        assert json.loads(answer.text)["city"] in ("Lyon", "Oslo")
        await model.close()
        assert model.report is not None

    asyncio.run(use())


def test_a_server_that_cannot_load_the_file_says_its_last_words(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(FILE.read_bytes()[:5000])

    async def use() -> None:
        model = small(package=None, path=str(broken))
        with pytest.raises(ConfigError, match="ended before it was ready: exit code 1") as failure:
            await model.complete(request())
        assert str(broken) in str(failure.value)
        await model.close()

    asyncio.run(use())
    assert not Server._running


def test_answers_are_kept_by_the_content_of_the_weights(tmp_path: Path) -> None:
    copied = tmp_path / "other-name.gguf"
    shutil.copyfile(FILE, copied)
    one, other = small(), small(package=None, path=str(copied), threads=2, model="mine")
    identity = one.identity(request())
    assert identity is not None
    assert identity == other.identity(request())
    assert "127.0.0.1" not in json.dumps(identity)
    assert other.title == "local/mine"
    assert identity != small(context=1024).identity(request())
    with copied.open("r+b") as opened:  # one byte in the middle of the last block read
        opened.seek(-100, os.SEEK_END)
        byte = opened.read(1)
        opened.seek(-100, os.SEEK_END)
        opened.write(bytes([byte[0] ^ 1]))
    assert small(package=None, path=str(copied)).identity(request()) != identity
