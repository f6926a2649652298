"""Small runs with something of everything, written through the real writer."""

import asyncio
from pathlib import Path

from apigen.generation import Generation
from apigen.llm.model import ModelResponse
from apigen.pipeline.rows import api_row, candidate_row, execution_rows, refusal_row, request_row, verdict_row
from apigen.reasons import Reason
from apigen.records import (
    Api,
    Call,
    Candidate,
    Example,
    ExecutionResult,
    Implementation,
    Message,
    Outcome,
    Prompt,
    Refusal,
    Sample,
    Style,
    Verdict,
)
from apigen.storage import RunWriter
from apigen.verification import Case

RUN = "alpha-20260101-000000"
SWEEP = "ablation-20260102-000000"
BIG = 123456789012345678901234567890
HOSTILE = "\x1b[31mred\x1b[0m \x1b]0;title\x07[red]markup[/red] a|b\nsecond\x00 line \u202eodd\ud800 " + "long " * 200


def api(name: str, *parameters: str, description: str = "Does something. And more.") -> Api:
    return Api(
        name=name,
        description=description,
        category="Math" if "a" in name else "Text",
        source="catalogue",
        parameters={
            "type": "object",
            "properties": {p.strip("?"): {"type": "integer"} for p in parameters},
            "required": [p for p in parameters if not p.endswith("?")],
        },
        implementation=Implementation(kind="python", target="math:sqrt"),
    )


ADD = api("add", "a", "b", "carry?", description="Add two numbers. The sum is exact.")
SHOUT = api("shout", "text", description=f"Shout. {HOSTILE}".replace("\ud800", ""))
REFUSED = (
    Refusal(name="bad", reason=Reason.untyped, detail="parameter `x` has no type", source="catalogue", document="{}"),
    Refusal(name="worse", reason=Reason.untyped, detail="parameter `y` has no type", source="catalogue"),
    Refusal(name="none", reason=Reason.no_description, detail="no description", source="catalogue"),
)
STYLES = {
    name: Style(name=name, apis=(1, 2), calls=(1, 2), functions=(1, 2), instruction=f"As {name}.")
    for name in ("simple", "multiple", "parallel", "parallel_multiple")
}
SEED = Example(
    id="seed-1", style="simple", query="Add 1 and 2", answers=(Call(name="add", arguments={"a": 1, "b": 2}),)
)


def sample(request: int, style: str = "simple") -> Sample:
    return Sample(
        request=request,
        seed=request,
        style=STYLES[style],
        apis=(ADD, SHOUT),
        examples=(SEED,),
        template="concise",
        instruction="Be brief.",
        pairs=2,
    )


def good(request: int, position: int = 0, style: str = "simple", query: str = "What is 1 plus 2?") -> Candidate:
    calls = (Call(name="add", arguments={"a": request, "b": BIG}),)
    return Candidate(
        id=f"{request:06d}-{position:02d}",
        request=request,
        position=position,
        style=style,
        query=query,
        calls=calls,
        text='{"query": …}',
        read="strict",
    )


def verdict(candidate: Candidate, position: int, outcome: str = "passed", reason: Reason | None = None) -> Verdict:
    stage = ("format", "execution", "semantic")[position]
    judge = {"model": "offline", "simulated": True, "prompt_tokens": 50, "completion_tokens": 5, "cost": 0.0}
    return Verdict(
        candidate=candidate.id,
        stage=stage,
        checker=stage,
        position=position,
        outcome=Outcome(outcome),
        reason=reason,
        detail=f"detail of {reason} {HOSTILE}" if reason else "",
        duration=0.01,
        **(judge if stage == "semantic" else {}),
    )


def generation(
    request: int, *candidates: Candidate, injected: tuple[str, ...] = (), style: str = "simple"
) -> Generation:
    return Generation(
        prompt=Prompt(
            sample=sample(request, style),
            strategy="query_first",
            messages=(Message(role="user", content="PROMPT TEXT"),),
        ),
        candidates=candidates,
        injected=tuple(injected for _ in candidates),
        response=ModelResponse(
            text="[…]", model="offline", prompt_tokens=100, completion_tokens=20, cost=0.0, simulated=True
        ),
    )


