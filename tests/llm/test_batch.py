"""Models asked in batches, against a server that speaks the protocol."""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_fake import Batch, BatchFake, Json, answer
from pydantic import ValidationError

from apigen.cli import main
from apigen.errors import ModelError
from apigen.llm import OpenAIServer
from apigen.llm.batch import OpenAIBatch
from apigen.llm.cache import ResponseCache
from apigen.llm.cache.place import current
from apigen.llm.model import ModelRequest, ModelResponse
from apigen.reasons import Reason
from apigen.records import Message

KEY = "sk-verysecret-0123456789"


@pytest.fixture
def server() -> Iterator[BatchFake]:
    fake = BatchFake().start()
    yield fake
    fake.stop()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apigen.llm.retry.FIRST_WAIT", 0.01)
    monkeypatch.setattr("apigen.llm.batch_collector.FULL_WAIT", 0.01)


def request(number: int, text: str = "question") -> ModelRequest:
    return ModelRequest(
        messages=(Message(role="user", content=f"{text} {number}"),), seed=number, purpose="generate",
        json_schema={"type": "array"},
    )  # fmt: skip


def model(server: BatchFake, **settings: Any) -> OpenAIBatch:
    given = {"model": "m", "base_url": server.url, "api_key": KEY, "batch_wait": 0.05, "poll": 0.02} | settings
    return OpenAIBatch.model_validate(given)


def during(one: OpenAIBatch, part: Callable[[], Awaitable[None]]) -> None:
    async def work() -> None:
        try:
            await part()
        finally:
            await one.close()

    asyncio.run(work())


def answers(one: OpenAIBatch, numbers: range) -> list[ModelResponse | BaseException]:
    """What comes of requests made at once, each a response or the error."""
    found: list[ModelResponse | BaseException] = []

    async def part() -> None:
        found.extend(await asyncio.gather(*(one.complete(request(n)) for n in numbers), return_exceptions=True))

    during(one, part)
    return found


def texts(found: list[ModelResponse | BaseException]) -> list[str]:
    return [one.text if isinstance(one, ModelResponse) else repr(one) for one in found]


def remembered(folder: Path) -> list[tuple[int, int]]:
    path = current(folder)
    assert path is not None
    connection = sqlite3.connect(path)
    try:
        query = "SELECT (SELECT count(*) FROM batches), (SELECT count(*) FROM batch_requests)"
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_requests_are_answered_in_batches(server: BatchFake, response_cache: Path) -> None:
    one = model(server, batch_size=4, price_per_million_input=1, price_per_million_output=2)
    found = answers(one, range(10))
    assert texts(found) == [f"answer to question {n}" for n in range(10)]
    assert [len(batch.requests) for batch in server.batches.values()] == [4, 4, 2]
    first = found[0]
    assert isinstance(first, ModelResponse)
    assert (first.model, first.prompt_tokens, first.completion_tokens, first.attempts) == ("m", 10, 5, 1)
    assert first.cost == pytest.approx(20e-6)
    assert {headers["Authorization"] for headers in server.headers} == {f"Bearer {KEY}"}
    assert remembered(response_cache) == [(0, 0)]


def test_what_is_sent_is_what_would_be_sent_alone(server: BatchFake) -> None:
    answers(model(server, temperature=0.5, extra_body={"top_k": 3}), range(1))
    (batch,) = server.batches.values()
    body = batch.requests[0]["body"]
    assert body["response_format"]["json_schema"]["schema"] == {"type": "array"}
    assert (body["temperature"], body["top_k"], body["seed"], body["model"]) == (0.5, 3, 0, "m")
    assert body["messages"] == [{"role": "user", "content": "question 0"}]


def test_no_schema_if_it_is_off(server: BatchFake) -> None:
    answers(model(server, structured_output=False), range(1))
    (batch,) = server.batches.values()
    assert "response_format" not in batch.requests[0]["body"]


def test_the_same_request_twice_at_once_is_one_in_the_batch(server: BatchFake) -> None:
    one = model(server)

    async def part() -> None:
        first, second = await asyncio.gather(one.complete(request(1)), one.complete(request(1)))
        assert first.text == second.text

    during(one, part)
    assert server.asked == ["question 1"]


def test_its_answers_are_those_of_the_model_outside_of_batches(server: BatchFake) -> None:
    alone = OpenAIServer(model="m", base_url=server.url, structured_output="on")
    assert model(server).identity(request(1)) == alone.identity(request(1))


def failing_once(failure: Any) -> Callable[[Json], Any]:
    """Every third request fails the first time it is asked."""
    seen = set[str]()

    def respond(body: Json) -> Any:
        content = body["messages"][-1]["content"]
        if content.endswith(("0", "3", "6", "9")) and content not in seen:
            seen.add(content)
            return failure
        return answer(body)

    return respond


