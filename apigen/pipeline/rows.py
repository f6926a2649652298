"""Records as rows of the tables: names are equal, JSON payloads become text."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from apigen.generation import Generation
from apigen.records import Api, Candidate, Json, Outcome, Refusal, Verdict, json_list, json_text
from apigen.verification import Case

Row = dict[str, Json]


SURROGATE = re.compile(r"[\ud800-\udfff]")


def text(value: Json) -> str:
    """JSON text as it is stored: numbers as Python writes them, keys in their order, lone surrogates spelled out."""
    return _storable(json_text(value))


def _storable(written: str) -> str:
    """JSON text with lone surrogates spelled out, which have no UTF-8."""
    try:
        written.encode()
    except UnicodeEncodeError:
        return SURROGATE.sub(lambda found: f"\\\\u{ord(found.group()):04x}", written)
    return written


def optional_text(value: Json) -> str | None:
    """JSON text; None for None, where that means that there is nothing."""
    return None if value is None else text(value)


def now() -> str:
    """The time, UTC, as DuckDB reads it."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat()


def api_row(api: Api) -> Row:
    """An admitted API."""
    return {
        "api": api.name,
        "source": api.source,
        "category": api.category,
        "admitted": True,
        "description": api.description,
        "parameters": text(api.parameters),
        "returns": text(api.returns) if api.returns is not None else None,
        "executable": api.executable,
        "examples": text(api.examples),
        "notes": list(api.notes),
        "document_hash": api.document_hash,
    }


def refusal_row(refusal: Refusal) -> Row:
    """A refused API document."""
    return {
        "api": refusal.name,
        "source": refusal.source,
        "category": refusal.category,
        "admitted": False,
        "reason": refusal.reason,
        "detail": refusal.detail,
        "document": refusal.document,
    }


def request_row(generation: Generation, retries: int = 0) -> Row:
    """One generation request, made anew `retries` times."""
    sample, response = generation.prompt.sample, generation.response
    row: Row = {
        "request": sample.request,
        "style": sample.style.name,
        "template": sample.template,
        "strategy": generation.prompt.strategy,
        "apis": [api.name for api in sample.apis],
        "examples": [example.id for example in sample.examples],
        "verified_examples": sum(not example.is_seed for example in sample.examples),
        "pairs": sample.pairs,
        "items": len(generation.candidates),
        "outcome": Outcome.error if generation.reason else Outcome.passed,
        "reason": generation.reason,
        "detail": generation.detail,
        "seed": sample.seed,
        "retries": retries,
        "messages": _storable(json_list(message.text for message in generation.prompt.messages)),
    }
    if response is not None:
        row |= {
            "model": response.model,
            "simulated": response.simulated,
            "response": response.text,
            "finish_reason": response.finish_reason,
            "prompt_tokens": response.prompt_tokens,
            "completion_tokens": response.completion_tokens,
            "cost": response.cost,
            "latency": response.latency,
            "attempts": response.attempts,
            "cached": response.cached,
        }
    return row


def candidate_row(candidate: Candidate, generation: Generation) -> Row:
    """One candidate, with what the offline model put into it."""
    sample, response = generation.prompt.sample, generation.response
    calls = candidate.calls
    return {
        "candidate": candidate.id,
        "request": candidate.request,
        "position": candidate.position,
        "style": candidate.style,
        "query": candidate.query,
        "calls": _storable(json_list(call.text for call in calls)) if calls is not None else None,
        "functions": [call.name for call in calls] if calls is not None else None,
        "text": candidate.text,
        "read": candidate.read,
        "problem": candidate.problem,
        "problem_detail": candidate.problem_detail or None,
        "model": response.model if response else None,
        "simulated": bool(response and response.simulated),
        "depth": sample.depth,
        "parents": [example.id for example in sample.examples],
        "injected": list(generation.injected[candidate.position]),
    }


def verdict_row(verdict: Verdict, retries: int = 0) -> Row:
    """One verdict on a candidate that was judged anew `retries` times."""
    return vars(verdict) | {"answers": text(verdict.answers) if verdict.answers else None, "retries": retries}


def execution_rows(case: Case) -> Iterable[Row]:
    """The calls of a candidate that the execution checker looked at."""
    for result in case.results:
        api = case.sample.api_by_name.get(result.name)
        call = (case.candidate.calls or ())[result.position]
        yield {
            "candidate": case.candidate.id,
            "position": result.position,
            "api": result.name,
            "arguments": text(call.arguments),
            "outcome": result.outcome,
            "how": result.how,
            "reason": result.reason,
            "error_type": result.error_type,
            "message": result.message,
            "result": text(result.result) if result.outcome is Outcome.passed else None,
            "output": result.output,
            "duration": result.duration,
            "document_hash": api.document_hash if api else None,
            "recorded_at": result.recorded_at,
            "deterministic": result.deterministic,
            "state_before": optional_text(result.state_before),
            "state_after": optional_text(result.state_after),
            "state_note": result.state_note or None,
            "changes": optional_text(result.changes),
            "effect": result.effect,
        }
