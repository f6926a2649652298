"""What a run was expected to take beside what it took, and what somebody else had paid for already."""

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from apigen.reporting.findings import Findings
from apigen.reporting.text import count, duration, line, money, percent, plural


def estimate_lines(findings: Findings) -> list[str]:
    """What was expected, in proportion if only a part was made, and what it took; nothing without an estimate."""
    expected = _estimate(findings.row)
    if expected is None or not findings.asked:
        return []
    requests = int(expected["requests"])
    part = findings.asked / requests if findings.row.get("status") != "finished" and findings.asked < requests else 1.0
    seconds = seconds_of(findings.row)
    tokens, cost, time = (_times(part, expected.get(name)) for name in ("tokens", "cost", "seconds"))
    factors = {
        "requests": _factor(findings.asked, requests * part),
        "tokens": _factor(findings.tokens, tokens),
        "cost": None if findings.free else _factor(findings.cost, cost),
        "time": _factor(seconds, time),
    }
    told = ", ".join(f"{name} ×{factor:.2g}" for name, factor in factors.items() if factor is not None)
    share = f", as a part of {plural(requests, 'request')}" if part < 1 else ""
    basis = f"measured on {line(str(expected['basis']), 100)}" if expected.get("basis") else "assumed"
    first = _figures(round(requests * part), tokens, cost, time, findings.free)
    return [
        f"expected: {first} ({basis}{share})",
        f"it took:  {_figures(findings.asked, findings.tokens, findings.cost, seconds, findings.free)}"
        + (f" ({told})" if told else ""),
    ]


def cache_line(findings: Findings) -> str:
    """What the response cache gave; empty if it gave nothing."""
    if not findings.cached or findings.free:
        return ""
    answers = f"{count(findings.cached)} of {plural(findings.answers, 'answer')}"
    if findings.saved is None:
        return f"{answers} came from the response cache; what earlier runs paid for them is unknown"
    share = f" ({percent(findings.saved, findings.cost)} of it)" if findings.cost else ""
    return f"{money(findings.saved)}{share} was paid by earlier runs: {answers} came from the response cache"


def seconds_of(row: Mapping[str, Any]) -> float | None:
    """Seconds of work; for a run of an older version from start to end. None if it was killed."""
    if row.get("seconds") is not None:
        return float(row["seconds"])
    if row.get("started_at") and row.get("finished_at"):
        return float((row["finished_at"] - row["started_at"]).total_seconds())
    return None


def raised(row: Mapping[str, Any]) -> str:
    """The override that doubles the limit which a stopped run reached; empty if that is not known."""
    detail = str(row.get("detail") or "")
    with contextlib.suppress(ValueError, TypeError, AttributeError, LookupError):
        budget = json.loads(row.get("config") or "")["budget"]
        for name, limit in budget.items():
            if f"budget.{name}" in detail and isinstance(limit, int | float):
                return f" budget.{name}={2 * limit:g}"
    return ""


def _estimate(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The estimate stored with the run; whatever version wrote it, it has a number of requests, or is left alone."""
    with contextlib.suppress(ValueError, TypeError):
        found = json.loads(row.get("estimate") or "")
        if isinstance(found, dict) and isinstance(found.get("requests"), int) and found["requests"] > 0:
            return found
    return None


def _figures(requests: int, tokens: float | None, cost: float | None, seconds: float | None, free: bool) -> str:
    told = [plural(requests, "request"), f"{count(None if tokens is None else round(tokens))} tokens"]
    told.append("free" if free else money(cost))
    return ", ".join([*told, *([duration(seconds)] if seconds is not None else [])])


def _times(part: float, value: float | None) -> float | None:
    return None if value is None else part * value


def _factor(real: float | None, expected: float | None) -> float | None:
    return real / expected if real is not None and expected else None
