"""The views: each question answered from a few rows made by hand."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from apigen.storage.database import connect, create

CHECKERS = ["format", "execution", "semantic"]


class Run:
    """A database in memory, filled row by row."""

    def __init__(self) -> None:
        self.connection = connect()
        create(self.connection)

    def add(self, table: str, **row: Any) -> None:
        row = {"run": "r"} | row
        marks = ", ".join("?" for _ in row)
        self.connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))

    def candidate(
        self, name: str, verdicts: Sequence[Any] = (), *, calls: Sequence[str] = ("add",), **row: Any
    ) -> None:
        """A candidate, and its verdicts as `outcome` or `(outcome, reason)` by checker; None for no verdict."""
        run = row.get("run", "r")
        answers = json.dumps([{"name": call, "arguments": {}} for call in calls])
        values = {"candidate": name, "request": 0, "position": 0, "style": "simple", "query": f"{name}?", "model": "m"}
        values |= {
            "calls": answers,
            "functions": list(calls),
            "simulated": False,
            "depth": 1,
            "parents": [],
            "injected": [],
        }
        self.add("candidates", **(values | row))
        for position, (checker, verdict) in enumerate(zip(CHECKERS, verdicts, strict=False)):
            outcome, reason = (verdict, None) if isinstance(verdict, str | None) else verdict
            if outcome:
                self.add(
                    "verdicts", run=run, candidate=name, position=position, stage=checker, checker=checker,
                    outcome=outcome, reason=reason, detail=f"{checker} says", simulated=False,
                )  # fmt: skip

    def __call__(self, sql: str) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        return rows


@pytest.fixture
def run() -> Run:
    made = Run()
    made.add("runs", checkers=CHECKERS)
    return made


def outcomes(run: Run) -> dict[str, tuple[Any, ...]]:
    return {
        row[0]: row[1:] for row in run("SELECT candidate, outcome, stage, reason, detail FROM outcomes ORDER BY ALL")
    }


P, R, E = "passed", "rejected", "error"


def test_outcome_is_that_of_the_first_checker_that_did_not_pass(run: Run) -> None:
    run.candidate("all", [P, P, P])
    run.candidate("late", [P, P, (R, "judged_wrong")])
    run.candidate("lost", [P, (E, "worker_lost")])
    run.candidate("shadow", [(R, "duplicate_call"), P, (R, "judged_wrong")])
    assert outcomes(run) == {
        "all": (P, None, None, None),
        "late": (R, "semantic", "judged_wrong", "semantic says"),
        "lost": (E, "execution", "worker_lost", "execution says"),
        "shadow": (R, "format", "duplicate_call", "format says"),
    }


def test_an_unreadable_candidate_is_rejected_by_the_format_checker_or_else_by_reading() -> None:
    with_format, without = Run(), Run()
    with_format.add("runs", checkers=["format"])
    with_format.candidate("x", [(R, "invalid_json")], problem="invalid_json")
    without.add("runs", checkers=["execution", "semantic"])
    without.candidate("x", problem="invalid_json", problem_detail="at 5")
    assert outcomes(with_format)["x"][:3] == (R, "format", "invalid_json")
    assert outcomes(without)["x"] == (R, "reading", "invalid_json", "at 5")


def test_without_any_checker_all_that_can_be_read_passes() -> None:
    run = Run()
    run.add("runs", checkers=[])
    run.candidate("good")
    run.candidate("bad", problem="refusal")
    assert {name: found[0] for name, found in outcomes(run).items()} == {"good": P, "bad": R}


def test_a_candidate_that_a_checker_gave_no_verdict_on_never_passes(run: Run) -> None:
    run.candidate("unjudged", [P, None, P])
    run.candidate("unseen", [])
    assert outcomes(run) == {
        "unjudged": (E, "execution", None, "this checker gave no verdict"),
        "unseen": (E, "format", None, "this checker gave no verdict"),
    }


def test_candidates_of_equal_names_in_several_runs_stay_apart(run: Run) -> None:
    run.add("runs", run="s", checkers=["format"])
    run.candidate("x", [P, P, P])
    run.candidate("x", [(R, "placeholder")], run="s")
    assert run("SELECT run, outcome FROM outcomes ORDER BY run") == [("r", P), ("s", R)]


LONG = '{"n": 123456789012345678901234567890, "x": 0.12345678901234567890}'


def request(run: Run, number: int, *apis: str) -> None:
    run.add(
        "requests", request=number, apis=list(apis), template="concise", outcome="passed", model="m", simulated=False
    )


def apis(run: Run, *names: str) -> None:
    for name in names:
        run.add(
            "apis", api=name, admitted=True, description=f"It's {name}.", parameters=LONG, category="Math", source="s"
        )


def executed(run: Run, candidate: str, *results: str | None, how: str = "executed") -> None:
    for position, result in reversed(list(enumerate(results))):
        run.add("executions", candidate=candidate, position=position, api="add", result=result, how=how, outcome=P)


def test_an_entry_has_query_tools_answers_and_results_in_order(run: Run) -> None:
    apis(run, "add", "sub")
    run.add("apis", api="sub", admitted=False, reason="duplicate_name")
    request(run, 0, "sub", "add")
    run.candidate("x", [P, P, P], calls=("add", "sub"), depth=2, parents=["seed-1"])
    executed(run, "x", LONG, "[1]")
    ((query, tools, answers, results, *rest),) = run(
        "SELECT query, tools, answers, results, executed, simulated, template, functions, depth, parents FROM entries"
    )
    assert query == "x?"
    assert [tool["name"] for tool in json.loads(tools)] == ["sub", "add"]
    assert json.loads(tools)[0] == {"name": "sub", "description": "It's sub.", "parameters": json.loads(LONG)}
    assert [answer["name"] for answer in json.loads(answers)] == ["add", "sub"]
    assert results == f"[{LONG}, [1]]"
    assert LONG in tools
    assert rest == [True, False, "concise", ["add", "sub"], 2, ["seed-1"]]


def test_only_what_passed_is_an_entry_and_in_the_order_of_the_plan(run: Run) -> None:
    apis(run, "add")
    for number in (1, 0):
        request(run, number, "add")
    run.candidate("c", [P, P, P], request=1)
    run.candidate("b", [P, P, P], request=0, position=1)
    run.candidate("a", [P, P, P], request=0, position=0)
    run.candidate("no", [P, P, (R, "judged_wrong")])
    run.candidate("error", [P, (E, "worker_lost")])
    assert run("SELECT id FROM entries") == [("a",), ("b",), ("c",)]


def test_an_entry_says_whether_every_call_was_made(run: Run) -> None:
    apis(run, "add")
    request(run, 0, "add")
    for name in ("all", "some", "none"):
        run.candidate(name, [P, P, P])
    executed(run, "all", "1", "null")
    executed(run, "some", "1")
    run.add("executions", candidate="some", position=1, api="add", how="not_executed", outcome=R)
    assert run("SELECT id, executed, results FROM entries ORDER BY id") == [
        ("all", True, "[1, null]"), ("none", False, None), ("some", False, "[1, null]"),
    ]  # fmt: skip


def test_an_entry_is_simulated_if_writer_or_judge_was(run: Run) -> None:
    apis(run, "add")
    request(run, 0, "add")
    run.candidate("real", [P, P, P])
    run.candidate("written", [P, P, P], simulated=True)
    run.candidate("judged", [P, P, P])
    run.connection.execute("UPDATE verdicts SET simulated = true WHERE candidate = 'judged' AND stage = 'semantic'")
    assert run("SELECT id, simulated FROM entries ORDER BY id") == [
        ("judged", True),
        ("real", False),
        ("written", True),
    ]


def test_the_funnel_counts_each_stage(run: Run) -> None:
    run.candidate("a", [P, P, P])
    run.candidate("b", [P, (R, "timeout")])
    run.candidate("c", [P, (E, "worker_lost")])
    run.candidate("d", [(R, "placeholder")])
    assert run("SELECT stage, judged, passed, rejected, errors, pass_rate FROM funnel") == [
        ("format", 4, 3, 1, 0, 0.75), ("execution", 3, 1, 1, 1, 0.5), ("semantic", 1, 1, 0, 0, 1.0),
    ]  # fmt: skip


def test_a_stage_of_nothing_but_errors_has_no_pass_rate(run: Run) -> None:
    run.candidate("a", [(E, "checker_failed")])
    assert run("SELECT stage, pass_rate FROM funnel") == [("format", None)]


def test_in_shadow_mode_every_stage_is_counted(run: Run) -> None:
    run.candidate("a", [(R, "placeholder"), P, (R, "judged_wrong")])
    assert run("SELECT stage, judged, rejected FROM funnel") == [
        ("format", 1, 1),
        ("execution", 1, 0),
        ("semantic", 1, 1),
    ]


def test_reasons_count_the_first_failure(run: Run) -> None:
    run.candidate("a", [(R, "placeholder"), (R, "timeout")])
    run.candidate("b", [(R, "placeholder")])
    run.candidate("c", [P, (E, "worker_lost")])
    run.candidate("d", [P, P, P])
    assert run("SELECT stage, outcome, reason, candidates, example FROM reasons") == [
        ("format", R, "placeholder", 2, "a"), ("execution", E, "worker_lost", 1, "c"),
    ]  # fmt: skip


def test_coverage_counts_offers_calls_and_entries(run: Run) -> None:
    apis(run, "add", "sub", "unused")
    run.add("apis", api="refused", admitted=False)
    request(run, 0, "add", "sub")
    request(run, 1, "add")
    run.candidate("a", [P, P, P], calls=("add", "add", "sub"))
    run.candidate("b", [(R, "placeholder")], calls=("add",))
    run.candidate("c", [(R, "unknown_function")], calls=("made_up",))
    assert run("SELECT api, offered, called, verified FROM coverage") == [
        ("add", 2, 2, 1), ("sub", 1, 1, 1), ("unused", 0, 0, 0),
    ]  # fmt: skip


def spent(
    run: Run,
    stage: str,
    cost: float | None,
    *,
    model: str = "m",
    outcome: str = P,
    cached: bool | None = None,
    request: int = 9,
    items: int = 1,
    candidate: str = "a",
) -> None:
    """An answer of 10 tokens to 1 of a prompt."""
    facts = {"model": model, "simulated": False, "prompt_tokens": 10, "completion_tokens": 1, "cost": cost}
    facts |= {"cached": cached, "outcome": outcome}
    if stage == "generation":
        run.add("requests", request=request, style="simple", items=items, **facts)
    else:
        run.add("verdicts", candidate=candidate, stage=stage, checker=stage, position=2, **facts)


def costs(run: Run) -> list[tuple[Any, ...]]:
    return run("SELECT stage, model, requests, prompt_tokens, completion_tokens, cost, cost_per_entry FROM costs")


def test_costs_are_summed_by_stage_and_model_and_shared_by_the_entries(run: Run) -> None:
    run.candidate("a", [P, P, P])
    run.candidate("b", [P, P, P])
    spent(run, "generation", 0.5)
    spent(run, "generation", 0.25)
    spent(run, "semantic", 0.5, model="j")
    assert costs(run) == [("generation", "m", 2, 20, 2, 0.75, 0.375), ("semantic", "j", 1, 10, 1, 0.5, 0.25)]


def test_one_unknown_price_makes_the_sum_unknown(run: Run) -> None:
    run.candidate("a", [P, P, P])
    spent(run, "generation", 0.5)
    spent(run, "generation", None)
    assert costs(run) == [("generation", "m", 2, 20, 2, None, None)]
    assert run("SELECT unknown, paid, saved FROM costs") == [(1, None, 0.0)]


def test_without_entries_there_is_no_cost_of_one(run: Run) -> None:
    spent(run, "generation", 0.5)
    assert costs(run)[0][-2:] == (0.5, None)


def test_an_answer_that_was_paid_for_counts_even_if_it_was_of_no_use(run: Run) -> None:
    spent(run, "generation", 0.5, outcome=E)
    run.add("requests", request=1, outcome=E, reason="rate_limited")
    assert costs(run) == [("generation", "m", 1, 10, 1, 0.5, None)]


def test_what_another_run_paid_for_has_its_price_and_is_not_paid_again(run: Run) -> None:
    spent(run, "generation", 0.5, cached=True)
    spent(run, "generation", 0.25, cached=False)
    spent(run, "generation", 0.125)
    assert run("SELECT requests, cached, cost, paid, saved FROM costs") == [(3, 1, 0.875, 0.375, 0.5)]


def test_an_unknown_price_of_a_cached_answer_leaves_what_was_paid_known(run: Run) -> None:
    spent(run, "generation", None, cached=True)
    spent(run, "generation", 0.25)
    assert run("SELECT unknown, cost, paid, saved FROM costs") == [(1, None, 0.25, None)]


def test_spending_tells_of_each_answer_by_whom_for_whose_candidate_and_who_paid(run: Run) -> None:
    run.candidate("a", [P, P], request=9, model="w")
    spent(run, "generation", 0.5, model="w", cached=True)
    spent(run, "semantic", None, model="j")
    assert run(
        "SELECT stage, request, candidate, style, writer, model, cached, cost, paid FROM spending ORDER BY stage"
    ) == [
        ("generation", 9, None, "simple", "w", "w", True, 0.5, 0.0),
        ("semantic", 9, "a", "simple", "w", "j", False, None, None),
    ]


def test_the_candidates_of_an_answer_share_its_price(run: Run) -> None:
    spent(run, "generation", 0.75, request=0, items=3)
    spent(run, "generation", 5.0, request=1, items=0)
    for name, verdicts in (("a", [P, P]), ("b", [P, P]), ("c", [(R, "placeholder")])):
        run.candidate(name, verdicts)
    spent(run, "semantic", 0.5, candidate="a")
    spent(run, "semantic", None, candidate="b", outcome=R)
    assert run("SELECT candidate, outcome, generation, judging, cost FROM candidate_costs ORDER BY candidate") == [
        ("a", P, 0.25, 0.5, 0.75), ("b", R, 0.25, None, None), ("c", R, 0.25, 0.0, 0.25),
    ]  # fmt: skip


def test_checker_accuracy_by_injected_defect(run: Run) -> None:
    run.candidate("clean", [P, P, P], simulated=True)
    run.candidate("falsely", [P, P, (R, "judged_wrong")], simulated=True)
    run.candidate("caught", [(R, "argument_type")], simulated=True, injected=["wrong_type"])
    run.candidate("missed", [P, P, P], simulated=True, injected=["wrong_type", "wrong_value"])
    run.candidate("unknown", [P, P, (E, "judge_unreadable")], simulated=True)
    run.candidate("real", [(R, "placeholder")])
    assert run("SELECT stage, defect, judged, rejected, rate FROM checker_accuracy") == [
        ("format", "none", 3, 0, 0.0), ("format", "wrong_type", 2, 1, 0.5), ("format", "wrong_value", 1, 0, 0.0),
        ("execution", "none", 3, 0, 0.0), ("execution", "wrong_type", 1, 0, 0.0),
        ("execution", "wrong_value", 1, 0, 0.0),
        ("semantic", "none", 2, 1, 0.5), ("semantic", "wrong_type", 1, 0, 0.0), ("semantic", "wrong_value", 1, 0, 0.0),
    ]  # fmt: skip
