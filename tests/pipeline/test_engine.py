"""The engine: the same rows whatever the concurrency and the order of answers, and nothing ever hangs."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from doubles import FakeCaller, ScriptedModel, api, example, says
from doubles import resources as parts

from apigen.errors import ConfigError, ModelError, StorageError
from apigen.generation import QueryFirst
from apigen.llm.model import Model, ModelRequest
from apigen.pipeline.engine import Engine
from apigen.pipeline.progress import Progress
from apigen.pipeline.rows import api_row
from apigen.randomness import derived_seed, stream
from apigen.reasons import Reason
from apigen.resources import Resources
from apigen.sampling import ExampleSampler, Plan, PromptTemplate, QueryStyle, Sampling, SeedPool
from apigen.storage import RunWriter
from apigen.storage.database import connect
from apigen.verification import Case, Checker, ExecutionChecker, FormatChecker, Judgement, SemanticChecker
from apigen.verification.checker import PASSED
from apigen.verification.semantic import QUESTIONS

STYLES = {"simple": QueryStyle(apis=(1, 2), calls=(1, 1), functions=(1, 1), instruction="One call.")}
APIS = [api(f"f{i}") for i in range(7)]
CALLER = FakeCaller(**{f"f{i}": lambda a, b: a // (b % 4) for i in range(7)})
CHECKERS = {"format": FormatChecker(), "execution": ExecutionChecker(), "semantic": SemanticChecker()}


class QuietMonitor:
    """Shows nothing; calls `seen` at every update."""

    def __init__(self, seen: Callable[[Progress], None] = lambda progress: None) -> None:
        self.seen = seen

    def start(self, progress: Progress, facts: dict[str, str]) -> None: ...

    def update(self, progress: Progress) -> None:
        self.seen(progress)

    def stop(self, progress: Progress) -> None: ...


def written(request: ModelRequest) -> Any:
    """Pairs that depend on everything in the prompt; some wrong, now and then an error instead."""
    rng = stream(json.dumps([message.content for message in request.messages]), request.seed)
    if rng.random() < 0.1:
        return ModelError(Reason.rate_limited, "slow down")
    names = [line.partition('"name": "')[2].partition('"')[0] for line in request.messages[1].content.splitlines()]
    offered = [name for name in names if name.startswith("f")][:1]
    items = [
        {
            "query": f"{rng.random()}?",
            "answers": [{"name": rng.choice([*offered * 4, "other"]), "arguments": arguments}],
        }
        for arguments in ({"a": rng.randint(0, 99), "b": rng.choice([1, 2, 3, 4, "x"])} for _ in range(3))
    ]
    return json.dumps(items)


def judges(request: ModelRequest) -> Any:
    passed = stream(request.messages[1].content).random() < 0.8
    return json.dumps({"thought": "", **dict.fromkeys(QUESTIONS, passed), "pass": passed})


@dataclass
class Run:
    """One run of the engine below `folder`, and what became of it."""

    folder: Path
    requests: int = 40
    concurrency: int = 8
    lag: int = 16
    cascade: bool = True
    grace: float = 5.0
    shuffled: int = 0
    generator: Model | None = None
    judge: Model | None = None
    checkers: dict[str, Checker] = field(default_factory=lambda: dict(CHECKERS))
    seen: Callable[["Run"], None] = lambda run: None
    writer: RunWriter | None = None
    calls: Any = CALLER
    engine: Engine = field(init=False)

    def __call__(self) -> "Run":
        asyncio.run(asyncio.wait_for(self._run(), 120))
        return self

    async def _run(self) -> None:
        self.writer = self.writer or RunWriter(self.folder, "r")
        self.writer.create()
        sampling = Sampling(examples=ExampleSampler(seeds=[]))
        plan = Plan(1, (2, 3), sampling, STYLES, {"p": PromptTemplate(template="Be brief.")}, APIS)
        plan.seeds["simple"] = [example(f"seed-{i}", function="f0") for i in range(6)]
        self.engine = Engine(
            seed=1, requests=self.requests, concurrency=self.concurrency, cascade=self.cascade, grace=self.grace,
            plan=plan, pool=SeedPool(sampling.examples, self.lag), generator=QueryFirst(), checkers=self.checkers,
            resources=parts(
                self.generator or ScriptedModel(answer=written, shuffled=self.shuffled),
                self.judge or ScriptedModel(answer=judges, shuffled=self.shuffled),
                self.calls, in_flight=self.concurrency,
            ),
            writer=self.writer, monitor=QuietMonitor(lambda progress: self.seen(self)),
        )  # fmt: skip
        await self.writer.add({"apis": [api_row(one) for one in APIS]})
        await self.writer.add({"runs": [{"checkers": list(self.checkers), "status": "running"}]})
        await self.engine.run()

    def __getitem__(self, sql: str) -> list[tuple[Any, ...]]:
        with connect(self.folder / "run.duckdb", read_only=True) as connection:
            rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
            return rows

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything but times."""
        timed = {"requests": "latency", "candidates": "run", "verdicts": "duration", "executions": "duration"}
        return {table: self[f"SELECT * EXCLUDE ({time}) FROM {table} ORDER BY ALL"] for table, time in timed.items()}


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(tmp_path_factory.mktemp("one"), concurrency=1)()


