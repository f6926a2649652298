"""Python functions, called in processes of their own.

One or a few warm workers a library import it once; each call is a fork of a worker, so that nothing of it is left in
the next one, and no code of the library ever runs in the engine. The design follows pre-forking servers ("zygotes");
the APIGen paper executes its Python functions in a subprocess each (section 3.2), at ten times the price.

Workers live in the strongest jail that works here (see `apigen.jail`): they read their library and Python, write to a
scratch folder that is emptied after each call, and reach no network. `ExecutionSession.isolation` tells which it is.
"""

import asyncio
import contextlib
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from apigen.errors import ConfigError
from apigen.execution.answers import read_answer
from apigen.execution.executor import ExecutionSession, Executor
from apigen.execution.stateful import class_target, groups, instance_settings, read_sequence
from apigen.execution.workers import ZYGOTE, Worker, WorkerLost, start
from apigen.jail.limits import Limits
from apigen.jail.places import Places, readable, search_path
from apigen.jail.tiers import Isolation, Jail, choose
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Implementation, Json, Outcome, canonical_json

LIBRARIES_AT_ONCE = 8  # so many libraries can have all their workers; beyond, idle workers of others make room
NETWORK, NO_NETWORK = "network reachable", "no network"
WEAK = (
    "warning: Python functions are called with weak protection ({isolation}): a call may read all that you may read.\n"
    "         For a jail: apt install bubblewrap, or Linux 5.13 and later for Landlock."
)
FRAME_MARGIN = 1 << 16  # what a reply may hold beside the result, in bytes


class PythonExecutor(Executor):
    """Calls `Implementation`s of kind `python` (Linux, macOS).

    Fields:
        workers: processes a library; each makes one call at a time.
        wall_time: seconds that a call may take.
        cpu_time: seconds of processor time that a call may use.
        memory_mb: mebibytes of address space that a call may use beside what the imported library uses (Linux).
        max_result_bytes: bytes of the result in JSON.
        max_output_bytes: bytes that a call may print.
        max_file_mb: mebibytes of each file that a call writes.
        scratch_mb: mebibytes of all files together that a call writes.
        import_timeout: seconds that importing a module of a library may take.
        isolation: `auto` takes the strongest tier that works here: `bubblewrap` (namespaces), `landlock` (no files
            but the library's), `seccomp` (no network and processes) or `process` (limits only). One that is named must
            work. `none` is for code that is trusted.
        network: whether calls may use the network.
    """

    workers: int = Field(2, ge=1)
    wall_time: float = Field(5.0, gt=0)
    cpu_time: int = Field(5, ge=1)
    memory_mb: int = Field(1024, ge=1)
    max_result_bytes: int = Field(1_000_000, ge=1, le=1 << 30)
    max_output_bytes: int = Field(1_000_000, ge=1)
    max_file_mb: int = Field(16, ge=0)
    scratch_mb: int = Field(64, ge=1)
    import_timeout: float = Field(60.0, gt=0)
    isolation: Isolation = "auto"
    network: bool = False

    @property
    def kind(self) -> str:
        return "python"

    async def open(self, apis: Sequence[Api]) -> "PythonSession":
        """Find out how calls can be isolated. Workers start with the first call of their library.

        Raises:
            ConfigError: the tier that `isolation` names does not work here, no worker process can be started at all,
                or an API's limits are none.
        """
        session = PythonSession(self, [api.implementation for api in apis if api.implementation])
        try:
            await session.probe()
        except WorkerLost as lost:
            await session.close()
            raise ConfigError(f"Python functions cannot be called here: {lost}", where="executors.python") from None
        except BaseException:
            await session.close()
            raise
        return session

    @property
    def limits(self) -> dict[str, Json]:
        """The limits of one call as the worker takes them: seconds, bytes."""
        return {
            "wall_time": self.wall_time,
            "cpu_time": self.cpu_time,
            "memory": self.memory_mb << 20,
            "max_result_bytes": self.max_result_bytes,
            "max_output_bytes": self.max_output_bytes,
            "max_file_bytes": self.max_file_mb << 20,
            "scratch_bytes": self.scratch_mb << 20,
        }


class Library:
    """What one worker imports: a top-level package or file, found by the same folders. Its workers, busy or idle.

    Args:
        path: folders of its own on the search path.
        settings: the executor's, with the limits of the library's source in their place.
        preload: modules to import before it.
        granted: files and folders that it may read besides.
    """

    def __init__(
        self, path: tuple[str, ...], settings: PythonExecutor, preload: Sequence[str] = (), granted: Sequence[str] = ()
    ) -> None:
        self.path, self.settings = path, settings
        self.preload, self.granted = tuple(preload), tuple(granted)
        self.modules: dict[str, list[str]] = {module: [] for module in preload}
        self.slots = asyncio.Semaphore(settings.workers)
        self.idle: list[Worker] = []
        self.failed_starts = 0
        self.failure = ""

    @property
    def places(self) -> Places:
        """What its workers may read."""
        return readable(self.path, self.modules, own=[ZYGOTE], granted=self.granted)

    def add(self, target: str) -> None:
        """Have the workers started from now on import the function."""
        module, _, function = target.rpartition(":")
        functions = self.modules.setdefault(module, [])
        if function not in functions:
            functions.append(function)


