"""The engine's side of the worker processes: start one, send it a call, lose it, end it.

A worker is a fresh Python in a jail (started by exec, never forked from the engine) with an environment made
from nothing, that talks over one inherited socket; see `apigen.execution.zygote` for what it does. It makes one call at
a time, and may be given a few more to go on with. Whatever goes wrong with it is a `WorkerLost`, which says nothing
about the call.
"""

import asyncio
import contextlib
import json
import marshal
import math
import os
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from apigen.execution.zygote.frames import HEADER, pack
from apigen.reasons import Reason
from apigen.records import Json

STARTING_TIME = 60.0  # seconds that Python itself may need to start
CLEARING_TIME = 30.0  # seconds beyond a call's own limit that a worker may need to clear away after it
UNREAD = 64  # frames that may wait unread; a worker sends one a module at its start, and then one a request
ANSWERED: dict[str, Any] = {"reason": None, "message": "", "duration": 0.0, "output": ""}
"""The header of a call that ended well and printed nothing; the child tells how long it took."""
LEAVING_TIME = 5.0  # seconds that a worker may take to end by itself


Reply = tuple[dict[str, Any], bytes]
"""The worker's header and the child's own answer, unread (see `zygote.supervision`)."""


class WorkerLost(Exception):
    """The worker could not be started, or is gone. `final`: the next one will be lost in the same way."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class _Gone(WorkerLost):
    """The worker's end of the socket is closed."""


class Job:
    """A call, or several on one instance, on its way to a worker and back.

    Args:
        request: `(target, arguments, order)`, or the settings of a sequence (see `zygote.sequence`).
        calls: their number; 0 for a call alone.
        needs: modules and functions that must not be broken for it.

    `reply` is done when it is done, or it cannot be.
    """

    __slots__ = ("calls", "content", "losses", "needs", "reply")

    def __init__(self, request: Any, calls: int, needs: Sequence[str]) -> None:
        self.content, self.calls, self.needs = marshal.dumps(request), calls, needs
        self.reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self.losses = 0

    def settle(self, header: dict[str, Any], answer: bytes = b"") -> None:
        """Have its reply, unless nobody waits for it any more."""
        if not self.reply.done():
            self.reply.set_result((header, answer))

    def fail(self, lost: WorkerLost) -> None:
        """Have no reply."""
        if not self.reply.done():
            self.reply.set_exception(lost)