@pytest.mark.parametrize(
    "failure",
    [
        (500, {"error": {"message": "oops"}}),
        (429, {"error": {"message": "slow down"}}),
        (200, {"choices": []}),
        (200, "no chat"),
        {"error": {"code": "batch_expired", "message": "not in time"}},
        None,
    ],
)
def test_what_may_succeed_later_goes_into_another_batch_alone(
    failure: Any, server: BatchFake, response_cache: Path
) -> None:
    server.respond = failing_once(failure)
    assert texts(answers(model(server), range(10))) == [f"answer to question {n}" for n in range(10)]
    again = [
        name for batch in list(server.batches.values())[1:] for name in (one["custom_id"] for one in batch.requests)
    ]
    assert len(again) == len(set(again)) == 4
    assert remembered(response_cache) == [(0, 0)]


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ((400, {"error": {"message": f"bad parameter, {KEY}"}}), Reason.model_refused_request),
        ((401, {"error": {"message": "no"}}), Reason.authentication),
        ({"error": {"code": "batch_cancelled", "message": "no"}}, Reason.model_unavailable),
    ],
)
def test_what_fails_for_good_fails_alone(failure: Any, reason: Reason, server: BatchFake, response_cache: Path) -> None:
    server.respond = failing_once(failure)
    found = answers(model(server), range(4))
    for n in (0, 3):
        error = found[n]
        assert isinstance(error, ModelError)
        assert (error.reason, error.retryable) == (reason, False)
        assert KEY not in str(error)
    assert texts(found)[1:3] == ["answer to question 1", "answer to question 2"]
    assert len(server.batches) == 1
    assert remembered(response_cache) == [(0, 0)]


def test_retries_are_counted_and_end(server: BatchFake) -> None:
    server.respond = lambda body: (503, {"error": {"message": "never"}})
    (error,) = answers(model(server, retries=2), range(1))
    assert isinstance(error, ModelError)
    assert error.reason is Reason.model_unavailable
    assert len(server.batches) == 3


def failed(code: str) -> Callable[[Batch], None]:
    def end(batch: Batch) -> None:
        batch.status = "failed"
        batch.details = [{"code": code, "message": f"told: {code}", "line": 1}]

    return end


def test_a_batch_that_the_provider_refuses(server: BatchFake, response_cache: Path) -> None:
    server.end = failed("invalid_request")
    for error in answers(model(server), range(2)):
        assert isinstance(error, ModelError)
        assert (error.reason, "told: invalid_request" in error.message) == (Reason.model_refused_request, True)
    assert len(server.batches) == 1
    assert remembered(response_cache) == [(0, 0)]


def test_a_batch_that_the_provider_has_no_room_for_comes_again(server: BatchFake) -> None:
    def end(batch: Batch) -> None:
        if len(server.batches) == 1:
            failed("token_limit_exceeded")(batch)

    server.end = end
    assert texts(answers(model(server), range(2))) == ["answer to question 0", "answer to question 1"]
    assert len(server.batches) == 2


@pytest.mark.parametrize(("status", "reason", "batches"), [("expired", None, 2), ("cancelled", "model_unavailable", 1)])
def test_a_batch_that_ends_early_keeps_what_it_has(
    status: str, reason: str | None, batches: int, server: BatchFake
) -> None:
    def end(batch: Batch) -> None:
        batch.status = status if len(server.batches) == 1 else "completed"

    server.end = end
    server.respond = failing_once(None)
    found = answers(model(server), range(2))
    assert texts(found)[1] == "answer to question 1"
    if reason is None:
        assert texts(found)[0] == "answer to question 0"
    else:
        assert isinstance(found[0], ModelError)
        assert found[0].reason.value == reason
    assert len(server.batches) == batches


@pytest.mark.parametrize("path", ["/v1/files", "/v1/batches"])
@pytest.mark.parametrize("status", [500, 429])
def test_a_submission_that_fails_is_tried_again(path: str, status: int, server: BatchFake) -> None:
    failures = iter([(status, {"error": {"message": "later"}})] * 2)
    server.refuse = lambda method, asked: next(failures, None) if (method, asked) == ("POST", path) else None
    assert texts(answers(model(server), range(3))) == [f"answer to question {n}" for n in range(3)]
    assert sorted(server.asked) == [f"question {n}" for n in range(3)]


def test_a_batch_whose_making_was_not_answered_is_found_and_not_made_again(server: BatchFake) -> None:
    for _ in range(5):  # others stand before it in the list
        server.batches[f"other-{_}"] = Batch(f"other-{_}", "f", {"apigen": "other"}, [], 0.0, "completed", "none")
    failures = iter([(504, {"error": {"message": "gateway"}})])
    server.lose = lambda method, path: next(failures, None) if (method, path) == ("POST", "/v1/batches") else None
    assert texts(answers(model(server), range(3))) == [f"answer to question {n}" for n in range(3)]
    assert sorted(server.asked) == [f"question {n}" for n in range(3)]


