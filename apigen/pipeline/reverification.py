"""Reverification: the calls of a finished dataset are made again, and what has drifted since is told.

The sources are loaded anew, so that an API that is gone, or whose document is another, is found as well. Results are
compared as JSON: numbers exactly, whatever the order of keys.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apigen.execution import Execution
from apigen.execution.differences import differences
from apigen.pipeline.pipeline import Pipeline
from apigen.pipeline.rows import now, text
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Json, Outcome, canonical_json
from apigen.resources import Caller
from apigen.storage import Reader

QUERY = """\
SELECT x.candidate, x.position, x.api, x.arguments, x.result, x.document_hash
FROM executions x JOIN entries e ON e.run = x.run AND e.id = x.candidate
WHERE x.outcome = 'passed' AND x.how IN ('executed', 'replayed')
ORDER BY x.candidate, x.position"""
OUTCOMES = ("same", "drifted", "failed", "changed", "gone")
SHOWN_CHARS = 200


@dataclass(frozen=True)
class Made:
    """A call of an entry as it was made in the run."""

    entry: str
    position: int
    call: Call
    result: Json
    document_hash: str | None


@dataclass(frozen=True)
class Finding:
    """What became of a call that was made again; `outcome` is one of `OUTCOMES`."""

    made: Made
    outcome: str
    detail: str = ""
    reason: Reason | None = None
    result: ExecutionResult | None = None
    document_hash: str | None = None


def calls_of(reader: Reader, limit: int | None = None) -> list[Made]:
    """The calls of the verified entries of the one run that `reader` reads, of the first `limit` entries."""
    made = [
        Made(entry, position, Call(name=api, arguments=json.loads(arguments)), json.loads(result), document)
        for entry, position, api, arguments, result, document in reader.query(QUERY).rows
    ]
    entries = list(dict.fromkeys(one.entry for one in made))[:limit]
    return [one for one in made if one.entry in set(entries)]


async def reverified(pipeline: Pipeline, made: Sequence[Made]) -> list[Finding]:
    """Make the calls again, live; those of an entry in order, those of several entries at once.

    Raises:
        UserError: a source or an executor cannot be used.
    """
    live = pipeline.model_copy(update={"execution": Execution()})
    admitted = await asyncio.to_thread(live.admitted)
    apis = {api.name: api for api in admitted.apis}
    refused = {one.name: f"it is refused now: {one.reason}: {one.detail}" for one in admitted.refused}
    entries: dict[str, list[Made]] = {}
    for one in made:
        entries.setdefault(one.entry, []).append(one)
    wanted = {one.call.name for one in made}
    free = asyncio.Semaphore(live.concurrency)
    async with await live.calls([api for api in admitted.apis if api.name in wanted]) as caller:

        async def of_entry(calls: Sequence[Made]) -> list[Finding]:
            async with free:
                return await _entry(live, calls, apis, refused, caller)

        found = await asyncio.gather(*(of_entry(calls) for calls in entries.values()))
    return [finding for part in found for finding in part]


async def _entry(
    pipeline: Pipeline, calls: Sequence[Made], apis: Mapping[str, Api], refused: Mapping[str, str], caller: Caller
) -> list[Finding]:
    """Findings on the calls of one entry, in order."""
    left = [one for one in calls if one.call.name in apis]
    results = await caller.sequence([(apis[one.call.name], one.call) for one in left])
    gone = "no source has it any more"
    findings = [Finding(one, "gone", refused.get(one.call.name, gone)) for one in calls if one.call.name not in apis]
    for one, result in zip(left, results, strict=True):
        findings.append(_compared(one, pipeline.execution_checker.read(result), apis[one.call.name]))
    return sorted(findings, key=lambda finding: finding.made.position)


def _compared(one: Made, result: ExecutionResult, api: Api) -> Finding:
    changed = one.document_hash is not None and api.document_hash != one.document_hash
    outcome, detail = _outcome(one, result)
    if changed:
        detail = "; ".join(part for part in (detail, "the API's document is another") if part)
        outcome = "changed" if outcome == "same" else outcome
    return Finding(one, outcome, detail, result.reason, result, api.document_hash)


def _outcome(one: Made, result: ExecutionResult) -> tuple[str, str]:
    if result.outcome is not Outcome.passed:
        told = (str(result.reason), result.error_type, result.message)
        return "failed", ": ".join(part for part in told if part)
    if canonical_json(result.result) == canonical_json(one.result):
        return "same", ""
    return "drifted", _difference(one.result, result.result)


def _difference(before: Json, after: Json) -> str:
    """The first place at which two results differ."""
    found: list[dict[str, Any]] = differences(before, after)
    if not found:
        return "numbers of another kind"
    first = found[0]
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    old, new = (
        canonical_json(first[side])[:SHOWN_CHARS] if side in first else "nothing" for side in ("before", "after")
    )
    return f"{first['path'] or 'the result'}: {old} → {new}{more}"


def finding_rows(findings: Sequence[Finding]) -> list[dict[str, Json]]:
    """The findings of one reverification as rows."""
    at = now()
    return [
        {
            "entry": one.made.entry,
            "position": one.made.position,
            "api": one.made.call.name,
            "outcome": one.outcome,
            "reason": one.reason,
            "detail": one.detail,
            "result": text(one.result.result) if one.result and one.result.outcome is Outcome.passed else None,
            "document_hash": one.document_hash,
            "reverified_at": at,
        }
        for one in findings
    ]
