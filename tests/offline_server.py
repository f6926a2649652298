"""A server that speaks OpenAI's chat protocol over HTTP, in a process of its own; all of its answers are SIMULATED.

No language model is behind it: the embedded offline model answers, from the messages and the seed it gets, so the same
body always gets the same answer. `GET /stats` tells what was asked and answered (an answer that was made is paid for,
whether or not the asker lived to read it), and `POST /config` makes it misbehave, live. Whether a request meets a fault
follows from its body and from how often that body has come, so it does not depend on the order of requests.
"""

import asyncio
import hashlib
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from dataclasses import dataclass, fields, replace
from typing import Any

MISTAKES = {
    "broken_json": 0.03, "truncated": 0.03, "unknown_function": 0.05, "missing_argument": 0.05, "wrong_type": 0.05,
    "missing_call": 0.05, "contradicting_value": 0.05,
}  # fmt: skip


@dataclass(frozen=True)
class Behaviour:
    """How the server answers. Rates are from 0 to 1; `latency` seconds, up to `jitter` more by body.

    `retry_after`: seconds named with a 429, None for no such header. `hang`: no answer for a minute. `truncated`: the
    body ends too early; `wrong_json`: it is JSON, and no chat answer. `echo_key`: errors repeat the key that came, as
    it is and in other spellings. `answer_echoes_key`: so do answers. `usage`: whether tokens are counted.
    """

    latency: float = 0.0
    jitter: float = 0.0
    bad_request: float = 0.0
    server_error: float = 0.0
    rate_limit: float = 0.0
    retry_after: float | None = None
    unauthorized: float = 0.0
    hang: float = 0.0
    truncated: float = 0.0
    wrong_json: float = 0.0
    echo_key: bool = False
    answer_echoes_key: bool = False
    usage: bool = True