@pytest.mark.parametrize("path", ["/v1/files", "/v1/batches"])
def test_a_server_without_batches_is_told(path: str, server: BatchFake, response_cache: Path) -> None:
    server.refuse = lambda method, asked: (404, {"error": {"message": "not found"}}) if asked == path else None
    (error,) = answers(model(server), range(1))
    assert isinstance(error, ModelError)
    assert error.reason is Reason.model_refused_request
    assert f"POST {path.removeprefix('/v1')}" in error.message
    assert remembered(response_cache) == [(0, 0)]


def test_trouble_while_a_batch_is_under_way_costs_nothing(server: BatchFake) -> None:
    failures = iter([(500, {"error": {"message": "later"}})] * 3)
    server.refuse = lambda method, path: next(failures, None) if method == "GET" else None
    assert texts(answers(model(server), range(2))) == ["answer to question 0", "answer to question 1"]
    assert len(server.batches) == 1


def test_a_run_that_is_broken_off_and_goes_on_collects_its_batch(server: BatchFake, response_cache: Path) -> None:
    server.open = False
    one = model(server)

    async def part() -> None:
        asking = [asyncio.create_task(one.complete(request(n))) for n in range(6)]
        await asyncio.to_thread(wait_for, lambda: server.looks > 2)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    during(one, part)
    assert remembered(response_cache) == [(1, 6)]
    server.open = True
    assert texts(answers(model(server), range(4))) == [f"answer to question {n}" for n in range(4)]
    assert remembered(response_cache) == [(1, 2)]
    # one by one, and with a new one among them
    last = model(server)

    async def rest() -> None:
        for n in (4, 6, 5):
            assert (await last.complete(request(n))).text == f"answer to question {n}"

    during(last, rest)
    assert remembered(response_cache) == [(0, 0)]
    assert sorted(server.asked) == [f"question {n}" for n in range(7)]


def test_what_is_under_way_is_shown_and_forgotten_once_it_is_too_old(
    server: BatchFake, response_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.open = False
    one = model(server)

    async def part() -> None:
        asking = asyncio.create_task(one.complete(request(1)))
        await asyncio.to_thread(wait_for, lambda: server.looks > 0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    during(one, part)
    assert main(["cache"]) == 0
    assert f"batch batch-0 at {server.url}: 1 request to be collected" in capsys.readouterr().out
    path = current(response_cache)
    assert path is not None
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE batches SET submitted_at = submitted_at - 36 * 86400")
    connection.close()
    server.open = True
    answers(model(server), range(2, 3))
    assert remembered(response_cache) == [(0, 0)]


def test_what_a_run_was_answered_the_next_asks_anew(server: BatchFake) -> None:
    for _ in range(2):
        answers(model(server), range(2))
    assert len(server.batches) == 2


def test_a_batch_that_the_provider_has_forgotten_is_made_again(server: BatchFake) -> None:
    server.open = False
    one = model(server)

    async def part() -> None:
        asking = asyncio.create_task(one.complete(request(1)))
        await asyncio.to_thread(wait_for, lambda: server.looks > 0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    during(one, part)
    server.batches.clear()
    server.open = True
    assert texts(answers(model(server), range(1, 2))) == ["answer to question 1"]
    assert server.asked == ["question 1"]


def test_with_the_response_cache_nothing_is_asked_twice(server: BatchFake, response_cache: Path) -> None:
    def ask_all(run: str) -> list[bool]:
        one, responses = model(server), ResponseCache().open(run)
        cached: list[bool] = []

        async def part() -> None:
            asked = [responses.answer(one.identity(request(n)), lambda n=n: one.complete(request(n))) for n in range(5)]
            cached.extend(response.cached for response in await asyncio.gather(*asked))
            await responses.close()

        during(one, part)
        return cached

    assert ask_all("a") == [False] * 5
    assert ask_all("b") == [True] * 5
    assert len(server.asked) == 5


def test_the_key_of_the_environment_goes_to_openai_alone(server: BatchFake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    answers(model(server, api_key=None), range(1))
    assert all("Authorization" not in headers for headers in server.headers)
    monkeypatch.setattr("apigen.llm.batch.OPENAI", server.url)
    answers(model(server, api_key=None, base_url=None), range(1, 2))
    assert server.headers[-1]["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "settings",
    [{"structured_output": "auto"}, {"structured_output": "probe"}, {"max_in_flight": 3}, {"batch_size": 0}],
)
def test_settings_that_make_no_sense(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OpenAIBatch.model_validate({"model": "m", "base_url": "http://127.0.0.1:9/v1"} | settings)


def wait_for(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    while not condition():
        pause.wait(0.005)
