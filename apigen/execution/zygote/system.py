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

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
SELF = 0x7EAD_BEEF  # stands in a filter for the process id
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
IN_ANY_CHANGE = 0x4 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800  # attributes, moves, entries made or deleted, the end
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)
_prctl = _libc.prctl if LINUX else _libc.getpid
_prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
_set_handler = sys.modules["_signal"].signal  # the same without making enumeration members of what it is given
SIGTERM, SIGKILL, DEFAULT = int(signal.SIGTERM), int(signal.SIGKILL), int(signal.SIG_DFL)


def prctl(option: int, value: int) -> None:
    """`prctl(2)`; nothing on other systems than Linux."""
    if LINUX:
        _prctl(option, value, 0, 0, 0)


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

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def installer(program: bytes) -> Callable[[], None]:
    """What a child calls to be held to a seccomp program; it puts in its own process id where `SELF` stands.

    The installer raises OSError if the kernel does not take it.
    """
    content = ctypes.create_string_buffer(program, len(program))
    marker = struct.pack("<I", SELF)
    places = [at for at in range(0, len(program), 4) if program[at : at + 4] == marker]
    owns = [ctypes.c_uint32.from_buffer(content, at) for at in places]
    described = Program(len(program) // 8, ctypes.addressof(content))
    address, call, mode = ctypes.addressof(described), _prctl, SECCOMP_MODE_FILTER

    def install(_alive: object = (described, content)) -> None:
        if owns:
            own = os.getpid()
            for place in owns:
                place.value = own
        if call(PR_SET_SECCOMP, mode, address, 0, 0):
            raise OSError("the filter of system calls cannot be installed")

    return install


def processor_limiter(seconds: int) -> Callable[[], None]:
    """What a child calls to be ended by the kernel when it has used so much processor time."""
    ceiling = resource.getrlimit(resource.RLIMIT_CPU)[1]
    pair = [seconds, seconds + 1]
    if ceiling != resource.RLIM_INFINITY:
        pair = [min(value, ceiling) for value in pair]
    if not LINUX:
        return lambda: resource.setrlimit(resource.RLIMIT_CPU, (pair[0], pair[1]))
    given = (ctypes.c_uint64 * 2)(*pair)
    call, address = _libc.setrlimit, ctypes.addressof(given)
    call.argtypes = [ctypes.c_int, ctypes.c_ulong]

    def limit_time(_alive: object = given) -> None:
        if call(resource.RLIMIT_CPU, address):
            raise OSError("the limit of processor time cannot be set")

    return limit_time


def default_signals() -> None:
    """In a child: have no handler of the worker's."""
    _set_handler(SIGTERM, DEFAULT)


def die_with_worker(worker: int) -> None:
    """Have the kernel end this process, a child of the worker's, when the worker ends (Linux)."""
    if LINUX:
        _prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    if os.getppid() != worker:
        os._exit(1)


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
