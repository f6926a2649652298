"""Classes with state in the checkers: one sequence a candidate, and what the judge sees of the changes."""

import asyncio
import json
from collections.abc import Sequence

from doubles import FakeCaller, api, call, candidate, resources, said, sample, says

from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Outcome
from apigen.verification import Case, ExecutionChecker, SemanticChecker

CHANGES = [{"path": "/stock/fig", "before": 2, "after": 1}]


class Sequences(FakeCaller):
    """Remembers which calls were made together."""

    def __init__(self) -> None:
        super().__init__(add=lambda a, b: a + b, take=lambda a: a)
        self.together: list[list[Call]] = []

    async def sequence(self, steps: Sequence[tuple[Api, Call]]) -> tuple[ExecutionResult, ...]:
        self.together.append([made for _, made in steps])
        return await super().sequence(steps)


def test_a_candidate_is_one_sequence_without_the_calls_that_do_not_fit() -> None:
    calls = [call(), call("add", a="x", b=1), call("take", a=5), call("nothing", a=1), call(a=3, b=4)]
    caller = Sequences()
    case = Case(candidate(*calls), sample(api(), api("take", {"a": {"type": "integer"}})))
    judgement = asyncio.run(ExecutionChecker().judge(case, resources(calls=caller)))
    assert caller.together == [[calls[0], calls[2], calls[4]]]
    assert [result.position for result in case.results] == [0, 1, 2, 3, 4]
    assert [result.result for result in case.results] == [3, None, 5, None, 7]
    assert (judgement.outcome, judgement.reason) == (Outcome.rejected, Reason.argument_type)


def shown(result: ExecutionResult, **settings: int) -> list[object]:
    judge = says("{}")
    case = Case(candidate(), sample(), results=(result,))
    asyncio.run(SemanticChecker(attempts=1, **settings).judge(case, resources(judge=judge)))
    block = said(judge.asked[0].messages[1]).partition("<results-")[2]
    found: list[object] = json.loads(block.splitlines()[1])
    return found


def test_the_judge_sees_what_a_call_changed() -> None:
    result = ExecutionResult(
        position=0, name="add", outcome=Outcome.passed, result=1, state_before={"stock": {"fig": 2}},
        state_after={"stock": {"fig": 1}}, changes=CHANGES, effect="write",
    )  # fmt: skip
    assert shown(result) == [{"result": 1, "changes": CHANGES}]


def test_the_judge_sees_nothing_more_of_a_call_that_changed_nothing() -> None:
    result = ExecutionResult(position=0, name="add", outcome=Outcome.passed, result=1, changes=[], effect="read")
    assert shown(result) == [{"result": 1}]


def test_many_changes_are_cut() -> None:
    many = [{"path": f"/stock/{number}", "before": 2, "after": 1} for number in range(50)]
    result = ExecutionResult(position=0, name="add", outcome=Outcome.passed, changes=many, effect="write")
    (told,) = shown(result, max_result_chars=60)
    assert isinstance(told, dict)
    assert told["changes"].endswith(f"… ({len(json.dumps(many))} characters in all)")
