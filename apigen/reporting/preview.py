"""What a run would do: its parts, the plan of the first requests, prompts in full, and what to expect of it."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from apigen.errors import ModelError
from apigen.execution import Calls
from apigen.pipeline.estimate import Estimator, estimator
from apigen.records import Api, Prompt, Sample
from apigen.reporting.candidates import print_message
from apigen.reporting.expecting import Held, held_of, print_expected
from apigen.reporting.screen import Screen, screen, table
from apigen.reporting.text import count, line, plural

if TYPE_CHECKING:
    from apigen.pipeline import Pipeline
    from apigen.sources import Admitted

FIRST = 8
"""Requests whose plan is printed."""
PROMPTS = 3
"""Prompts printed in full, of as many different styles."""


@dataclass(frozen=True)
class Preview:
    """What was made without asking a model: an estimate, and prompts or the reason why there is none."""

    admitted: "Admitted"
    seeds: Mapping[str, int]
    expected: Estimator
    prompts: Sequence[Prompt | ModelError]
    isolation: str
    held: Held | None


def print_preview(pipeline: "Pipeline") -> None:
    """Load, plan and print; functions may be called locally for `call_first`, and nothing else is asked.

    Raises:
        UserError: the run could not start with this configuration.
    """
    preview = asyncio.run(_preview(pipeline))
    out = screen()
    out.print(_parts(pipeline, preview))
    _plan(out, preview.expected.samples[:FIRST])
    for prompt in preview.prompts:
        _prompt(out, prompt)
    print_expected(out, pipeline, preview.expected, preview.held)
    out.print("the configuration is good; nothing was spent or written", style="green")


async def _preview(pipeline: "Pipeline") -> Preview:
    admitted = await asyncio.to_thread(pipeline.admitted)
    plan = pipeline.plan(admitted)
    expected = estimator(pipeline, plan, Path(pipeline.output_dir))
    shown = _of_different_styles(expected.samples)
    async with await pipeline.calls(_needed(shown, admitted.apis), recording=False) as calls:
        prompts = [await _made(pipeline, sample, calls) for sample in shown]
        held = await held_of(pipeline, expected.samples, calls)
        isolation = calls.isolation
    return Preview(admitted, {s: len(e) for s, e in plan.seeds.items()}, expected, prompts, isolation, held)


async def _made(pipeline: "Pipeline", sample: Sample, calls: Calls) -> Prompt | ModelError:
    try:
        return await pipeline.generator.prompt(sample, calls)
    except ModelError as error:
        return error


def _of_different_styles(samples: Sequence[Sample]) -> list[Sample]:
    """The first sample of each style, then others, up to `PROMPTS`."""
    first = {sample.style.name: sample for sample in reversed(samples)}
    chosen = sorted(first.values(), key=lambda sample: sample.request)[:PROMPTS]
    others = [sample for sample in samples if sample not in chosen]
    return sorted([*chosen, *others[: PROMPTS - len(chosen)]], key=lambda sample: sample.request)


def _needed(samples: Iterable[Sample], apis: Sequence[Api]) -> list[Api]:
    """The APIs of the samples, and one of each kind, so that a missing executor is noticed here."""
    kinds = {api.implementation.kind: api for api in reversed(apis) if api.implementation}
    offered = [api for sample in samples for api in sample.apis]
    return list({api.name: api for api in [*kinds.values(), *offered]}.values())


def _parts(pipeline: "Pipeline", preview: Preview) -> Table:
    """What will run, a line each."""
    apis, refused = preview.admitted.apis, preview.admitted.refused
    executable = sum(api.executable for api in apis)
    sources = Counter(api.source for api in apis)
    judge = _titled(pipeline.judge) if pipeline.uses_judge else "none: no checker asks one"
    facts = {
        "sources": ", ".join(f"{line(name, 60)} {count(number)}" for name, number in sources.items()),
        "apis": f"{count(len(apis))} admitted ({count(executable)} executable), {count(len(refused))} refused"
        + ("; apigen apis --refused" if refused else ""),
        "styles": _shares({name: style.weight for name, style in pipeline.styles.items()}),
        "prompts": _shares({name: prompt.weight for name, prompt in pipeline.prompts.items()}),
        "examples": ", ".join(f"{name} {number}" for name, number in preview.seeds.items()) or "none",
        "generator": f"{pipeline.generator.strategy or type(pipeline.generator).__name__}, {_range(pipeline)} pairs",
        "model": _titled(pipeline.model),
        "judge": judge,
        "checkers": f"{' → '.join(pipeline.checkers) or 'none'} ({pipeline.mode})",
        "execution": preview.isolation or "none: no API can be called",
        "output": f"{pipeline.output_dir}/{pipeline.name}-…",
    }
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, fact in facts.items():
        grid.add_row(name, line(fact, 600))
    return grid


def _titled(model: Any) -> str:
    return f"{model.title}{' (simulated)' if model.simulated else ''}"


def _shares(weights: Mapping[str, float]) -> str:
    total = sum(weights.values())
    return ", ".join(f"{name} {100 * weight / total:.0f}%" for name, weight in weights.items() if weight > 0)


def _range(pipeline: "Pipeline") -> str:
    low, high = pipeline.generator.pairs
    return str(low) if low == high else f"{low}-{high}"


def _plan(out: Screen, samples: Sequence[Sample]) -> None:
    out.heading(f"the first {plural(len(samples), 'request')}")
    made = table(("request", "style", "apis", "template", "pairs", "examples"), ("request", "pairs"))
    for sample in samples:
        apis = ", ".join(line(api.name, 64) for api in sample.apis)
        examples = ", ".join(line(example.id, 40) for example in sample.examples)
        made.add_row(str(sample.request), sample.style.name, apis, sample.template, str(sample.pairs), examples or "–")
    out.print(made)


def _prompt(out: Screen, prompt: Prompt | ModelError) -> None:
    if isinstance(prompt, ModelError):
        out.print(f"\nno prompt could be made: {prompt.reason}: {line(prompt.message, 300)}", style="yellow")
        return
    out.heading(f"prompt of request {prompt.sample.request}, {prompt.sample.style.name}, {prompt.sample.template}")
    for message in prompt.messages:
        print_message(out, message.role, message.content)
