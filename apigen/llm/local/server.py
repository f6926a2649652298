"""llama.cpp's server as a process of its own: started when first needed, shared, and gone with the engine.

Models that use the same file with the same settings share one server. It listens on a free port of the loopback
address, behind a random key. `watch.py` stands between engine and server and ends the server when the engine is gone.
"""

import asyncio
import contextlib
import importlib.util
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Literal, NamedTuple, Self

from apigen.errors import ConfigError

Backend = Literal["auto", "xllamacpp", "llama-server"]

HERE = Path(__file__).resolve().parent
PREFIX_CACHE_MIB = 256
POLL_SECONDS = 0.05
SHOWN_LINES = 6

_LISTENING = re.compile(rb"listening on (http://127\.0\.0\.1:\d+)")
_PASSED_ON = re.compile(
    r"(PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|SYSTEMROOT|(LD|DYLD|PYTHON|CUDA|NVIDIA|HIP|ROCR|HSA|GGML|VK|OMP|XDG)_?\w*)"
)
"""Variables of the environment that a server gets: what it needs to run, and no keys."""
_METRIC = re.compile(r"^llamacpp:(\w+) ([\d.e+-]+)$", re.MULTILINE)


class Settings(NamedTuple):
    """What a server is started with; models with equal settings share one. `context` in tokens for each slot."""

    file: Path
    backend: Backend = "auto"
    threads: int = 1
    slots: int = 2
    context: int = 4096
    start_timeout: float = 300.0


class Speed(NamedTuple):
    """What a server has done: tokens read and written, and the seconds that took."""

    read: int
    read_seconds: float
    written: int
    written_seconds: float


