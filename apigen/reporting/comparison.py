"""The runs of a sweep in one table: what differs between them, and what came of it."""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from apigen.reporting.screen import screen, table
from apigen.reporting.text import count, line, money, percent, plural
from apigen.storage import open_runs

QUERY = """\
SELECT run, status, overrides, stages, candidates, verified, round(100 * verified / candidates, 1) AS yield,
    cost, simulated
FROM runs
LEFT JOIN (SELECT run, count(*) AS candidates, count(*) FILTER (outcome = 'passed') AS verified
           FROM outcomes GROUP BY run) USING (run)
LEFT JOIN (SELECT run, map_from_entries(list((checker, passed) ORDER BY position)) AS stages
           FROM funnel GROUP BY run) USING (run)
LEFT JOIN (SELECT run, CASE WHEN count(*) = count(cost) THEN sum(cost) END AS cost FROM costs GROUP BY run) USING (run)
WHERE {where} ORDER BY started_at, run"""
"""Everything that the table shows; printed with it, to get it again."""
WIDE = 100
"""Columns from which on the overrides stand in the table instead of above it."""


def print_comparison(output_dir: Path, runs: Sequence[str]) -> None:
    """Print one table over `runs`, which lie below `output_dir`.

    Raises:
        StorageError: none of them can be read.
    """
    query = QUERY.format(where=_where(runs))
    with open_runs(output_dir, only=runs) as reader:
        found = reader.query(query)
        skipped = reader.skipped
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    stages = list(dict.fromkeys(stage for row in rows for stage in row["stages"] or {}))
    parent = os.path.commonpath([run.rpartition("/")[0] or "." for run in runs]) if runs else ""
    out = screen()
    out.heading(f"{plural(len(rows), 'run')} compared" + (f", in {parent}" if parent not in ("", ".") else ""))
    figures = ("candidates", *stages, "verified", "yield", "cost")
    beside = out.width >= WIDE
    made = table(("run", *(["overrides"] if beside else []), *figures), ("run", *figures))
    differing = different([row["overrides"] or {} for row in rows])
    for row in rows:
        name, overrides = row["run"].removeprefix(f"{parent}/"), _overrides(row, differing)
        if row["status"] != "finished":
            name += f" ({row['status']})"
        made.add_row(name, *(["\n".join(overrides)] if beside else []), *_figures(row, stages))
        if not beside:
            out.print(f"{name}  {'  '.join(overrides)}")
    out.print(made)
    if stages:
        out.print(f"{', '.join(stages)}: candidates that passed this checker", style="dim")
    for one in skipped:
        out.print(f"{one.run} could not be read: {line(one.detail, 200)}", style="yellow")
    out.print("the same as SQL:")
    outputs = "" if output_dir == Path("outputs") else f" --outputs {shlex.quote(str(output_dir))}"
    out.whole(f'apigen sql "{query}"{outputs}', style="cyan")


def different(overrides: Sequence[Mapping[str, str]]) -> list[str]:
    """Keys whose values are not the same in all of `overrides`, in the order in which they were given."""
    keys = dict.fromkeys(key for one in overrides for key in one)
    return [key for key in keys if len({one.get(key) for one in overrides}) > 1]


def _overrides(row: Mapping[str, Any], differing: Sequence[str]) -> list[str]:
    given = row["overrides"] or {}
    return [f"{line(key, 40)}={line(given.get(key, '(default)'), 80)}" for key in differing]


def _figures(row: Mapping[str, Any], stages: Sequence[str]) -> list[str]:
    candidates, verified = row["candidates"] or 0, row["verified"] or 0
    passed = [count((row["stages"] or {}).get(stage)) for stage in stages]
    cost = "free" if row["simulated"] and not row["cost"] else money(row["cost"])
    return [count(candidates), *passed, count(verified), percent(verified, candidates), cost]


def _where(runs: Sequence[str]) -> str:
    """The condition for exactly these runs, by their folder if they share one."""
    parents = {run.rpartition("/")[0] for run in runs}
    if len(parents) == 1 and "" not in parents:
        return f"starts_with(run, {_quoted(parents.pop() + '/')})"
    return f"run IN ({', '.join(map(_quoted, runs))})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
