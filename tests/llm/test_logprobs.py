"""Log-probabilities of the first token: asked for with one token, read wherever a server gives them."""

import asyncio
import json
from typing import Any

import pytest
from openai_fake import OpenAIFake, Reply

from apigen.llm import LiteLLM, OpenAIServer
from apigen.llm.answers import answer_of
from apigen.llm.model import ModelRequest, ModelResponse
from apigen.llm.remote import RemoteModel
from apigen.records import Message

LISTED = [{"token": "Yes", "logprob": -0.5, "bytes": None}, {"token": " no", "logprob": -1.5, "bytes": None}]
REQUEST = ModelRequest(messages=(Message(role="user", content="Yes?"),), seed=1, purpose="judge", logprobs=5)


def body(logprobs: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": "Yes"}
    choice = {"index": 0, "message": message, "finish_reason": "length", "logprobs": logprobs}
    usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


def asked(model: RemoteModel, request: ModelRequest = REQUEST) -> ModelResponse:
    async def use() -> ModelResponse:
        try:
            return await model.complete(request)
        finally:
            await model.close()

    return asyncio.run(use())


@pytest.mark.parametrize("backend", ["openai_server", "litellm"])
def test_they_are_asked_for_and_read(backend: str, openai_server: OpenAIFake) -> None:
    model: RemoteModel = OpenAIServer(model="m", base_url=openai_server.url)
    if backend == "litellm":
        model = LiteLLM(model="openai/m", base_url=openai_server.url, api_key="key-of-a-test")
    content = {"token": "Yes", "logprob": -0.5, "bytes": None, "top_logprobs": LISTED}
    openai_server.replies = [Reply(body=json.dumps(body({"content": [content]})))]
    assert asked(model).logprobs == {"Yes": -0.5, " no": -1.5}
    sent = openai_server.received[-1].body
    assert (sent["logprobs"], sent["top_logprobs"]) == (True, 5)
    assert 1 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))


def test_they_tell_kept_answers_apart(openai_server: OpenAIFake) -> None:
    model = OpenAIServer(model="m", base_url=openai_server.url)
    assert model.identity(REQUEST) != model.identity(REQUEST.model_copy(update={"logprobs": 0}))
    openai_server.replies = [Reply()]
    assert asked(model, REQUEST.model_copy(update={"logprobs": 0})).logprobs is None
    assert "logprobs" not in openai_server.received[-1].body


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        [],
        "x",
        {"content": None},
        {"content": []},
        {"content": [None]},
        {"content": [{"token": 1, "logprob": -1}]},
        {"content": [{"token": "a", "logprob": "x", "top_logprobs": [None, {"token": "b"}]}]},
        {"content": [{"token": "a", "logprob": float("-inf")}]},
    ],
)
def test_what_is_none_counts_as_none(logprobs: Any) -> None:
    assert answer_of({"content": "a"}, "stop", {}, None, logprobs).logprobs is None
