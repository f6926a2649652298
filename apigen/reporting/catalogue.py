"""The APIs of a run for reading: counts, one line an API by category, and what was refused and why."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from apigen.reasons import MEANINGS
from apigen.records import Api, Refusal
from apigen.reporting.calls import first_line
from apigen.reporting.screen import Screen, screen, table
from apigen.reporting.text import count, line, plural

if TYPE_CHECKING:
    from apigen.sources import Admitted

FEW = 60
"""APIs up to which all are printed."""
TOP = 5
"""Reasons of refusal that are printed."""


def print_apis(admitted: "Admitted", *, every: bool = False, refused: bool = False) -> None:
    """Print admitted and refused APIs.

    Args:
        every: print all APIs instead of a sample of each category.
        refused: print every refusal instead of the most frequent reasons.
    """
    out = screen()
    _sources(out, admitted)
    if admitted.apis:
        _apis(out, admitted.apis, every or len(admitted.apis) <= FEW)
    else:
        out.print("no API was admitted", style="bold red")
    if admitted.refused:
        _refused(out, admitted.refused, every=refused)


def _sources(out: Screen, admitted: "Admitted") -> None:
    counts = defaultdict[str, Counter[str]](Counter)
    for api in admitted.apis:
        counts[api.source].update(admitted=1, executable=int(api.executable))
    for refusal in admitted.refused:
        counts[refusal.source].update(refused=1)
    columns = ("admitted", "executable", "refused")
    made = table(("source", *columns), columns)
    for source, number in counts.items():
        made.add_row(line(source or "?", 60), *(count(number[column]) for column in columns))
    out.print(made)
    categories = Counter(api.category for api in admitted.apis)
    out.print(f"\n{plural(len(admitted.apis), 'API')} in {plural(len(categories), 'category')}, ", end="")
    out.print(f"{plural(len(admitted.refused), 'document')} refused")
    out.print(", ".join(f"{line(name, 60)} {number}" for name, number in sorted(categories.items())))


def _apis(out: Screen, apis: Sequence[Api], every: bool) -> None:
    groups = defaultdict[str, list[Api]](list)
    for api in apis:
        groups[api.category].append(api)
    most = len(apis) if every else max(1, FEW // len(groups))
    categories = sorted(groups) if every else sorted(groups)[:FEW]
    for category in categories:
        out.heading(f"{line(category, 60)} ({len(groups[category])})")
        for api in groups[category][:most]:
            mark = "" if api.executable else "  (not executable)"
            out.whole(f"  {first_line(api.name, api.parameters, api.description)}{mark}")
        if len(groups[category]) > most:
            out.whole(f"  … {len(groups[category]) - most} more", style="dim")
    if not every:
        out.print("\nall of them: the same command with --all", style="dim")


def _refused(out: Screen, refused: Sequence[Refusal], every: bool) -> None:
    out.heading(f"refused ({count(len(refused))})")
    if every:
        for one in refused:
            out.whole(f"  {line(one.name or '(no name)', 80)}  {one.reason}: {line(one.detail, 500)}")
        return
    reasons = Counter(one.reason for one in refused)
    for reason, number in reasons.most_common(TOP):
        first = next(one for one in refused if one.reason is reason)
        out.whole(f"  {reason} {count(number)}: {MEANINGS[reason].text}")
        out.whole(f"    for example {line(first.name or '(no name)', 80)}: {line(first.detail, 200)}", style="dim")
    if len(reasons) > TOP:
        out.print(f"  and {plural(len(reasons) - TOP, 'reason')} more", style="dim")
    out.print("each of them: the same command with --refused", style="dim")
