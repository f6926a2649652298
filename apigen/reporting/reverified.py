"""What a reverification found, for reading: one line an API, the first of what differs, and the query for the rest."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from apigen.reporting.screen import screen, table
from apigen.reporting.text import count, line, plural

if TYPE_CHECKING:
    from apigen.pipeline.reverification import Finding

COLUMNS = ("same", "drifted", "failed", "changed", "gone")
SHOWN = 10
"""Findings that are printed, of each API and outcome the first."""
QUERY = "apigen sql \"SELECT entry, position, api, outcome, detail FROM reverifications WHERE outcome <> 'same'\""


def print_findings(run: str, findings: Sequence["Finding"]) -> None:
    """Print what became of the calls of a run that were made again."""
    out = screen()
    if not findings:
        out.whole(f"{run} has no verified entry with a call that was made: there is nothing to compare")
        return
    counts = defaultdict[str, Counter[str]](Counter)
    for one in findings:
        counts[one.made.call.name][one.outcome] += 1
    made = table(("api", "calls", *COLUMNS), ("calls", *COLUMNS))
    odd = {name: counted for name, counted in sorted(counts.items()) if set(counted) != {"same"}}
    for name, counted in odd.items():
        made.add_row(line(name, 60), count(counted.total()), *(count(counted[column]) for column in COLUMNS))
    if odd:
        out.print(made)
        first: dict[tuple[str, str], Finding] = {}
        for one in findings:
            if one.outcome != "same":
                first.setdefault((one.made.call.name, one.outcome), one)
        for one in list(first.values())[:SHOWN]:
            place = f"{one.made.entry} {line(one.made.call.name, 60)}"
            out.whole(f"  {place}: {one.outcome}: {line(one.detail, 300)}")
        out.whole(f"\n{QUERY} --run {run}", style="cyan")
    total = Counter(one.outcome for one in findings)
    told = ", ".join(f"{count(total[column])} {column}" for column in COLUMNS if total[column])
    out.whole(f"{plural(len(findings), 'call')} of {plural(len(counts), 'API')} of {run} made again: {told}", "bold")
