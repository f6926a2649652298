"""Filters of system calls (seccomp, mode 2), as classic BPF programs for x86_64 and aarch64.

Two programs, one upon the other. `worker_program` holds a process from before its first import: no way to another
program, namespace, mount, key, trace or socket; it can still fork. `call_program` is added in the child of one call:
no process but its own, no signal to others. What is forbidden fails with EPERM; `clone3` does with ENOSYS, so that the
C library goes back to `clone`, whose flags can be read here. Another architecture's calls end the process.
"""

import errno
import platform
import struct
from collections.abc import Iterable, Iterator

SELF = 0x7EAD_BEEF
"""Stands in `call_program` for the child's own process id, which only the child knows."""

ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
X32 = 0x4000_0000
ALLOW, ERROR, KILL = 0x7FFF_0000, 0x0005_0000, 0x8000_0000
LOAD, IS, AT_LEAST, HAS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # where they stand in what the kernel shows to a filter
CLONE_THREAD, CLONE_NEW = 0x0001_0000, 0x7E02_0080
AF_INET, AF_INET6 = 2, 10
F_SETOWN, F_SETSIG, F_SETOWN_EX = 8, 10, 15
TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP = 0x5412, 0x541C, 0x8901, 0x8902
PR_SET_PDEATHSIG = 1

# name: (x86_64, aarch64); None where the architecture has no such call
CALLS: dict[str, tuple[int | None, int | None]] = {
    "acct": (163, 89), "add_key": (248, 217), "adjtimex": (159, 171), "bpf": (321, 280), "chmod": (90, None),
    "chown": (92, None), "chroot": (161, 51), "clock_adjtime": (305, 266), "clock_settime": (227, 112),
    "clone": (56, 220), "clone3": (435, 435), "delete_module": (176, 106), "execve": (59, 221), "execveat": (322, 281),
    "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "fchown": (93, 55), "fchownat": (260, 54),
    "fcntl": (72, 25), "finit_module": (313, 273), "fork": (57, None), "fremovexattr": (199, 16),
    "fsconfig": (431, 431),
    "fsetxattr": (190, 7), "fsmount": (432, 432), "fsopen": (430, 430), "fspick": (433, 433),
    "futimesat": (261, None),
    "init_module": (175, 105), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425), "ioctl": (16, 29), "ioperm": (173, None), "iopl": (172, None),
    "ioprio_set": (251, 30), "kcmp": (312, 272), "kexec_file_load": (320, 294), "kexec_load": (246, 104),
    "keyctl": (250, 219), "kill": (62, 129), "lchown": (94, None), "lookup_dcookie": (212, 18),
    "lremovexattr": (198, 15), "lsetxattr": (189, 6), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "migrate_pages": (256, 238), "mknod": (133, None), "mknodat": (259, 33), "modify_ldt": (154, None),
    "mount": (165, 40), "mount_setattr": (442, 442), "move_mount": (429, 429), "move_pages": (279, 239),
    "mq_open": (240, 180), "msgget": (68, 186), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "open_tree": (428, 428), "open_tree_attr": (467, 467), "perf_event_open": (298, 241), "personality": (135, 92),
    "pidfd_getfd": (438, 438), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pivot_root": (155, 41),
    "prctl": (157, 167), "prlimit64": (302, 261), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "ptrace": (101, 117), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "reboot": (169, 142), "removexattr": (197, 14), "removexattrat": (466, 466),
    "request_key": (249, 218), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274), "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119), "semget": (64, 190), "setdomainname": (171, 162), "sethostname": (170, 161),
    "setns": (308, 268), "setpriority": (141, 140), "settimeofday": (164, 170), "setxattr": (188, 5),
    "setxattrat": (463, 463), "shmget": (29, 194), "socket": (41, 198), "swapoff": (168, 225), "swapon": (167, 224),
    "syslog": (103, 116), "tgkill": (234, 131), "tkill": (200, 130), "umount2": (166, 39), "unshare": (272, 97),
    "userfaultfd": (323, 282), "utime": (132, None), "utimensat": (280, 88), "utimes": (235, None),
    "vfork": (58, None), "vhangup": (153, 58), "vmsplice": (278, 75),
}  # fmt: skip

