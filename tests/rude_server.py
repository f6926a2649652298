"""A server on a free port of this machine that answers as it is told, however rudely.

An answer is bytes that are sent as they are, or a function of the request and the connection. Each path has one answer,
or a list of them for the first, second, … request, the last one for all that follow.
"""

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Seen(NamedTuple):
    """A request as it came; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


Rude = Callable[[Seen, socket.socket], None]


def reply(body: bytes | str = b"", status: int = 200, type: str = "application/json", **headers: str) -> bytes:
    """A well-formed answer; underscores in header names stand for hyphens."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Answer", f"Content-Length: {len(data)}"]
    lines += [f"Content-Type: {type}"] * bool(type)
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + data


def echo(seen: Seen, connection: socket.socket) -> None:
    """Answer with the request itself."""
    told = {"method": seen.method, "target": seen.target, "headers": seen.headers, "body": seen.body.decode("latin-1")}
    connection.sendall(reply(json.dumps(told)))


def reset(seen: Seen, connection: socket.socket) -> None:
    """Close so that the other side sees `connection reset`."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class RudeServer:
    """Serves until `stop`; `seen` are the requests so far."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Any]] = {}
        self.seen: list[Seen] = []
        self.stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def on(self, path: str, *answers: bytes | Rude) -> None:
        """Say how requests for `path` are answered, one after the other."""
        self.answers[path] = list(answers)

    def paced(self, head: bytes, chunk: bytes, pause: float) -> Rude:
        """Send `head`, then `chunk` for ever, with a pause (seconds) before each."""

        def answer(seen: Seen, connection: socket.socket) -> None:
            connection.sendall(head)
            while not self.stopping.wait(pause):
                connection.sendall(chunk)

        return answer

    def stop(self) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):  # wakes the thread that accepts
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            connection, _ = self._listener.accept()
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with connection, contextlib.suppress(OSError, ValueError):  # not HTTP, or gone
            for seen in _requests(connection):
                self.seen.append(seen)
                answers = self.answers.get(seen.path, [reply('{"error": "no such path"}', 404)])
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                if not isinstance(answer, bytes):
                    answer(seen, connection)
                    return
                connection.sendall(answer)
                if b"Content-Length" not in answer or self.stopping.is_set():
                    return


def _requests(connection: socket.socket) -> Iterator[Seen]:
    with connection.makefile("rb") as stream:
        while line := stream.readline():
            method, target, _ = line.decode("latin-1").split(" ", 2)
            headers: dict[str, str] = {}
            while (field := stream.readline().decode("utf-8").strip()) != "":
                name, _, value = field.partition(":")
                headers[name.lower()] = value.strip()
            yield Seen(method, target, headers, stream.read(int(headers.get("content-length", 0))))