class Counts:
    """What has been asked and answered so far."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.tasks: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.at_once = self.most_at_once = 0
        self.tokens: list[int] = []

    def told(self) -> dict[str, Any]:
        """`requests` and `answered` in all and by the hash of the body; `repeated` answers were paid for again, and
        `tokens` of answers, prompts included, in all and at most."""
        return {
            "requests": self.asked.total(),
            "answered": self.answered.total(),
            "repeated": self.answered.total() - len(self.answered),
            "bodies": {body: [asked, self.answered[body]] for body, asked in self.asked.items()},
            "tasks": dict(self.tasks),
            "statuses": dict(self.statuses),
            "most_at_once": self.most_at_once,
            "tokens": sum(self.tokens),
            "most_tokens": max(self.tokens, default=0),
        }


def _chance(*parts: object) -> float:
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


class Server:
    """The answering side; runs in the process that `OfflineServer` starts."""

    def __init__(self) -> None:
        from apigen.llm.offline import Mistakes, OfflineModel

        self.model = OfflineModel(preset="server", mistakes=Mistakes(**MISTAKES), judge_error_rate=0.05)
        self.behaviour = Behaviour()
        self.counts = Counts()

    async def serve(self) -> None:
        """Answer until standard input ends."""
        from aiohttp import web

        app = web.Application(client_max_size=1 << 26)
        app.router.add_post("/v1/chat/completions", self.chat)
        app.router.add_get("/stats", self.stats)
        app.router.add_post("/config", self.configure)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(runner.addresses[0][1], flush=True)
        # it ends with whoever started it, whatever that process dies of
        await asyncio.to_thread(sys.stdin.read)

    async def stats(self, request: Any) -> Any:
        from aiohttp import web

        return web.json_response(self.counts.told())

    async def configure(self, request: Any) -> Any:
        from aiohttp import web

        asked = await request.json()
        if asked.pop("forget", False):
            self.counts = Counts()
        self.behaviour = replace(Behaviour(), **asked)
        return web.json_response({})

    async def chat(self, request: Any) -> Any:
        counts = self.counts
        raw = await request.read()
        body = hashlib.sha256(raw).hexdigest()
        counts.asked[body] += 1
        counts.at_once += 1
        counts.most_at_once = max(counts.most_at_once, counts.at_once)
        try:
            answer = await self._answer(request, json.loads(raw), body, counts)
            counts.statuses[str(answer.status)] += 1
            return answer
        finally:
            counts.at_once -= 1

    async def _answer(self, request: Any, asked: dict[str, Any], body: str, counts: Counts) -> Any:
        from aiohttp import web

        does, tries = self.behaviour, counts.asked[body]
        await asyncio.sleep(does.latency + does.jitter * _chance("jitter", body))
        if _chance("hang", body, tries) < does.hang:
            await asyncio.sleep(60)
            return web.Response(status=504)
        # a 400 is for the request itself, however often it comes; the others pass
        drawn, refused = _chance("fault", body, tries), _chance("refused", body)
        if refused < does.unauthorized:
            return self._error(request, 401, "Incorrect API key provided")
        if refused < does.unauthorized + does.bad_request:
            return self._error(request, 400, "this request cannot be served")
        if drawn < does.server_error:
            return self._error(request, 500, "internal error")
        drawn -= does.server_error
        if drawn < does.rate_limit:
            answer = self._error(request, 429, "slow down")
            if does.retry_after is not None:
                answer.headers["Retry-After"] = str(does.retry_after)
            return answer
        drawn -= does.rate_limit
        if drawn < does.wrong_json:
            return web.json_response({"choices": "none", "what": ["is", "this"]})
        whole = json.dumps(await self._chat(request, asked, counts)).encode()
        if drawn - does.wrong_json < does.truncated:
            return await self._cut(request, whole)
        counts.answered[body] += 1
        return web.Response(body=whole, content_type="application/json")

    async def _chat(self, request: Any, asked: dict[str, Any], counts: Counts) -> dict[str, Any]:
        from apigen.errors import ModelError
        from apigen.llm.model import ModelRequest
        from apigen.llm.offline.prompts import read_prompt

        wanted = ModelRequest(messages=asked["messages"], seed=asked.get("seed", 0), purpose="generate")
        prompt = read_prompt(wanted.messages)
        counts.tasks[prompt.task if prompt else "other"] += 1
        try:
            made = await self.model.complete(wanted)
            text, finish, used = made.text, made.finish_reason, (made.prompt_tokens, made.completion_tokens)
        except ModelError:  # no prompt of the shipped templates
            text, finish, used = '{"zq_word": "hello"}', "stop", (10, 5)
        if self.behaviour.answer_echoes_key:
            text += f"\nYour key is {_key(request)}."
        message = {"role": "assistant", "content": text}
        answer = {"id": "simulated", "object": "chat.completion", "created": 1, "model": str(asked.get("model"))}
        counts.tokens.append((used[0] or 0) + (used[1] or 0))
        choices = [{"index": 0, "message": message, "finish_reason": finish}]
        usage = {"prompt_tokens": used[0] or 0, "completion_tokens": used[1] or 0}
        counted = {"usage": usage | {"total_tokens": sum(usage.values())}} if self.behaviour.usage else {}
        return {**answer, "choices": choices, **counted}

    def _error(self, request: Any, status: int, message: str) -> Any:
        from aiohttp import web

        if self.behaviour.echo_key:
            message += "".join(f"; {spelling}" for spelling in spellings(_key(request)))
        return web.json_response({"error": {"message": message, "type": "simulated"}}, status=status)

    async def _cut(self, request: Any, whole: bytes) -> Any:
        from aiohttp import web

        response = web.StreamResponse(headers={"content-length": str(len(whole))})
        await response.prepare(request)
        await response.write(whole[: len(whole) // 2])
        request.transport.abort()
        return response


def _key(request: Any) -> str:
    return str(request.headers.get("Authorization", "")).removeprefix("Bearer ")


def spellings(key: str) -> list[str]:
    """A key as it is, and in the ways in which it could lie hidden in a text."""
    import base64
    from urllib.parse import quote

    return [key, quote(key, safe=""), base64.b64encode(key.encode()).decode(), json.dumps(key)[1:-1]]


class OfflineServer:
    """The server, from the side of a test: it runs until `stop`, or until the test's process ends."""

    def __init__(self, **behaviour: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.root = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        self.url = f"{self.root}/v1"
        self.behave(**behaviour)

    def behave(self, **behaviour: Any) -> None:
        """Answer like this from now on (fields of `Behaviour`)."""
        assert behaviour.keys() <= {field.name for field in fields(Behaviour)}
        self._ask("/config", behaviour)

    def forget(self, **behaviour: Any) -> None:
        """Begin to count anew, and answer like this."""
        self._ask("/config", behaviour | {"forget": True})

    def stats(self) -> dict[str, Any]:
        """What was asked and answered since the start, or since `forget`."""
        told: dict[str, Any] = self._ask("/stats")
        return told

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, path: str, value: Any = None) -> Any:
        data = None if value is None else json.dumps(value).encode()
        with urllib.request.urlopen(urllib.request.Request(self.root + path, data=data)) as answer:
            return json.load(answer)


if __name__ == "__main__":
    asyncio.run(Server().serve())
