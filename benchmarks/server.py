"""A chat server that speaks the OpenAI protocol on loopback and answers from a table, as fast as one process can.

Generation prompts get one query-answers pair for the first function of `library.CALLS` named in them; prompts that ask
for a verdict get a yes in the form asked for. `GET /stats` tells how many requests came and how much CPU they took.

    python benchmarks/server.py --port 8765 --latency-ms 50 --jitter-ms 10 --tail-rate 0.02 --tail-ms 10000
"""

import argparse
import asyncio
import json
import random
import re
import time
from typing import Any

from library import CALLS

QUESTIONS = ("serves_query", "right_functions", "right_number_of_calls", "results_fit", "no_errors")
NAME = re.compile("|".join(rf"\b{name}\b" for name in CALLS))


class Server:
    """The answers, and what is counted."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.random = random.Random(0)
        self.requests = 0
        self.in_flight = 0
        self.peak = 0

    def answer(self, text: str) -> str:
        """The model's text for a prompt."""
        if '"passes"' in text:
            return json.dumps({"thought": "", "passes": "yes"})
        if '"pass"' in text:
            keys = [*QUESTIONS, "pass"] if QUESTIONS[0] in text else ["pass"]
            return json.dumps({"thought": "fits"} | dict.fromkeys(keys, True))
        found = NAME.search(text)
        name = found.group() if found else next(iter(CALLS))
        query = f"Please do {name.replace('_', ' ')} for {json.dumps(CALLS[name])} (number {self.requests})."
        return json.dumps([{"query": query, "answers": [{"name": name, "arguments": CALLS[name]}]}])

    async def respond(self, body: bytes) -> bytes:
        """The HTTP body for one request, after the latency."""
        self.requests += 1
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        options = self.options
        delay = options.latency_ms + self.random.random() * options.jitter_ms
        if self.random.random() < options.tail_rate:
            delay += options.tail_ms
        if delay:
            await asyncio.sleep(delay / 1000)
        request: dict[str, Any] = json.loads(body)
        text = "\n".join(str(message.get("content")) for message in request["messages"])
        content = self.answer(text)
        self.in_flight -= 1
        usage = {"prompt_tokens": len(text) // 4, "completion_tokens": len(content) // 4}
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
        answer = {
            "id": f"bench-{self.requests}",
            "object": "chat.completion",
            "created": 0,
            "model": request.get("model", "bench"),
            "choices": [choice],
            "usage": usage | {"total_tokens": sum(usage.values())},
        }
        return json.dumps(answer).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = re.search(rb"content-length: *(\d+)", head)
                body = await reader.readexactly(int(length[1])) if length else b""
                if head.startswith(b"post"):
                    data = await self.respond(body)
                else:
                    stats = {"requests": self.requests, "peak": self.peak, "cpu": time.process_time()}
                    data = json.dumps(stats).encode()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ")
                writer.write(b"%d\r\n\r\n" % len(data) + data)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    for name in ("latency-ms", "jitter-ms", "tail-rate", "tail-ms"):
        parser.add_argument(f"--{name}", type=float, default=0.0)
    server = Server(parser.parse_args())
    listener = await asyncio.start_server(server.serve, "127.0.0.1", server.options.port, limit=1 << 24, backlog=4096)
    print(listener.sockets[0].getsockname()[1], flush=True)
    async with listener:
        await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