ALWAYS = (
    # other programs, other namespaces, other file systems
    "execve", "execveat", "unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "mount_setattr", "move_mount",
    "open_tree", "open_tree_attr", "fsopen", "fsconfig", "fsmount", "fspick", "open_by_handle_at", "name_to_handle_at",
    # other processes
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "kcmp", "pidfd_open",
    "pidfd_getfd", "pidfd_send_signal", "migrate_pages", "move_pages",
    # large or young parts of the kernel, and memory that no limit counts
    "bpf", "perf_event_open", "io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd", "memfd_create",
    "memfd_secret", "keyctl", "add_key", "request_key", "vmsplice", "shmget", "semget", "msgget", "mq_open",
    # the machine
    "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff",
    "syslog", "acct", "quotactl", "quotactl_fd", "lookup_dcookie", "clock_settime", "clock_adjtime", "settimeofday",
    "adjtimex", "sethostname", "setdomainname", "personality", "iopl", "ioperm", "modify_ldt", "vhangup", "mknod",
    "mknodat",
)  # fmt: skip
# What changes a file without opening it: neither Landlock nor a limit holds it.
METADATA = (
    "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "utime", "utimes", "futimesat",
    "utimensat", "setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr",
    "removexattrat",
)  # fmt: skip
# What reaches processes outside where all of them can be seen.
NEIGHBOURS = ("setpriority", "ioprio_set", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler")
SIGNALS = ("kill", "tgkill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def supported() -> bool:
    """Whether there are tables for this machine."""
    return platform.machine() in ARCHITECTURES


def worker_program(*, network: bool, namespaces: bool, machine: str = "") -> bytes:
    """The filter of a whole worker, import-time code included.

    Args:
        network: whether internet sockets may be made.
        namespaces: whether the process has process ids, mounts and IPC of its own, so that less need be forbidden.
        machine: as `platform.machine()` has it; default: this one.
    """
    table = _Table(machine)
    rules = list(table.deny(ALWAYS))
    rules += table.only("socket", AF_INET, AF_INET6) if network else table.deny(["socket"])
    rules += table.unless("ioctl", TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP)
    rules += table.unless("fcntl", F_SETOWN, F_SETOWN_EX, F_SETSIG)
    rules += table.without("clone", CLONE_NEW)
    rules += table.deny(["clone3"], errno.ENOSYS)
    if not namespaces:
        rules += [*table.deny(METADATA), *table.deny(NEIGHBOURS), *table.only("prlimit64", 0)]
    return table.program(rules)


def call_program(*, namespaces: bool, machine: str = "") -> bytes:
    """The filter of one call, upon the worker's: no processes, no signals to others, no outliving the worker."""
    table = _Table(machine)
    rules = [*table.deny(["fork", "vfork"]), *table.with_flag("clone", CLONE_THREAD)]
    rules += table.deny(["clone3"], errno.ENOSYS)
    rules += table.unless("prctl", PR_SET_PDEATHSIG)
    if not namespaces:
        for name in SIGNALS:
            rules += table.only(name, SELF)
    return table.program(rules)


class _Table:
    """Writes rules for one architecture. Each finds the call's number loaded, and leaves it loaded."""

    def __init__(self, machine: str) -> None:
        machine = machine or platform.machine()
        self.architecture = ARCHITECTURES[machine]
        self.x32 = machine == "x86_64"
        self.column = list(ARCHITECTURES).index(machine)

    def numbers(self, names: Iterable[str]) -> Iterator[int]:
        for name in names:
            number = CALLS[name][self.column]
            if number is not None:
                yield number

    def deny(self, names: Iterable[str], error: int = errno.EPERM) -> Iterator[Instruction]:
        for number in self.numbers(names):
            yield from ((IS, 0, 1, number), (RETURN, 0, 0, ERROR | error))

    def only(self, name: str, *values: int) -> Iterator[Instruction]:
        """The first argument must be one of `values`."""
        tests = [(IS, len(values) - i, 0, value) for i, value in enumerate(values)]
        yield from self._look(name, 0, [*tests, (RETURN, 0, 0, ERROR | errno.EPERM)])

    def unless(self, name: str, *values: int) -> Iterator[Instruction]:
        """The command (`prctl`: first argument, else the second) must be none of `values`."""
        tests = [(IS, len(values) - i - 1, 0 if i + 1 < len(values) else 1, value) for i, value in enumerate(values)]
        yield from self._look(name, 0 if name == "prctl" else 1, [*tests, (RETURN, 0, 0, ERROR | errno.EPERM)])

    def with_flag(self, name: str, flag: int) -> Iterator[Instruction]:
        yield from self._look(name, 0, [(HAS, 1, 0, flag), (RETURN, 0, 0, ERROR | errno.EPERM)])

    def without(self, name: str, flags: int) -> Iterator[Instruction]:
        yield from self._look(name, 0, [(HAS, 0, 1, flags), (RETURN, 0, 0, ERROR | errno.EPERM)])

    def _look(self, name: str, argument: int, tests: list[Instruction]) -> Iterator[Instruction]:
        """Tests of the lower half of an argument; all that are looked at here are 32 bits wide."""
        for number in self.numbers([name]):
            yield (IS, 0, len(tests) + 2, number)
            yield (LOAD, 0, 0, ARGUMENTS + 8 * argument)
            yield from tests
            yield (LOAD, 0, 0, NUMBER)

    def program(self, rules: list[Instruction]) -> bytes:
        start = [(LOAD, 0, 0, ARCHITECTURE), (IS, 1, 0, self.architecture), (RETURN, 0, 0, KILL), (LOAD, 0, 0, NUMBER)]
        if self.x32:
            start += [(AT_LEAST, 0, 1, X32), (RETURN, 0, 0, KILL)]
        return b"".join(struct.pack("<HBBI", *one) for one in [*start, *rules, (RETURN, 0, 0, ALLOW)])