def rows(made: Generation, candidate: Candidate, *verdicts: Verdict, failed: bool = False) -> dict[str, list[dict]]:
    case = Case(candidate=candidate, sample=made.prompt.sample)
    if len(verdicts) > 1:
        case.results = tuple(
            ExecutionResult(
                position=i, name=call.name, outcome=Outcome.rejected, error_type="ValueError", message=HOSTILE
            )
            if failed
            else ExecutionResult(position=i, name=call.name, outcome=Outcome.passed, result={"sum": BIG, "rate": 0.1})
            for i, call in enumerate(candidate.calls or ())
        )
    return {
        "candidates": [candidate_row(candidate, made)],
        "verdicts": [verdict_row(v) for v in verdicts],
        "executions": list(execution_rows(case)),
    }


def everything() -> list[dict[str, list[dict]]]:
    """Verified entries of all styles, a rejection of every stage, errors, hostile text: 9 candidates, 5 verified."""
    made: list[dict[str, list[dict]]] = []
    for number, style in enumerate(STYLES):
        candidate = good(number, style=style)
        one = generation(number, candidate, style=style)
        made += [{"requests": [request_row(one)]}, rows(one, candidate, *(verdict(candidate, p) for p in range(3)))]
    hostile = good(4, query=HOSTILE)
    one = generation(4, hostile)
    made += [{"requests": [request_row(one)]}, rows(one, hostile, *(verdict(hostile, p) for p in range(3)))]
    broken = good(5).model_copy(
        update={"query": None, "calls": None, "problem": Reason.invalid_json, "text": HOSTILE, "read": ""}
    )
    one = generation(5, broken, injected=("broken_json",))
    made += [
        {"requests": [request_row(one)]},
        rows(one, broken, verdict(broken, 0, "rejected", Reason.invalid_json)),
    ]
    refused, doubted, unjudged = good(6), good(6, 1), good(6, 2)
    one = generation(6, refused, doubted, unjudged)
    raised = verdict(refused, 1, "rejected", Reason.runtime_error)
    wrong = verdict(doubted, 2, "rejected", Reason.query_not_served)
    lost = verdict(unjudged, 2, "error", Reason.judge_unreadable)
    lost = lost.model_copy(update={"detail": "no `serves_query` in the answer; the judge wrote: 'pass'"})
    made += [
        {"requests": [request_row(one)]},
        rows(one, refused, verdict(refused, 0), raised, failed=True),
        rows(one, doubted, verdict(doubted, 0), verdict(doubted, 1), wrong),
        rows(one, unjudged, verdict(unjudged, 0), verdict(unjudged, 1), lost),
    ]
    failed = Generation(
        prompt=Prompt(sample=sample(7), strategy="query_first", messages=()),
        reason=Reason.authentication,
        detail="401: invalid key",
    )
    made.append({"requests": [request_row(failed)]})
    return made


def write_run(output_dir: Path, run: str, parts: list[dict[str, list[dict]]], **changes: object) -> Path:
    """Write one run; `changes` are columns of its row in `runs`."""
    row = {
        "name": run.split("-")[0],
        "status": "finished",
        "started_at": "2026-01-01T00:00:00",
        "finished_at": "2026-01-01T00:01:05",
        "seed": 0,
        "requests": 8,
        "model": "offline",
        "judge": "offline",
        "strategy": "QueryFirst",
        "checkers": ["format", "execution", "semantic"],
        "mode": "cascade",
        "simulated": True,
        "isolation": "python: process",
        "overrides": {},
        "config": "{}",
        "version": "0",
    }
    apis = [api_row(ADD), api_row(SHOUT), *(refusal_row(one) for one in REFUSED)]

    async def write() -> None:
        writer = RunWriter(output_dir / run, run)
        writer.create()
        await writer.add({"runs": [row | changes], "apis": apis})
        for part in parts:
            await writer.add(part)
        await writer.flush()

    asyncio.run(write())
    return output_dir / run


def write_all(output_dir: Path) -> Path:
    """One run with everything, and a sweep of two."""
    write_run(output_dir, RUN, everything())
    for number, checker in enumerate(("[format,execution,semantic]", "[format]")):
        write_run(
            output_dir,
            f"{SWEEP}/{number}",
            everything()[: 4 * (number + 1)],
            started_at=f"2026-01-02T00:00:0{number}",
            overrides={"name": "ablation", "checker": checker},
        )
    return output_dir