def test_all_requests_are_made_and_all_is_written(one_by_one: Run) -> None:
    run = one_by_one
    assert run["SELECT request FROM requests ORDER BY request"] == [(number,) for number in range(40)]
    assert run["SELECT DISTINCT outcome FROM requests ORDER BY ALL"] == [("error",), ("passed",)]
    assert {reason for (reason,) in run["SELECT DISTINCT reason FROM verdicts"]} >= {
        None, "unknown_function", "argument_type", "runtime_error", "query_not_served",
    }  # fmt: skip
    assert run["SELECT count(*) > 10 FROM entries"] == [(True,)]


def test_verified_entries_teach_later_requests(one_by_one: Run) -> None:
    assert one_by_one["SELECT max(verified_examples) > 0, max(depth) > 1 FROM requests, candidates"] == [(True, True)]
    shown = one_by_one[
        "SELECT r.request, c.request FROM (SELECT request, unnest(examples) AS id FROM requests) r "
        "JOIN entries e ON e.id = r.id JOIN candidates c ON c.candidate = e.id"
    ]
    assert shown
    assert all(teacher < learner - 16 for learner, teacher in shown)


@pytest.mark.parametrize(("concurrency", "shuffled"), [(8, 0), (8, 9), (64, 0), (64, 50), (3, 200)])
def test_the_rows_are_the_same_whatever_the_concurrency_and_the_order_of_answers(
    one_by_one: Run, tmp_path: Path, concurrency: int, shuffled: int
) -> None:
    assert Run(tmp_path, concurrency=concurrency, shuffled=shuffled)().rows() == one_by_one.rows()


def test_more_workers_than_the_lag_allows_just_wait(tmp_path: Path) -> None:
    slow, fast = Run(tmp_path / "a", lag=1, concurrency=1), Run(tmp_path / "b", lag=1, concurrency=32, shuffled=20)
    assert slow().rows() == fast().rows()


def test_progress_agrees_with_the_database(one_by_one: Run) -> None:
    progress = one_by_one.engine.progress
    ((errors,),) = one_by_one["SELECT count(*) FROM requests WHERE outcome = 'error'"]
    assert progress.done == 40
    assert one_by_one["SELECT count(*) FROM candidates"] == [(progress.candidates,)]
    assert one_by_one["SELECT count(*) FROM entries"] == [(progress.verified,)]
    assert progress.errors == errors
    funnel = one_by_one["SELECT stage, passed, rejected FROM funnel"]
    assert funnel == [(stage, counts["passed"], counts["rejected"]) for stage, counts in progress.stages.items()]
    ((cost,),) = one_by_one["SELECT sum(cost) FROM costs"]
    assert progress.cost == pytest.approx(cost)


