"""The engine: N identical workers take requests from one plan and carry each through all stages.

There are no queues between stages and no barriers: back-pressure is automatic, and a crash loses only what is in
flight. All rows of a request are handed to the writer together.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from apigen.errors import ConfigError, UserError
from apigen.generation import Generation, Generator
from apigen.pipeline.budget import Budget, Meter
from apigen.pipeline.progress import Monitor, Progress
from apigen.pipeline.rows import candidate_row, execution_rows, request_row, verdict_row
from apigen.pipeline.stopping import Stop
from apigen.pipeline.target import Tally
from apigen.pipeline.tasks import Task, tasks
from apigen.randomness import derived_seed
from apigen.reasons import Reason
from apigen.records import Candidate, Example, Outcome, Sample, Verdict
from apigen.resources import Resources
from apigen.sampling import Plan, SeedPool
from apigen.storage import History, Row, RunWriter, Unjudged
from apigen.verification import Case, Checker

Number = TypeVar("Number", int, float)
HOPELESS = 5
"""So many requests refused for good, and none answered, end a run."""


@dataclass
class Judged:
    """A candidate's case with its verdicts."""

    case: Case
    verdicts: list[Verdict] = field(default_factory=list)


class Engine:
    """Runs one plan, or what `history` leaves of it. `cascade` stops judging a candidate at its first failure;
    otherwise every checker judges it.

    With a `tally` the run ends once its targets are reached, and requests that cannot help are left out; `requests`
    None sets no other end. When the `meter` says that the budget is spent, no new work is taken.
    """

    def __init__(
        self,
        *,
        seed: int,
        requests: int | None,
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
        history: History | None = None,
        meter: Meter | None = None,
        tally: Tally | None = None,
    ) -> None:
        history = history or History()
        self._seed = seed
        self._first_judge_seed = derived_seed(seed, "judge")
        self._concurrency = concurrency
        self._cascade = cascade
        self._plan = plan
        self._pool = pool
        self._generator = generator
        self._checkers = checkers
        self._resources = resources
        self._writer = writer
        self._monitor = monitor
        self._meter = meter or Meter(Budget())
        self._tally = tally
        self._tasks = tasks(requests, history)
        self._refused = 0
        self._answered = history.begun
        self._trouble: UserError | None = None
        self._preparing = asyncio.Lock()
        self._prepared = False
        self.stop = Stop(grace)
        self.progress = Progress.of(requests, history, tally)

    async def run(self) -> None:
        """Work through the plan, or until something ends it (`stop`); every finished request is committed.

        Raises:
            StorageError: rows could not be written.
            ConfigError: the model refuses everything, or its price must be known and is not.
        """
        timer = None
        if (seconds := self._meter.seconds_left) is not None:
            timer = asyncio.get_running_loop().call_later(max(seconds, 0.0), self._end_if_spent)
        with self.stop.interrupts():
            try:
                async with asyncio.TaskGroup() as group:
                    self.stop.over([group.create_task(self._work()) for _ in range(self._concurrency)])
                if self._trouble is not None:
                    raise self._trouble
            except ExceptionGroup as errors:
                raise errors.exceptions[0] from None
            finally:
                if timer is not None:
                    timer.cancel()
                await self._writer.flush()

    async def _work(self) -> None:
        try:
            await self._through_tasks()
        except UserError as error:  # what the others have in flight is paid for: it lands before the run ends
            self._trouble = self._trouble or error
            self._meter.halt(str(error))
            self.stop.end("failed", str(error))

    async def _through_tasks(self) -> None:
        await self._prepare()
        while not self._ending():
            task = next(self._tasks, None)
            if task is None:
                return
            with self.stop.waiting():
                verified = await self._pool.visible(task.request)
            sample = self._plan.sample(task.request, verified)
            if task.unjudged:
                await self._judge_again(task, sample)
            elif self._tally is None or self._tally.helps(sample):
                await self._carry(sample, task.retries)
            else:
                self._tally.skipped()
                await self._pool.add(task.request, ())
            await asyncio.sleep(0)  # others have their turn, and Ctrl-C is heard, though nothing had to be waited for

    async def _prepare(self) -> None:
        """Have the checkers get ready, once, before the first request."""
        async with self._preparing:
            if not self._prepared and not self.stop.ending:
                seeds = [seed for group in self._plan.seeds.values() for seed in group]
                for checker in self._checkers.values():
                    await checker.prepare(seeds, self._plan.apis, self._resources)
                self._prepared = True

    def _ending(self) -> bool:
        if not self.stop.ending and self._tally is not None and self._tally.over:
            self.stop.end("finished", "")
        self._end_if_spent()
        return self.stop.ending

    def _end_if_spent(self) -> None:
        if not self.stop.ending and (reached := self._meter.spent):
            self.stop.end("stopped", reached)

    async def _carry(self, sample: Sample, retries: int = 0) -> None:
        """Carry one request through all stages."""
        generation = await self._generator.generate(sample, self._resources)
        judged = await _landed([self._judge(candidate, sample) for candidate in generation.candidates])
        if generation.reason is Reason.budget_spent or _cut_short(judged):
            return  # a resumed run makes it as if it had never begun; what was answered is in the response cache
        verified = [one.case.candidate for one in judged if self._passed(one)]
        self._count(generation, judged, verified)
        rows: dict[str, Sequence[Row]] = {
            "requests": [request_row(generation, retries)],
            "candidates": [candidate_row(one.case.candidate, generation) for one in judged],
        }
        before = {"requests": ("request", [sample.request])} if retries else None
        await self._writer.add(rows | _verdict_rows(judged, retries), instead_of=before)
        if not retries:  # later requests have been planned without what comes of a retry
            await self._pool.add(sample.request, (_example(candidate, sample) for candidate in verified))
        self._monitor.update(self.progress)
        self._end_if_hopeless(generation)

    async def _judge_again(self, task: Task, sample: Sample) -> None:
        """Judge candidates again that a checker said `error` of."""
        judged = await _landed([self._judge(one.candidate, sample, one) for one in task.unjudged])
        if _cut_short(judged):
            return
        ids = [one.candidate.id for one in task.unjudged]
        verified = [one.case.candidate for one in judged if self._passed(one)]
        self._count_verdicts(sample, judged, verified)
        rows: dict[str, list[Row]] = {"verdicts": [], "executions": []}
        for before, one in zip(task.unjudged, judged, strict=True):
            one.verdicts = [_with_paid(verdict, before) for verdict in one.verdicts]
            for table, new in _verdict_rows([one], before.retries + 1).items():
                rows[table].extend(new)
        await self._writer.add(rows, instead_of=dict.fromkeys(rows, ("candidate", ids)))
        self._monitor.update(self.progress)

    def _judge_seed(self, checker: str, before: Unjudged | None) -> int:
        """The seed of the first try, unless that is what went wrong: the same judge would say the same again."""
        if before is not None and before.reasons.get(checker) == Reason.judge_unreadable:
            return derived_seed(self._seed, "judge", before.retries + 1)
        return self._first_judge_seed

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

    async def _judge(self, candidate: Candidate, sample: Sample, before: Unjudged | None = None) -> Judged:
        judged = Judged(Case(candidate=candidate, sample=sample))
        for position, (name, checker) in enumerate(self._checkers.items()):
            judged.case.seed = self._judge_seed(name, before)
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

    def _count(self, generation: Generation, judged: Sequence[Judged], verified: Sequence[Candidate]) -> None:
        self.progress.count_generation(generation)
        self._count_verdicts(generation.prompt.sample, judged, verified, generation.reason)

    def _count_verdicts(
        self, sample: Sample, judged: Sequence[Judged], verified: Sequence[Candidate], reason: Reason | None = None
    ) -> None:
        self.progress.verified += len(verified)
        verdicts = [verdict for one in judged for verdict in one.verdicts]
        for verdict in verdicts:
            self.progress.count_verdict(verdict)
        if self._tally is not None:
            self._tally.done(sample, verdicts, reason)
            for candidate in verified:
                called = [sample.api_by_name.get(call.name) for call in candidate.calls or ()]
                self._tally.count(candidate.style, {api.category for api in called if api})
            self.progress.reached = self._tally.reached


