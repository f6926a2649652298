"""Script: confine this process, then run another script in it.

    python enter.py CONFINEMENT SCRIPT [ARGUMENT …]

CONFINEMENT is JSON: `filter` is a seccomp program in hexadecimal; `landlock`, if given, holds the paths that may be
read (`read`), listed (`list`) and changed (`write`); `network`: whether it stays; `uid`: the user to become (or null);
`scoped`: whether signals must stay inside where files do not.
What cannot be applied ends the process: nothing runs with less than was asked for.

It imports nothing of the package, and holds for the process and all that come from it.
"""

import ctypes
import json
import os
import runpy
import struct
import sys

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
PR_SET_KEEPCAPS = 8
CAPABILITY_VERSION_3 = 0x20080522
READ_ANYWHERE = 1 << 2  # CAP_DAC_READ_SEARCH
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on all architectures
RULE_PATH_BENEATH, ABI_VERSION = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REFER, TRUNCATE, IOCTL_DEV = (1 << bit for bit in (0, 1, 2, 3, 13, 14, 15))
MAKE_DEVICES = 1 << 6 | 1 << 11  # character and block
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

_libc = ctypes.CDLL(None, use_errno=True)


class Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def install_filter(program: bytes) -> None:
    """Hold this process to a seccomp program from now on."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    described = Program(len(program) // 8, program)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(described))


def prctl(option: int, *values: int) -> None:
    padded = (*values, 0, 0, 0, 0)[:4]
    _checked(_libc.prctl(option, *(ctypes.c_ulong(value) for value in padded)), f"prctl {option}")


def landlock_abi() -> int:
    """The version of Landlock that this kernel has; 0 if none."""
    version: int = _libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(ABI_VERSION))
    return max(version, 0)


def restrict_files(rules: dict[str, list[str]], network: bool) -> None:
    """Hold this process to what the rules grant, by Landlock, as much of it as this kernel knows.

    Args:
        rules: paths by `read`, `list` and `write`; missing ones are passed over.
        network: whether TCP may still be used.
    """
    abi = landlock_abi()
    handled = (1 << 13) - 1
    handled |= (REFER if abi >= 2 else 0) | (TRUNCATE if abi >= 3 else 0) | (IOCTL_DEV if abi >= 5 else 0)
    ports = 0 if network or abi < 4 else 3  # bind, connect
    scopes = 3 if abi >= 6 else 0  # abstract sockets, signals
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    attributes = struct.pack("=QQQ", handled, ports, scopes)
    ruleset = _libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    _checked(ruleset, "landlock_create_ruleset")
    granted = {"read": EXECUTE | READ_FILE | READ_DIR, "list": READ_DIR, "write": handled & ~MAKE_DEVICES}
    for kind, paths in rules.items():
        for path in paths:
            _grant(ruleset, path, granted[kind] & handled)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    _checked(_libc.syscall(RESTRICT_SELF, ruleset, ctypes.c_uint32(0)), "landlock_restrict_self")
    os.close(ruleset)


def _grant(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        rights &= OF_FILES
    rule = struct.pack("=Qi", rights, descriptor)
    _checked(_libc.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, ctypes.c_uint32(0)), f"landlock rule for {path}")
    os.close(descriptor)


def scope_signals() -> None:
    """Have no signal and no abstract socket reach further than this process and its children (Linux 6.12)."""
    if landlock_abi() < 6:
        return
    ruleset = _libc.syscall(CREATE_RULESET, struct.pack("=QQQ", 0, 0, 3), ctypes.c_size_t(24), ctypes.c_uint32(0))
    _checked(ruleset, "landlock_create_ruleset")
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    _checked(_libc.syscall(RESTRICT_SELF, ruleset, ctypes.c_uint32(0)), "landlock_restrict_self")
    os.close(ruleset)


def become(user: int) -> None:
    """Give up root for an ordinary user without groups, who may still read what root may: Landlock says which files."""
    prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    keep_capabilities(READ_ANYWHERE)


def keep_capabilities(kept: int) -> None:
    """Give up all other privileges for good."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    _checked(_libc.capset(header, struct.pack("=6I", kept, kept, 0, 0, 0, 0)), "capset")


def _checked(result: int, what: str) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def main(confinement: str, script: str, arguments: list[str]) -> None:
    """Confine this process, then be the script."""
    wanted = json.loads(confinement)
    user = wanted.get("uid")
    if user is not None:
        become(user)
    if "landlock" in wanted:
        restrict_files(wanted["landlock"], wanted["network"])
    if wanted.get("scoped"):
        scope_signals()
    keep_capabilities(0 if user is None else READ_ANYWHERE)
    install_filter(bytes.fromhex(wanted["filter"]))
    os.environ.pop("PWD", None)  # bubblewrap's
    sys.argv[:] = [script, *arguments]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
