"""What the operating system offers to hold a call: resource limits everywhere, and on Linux no network, no privileges,
no way to outlive its parent. What a system lacks is found by trying, and left out.
"""

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
SELF = 0x7EAD_BEEF  # stands in a filter for the process id
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
IN_ANY_CHANGE = 0x4 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800  # attributes, moves, entries made or deleted, the end
HUGE_PAGE, MADV_COLLAPSE = 1 << 21, 25
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.PyDLL(None)
set_handler = sys.modules["_signal"].signal  # the same without making enumeration members of what it is given
SIGTERM, SIGKILL, DEFAULT = int(signal.SIGTERM), int(signal.SIGKILL), int(signal.SIG_DFL)
raw_prctl: Callable[..., int] = _libc.prctl if LINUX else lambda *_: 0


def prctl(option: int, value: int) -> None:
    """`prctl(2)`; nothing on other systems than Linux."""
    if LINUX:
        raw_prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))


def leave_network() -> bool:
    """Move this process into a network of its own with nothing in it. Must run before any thread is started.

    Returns:
        Whether it worked: root may, others only where the kernel lets them make a user namespace.
    """
    if not LINUX:
        return False
    if _libc.unshare(CLONE_NEWNET) == 0:
        return True
    user, group = os.getuid(), os.getgid()
    if _libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return False
    with contextlib.suppress(OSError):  # the same ids inside as outside, so that nothing else changes
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    return True


def drop_privileges() -> None:
    """Give up all capabilities for good: root keeps its files, but cannot rejoin the network or read processes."""
    if not LINUX:
        return
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    _libc.capset(header, (ctypes.c_uint32 * 6)())


class Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(ctypes.c_char))]


def filter_to_install(program: bytes) -> tuple[Any, list[ctypes.c_uint32]]:
    """A seccomp program as `raw_prctl` takes it, and the places in it for the process id of who installs it."""
    content = ctypes.create_string_buffer(program, len(program))
    marker = struct.pack("<I", SELF)
    places = [at for at in range(0, len(program), 4) if program[at : at + 4] == marker]
    described = Program(len(program) // 8, ctypes.cast(content, ctypes.POINTER(ctypes.c_char)))
    return ctypes.byref(described), [ctypes.c_uint32.from_buffer(content, at) for at in places]


def processor_time_limit(seconds: int) -> tuple[int, int]:
    """The pair for `RLIMIT_CPU` by which the kernel ends a process after so much processor time."""
    ceiling = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if ceiling == resource.RLIM_INFINITY:
        return seconds, seconds + 1
    return min(seconds, ceiling), min(seconds + 1, ceiling)


def die_with_parent(parent: int, signal_number: int) -> None:
    """Have the kernel end this process when `parent` ends (Linux)."""
    prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os._exit(1)


def watch(folder: str) -> tuple[int, ...]:
    """A descriptor that tells of changes to a folder and of entries that are made in it (Linux); else nothing."""
    if not LINUX:
        return ()
    descriptor = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if descriptor < 0:  # few are granted to a user
        return ()
    if _libc.inotify_add_watch(descriptor, os.fsencode(folder), IN_ANY_CHANGE) < 0:
        os.close(descriptor)
        return ()
    return (descriptor,)


def address_space() -> int | None:
    """Bytes of address space this process uses, or None if the system does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return None


def processor_time(child: int) -> float:
    """Seconds of processor time that a child has used, by all its threads; 0 if the system does not say."""
    if not LINUX:
        return 0.0
    try:
        return time.clock_gettime(~child << 3 | 2)  # as `clock_getcpuclockid(3)` makes it
    except OSError:
        return 0.0


def limit(kind: int, soft: int, hard: int | None = None) -> None:
    """Set a resource limit (`resource.RLIMIT_*`), never above the one already in force."""
    ceiling = resource.getrlimit(kind)[1]
    wanted = [soft, soft if hard is None else hard]
    if ceiling != resource.RLIM_INFINITY:
        wanted = [min(value, ceiling) for value in wanted]
    try:
        resource.setrlimit(kind, (wanted[0], wanted[1]))
    except (OSError, ValueError):
        if kind != resource.RLIMIT_AS:  # macOS knows this limit by name only
            raise


def gather() -> None:
    """Put this process's memory together in huge pages, where there are whole ones of it (Linux 6.1).

    Of small pages a fork copies the entry of each, and the end of the child drops it, whether it was used or not: some
    40 microseconds a mebibyte.
    """
    if not LINUX:
        return
    madvise = _libc.madvise
    madvise.argtypes = [ctypes.c_ulong, ctypes.c_ulong, ctypes.c_int]
    for first, last in _own_memory():
        start, end = -(-first // HUGE_PAGE) * HUGE_PAGE, last // HUGE_PAGE * HUGE_PAGE
        if start < end:
            madvise(start, end - start, MADV_COLLAPSE)  # in vain on older systems


def _own_memory() -> list[tuple[int, int]]:
    """Where the memory that is backed by no file begins and ends."""
    try:
        with open("/proc/self/maps") as file:
            lines = [line.split() for line in file]
    except OSError:
        return []
    ranges = [line[0].split("-") for line in lines if line[1] == "rw-p" and (len(line) < 6 or line[5] == "[heap]")]
    return [(int(first, 16), int(last, 16)) for first, last in ranges]


def children() -> list[int]:
    """Process ids of this process's children (Linux; elsewhere none are found)."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{task}/children") as file:
                found += [int(number) for number in file.read().split()]
    return found


def signal_name(number: int) -> str:
    """`SIGSEGV` for 11."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