def _example(candidate: Candidate, sample: Sample) -> Example:
    """A verified candidate as later requests may be shown it."""
    return Example(
        id=candidate.id,
        style=candidate.style,
        query=candidate.query or "",
        answers=candidate.calls or (),
        tools=tuple(api.name for api in sample.apis),
        depth=sample.depth,
        parents=tuple(example.id for example in sample.examples),
    )


def _cut_short(judged: Sequence[Judged]) -> bool:
    """Whether the budget was spent before all had been judged."""
    return any(verdict.reason is Reason.budget_spent for one in judged for verdict in one.verdicts)


def _with_paid(verdict: Verdict, before: Unjudged) -> Verdict:
    """The verdict with what the unreadable answers cost that it replaces."""
    if before.reasons.get(verdict.checker) != Reason.judge_unreadable:
        return verdict  # the answers of the first try, if any, have come again from the response cache
    prompt, completion, cost = before.paid[verdict.checker]
    return verdict.model_copy(
        update={
            "prompt_tokens": _sum(verdict.prompt_tokens, prompt),
            "completion_tokens": _sum(verdict.completion_tokens, completion),
            "cost": _sum(verdict.cost, cost),
        }
    )


def _sum(one: Number | None, other: Number | None) -> Number | None:
    return None if one is None or other is None else one + other


async def _landed(judging: Sequence[Coroutine[Any, Any, Judged]]) -> list[Judged]:
    """What all of them give, once all have ended; raises the first of their errors then."""
    if len(judging) == 1:  # needs no task of its own
        return [await judging[0]]
    ended = await asyncio.gather(*judging, return_exceptions=True)
    for one in ended:
        if isinstance(one, BaseException):
            raise one
    return [one for one in ended if isinstance(one, Judged)]


def _verdict_rows(judged: Sequence[Judged], retries: int) -> dict[str, Sequence[Row]]:
    return {
        "verdicts": [verdict_row(verdict, retries) for one in judged for verdict in one.verdicts],
        "executions": [row for one in judged for row in execution_rows(one.case)],
    }
