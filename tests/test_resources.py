"""A seat: what stands before a model stands before the model's own requests too."""

import asyncio
from pathlib import Path

from openai_fake import OpenAIFake, Reply

from apigen.llm import OpenAIServer
from apigen.llm.cache import ResponseCache
from apigen.llm.model import ModelRequest, ModelResponse
from apigen.records import Message
from apigen.resources import Seat


class Counting:
    """A purse that only counts."""

    def __init__(self) -> None:
        self.asked = self.answers = 0

    def ask(self) -> None:
        self.asked += 1

    def paid(self, response: ModelResponse) -> None:
        self.answers += 1


def request(seed: int) -> ModelRequest:
    message = Message(role="user", content="?")
    return ModelRequest(messages=(message,), seed=seed, purpose="judge", json_schema={"type": "object"})


def test_probes_are_kept_and_counted_and_need_no_permit(openai_server: OpenAIFake, tmp_path: Path) -> None:
    openai_server.replies = [Reply(content="Hello")]

    async def run(name: str, seed: int) -> tuple[int, int]:
        purse, answers = Counting(), ResponseCache(folder=str(tmp_path)).open(name)
        model = OpenAIServer(model="m", base_url=openai_server.url, structured_output="probe")
        seat = Seat(model, asyncio.Semaphore(1), answers, purse)
        try:
            await asyncio.gather(seat.complete(request(seed)), seat.complete(request(seed + 1)))
        finally:
            await model.close()
            await answers.close()
        return purse.asked, purse.answers

    assert asyncio.run(run("first", 0)) == (4, 4)
    assert len(openai_server.received) == 4
    assert asyncio.run(run("second", 10)) == (2, 4)  # the probes were kept
    assert len(openai_server.received) == 6