def test_in_a_cascade_judging_ends_at_the_first_failure(one_by_one: Run) -> None:
    late = (
        "SELECT count(*) FROM verdicts a JOIN verdicts b USING (candidate) "
        "WHERE a.outcome <> 'passed' AND b.position > a.position"
    )
    assert one_by_one[late] == [(0,)]


def test_in_shadow_mode_every_checker_judges_all_it_can(one_by_one: Run, tmp_path: Path) -> None:
    run = Run(tmp_path, cascade=False, lag=1000)()
    assert run["SELECT count(DISTINCT n) FROM (SELECT count(*) AS n FROM verdicts GROUP BY candidate)"] == [(1,)]
    assert run["SELECT DISTINCT position FROM verdicts ORDER BY 1"] == [(0,), (1,), (2,)]


def test_without_checkers_every_readable_candidate_is_an_entry(tmp_path: Path) -> None:
    run = Run(tmp_path, requests=10, checkers={})()
    assert (
        run["SELECT count(*) FROM entries"]
        == run["SELECT count(*) FROM candidates"]
        == [(run.engine.progress.verified,)]
    )


@pytest.mark.parametrize("error", [ModelError(Reason.model_unavailable, "down"), ZeroDivisionError("a bug")])
def test_a_model_that_never_answers_gives_rows_of_errors_and_blocks_nobody(tmp_path: Path, error: Exception) -> None:
    run = Run(tmp_path, lag=2, generator=says(error))()
    reason = error.reason if isinstance(error, ModelError) else Reason.generator_failed
    assert run["SELECT outcome, reason, count(*) FROM requests GROUP BY ALL"] == [("error", reason, 40)]
    assert run.engine.progress.errors == 40


def test_a_judge_that_never_answers_gives_errors_and_no_entries(tmp_path: Path) -> None:
    run = Run(tmp_path, lag=2, judge=says(ModelError(Reason.model_timeout, "late")))()
    assert run["SELECT DISTINCT outcome, reason FROM verdicts WHERE stage = 'semantic'"] == [("error", "model_timeout")]
    assert run["SELECT count(*) FROM entries"] == [(0,)]


class Failing(Checker):
    async def judge(self, case: Case, resources: Resources) -> Judgement:
        raise ZeroDivisionError("a bug")


class Unable(Checker):
    def can_judge(self, case: Case) -> bool:
        return False

    async def judge(self, case: Case, resources: Resources) -> Judgement:
        return PASSED


def test_a_checker_that_raises_gives_an_error(tmp_path: Path) -> None:
    run = Run(tmp_path, requests=5, checkers={"mine": Failing()})()
    assert run["SELECT DISTINCT stage, outcome, reason FROM outcomes"] == [("mine", "error", "checker_failed")]
    assert run.engine.progress.verified == 0


def test_a_checker_that_judges_nothing_verifies_nothing(tmp_path: Path) -> None:
    run = Run(tmp_path, requests=5, checkers={"mine": Unable()})()
    assert run["SELECT count(*) FROM entries"] == [(0,)]
    assert run.engine.progress.verified == 0


def test_a_disk_that_fails_stops_the_run(tmp_path: Path) -> None:
    def lose_the_folder(run: Run) -> None:
        if run.engine.progress.done == 5:
            (tmp_path / "run").rename(tmp_path / "elsewhere")

    run = Run(tmp_path / "run", requests=10_000, concurrency=1, seen=lose_the_folder)
    run.writer = RunWriter(tmp_path / "run", "r", every_rows=1)
    with pytest.raises(StorageError, match="is gone"):
        run()
    assert run.engine.progress.done == 6
    run.folder = tmp_path / "elsewhere"
    assert run["SELECT request FROM requests ORDER BY request"] == [(number,) for number in range(5)]


