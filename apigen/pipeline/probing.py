"""Admission by probing: each API is called before a run offers it; one that times out or fails is refused.

So the paper cleaned its library of REST APIs (APIGen, section 4.1): those that cannot be called leave the catalogue
with the reason, instead of spoiling every candidate that calls them. What the calls gave is kept, and shown to the
generator as examples of results.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from apigen.execution.beginning import listening
from apigen.randomness import stream
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Json, Outcome, Refusal, canonical_json
from apigen.resources import Caller
from apigen.sources import Admission, Admitted
from apigen.sources.admission import Problem, refusal
from apigen.values import arguments

FINAL = frozenset({Reason.blocked, Reason.not_executable, Reason.authentication, Reason.not_recorded})
"""What other arguments do not change."""
SHOWN_CHARS = 300


@dataclass(frozen=True)
class Probe:
    """One call that was made to find out whether an API works."""

    api: Api
    attempt: int
    call: Call
    result: ExecutionResult


@dataclass(frozen=True)
class Probed:
    """The APIs of a run, those refused that failed all their probes; and the probes, in the order of the APIs."""

    admitted: Admitted
    probes: tuple[Probe, ...] = ()


async def probed(
    admitted: Admitted,
    settings: Admission,
    caller: Caller,
    read: Callable[[ExecutionResult], ExecutionResult],
    *,
    seed: int,
    concurrency: int,
) -> Probed:
    """Call every API that can be called.

    Args:
        read: tells error payloads from results.
        seed: of the arguments that are drawn where there is no example.
        concurrency: APIs that are called at a time.
    """
    free = asyncio.Semaphore(concurrency)

    async def one(api: Api) -> list[Probe]:
        async with free:
            return await _probes(api, settings, caller, read, seed) if api.executable else []

    found = await asyncio.gather(*(one(api) for api in admitted.apis))
    return _sorted_out(admitted, found)


def restored(admitted: Admitted, rows: Sequence[Mapping[str, Json]]) -> Probed:
    """What a run found when it probed these APIs, from its table of probes; without probes, all of them."""
    if not rows:
        return Probed(admitted)
    probes: dict[str, list[Probe]] = {}
    apis = {api.name: api for api in admitted.apis}
    for row in sorted(rows, key=lambda row: row["attempt"]):
        if row["api"] in apis:
            probes.setdefault(row["api"], []).append(_restored(apis[row["api"]], row))
    return _sorted_out(admitted, [probes.get(api.name, []) for api in admitted.apis])


def _restored(api: Api, row: Mapping[str, Json]) -> Probe:
    call = Call(name=api.name, arguments=json.loads(row["arguments"]))
    result = ExecutionResult(
        position=0, name=api.name, outcome=row["outcome"], how=row["how"], reason=row["reason"],
        error_type=row["error_type"] or "", message=row["message"] or "", duration=row["duration"] or 0.0,
        result=None if row["result"] is None else json.loads(row["result"]),
    )  # fmt: skip
    return Probe(api, row["attempt"], call, result)


def _sorted_out(admitted: Admitted, found: Sequence[Sequence[Probe]]) -> Probed:
    kept, refused = list[Api](), list(admitted.refused)
    for api, probes in zip(admitted.apis, found, strict=True):
        judged = _judged(api, probes)
        if isinstance(judged, Refusal):
            refused.append(judged)
        else:
            kept.append(judged)
    return Probed(Admitted(apis=tuple(kept), refused=tuple(refused)), tuple(probe for part in found for probe in part))


async def _probes(
    api: Api,
    settings: Admission,
    caller: Caller,
    read: Callable[[ExecutionResult], ExecutionResult],
    seed: int,
) -> list[Probe]:
    """Calls until one passes, or it is clear that none will."""
    probes: list[Probe] = []
    for attempt in range(settings.probe_attempts):
        given = _arguments(api, attempt, seed)
        if given is None or any(given == probe.call.arguments for probe in probes):
            continue
        call = Call(name=api.name, arguments=given)
        result = read(await _made(api, call, caller, settings.probe_timeout))
        probes.append(Probe(api, attempt, call, result))
        if result.outcome is Outcome.passed or result.reason in FINAL:
            break
    return probes


def _arguments(api: Api, attempt: int, seed: int) -> dict[str, Json] | None:
    """Its first example at first, then variations of the examples or values drawn by schema, required ones only."""
    if attempt == 0 and api.examples:
        return api.examples[0]
    return arguments(api, stream(seed, "probe", api.name, attempt), optional_rate=0.0)


async def _made(api: Api, call: Call, caller: Caller, limit: float | None) -> ExecutionResult:
    """What came of a call within `limit` seconds from its beginning; it may have had to wait for its turn.

    An executor that does not tell when a call begins ends it by its own limits; what it took is looked at afterwards.
    """
    if limit is None:
        (result,) = await caller.sequence([(api, call)])
        return result
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(None) as end:
            with listening(lambda: end.reschedule(loop.time() + limit)):
                (result,) = await caller.sequence([(api, call)])
        in_time = result.duration <= limit
    except TimeoutError:
        in_time = False
    if in_time:
        return result
    return ExecutionResult(
        position=0, name=call.name, outcome=Outcome.rejected, reason=Reason.timeout,
        message=f"no result within {limit:g} s (admission.probe_timeout)",
    )  # fmt: skip


def _judged(api: Api, probes: Sequence[Probe]) -> Api | Refusal:
    """The API with what its calls gave, or why it is refused."""
    if not api.executable:
        return api
    if not probes:
        return refusal(api, Problem(reason=Reason.not_probed, detail="it has no example, and none could be drawn"))
    last = probes[-1]
    if last.result.outcome is Outcome.passed:
        known = {"arguments": last.call.arguments, "result": last.result.result}
        return api.model_copy(update={"results": (*api.results, known)})
    told = ": ".join(part for part in (last.result.error_type, last.result.message) if part)
    given = canonical_json(last.call.arguments)
    detail = f"{_times(len(probes))}; the last with {given[:SHOWN_CHARS]}: {told or 'no message'}"
    return refusal(api, Problem(reason=last.result.reason or Reason.runtime_error, detail=detail))


def _times(number: int) -> str:
    return "the call failed" if number == 1 else f"all of {number} calls failed"


def probe_row(probe: Probe) -> dict[str, Json]:
    """A probe as a row of its table."""
    result = probe.result
    return {
        "api": probe.api.name,
        "attempt": probe.attempt,
        "arguments": json.dumps(probe.call.arguments, ensure_ascii=False),
        "outcome": result.outcome,
        "how": result.how,
        "reason": result.reason,
        "error_type": result.error_type,
        "message": result.message,
        "result": json.dumps(result.result, ensure_ascii=False) if result.outcome is Outcome.passed else None,
        "duration": result.duration,
        "document_hash": probe.api.document_hash,
    }
