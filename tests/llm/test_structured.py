"""What a server really makes of a JSON schema is found out by asking, once, and only when there is a reason to."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from openai_fake import OpenAIFake, Reply

from apigen.errors import ModelError
from apigen.llm import OpenAIServer, retry
from apigen.llm.model import Model, ModelRequest, ModelResponse
from apigen.llm.structured import KEY, OBJECT_PROBE, SCHEMA_PROBE, Support, is_probe, plainly_ignored, probed
from apigen.reasons import Reason
from apigen.records import Message

OBJECT = {"type": "object"}
ARRAY = {"type": "array"}


class Server(OpenAIFake):
    """Answers as a server would that follows only the kinds in `follows`, and refuses those in `refuses`."""

    def __init__(self) -> None:
        super().__init__()
        self.follows: set[str] = set()
        self.refuses: set[str] = set()
        self.plain = "Hello"

    def _next(self, body: dict[str, Any]) -> Reply:
        form = body.get("response_format")
        kind = form["type"] if form else "none"
        if kind in self.refuses:
            return Reply(status=400, body={"error": {"message": "This response_format type is unavailable now"}})
        if kind not in self.follows:
            return Reply(content=self.plain)
        schema = form["json_schema"]["schema"] if kind == "json_schema" else OBJECT
        return Reply(
            content="[]" if schema["type"] == "array" else json.dumps(dict.fromkeys(schema.get("required", ()), "x"))
        )

    @property
    def kinds(self) -> list[str]:
        """The response formats of the requests, in order; those of probes with a mark."""
        probes = {probe.messages[0].content: "probe " for probe in (SCHEMA_PROBE, OBJECT_PROBE)}
        formats = [
            (probes.get(r.body["messages"][0]["content"], ""), r.body.get("response_format")) for r in self.received
        ]
        return [mark + (form["type"] if form else "none") for mark, form in formats]


@pytest.fixture
def server() -> Any:
    one = Server()
    yield one
    one.stop()


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.001)


def request(schema: dict[str, Any] | None, seed: int = 0) -> ModelRequest:
    message = Message(role="user", content="What?")
    return ModelRequest(messages=(message,), seed=seed, purpose="judge", json_schema=schema)


def model(server: OpenAIFake, wish: str, **settings: Any) -> OpenAIServer:
    given = {"model": "m", "base_url": server.url, "retries": 2, "structured_output": wish, **settings}
    return OpenAIServer.model_validate(given)


def ask(one: OpenAIServer, *requests: ModelRequest, at_once: bool = False) -> list[ModelResponse]:
    async def main() -> list[ModelResponse]:
        try:
            if at_once:
                return await asyncio.gather(*map(one.complete, requests))
            return [await one.complete(each) for each in requests]
        finally:
            await one.close()

    return asyncio.run(main())


KINDS = [
    # follows, refuses, what the probe says, requests of the probe, how an object and an array are asked for then
    ({"json_schema", "json_object"}, set(), Support.schema, ["probe json_schema"], ["json_schema", "json_schema"]),
    ({"json_schema"}, {"json_object"}, Support.schema, ["probe json_schema"], ["json_schema", "json_schema"]),
    ({"json_object"}, set(), Support.json_object, ["probe json_schema", "probe json_object"], ["json_object", "none"]),
    (
        {"json_object"},
        {"json_schema"},
        Support.json_object,
        ["probe json_schema", "probe json_object"],
        ["json_object", "none"],
    ),
    (set(), set(), Support.ignored, ["probe json_schema", "probe json_object"], ["none", "none"]),
    (
        set(),
        {"json_schema", "json_object"},
        Support.refused,
        ["probe json_schema", "probe json_object"],
        ["none", "none"],
    ),
]


@pytest.mark.parametrize(("follows", "refuses", "support", "probes", "then"), KINDS)
def test_a_probe_before_the_first_request(
    server: Server, follows: set[str], refuses: set[str], support: Support, probes: list[str], then: list[str]
) -> None:
    server.follows, server.refuses = follows, refuses
    one = model(server, "probe")
    ask(one, request(OBJECT), request(ARRAY), request(OBJECT))
    assert one.support is support
    assert server.kinds == [*probes, *then, then[0]]
    assert all(received.body["max_tokens"] <= 256 for received in server.received[: len(probes)])


def test_all_who_come_first_wait_for_one_probe(server: Server) -> None:
    ask(model(server, "probe"), *(request(OBJECT, seed) for seed in range(20)), at_once=True)
    assert server.kinds == ["probe json_schema", "probe json_object", *["none"] * 20]


def test_who_gives_up_while_probing_leaves_it_to_the_others(server: Server) -> None:
    server.follows = {"json_schema"}

    async def main() -> None:
        one = model(server, "probe")
        first = asyncio.create_task(one.complete(request(OBJECT)))
        second = asyncio.create_task(one.complete(request(OBJECT)))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).text == "{}"
        assert one.support is Support.schema
        await one.close()

    asyncio.run(main())


@pytest.mark.parametrize("failure", [Reply(status=500, body="x"), Reply(status=401, body="{}"), Reply(reset=True)])
def test_a_failing_probe_changes_nothing(openai_server: OpenAIFake, failure: Reply) -> None:
    openai_server.replies = [failure, Reply(content="{}")]
    one = model(openai_server, "probe")
    ask(one, request(OBJECT), request(OBJECT))
    assert one.support is Support.unknown
    assert ["response_format" in received.body for received in openai_server.received] == [True, True, True]


def test_auto_asks_nothing_of_a_server_that_follows(server: Server) -> None:
    server.follows = {"json_schema"}
    ask(model(server, "auto"), request(OBJECT), request(ARRAY))
    assert server.kinds == ["json_schema", "json_schema"]


def test_auto_gives_a_schema_up_that_is_plainly_ignored(server: Server) -> None:
    one = model(server, "auto")
    answers = ask(one, request(OBJECT), request(OBJECT), request(None))
    assert [answer.text for answer in answers] == ["Hello"] * 3
    assert one.support is Support.ignored
    assert server.kinds == ["json_schema", "probe json_schema", "probe json_object", "none", "none"]


def test_auto_keeps_to_the_schema_if_only_one_answer_went_astray(server: Server) -> None:
    one = model(server, "auto")
    server.plain = "I would rather not say."

    async def main() -> None:
        await one.complete(request(OBJECT))
        await one.complete(request(OBJECT))
        await one.close()

    follows = server.follows
    next_ = server._next
    server._next = lambda body: (next_(body), follows.add("json_schema"))[0]  # type: ignore[method-assign]
    asyncio.run(main())
    assert one.support is Support.schema
    assert server.kinds == ["json_schema", "probe json_schema", "json_schema"]


def test_auto_turns_to_objects_where_schemas_are_refused(server: Server) -> None:
    server.follows, server.refuses = {"json_object"}, {"json_schema"}
    one = model(server, "auto")
    answers = ask(one, request(OBJECT), request(OBJECT), request(ARRAY))
    assert answers[1].text == "{}"
    assert server.kinds == ["json_schema", "none", "probe json_object", "json_object", "none"]


@pytest.mark.parametrize("wish", ["on", "off"])
def test_who_knows_is_not_made_to_ask(server: Server, wish: str) -> None:
    ask(model(server, wish), request(OBJECT), request(ARRAY))
    assert server.kinds == (["json_schema"] * 2 if wish == "on" else ["none"] * 2)


def test_probes_go_the_way_that_the_run_keeps_and_counts(server: Server) -> None:
    asked: list[ModelRequest] = []

    async def main() -> None:
        one = model(server, "probe", max_in_flight=1)

        async def through(which: Model, request: ModelRequest) -> ModelResponse:
            assert which is one
            asked.append(request)
            return await one.complete(request)

        one.prepare(through)
        await one.complete(request(OBJECT))
        await one.close()

    asyncio.run(main())
    assert asked == [SCHEMA_PROBE, OBJECT_PROBE]
    one = model(server, "probe")
    assert one.identity(SCHEMA_PROBE) != one.identity(OBJECT_PROBE)
    assert one.identity(SCHEMA_PROBE) != one.identity(request(OBJECT))


def test_a_kept_answer_to_the_probe_needs_no_request(server: Server) -> None:
    async def kept(which: Model, request: ModelRequest) -> ModelResponse:
        return ModelResponse(text=json.dumps({KEY: "hello"}), model="m", cached=True)

    one = model(server, "probe")
    one.prepare(kept)
    ask(one, request(OBJECT))
    assert server.kinds == ["json_schema"]


def answering(
    *texts: str | ModelError, finish_reason: str = "stop"
) -> Callable[[ModelRequest], Awaitable[ModelResponse]]:
    left = list(texts)

    async def complete(request: ModelRequest) -> ModelResponse:
        text = left.pop(0)
        if isinstance(text, ModelError):
            raise text
        return ModelResponse(text=text, model="m", finish_reason=finish_reason)

    return complete


@pytest.mark.parametrize(
    ("texts", "support"),
    [
        ((' {"zq_word": "hello"} ',), Support.schema),
        (('{"greeting": "hello"}', "Hello"), Support.ignored),
        (('{"greeting": "hello"}', '{"greeting": "hello"}'), Support.json_object),
        (('{"zq_word": "hello", "more": 1}', "Hello"), Support.ignored),
        (("```json\n{}\n```", "[" * 100_000), Support.ignored),
        (("Hello", ModelError(Reason.model_timeout, "x")), Support.ignored),
        ((ModelError(Reason.model_refused_request, "x"), ModelError(Reason.model_timeout, "x")), Support.refused),
        ((ModelError(Reason.budget_spent, "x"),), Support.unknown),
        ((ModelError(Reason.content_filtered, "x"),), Support.unknown),
    ],
)
def test_what_answers_to_the_probe_mean(texts: tuple[str | ModelError, ...], support: Support) -> None:
    assert asyncio.run(probed(answering(*texts))) is support


def test_an_answer_to_the_probe_that_is_cut_off_says_nothing() -> None:
    assert asyncio.run(probed(answering('{"zq_word": "he', finish_reason="length"))) is Support.unknown


@pytest.mark.parametrize("text", ["Sure! []", "```json\n[]\n```", "", " "])
def test_what_is_no_json_ignores_the_schema(text: str) -> None:
    assert plainly_ignored(text)


@pytest.mark.parametrize("text", ["\n [1]", '{"a', "{}"])
def test_json_of_any_shape_gives_no_reason_to_ask(text: str) -> None:
    assert not plainly_ignored(text)


def test_probes_are_known_by_themselves() -> None:
    assert is_probe(SCHEMA_PROBE)
    assert is_probe(OBJECT_PROBE)
    assert not is_probe(SCHEMA_PROBE.model_copy())
