"""The worker's main loop: take the settings, import the library, then one reply a request until the engine is gone.

engine → worker   settings                                      (JSON)
worker → engine   {"importing": module}, one a module           (JSON)
                  {"ready": true, "network": bool, "broken": {module: why}}
engine → worker   requests: [(calls, content)]                  (marshal, see `frames`)
worker → engine   header, line feed, the child's answer         one a request
                  {"back": number}, line feed                   the last ones, not begun: a call takes long
"""

import contextlib
import json
import marshal
import os
import resource
import signal
import sys
from typing import Any

from . import system
from .confinement import MAX_OPEN_FILES, PIPE, Hold
from .frames import pack, read_frame, write_all
from .invocation import warm
from .library import Library
from .supervision import EngineGone, Limits, Supervisor, freeze

UNSENT = 1 << 16  # bytes of replies that may wait for those after them


class Ended(BaseException):
    """The engine died, says the kernel."""


def serve(control: int) -> None:
    """Serve the engine on the socket `control`. Ends the process; never returns."""
    status = 1
    try:
        _serve(control)
        status = 0
    except (EOFError, EngineGone, Ended):
        status = 0
    finally:
        os._exit(status)


def _serve(control: int) -> None:
    control = _lowest(control)
    system.limit(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    settings = json.loads(read_frame(control))
    network: bool = settings["network"]
    if not network and not settings["filtered"]:
        network = not system.leave_network()
    system.die_with_parent(settings["engine"], signal.SIGKILL)
    system.prctl(system.PR_SET_DUMPABLE, 0)
    system.prctl(system.PR_SET_CHILD_SUBREAPER, 1)
    library = _load(settings, control)
    if not settings["filtered"]:  # else it has none left
        system.drop_privileges()
    _prepare_signals(settings)
    warm(library)
    server = Server(control, library, settings, _hold(settings, network))
    server.supervisor.sweep()  # what the import started
    server.supervisor.scratch.empty()
    freeze()
    server.supervisor.warm()
    _send(control, {"ready": True, "network": network, "broken": library.broken})
    try:
        server.run()
    finally:
        server.supervisor.sweep()
        for folder in (settings["scratch"], os.path.dirname(settings["scratch"])):
            with contextlib.suppress(OSError):  # the last worker takes the common folder along
                os.rmdir(folder)


class Server:
    """Answers requests. Several that came together are answered together, unless one of them takes long."""

    def __init__(self, control: int, library: Library, settings: dict[str, Any], hold: Hold) -> None:
        self.control = control
        self.replies = b""
        self.waiting: list[tuple[int, bytes]] = []
        limits = Limits(**settings["limits"])
        self.supervisor = Supervisor(library, limits, control, settings["scratch"], hold, self.late)

    def run(self) -> None:
        """Serve until this process is of no more use, or the engine gone (EOFError, EngineGone)."""
        scratch = self.supervisor.scratch
        while True:
            self.waiting = marshal.loads(read_frame(self.control))
            while self.waiting:
                calls, request = self.waiting.pop(0)
                header, answer = self.supervisor.call(calls, request)
                self.replies += pack((b"" if header is None else json.dumps(header).encode()) + b"\n" + answer)
                if scratch.suspect and not scratch.clean:
                    self.late()
                    self.flush()
                    return
                if len(self.replies) > UNSENT:
                    self.flush()
            self.flush()

    def late(self) -> None:
        """Keep nobody waiting for a long call: send the replies that there are, and give back what is not begun."""
        if self.waiting:
            self.replies += pack(json.dumps({"back": len(self.waiting)}).encode() + b"\n")
            self.waiting = []
        self.flush()

    def flush(self) -> None:
        """Send the replies that there are."""
        if self.replies:
            write_all(self.control, self.replies)
            self.replies = b""


def _hold(settings: dict[str, Any], network: bool) -> Hold:
    namespaces = settings["namespaces"]
    # others than root leave the network by a user namespace, in which they are counted alone
    alone = not (network or settings["filtered"] or os.getuid() == 0)
    return Hold(bytes.fromhex(settings["filter"]), namespaces, namespaces or alone, settings["closed"])


def _prepare_signals(settings: dict[str, Any]) -> None:
    """The engine's end, and nothing else, ends this process. Where it is process 1, no signal reaches it unhandled."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if not settings["namespaces"]:
        worker = os.getpid()
        signal.signal(signal.SIGTERM, lambda number, frame: _end(worker))
        system.die_with_parent(settings["engine"], signal.SIGTERM)


def _load(settings: dict[str, Any], control: int) -> Library:
    sys.path[:0] = settings["path"]
    sys.path += [folder for folder in settings["fallback_path"] if folder not in sys.path]
    library = Library()
    for module, functions in settings["modules"].items():
        _send(control, {"importing": module})
        library.load(module, functions)
    return library


def _lowest(control: int) -> int:
    """The same socket by the number `PIPE`, which a child has its pipe in the place of."""
    if control != PIPE:
        os.dup2(control, PIPE, False)
        os.close(control)
    return PIPE


def _end(worker: int) -> None:
    if os.getpid() != worker:  # a child that has not left the worker's handlers yet
        os._exit(1)
    raise Ended


def _send(control: int, message: dict[str, Any]) -> None:
    write_all(control, pack(json.dumps(message).encode()))
