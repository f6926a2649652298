"""The workers of one run, by the library that they import: who does what, who is started, lost, replaced, let go.

The calls of a library wait in one queue. Each of its workers takes a few of them at a time, since telling it of one
costs the engine as much as telling it of ten; a worker that finds one to take long gives back those after it.
"""

import asyncio
import contextlib
import itertools
import os
import shutil
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from apigen.execution.starting import ZYGOTE, start
from apigen.execution.workers import Job, Reply, Worker, WorkerLost
from apigen.jail.places import Places, readable, search_path
from apigen.jail.tiers import Jail, choose
from apigen.reasons import Reason
from apigen.records import Json

if TYPE_CHECKING:
    from apigen.execution.python import PythonExecutor

LIBRARIES_AT_ONCE = 8  # so many libraries can have all their workers; beyond, idle workers of others make room
JOBS_AT_ONCE = 8  # that a worker is given together, if so many wait
NO_NETWORK = "no network"
FRAME_MARGIN = 1 << 16  # what a reply may hold beside the result, in bytes


class Library:
    """What one worker imports: a top-level package or file, found by the same folders. Its workers, its queue.

    Args:
        path: folders of its own on the search path.
        settings: the executor's, with the limits of the library's source in their place.
        preload: modules to import before it.
        granted: files and folders that it may read besides.
    """

    def __init__(
        self,
        path: tuple[str, ...],
        settings: "PythonExecutor",
        preload: Collection[str] = (),
        granted: Collection[str] = (),
    ) -> None:
        self.path, self.settings = path, settings
        self.preload, self.granted = tuple(preload), tuple(granted)
        self.modules: dict[str, list[str]] = {module: [] for module in preload}
        self.waiting: deque[Job] = deque()
        self.idle: list[Worker] = []
        self.active = 0  # that see to what waits, each by one worker
        self.working = 0  # of these, how many have taken jobs
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

    def take(self) -> list[Job]:
        """The next jobs for one worker: its share of those that wait, or one alone that lost a worker already."""
        share = -(-len(self.waiting) // (self.settings.workers - self.working))
        jobs: list[Job] = []
        while self.waiting and len(jobs) < min(share, JOBS_AT_ONCE):
            if self.waiting[0].losses and jobs:
                break
            job = self.waiting.popleft()
            if not job.reply.done():  # cancelled
                jobs.append(job)
            if job.losses:
                break
        return jobs


class Libraries:
    """All workers of one run.

    Args:
        executor: whose settings they have, but what a library says itself.
    """

    def __init__(self, executor: "PythonExecutor") -> None:
        self.executor = executor
        self.isolation = ""
        self.closed = False
        self._folder = Path(tempfile.mkdtemp(prefix="apigen-"))
        self._libraries: dict[int, Library] = {}
        self._live: set[Worker] = set()
        self._leaving: dict[asyncio.Task[None], Worker] = {}
        self._serving: set[asyncio.Task[None]] = set()
        self._busy = asyncio.Semaphore(executor.workers * LIBRARIES_AT_ONCE)
        self._numbers = itertools.count()

    async def probe(self) -> tuple[Jail, bool]:
        """Start and end a worker without a library: the jail that it is in, and whether it reaches the network.

        Raises:
            ConfigError: the tier that is asked for does not work.
            WorkerLost: no worker did start.
        """
        library = Library((), self.executor)
        jail = await self._jail(library)
        worker = await self._start(library)
        self._dismiss(worker)
        return jail, worker.network

    async def do(self, library: Library, job: Job) -> Reply:
        """Have a job done.

        Returns:
            Its reply (see `Job`).

        Raises:
            WorkerLost: the worker was lost, and the one after it too; or none can be started.
        """
        library.waiting.append(job)
        self._serve(library)
        try:
            return await job.reply
        except asyncio.CancelledError:
            for worker in self._live:
                if worker.jobs and worker.jobs[0] is job:  # what it does now is of no use
                    self._dismiss(worker)
                    break
            raise

    async def close(self) -> None:
        """End all workers and remove the scratch folders. Jobs that are not done fail."""
        self.closed = True
        for worker in list(self._live):
            self._dismiss(worker)
        workers = list(self._leaving.values())
        try:
            await asyncio.gather(*self._serving, return_exceptions=True)
            workers = list(self._leaving.values())
            await asyncio.gather(*self._leaving)
        finally:
            for worker in workers:  # those that are left if this was cancelled
                worker.kill()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _serve(self, library: Library) -> None:
        """See to it that somebody does what waits."""
        if library.waiting and library.active < library.settings.workers:
            library.active += 1
            self._libraries[id(library)] = library
            task = asyncio.create_task(self._work_off(library))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

    async def _work_off(self, library: Library) -> None:
        """Do what waits, by one worker at a time, until nothing does."""
        jobs: list[Job] = []
        try:
            while library.waiting:
                async with self._busy:
                    jobs = library.take()
                    library.working += 1
                    try:
                        if jobs:
                            await self._attempt(library, jobs)
                    finally:
                        library.working -= 1
                jobs = []
        except BaseException as error:  # a mistake of this program must not leave anybody waiting
            for job in jobs:
                job.fail(WorkerLost(f"the session ended: {error!r}"))
            raise
        finally:
            library.active -= 1

    async def _attempt(self, library: Library, jobs: list[Job]) -> None:
        """Have a worker do the jobs. Those not done wait again, unless their worker was lost with one for good."""
        told: Collection[Job] = jobs
        lost = None
        try:
            async with self._worker(library, fresh=bool(jobs[0].losses)) as worker:
                told = worker.jobs = deque(
                    job for job in jobs if not job.reply.done() and not self._refused(worker, job)
                )
                if told:
                    await worker.work(library.settings.wall_time, partial(self._again, library))
        except WorkerLost as error:
            lost = error
        if lost is not None and told:
            first = next(iter(told))
            first.losses += 1
            if lost.final or first.losses > 1 or self.closed:
                first.fail(lost)
        self._again(library, [job for job in told if not job.reply.done()])

    def _again(self, library: Library, jobs: list[Job]) -> None:
        """Have jobs done by another worker, or later by the same."""
        library.waiting.extendleft(reversed(jobs))
        self._serve(library)

    @staticmethod
    def _refused(worker: Worker, job: Job) -> bool:
        """Whether the job needs what could not be imported; then it is told so."""
        for part in job.needs if worker.broken else ():
            if part in worker.broken:
                job.settle({"reason": Reason.worker_lost, "message": f"`{part}`: {worker.broken[part]}"})
                return True
        return False

    @contextlib.asynccontextmanager
    async def _worker(self, library: Library, fresh: bool) -> AsyncIterator[Worker]:
        """An idle worker or a new one; idle again afterwards, unless its work did not come to its end."""
        if self.closed:
            raise WorkerLost("the session is closed", final=True)
        if library.failure:
            raise WorkerLost(library.failure, final=True)
        worker = library.idle.pop() if library.idle and not fresh else await self._start_counted(library)
        try:
            yield worker
        except BaseException:  # lost, or this was cancelled: what the worker does now is of no use
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
        if self.closed:
            raise WorkerLost("the session is closed", final=True)
        worker = await start(scratch, frame, jail, library.places, settings.scratch_mb << 20)
        if self.closed:
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
            "closed": not jail.weak,
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