def test_an_interrupt_keeps_what_is_finished_and_begins_nothing_new(tmp_path: Path) -> None:
    def interrupt(run: Run) -> None:
        if run.engine.progress.done == 10:
            run.engine.stop.interrupt()

    run = Run(tmp_path, requests=10_000, concurrency=8, lag=4, seen=interrupt, shuffled=30)()
    assert run.engine.stop.ending
    assert 10 <= run.engine.progress.done <= 18
    assert run["SELECT count(*) FROM requests"] == [(run.engine.progress.done,)]
    assert run["SELECT count(*) FROM candidates"] == [(run.engine.progress.candidates,)]


def test_answers_that_come_at_once_leave_others_their_turn(tmp_path: Path) -> None:
    def interrupt(run: Run) -> None:
        asyncio.get_running_loop().call_soon(run.engine.stop.interrupt)

    answer = json.dumps([{"query": "Which?", "answers": [{"name": "f0", "arguments": {"a": 1, "b": 2}}]}])
    model = ScriptedModel(answer=lambda request: answer)
    run = Run(tmp_path, concurrency=1, requests=200, generator=model, checkers={"format": FormatChecker()})
    run.seen = interrupt
    assert len(run()["SELECT request FROM requests"]) < 5


class Hanging(Model):
    """Answers requests with these seeds, and no other ever."""

    answered: frozenset[int] = frozenset()

    @property
    def title(self) -> str:
        return "test/hanging"

    async def complete(self, request: ModelRequest) -> Any:
        if request.seed not in self.answered:
            await asyncio.Event().wait()
        return await ScriptedModel(answer=written).complete(request)


@pytest.mark.parametrize("grace", [0.0, 3600.0], ids=["grace is over", "interrupted twice"])
def test_requests_that_hang_are_given_up(tmp_path: Path, grace: float) -> None:
    run = Run(tmp_path, requests=100, concurrency=4, grace=grace)
    run.generator = Hanging(answered=frozenset(derived_seed(1, "model", number) for number in range(5)))

    def interrupt(one: Run) -> None:
        if one.engine.progress.done == 5:
            for _ in range(2 if grace else 1):
                asyncio.get_running_loop().call_soon(one.engine.stop.interrupt)

    run.seen = interrupt
    run()
    assert run["SELECT request FROM requests ORDER BY request"] == [(number,) for number in range(5)]


def test_an_interrupt_ends_workers_that_wait_for_others(tmp_path: Path) -> None:
    """With a lag of 1 and nobody answering, all workers but two wait for entries of requests before theirs."""
    run = Run(tmp_path, requests=100, concurrency=8, lag=1, grace=0.0, generator=Hanging())

    async def scenario() -> None:
        task = asyncio.create_task(run._run())
        while not (hasattr(run, "engine") and run.engine.stop._waiting):  # noqa: ASYNC110
            await asyncio.sleep(0)
        run.engine.stop.interrupt()
        await task

    asyncio.run(asyncio.wait_for(scenario(), 120))
    assert run["SELECT count(*) FROM requests"] == [(0,)]


class Prepares(Checker):
    """Notes what it was prepared with, and how many requests had been sent by then."""

    fails: bool = False
    sent: list[int] = []

    async def prepare(self, seeds: Any, apis: Any, resources: Resources) -> None:
        await asyncio.sleep(0.01)
        assert [seed.id for seed in seeds] == [f"seed-{i}" for i in range(6)]
        assert set(apis) == {one.name for one in APIS}
        model = resources.generator.model
        assert isinstance(model, ScriptedModel)
        self.sent.append(len(model.asked))
        if self.fails:
            raise ConfigError("This judge is no judge.")

    async def judge(self, case: Case, resources: Resources) -> Judgement:
        return PASSED


def test_checkers_get_ready_once_before_the_first_request(tmp_path: Path) -> None:
    checker = Prepares()
    Run(tmp_path, requests=6, checkers={"prepares": checker})()
    assert checker.sent == [0]


def test_a_checker_that_cannot_get_ready_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    model = ScriptedModel(answer=written)
    with pytest.raises(ConfigError, match="no judge"):
        Run(tmp_path, requests=6, generator=model, checkers={"prepares": Prepares(fails=True)})()
    assert not model.asked
