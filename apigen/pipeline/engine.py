"""The engine: N identical workers take requests from one plan and carry each through all stages.

There are no queues between stages and no barriers: back-pressure is automatic, and a crash loses only what is in
flight. All rows of a request are handed to the writer together.
"""

import asyncio
import contextlib
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from apigen.errors import ConfigError
from apigen.generation import Generation, Generator
from apigen.pipeline.progress import Monitor, Progress
from apigen.pipeline.rows import candidate_row, execution_rows, request_row, verdict_row
from apigen.randomness import derived_seed
from apigen.reasons import Reason
from apigen.records import Candidate, Example, Outcome, Sample, Verdict
from apigen.resources import Resources
from apigen.sampling import Plan, SeedPool
from apigen.storage import Row, RunWriter
from apigen.verification import Case, Checker

HOPELESS = 5
"""So many requests refused for good, and none answered, end a run."""


@dataclass
class Judged:
    """A candidate's case with its verdicts."""

    case: Case
    verdicts: list[Verdict] = field(default_factory=list)


class Engine:
    """Runs one plan. `cascade` stops judging a candidate at its first failure; otherwise every checker judges it."""

    def __init__(
        self,
        *,
        seed: int,
        requests: int,
        concurrency: int,
        cascade: bool,
        grace: float,
        plan: Plan,
        pool: SeedPool,
        generator: Generator,
        checkers: Mapping[str, Checker],
        resources: Resources,
        writer: RunWriter,
        monitor: Monitor,
    ) -> None:
        self._seed = seed
        self._concurrency = concurrency
        self._cascade = cascade
        self._grace = grace
        self._plan = plan
        self._pool = pool
        self._generator = generator
        self._checkers = checkers
        self._resources = resources
        self._writer = writer
        self._monitor = monitor
        self._numbers = iter(range(requests))
        self._workers: list[asyncio.Task[None]] = []
        self._waiting: set[asyncio.Task[None]] = set()
        self._refused = 0
        self._answered = False
        self.interrupted = False
        self.progress = Progress(requests)

    async def run(self) -> None:
        """Work through the plan, or until interrupted; every finished request is committed.

        The first interrupt (Ctrl-C) stops taking new requests and gives those in flight `grace` seconds; the second
        ends at once.

        Raises:
            StorageError: rows could not be written.
        """
        with self._interrupts():
            try:
                async with asyncio.TaskGroup() as group:
                    self._workers = [group.create_task(self._work()) for _ in range(self._concurrency)]
            except ExceptionGroup as errors:
                raise errors.exceptions[0] from None
            finally:
                await self._writer.flush()

    async def _work(self) -> None:
        for request in self._numbers:
            verified = await self._visible(request)
            await self._carry(self._plan.sample(request, verified))
            if self.interrupted:
                return

    async def _visible(self, request: int) -> Sequence[Example]:
        """The verified entries that `request` may draw on; an interrupt ends workers that wait for them."""
        worker = asyncio.current_task()
        assert worker is not None
        self._waiting.add(worker)
        try:
            return await self._pool.visible(request)
        finally:
            self._waiting.discard(worker)

    async def _carry(self, sample: Sample) -> None:
        """Carry one request through all stages."""
        generation = await self._generator.generate(sample, self._resources)
        judged = await asyncio.gather(*(self._judge(candidate, sample) for candidate in generation.candidates))
        verified = [self._example(j.case.candidate, sample) for j in judged if self._passed(j)]
        self._count(generation, judged, len(verified))
        await self._writer.add(_rows(generation, judged))
        await self._pool.add(sample.request, verified)
        self._monitor.update(self.progress)
        self._end_if_hopeless(generation)

    def _end_if_hopeless(self, generation: Generation) -> None:
        """A model that refuses everything from the start would refuse the rest of the plan too.

        Raises:
            ConfigError: the first requests were all refused, for a reason that no waiting mends.
        """
        self._refused += generation.reason in (Reason.authentication, Reason.model_refused_request)
        self._answered = self._answered or generation.response is not None
        if self._refused >= HOPELESS and not self._answered:
            raise ConfigError(
                f"The model refused the first {HOPELESS} requests ({generation.reason}): {generation.detail}",
                where="model",
                remedy="check the key, the model's name and its parameters; `apigen generate --cfg job` shows them",
            )

    async def _judge(self, candidate: Candidate, sample: Sample) -> Judged:
        judged = Judged(Case(candidate=candidate, sample=sample, seed=derived_seed(self._seed, "judge")))
        for position, (name, checker) in enumerate(self._checkers.items()):
            verdict = await checker.check(judged.case, self._resources, name=name, position=position)
            if verdict is None:
                continue
            judged.verdicts.append(verdict)
            if self._cascade and verdict.outcome is not Outcome.passed:
                break
        return judged

    def _passed(self, judged: Judged) -> bool:
        all_judged = len(judged.verdicts) == len(self._checkers)
        passed = all(verdict.outcome is Outcome.passed for verdict in judged.verdicts)
        return judged.case.candidate.readable and all_judged and passed

    def _example(self, candidate: Candidate, sample: Sample) -> Example:
        return Example(
            id=candidate.id,
            style=candidate.style,
            query=candidate.query or "",
            answers=candidate.calls or (),
            tools=tuple(api.name for api in sample.apis),
            depth=sample.depth,
            parents=tuple(example.id for example in sample.examples),
        )

    def _count(self, generation: Generation, judged: Sequence[Judged], verified: int) -> None:
        self.progress.count_generation(generation)
        self.progress.verified += verified
        for one in judged:
            for verdict in one.verdicts:
                self.progress.count_verdict(verdict)

    @contextlib.contextmanager
    def _interrupts(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM stop the run instead of raising somewhere inside it."""
        loop = asyncio.get_running_loop()
        caught = []
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):  # not in the main thread
                loop.add_signal_handler(number, self.interrupt)
                caught.append(number)
        try:
            yield
        finally:
            for number in caught:
                loop.remove_signal_handler(number)

    def interrupt(self) -> None:
        """Stop: at the first call gently, at the second at once."""
        if self.interrupted:
            self._cancel()
        else:
            self.interrupted = True
            self._numbers = iter(())
            for worker in self._waiting:
                worker.cancel()
            asyncio.get_running_loop().call_later(self._grace, self._cancel)

    def _cancel(self) -> None:
        for worker in self._workers:
            worker.cancel()


def _rows(generation: Generation, judged: Sequence[Judged]) -> dict[str, list[Row]]:
    return {
        "requests": [request_row(generation)],
        "candidates": [candidate_row(one.case.candidate, generation) for one in judged],
        "verdicts": [verdict_row(verdict) for one in judged for verdict in one.verdicts],
        "executions": [row for one in judged for row in execution_rows(one.case)],
    }
