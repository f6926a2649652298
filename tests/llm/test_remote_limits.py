"""Limits, overload and misbehaving servers, through whole models: in simulated time, and against a real server."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import simulated_time
from openai_fake import OpenAIFake, Reply

from apigen.errors import ModelError
from apigen.llm import LiteLLM, OpenAIServer, retry
from apigen.llm.answers import Answer, http_failure
from apigen.llm.limits import Endpoint, Sign, endpoint_of, sign_of
from apigen.llm.model import ModelRequest, ModelResponse
from apigen.llm.remote import RemoteModel
from apigen.reasons import Reason
from apigen.records import Json, Message

KEY = "a-key-that-nobody-may-see"


def request(seed: int = 0, text: str = "hi") -> ModelRequest:
    return ModelRequest(messages=(Message(role="user", content=text),), seed=seed, purpose="generate")


class Simulated(RemoteModel):
    """A model whose provider is a function of the test."""

    model: str = "m"
    serve: Callable[[ModelRequest], Awaitable[Answer]]

    async def _send(self, request: ModelRequest, parameters: dict[str, Json]) -> Answer:
        return await self.serve(request)


def after(seconds: float) -> Callable[[ModelRequest], Awaitable[Answer]]:
    async def serve(request: ModelRequest) -> Answer:
        await asyncio.sleep(seconds)
        return Answer("fine", "stop", 10, 10)

    return serve


def test_waiting_for_a_limit_counts_neither_as_time_out_nor_as_latency() -> None:
    async def main() -> list[ModelResponse]:
        model = Simulated(serve=after(1), requests_per_minute=1, timeout=2)
        return await asyncio.gather(*(model.complete(request(seed)) for seed in range(5)))

    responses = simulated_time.run(main())
    assert [response.latency for response in responses] == pytest.approx([1.0] * 5)
    assert {response.attempts for response in responses} == {1}


def test_pauses_between_attempts_count_neither() -> None:
    failures = [http_failure(503, "busy", 30.0), http_failure(500, "oops")]

    async def serve(request: ModelRequest) -> Answer:
        await asyncio.sleep(1)
        if failures:
            raise failures.pop()
        return Answer("fine", "stop")

    async def main() -> ModelResponse:
        response = await Simulated(serve=serve, timeout=2).complete(request())
        assert simulated_time.now() > 33
        return response

    response = simulated_time.run(main())
    assert (response.latency, response.attempts) == (pytest.approx(1.0), 3)


def test_generator_and_judge_share_what_is_of_one_model_and_the_window_of_one_provider() -> None:
    async def main() -> None:
        generator = Simulated(model="a", serve=after(1), api_key=KEY, max_in_flight=3)
        judge = Simulated(model="a", serve=after(1), api_key=KEY, temperature=0)
        third = Simulated(model="b", serve=after(1), api_key=KEY)
        stranger = Simulated(model="a", serve=after(1), api_key="another-key")
        for one in (generator, judge, third, stranger):
            await one.complete(request())
        lanes = [one._state.lane for one in (generator, judge, third, stranger)]
        assert lanes[0] is lanes[1]
        assert lanes[0] is not None
        assert lanes[2] is not None
        assert lanes[3] is not None
        assert lanes[0].max_in_flight == 3
        assert lanes[2].max_in_flight == math.inf
        assert lanes[0].endpoint is lanes[2].endpoint
        assert lanes[0].endpoint is not lanes[3].endpoint
        assert lanes[0].endpoint is endpoint_of(("Simulated", None, "", KEY))

    simulated_time.run(main())


def test_models_of_one_provider_have_one_window_through_litellm(openai_server: OpenAIFake) -> None:
    async def endpoints(*names: str) -> list[Endpoint]:
        models = [LiteLLM(model=name, base_url=openai_server.url, api_key=KEY) for name in names]
        for one in models:
            await one.complete(request())
        found = [one._state.lane.endpoint for one in models]
        for one in models:
            await one.close()
        return found

    a, b, c = asyncio.run(endpoints("openai/a", "openai/b", "hosted_vllm/a"))
    assert a is b
    assert a is not c


def test_connections_that_break_are_told_from_errors_of_the_server_through_litellm(openai_server: OpenAIFake) -> None:
    """litellm calls both an internal server error."""
    signs = []
    for reply in (Reply(reset=True), Reply(status=500, body="oops")):
        openai_server.replies = [reply]
        for name in ("openai/m", "hosted_vllm/m"):
            (error,) = completed(LiteLLM(model=name, base_url=openai_server.url, api_key=KEY, retries=0), request())
            assert isinstance(error, ModelError)
            signs.append(sign_of(error))
    assert signs == [Sign.broken, Sign.broken, Sign.fine, Sign.fine]


def test_tokens_are_reserved_by_estimate_and_paid_by_usage() -> None:
    async def main() -> list[float]:
        moments = []

        async def serve(request: ModelRequest) -> Answer:
            moments.append(simulated_time.now())
            return Answer("x", "stop", 100, 500)

        model = Simulated(serve=serve, tokens_per_minute=600, max_tokens=4000)
        for seed in range(4):
            await model.complete(request(seed, "x" * 400))
        return moments

    assert simulated_time.run(main()) == pytest.approx([0, 60, 120, 180], rel=0.01)


def test_a_provider_that_is_gone_is_found_gone_though_requests_wait_for_each_other() -> None:
    """Time-outs close the window to a quarter and not to one, or the end would come a hundred times later."""

    async def main() -> float:
        model = Simulated(serve=after(math.inf), timeout=60, retries=2)
        errors = await asyncio.gather(*(model.complete(request(seed)) for seed in range(64)), return_exceptions=True)
        assert {error.reason for error in errors if isinstance(error, ModelError)} == {Reason.model_timeout}
        assert len(errors) == 64
        return simulated_time.now()

    assert simulated_time.run(main()) < 60 * 3 * 4 + 30


def test_a_run_against_a_strict_provider_ends_with_every_request_answered() -> None:
    """It bears 8 requests at a time; 200 are asked for at once."""
    at_server = 0

    async def serve(request: ModelRequest) -> Answer:
        nonlocal at_server
        at_server += 1
        try:
            if at_server > 8:
                raise http_failure(429, "slow down", 1.0)
            await asyncio.sleep(0.5)
            return Answer("fine", "stop")
        finally:
            at_server -= 1

    async def main() -> list[ModelResponse]:
        model, numbers, answers = Simulated(serve=serve, retries=8), iter(range(1000)), []

        async def work() -> None:
            for seed in numbers:
                answers.append(await model.complete(request(seed)))

        await asyncio.gather(*(work() for _ in range(200)))
        return answers

    answers = simulated_time.run(main())
    assert len(answers) == 1000
    assert sum(answer.attempts for answer in answers) < 2500


# --- against a real server

MISBEHAVIOUR: dict[str, tuple[Reply, Reason]] = {
    "accepts and never answers": (Reply(latency=60), Reason.model_timeout),
    "breaks off inside the head": (Reply(cut_head=20), Reason.model_unavailable),
    "breaks off inside the body": (Reply(cut_after=40), Reason.model_unavailable),
    "stalls inside the body": (Reply(cut_after=40, stall=60), Reason.model_timeout),
    "resets the connection": (Reply(reset=True), Reason.model_unavailable),
    "half a document": (Reply(body=b'{"choices": [{"message": {"content": "x'), Reason.no_answer),
    "bytes that are no text": (Reply(body=b"\xff\xfe\x00"), Reason.no_answer),
    "an empty body": (Reply(body=b""), Reason.no_answer),
    "a number": (Reply(body="17"), Reason.no_answer),
    "null": (Reply(body="null"), Reason.no_answer),
    "choices are no list": (Reply(body={"choices": {"0": {}}}), Reason.no_answer),
    "empty choices": (Reply(body={"choices": []}), Reason.no_answer),
    "a choice without message": (Reply(body={"choices": [{}]}), Reason.no_answer),
    "content is null": (Reply(content=None), Reason.no_answer),
    "content is a number": (Reply(content=5), Reason.no_answer),
    "deep nonsense": (Reply(body="[" * 100_000), Reason.no_answer),
    "overloaded as Anthropic says it": (
        Reply(status=529, body={"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        Reason.model_unavailable,
    ),
    "gateway time-out": (Reply(status=504, body="<html>"), Reason.model_timeout),
}


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.001)


def direct(server: OpenAIFake, **settings: Any) -> OpenAIServer:
    given = {"model": "m", "base_url": server.url, "api_key": KEY, "retries": 2, "timeout": 20, **settings}
    return OpenAIServer.model_validate(given)


def completed(model: RemoteModel, *requests: ModelRequest) -> list[ModelResponse | BaseException]:
    async def main() -> list[ModelResponse | BaseException]:
        try:
            return await asyncio.gather(*map(model.complete, requests), return_exceptions=True)
        finally:
            await model.close()

    return asyncio.run(main())


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_misbehaviour_is_asked_again_and_ends_with_its_reason(
    openai_server: OpenAIFake, short_waits: None, name: str
) -> None:
    reply, reason = MISBEHAVIOUR[name]
    openai_server.replies = [reply]
    hangs = bool(reply.latency or reply.stall)
    (error,) = completed(direct(openai_server, timeout=0.5 if hangs else 20), request())
    assert isinstance(error, ModelError)
    assert (error.reason, error.retryable, len(openai_server.received)) == (reason, True, 3)


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_one_misbehaviour_is_got_over(openai_server: OpenAIFake, short_waits: None, name: str) -> None:
    reply, _ = MISBEHAVIOUR[name]
    openai_server.replies = [reply, Reply()]
    hangs = bool(reply.latency or reply.stall)
    (response,) = completed(direct(openai_server, timeout=0.5 if hangs else 20), request())
    assert isinstance(response, ModelResponse)
    assert response.attempts == 2


def test_a_crowd_gets_over_a_server_that_throttles_and_fails(openai_server: OpenAIFake, short_waits: None) -> None:
    bad = [Reply(status=429, body="{}"), Reply(status=503, body="{}"), Reply(reset=True), Reply(cut_after=30)]
    openai_server.replies = [*(bad * 10), Reply()]
    responses = completed(direct(openai_server, retries=40), *map(request, range(60)))
    assert all(isinstance(response, ModelResponse) for response in responses)
    assert len(openai_server.received) == 100


def test_a_model_limit_holds_at_the_server(openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(latency=0.01)]
    responses = completed(direct(openai_server, max_in_flight=3), *map(request, range(30)))
    assert all(isinstance(response, ModelResponse) for response in responses)
    assert openai_server.most_at_once == 3


def test_without_trouble_all_are_in_flight(openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(latency=1.0)]
    completed(direct(openai_server), *map(request, range(50)))
    assert openai_server.most_at_once == 50


def test_the_time_that_a_provider_asks_for_is_taken_from_its_headers(
    openai_server: OpenAIFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float | None] = []
    ended = Endpoint.ended
    monkeypatch.setattr(
        Endpoint, "ended", lambda self, permit, sign, pause: pauses.append(pause) or ended(self, permit, sign, None)
    )
    monkeypatch.setattr(retry, "wait", lambda attempt, error: 0.0)
    asked = [
        {"retry-after-ms": "250", "retry-after": "1"},
        {"Retry-After": "3"},
        {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m0.5s"},
        {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "120ms", "retry-after-ms": "soon"},
        {"x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "9s"},
        {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "later"},
    ]
    openai_server.replies = [*(Reply(status=429, body="{}", headers=headers) for headers in asked), Reply()]
    completed(direct(openai_server, retries=10), request())
    assert pauses == [0.25, 3.0, 60.5, 0.12, None, None, None]


REFUSALS = {
    "azure": {"code": "content_filter", "message": "The response was filtered due to the prompt triggering Azure "
              "OpenAI's content management policy."},
    "openai": {"code": "content_policy_violation", "message": "Your request was rejected by our safety system."},
    "dashscope": {"code": "data_inspection_failed", "message": "Input blocked for its content by safety policy."},
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_a_content_filter_is_no_wrong_model_name(openai_server: OpenAIFake, name: str) -> None:
    openai_server.replies = [Reply(status=400, body={"error": REFUSALS[name]})]
    (error,) = completed(direct(openai_server), request())
    assert isinstance(error, ModelError)
    assert (error.reason, error.retryable, len(openai_server.received)) == (Reason.content_filtered, False, 1)


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
        "prompt is too long: 250000 tokens > 200000 maximum",
        "the request exceeds the available context size. try increasing the context size",
        "Please reduce your prompt; input length and max_tokens exceed 4096 tokens",
    ],
)
def test_a_prompt_that_is_too_long_is_called_that(openai_server: OpenAIFake, message: str) -> None:
    openai_server.replies = [Reply(status=400, body={"error": {"message": message}})]
    wanted = request().model_copy(update={"json_schema": {"type": "object"}})
    (error,) = completed(direct(openai_server), wanted)
    assert isinstance(error, ModelError)
    assert error.reason is Reason.model_refused_request
    assert error.message.startswith("the prompt and max_tokens do not fit into the model's context: HTTP 400: ")
    assert len(openai_server.received) == 1


def test_a_wrong_model_name_stays_a_refused_request(openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(status=404, body={"error": {"message": "The model `safety-llm` does not exist"}})]
    (error,) = completed(direct(openai_server), request())
    assert isinstance(error, ModelError)
    assert error.reason is Reason.model_refused_request


def test_an_answer_that_echoes_the_key_is_struck_out(openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(content=f"Your key is {KEY}, and your team weather-app.")]
    (response,) = completed(direct(openai_server, headers={"X-Title": "weather-app"}), request())
    assert isinstance(response, ModelResponse)
    assert response.text == "Your key is [secret], and your team weather-app."
