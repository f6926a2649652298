"""Statuses and what they say, retries, pauses, rates, concurrency and breakers."""

import asyncio
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from rude_server import RudeServer, Seen, reply, reset

from apigen.component import build
from apigen.errors import ConfigError
from apigen.execution import Calls, HttpExecutor
from apigen.execution.http.limits import LONGEST_PAUSE, Breaker, HostLimits, retry_after, wait_before
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Outcome

Made = Callable[..., ExecutionResult]
Http = Callable[..., Api]
InSession = Callable[..., list[ExecutionResult]]
WRITES = {"allow_writes": True}

STATUSES = {
    Reason.invalid_value: [400, 409, 413, 414, 416, 422, 431],
    Reason.not_found: [404, 410],
    Reason.runtime_error: [300, 304, 405, 406, 411, 415, 418, 451, 499],
    Reason.authentication: [401, 402, 403],
    Reason.api_unavailable: [407, 408, 425, 500, 501, 502, 503, 504, 520, 599],
    Reason.rate_limited: [429],
}
RETRIED = [408, 425, 429, 502, 503, 504]


@pytest.mark.parametrize(("reason", "status"), [(r, s) for r, found in STATUSES.items() for s in found])
def test_what_a_status_says(server: RudeServer, call: Made, reason: Reason, status: int) -> None:
    server.on("/", reply('{"message":\n"No \\u00fc"}' if status != 304 else "", status))
    result = call("GET /")
    infrastructure = reason in (Reason.authentication, Reason.api_unavailable, Reason.rate_limited)
    assert (result.outcome is Outcome.error, result.reason) == (infrastructure, reason)
    assert result.outcome is not Outcome.passed
    assert result.error_type == f"HTTP {status}"
    assert '{"message": "No' in result.message or status == 304
    assert len(server.seen) == 1 + (status in RETRIED)


@pytest.mark.parametrize("status", [200, 201, 202, 203, 206, 226])
def test_successes(server: RudeServer, call: Made, status: int) -> None:
    server.on("/", reply("[1]", status))
    assert (call("GET /").outcome, call("GET /").result) == (Outcome.passed, [1])


def test_excerpts_are_short_and_printable(server: RudeServer, call: Made) -> None:
    page = "<html><style>p {}</style><script>x()</script><p>Not\x1b[31m \u202e&lt;here&gt;" + "<b>!</b>" * 999
    server.on("/", reply(page, 404, "text/html"))
    message = call("GET /").message
    assert message.startswith("Not Found: Not [31m <here> ! ! !")
    assert message.isprintable()
    assert len(message) < 250


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_repeatable_methods_are_tried_again(server: RudeServer, call: Made, method: str) -> None:
    server.on("/", reply("", 503), reset, reply(""))
    assert call(f"{method} /", policy=WRITES, settings={"retries": 2}).outcome is Outcome.passed
    assert len(server.seen) == 3


@pytest.mark.parametrize("answer", [reply("", 503), reset], ids=["503", "reset"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_others_are_not_once_they_were_sent(server: RudeServer, call: Made, method: str, answer: Any) -> None:
    server.on("/", answer, reply("1"))
    result = call(f"{method} /", policy=WRITES)
    assert (result.outcome, result.reason, len(server.seen)) == (Outcome.error, Reason.api_unavailable, 1)


def test_writes_with_an_idempotency_key_are(server: RudeServer, call: Made) -> None:
    server.on("/", reply("", 503), reply("1"))
    key = {"k": {"in": "header", "name": "Idempotency-Key"}}
    assert call("POST /", {"k": "7"}, arguments=key, policy=WRITES).result == 1
    server.on("/", reply("", 503), reply("2"))
    assert call("POST /", idempotent=True, policy=WRITES).result == 2
    server.on("/", reply("", 503), reply("3"))
    assert call("DELETE /", idempotent=False, policy=WRITES).reason is Reason.api_unavailable


def test_retry_after_is_kept_and_then_the_call_succeeds(server: RudeServer, call: Made) -> None:
    for wait in ("0", "0.01", "Wed, 21 Oct 2015 07:28:00 GMT", "nonsense"):
        server.on("/", reply("", 429, Retry_After=wait), reply("1"))
        assert call("GET /").result == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0), ("120", 120), (" 1.5 ", 1.5), ("Thu, 01 Jan 1970 00:01:10 GMT", 10),
     ("Thu, 01 Jan 1970 00:00:10 GMT", 0),
     ("", None), (None, None), ("-1", None), ("soon", None), ("1e9", None), ("inf", None), ("٣", None)],
)  # fmt: skip
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, now=60) == seconds


def test_requests_of_a_host_are_spread_evenly() -> None:
    limits = HostLimits(1)
    assert [limits.reserve(100, 4) for _ in range(3)] == [100, 100.25, 100.5]
    assert limits.reserve(200, 2) == 200
    assert limits.reserve(200, None) == 200.5
    limits.pause(201, 10)
    assert limits.reserve(202, 2) == 211
    limits.pause(300, 1e9)
    assert limits.reserve(300, None) == 300 + LONGEST_PAUSE


def test_the_rate_holds_for_all_workers(server: RudeServer, executor: HttpExecutor, http: Http) -> None:
    server.on("/", reply("1"))
    api = http(f"GET {server.url}/", policy={"rate": 50.0})

    async def run() -> float:
        async with await executor.open([api]) as session:
            loop = asyncio.get_running_loop()
            start = loop.time()
            results = await asyncio.gather(*(session.call(api, Call(name="api")) for _ in range(8)))
            assert all(result.outcome is Outcome.passed for result in results)
            return loop.time() - start

    assert asyncio.run(run()) >= 7 / 50


