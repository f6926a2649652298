"""The tiers of confinement, and which of them work here: found by trying, in the way that calls are made later.

    bubblewrap   namespaces of its own, files read-only and only those needed, no network; and all of the next two
    landlock     no files but those needed (Linux 5.13 and later); where containers forbid namespaces
    seccomp      no sockets, processes, signals or kernel odds and ends; files stay open to the call
    process      a process with limits, and no network where the system allows to cut it
    none         the same without that; for code that is trusted

Those marked weak protect the run from accidents, not the user's files from malice.
"""

import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from apigen.errors import ConfigError
from apigen.jail import bubblewrap, seccomp
from apigen.jail.enter import landlock_abi
from apigen.jail.places import Places, network_settings, readable

Tier = Literal["bubblewrap", "landlock", "seccomp", "process", "none"]
Isolation = Literal["auto", "bubblewrap", "landlock", "seccomp", "process", "none"]
STRONGEST_FIRST: tuple[Tier, ...] = ("bubblewrap", "landlock", "seccomp", "process")
ENTER = Path(__file__).with_name("enter.py")
PROBE = Path(__file__).with_name("probe.py")
PYTHON = ("-s", "-P", "-B", "-u")
TRIAL_TIME = 30.0  # seconds; a trial that takes longer counts as failed
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
REMEDIES: dict[Tier, str] = {
    "bubblewrap": "apt install bubblewrap   (or: dnf install bubblewrap); containers must allow user namespaces",
    "landlock": "Linux 5.13 or later, on x86_64 or aarch64; `isolation: auto` takes the best that works",
    "seccomp": "Linux on x86_64 or aarch64; `isolation: auto` takes the best that works",
}


@dataclass(frozen=True)
class Jail:
    """One tier, with or without network. Made by `choose`."""

    tier: Tier
    network: bool = False
    program: str = ""
    user: int | None = None
    """Whom root becomes inside; None: nobody else."""

    @property
    def namespaces(self) -> bool:
        """Whether a process has process ids and mounts of its own."""
        return self.tier == "bubblewrap"

    @property
    def filtered(self) -> bool:
        """Whether system calls are filtered."""
        return self.tier in ("bubblewrap", "landlock", "seccomp")

    @property
    def weak(self) -> bool:
        """Whether a call may read what the user may read."""
        return self.tier not in ("bubblewrap", "landlock")

    @property
    def call_filter(self) -> str:
        """What the child of a call must install: a seccomp program in hexadecimal, empty if none."""
        return seccomp.call_program(namespaces=self.namespaces).hex() if self.filtered else ""

    def scratch(self, folder: Path) -> str:
        """The name inside of the folder that may be written to."""
        return bubblewrap.SCRATCH if self.namespaces else str(folder)

    def give(self, folder: Path) -> None:
        """Let the folder that may be written to belong to whom a process in the jail is."""
        if self.user is not None:
            os.chown(folder, self.user, self.user)

    def command(
        self, script: Path, arguments: Sequence[str], places: Places, folder: Path, scratch_bytes: int,
        python: Sequence[str] = PYTHON, first: bool = True,
    ) -> list[str]:  # fmt: skip
        """The command line that runs a Python script in the jail.

        Args:
            folder: outside; the only one to write to where the jail has none of its own.
            scratch_bytes: size of the jail's own one.
            python: options of the interpreter.
            first: whether it is process 1 where process ids are its own; that one is deaf to its own signals.
        """
        if not self.filtered:
            return [sys.executable, *python, str(script), *arguments]
        confinement: dict[str, object] = {
            "network": self.network, "filter": self._worker_filter, "uid": self.user, "scoped": self.tier == "seccomp",
        }  # fmt: skip
        if self.tier == "landlock":
            confinement["landlock"] = self._rules(places, folder)
        inner = [sys.executable, *python, str(ENTER), json.dumps(confinement), str(script), *arguments]
        if not self.namespaces:
            return inner
        given = bubblewrap.options(places, network=self.network, scratch_bytes=scratch_bytes, first=first)
        return [self.program, *given, "--", *inner]

    @property
    def _worker_filter(self) -> str:
        return seccomp.worker_program(network=self.network, namespaces=self.namespaces).hex()

    def _rules(self, places: Places, folder: Path) -> dict[str, Sequence[str]]:
        settings = network_settings() if self.network else []
        return {
            "read": [*places.read, *settings, *DEVICES, "/proc/self"],
            "list": places.listed,
            "write": [str(folder), "/dev/null"],
        }

    def __str__(self) -> str:
        name = f"landlock (version {landlock_abi()})" if self.tier == "landlock" else self.tier
        network = "network reachable" if self.network or self.tier in ("process", "none") else "no network"
        root = ", as root" if self.tier == "landlock" and os.geteuid() == 0 and self.user is None else ""
        return f"{name}, {network}" + (", files readable" if self.tier == "seccomp" else "") + root


