"""A server process and the pipes to it, as the pair of message streams that the SDK's session reads and writes.

The SDK's own transport keeps whatever a server writes until the line ends, and leaves the process to itself; here a
line has a limit, and the process is started in confinement and ended with all that it started. What a server writes
beside the protocol (a banner on stdout, its log on stderr) is kept for messages only, the last of it.
"""

import asyncio
import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from typing import Any

from apigen.mcp.confinement import Grants, guarded, server_command
from apigen.mcp.guard import NOT_CUT, NOT_STARTED
from apigen.mcp.sdk import Sdk
from apigen.mcp.server import Server, ServerFailed, redacted, search_path
from apigen.reasons import Reason
from apigen.records import Json

LEAVING_TIME = 1.0  # seconds that a server may take to end by itself when its stdin is closed
KILLING_TIME = 5.0  # seconds that the system may take to kill it
POLLING_TIME = 0.01
SHOWN_CHARS = 300
KEPT_LOG = 8192
MAX_RUBBISH = 1 << 20  # bytes on stdout that are no messages
NOT_FOUND_METHOD = -32601

Trouble = Callable[[ServerFailed], None]
Explain = Callable[[str], ServerFailed]
Streams = tuple[Any, Any, Explain]


@contextlib.asynccontextmanager
async def stdio_streams(server: Server, sdk: Sdk, max_bytes: int, trouble: Trouble) -> AsyncIterator[Streams]:
    """Start the server; its streams of messages, to read and to write. All of it is gone afterwards.

    The third of what is given tells what is wrong with the server, with what it said last.

    Args:
        max_bytes: of one message of the server.
        trouble: is told when the server is lost.

    Raises:
        ServerFailed: it cannot be started.
    """
    import anyio

    scratch = await asyncio.to_thread(tempfile.mkdtemp, prefix="apigen-mcp-")
    incoming, read = anyio.create_memory_object_stream[Any](64)
    write, outgoing = anyio.create_memory_object_stream[Any](64)
    try:
        process = ServerProcess(server, sdk, trouble)
        await process.start(scratch, max_bytes)
        tasks = [
            asyncio.create_task(work)
            for work in (process.listen(incoming), process.speak(outgoing), process.keep_log())
        ]
        try:
            yield read, write, process.failure
        finally:
            read.close()
            await process.end()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        for stream in (incoming, read, write, outgoing):
            stream.close()
        shutil.rmtree(scratch, ignore_errors=True)


