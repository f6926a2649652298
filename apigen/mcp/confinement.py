"""What a server that runs on this machine can reach: as little as it needs, as far as the system can hold it to that.

With bubblewrap (`bwrap`) a server sees the system's programs read-only, its own installation, an empty /tmp, its
scratch folder, and the folders that it is granted; no other process, and no network unless granted. Without it, it
runs as an ordinary process, without network where the kernel allows to cut it. What works is found by trying.
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

GUARD = Path(__file__).with_name("guard.py")
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix", "/gnu")
SETTINGS = (
    "alternatives", "ca-certificates", "ca-certificates.conf", "crypto-policies", "debian_version", "fonts", "gai.conf",
    "group", "host.conf", "hosts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "login.defs", "mime.types",
    "nsswitch.conf", "os-release", "passwd", "pki", "protocols", "python3", "resolv.conf", "services", "ssl",
    "timezone",
)  # fmt: skip
PREFIX = ("lib", "lib64", "libexec", "share/npm", "pyvenv.cfg")  # beside the `bin` of an installation
MAX_LINKS = 20
TRIAL_TIME = 10.0  # seconds; a trial that takes longer counts as failed


class Grants(NamedTuple):
    """What one server may use: the network, files and folders to read and to write. `scratch` is its own folder."""

    scratch: str
    network: bool = False
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    cwd: str | None = None


def server_command(command: str, args: Sequence[str], grants: Grants) -> list[str]:
    """The command line that starts a server in confinement, or plainly where there is none.

    Args:
        command: absolute path of the program.
    """
    wrapper = bubblewrap(grants.network)
    if wrapper is None:
        return [command, *args]
    return [wrapper, *_profile(command, args, grants), "--", command, *args]


def guarded(command: Sequence[str], network: bool, lifeline: int, scratch: str = "") -> list[str]:
    """The command line under the guard, which ends all its processes with the engine and cuts its network.

    Args:
        scratch: the folder that is removed if the engine is gone.
    """
    cut = not network and bubblewrap(network) is None and network_can_be_cut()
    return [sys.executable, "-I", "-S", "-B", str(GUARD), str(lifeline), "cut" if cut else "keep", scratch, *command]


def isolation(network: bool) -> str:
    """What stands between a server and the machine, in words: `bubblewrap, no network`."""
    if bubblewrap(network) is not None:
        return "bubblewrap, network" if network else "bubblewrap, no network"
    return "process, no network" if not network and network_can_be_cut() else "process, network reachable"


@functools.cache
def bubblewrap(network: bool) -> str | None:
    """Path of a `bwrap` that can hold a server here, or None."""
    wrapper = shutil.which("bwrap")
    program = shutil.which("true")
    if wrapper is None or program is None:
        return None
    return wrapper if _works([wrapper, *_namespaces(network), *_system(), "--", program]) else None


@functools.cache
def network_can_be_cut() -> bool:
    """Whether the guard can start a process without network."""
    program = shutil.which("true")
    if program is None:
        return False
    read_end, write_end = os.pipe()
    try:
        line = [sys.executable, "-I", "-S", "-B", str(GUARD), str(read_end), "cut", "", program]
        return _works(line, read_end)
    finally:
        os.close(read_end)
        os.close(write_end)


def _works(line: list[str], *descriptors: int) -> bool:
    devnull = subprocess.DEVNULL
    try:
        done = subprocess.run(
            line, stdin=devnull, stdout=devnull, stderr=devnull, timeout=TRIAL_TIME, pass_fds=descriptors, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _profile(command: str, args: Sequence[str], grants: Grants) -> Iterator[str]:
    """The options of bubblewrap. Later ones lie over earlier ones."""
    yield from _namespaces(grants.network)
    yield from _system()
    for path in dict.fromkeys([*_installation(command, args), *grants.read, *([grants.cwd] if grants.cwd else [])]):
        if not _is_part_of_system(path):
            yield from ("--ro-bind-try", path, path)
    for path in (grants.scratch, *grants.write):
        yield from ("--bind", path, path)
    yield from ("--chdir", grants.cwd or grants.scratch)


def _namespaces(network: bool) -> Iterator[str]:
    yield from ("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL")
    if network:
        yield "--share-net"


def _system() -> Iterator[str]:
    for path in SYSTEM:
        if os.path.islink(path):
            yield from ("--symlink", os.readlink(path), path)
        else:
            yield from ("--ro-bind-try", path, path)
    for name in SETTINGS:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    yield from ("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp")


def _installation(command: str, args: Sequence[str]) -> Iterator[str]:
    """Where the program lies, with what is installed beside it; and the files that its arguments name."""
    yield from _homes(Path(command))
    interpreter = _interpreter(command)
    if interpreter:
        yield from _homes(Path(interpreter))
    for arg in args:
        if os.path.isabs(arg) and os.path.isfile(arg):
            yield from _homes(Path(arg))


def _homes(program: Path) -> Iterator[str]:
    """What a program needs of the place where it lies, at each link on the way to it."""
    for _ in range(MAX_LINKS):
        program = Path(os.path.abspath(program))
        folder = program.parent
        if folder.name == "bin":
            yield from (str(folder.parent / part) for part in PREFIX)
        yield str(program if folder in (Path("/"), Path("/tmp"), Path.home()) else folder)
        yield from (str(above / "node_modules") for above in program.parents if (above / "node_modules").is_dir())
        if not program.is_symlink():
            return
        program = folder / os.readlink(program)


def _interpreter(command: str) -> str | None:
    """The interpreter that a script names in its first line."""
    try:
        with open(command, "rb") as file:
            start = file.read(512)
    except OSError:
        return None
    if not start.startswith(b"#!"):
        return None
    words = start[2:].split(b"\n", 1)[0].decode("utf-8", "replace").split()
    return next((word for word in words if os.path.isabs(word) and os.path.basename(word) != "env"), None)


def _is_part_of_system(path: str) -> bool:
    return any(path == place or path.startswith(place + "/") for place in SYSTEM if not os.path.islink(place))
