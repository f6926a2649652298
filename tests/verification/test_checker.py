"""What all checkers share: a verdict with name, place and time, and an error for whatever goes wrong inside."""

import asyncio
from typing import Any, ClassVar

import pytest
from doubles import call, candidate, resources, sample

from apigen.reasons import Reason
from apigen.records import Outcome, Verdict
from apigen.resources import Resources
from apigen.verification import Case, Checker, Judgement


class Own(Checker):
    """A checker as users write them: it answers with `answer`, or raises it."""

    stage: ClassVar[str] = ""
    answer: Any = None
    able: Any = True

    def can_judge(self, case: Case) -> bool:
        if isinstance(self.able, Exception):
            raise self.able
        return super().can_judge(case) and bool(self.able)

    async def judge(self, case: Case, resources: Resources) -> Judgement:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer  # type: ignore[no-any-return]


def verdict(checker: Checker, **changes: Any) -> Verdict | None:
    case = Case(candidate(**changes), sample())
    return asyncio.run(checker.check(case, resources(), name="mine", position=2))


def test_a_judgement_becomes_a_verdict() -> None:
    judgement = Judgement(Outcome.rejected, Reason.placeholder, "here", {"q": True}, "m", True, 1, 2, 0.5)
    found = verdict(Own(answer=judgement))
    assert found is not None
    assert found.model_dump(exclude={"duration"}, mode="json") == {
        "candidate": "000000-00", "stage": "mine", "checker": "mine", "position": 2, "outcome": "rejected",
        "reason": "placeholder", "detail": "here", "answers": {"q": True}, "model": "m", "simulated": True,
        "prompt_tokens": 1, "completion_tokens": 2, "cost": 0.5, "cached": None,
    }  # fmt: skip
    assert found.duration >= 0


def test_a_stage_of_its_own_names_the_verdict() -> None:
    class Grounding(Own):
        stage: ClassVar[str] = "grounding"

    found = verdict(Grounding(answer=Judgement(Outcome.passed)))
    assert found is not None
    assert (found.stage, found.checker) == ("grounding", "mine")


@pytest.mark.parametrize(
    "checker",
    [
        Own(answer=ZeroDivisionError("a bug")),
        Own(able=ZeroDivisionError("a bug")),
        Own(answer=None),
        Own(answer="passed"),
        Own(answer=Judgement(Outcome.passed, answers={"score": float("nan")})),
        Own(answer=Judgement(Outcome.passed, answers={"who": object()})),
        Own(answer=Judgement(Outcome.rejected, "made_up_reason")),  # type: ignore[arg-type]
    ],
)
def test_a_checker_that_fails_says_error_and_never_passes(checker: Checker) -> None:
    found = verdict(checker)
    assert found is not None
    assert (found.outcome, found.reason) == (Outcome.error, Reason.checker_failed)
    assert "Traceback" in found.detail


def test_the_detail_of_a_failure_names_it() -> None:
    found = verdict(Own(answer=ZeroDivisionError("a bug")))
    assert found is not None
    assert "ZeroDivisionError: a bug" in found.detail


def test_a_checker_that_cannot_judge_gives_no_verdict() -> None:
    assert verdict(Own(able=False)) is None
    assert verdict(Own(answer=Judgement(Outcome.passed)), problem=Reason.invalid_json) is None


def test_cancelling_a_run_is_no_failure_of_a_checker() -> None:
    with pytest.raises(asyncio.CancelledError):
        verdict(Own(answer=asyncio.CancelledError()))


def test_what_is_wrong_with_a_call_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(candidate(call(a=1, b=2), call(a="x", b=2)), sample())
    found = [case.fault(0), case.fault(1)]
    monkeypatch.setattr("apigen.verification.checker.call_fault", None)
    assert [case.fault(0), case.fault(1)] == found
    assert found[0] is None
    assert found[1] is not None
    assert found[1][0] is Reason.argument_type