class ServerProcess:
    """One server process under its guard."""

    def __init__(self, server: Server, sdk: Sdk, trouble: Trouble) -> None:
        self.server, self.sdk, self.trouble = server, sdk, trouble
        self.secrets = server.secrets()
        self.log = b""
        self.rubbish = ""
        self.rubbish_bytes = 0
        self._log_read = asyncio.Event()
        self._lifeline = -1

    async def start(self, scratch: str, max_bytes: int) -> None:
        """Start it, with `scratch` as its home."""
        command = self._program()
        environment = self._environment(scratch)
        cwd = self.server.cwd or scratch
        grants = Grants(scratch, self.server.network, self.server.read, self.server.write, self.server.cwd)
        confined = await asyncio.to_thread(server_command, command, self.server.args, grants)
        read_end, self._lifeline = os.pipe()
        try:
            line = await asyncio.to_thread(guarded, confined, self.server.network, read_end, scratch)
            self.process = await asyncio.create_subprocess_exec(
                *line,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment,
                cwd=cwd,
                limit=max_bytes,
                pass_fds=[read_end],
                start_new_session=True,
            )
        except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
            self._let_go()
            raise ServerFailed(f"it cannot be started: {error}", reason=Reason.not_executable) from None
        except BaseException:
            self._let_go()
            raise
        finally:
            os.close(read_end)

    def _program(self) -> str:
        command = self.server.command or ""
        path = shutil.which(command, path=search_path())
        if path is None:
            raise ServerFailed(
                f"there is no command `{command}`",
                remedy="install the server, or give the path of its command",
                reason=Reason.not_executable,
            )
        if self.server.cwd is not None and not os.path.isdir(self.server.cwd):
            raise ServerFailed(f"there is no folder `{self.server.cwd}` (`cwd`)", reason=Reason.not_executable)
        return os.path.abspath(path)

    def _environment(self, scratch: str) -> dict[str, str]:
        """All that the server finds in its environment."""
        plain = {"PATH": search_path(), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "HOME": scratch, "TMPDIR": scratch}
        return {**plain, "PYTHONUNBUFFERED": "1", **self.server.variables()}

    async def listen(self, incoming: Any) -> None:
        """Pass on the server's answers, and answer its requests: none of them can be granted.

        Its output is read to the end whatever happens: a server that nobody listens to cannot end by itself.
        """
        assert self.process.stdout is not None
        try:
            await self._pass_on_all(self.process.stdout, incoming)
        finally:
            incoming.close()
            while await self.process.stdout.read(1 << 16):
                pass
        await self._tell_end()

    async def _pass_on_all(self, stdout: asyncio.StreamReader, incoming: Any) -> None:
        import anyio

        with contextlib.suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
            while line := await self._line(stdout):
                message = _message(line)
                if message is None:
                    self._note_rubbish(line)
                elif "method" in message:
                    self._answer(message)
                else:
                    await self._pass_on(message, line, incoming)

    async def _line(self, stdout: asyncio.StreamReader) -> bytes:
        """The next line; empty at the end."""
        try:
            return await stdout.readuntil(b"\n")
        except asyncio.IncompleteReadError as end:
            return end.partial
        except asyncio.LimitOverrunError:
            what = "it answered with more than may be read at once"
            self.trouble(ServerFailed(what, reason=Reason.result_too_large))
            return b""

    async def _pass_on(self, message: dict[str, Json], line: bytes, incoming: Any) -> None:
        try:
            read = self.sdk.message(message)
        except ValueError:
            self._note_rubbish(line)
            return
        await incoming.send(read)

    def _answer(self, request: dict[str, Json]) -> None:
        if "id" not in request:  # a notification; nothing here depends on any
            return
        answer: dict[str, Json] = {"jsonrpc": "2.0", "id": request["id"]}
        if request["method"] == "ping":
            answer["result"] = {}
        else:
            answer["error"] = {"code": NOT_FOUND_METHOD, "message": "this client offers nothing to servers"}
        assert self.process.stdin is not None
        if self.process.stdin.transport.get_write_buffer_size() < MAX_RUBBISH:
            self.process.stdin.write(json.dumps(answer).encode() + b"\n")

    async def speak(self, outgoing: Any) -> None:
        """Send what the session has to say."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            async for message in outgoing:
                self.process.stdin.write(self.sdk.text(message).encode() + b"\n")
                await self.process.stdin.drain()

    async def keep_log(self) -> None:
        """Read what the server writes on stderr, and keep the end of it."""
        assert self.process.stderr is not None
        while chunk := await self.process.stderr.read(1 << 16):
            self.log = (self.log + chunk)[-KEPT_LOG:]
        self._log_read.set()

    async def _tell_end(self) -> None:
        """Tell how the server ended, once it has closed its output."""
        await self._ended(LEAVING_TIME)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._log_read.wait(), LEAVING_TIME)
        status = self.process.returncode
        self.trouble(self.failure("it closed its output" if status is None else _ending(status)))

    async def _ended(self, time: float) -> bool:
        """Whether the process ends within `time` seconds. `wait` would also wait for the ends of its pipes."""
        for _ in range(round(time / POLLING_TIME)):
            if self.process.returncode is not None:
                return True
            await asyncio.sleep(POLLING_TIME)
        return self.process.returncode is not None

    def failure(self, what: str) -> ServerFailed:
        """The failure with what the server said last."""
        said = self.last_words()
        if said:
            what += f"; it says: {said}"
        if self.rubbish:
            what += f"; it prints on stdout what is no message of MCP: `{self.rubbish}`"
        return ServerFailed(what)

    def last_words(self) -> str:
        """The last line of its log that tells something."""
        lines = [line.strip() for line in self.log.decode("utf-8", "replace").splitlines()]
        telling = [line for line in lines if line and not line.startswith(("Node.js v", "npm "))] or lines
        return str(redacted(_printable(telling[-1]), self.secrets)) if telling else ""

    def _note_rubbish(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").strip()
        if not text:
            return
        self.rubbish = self.rubbish or str(redacted(_printable(text), self.secrets))
        self.rubbish_bytes += len(line)
        if self.rubbish_bytes > MAX_RUBBISH:
            self.trouble(self.failure("it floods stdout"))

    async def end(self) -> None:
        """End it: ask by closing its stdin, then by force."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.close()
            await self._ended(LEAVING_TIME)
        finally:
            self._let_go()
        await self._ended(KILLING_TIME)

    def _let_go(self) -> None:
        """Close the lifeline; the guard ends everything."""
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1


def _message(line: bytes) -> dict[str, Json] | None:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) and message.get("jsonrpc") == "2.0" else None


def _ending(status: int) -> str:
    if status == NOT_CUT:
        return "its network could not be cut"
    if status == NOT_STARTED:
        return "it could not be started"
    if status > 128:
        return f"it was ended by signal {status - 128}"
    return f"it ended with status {status}"


def _printable(text: str) -> str:
    clean = "".join(character if character.isprintable() else " " for character in text)
    return clean if len(clean) <= SHOWN_CHARS else clean[: SHOWN_CHARS - 1] + "…"
