"""A real HTTP server that speaks OpenAI's files and batches, and does what each test tells it.

python batch_fake.py FILE       serves in a process of its own and writes its address into FILE
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]


def answer(body: Json) -> Json:
    """What a model answers to a request: the last message again."""
    message = {"role": "assistant", "content": f"answer to {body['messages'][-1]['content']}"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return {"object": "chat.completion", "model": body["model"], "choices": [choice], "usage": usage}


@dataclass
class Batch:
    """A batch as the server keeps it."""

    id: str
    file: str
    metadata: Mapping[str, str]
    requests: list[Json]
    created: float
    status: str = "validating"
    output: str | None = None
    errors: str | None = None
    details: list[Json] = field(default_factory=list)

    def document(self) -> Json:
        return {
            "id": self.id, "object": "batch", "endpoint": "/v1/chat/completions", "input_file_id": self.file,
            "completion_window": "24h", "status": self.status, "output_file_id": self.output,
            "error_file_id": self.errors, "metadata": self.metadata,
            "errors": {"object": "list", "data": self.details} if self.details else None,
        }  # fmt: skip


class BatchFake:
    """Serves until `stop`. A batch ends `seconds` after it was made, if `open` is set.

    `respond` gives the answer to one request of a batch: a body for status 200, `(status, body)`, an error as
    `{"error": ...}`, or None for none at all. `end` may change the status of a batch and say why. `refuse` gives the
    status and body to answer a request of a path with, instead of doing it; `lose` likewise, after having done it.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.open = True
        self.respond: Callable[[Json], Any] = answer
        self.end: Callable[[Batch], None] = lambda batch: None
        self.refuse: Callable[[str, str], tuple[int, Json] | None] = lambda method, path: None
        self.lose: Callable[[str, str], tuple[int, Json] | None] = lambda method, path: None
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, Batch] = {}
        self.headers: list[Mapping[str, str]] = []
        self.looks = 0

    def start(self) -> "BatchFake":
        """Serve in a thread, on a free port."""
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self.serve(ready.set)), daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def asked(self) -> list[str]:
        """The last message of every request of every batch that was made: what is paid for."""
        return [one["body"]["messages"][-1]["content"] for batch in self.batches.values() for one in batch.requests]

    async def serve(self, ready: Callable[[], None]) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(middlewares=[self._around], client_max_size=1 << 30)
        app.add_routes(
            [
                web.post("/v1/files", self._upload),
                web.get("/v1/files/{id}/content", self._download),
                web.post("/v1/batches", self._create),
                web.get("/v1/batches", self._list),
                web.get("/v1/batches/{id}", self._look),
            ]
        )
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = runner.addresses[0][1]
        ready()
        await self._stopped.wait()
        await runner.cleanup()

    @web.middleware
    async def _around(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.headers.append(dict(request.headers))
        refused = self.refuse(request.method, request.path)
        done = None if refused else await handler(request)
        lost = refused or self.lose(request.method, request.path)
        if lost is None:
            assert done is not None
            return done
        return web.json_response(lost[1], status=lost[0])

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert form["purpose"] == "batch"
        assert isinstance(file, web.FileField)
        return web.json_response({"id": self._kept(file.file.read()), "object": "file", "purpose": "batch"})

    def _kept(self, content: bytes) -> str:
        name = f"file-{len(self.files)}"
        self.files[name] = content
        return name

    async def _create(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        assert wanted["endpoint"] == "/v1/chat/completions"
        assert wanted["completion_window"] == "24h"
        requests = [json.loads(line) for line in self.files[wanted["input_file_id"]].splitlines()]
        assert len({one["custom_id"] for one in requests}) == len(requests)
        assert all((one["method"], one["url"]) == ("POST", "/v1/chat/completions") for one in requests)
        name = f"batch-{len(self.batches)}"
        batch = Batch(name, wanted["input_file_id"], wanted.get("metadata") or {}, requests, time.monotonic())
        self.batches[name] = batch
        return web.json_response(batch.document())

    async def _list(self, request: web.Request) -> web.Response:
        """Two on a page."""
        names = list(self.batches)
        start = names.index(request.query["after"]) + 1 if "after" in request.query else 0
        data = [self.batches[name].document() for name in names[start : start + 2]]
        return web.json_response({"object": "list", "data": data, "has_more": start + 2 < len(names)})

    async def _look(self, request: web.Request) -> web.Response:
        self.looks += 1
        batch = self.batches.get(request.match_info["id"])
        if batch is None:
            return web.json_response({"error": {"message": "no such batch"}}, status=404)
        if self.open and batch.output is None and time.monotonic() - batch.created >= self.seconds:
            self._finish(batch)
        return web.json_response(batch.document())

    def _finish(self, batch: Batch) -> None:
        batch.status = "completed"
        self.end(batch)
        if batch.status == "failed":
            return
        good, bad = [], []
        for one in reversed(batch.requests):  # the order of a batch's files is nobody's promise
            said = self.respond(one["body"])
            if said is None:
                continue
            line: Json = {"id": "r", "custom_id": one["custom_id"], "response": None, "error": None}
            if isinstance(said, tuple):
                line["response"] = {"status_code": said[0], "request_id": "x", "body": said[1]}
            elif "error" in said:
                line["error"] = said["error"]
            else:
                line["response"] = {"status_code": 200, "request_id": "x", "body": said}
            (good if isinstance(said, dict) and "error" not in said else bad).append(json.dumps(line))
        batch.output = self._kept("\n".join(good).encode())
        batch.errors = self._kept("\n".join(bad).encode()) if bad else None

    async def _download(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["id"]], content_type="application/jsonl")
