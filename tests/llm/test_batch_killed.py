"""A process that asks in batches is killed at every step, and started again: nothing is paid for twice."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from batch_fake import BatchFake

PROGRAM = """
import asyncio, json, sys
from apigen.llm.batch import OpenAIBatch
from apigen.llm.cache import ResponseCache
from apigen.llm.model import ModelRequest
from apigen.records import Message

url, count, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]

async def main():
    model = OpenAIBatch(model="m", base_url=url, batch_size=5, batch_wait=0.05, poll=0.02)
    responses = ResponseCache(mode=mode).open("run")
    async def ask(number):
        messages = (Message(role="user", content=f"question {number}"),)
        request = ModelRequest(messages=messages, seed=number, purpose="generate")
        response = await responses.answer(model.identity(request), lambda: model.complete(request))
        print(json.dumps([number, response.text]), flush=True)
    await asyncio.gather(*(ask(number) for number in range(count)))
    await model.close()
    await responses.close()

asyncio.run(main())
"""
COUNT = 12


@pytest.fixture
def server() -> Iterator[BatchFake]:
    fake = BatchFake().start()
    yield fake
    fake.stop()


def start(server: BatchFake, mode: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PROGRAM, server.url, str(COUNT), mode]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class Killer:
    """Kills the process when it sends its request number `number` of a kind, before or after that is done."""

    def __init__(self, kind: tuple[str, str], number: int) -> None:
        self.process: subprocess.Popen[str] | None = None
        self._kind = kind
        self._left = number

    def __call__(self, method: str, path: str) -> None:
        if (method, "/".join(path.split("/")[:3])) == self._kind and self.process is not None:
            self._left -= 1
            if self._left == 0:
                os.kill(self.process.pid, signal.SIGKILL)
                self.process.wait()


FILES, BATCHES, LOOKS = ("POST", "/v1/files"), ("POST", "/v1/batches"), ("GET", "/v1/batches")


@pytest.mark.parametrize(
    ("kind", "number", "done", "mode"),
    [
        (FILES, 2, True, "use"),
        (BATCHES, 1, False, "use"),
        (BATCHES, 2, True, "use"),
        (BATCHES, 3, True, "off"),
        (LOOKS, 1, True, "use"),
        (LOOKS, 3, True, "off"),
    ],
)
def test_killed_at_a_request_to_the_server(
    kind: tuple[str, str], number: int, done: bool, mode: str, server: BatchFake
) -> None:
    killer = Killer(kind, number)
    if done:
        server.lose = killer
    else:
        server.refuse = killer
    killer.process = start(server, mode)
    killer.process.communicate()
    assert killer.process.returncode == -signal.SIGKILL
    check(server, mode)


def test_killed_while_answers_come(server: BatchFake) -> None:
    process = start(server, "use")
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    process.kill()
    process.communicate()
    check(server, "use")


def check(server: BatchFake, mode: str) -> None:
    """The run goes on to its end, and every request stood in one batch."""
    out, err = start(server, mode).communicate()
    assert err == ""
    assert dict(json.loads(line) for line in out.splitlines()) == {
        number: f"answer to question {number}" for number in range(COUNT)
    }
    assert sorted(server.asked) == sorted(f"question {number}" for number in range(COUNT))
