"""The life of one call, seen from outside: fork, watch, kill, clear away.

The child is held to its limits by this process, which never runs the function itself: the deadline, the caps on result
and output, and the end of everything that the call started. Afterwards nothing of it is left: its process group and
(on Linux) every process that slipped out of the group are killed, and the scratch folder is emptied.
"""

import contextlib
import gc
import os
import resource
import select
import signal
import sys
from time import monotonic
from typing import Any, NamedTuple

from . import system
from .invocation import MARGIN
from .library import Library
from .scratch import Scratch
from .sequence import run

SHOWN_OUTPUT = 4096
PIPE = 3
BLIND_LOOKS = 100
LOOK = 0.1  # seconds between looks at the scratch folder
MAX_OPEN_FILES = 512
MAX_PROCESSES = 128  # threads count as well


class Limits(NamedTuple):
    """What one call may use: seconds, bytes."""

    wall_time: float
    cpu_time: int
    memory: int
    max_result_bytes: int
    max_output_bytes: int
    max_file_bytes: int
    scratch_bytes: int

    def times(self, calls: int) -> "Limits":
        """Those of a sequence of calls: each brings its own time and output; the memory is that of the process."""
        return self._replace(
            wall_time=self.wall_time * calls,
            cpu_time=self.cpu_time * calls,
            max_output_bytes=self.max_output_bytes * calls,
        )


class Hold(NamedTuple):
    """What holds a call beside its limits.

    `filter` is a seccomp program for the child, empty if none, with `SELF` where its process id belongs. `namespaces`:
    this process is the first of its process ids, so that all others come from its calls. `counted`: their number can
    be limited.
    """

    filter: bytes
    namespaces: bool
    counted: bool


class EngineGone(Exception):
    """The engine has closed its socket, or is no more."""


class Stream:
    """One pipe of the child. Keeps the first `kept` bytes and is over its cap after `cap` bytes."""

    def __init__(self, kept: int, cap: int, reason: str) -> None:
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.read_end, False)
        self.kept, self.cap, self.reason = kept, cap, reason
        self.content = bytearray()
        self.total = 0

    def take(self) -> bool:
        """Read what has come; False at the end of the stream."""
        while self.total <= self.cap:
            try:
                chunk = os.read(self.read_end, 1 << 16)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            self.total += len(chunk)
            self.content += chunk[: self.kept - len(self.content)]
        return True

    @property
    def over(self) -> bool:
        """Whether more came than may come."""
        return self.total > self.cap

    def close(self) -> None:
        os.close(self.read_end)


