"""The worker's main loop: take the settings, import the library, then one reply a request until the engine is gone.

engine → worker   settings                                  (JSON)
worker → engine   {"importing": module}, one a module       (JSON)
                  {"ready": true, "network": bool, "broken": {module: why}}
engine → worker   {"target", "arguments", "order"}          (JSON)
worker → engine   header, line feed, the child's answer     (JSON twice)
"""

import contextlib
import json
import os
import resource
import signal
import sys
from typing import Any

from . import system
from .frames import pack, read_frame, write_all
from .library import Library
from .supervision import MAX_OPEN_FILES, EngineGone, Hold, Limits, Supervisor, freeze


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
    system.limit(resource.RLIMIT_CORE, 0)
    library = _load(settings, control)
    system.drop_privileges()
    worker = os.getpid()
    signal.signal(signal.SIGTERM, lambda number, frame: _end(worker))
    if not settings["namespaces"]:  # there, what a call leaves is gone with the namespace
        system.die_with_parent(settings["engine"], signal.SIGTERM)
    freeze()
    alone = not (
        network or settings["filtered"] or os.getuid() == 0
    )  # others than root leave the network by a user namespace
    hold = Hold(bytes.fromhex(settings["filter"]), settings["namespaces"], settings["namespaces"] or alone)
    supervisor = Supervisor(library, Limits(**settings["limits"]), control, settings["scratch"], hold)
    supervisor.sweep()  # what the import started
    supervisor.scratch.empty()
    _send(control, {"ready": True, "network": network, "broken": library.broken})
    try:
        while True:
            header, answer = supervisor.call(json.loads(read_frame(control)))
            write_all(control, pack(json.dumps(header).encode() + b"\n" + answer))
            if not supervisor.clean:
                return
    finally:
        supervisor.sweep()
        for folder in (settings["scratch"], os.path.dirname(settings["scratch"])):
            with contextlib.suppress(OSError):  # the last worker takes the common folder along
                os.rmdir(folder)


def _load(settings: dict[str, Any], control: int) -> Library:
    sys.path[:0] = settings["path"]
    sys.path += [folder for folder in settings["fallback_path"] if folder not in sys.path]
    library = Library()
    for module, functions in settings["modules"].items():
        _send(control, {"importing": module})
        library.load(module, functions)
    return library


def _lowest(control: int) -> int:
    """The same socket by the lowest number there is, below the limit of open files."""
    lowest = os.dup(control)
    os.close(control)
    return lowest


def _end(worker: int) -> None:
    if os.getpid() != worker:  # a child that has not left the worker's handlers yet
        os._exit(1)
    raise Ended


def _send(control: int, message: dict[str, Any]) -> None:
    write_all(control, pack(json.dumps(message).encode()))
