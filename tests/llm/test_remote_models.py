"""One suite for all models behind a network: through litellm, and directly, to a real HTTP server."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openai_fake import OpenAIFake, Reply
from pydantic import ValidationError

from apigen.component import build
from apigen.errors import ConfigError, ModelError
from apigen.llm import LiteLLM, OpenAIServer, retry
from apigen.llm.litellm_model import load_litellm
from apigen.llm.model import ModelRequest, ModelResponse
from apigen.llm.remote import RemoteModel
from apigen.reasons import Reason
from apigen.records import Message

KEY = "a-key-that-nobody-may-see"
REQUEST = ModelRequest(
    messages=(Message(role="system", content="Be brief."), Message(role="user", content="naïve “q”?")),
    seed=2**40 + 7,
    purpose="generate",
    json_schema={"type": "array"},
)
Make = Callable[..., RemoteModel]


@pytest.fixture(scope="module", autouse=True)
def litellm_is_loaded() -> None:
    load_litellm()


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.001)


@pytest.fixture(params=["litellm openai", "litellm hosted_vllm", "direct"])
def make(request: pytest.FixtureRequest, openai_server: OpenAIFake) -> Iterator[Make]:
    """Makes a model of each kind that talks to the server."""

    def model(**settings: Any) -> RemoteModel:
        settings = {"base_url": openai_server.url, "api_key": KEY, "retries": 2, "timeout": 20, **settings}
        if request.param == "direct":
            return OpenAIServer(model="some-model", **settings)
        return LiteLLM(model=f"{request.param.split()[1]}/some-model", **settings)

    return model


def complete(model: RemoteModel, request: ModelRequest = REQUEST, times: int = 1) -> ModelResponse:
    async def run() -> ModelResponse:
        try:
            for _ in range(times):
                response = await model.complete(request)
            return response
        finally:
            await model.close()

    return asyncio.run(run())


def failed(model: RemoteModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        complete(model)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


def test_an_answer(make: Make, openai_server: OpenAIFake) -> None:
    response = complete(make())
    assert (response.text, response.finish_reason, response.attempts) == ('[{"query": "q"}]', "stop", 1)
    assert (response.prompt_tokens, response.completion_tokens, response.cost) == (10, 5, None)
    assert not response.simulated
    assert response.model.endswith("some-model")


def test_what_is_sent(make: Make, openai_server: OpenAIFake) -> None:
    complete(make(top_p=0.5, max_tokens=77, extra_body={"top_k": 20}, headers={"X-Team": "blue"}))
    (received,) = openai_server.received
    body = received.body
    assert received.path == "/v1/chat/completions"
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.headers["x-team"] == "blue"
    assert body["messages"] == [message.model_dump() for message in REQUEST.messages]
    assert (body["model"], body["temperature"], body["top_p"], body["seed"]) == ("some-model", 0.7, 0.5, 7)
    assert body.get("max_tokens", body.get("max_completion_tokens")) == 77
    assert body["top_k"] == 20
    assert body["response_format"]["json_schema"] == {"name": "answer", "schema": {"type": "array"}, "strict": False}


def test_what_is_not_wanted_is_not_sent(make: Make, openai_server: OpenAIFake) -> None:
    complete(make(temperature=None, max_tokens=None, seed_sent=False, structured_output="off"))
    (received,) = openai_server.received
    assert set(received.body) <= {"model", "messages", "stream"}


NOT_RETRIED = {
    "bad request": (Reply(status=400, body={"error": {"message": f"no {KEY}"}}), Reason.model_refused_request),
    "not found": (Reply(status=404, body={"detail": "no such model"}), Reason.model_refused_request),
    "unprocessable": (Reply(status=422, body={"detail": [{"msg": "x"}]}), Reason.model_refused_request),
    "wrong key": (Reply(status=401, body={"error": {"message": f"wrong key {KEY}"}}), Reason.authentication),
    "forbidden": (Reply(status=403, body={"error": {"message": "no"}}), Reason.authentication),
    "no credit": (Reply(status=429, body={"error": {"message": "insufficient_quota"}}), Reason.rate_limited),
    "filtered": (Reply(content=None, finish_reason="content_filter"), Reason.content_filtered),
    "all thought": (Reply(content=None, finish_reason="length"), Reason.no_answer),
}


@pytest.mark.parametrize("name", NOT_RETRIED)
def test_errors_that_stay(make: Make, openai_server: OpenAIFake, name: str) -> None:
    reply, reason = NOT_RETRIED[name]
    openai_server.replies = [reply]
    error = failed(make(structured_output="off"))
    assert (error.reason, error.retryable, len(openai_server.received)) == (reason, False, 1)


RETRIED = {
    "rate limit": (Reply(status=429, body={"error": {"message": "slow down"}}), {Reason.rate_limited}),
    "server error": (Reply(status=500, body="<html>oops</html>"), {Reason.model_unavailable}),
    "overloaded": (Reply(status=503, body={"error": {"message": "busy"}}), {Reason.model_unavailable}),
    "cut body": (Reply(cut_after=40), {Reason.model_unavailable}),
    "no body": (Reply(cut_after=0), {Reason.model_unavailable}),
    "garbage": (Reply(body="<html>hello</html>"), {Reason.no_answer, Reason.model_unavailable}),
    "a list": (Reply(body=[1]), {Reason.no_answer, Reason.model_unavailable}),
    "no choices": (Reply(body={"choices": []}), {Reason.no_answer}),
    "no text": (Reply(content=None), {Reason.no_answer}),
    "tool call": (
        Reply(
            content=None,
            finish_reason="tool_calls",
            message={"tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        ),
        {Reason.no_answer},
    ),
    "error inside 200": (Reply(body={"error": {"message": "x", "code": 503}}), {Reason.model_unavailable}),
}


@pytest.mark.parametrize("name", RETRIED)
def test_errors_that_may_pass(make: Make, openai_server: OpenAIFake, name: str) -> None:
    reply, reasons = RETRIED[name]
    openai_server.replies = [reply]
    error = failed(make())
    assert error.reason in reasons
    assert error.retryable
    assert len(openai_server.received) == 3


def test_recovers_after_errors(make: Make, openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(status=500, body="x"), Reply(status=429, body="{}"), Reply(content="fine")]
    response = complete(make())
    assert (response.text, response.attempts) == ("fine", 3)


def test_time_out(make: Make, openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(latency=60)]
    error = failed(make(timeout=0.2, retries=1))
    assert (error.reason, error.retryable, len(openai_server.received)) == (Reason.model_timeout, True, 2)


def test_nobody_answers(make: Make, openai_server: OpenAIFake) -> None:
    error = failed(make(base_url="http://127.0.0.1:9/v1", retries=0))
    assert (error.reason, error.retryable) == (Reason.model_unavailable, True)


def test_waits_as_long_as_the_provider_asks(
    make: Make, openai_server: OpenAIFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float | None] = []
    monkeypatch.setattr(retry, "wait", lambda attempt, error: waits.append(error.retry_after) or 0.0)
    asked = [Reply(status=429, body="{}", headers={"Retry-After": "7"}), Reply(status=503, body="{}")]
    openai_server.replies = [*asked, Reply()]
    complete(make())
    assert waits == [7.0, None]


def test_schema_is_given_up_for_the_run_once_it_is_refused(make: Make, openai_server: OpenAIFake) -> None:
    openai_server.refuse_schema = True
    assert complete(make(), times=3).text
    assert ["response_format" in received.body for received in openai_server.received] == [True, False, False, False]


def test_schema_is_kept_if_the_request_is_refused_without_it_too(make: Make, openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(status=400, body="{}"), Reply(status=400, body="{}"), Reply()]
    model = make()

    async def twice() -> None:
        with pytest.raises(ModelError):
            await model.complete(REQUEST)
        await model.complete(REQUEST)
        await model.close()

    asyncio.run(twice())
    assert ["response_format" in received.body for received in openai_server.received] == [True, False, True]


def test_schema_on_means_on(make: Make, openai_server: OpenAIFake) -> None:
    openai_server.refuse_schema = True
    assert failed(make(structured_output="on")).reason is Reason.model_refused_request
    assert len(openai_server.received) == 1


def test_a_cut_off_answer_says_so(make: Make, openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(content='[{"a":', finish_reason="length")]
    response = complete(make())
    assert (response.text, response.finish_reason) == ('[{"a":', "length")


def test_an_empty_answer_is_an_answer(make: Make, openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(content="")]
    assert complete(make()).text == ""


def test_a_refusal_is_an_answer(make: Make, openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(content=None, message={"refusal": "I can't help with that."})]
    assert complete(make()).text == "I can't help with that."


def test_text_comes_back_exactly(make: Make, openai_server: OpenAIFake) -> None:
    text = '  [{"query": "日本 🎉 \\u00e9 \\n"}]\n\u2028 '
    openai_server.replies = [Reply(content=text)]
    assert complete(make()).text == text


def test_a_lone_surrogate_is_neither_a_crash_nor_lost(make: Make, openai_server: OpenAIFake) -> None:
    body = (
        '{"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "a\\ud800"}}]}'
    )
    openai_server.replies = [Reply(body=body)]
    assert complete(make()).text == "a\\ud800"


def test_cost_by_the_prices_given(make: Make, openai_server: OpenAIFake) -> None:
    response = complete(make(price_per_million_input=2.0, price_per_million_output=10.0))
    assert response.cost == pytest.approx((10 * 2.0 + 5 * 10.0) / 1e6)
    assert complete(make(price_per_million_input=0.0, price_per_million_output=0.0)).cost == 0


def test_unknown_usage_is_unknown(make: Make, openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(usage=None)]
    response = complete(make(price_per_million_input=2.0, price_per_million_output=10.0))
    assert (response.completion_tokens, response.cost) == (None, None)


def test_cost_by_litellm_s_table(openai_server: OpenAIFake) -> None:
    response = complete(LiteLLM(model="openai/gpt-4o-mini", base_url=openai_server.url, api_key=KEY))
    assert response.cost == pytest.approx((10 * 0.15 + 5 * 0.6) / 1e6)


def test_many_at_once_and_again_in_another_loop(make: Make, openai_server: OpenAIFake) -> None:
    async def many(model: RemoteModel) -> list[str]:
        answers = await asyncio.gather(*(model.complete(REQUEST) for _ in range(30)))
        await model.close()
        return [answer.text for answer in answers]

    for _ in range(2):
        assert len(asyncio.run(many(make()))) == 30


def test_closing_one_model_leaves_the_other_its_connections(make: Make, openai_server: OpenAIFake) -> None:
    generator, judge = make(), make(temperature=0)

    async def run() -> str:
        await generator.complete(REQUEST)
        await judge.complete(REQUEST)
        await generator.close()
        answer = await judge.complete(REQUEST)
        await judge.close()
        await judge.close()
        return answer.text

    assert asyncio.run(run())


def test_an_interrupted_request_is_cancelled(make: Make, openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(latency=60)]
    model = make()

    async def run() -> None:
        task = asyncio.create_task(model.complete(REQUEST))
        await asyncio.to_thread(openai_server.arrived.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await model.close()

    asyncio.run(run())


def test_keys_are_never_shown(make: Make) -> None:
    model = make(headers={"X-Api-Key": "another-secret"})
    shown = f"{model!r} {model} {model.model_dump()} {model.model_dump_json()}"
    assert KEY not in shown
    assert "another-secret" not in shown


def test_nothing_is_printed(make: Make, openai_server: OpenAIFake, capfd: pytest.CaptureFixture[str],
                            caplog: pytest.LogCaptureFixture) -> None:  # fmt: skip
    openai_server.replies = [Reply(status=500, body="x"), Reply(content=None), Reply()]
    with caplog.at_level(logging.INFO):
        complete(make())
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith("LiteLLM")] == []


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"temprature": 1}, "temperature"),
        ({"base_url": "localhost:8000"}, "http://"),
        ({"price_per_million_input": 1.0}, "price_per_million_output"),
        ({"timeout": 0}, "timeout"),
        ({"retries": -1}, "retries"),
        ({"structured_output": "maybe"}, "structured_output"),
        ({"model": ""}, "model"),
    ],
)
def test_wrong_settings_are_named(settings: dict[str, Any], place: str) -> None:
    base = {"_target_": "apigen.llm.OpenAIServer", "model": "m", "base_url": "http://127.0.0.1:1"}
    with pytest.raises(ConfigError, match=place):
        build({**base, **settings}, "model")


@pytest.mark.parametrize("name", ["openai/gpt-4o-mini", "anthropic/claude-3-haiku-20240307", "gemini/gemini-1.5-flash"])
def test_a_missing_key_is_said_at_once(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for variable in [variable for variable in os.environ if variable.endswith(("_KEY", "_TOKEN"))]:
        monkeypatch.delenv(variable)
    error = failed(LiteLLM(model=name, base_url="http://127.0.0.1:9"))
    assert (error.reason, error.retryable) == (Reason.authentication, False)
    assert "API" in error.message


def test_an_unknown_provider_is_a_refused_request() -> None:
    assert failed(LiteLLM(model="nonsense")).reason is Reason.model_refused_request


def test_yaml_s_on_and_off_are_understood() -> None:
    assert LiteLLM(model="openai/x", structured_output=False).structured_output == "off"  # type: ignore[arg-type]
    assert LiteLLM(model="openai/x", structured_output=True).structured_output == "on"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1"),
        ("https://host/openai/v1/chat/completions", "https://host/openai/v1"),
    ],
)
def test_the_address_may_be_written_in_several_ways(given: str, used: str) -> None:
    assert OpenAIServer(model="m", base_url=given).base_url == used


def test_redirects_are_not_followed(openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply(status=307, body="{}", headers={"Location": openai_server.url})]
    error = failed(OpenAIServer(model="m", base_url=openai_server.url, api_key=KEY))
    assert error.reason is Reason.model_unavailable
    assert len(openai_server.received) == 1


def test_an_address_is_required() -> None:
    with pytest.raises(ValidationError):
        OpenAIServer(model="m")  # type: ignore[call-arg]


def test_heavy_libraries_wait_for_the_first_request() -> None:
    code = "import sys, apigen.llm; print(sorted({'litellm', 'openai', 'aiohttp', 'hydra'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_fresh_process_prints_nothing_and_leaves_nothing_open(openai_server: OpenAIFake) -> None:
    code = f"""
import asyncio
from apigen.llm import LiteLLM
from apigen.llm.model import ModelRequest
from apigen.records import Message
async def main():
    model = LiteLLM(model="openai/some-model", base_url={openai_server.url!r}, api_key="12345678", retries=0)
    request = ModelRequest(messages=(Message(role="user", content="hi"),), seed=1, purpose="judge")
    assert (await model.complete(request)).text == {json.dumps(Reply().content)}
    await model.close()
asyncio.run(main())
"""
    command = [sys.executable, "-W", "default::ResourceWarning", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