class Supervisor:
    """Makes calls one after the other, each in a child.

    Args:
        control: socket of the engine; its end is watched during a call.
        scratch: folder that a call may write to.
    """

    def __init__(self, library: Library, limits: Limits, control: int, scratch: str, hold: Hold) -> None:
        self.library, self.limits, self.control, self.hold = library, limits, control, hold
        self.scratch = Scratch(scratch)
        self.allowed = limits
        self.pid = os.getpid()
        self._reaped = False
        self.wakeup, self._wakeup_end = os.pipe()
        os.set_blocking(self.wakeup, False)
        os.set_blocking(self._wakeup_end, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)  # a handler must stand for the wakeup to be written
        signal.set_wakeup_fd(self._wakeup_end, warn_on_full_buffer=False)
        used = system.address_space()
        self.address_space = None if used is None else used + limits.memory

    def call(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Make one call, or several in order on one instance (see `sequence`).

        Returns:
            What is seen from outside (`lost`, or `reason` if a limit was broken or the child died, `message`,
            `duration` in seconds, `output`), and the child's own answer.

        Raises:
            EngineGone: nobody waits for the result any more; everything is cleared away.
        """
        calls = request.get("calls")
        self.allowed = self.limits.times(len(calls or [request]))
        size = (self.limits.max_result_bytes + MARGIN) * (1 if calls is None else 2 * len(calls) + 1)
        answer = Stream(size, size, "result_too_large")
        output = Stream(SHOWN_OUTPUT, self.allowed.max_output_bytes, "output_flood")
        started = monotonic()
        try:
            child = self._fork(request, answer, output)
            try:
                reason, message = self._watch(child, (answer, output), started + self.allowed.wall_time)
            finally:
                self._clear(child)
        except OSError as error:
            return {"lost": f"no process could be made for the call: {error}"}, b""
        finally:
            answer.close()
            output.close()
        shown = output.content.decode(errors="replace")
        header = {"reason": reason, "message": message, "duration": monotonic() - started, "output": shown}
        return header, b"" if reason and calls is None else bytes(answer.content)

    @property
    def clean(self) -> bool:
        """Whether the scratch folder is still the same, empty one; if not, this process is of no use any more."""
        return self.scratch.clean

    def _fork(self, request: dict[str, Any], answer: Stream, output: Stream) -> int:
        try:
            child = os.fork()
            if child == 0:
                try:
                    self._confine(answer.write_end, output.write_end)
                    run(self.library, request, self.limits.max_result_bytes, PIPE)
                finally:
                    os._exit(1)
            self._reaped = False
        finally:
            os.close(answer.write_end)
            os.close(output.write_end)
        return child

    def _confine(self, answer: int, output: int) -> None:
        """In the child: leave the worker behind, and accept the limits."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setsid()
        system.die_with_parent(self.pid, signal.SIGKILL)
        keep = os.dup(answer)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.dup2(keep, PIPE, inheritable=False)
        os.closerange(PIPE + 1, MAX_OPEN_FILES)
        self._limit()

    def _limit(self) -> None:
        limits = self.allowed
        system.limit(resource.RLIMIT_CORE, 0)
        system.limit(resource.RLIMIT_FSIZE, limits.max_file_bytes)
        system.limit(resource.RLIMIT_CPU, limits.cpu_time, limits.cpu_time + 1)
        if self.hold.counted:
            system.limit(resource.RLIMIT_NPROC, MAX_PROCESSES)
        if self.address_space is not None:
            system.limit(resource.RLIMIT_AS, self.address_space)
        if self.hold.filter:
            system.install_filter(self.hold.filter)

    def _watch(self, child: int, streams: tuple[Stream, Stream], deadline: float) -> tuple[str | None, str]:
        """Follow the child to its end or its first breach of a limit: the reason code, if any, and a message."""
        poller = select.poll()
        by_descriptor = {stream.read_end: stream for stream in streams}
        for descriptor in (*by_descriptor, self.control, self.wakeup):
            poller.register(descriptor, select.POLLIN)
        look = monotonic() + LOOK
        while (left := deadline - monotonic()) > 0:
            ended = False
            for descriptor, _ in poller.poll(min(left, LOOK) * 1000 + 1):
                if descriptor == self.control:
                    raise EngineGone
                if descriptor == self.wakeup:
                    os.read(self.wakeup, 4096)
                    ended = True
                elif not by_descriptor[descriptor].take():
                    poller.unregister(descriptor)
            status = self._reap(child) if ended else None
            for stream in streams:
                if status is not None:
                    stream.take()  # what came between the last look and the end
                if stream.over:
                    return stream.reason, f"more than {stream.cap} bytes"
            if status is not None:
                return status
            if monotonic() > look:
                look = monotonic() + LOOK
                if not self.hold.namespaces and self.scratch.holds_more_than(self.limits.scratch_bytes):
                    return "output_flood", f"more than {self.limits.scratch_bytes} bytes of files"
        return "timeout", f"no result after {self.allowed.wall_time:g} s"

    def _reap(self, child: int) -> tuple[str | None, str] | None:
        """How the child ended, or None if it is still there."""
        pid, status, usage = os.wait4(child, os.WNOHANG)
        if pid == 0:
            return None
        self._reaped = True
        code = os.waitstatus_to_exitcode(status)
        if code == 0:
            return None, ""
        if code > 0:
            return "crash", f"its process ended with status {code}"
        used = usage.ru_utime + usage.ru_stime
        if -code == signal.SIGXCPU or (-code == signal.SIGKILL and used >= self.allowed.cpu_time):
            return "timeout", f"more than {self.allowed.cpu_time} s of processor time"
        return "crash", f"its process was ended by {system.signal_name(-code)}"

    def _clear(self, child: int) -> None:
        """Kill what the call started, and empty the scratch folder."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        if not self._reaped:
            os.kill(child, signal.SIGKILL)  # it may not have come as far as making its group
            os.waitpid(child, 0)
        self.sweep()
        self.scratch.empty()

    def sweep(self) -> None:
        """Kill and reap all children, those that they left behind included (this process is their subreaper)."""
        blind = 0
        while blind < BLIND_LOOKS:
            try:
                if os.waitpid(-1, os.WNOHANG)[0]:
                    continue
            except ChildProcessError:
                return
            if self.hold.namespaces:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(-1, signal.SIGKILL)
            left = system.children()
            if not left:  # the list may miss one while others come and go, or this system does not give it
                blind += 1
                continue
            for child in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            os.waitpid(-1, 0)


def freeze() -> None:
    """Let children share the memory of what is loaded: no collector touches it, no text waits to be written twice."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    gc.collect()
    gc.freeze()
