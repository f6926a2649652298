"""Runs a model server and ends it as soon as the process that wanted it is gone. Started as a script, by `server.py`.

Standard input is a pipe whose other end only the engine holds. Its first line says what to start, as JSON; its end
means that the engine is gone, whatever it died of. Should this process itself be killed, the kernel ends the server
(Linux only). Output, the server's included, goes to a log file that is kept small.
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys

LOG_BYTES = 1 << 20
PR_SET_PDEATHSIG = 1


def main() -> int:
    """Serve until the server ends or the engine is gone; the server's exit code, negative for a signal."""
    task = json.loads(_line())
    # fork and exec: a preexec function is safe here, for this process has one thread
    server = subprocess.Popen(
        task["command"],
        stdin=subprocess.PIPE,
        env=task["environment"],
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )
    assert server.stdin is not None
    try:
        server.stdin.write(json.dumps(task["settings"]).encode() + b"\n")
        server.stdin.flush()
    except OSError:
        pass  # it has ended already; its exit code says so
    while server.poll() is None:
        readable, _, _ = select.select([0], [], [], 0.5)
        if readable and not os.read(0, 4096):
            server.kill()
            server.wait()
            return 0
        if os.fstat(1).st_size > LOG_BYTES:
            os.ftruncate(1, 0)  # it is written to by appending
    return server.returncode


def _line() -> bytes:
    """The first line, and not a byte more."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            raise SystemExit(0)
        line += byte
    return line


def _die_with_parent() -> None:
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    code = main()
    if code < 0:  # end as the server did, so that the engine sees which signal it was
        signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -code)
    sys.exit(code)
