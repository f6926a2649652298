"""The root component: everything that a run does is a field of it, and so a key of `conf/config.yaml`."""

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, InstanceOf, field_validator

from apigen import __version__
from apigen.component import Component
from apigen.errors import StorageError
from apigen.execution import Calls, Execution
from apigen.execution.executor import Executor
from apigen.generation import Generator
from apigen.llm.model import Model
from apigen.pipeline.engine import Engine
from apigen.pipeline.probing import Probed, probe_row, probed
from apigen.pipeline.progress import Monitor
from apigen.pipeline.rows import api_row, now, refusal_row
from apigen.records import Api
from apigen.resources import Resources, Seat
from apigen.sampling import Plan, PromptTemplate, QueryStyle, Sampling, SeedPool
from apigen.sources import Admission, Admitted
from apigen.sources.source import Source
from apigen.storage import RunWriter
from apigen.verification import Checker, ExecutionChecker, SemanticChecker


class Pipeline(Component):
    """A run.

    `requests` generation requests are made, `concurrency` of them at a time; request i may draw on verified entries of
    requests below i - `lag`, which also limits how many are in flight. The same `seed` and configuration give the same
    plan, whatever the concurrency. `mode`: `cascade` stops judging a candidate at its first failure, `shadow` lets
    every checker judge all it can. `grace` is how many seconds requests in flight get after Ctrl-C. Results go to
    `output_dir`, in a folder that starts with `name`.
    """

    name: str = Field(default="run", pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    seed: int = Field(default=0, ge=-(2**63), lt=2**63)
    requests: int = Field(default=100, ge=1)
    concurrency: int = Field(default=8, ge=1)
    lag: int = Field(default=64, ge=1)
    mode: Literal["cascade", "shadow"] = "cascade"
    grace: float = Field(default=5.0, ge=0)
    output_dir: str = "outputs"
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
        return any(isinstance(checker, SemanticChecker) for checker in self.checkers.values())

    @property
    def simulated(self) -> bool:
        """Whether the offline model generates or judges."""
        return self.model.simulated or (self.uses_judge and self.judge.simulated)

    async def run(
        self, folder: Path, run: str, monitor: Monitor, *, overrides: Mapping[str, str], config: Mapping[str, Any]
    ) -> str:
        """Do the run and write it to `folder`.

        Args:
            folder: of this run alone.
            run: its name in the database.
            monitor: is told of the progress.
            overrides: of the command line, for comparing runs.
            config: the composed configuration with secrets as references only.

        Returns:
            The status: `finished` or `interrupted`.

        Raises:
            UserError: the configuration, a source or the output folder cannot be used.
        """
        found = await self.probed(await asyncio.to_thread(self.admitted))
        admitted = found.admitted
        plan = self.plan(admitted)
        writer = RunWriter(folder, run)
        async with await self.calls(admitted.apis) as calls:  # first: a key or cassette that is missing leaves no run
            writer.create()
            rows = {
                "runs": [self._row(overrides, config) | {"isolation": calls.isolation}],
                "apis": [api_row(a) for a in admitted.apis] + [refusal_row(r) for r in admitted.refused],
                "probes": [probe_row(probe) for probe in found.probes],
            }
            try:
                await writer.add(rows)
                await writer.flush()
                engine = self._engine(plan, calls, writer, monitor)
                status = await self._watched(engine, monitor, self._facts(run, admitted, calls.isolation))
            except BaseException as error:
                with contextlib.suppress(StorageError):
                    detail = f"{type(error).__name__}: {error}"
                    writer.update_run({"status": "failed", "finished_at": now(), "detail": detail})
                raise
            finally:
                await self.model.close()
                await self.judge.close()
        writer.update_run({"status": status, "finished_at": now()})
        return status

    def _engine(self, plan: Plan, calls: Calls, writer: RunWriter, monitor: Monitor) -> Engine:
        return Engine(
            seed=self.seed,
            requests=self.requests,
            concurrency=self.concurrency,
            cascade=self.mode == "cascade",
            grace=self.grace,
            plan=plan,
            pool=SeedPool(self.sampling.examples, self.lag),
            generator=self.generator,
            checkers=self.checkers,
            resources=Resources(
                generator=Seat(self.model, self.concurrency), judge=Seat(self.judge, self.concurrency), calls=calls
            ),
            writer=writer,
            monitor=monitor,
        )

    async def _watched(self, engine: Engine, monitor: Monitor, facts: dict[str, str]) -> str:
        monitor.start(engine.progress, facts)
        try:
            await engine.run()
        finally:
            monitor.stop(engine.progress)
        return "interrupted" if engine.interrupted else "finished"

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

    def _row(self, overrides: Mapping[str, str], config: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "name": self.name,
            "status": "running",
            "started_at": now(),
            "seed": self.seed,
            "requests": self.requests,
            "model": self.model.title,
            "judge": self.judge.title if self.uses_judge else None,
            "strategy": self.generator.strategy,
            "checkers": list(self.checkers),
            "mode": self.mode,
            "simulated": self.simulated,
            "overrides": dict(overrides),
            "config": json.dumps(config, ensure_ascii=False),
            "version": __version__,
        }
