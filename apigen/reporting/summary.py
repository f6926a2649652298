"""What is printed after a run: the funnel with its reasons, the yield, examples, and what to type next."""

import shlex
from pathlib import Path

from rich.table import Table
from rich.text import Text

from apigen.reporting.calls import call_line, loads
from apigen.reporting.comparison import print_comparison
from apigen.reporting.findings import GENERATION, Findings, Share, Stage, read_findings
from apigen.reporting.reckoning import cache_line, estimate_lines, raised, seconds_of
from apigen.reporting.remedies import remedy
from apigen.reporting.screen import Screen, screen, table
from apigen.reporting.text import count, duration, line, money, percent, plural
from apigen.storage import open_runs

__all__ = ["print_comparison", "print_summary"]

EXECUTION = "execution"
"""The stage whose errors are those of an API that was called."""
UNFINISHED = ("running", "interrupted", "stopped", "failed")
MEMORY = "128MB"
"""What reading a large run may take, on top of what the engine that has just made it still holds."""
MANY = 0.05
"""Share of errors from which on they are told first."""


def print_summary(output_dir: Path, run: str) -> None:
    """Print what came of the run called `run` below `output_dir`.

    Raises:
        StorageError: its database cannot be read.
    """
    with open_runs(output_dir, only=[run], memory=MEMORY) as reader:
        findings = read_findings(reader)
    out = screen()
    _head(out, findings, run, output_dir)
    _troubles(out, findings)
    _funnel(out, findings)
    _money(out, findings)
    _unexecuted(out, findings)
    if findings.candidates:
        out.print(_yields(findings))
    if findings.samples:
        _samples(out, findings)
    else:
        _nothing(out, findings, run, output_dir)
    _next(out, findings, run, output_dir)


def _head(out: Screen, findings: Findings, run: str, output_dir: Path) -> None:
    row = findings.row
    status = str(row.get("status") or "unknown")
    seconds, resumed = seconds_of(row), row.get("resumed") or 0
    took = f" in {duration(seconds)}" if seconds is not None else ""
    again = f", resumed {plural(resumed, 'time')}" if resumed else ""
    out.heading(f"{run}: {status}{took}{again}")
    if status in ("interrupted", "stopped"):
        planned = f" of {count(row['requests'])}" if row.get("requests") else ""
        asked = f"{count(findings.asked)}{planned} requests"
        out.print(f"{status} after {asked}; whatever was finished is kept", style="yellow")
    if row.get("detail"):
        out.print(line(str(row["detail"]), 500), style="red" if status == "failed" else "yellow")
    if status in UNFINISHED:
        more = raised(row) if status == "stopped" else ""
        out.whole(f"to go on: apigen generate resume={shlex.quote(run)}{more}{_folder(output_dir)}", style="cyan")
    if findings.simulated:
        stages = [stage == GENERATION for stage in findings.simulated]
        did = " and ".join([*(["written"] if True in stages else []), *(["judged"] if False in stages else [])])
        out.print(
            f"simulated: {did} by the offline model, by rules and without a language model; for real data: "
            "model=openai/gpt-4o-mini (any litellm name)",
            style="yellow",
        )


def _funnel(out: Screen, findings: Findings) -> None:
    failed = findings.asked - findings.answered
    told = f" ({plural(failed, 'error')})" if failed else ""
    candidates = plural(findings.candidates, "candidate")
    out.print(f"{plural(findings.asked, 'request')}{told} gave {candidates}")
    funnel = table(
        ("stage", "judged", "passed", "rejected", "errors", "pass rate", "main reasons"),
        ("judged", "passed", "rejected", "errors", "pass rate"),
    )
    if findings.unread:
        unread = Stage(
            "reading", "", findings.candidates, findings.candidates - findings.unread, findings.unread, 0, ()
        )
        _stage(funnel, unread)
    for stage in findings.stages:
        _stage(funnel, stage)
    if funnel.row_count:
        out.print(funnel)
    out.print(
        f"verified {count(findings.verified)} of {candidates} ({percent(findings.verified, findings.candidates)}), "
        f"{count(findings.tokens)} tokens, {money(findings.cost, simulated=findings.free)}"
        + _each(findings),
        style="bold",
    )  # fmt: skip


def _money(out: Screen, findings: Findings) -> None:
    for told in (cache_line(findings), *estimate_lines(findings)):
        if told:
            out.print(told)


def _unexecuted(out: Screen, findings: Findings) -> None:
    if findings.unexecuted:
        out.print(
            f"{count(findings.unexecuted)} of the verified were not executed: no checker made their calls, or their "
            "APIs have no implementation (column `executed` of entries)",
            style="yellow",
        )


