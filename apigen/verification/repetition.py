"""Calls made again, to flag functions whose results differ: clocks, random numbers, hidden state."""

from collections.abc import Mapping, Sequence

from apigen.records import Api, Call, ExecutionResult, Outcome, canonical_json
from apigen.resources import Caller


async def repeated(
    results: Sequence[ExecutionResult], calls: Sequence[Call], apis: Mapping[str, Api], caller: Caller, times: int
) -> tuple[ExecutionResult, ...]:
    """The results, those of Python functions marked `deterministic` or not after `times` calls in all.

    A call of a service is made once: it costs, and may change something. So is one on an instance with state, since it
    depends on the calls before it. A repetition that the infrastructure prevented says nothing.
    """
    if times < 2:
        return tuple(results)
    return tuple([await _again(one, calls[one.position], apis.get(one.name), caller, times) for one in results])


async def _again(result: ExecutionResult, call: Call, api: Api | None, caller: Caller, times: int) -> ExecutionResult:
    local = api is not None and api.implementation is not None and api.implementation.kind == "python"
    if api is None or not local or api.stateful or result.how != "executed" or result.outcome is not Outcome.passed:
        return result
    for _ in range(times - 1):
        other = await caller.call(api, call, result.position)
        if other.outcome is Outcome.error or other.how != "executed":
            return result
        if other.outcome is not Outcome.passed or canonical_json(other.result) != canonical_json(result.result):
            return result.model_copy(update={"deterministic": False})
    return result.model_copy(update={"deterministic": True})