class Server:
    """One server, started by `start`. `free` holds a permit for each slot."""

    _running: dict[tuple[int, Settings], Self] = {}  # by event loop too: permits and locks belong to one

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.free = asyncio.Semaphore(settings.slots)
        self.address = ""
        self.key = secrets.token_urlsafe(24)
        self.asked = 0
        self.speed: Speed | None = None
        self._users: set[int] = set()
        self._starting = asyncio.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @classmethod
    def shared(cls, settings: Settings, user: int) -> Self:
        """The server with these settings, which `user` uses from now on until `leave`."""
        place = id(asyncio.get_running_loop()), settings
        server = cls._running.setdefault(place, cls(settings))
        server._users.add(user)
        return server

    async def leave(self, user: int) -> None:
        """End it, if no other uses it."""
        self._users.discard(user)
        if not self._users:
            self._running.pop((id(asyncio.get_running_loop()), self.settings), None)
            if self.alive:
                self.speed = await self._measured()
            self.stop()

    @property
    def alive(self) -> bool:
        """Whether it has been started and runs."""
        return bool(self.address) and self._process is not None and self._process.poll() is None

    @property
    def ended(self) -> bool:
        """Whether it was started and has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    @property
    def pid(self) -> int | None:
        """The process that watches over it."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start it, unless it runs, and wait until it answers.

        Raises:
            ConfigError: it cannot be started, with its last words.
        """
        async with self._starting:
            if self.alive:
                return
            self.stop()
            self._spawn()
            try:
                await self._until_ready()
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """End it at once."""
        process, self._process, self.address = self._process, None, ""
        if process is not None:
            assert process.stdin is not None
            with contextlib.suppress(OSError):
                process.stdin.close()  # that is the sign for the watcher
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._log is not None:
            self._log.close()
            self._log = None

    def last_words(self) -> str:
        """How it ended, and the last lines of its log, without its key."""
        words = _ending(self._process.poll() if self._process else None)
        lines = [line for line in self._logged().decode("utf-8", "replace").splitlines() if line.strip()]
        errors = [line for line in lines if re.search(r" E |rror|failed|xception", line)] or lines
        shown = "\n  ".join(line.strip()[:300] for line in errors[-SHOWN_LINES:])
        return (words + ("\n  " + shown if shown else "")).replace(self.key, "[secret]")

    def _spawn(self) -> None:
        backend = chosen(self.settings.backend)
        environment = {name: value for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)}
        if backend == "xllamacpp":
            command = [sys.executable, "-P", "-u", str(HERE / "xllamacpp_server.py")]
        else:
            command, more = _binary(self.settings)
            environment |= more | {"LLAMA_API_KEY": self.key}
        task = {"command": command, "environment": environment, "settings": self._told()}
        log = tempfile.TemporaryFile(mode="ab", buffering=0)  # noqa: SIM115  (open as long as the server)
        self._log = log
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(HERE / "watch.py")],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the engine, which lets answers in flight land
        )
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(task).encode() + b"\n")
            self._process.stdin.flush()

    def _told(self) -> dict[str, str | int]:
        one = self.settings
        return {
            "file": str(one.file),
            "key": self.key,
            "threads": one.threads,
            "slots": one.slots,
            "context": one.context,
            "prefix_cache_mib": PREFIX_CACHE_MIB,
        }

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + self.settings.start_timeout
        while time.monotonic() < deadline:
            if self.ended:
                raise self._failure("The model server ended before it was ready")
            found = _LISTENING.search(self._logged())
            if found:
                self.address = found[1].decode()
                if await self._get("/health") is not None:
                    return
            await asyncio.sleep(POLL_SECONDS)
        raise self._failure(f"The model server was not ready within {self.settings.start_timeout:g} s")

    def _failure(self, what: str) -> ConfigError:
        return ConfigError(
            f"{what}: {self.last_words()}",
            where=str(self.settings.file),
            remedy="a smaller model, model.context or model.slots if memory is short; a newer llama.cpp if it does not "
            "know the model; model.start_timeout if loading takes long",
        )

    async def _measured(self) -> Speed | None:
        text = await self._get("/metrics")
        found = {name: float(value) for name, value in _METRIC.findall(text or "")}
        try:
            return Speed(
                read=int(found["prompt_tokens_total"]),
                read_seconds=found["prompt_seconds_total"],
                written=int(found["tokens_predicted_total"]),
                written_seconds=found["tokens_predicted_seconds_total"],
            )
        except KeyError:
            return None

    async def _get(self, path: str) -> str | None:
        """The text at `path`, or None if there is none to be had."""
        import aiohttp

        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
                session.get(self.address + path, headers={"Authorization": f"Bearer {self.key}"}) as response,
            ):
                return await response.text() if response.status == 200 else None
        except (aiohttp.ClientError, OSError):
            return None

    def _logged(self) -> bytes:
        if self._log is None:
            return b""
        size = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), 1 << 16, max(0, size - (1 << 16)))


def chosen(backend: Backend) -> Literal["xllamacpp", "llama-server"]:
    """The way to serve.

    Raises:
        ConfigError: it is not installed.
    """
    wheel = importlib.util.find_spec("xllamacpp") is not None
    if backend != "llama-server" and wheel:
        return "xllamacpp"
    if backend != "xllamacpp" and shutil.which("llama-server"):
        return "llama-server"
    missing = {
        "auto": "Neither the package xllamacpp nor the program llama-server is installed.",
        "xllamacpp": "The package xllamacpp is not installed.",
        "llama-server": "The program llama-server is not on the PATH.",
    }
    raise ConfigError(
        missing[backend],
        where="model.backend",
        remedy='pip install "apigen-datasets[local]", or install llama.cpp, which brings llama-server',
    )


def _binary(settings: Settings) -> tuple[list[str], dict[str, str]]:
    """Command and environment of llama-server; what older versions do not know stands in the environment."""
    command = [
        *(shutil.which("llama-server") or "llama-server", "--model", str(settings.file)),
        *("--host", "127.0.0.1", "--port", "0", "--metrics"),
        *("--ctx-size", str(settings.slots * settings.context), "--parallel", str(settings.slots)),
        *("--threads", str(settings.threads), "--threads-batch", str(settings.threads)),
    ]
    return command, {"LLAMA_ARG_CACHE_RAM": str(PREFIX_CACHE_MIB), "LLAMA_ARG_OFFLINE": "1"}


def _ending(code: int | None) -> str:
    if code is None:
        return "it is still loading"
    if code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name if -code in signal.valid_signals() else str(-code)
    hints = {"SIGKILL": " (out of memory?)", "SIGILL": " (built for another processor)"}
    return f"ended by {name}{hints.get(name, '')}"