class PythonSession(ExecutionSession):
    """The workers of one run. Made by `PythonExecutor.open`."""

    def __init__(self, executor: PythonExecutor, implementations: Sequence[Implementation]) -> None:
        self.executor = executor
        self._folder = Path(tempfile.mkdtemp(prefix="apigen-"))
        self._libraries: dict[tuple[tuple[str, ...], str, str], Library] = {}
        self._known: dict[tuple[str, tuple[str, ...], str], tuple[Library, str]] = {}
        self._live: set[Worker] = set()
        self._leaving: dict[asyncio.Task[None], Worker] = {}
        self._busy = asyncio.Semaphore(executor.workers * LIBRARIES_AT_ONCE)
        self._numbers = itertools.count()
        self._closed = False
        for implementation in implementations:
            library, target = self._locate(implementation)
            library.add(target)
            if implementation.options.get("class"):
                library.add(class_target(target, implementation))

    async def probe(self) -> None:
        """Find the tier, and start and end a worker without a library to see that it works; sets `isolation`.

        Raises:
            ConfigError: the tier that is asked for does not work.
            WorkerLost: no worker did start.
        """
        library = Library((), self.executor)
        jail = await self._jail(library)
        worker = await self._start(library)
        self.isolation = str(jail) if jail.filtered else f"{jail.tier}, {NETWORK if worker.network else NO_NETWORK}"
        self._dismiss(worker)
        if jail.weak:
            print(WEAK.format(isolation=self.isolation), file=sys.stderr)

    async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
        """See `ExecutionSession.call`. The order of the arguments does not matter."""
        if api.stateful:
            (result,) = await self._on_one_instance([(api, call)])
            return result.model_copy(update={"position": position})
        place: dict[str, Any] = {"position": position, "name": call.name}
        if api.implementation is None:
            return ExecutionResult(
                **place, outcome=Outcome.rejected, how="not_executed", reason=Reason.not_executable,
                message="the API has no implementation",
            )  # fmt: skip
        library, target = self._locate(api.implementation)
        request: dict[str, Json] = {"target": target, "arguments": call.arguments, "order": list(api.properties)}
        try:
            header, answer = await self._make(library, request)
        except WorkerLost as lost:
            return ExecutionResult(**place, outcome=Outcome.error, reason=Reason.worker_lost, message=str(lost))
        return ExecutionResult(**place, **read_answer(header, answer))

    async def sequence(self, steps: Sequence[tuple[Api, Call]]) -> tuple[ExecutionResult, ...]:
        """See `ExecutionSession.sequence`. Calls of the same class with state are made on one fresh instance."""
        results: dict[int, ExecutionResult] = {}
        for group in groups(steps):
            if steps[group[0]][0].stateful:
                made = await self._on_one_instance([steps[position] for position in group])
            else:
                made = [await self.call(*steps[group[0]])]
            results |= {p: one.model_copy(update={"position": p}) for p, one in zip(group, made, strict=True)}
        return tuple(results[position] for position in range(len(steps)))

    async def _on_one_instance(self, steps: Sequence[tuple[Api, Call]]) -> list[ExecutionResult]:
        """The calls in order, in one child. A lost worker is no matter: it takes the instance with it."""
        located = [(self._locate(api.implementation), api, call) for api, call in steps if api.implementation]
        (library, first), api, _ = located[0]
        assert api.implementation is not None
        request: dict[str, Json] = {
            "instance": instance_settings(first, api.implementation),
            "calls": [
                {"target": target, "arguments": call.arguments, "order": list(api.properties)}
                for (_, target), api, call in located
            ],
        }
        try:
            told = read_sequence(*await self._make(library, request), len(located))
        except WorkerLost as lost:
            told = [{"outcome": Outcome.error, "reason": Reason.worker_lost, "message": str(lost)}] * len(located)
        return [
            ExecutionResult(position=position, name=call.name, **fields)
            for position, ((_, call), fields) in enumerate(zip(steps, told, strict=True))
        ]

    async def close(self) -> None:
        """End all workers and remove the scratch folders. Calls still under way end as `worker_lost`."""
        self._closed = True
        for worker in list(self._live):
            self._dismiss(worker)
        workers = list(self._leaving.values())
        try:
            await asyncio.gather(*self._leaving)
        finally:
            for worker in workers:  # those that are left if this was cancelled
                worker.kill()
            shutil.rmtree(self._folder, ignore_errors=True)

    async def _make(self, library: Library, request: dict[str, Json]) -> tuple[dict[str, Any], bytes]:
        """The call's end as the worker tells it; a lost worker is replaced once."""
        async with library.slots, self._busy:
            try:
                return await self._attempt(library, request, fresh=False)
            except WorkerLost as lost:
                if lost.final or self._closed:
                    raise
            return await self._attempt(library, request, fresh=True)

    async def _attempt(self, library: Library, request: dict[str, Json], fresh: bool) -> tuple[dict[str, Any], bytes]:
        async with self._worker(library, fresh) as worker:
            target = str(request["instance"]["class"] if "instance" in request else request["target"])
            for part in (target, target.rpartition(":")[0], *library.preload):
                if part in worker.broken:
                    return {"reason": Reason.worker_lost, "message": f"`{part}`: {worker.broken[part]}"}, b""
            return await worker.call(request, library.settings.wall_time, len(request.get("calls") or [target]))

    @contextlib.asynccontextmanager
    async def _worker(self, library: Library, fresh: bool) -> AsyncIterator[Worker]:
        """An idle worker or a new one; idle again afterwards, unless its call did not come to its end."""
        if self._closed:
            raise WorkerLost("the session is closed", final=True)
        if library.failure:
            raise WorkerLost(library.failure, final=True)
        worker = library.idle.pop() if library.idle and not fresh else await self._start_counted(library)
        try:
            yield worker
        except BaseException:  # lost, or the caller was cancelled: what the worker does now is of no use
            self._dismiss(worker)
            raise
        library.idle.append(worker)

    async def _start_counted(self, library: Library) -> Worker:
        """A new worker; a library that fails to start twice, or hangs once, is given up for this run."""
        try:
            worker = await self._start(library)
        except WorkerLost as lost:
            library.failed_starts += 1
            if lost.final or library.failed_starts > 1:
                library.failure = str(lost)
            raise
        library.failed_starts = 0
        return worker

    async def _start(self, library: Library) -> Worker:
        if len(self._live) >= self.executor.workers * LIBRARIES_AT_ONCE:
            self._make_room()
        settings = library.settings
        jail, scratch = await self._jail(library), self._folder / str(next(self._numbers))
        frame = settings.max_result_bytes + FRAME_MARGIN
        worker = await start(scratch, frame, jail, library.places, settings.scratch_mb << 20)
        if self._closed:
            worker.kill()
            raise WorkerLost("the session is closed", final=True)
        self._live.add(worker)
        try:
            await worker.ready(self._settings(library, jail, scratch), settings.import_timeout)
            if worker.network and self.isolation.endswith(NO_NETWORK) and not settings.network:
                # what the run's record says must stay true
                raise WorkerLost("the network could be cut for the first worker, and not for this one")
        except BaseException:
            self._dismiss(worker, at_once=True)
            raise
        return worker

    async def _jail(self, library: Library) -> Jail:
        """Where the library's workers live. The first time this is found out by trying."""
        return await asyncio.to_thread(choose, self.executor.isolation, library.settings.network)

    def _settings(self, library: Library, jail: Jail, scratch: Path) -> dict[str, Json]:
        return {
            "engine": 0 if jail.namespaces else os.getpid(),
            "network": jail.network if jail.filtered else jail.tier == "none" or library.settings.network,
            "filter": jail.call_filter,
            "filtered": jail.filtered,
            "namespaces": jail.namespaces,
            "scratch": jail.scratch(scratch),
            "limits": library.settings.limits,
            "path": list(library.path),
            "fallback_path": search_path(),
            "modules": library.modules,
        }

    def _make_room(self) -> None:
        for library in self._libraries.values():
            if library.idle:
                self._dismiss(library.idle.pop(0))
                return

    def _dismiss(self, worker: Worker, at_once: bool = False) -> None:
        """Let a worker go, and see to its end in the background."""
        if worker not in self._live:
            return
        self._live.discard(worker)
        worker.leave(at_once=at_once)
        task = asyncio.create_task(worker.left())
        self._leaving[task] = worker
        task.add_done_callback(self._leaving.pop)

    def _locate(self, implementation: Implementation) -> tuple[Library, str]:
        """The library of an implementation, and the target with its file, if it names one, made absolute."""
        grants = canonical_json({name: implementation.options.get(name) for name in ("limits", "preload")})
        key = (implementation.target, implementation.path, grants)
        if key not in self._known:
            module, _, function = implementation.target.rpartition(":")
            if module.endswith(".py"):
                module = os.path.abspath(module)
            path = tuple(os.path.abspath(folder) for folder in implementation.path)
            place = (path, _top_level(module), grants)
            if place not in self._libraries:
                self._libraries[place] = self._library(path, implementation)
            self._known[key] = self._libraries[place], f"{module}:{function}"
        return self._known[key]

    def _library(self, path: tuple[str, ...], implementation: Implementation) -> Library:
        """A library with what its source changes about the limits."""
        options = implementation.options
        try:
            limits = Limits.model_validate(options.get("limits") or {})
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(["limits", *map(str, first["loc"])])
            raise ConfigError(f"`{implementation.target}`: {first['msg']}", where=name) from None
        changed = limits.model_dump(exclude_none=True, exclude={"read"})
        granted = [os.path.abspath(place) for place in limits.read]
        return Library(path, self.executor.model_copy(update=changed), options.get("preload") or [], granted)


def _top_level(module: str) -> str:
    """What a worker is started for: a file, the standard library, or a top-level package."""
    if module.endswith(".py"):
        return module
    package = module.partition(".")[0]
    return "the standard library" if package in sys.stdlib_module_names else package
