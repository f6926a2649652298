"""Runs whose costs can be summed by hand, written through the real writer."""

from pathlib import Path
from typing import Any

from small_runs import write_run

GENERATOR, JUDGE = "openai/writer", "openai/judge"
CHECKERS = ["format", "semantic"]


def request(number: int, items: int, cost: float | None, **changes: Any) -> dict[str, Any]:
    """A request of 100 tokens and an answer of 20, of style `simple`."""
    row = {
        "request": number, "style": "simple", "strategy": "query_first", "pairs": 2, "items": items,
        "outcome": "passed", "model": GENERATOR, "simulated": False, "prompt_tokens": 100, "completion_tokens": 20,
        "cost": cost, "latency": 2.0, "attempts": 1, "cached": False,
    }  # fmt: skip
    return row | changes


def candidate(request: int, position: int, **changes: Any) -> dict[str, Any]:
    row = {
        "candidate": f"{request:06d}-{position:02d}", "request": request, "position": position, "style": "simple",
        "query": "?", "calls": "[]", "functions": [], "model": GENERATOR, "simulated": False, "depth": 1,
        "parents": [], "injected": [],
    }  # fmt: skip
    return row | changes


def verdict(candidate: dict[str, Any], checker: str, outcome: str = "passed", **changes: Any) -> dict[str, Any]:
    position = CHECKERS.index(checker)
    row = {"candidate": candidate["candidate"], "position": position, "stage": checker, "checker": checker}
    row |= {"outcome": outcome, "duration": 1.0}
    if checker == "semantic":
        row |= {"model": JUDGE, "simulated": False, "prompt_tokens": 50, "completion_tokens": 5, "cached": False}
        row |= {"cost": 0.25}
    return row | changes


def write_priced(output_dir: Path, run: str, parts: dict[str, list[dict[str, Any]]], **changes: Any) -> None:
    settings = {"model": GENERATOR, "judge": JUDGE, "simulated": False, "checkers": CHECKERS, "strategy": "query_first"}
    write_run(output_dir, run, [parts], **(settings | changes))


def three_requests() -> dict[str, list[dict[str, Any]]]:
    """$4.50 for two verified entries: requests for $2, $1 (cached) and $0.50 (no candidates), judgements for $1.

    Request 0 (simple) gave two candidates: one verified, one rejected by the judge. Request 1 (parallel) gave two: one
    verified, one rejected by format and never judged; its judgement cost $0.50.
    """
    a, b = candidate(0, 0), candidate(0, 1)
    c, d = candidate(1, 0, style="parallel"), candidate(1, 1, style="parallel")
    return {
        "requests": [
            request(0, 2, 2.0),
            request(1, 2, 1.0, style="parallel", cached=True),
            request(2, 0, 0.5),
        ],
        "candidates": [a, b, c, d],
        "verdicts": [
            *(verdict(one, "format") for one in (a, b, c)),
            verdict(d, "format", "rejected", reason="placeholder"),
            verdict(a, "semantic"),
            verdict(b, "semantic", "rejected", reason="query_not_served"),
            verdict(c, "semantic", cost=0.5),
        ],
    }
