"""What the child of a call does to itself before it runs anything of the library: it accepts its limits for good."""

import os
import resource
from collections.abc import Callable
from os import _exit, closerange, dup2, getpid, getppid, setsid
from resource import RLIMIT_CPU, setrlimit
from typing import NamedTuple

from . import system
from .system import DEFAULT, PR_SET_PDEATHSIG, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, SIGKILL, SIGTERM, set_handler
from .system import raw_prctl as prctl

PIPE = 3  # by which a child answers; the number that the engine's socket has in the worker
FIRST_UNUSED = PIPE + 1
MAX_OPEN_FILES = 512
MAX_PROCESSES = 128  # threads count as well


class Hold(NamedTuple):
    """What holds a call beside its limits.

    `filter` is a seccomp program for the child, empty if none; a child that has one can make no processes.
    `namespaces`: the worker is the first of its process ids, and all others end with it. `counted`: processes can be
    limited in number. `closed`: a call can change no files but those of its scratch folder.
    """

    filter: bytes
    namespaces: bool
    counted: bool
    closed: bool


def entrance(hold: Hold, cpu_time: int, file_bytes: int, memory: int) -> Callable[[int, int], None]:
    """What a child calls first, with the pipe to answer by and how many calls it will make.

    Made in the worker: what may hold for it as well is set at once, so that children have it from the start, and all
    that is left to do is held by variables of one function, which cost a child the least.

    Args:
        cpu_time: seconds of processor time a call.
        file_bytes: that each file may have.
        memory: bytes of address space beyond what is used now.
    """
    system.limit(resource.RLIMIT_CORE, 0)
    system.limit(resource.RLIMIT_FSIZE, file_bytes)
    if hold.counted:
        system.limit(resource.RLIMIT_NPROC, MAX_PROCESSES)
    used = system.address_space()
    if used is not None:
        system.limit(resource.RLIMIT_AS, used + memory)
    namespaces, worker = hold.namespaces, os.getpid()
    described, own = system.filter_to_install(hold.filter) if hold.filter else (None, [])
    time_limit = system.processor_time_limit(cpu_time)

    def enter(answer: int, calls: int) -> None:
        dup2(answer, PIPE, False)
        closerange(FIRST_UNUSED, MAX_OPEN_FILES)
        if calls > 1:
            system.limit(RLIMIT_CPU, cpu_time * calls, cpu_time * calls + 1)
        else:
            setrlimit(RLIMIT_CPU, time_limit)
        if not namespaces:
            set_handler(SIGTERM, DEFAULT)  # the worker's
            prctl(PR_SET_PDEATHSIG, SIGKILL)
            if getppid() != worker:
                _exit(1)
        if described is None:
            setsid()
            return
        for place in own:
            place.value = getpid()
        if prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, described):
            raise OSError("the filter of system calls cannot be installed")

    return enter
