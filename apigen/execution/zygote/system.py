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

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
SELF = 0x7EAD_BEEF  # stands in a filter for the process id
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int) -> None:
    """`prctl(2)`; nothing on other systems than Linux."""
    if LINUX:
        _libc.prctl(option, *(ctypes.c_ulong(argument) for argument in (value, 0, 0, 0)))


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

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def install_filter(program: bytes) -> None:
    """Hold this process to a seccomp program from now on.

    Raises:
        OSError: the kernel does not take it.
    """
    own = program.replace(struct.pack("<I", SELF), struct.pack("<I", os.getpid()))
    described = Program(len(own) // 8, own)
    address = ctypes.c_ulong(ctypes.addressof(described))
    if _libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), address, ctypes.c_ulong(0), ctypes.c_ulong(0)):
        raise OSError(ctypes.get_errno(), "the filter of system calls cannot be installed")


def die_with_parent(parent: int, signal_number: int) -> None:
    """Have the kernel end this process when `parent` ends (Linux)."""
    prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os._exit(1)


def address_space() -> int | None:
    """Bytes of address space this process uses, or None if the system does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return None


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