def test_a_host_is_sent_few_requests_at_a_time(server: RudeServer, executor: HttpExecutor, http: Http) -> None:
    lock, at_once = threading.Lock(), [0, 0]

    def slow(seen: Seen, connection: Any) -> None:
        with lock:
            at_once[0] += 1
            at_once[1] = max(at_once)
        server.stopping.wait(0.02)
        with lock:
            at_once[0] -= 1
        connection.sendall(reply("1", Connection="close"))

    server.on("/", slow)
    api = http(f"GET {server.url}/")

    async def run() -> None:
        async with await executor.model_copy(update={"concurrency_per_host": 2}).open([api]) as session:
            await asyncio.gather(*(session.call(api, Call(name="api")) for _ in range(8)))

    asyncio.run(run())
    assert (at_once[1], len(server.seen)) == (2, 8)


def test_a_breaker() -> None:
    breaker = Breaker(2, 30)
    for worked in (False, None, True, False, False):
        assert breaker.admits(100)
        breaker.record(100, worked)
    assert breaker.is_open
    assert [breaker.admits(now) for now in (101, 129, 130, 131)] == [False, False, True, False]
    breaker.record(140, False)
    assert [breaker.admits(now) for now in (169, 171, 172)] == [False, True, False]
    breaker.record(173, None)
    assert breaker.admits(174)
    breaker.record(174, True)
    assert [breaker.admits(175), breaker.admits(175), breaker.is_open] == [True, True, False]


def test_a_source_that_fails_is_given_a_rest(
    server: RudeServer, executor: HttpExecutor, http: Http, in_session: InSession
) -> None:
    server.on("/", reply("", 500))
    server.on("/well", reply("1"))
    bad, same = http(f"GET {server.url}/"), http(f"GET {server.url}/well")
    other = http(f"GET {server.url}/well", policy={"source": "other"})
    strict = executor.model_copy(update={"breaker_failures": 2})
    results = in_session(strict, [(bad, {}), (same, {}), (bad, {}), (bad, {}), (same, {}), (other, {})])
    assert [result.error_type for result in results] == ["HTTP 500", "", "HTTP 500", "HTTP 500", "SourcePaused", ""]
    assert (results[4].outcome, results[4].reason) == (Outcome.error, Reason.api_unavailable)
    back = in_session(strict.model_copy(update={"breaker_pause": 0.0}), [(bad, {}), (bad, {}), (same, {}), (same, {})])
    assert [result.outcome for result in back[2:]] == [Outcome.passed] * 2


def test_rejections_give_no_rest(server: RudeServer, executor: HttpExecutor, http: Http, in_session: InSession) -> None:
    server.on("/", reply("", 404))
    strict = executor.model_copy(update={"breaker_failures": 1})
    results = in_session(strict, [(http(f"GET {server.url}/"), {})] * 3)
    assert [result.reason for result in results] == [Reason.not_found] * 3


def test_waits_grow_and_end() -> None:
    draw = random.Random(1)
    waits = [[wait_before(attempt, 0.5, draw) for _ in range(200)] for attempt in (1, 2, 9)]
    assert [round(max(found)) for found in waits] == [0, 1, 8]
    assert all(0 <= wait <= 8 for found in waits for wait in found)


def test_calls_after_the_end_are_errors(server: RudeServer, executor: HttpExecutor, http: Http) -> None:
    server.on("/", reply("1"))
    api = http(f"GET {server.url}/")

    async def run() -> ExecutionResult:
        session = await executor.open([api])
        await session.call(api, Call(name="api"))
        await session.close()
        await session.close()
        return await session.call(api, Call(name="api"))

    assert asyncio.run(run()).outcome is Outcome.error


def test_a_cancelled_call_leaves_the_session_usable(server: RudeServer, executor: HttpExecutor, http: Http) -> None:
    server.on("/slow", lambda seen, connection: server.stopping.wait() and None)
    server.on("/", reply("1"))
    slow, quick = http(f"GET {server.url}/slow"), http(f"GET {server.url}/")

    async def run() -> ExecutionResult:
        narrow = executor.model_copy(update={"concurrency_per_host": 1, "breaker_failures": 1})
        async with await narrow.open([slow, quick]) as session:
            task = asyncio.create_task(session.call(slow, Call(name="api")))
            while not server.seen:  # noqa: ASYNC110
                await asyncio.sleep(0.005)  # the server is another thread
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return await session.call(quick, Call(name="api"))

    assert asyncio.run(run()).result == 1


def test_what_stood_between_is_told(executor: HttpExecutor, http: Http) -> None:
    async def told(**policy: Any) -> str:
        async with await Calls.open([executor], [http("GET https://h.example/", policy=policy)]) as calls:
            return calls.isolation

    strict = asyncio.run(told(allow_private=False))
    assert strict == "http: allowed hosts only, no private addresses, reads only"
    assert asyncio.run(told(allow_writes=True)) == "http: allowed hosts only, private addresses allowed, writes allowed"


@pytest.mark.parametrize(
    "wrong", [{"timeout": 0}, {"retries": -1}, {"max_bytes": "1"}, {"user_agent": "a\nb"}, {"x": 1}]
)
def test_settings_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        build({"_target_": "apigen.execution.HttpExecutor"} | wrong)


def test_what_speaks_http_is_imported_with_the_first_session_only() -> None:
    code = "import sys, apigen.execution as e; e.HttpExecutor(); sys.exit(bool({'httpx', 'httpcore'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
