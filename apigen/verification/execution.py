"""Execution checker: every call is really made, outside the engine's process (APIGen, section 3.2)."""

from typing import ClassVar, Literal

from pydantic import Field

from apigen.reasons import Reason
from apigen.records import Call, ExecutionResult, Outcome, canonical_json
from apigen.resources import Resources
from apigen.verification.arguments import Fault
from apigen.verification.checker import PASSED, Case, Checker, Judgement
from apigen.verification.errorrules import DEFAULT_RULES, ErrorRule, by_rules
from apigen.verification.repetition import repeated


class ExecutionChecker(Checker):
    """Makes the calls of a candidate in order and passes it if each gives a result.

    A call that does not fit the document of its function is not made; it is a failure of this stage by its class
    (`missing_argument`, `argument_type`, …), which only happens if the format checker let it through.
    `on_unexecutable` says what to do with an API that has no implementation: `pass` (the entry says that it was not
    executed) or `reject`. A result that is an error payload by one of `error_rules` is a failure. Calls of Python
    functions that passed are made `repeat` times in all; what becomes of a candidate whose results differ then is said
    by `on_nondeterministic`: `pass` (`executions.deterministic` is false) or `reject`.
    """

    stage: ClassVar[str] = "execution"

    on_unexecutable: Literal["pass", "reject"] = "pass"
    error_rules: tuple[ErrorRule, ...] = DEFAULT_RULES
    repeat: int = Field(1, ge=1, le=10)
    on_nondeterministic: Literal["pass", "reject"] = "pass"

    async def judge(self, case: Case, resources: Resources) -> Judgement:
        """Make the calls; errors of the infrastructure outweigh rejections, since they leave the candidate unjudged."""
        case.results = results = await self._results(case, resources)
        for wanted in (Outcome.error, Outcome.rejected):
            for result in results:
                if result.outcome is wanted and not self._excused(result):
                    return Judgement(wanted, result.reason, f"`{result.name}`: {_told(result)}")
        return await self._repeated(case, resources)

    async def _repeated(self, case: Case, resources: Resources) -> Judgement:
        """Make the calls again; their first results stay."""
        calls = case.candidate.calls or ()
        case.results = await repeated(case.results, calls, case.sample.api_by_name, resources.calls, self.repeat)
        for result in case.results:
            if result.deterministic is False and self.on_nondeterministic == "reject":
                detail = f"`{result.name}`: the same call made again gave another result"
                return Judgement(Outcome.rejected, Reason.nondeterministic, detail)
        return PASSED

    def read(self, result: ExecutionResult) -> ExecutionResult:
        """What an executor gave, rejected if it is an error payload or no JSON."""
        return by_rules(self.error_rules, _storable(result))

    def _excused(self, result: ExecutionResult) -> bool:
        return result.reason is Reason.not_executable and self.on_unexecutable == "pass"

    async def _results(self, case: Case, resources: Resources) -> tuple[ExecutionResult, ...]:
        """The calls that fit, made in order; those of a class with state share an instance."""
        apis, calls = case.sample.api_by_name, case.candidate.calls or ()
        faults = {position: case.fault(position) for position in range(len(calls))}
        sound = [position for position, fault in faults.items() if fault is None]
        made = await resources.calls.sequence([(apis[calls[place].name], calls[place]) for place in sound])
        results = {
            place: self.read(one if one.position == place else one.model_copy(update={"position": place}))
            for place, one in zip(sound, made, strict=True)
        }
        unmade = {place: _unmade(calls[place], place, fault) for place, fault in faults.items() if fault is not None}
        return tuple(one for _, one in sorted((results | unmade).items()))


def _unmade(call: Call, position: int, fault: Fault) -> ExecutionResult:
    """What comes of a call that does not fit the document of its function."""
    return ExecutionResult(
        position=position, name=call.name, outcome=Outcome.rejected, how="not_executed", reason=fault[0],
        message=fault[1],
    )  # fmt: skip


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
