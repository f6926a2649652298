"""Functions of every temper: how calls end, and what they leave behind. Quick to import."""

import builtins
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

CALLS: list[int] = []


def pair(a: int, b: int = 2):
    return [a, b]


# ends
class LibraryError(ValueError):
    """An error of the library that says that a value is wrong."""


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no")


class Shouting(Exception):
    def __str__(self):
        return "\x1b[31m" + "A" * 10_000_000


def raises(kind: str):
    errors = {
        "TypeError": TypeError("wrong"),
        "ValueError": ValueError("wrong"),
        "LibraryError": LibraryError("wrong"),
        "KeyError": KeyError("wrong"),
        "IndexError": IndexError("wrong"),
        "ZeroDivisionError": ZeroDivisionError("wrong"),
        "OverflowError": OverflowError("wrong"),
        "RuntimeError": RuntimeError("wrong"),
        "OSError": OSError("wrong"),
        "TimeoutError": TimeoutError("wrong"),
        "AssertionError": AssertionError("wrong"),
        "StopIteration": StopIteration("wrong"),
        "GeneratorExit": GeneratorExit("wrong"),
        "Unspeakable": Unspeakable(),
        "Shouting": Shouting(),
        "SystemExit": SystemExit(0),
        "KeyboardInterrupt": KeyboardInterrupt(),
        "MemoryError": MemoryError(),
        "ExceptionGroup": ExceptionGroup("wrong", [ValueError("wrong")]),
    }
    raise errors[kind]


def recurses():
    return recurses()


def ends(how: str):
    if how == "exit":
        os._exit(0)
    if how == "status":
        os._exit(7)
    if how == "abort":
        os.abort()
    if how == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    os.kill(os.getpid(), signal.SIGKILL)


def spins():
    while True:
        pass


def sleeps(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def ignores_signals():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_IGN)
    while True:
        try:
            time.sleep(1)
        except BaseException:
            continue


def stops_itself():
    os.kill(os.getpid(), signal.SIGSTOP)


def allocates(mebibytes: int) -> int:
    return len(bytearray(mebibytes << 20))


def prints(size: int, stream: str = "stdout") -> int:
    print("y" * size, file=getattr(sys, stream))
    return size


def forges(text: str) -> str:
    os.write(3, text.encode("latin-1"))
    os._exit(0)


# traces that a call may leave
def counts() -> int:
    CALLS.append(1)
    return len(CALLS)


def spoils() -> str:
    CALLS.append(1)
    builtins.len = lambda thing: 99
    json.dumps = None
    time.monotonic = None
    os.environ["SPOILT"] = "1"
    os.umask(0)
    os.chdir("/")
    sys.setrecursionlimit(20_000)
    sys.modules["math"] = None
    random.seed(1)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    Path(os.environ["HOME"], "left").write_text("left")
    return "spoilt"


def surroundings() -> dict:
    import math as imported

    return {
        "calls": len(CALLS),
        "length": len([1, 2]),
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "files": os.listdir(),
        "recursion": sys.getrecursionlimit(),
        "math": imported is not None,
        "threads": threading.active_count(),
        "ignored": signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN,
        "umask": os.umask(0o22),
        "json": json.dumps([1]),
    }


def stubborn_files() -> str:
    Path("a/b").mkdir(parents=True)
    Path("a/b/file").write_text("x")
    Path("link").symlink_to("/")
    Path("a/b").chmod(0)
    Path("a").chmod(0)
    Path(".").chmod(0)
    return "left"


def replaces_scratch(target: str) -> str:
    home = os.environ["HOME"]
    os.rmdir(home)
    os.symlink(target, home)
    return "replaced"


def writes(mebibytes: int) -> str:
    Path("big").write_bytes(b"x" * (mebibytes << 20))
    return "written"


def leaves_processes() -> list[int]:
    """A child in the group, and a daemon: forked twice, in a session of its own."""
    child = subprocess.Popen(["sleep", "300"])
    read_end, write_end = os.pipe()
    if os.fork() == 0:
        os.setsid()
        daemon = os.fork()
        if daemon == 0:
            time.sleep(300)
        os.write(write_end, str(daemon).encode())
        os._exit(0)
    os.wait()
    return [child.pid, int(os.read(read_end, 20))]


def connects(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        return "connected"


def environment_of(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_bytes().decode("latin-1")


def descriptors() -> list[int]:
    found = []
    for number in range(64):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found


def parent() -> int:
    return os.getppid()


def kills_worker_once(flag: str) -> str:
    """The first time, the worker dies under the call (by the call's own hand, which is as good as any)."""
    if not os.path.exists(flag):
        Path(flag).touch()
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(30)
    return "done"


def kills_worker() -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(30)


def hash_of(text: str) -> int:
    return hash(text)