def _stage(funnel: Table, stage: Stage) -> None:
    name = stage.name if stage.checker in ("", stage.name) else f"{stage.name} ({stage.checker})"
    reasons = "\n".join(f"{line(reason, 40)}\u00a0{count(number)}" for reason, number in stage.reasons)
    counts = (stage.judged, stage.passed, stage.rejected, stage.errors)
    funnel.add_row(line(name, 40), *map(count, counts), percent(stage.passed, stage.passed + stage.rejected), reasons)


def _each(findings: Findings) -> str:
    if not findings.cost or findings.free or not findings.verified:
        return ""
    return f", {money(findings.cost / findings.verified)} an entry"


def _yields(findings: Findings) -> Table:
    made = table(("style, model", "candidates", "verified", "yield"), ("candidates", "verified", "yield"))
    for shares in (findings.styles, findings.models):
        for share in shares:
            _share(made, share)
        made.add_section()
    return made


def _share(made: Table, share: Share) -> None:
    made.add_row(
        line(share.name, 60), count(share.candidates), count(share.verified), percent(share.verified, share.candidates)
    )


def _troubles(out: Screen, findings: Findings) -> None:
    if not findings.troubles:
        return
    made = findings.asked + sum(stage.judged for stage in findings.stages)
    many = findings.errors >= MANY * made
    out.print(
        f"{plural(findings.errors, 'error')} in {plural(made, 'request')} and judgements "
        f"({percent(findings.errors, made)}); they say nothing about the data and never pass",
        style="bold red" if many else "",
    )
    for trouble in findings.troubles[:3]:
        role = {GENERATION: "model", EXECUTION: "api"}.get(trouble.stage, "judge")
        out.print(f"  {trouble.stage}: {trouble.reason} {count(trouble.number)}: {line(trouble.detail, 200)}")
        advice = remedy(trouble.reason, trouble.detail, role=role)
        if advice:
            out.whole(f"    try: {advice}")


def _samples(out: Screen, findings: Findings) -> None:
    out.heading("examples")
    for sample in findings.samples:
        calls = loads(sample.calls)
        out.print(Text(f"{sample.id}  {line(sample.style, 40)}", style="dim"))
        out.print(f"  query    {line(sample.query or '', 160)}")
        for number, call in enumerate(calls[:3] if isinstance(calls, list) else ()):
            out.print(f"  {'answers' if number == 0 else '':<8} {call_line(call, 160)}")
        if isinstance(calls, list) and len(calls) > 3:
            out.print(f"           and {plural(len(calls) - 3, 'call')} more")


def _nothing(out: Screen, findings: Findings, run: str, output_dir: Path) -> None:
    out.print(f"Nothing was verified: {_why(findings)}.", style="bold red")
    if findings.candidates:
        out.whole(f"  look at what was not:  apigen show --rejected{_options(run, output_dir)}")


def _why(findings: Findings) -> str:
    if not findings.asked:
        return "no request was finished"
    if not findings.answered:
        return f"no request was answered, mostly because of `{findings.troubles[0].reason}`"
    if not findings.candidates:
        return "the answers held no candidates"
    for stage in findings.stages:
        if stage.judged and not stage.passed:
            reason = f", mostly because of `{stage.reasons[0][0]}`" if stage.reasons else ""
            return f"nothing passed the stage `{stage.name}`{reason}"
    return "no candidate passed every stage"


def _next(out: Screen, findings: Findings, run: str, output_dir: Path) -> None:
    options, outputs = _options(run, output_dir), _outputs(output_dir)
    quoted = run.replace("'", "''")
    out.heading("data")
    out.whole(f"  {output_dir / run / 'run.duckdb'}")
    out.heading("next")
    commands = []
    if findings.verified:
        query = f"SELECT id, query, tools, answers FROM entries WHERE run = '{quoted}'"
        commands += [f"apigen show{options}", f'apigen sql "{query}" --out dataset.jsonl{outputs}']
    if findings.candidates > findings.verified:
        commands.append(f"apigen show --rejected{options}")
    commands.append(f"apigen sql \"SELECT * FROM reasons WHERE run = '{quoted}'\"{outputs}")
    for command in commands:
        out.whole(f"  {command}", style="cyan")


def _options(run: str, output_dir: Path) -> str:
    return f" --run {shlex.quote(run)}{_outputs(output_dir)}"


def _folder(output_dir: Path) -> str:
    """The output folder as an override."""
    return "" if output_dir == Path("outputs") else f" output_dir={shlex.quote(str(output_dir))}"


def _outputs(output_dir: Path) -> str:
    return "" if output_dir == Path("outputs") else f" --outputs {shlex.quote(str(output_dir))}"
