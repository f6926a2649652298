"""Run the introspection of modules in a process of its own, and put together what it tells.

It lives in the strongest jail that works here (see `apigen.jail`). It may print, hang, exit or crash while it imports:
its findings come over a pipe of their own, a module that does not give any in time ends it, and what it was importing
then is known. The others are tried again without it.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from apigen.jail.places import Places, readable
from apigen.jail.tiers import Isolation, choose
from apigen.records import Json
from apigen.sources.introspection.request import Request

MAX_BYTES = 256_000_000
"""Of findings; no library comes near it."""
MAX_LOST = 8
"""Processes that may be lost before the rest is given up."""
SCRATCH_BYTES = 64 << 20
PYTHON = ("-I", "-B", "-X", "utf8", "-W", "ignore")
START = Path(__file__).with_name("introspection") / "start.py"


@dataclass(frozen=True)
class Failure:
    """A module that could not be imported. `missing` is the module that is not installed, if that is why."""

    module: str
    detail: str
    missing: str | None = None


@dataclass
class Findings:
    """What is known of all modules: records in their order, and those that failed.

    `places` has, for each module, the folder that must be added to `sys.path` to import it ("" if none). If a class was
    asked for: `classes` that there are, whether it `has_class`, and why its initial state is a `misfit`, if it is.
    """

    records: list[dict[str, Json]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    classes: list[str] = field(default_factory=list)
    has_class: bool = False
    misfit: str = ""


def inspect_modules(
    request: Request,
    timeout: float,
    *,
    read: Sequence[str] = (),
    network: bool = False,
    isolation: Isolation = "auto",
) -> Findings:
    """Describe the functions of the modules of `request`.

    Args:
        timeout: seconds that the import and description of one module may take.
        read: files and folders that the modules may read beside their own code.
        network: whether they may reach the network.
        isolation: the tier of the jail (see `PythonExecutor`).

    Raises:
        ConfigError: the tier that `isolation` names does not work here.
    """
    granted = _Granted([os.path.abspath(os.path.expanduser(path)) for path in read], network, isolation)
    findings = Findings()
    lost: list[str] = []
    while True:
        attempt = replace(request, known=list(findings.places), lost=lost)
        end = _Attempt(attempt, findings, timeout, granted).run()
        if end is None:
            return findings
        findings.failures.append(end)
        lost.append(end.module)
        if len(lost) > MAX_LOST:
            detail = f"not tried: {len(lost)} modules before it ended the process that imports them"
            findings.failures.append(Failure("(the modules after it)", detail))
            return findings


class _Granted(NamedTuple):
    """What the source allows its modules."""

    read: list[str]
    network: bool
    isolation: Isolation


class _Attempt:
    """One process. `run` gives None if it came to its end, else the module that it was lost with."""

    def __init__(self, request: Request, findings: Findings, timeout: float, granted: _Granted) -> None:
        self.request, self.findings, self.timeout, self.granted = request, findings, timeout, granted
        self.current = request.targets[0][0]
        self.failed_before = {failure.module for failure in findings.failures}
        self.done = False

    def run(self) -> Failure | None:
        with tempfile.TemporaryDirectory(prefix="apigen-inspect-", ignore_cleanup_errors=True) as folder:
            read_end, write_end = os.pipe()
            try:
                process = self.start(Path(folder), write_end)
            finally:
                os.close(write_end)
            try:
                problem = self.follow(read_end)
            finally:
                os.close(read_end)
                _end(process)
        if self.done:
            return None
        return Failure(self.current, problem or _how_it_ended(process))

    def start(self, folder: Path, write_end: int) -> "subprocess.Popen[bytes]":
        request_file = folder / "request.json"
        request_file.write_text(json.dumps(asdict(self.request)), encoding="utf-8")
        scratch = folder / "scratch"
        scratch.mkdir()
        own_root = str(Path(__file__).resolve().parents[2])
        jail = choose(self.granted.isolation, self.granted.network, "sources")
        jail.give(scratch)
        return subprocess.Popen(
            jail.command(
                START,
                [own_root, str(request_file), str(write_end)],
                self.places(folder),
                scratch,
                SCRATCH_BYTES,
                PYTHON,
                first=False,
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=scratch,
            env=_environment(jail.scratch(scratch)),
            pass_fds=(write_end,),
            start_new_session=True,
        )

    def places(self, folder: Path) -> Places:
        """What the process may read: the modules, this package, and its request."""
        modules = [file or name for name, file in self.request.targets]
        front = [*self.request.front, *self.found_in_search_path()]
        own = [Path(__file__).resolve().parents[1], folder / "request.json"]
        return readable(front, modules, own=own, granted=self.granted.read)

    def found_in_search_path(self) -> list[str]:
        """The folder that holds the module, if it is the working folder: others are readable anyway."""
        here = os.getcwd()
        tops = [name.partition(".")[0] for name, _ in self.request.targets]
        there = any(os.path.exists(os.path.join(here, top + ending)) for top in tops for ending in ("", ".py"))
        return [here] if there and here in self.request.back else []

    def follow(self, read_end: int) -> str:
        """Read findings until the process has told all, ends, or takes too long; says what went wrong, if known."""
        pending, total = b"", 0
        deadline = time.monotonic() + self.timeout
        while not self.done:
            ready, _, _ = select.select([read_end], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                return f"it was not imported and described within {self.timeout:g} s"
            chunk = os.read(read_end, 1 << 20)
            if not chunk:
                return ""
            total += len(chunk)
            if total > MAX_BYTES:
                return f"its description is longer than {MAX_BYTES} bytes"
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                self.take(json.loads(line))
                deadline = time.monotonic() + self.timeout
        return ""

    def take(self, finding: dict[str, Json]) -> None:
        if "importing" in finding:
            self.current = finding["importing"]
        elif "failed" in finding:
            if finding["failed"] not in self.failed_before:
                self.findings.failures.append(Failure(finding["failed"], finding["detail"], finding["missing"]))
        elif "classes" in finding:
            self.findings.classes += finding["classes"]
        elif "class" in finding:
            self.findings.has_class, self.findings.misfit = True, finding["misfit"]
        elif "module" in finding:
            self.findings.places[finding["module"]] = finding["place"]
            self.findings.records += finding["records"]
        else:
            self.done = True


def _environment(home: str) -> dict[str, str]:
    """Of the engine's environment only where programs and shared libraries are: no secrets, equal on all machines."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # each takes memory
    return {**kept, **threads, "HOME": home, "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "TZ": "UTC"}


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process with all that it started, after giving it a moment to end by itself."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=0.5)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _how_it_ended(process: "subprocess.Popen[bytes]") -> str:
    code = process.returncode
    if code > 128:  # as bubblewrap tells it of a signal
        code = 128 - code
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"it crashes the interpreter ({signal.Signals(-code).name})"
    return f"it ends the process (exit code {code})"
