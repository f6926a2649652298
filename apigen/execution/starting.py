"""How a worker process is started: a fresh Python in a jail, with an environment made from nothing."""

import asyncio
import os
import socket
import subprocess
from pathlib import Path

from apigen.execution.workers import Worker, WorkerLost
from apigen.jail.places import Places
from apigen.jail.tiers import Jail

ZYGOTE = Path(__file__).with_name("zygote")
START = ZYGOTE / "start.py"


async def start(scratch: Path, max_frame: int, jail: Jail, places: Places, scratch_bytes: int) -> Worker:
    """Start a worker process in a jail, with `scratch` as its home and working folder (or the jail's own one).

    Raises:
        WorkerLost: the system does not give another process.
    """
    try:
        process, engine_end = _spawn(scratch, jail, places, scratch_bytes)
    except OSError as error:
        raise WorkerLost(f"no worker process could be started: {error}") from error
    worker = Worker(process, scratch, max_frame)
    try:
        await asyncio.get_running_loop().create_unix_connection(lambda: worker, sock=engine_end)
    except BaseException:
        engine_end.close()
        worker.kill()
        raise
    return worker


def _spawn(
    scratch: Path, jail: Jail, places: Places, scratch_bytes: int
) -> tuple["subprocess.Popen[bytes]", socket.socket]:
    """The process, and the engine's end of the socket to it.

    It must be the event loop's own thread that starts it: the kernel ends a worker with the thread that it came from.
    """
    scratch.mkdir(parents=True)
    jail.give(scratch)
    engine_end, worker_end = socket.socketpair()
    with worker_end:
        descriptor = worker_end.fileno()
        try:
            process = subprocess.Popen(
                jail.command(START, [str(descriptor)], places, scratch, scratch_bytes),
                pass_fds=[descriptor],
                env=environment(jail.scratch(scratch)),
                cwd=scratch,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            engine_end.close()
            raise
    return process, engine_end


def environment(scratch: str) -> dict[str, str]:
    """All that a call finds in its environment: nothing of the engine's but the way to shared libraries.

    Hashes are fixed, so that what depends on the order of a set is the same in every worker; Python's isolated mode
    (`-I`) would ignore that. Numerical libraries stay single-threaded: threads do not survive a fork.
    Shared libraries are bound at the start (`LD_BIND_NOW`, which a call does not find), and not by each child anew.
    """
    fixed = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "HOME": scratch,
        "TMPDIR": scratch,
        "PYTHONHASHSEED": "0",
        "LD_BIND_NOW": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
    shared = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return fixed | shared