class Worker(asyncio.Protocol):
    """One worker process. Made by `start`; after a `WorkerLost` it must be given to `leave`."""

    def __init__(self, process: "subprocess.Popen[bytes]", scratch: Path, max_frame: int) -> None:
        self.process = process
        self.scratch = scratch
        self.max_frame = self._largest = max_frame
        self.network = True
        self.broken: dict[str, str] = {}
        self.jobs: deque[Job] = deque()  # the first is under way
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._frames: deque[bytes] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._gone = False

    async def ready(self, settings: dict[str, Json], import_time: float) -> None:
        """Have the worker import its library.

        Args:
            settings: see `zygote.serve`.
            import_time: seconds that importing a module may take.

        Raises:
            WorkerLost: final if the library's own code is to blame.
        """
        doing, time = "starting", STARTING_TIME
        try:
            self._send(json.dumps(settings).encode())
            while "ready" not in (message := await self._message(time)):
                doing, time = f"importing `{message.get('importing')}`", import_time
        except TimeoutError:
            raise WorkerLost(f"the worker was still {doing} after {time:g} s", final=True) from None
        except WorkerLost:
            raise WorkerLost(f"the worker {await self._end()} while {doing}") from None
        self.network = message.get("network") is not False
        broken = message.get("broken")
        self.broken = {str(k): str(v) for k, v in broken.items()} if isinstance(broken, dict) else {}

    async def work(self, wall_time: float, give_back: Callable[[list[Job]], None]) -> None:
        """Have the worker do its `jobs` in order, which are settled and taken away one by one.

        Args:
            wall_time: seconds that a call may take.
            give_back: called with jobs that it has not begun, and does not want to keep waiting.

        Raises:
            WorkerLost: a reply did not come, or the worker says that it cannot go on: it was lost with the first job
                that is left.
        """
        jobs = self.jobs
        patience = wall_time * sum(job.calls or 1 for job in jobs) + CLEARING_TIME
        self._largest = self.max_frame * (2 * max(job.calls for job in jobs) + 1)
        try:
            async with asyncio.timeout(patience):
                self._send(marshal.dumps([(job.calls, job.content) for job in jobs]))
                while jobs:
                    self._settle(await self._frame(), give_back)
        except TimeoutError:
            raise WorkerLost(f"the worker did not reply within {patience:g} s") from None
        except _Gone:
            raise WorkerLost(f"the worker {await self._end()} during the call") from None

    def _settle(self, frame: bytes, give_back: Callable[[list[Job]], None]) -> None:
        """Take one reply."""
        header, _, answer = frame.partition(b"\n")
        told = _checked(header) if header else ANSWERED
        if "back" in told:
            kept = max(1, len(self.jobs) - told["back"])
            give_back([self.jobs.pop() for _ in range(len(self.jobs) - kept)][::-1])
        else:
            self.jobs.popleft().settle(told, answer)

    def leave(self, *, at_once: bool = False) -> None:
        """Let the worker go: it kills its call, clears away and ends, as soon as it finds the socket closed."""
        if self._transport is not None:
            self._transport.abort()
        if at_once and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)

    async def left(self) -> None:
        """Wait for the end of a worker that is leaving; kill it if it takes too long."""
        waited = 0.0
        while self.process.poll() is None:
            if waited > LEAVING_TIME:
                self.leave(at_once=True)
            await asyncio.sleep(0.01)
            waited += 0.01
        _remove(self.scratch)

    def kill(self) -> None:
        """End the worker now and wait for it, whatever state it is in."""
        self.leave(at_once=True)
        self.process.wait()
        _remove(self.scratch)

    async def _end(self) -> str:
        """How the process of a lost worker ended, in words."""
        self.leave()
        await self.left()
        code = self.process.returncode
        if code > 128:  # as bubblewrap tells it of a signal
            code = 128 - code
        return f"ended with status {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"

    @property
    def gone(self) -> bool:
        """Whether it is known to have ended."""
        return self._gone

    def _send(self, content: bytes) -> None:
        if self._transport is None or self._gone:
            raise _Gone("the worker is gone")
        if self._frames:  # what answers no request may not be taken for an answer to this one
            raise WorkerLost("the worker spoke out of turn")
        self._transport.write(pack(content))

    async def _message(self, time: float) -> dict[str, Any]:
        async with asyncio.timeout(time):
            frame = await self._frame()
        try:
            message = json.loads(frame)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            raise WorkerLost("the worker said what cannot be read")
        return message

    async def _frame(self) -> bytes:
        while not self._frames:
            if self._gone:
                raise _Gone("the worker is gone")
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._frames.popleft()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while len(self._received) >= HEADER.size:
            (length,) = HEADER.unpack_from(self._received)
            if length > self._largest or len(self._frames) > UNREAD:
                self.leave(at_once=True)
                return
            if len(self._received) < HEADER.size + length:
                return
            self._frames.append(bytes(self._received[HEADER.size : HEADER.size + length]))
            del self._received[: HEADER.size + length]
            self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._gone = True
        self._wake()


def _checked(text: bytes) -> dict[str, Any]:
    """A reply's header, or `back`, the number of jobs given back. Import-time code lives in the worker's process: what
    it says may be of any form.

    Raises:
        WorkerLost: the worker says that it cannot go on, or nothing that can be read.
    """
    try:
        read = json.loads(text.decode("utf-8", "replace"))
        if "lost" in read:
            raise WorkerLost(str(read["lost"])[:500])
        if "back" in read:
            return {"back": int(read["back"])}
        duration = float(read["duration"])
        return {
            "reason": Reason(read["reason"]) if read["reason"] else None,
            "message": str(read["message"])[:500],
            "duration": duration if math.isfinite(duration) else 0.0,
            "output": str(read["output"])[:4096].encode("utf-8", "replace").decode(),
        }
    except (ValueError, LookupError, TypeError, RecursionError):
        raise WorkerLost("the worker's reply cannot be read") from None


def _remove(folder: Path) -> None:
    """Remove a scratch folder, whatever rights its call left on what is in it."""
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        return
    for place, folders, _ in os.walk(folder):
        for name in folders:
            with contextlib.suppress(OSError):
                os.chmod(os.path.join(place, name), 0o700, follow_symlinks=False)
    shutil.rmtree(folder, ignore_errors=True)
