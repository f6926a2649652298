"""Script: run a server, and leave nothing of it behind.

    python -I -S guard.py LIFELINE cut|keep SCRATCH COMMAND [ARGUMENT …]

The server gets this process's standard streams. When it ends, or when the file descriptor LIFELINE says that the engine
is gone (end of file, however the engine ended), every process that the server started is killed. On Linux also those
that left its process group are found, because orphans become children of this process. If the engine is gone, so is the
server's folder SCRATCH afterwards (an empty text for none), which nobody else would remove. With `cut`, the server is
started in a network of its own, with nothing in it but the loopback; if that cannot be had, nothing is started.

It imports nothing of the package: it is started by its file name.
"""

import contextlib
import ctypes
import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time

NOT_CUT, NOT_STARTED = 125, 127
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
LINUX = sys.platform == "linux"


def main(lifeline: int, network: str, scratch: str, command: list[str]) -> int:
    """Run the command; its exit status, as a shell gives it."""
    if LINUX:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if network == "cut" and not cut_network():
        return NOT_CUT
    wakeup = ended_children()
    try:
        server = subprocess.Popen(command, process_group=0, restore_signals=True, preexec_fn=default_signals)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        return NOT_STARTED
    for stream in (0, 1):  # the server's alone, so that its end is seen
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    while server.poll() is None:
        ready, _, _ = select.select([lifeline, wakeup], [], [])
        if lifeline in ready:
            break
        os.read(wakeup, 512)
    sweep(server)
    if scratch and select.select([lifeline], [], [], 0)[0]:  # the server may have noticed before its guard
        import shutil  # takes longer to import than all the rest

        shutil.rmtree(scratch, ignore_errors=True)
    status = server.returncode
    return status if status >= 0 else 128 - status


def default_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def ended_children() -> int:
    """A file descriptor that becomes readable when a child ends."""
    wakeup, end = os.pipe()
    os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(end, warn_on_full_buffer=False)
    return wakeup


def sweep(server: "subprocess.Popen[bytes]") -> None:
    """Kill the server's group, and (Linux) all that descends from it, until nothing is left."""
    with contextlib.suppress(OSError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    for _ in range(1000):
        left = children()
        if not left:
            return
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.002)


def children() -> list[int]:
    """Process ids of this process's children (Linux; elsewhere none are found)."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(number) for number in file.read().split()]
    except OSError:
        return []


def cut_network() -> bool:
    """Move this process into a network of its own, and bring up the loopback there. Whether it worked."""
    if not LINUX:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWNET) != 0:
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
            return False
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with contextlib.suppress(OSError), open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    with contextlib.suppress(OSError), socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    return True


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]))
