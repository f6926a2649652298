"""Execution checker: every call is really made, outside the engine's process (APIGen, section 3.2)."""

from typing import ClassVar, Literal

from apigen.reasons import Reason
from apigen.records import Call, ExecutionResult, Outcome, canonical_json
from apigen.resources import Resources
from apigen.verification.arguments import call_fault
from apigen.verification.checker import PASSED, Case, Checker, Judgement


class ExecutionChecker(Checker):
    """Makes the calls of a candidate in order and passes it if each gives a result.

    A call that does not fit the document of its function is not made; it is a failure of this stage by its class
    (`missing_argument`, `argument_type`, …), which only happens if the format checker let it through.
    `on_unexecutable` says what to do with an API that has no implementation: `pass` (the entry says that it was not
    executed) or `reject`.
    """

    stage: ClassVar[str] = "execution"

    on_unexecutable: Literal["pass", "reject"] = "pass"

    async def judge(self, case: Case, resources: Resources) -> Judgement:
        """Make the calls; errors of the infrastructure outweigh rejections, since they leave the candidate unjudged."""
        results = []
        for position, call in enumerate(case.candidate.calls or ()):
            results.append(await self._result(call, position, case, resources))
        case.results = tuple(results)
        for wanted in (Outcome.error, Outcome.rejected):
            for result in results:
                if result.outcome is wanted and not self._excused(result):
                    return Judgement(wanted, result.reason, f"`{result.name}`: {_told(result)}")
        return PASSED

    def _excused(self, result: ExecutionResult) -> bool:
        return result.reason is Reason.not_executable and self.on_unexecutable == "pass"

    async def _result(self, call: Call, position: int, case: Case, resources: Resources) -> ExecutionResult:
        apis = case.sample.api_by_name
        fault = call_fault(call, apis)
        if fault is None:
            return _storable(await resources.calls.call(apis[call.name], call, position))
        return ExecutionResult(
            position=position,
            name=call.name,
            outcome=Outcome.rejected,
            how="not_executed",
            reason=fault[0],
            message=fault[1],
        )


def _storable(result: ExecutionResult) -> ExecutionResult:
    """The result, rejected if an executor let something through that is no JSON."""
    try:
        canonical_json(result.result).encode()
    except (TypeError, ValueError, RecursionError) as error:
        changed = {"outcome": Outcome.rejected, "reason": Reason.unserialisable, "message": str(error), "result": None}
        return result.model_copy(update=changed)
    return result


def _told(result: ExecutionResult) -> str:
    return ": ".join(part for part in (result.error_type, result.message) if part) or str(result.reason)
