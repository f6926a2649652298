"""The life of one call, seen from outside: fork, watch, kill, clear away.

The child is held to its limits by this process, which never runs the function itself: the deadline, the caps on result
and output, and the end of everything that the call started. Afterwards nothing of it is left.

A fork costs half a millisecond, and each page of memory that either side writes to while they share it costs two
microseconds more. Hence the way this is written: what all children have in common (the pipe that they print to, the
limits that hold for this process as well) is made once, and what a call seldom needs is done when it is needed.
"""

import gc
import marshal
import os
import select
import sys
from collections.abc import Callable
from contextlib import suppress
from os import _exit, close, fork, kill, pipe, read, set_blocking, wait4, waitpid
from signal import SIGXCPU
from time import monotonic
from typing import Any, NamedTuple

from . import processes, system
from .confinement import Hold, entrance
from .invocation import MARGIN, run
from .library import Library
from .output import CHUNK, Output
from .scratch import Scratch
from .sequence import run as run_sequence
from .system import SIGKILL

SHORT = 448  # bytes that most answers fit into, and the memory for small objects
SOON = 20  # milliseconds in which an ordinary call answers
LATE = 0.02  # seconds after which a call keeps others waiting
LOOK = 0.1  # seconds between looks at what a longer call uses
CALLS_TO_WARM = 12
NO_CALL = marshal.dumps(("", {}, []))

End = tuple[str | None, str]
"""A reason code, None if no limit was broken, and a message."""
NO_END: End = ("crash", "its process could not be waited for")


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


class EngineGone(Exception):
    """The engine has closed its socket, or is no more."""


