"""Script: try what must be impossible in a jail, and print the names of what was possible, as a JSON list.

    python probe.py TRIAL

TRIAL is JSON: `secret`, a file outside; `port`, where the engine listens on loopback; `engine`, its process id;
`filter`, what a call is held to beside the jail (a seccomp program in hexadecimal). Success is an empty list.
"""

import contextlib
import json
import os
import runpy
import socket
import sys
import tempfile


def attempts(trial: dict[str, str | int]) -> list[str]:
    """What was possible that should not be, of: read, write, network, signals, processes; or a lack of `scratch`."""
    possible = []
    with contextlib.suppress(OSError), open(trial["secret"]):
        possible.append("read")
    with contextlib.suppress(OSError), open(trial["secret"], "a"):
        possible.append("write")
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(trial["port"])), 2):
        possible.append("network")
    with contextlib.suppress(OSError):
        os.kill(int(trial["engine"]), 0)
        possible.append("signals")
    with contextlib.suppress(OSError):
        if os.fork() == 0:
            os._exit(0)
        possible.append("processes")
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
    except OSError:
        possible.append("scratch")
    return possible


def main(trial: dict[str, str | int]) -> None:
    """Try in a child, as calls are made. A program that can be started takes the place of the report."""
    if os.fork() == 0:
        enter = runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "enter.py"))
        enter["install_filter"](bytes.fromhex(str(trial["filter"])))
        report = json.dumps(attempts(trial))
        with contextlib.suppress(OSError):
            os.execv(sys.executable, [sys.executable, "-c", ""])
        os.write(1, report.encode())
        os._exit(0)
    os.wait()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