def choose(isolation: Isolation, network: bool = False, where: str = "executors.python.isolation") -> Jail:
    """The tier that is asked for, or the strongest that works here.

    Raises:
        ConfigError: the tier that is asked for does not work here.
    """
    if isolation == "auto":
        return next(jail for tier in STRONGEST_FIRST if not _trial(jail := _jail(tier, network)))
    why = _trial(_jail(isolation, network))
    if why:
        raise ConfigError(f"The tier `{isolation}` does not work here: {why}", where=where, remedy=REMEDIES[isolation])
    return _jail(isolation, network)


def reasons(network: bool = False) -> dict[Tier, str]:
    """For each tier why it does not work here; empty if it does."""
    return {tier: _trial(_jail(tier, network)) for tier in STRONGEST_FIRST}


def _jail(tier: Tier, network: bool) -> Jail:
    if tier == "landlock" and os.geteuid() == 0:
        unprivileged = Jail(tier, network, user=bubblewrap.NOBODY)
        if not _trial(unprivileged):  # containers may forbid to become another user
            return unprivileged
    return Jail(tier, network, (bubblewrap.find() or "") if tier == "bubblewrap" else "")


@functools.cache
def _trial(jail: Jail) -> str:
    """Why the jail does not hold, empty if it does."""
    if not jail.filtered:
        return ""
    if sys.platform != "linux" or not seccomp.supported():
        return "it needs Linux on x86_64 or aarch64"
    if jail.tier == "bubblewrap" and not jail.program:
        return "there is no program `bwrap`"
    if jail.tier == "landlock" and not landlock_abi():
        return "the kernel does not offer Landlock"
    folder = Path(tempfile.mkdtemp(prefix="apigen-trial-"))
    try:
        return _tried(jail, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tried(jail: Jail, folder: Path) -> str:
    secret, scratch = folder / "secret", folder / "scratch"
    secret.write_text("secret")
    scratch.mkdir()
    jail.give(scratch)
    with socket.create_server(("127.0.0.1", 0)) as server:
        trial = {
            "secret": str(secret), "port": server.getsockname()[1], "engine": os.getpid(), "filter": jail.call_filter,
        }  # fmt: skip
        command = jail.command(PROBE, [json.dumps(trial)], readable((), ()), scratch, 1 << 20)
        environment = {"PATH": "/usr/bin:/bin", "TMPDIR": jail.scratch(scratch), "LC_ALL": "C.UTF-8"}
        try:
            done = subprocess.run(
                command, capture_output=True, stdin=subprocess.DEVNULL, env=environment, timeout=TRIAL_TIME,
                check=False, text=True, cwd=scratch,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
    return _verdict(jail, done)


def _verdict(jail: Jail, done: "subprocess.CompletedProcess[str]") -> str:
    try:
        possible = set(json.loads(done.stdout))
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or [f"the trial ended with status {done.returncode}"]
        return last[0]
    expected = {"read", "write"} if jail.tier == "seccomp" else set()
    expected |= {"network"} if jail.network else set()
    expected |= {"signals"} if jail.namespaces and os.getpid() < 10 else set()  # another process of that number
    found = sorted(possible - expected)
    return f"a trial call was not held: {', '.join(found)}" if found else ""
