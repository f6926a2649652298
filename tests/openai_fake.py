"""A real HTTP server that speaks OpenAI's chat protocol and does what each test tells it."""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """How to answer one request. `body` None: a chat answer with `content`; else it is sent as it is.

    After `latency` seconds the head and the body are sent, each up to `cut_head` or `cut_after` bytes; what is cut is
    never sent, and after `stall` seconds the connection is closed. `reset`: it is broken off without any answer.
    """

    content: Any = '[{"query": "q"}]'
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    finish_reason: Any = "stop"
    message: Mapping[str, Any] = field(default_factory=dict)
    usage: Mapping[str, int] | None = field(default_factory=lambda: {"prompt_tokens": 10, "completion_tokens": 5})
    latency: float = 0.0
    cut_after: int | None = None
    cut_head: int | None = None
    stall: float = 0.0
    reset: bool = False

    def payload(self, model: str) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if self.body is not None:
            return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()
        message = {"role": "assistant", "content": self.content, **self.message}
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        document: dict[str, Any] = {"id": "1", "object": "chat.completion", "created": 1, "model": model}
        document["choices"] = [choice]
        if self.usage is not None:
            document["usage"] = {**self.usage, "total_tokens": sum(self.usage.values())}
        return json.dumps(document).encode()


@dataclass
class Received:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class OpenAIFake:
    """Answers with `replies` in order, the last one for ever; `refuse_schema` answers 400 to a `response_format`."""

    def __init__(self) -> None:
        self.replies: list[Reply] = [Reply()]
        self.refuse_schema = False
        self.received: list[Received] = []
        self.most_at_once = 0
        self._at_once = 0
        self.arrived = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._ready.wait()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port: int = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
        body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
        self.received.append(Received(head[0].split(" ")[1], headers, body))
        self.arrived.set()
        reply = self._next(body)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(reply.latency)
        finally:
            self._at_once -= 1
        if reply.reset:
            linger = struct.pack("ii", 1, 0)  # closing sends a reset
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return False
        payload = reply.payload(str(body.get("model")))
        lines = [f"HTTP/1.1 {reply.status} X", "content-type: application/json", f"content-length: {len(payload)}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        answer = "\r\n".join(lines).encode() + b"\r\n\r\n"
        cut = reply.cut_after is not None or reply.cut_head is not None
        writer.write(answer[: reply.cut_head] + (b"" if reply.cut_head else payload[: reply.cut_after]))
        await writer.drain()
        await asyncio.sleep(reply.stall)
        return not cut

    def _next(self, body: dict[str, Any]) -> Reply:
        if self.refuse_schema and "response_format" in body:
            return Reply(status=400, body={"error": {"message": "response_format is not supported"}})
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
