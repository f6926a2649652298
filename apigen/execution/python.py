"""Python functions, called in processes of their own.

One or a few warm workers a library import it once; each call is a fork of a worker, so that nothing of it is left in
the next one, and no code of the library ever runs in the engine. The design follows pre-forking servers ("zygotes");
the APIGen paper executes its Python functions in a subprocess each (section 3.2), at ten times the price.

Workers live in the strongest jail that works here (see `apigen.jail`): they read their library and Python, write to a
scratch folder that is emptied after each call, and reach no network. `ExecutionSession.isolation` tells which it is.
"""

import os
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import Field, ValidationError

from apigen.errors import ConfigError
from apigen.execution.answers import read_answer
from apigen.execution.cassette import made_at
from apigen.execution.executor import ExecutionSession, Executor
from apigen.execution.libraries import NO_NETWORK, Libraries, Library
from apigen.execution.stateful import class_target, groups, instance_settings, read_sequence
from apigen.execution.workers import Job, WorkerLost
from apigen.jail.limits import Limits
from apigen.jail.tiers import Isolation
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Implementation, Json, Outcome, canonical_json

NETWORK = "network reachable"
WEAK = (
    "warning: Python functions are called with weak protection ({isolation}): a call may read all that you may read.\n"
    "         For a jail: apt install bubblewrap, or Linux 5.13 and later for Landlock."
)


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


class _Located(NamedTuple):
    """Where an API is called: which keeps it alive, so that nothing else can have its id."""

    api: Api
    library: Library
    target: str
    order: list[str]


class PythonSession(ExecutionSession):
    """The workers of one run. Made by `PythonExecutor.open`."""

    def __init__(self, executor: PythonExecutor, implementations: Sequence[Implementation]) -> None:
        self.executor = executor
        self._workers = Libraries(executor)
        self._libraries: dict[tuple[tuple[str, ...], str, str], Library] = {}
        self._known: dict[tuple[str, tuple[str, ...], str], tuple[Library, str]] = {}
        self._located: dict[int, _Located] = {}
        for implementation in implementations:
            library, target = self._locate(implementation)
            library.add(target)
            if implementation.options.get("class"):
                library.add(class_target(target, implementation))

    @property
    def isolation(self) -> str:
        """See `ExecutionSession.isolation`. The workers are held to it."""
        return self._workers.isolation

    @isolation.setter
    def isolation(self, words: str) -> None:
        self._workers.isolation = words

    async def probe(self) -> None:
        """Find the tier, and start and end a worker to see that it works; sets `isolation`.

        Raises:
            ConfigError: the tier that is asked for does not work.
            WorkerLost: no worker did start.
        """
        jail, network = await self._workers.probe()
        self.isolation = str(jail) if jail.filtered else f"{jail.tier}, {NETWORK if network else NO_NETWORK}"
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
        found = self._located.get(id(api)) or self._find(api, api.implementation)
        try:
            header, answer = await self._make(
                found.library, (found.target, call.arguments, found.order), 0, found.target
            )
        except WorkerLost as lost:
            return ExecutionResult(**place, outcome=Outcome.error, reason=Reason.worker_lost, message=str(lost))
        return ExecutionResult(**place, **read_answer(header, answer), recorded_at=made_at())

    async def sequence(self, steps: Sequence[tuple[Api, Call]]) -> tuple[ExecutionResult, ...]:
        """See `ExecutionSession.sequence`. Calls of the same class with state are made on one fresh instance."""
        results: dict[int, ExecutionResult] = {}
        for group in groups(steps):
            if steps[group[0]][0].stateful:
                made = await self._on_one_instance([steps[position] for position in group])
                results |= {p: one.model_copy(update={"position": p}) for p, one in zip(group, made, strict=True)}
            else:
                results[group[0]] = await self.call(*steps[group[0]], position=group[0])
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
        kind = str(request["instance"]["class"])
        try:
            told = read_sequence(*await self._make(library, request, len(located), kind), len(located))
        except WorkerLost as lost:
            told = [{"outcome": Outcome.error, "reason": Reason.worker_lost, "message": str(lost)}] * len(located)
        return [
            ExecutionResult(position=position, name=call.name, **fields)
            for position, ((_, call), fields) in enumerate(zip(steps, told, strict=True))
        ]

    async def close(self) -> None:
        """End all workers and remove the scratch folders. Calls still under way end as `worker_lost`."""
        await self._workers.close()

    async def _make(self, library: Library, request: Any, calls: int, target: str) -> tuple[dict[str, Any], bytes]:
        """The call's end as the worker tells it; a lost worker is replaced once.

        Args:
            target: what must have been imported for it.
        """
        job = Job(request, calls, (target, target.rpartition(":")[0], *library.preload))
        return await self._workers.do(library, job)

    def _find(self, api: Api, implementation: Implementation) -> "_Located":
        """Where the API is called, found once."""
        found = _Located(api, *self._locate(implementation), list(api.properties))
        self._located[id(api)] = found
        return found

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
