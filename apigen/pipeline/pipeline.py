"""The root component: everything that a run does is a field of it, and so a key of `conf/config.yaml`."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, InstanceOf, field_validator

from apigen import __version__
from apigen.component import Component
from apigen.execution import Calls, Execution
from apigen.execution.executor import Executor
from apigen.generation import Generator
from apigen.llm.cache import ResponseCache, Responses
from apigen.llm.model import Model
from apigen.pipeline.budget import Budget, Meter
from apigen.pipeline.engine import Engine
from apigen.pipeline.estimate import estimate_text
from apigen.pipeline.probing import Probed, probed, restored
from apigen.pipeline.progress import Monitor
from apigen.pipeline.recording import RunRecord, same_apis
from apigen.pipeline.rows import now
from apigen.pipeline.target import Tally, Target
from apigen.records import Api
from apigen.resources import Resources, Seat
from apigen.sampling import Plan, PromptTemplate, QueryStyle, Sampling, SeedPool
from apigen.sources import Admission, Admitted
from apigen.sources.source import Source
from apigen.storage import Card, History, Place, RunWriter
from apigen.verification import Checker, ExecutionChecker


class Pipeline(Component):
    """A run.

    `requests` generation requests are made, `concurrency` of them at a time; request i may draw on verified entries of
    requests below i - `lag`, which also limits how many are in flight. The same `seed` and configuration give the same
    plan, whatever the concurrency. `mode`: `cascade` stops judging a candidate at its first failure, `shadow` lets
    every checker judge all it can. `grace` is how many seconds requests in flight get after Ctrl-C. Results go to
    `output_dir`, in a folder that starts with `name`.

    `budget` ends a run early; with a `target` it goes on until that is reached, and `requests` sets no limit. `resume`:
    `auto` continues the newest run with this very configuration that has not come to its end, `never` begins anew, and
    the name of a run continues that one.
    """

    name: str = Field(default="run", pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    seed: int = Field(default=0, ge=-(2**63), lt=2**63)
    requests: int = Field(default=100, ge=1)
    concurrency: int = Field(default=8, ge=1)
    lag: int = Field(default=2048, ge=1)
    mode: Literal["cascade", "shadow"] = "cascade"
    grace: float = Field(default=5.0, ge=0)
    output_dir: str = "outputs"
    resume: str = "auto"
    budget: Budget = Budget()
    target: Target = Target()
    cache: ResponseCache = ResponseCache()
    sources: dict[str, InstanceOf[Source]]
    admission: Admission = Admission()
    styles: dict[str, QueryStyle]
    prompts: dict[str, PromptTemplate]
    sampling: Sampling = Sampling()
    generator: InstanceOf[Generator]
    model: InstanceOf[Model]
    judge: InstanceOf[Model]
    checkers: dict[str, InstanceOf[Checker]]
    executors: dict[str, InstanceOf[Executor]]
    execution: Execution = Execution()

    @field_validator("sources")
    @classmethod
    def _at_least_one(cls, value: dict[str, Source]) -> dict[str, Source]:
        if not value:
            raise ValueError("no API source is given; for example source=catalogue")
        return value

    def admitted(self) -> Admitted:
        """Load all sources and admit their APIs.

        Raises:
            SourceError: a source cannot be read at all.
        """
        return self.admission.admit({name: source.load(name) for name, source in self.sources.items()})

    def plan(self, admitted: Admitted) -> Plan:
        """The plan over the admitted APIs.

        Raises:
            ConfigError: styles, prompts, seeds and APIs do not go together.
        """
        return Plan(self.seed, self.generator.pairs, self.sampling, self.styles, self.prompts, admitted.apis)

    async def probed(self, admitted: Admitted) -> Probed:
        """The APIs that a run offers: with `admission.probe`, those whose calls fail are refused.

        Raises:
            UserError: an executor or the cassette cannot be used.
        """
        if not self.admission.probe:
            return Probed(admitted)
        async with await self.calls(admitted.apis) as calls:
            return await probed(
                admitted,
                self.admission,
                calls,
                self.execution_checker.read,
                seed=self.seed,
                concurrency=self.concurrency,
            )

    async def calls(self, apis: Sequence[Api], *, recording: bool = True) -> Calls:
        """The way to make calls of `apis`, as `execution` says; nothing is recorded unless `recording`.

        Raises:
            UserError: an executor or the cassette cannot be used.
        """
        executors = list(self.executors.values())
        keeps = self.execution.mode == "record" and not recording
        applied = executors if keeps else self.execution.applied(executors)
        return await Calls.open(applied, apis, self.execution_checker.read)

    @property
    def execution_checker(self) -> ExecutionChecker:
        """The checker that tells error payloads from results; one with the default rules if the run has none."""
        found = (checker for checker in self.checkers.values() if isinstance(checker, ExecutionChecker))
        return next(found, ExecutionChecker())

    @property
    def uses_judge(self) -> bool:
        """Whether a checker asks the judge."""
        return any(checker.asks_judge for checker in self.checkers.values())

    @property
    def simulated(self) -> bool:
        """Whether the offline model generates or judges."""
        return self.model.simulated or (self.uses_judge and self.judge.simulated)

    def fetch(self) -> None:
        """Have on this machine what its models are made of, before `run`: Ctrl-C ends a long download at once.

        Raises:
            ConfigError: it cannot be had.
        """
        self.model.fetch()
        if self.uses_judge:
            self.judge.fetch()

    async def run(self, place: Place, card: Card, monitor: Monitor) -> str:
        """Do the run, or what is left of it, and write it to `place`, which nobody else may write to meanwhile.

        Args:
            place: of this run alone, taken.
            card: of the run: a new one, or the one that is in the place.
            monitor: is told of the progress.

        Returns:
            The status: `finished`, `interrupted`, or `stopped` if the budget is spent.

        Raises:
            UserError: the configuration, a source or the output folder cannot be used, or are not those of the run that
                is continued.
        """
        record = RunRecord(place, card)
        admitted = await asyncio.to_thread(self.admitted)
        history = await asyncio.to_thread(record.history)
        found = restored(admitted, history.probes) if history.begun else await self.probed(admitted)
        if history.begun:
            same_apis(history.apis, found.admitted.apis)
        admitted = found.admitted
        plan = self.plan(admitted)
        tally = self._tally(admitted, history)
        meter = Meter(
            self.budget, cost=history.cost, tokens=history.tokens, requests=history.sent, seconds=history.seconds
        )
        async with await self.calls(admitted.apis) as calls, self._answers(card.id) as answers:
            # only now: a key or a cassette that is missing leaves no run
            row = self._row(card) | {"isolation": calls.isolation}
            if not history.begun:
                row["estimate"] = await asyncio.to_thread(estimate_text, self, plan, Path(self.output_dir))
            await record.begin(row, found, history)
            record.writer.note = lambda: meter.row
            with record.failing(meter):
                engine = self._engine(plan, calls, record.writer, monitor, history, meter, tally, answers)
                facts = self._facts(place.run, admitted, calls.isolation)
                facts |= {"continued": _left(history)} if history.begun else {}
                try:
                    await self._watched(engine, monitor, facts)
                finally:
                    await self.model.close()
                    await self.judge.close()
        shortfalls = "; ".join(tally.shortfalls()) if tally else ""
        record.end(engine.stop.status, ". ".join(filter(None, (engine.stop.why, shortfalls))), meter)
        return engine.stop.status

    def _tally(self, admitted: Admitted, history: History) -> Tally | None:
        if not self.target.given:
            return None
        categories = {api.name: api.category for api in admitted.apis}
        tally = Tally(self.target.cells(self.styles, set(categories.values())), self.target.patience)
        for entry in history.verified():
            tally.count(entry.style, {categories[name] for name in entry.functions if name in categories})
        return tally

    @contextlib.asynccontextmanager
    async def _answers(self, id: str) -> AsyncIterator[Responses]:
        # without a model whose answers are worth keeping, a folder that cannot be written to does not matter
        keeping = any(type(model).identity is not Model.identity for model in (self.model, self.judge))
        answers = (self.cache if keeping else ResponseCache(mode="off")).open(id)
        try:
            yield answers
        finally:
            await answers.close()

    def _engine(
        self,
        plan: Plan,
        calls: Calls,
        writer: RunWriter,
        monitor: Monitor,
        history: History,
        meter: Meter,
        tally: Tally | None,
        answers: Responses,
    ) -> Engine:
        pool = SeedPool(self.sampling.examples, self.lag)
        pool.restore(history)
        free = asyncio.Semaphore(self.concurrency)
        return Engine(
            seed=self.seed,
            requests=None if tally else self.requests,
            concurrency=self.concurrency,
            cascade=self.mode == "cascade",
            grace=self.grace,
            plan=plan,
            pool=pool,
            generator=self.generator,
            checkers=self.checkers,
            resources=Resources(
                generator=Seat(self.model, free, answers, meter),
                judge=Seat(self.judge, free, answers, meter),
                calls=calls,
            ),
            writer=writer,
            monitor=monitor,
            history=history,
            meter=meter,
            tally=tally,
        )

    async def _watched(self, engine: Engine, monitor: Monitor, facts: dict[str, str]) -> None:
        monitor.start(engine.progress, facts)
        try:
            await engine.run()
        finally:
            monitor.stop(engine.progress)

    def _facts(self, run: str, admitted: Admitted, isolation: str) -> dict[str, str]:
        mark = " (simulated)"
        return {
            "run": run,
            "apis": f"{len(admitted.apis)} admitted, {len(admitted.refused)} refused",
            "model": self.model.title + (mark if self.model.simulated else ""),
            "judge": self.judge.title + (mark if self.judge.simulated else "") if self.uses_judge else "none",
            "checkers": " → ".join(self.checkers) or "none",
            "execution": isolation,
        }

    def _row(self, card: Card) -> dict[str, Any]:
        return {
            "id": card.id,
            "name": self.name,
            "status": "running",
            "started_at": now(),
            "resumed": 0,
            "seed": self.seed,
            "requests": None if self.target.given else self.requests,
            "model": self.model.title,
            "judge": self.judge.title if self.uses_judge else None,
            "strategy": self.generator.strategy,
            "checkers": list(self.checkers),
            "mode": self.mode,
            "simulated": self.simulated,
            "overrides": dict(card.overrides),
            "config": json.dumps(card.config, ensure_ascii=False),
            "version": __version__,
        }


def _left(history: History) -> str:
    again = len(history.failed) + sum(map(len, history.unjudged.values()))
    return f"{len(history.done) - len(history.failed)} requests are done" + (
        f", {again} that ended in an error are made again" if again else ""
    )