class Supervisor:
    """Makes calls one after the other, each in a child.

    Args:
        control: socket of the engine; its end is watched during a call.
        scratch: folder that a call may write to.
        late: called when a call takes longer than `LATE`.
    """

    def __init__(
        self, library: Library, limits: Limits, control: int, scratch: str, hold: Hold, late: Callable[[], None]
    ) -> None:
        self.control, self.hold, self.late = control, hold, late
        self.limits = self.allowed = limits
        self.scratch = Scratch(scratch, hold.closed)
        self.output = Output()
        memory = limits.memory + 4 * limits.max_result_bytes
        enter = entrance(hold, limits.cpu_time, limits.max_file_bytes, memory)
        self.be_child = _child(enter, library, limits.max_result_bytes)
        self.content = b""  # what the child answered
        self._reaped = False
        self._answer = -1
        self._soon = min(SOON, limits.wall_time * 1000)
        self._quick = bool(hold.filter and self.scratch.changes)  # no processes are left, and changes are told
        self._poll = select.poll().poll
        left = select.poll()  # what a call may leave behind
        for descriptor in (self.output.read_end, *self.scratch.changes):
            left.register(descriptor, select.POLLIN)
        self._left = left.poll

    def call(self, calls: int, request: bytes) -> tuple[dict[str, Any] | None, bytes]:
        """Make one call, or several in order on one instance (see `sequence`).

        The ordinary case, a call that soon answers and leaves nothing, goes straight through this one function.

        Args:
            calls: their number; 0 for a call alone.
            request: not read here.

        Returns:
            What is seen from outside (`lost`, or `reason` if a limit was broken or the child died, `message`,
            `duration` in seconds, `output`), and the child's own answer. None if it answered, and nothing else is seen.

        Raises:
            EngineGone: nobody waits for the result any more; everything is cleared away.
        """
        be_child = self.be_child
        try:
            answer, write_end = pipe()
        except OSError as error:
            return {"lost": f"no pipe could be made for the call: {error}"}, b""
        try:
            child = fork()
        except OSError as error:
            close(answer)
            close(write_end)
            return {"lost": f"no process could be made for the call: {error}"}, b""
        if not child:
            be_child(write_end, calls, request)
        close(write_end)
        if answer != self._answer:
            self._listen(answer)
        if not calls and self._quick:
            ready = self._poll(self._soon)
            if len(ready) == 1 and ready[0][0] == answer:
                content = read(answer, SHORT)
                if content.endswith(b"\n"):
                    kill(child, SIGKILL)  # it has no more to say, and need not end by itself
                    waitpid(child, 0)
                    close(answer)
                    set_blocking(1, True)
                    if not self._left(0):
                        return None, content
                    return self._seen(None, "", 0.0, self._tidy()), content
                self.content = content
        return self._follow(child, answer, calls)

    def _follow(self, child: int, answer: int, calls: int) -> tuple[dict[str, Any] | None, bytes]:
        """The rest of a call that takes longer, prints something, or gives more than fits into a pipe."""
        self.allowed = self.limits.times(calls) if calls else self.limits
        started = monotonic()
        try:
            reason, message = self._watch(child, answer, calls, started)
        finally:
            close(answer)
            output = self._clear(child)
        content, self.content = b"" if reason and not calls else self.content, b""
        return self._seen(reason, message, monotonic() - started, output), content

    @staticmethod
    def _seen(reason: str | None, message: str, duration: float, output: bytes) -> dict[str, Any] | None:
        if reason is None and not output:
            return None
        shown = output.decode(errors="replace")
        return {"reason": reason, "message": message, "duration": duration, "output": shown}

    def warm(self) -> None:
        """Make a few calls of no function, for the same reason as `invocation.warm`."""
        for _ in range(CALLS_TO_WARM):
            self.call(0, NO_CALL)

    def sweep(self) -> None:
        """Kill and reap all children of this process, those that they left behind included."""
        processes.sweep(self.hold.namespaces)

    def _watch(self, child: int, answer: int, calls: int, started: float) -> End:
        """Follow the child to its answer, its end or its first breach of a limit."""
        allowed = self.allowed
        size = (allowed.max_result_bytes + MARGIN) * (2 * calls + 1)
        look, deadline = started + LATE, started + allowed.wall_time
        while (now := monotonic()) < deadline:
            if now >= look:
                if look == started + LATE:
                    self.late()
                look = now + LOOK
                if end := self._look(child, calls):
                    self._take_rest(answer, size)
                    return end
            ended = False
            for descriptor, _ in self._poll((min(look, deadline) - now) * 1000 + 1):
                if descriptor == answer:
                    chunk = read(answer, CHUNK)
                    self.content += chunk
                    ended = not chunk or (not calls and chunk.endswith(b"\n"))
                elif descriptor == self.control:
                    raise EngineGone
                else:
                    self.output.take(allowed.max_output_bytes)
            if len(self.content) > size:
                return "result_too_large", f"more than {size} bytes"
            if self.output.total > allowed.max_output_bytes:
                return "output_flood", f"more than {allowed.max_output_bytes} bytes"
            if ended:
                kill(child, SIGKILL)  # it has no more to say, and need not end by itself
                return self._end(child, calls, 0) or NO_END
        return "timeout", f"no result after {allowed.wall_time:g} s"

    def _listen(self, answer: int) -> None:
        """Watch a pipe of this number, which most often is that of the call before.

        It is looked at first, so that output that was written before an answer is not seen after it.
        """
        poller = select.poll()
        poller.register(answer, select.POLLIN)
        poller.register(self.output.read_end, select.POLLIN)
        poller.register(self.control, 0)  # its end only
        self._poll, self._answer = poller.poll, answer

    def _look(self, child: int, calls: int) -> End | None:
        """What a call that is under way for long uses, and whether it ended with its pipe held open by others."""
        if not self.hold.namespaces and self.scratch.holds_more_than(self.limits.scratch_bytes):
            return "output_flood", f"more than {self.limits.scratch_bytes} bytes of files"
        if system.processor_time(child) > self.allowed.cpu_time:
            return self._out_of_time()
        return self._end(child, calls, os.WNOHANG)

    def _take_rest(self, answer: int, size: int) -> None:
        """Read what an ended child had written, from a pipe that others may hold open."""
        while len(self.content) <= size and any(ready == answer for ready, _ in self._poll(0)):
            chunk = read(answer, CHUNK)
            if not chunk:
                return
            self.content += chunk

    def _out_of_time(self) -> End:
        return "timeout", f"more than {self.allowed.cpu_time} s of processor time"

    def _end(self, child: int, calls: int, options: int) -> End | None:
        """How the child ended; None if it has not, and is not waited for."""
        pid, status, usage = wait4(child, options)
        if not pid:
            return None
        self._reaped = True
        code = os.waitstatus_to_exitcode(status)
        if code == 0 or (code == -SIGKILL and not calls and self.content.endswith(b"\n")):
            return None, ""
        if code > 0:
            return "crash", f"its process ended with status {code}"
        if -code == SIGXCPU or (-code == SIGKILL and usage.ru_utime + usage.ru_stime >= self.allowed.cpu_time):
            return self._out_of_time()
        return "crash", f"its process was ended by {system.signal_name(-code)}"

    def _clear(self, child: int) -> bytes:
        """Kill what the call started, empty the scratch folder and the pipe of output. Gives what was printed."""
        if not self._reaped:
            kill(child, SIGKILL)
            os.waitpid(child, 0)
        self._reaped = False
        if not self.hold.filter:  # else it could make no processes
            processes.end_group(child)
            self.sweep()
        set_blocking(1, True)
        if not self._left(0) and not self.output.total and self.scratch.changes:
            return b""
        return self._tidy()

    def _tidy(self) -> bytes:
        """Empty the pipe of output and the scratch folder. Gives what was printed."""
        self.output.take(self.limits.max_output_bytes)
        shown = self.output.shown
        self.output.empty()
        self.scratch.empty()
        return shown


def _child(enter: Callable[[int, int], None], library: Library, size: int) -> Callable[[int, int, bytes], None]:
    """The child's side of the fork: a function of its own, since the interpreter adapts code that runs often, and would
    begin to adapt the child's branch of the worker's code in each child. What only the child needs is held here, where
    the worker does not touch it. Never returns."""

    def be_child(answer: int, calls: int, request: bytes) -> None:
        try:
            enter(answer, calls)
            if calls:
                run_sequence(library, request, size)
            else:
                run(library, request, size)
        finally:
            _exit(1)

    return be_child


def freeze() -> None:
    """Let children share the memory of what is loaded: no collector touches it, no text waits to be written twice."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    gc.collect()
    gc.freeze()
    system.gather()
