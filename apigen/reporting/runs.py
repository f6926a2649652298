"""The table of all runs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from apigen.reporting.screen import Screen, screen, table
from apigen.reporting.summary import UNFINISHED
from apigen.reporting.text import count, line, money, percent, plural
from apigen.storage import open_runs, run_folders, run_name

QUERY = """\
SELECT run, started_at, status, coalesce(resumed, 0) AS resumed, model, judge, simulated,
    coalesce(candidates, 0) AS candidates, coalesce(verified, 0) AS verified, paid, free
FROM runs
LEFT JOIN (SELECT run, count(*) AS candidates, count(*) FILTER (outcome = 'passed') AS verified
           FROM outcomes GROUP BY run) USING (run)
LEFT JOIN (SELECT run, CASE WHEN count(*) = count(paid) THEN sum(paid) END AS paid, bool_and(simulated) AS free
           FROM costs GROUP BY run) USING (run)
ORDER BY started_at, run"""
WIDE = 100
"""Columns from which on there is a table."""


def print_runs(output_dir: Path) -> None:
    """Print one line for each run below `output_dir`, oldest first, and those that cannot be read.

    Raises:
        StorageError: there is no run, or none can be read.
    """
    with open_runs(output_dir) as reader:
        found = reader.query(QUERY)
        skipped = reader.skipped
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    out = screen()
    if out.width < WIDE:
        for row in rows:
            _lines(out, row)
    elif rows:
        out.print(_table(rows))
    if any(row["status"] == "running" for row in rows):
        out.print("a run that was killed stays at `running`", style="dim")
    if any(row["status"] in UNFINISHED for row in rows):
        out.print("to go on with one that is not finished: apigen generate resume=RUN", style="dim")
    for one in skipped:
        out.print(f"{one.run} cannot be read: {line(one.detail, 300)}", style="yellow")
    for name in _empty(output_dir, {row["run"] for row in rows} | {one.run for one in skipped}):
        out.print(f"{name} holds nothing: it was ended before its first request", style="yellow")


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    figures = ("candidates", "verified", "yield", "paid")
    status = ("status", "resumed") if any(row["resumed"] for row in rows) else ("status",)
    made = table(("run", "started (UTC)", *status, "model", *figures), ("started (UTC)", *status, *figures))
    for row in rows:
        run, started, state, *others = _cells(row)
        resumed = [count(row["resumed"])] if len(status) > 1 else []
        made.add_row(run, started, state, *resumed, *others)
    return made


def _lines(out: Screen, row: Mapping[str, Any]) -> None:
    """A run on two lines, where a table would be too narrow to read."""
    run, started, status, model, candidates, verified, share, paid = _cells(row)
    resumed = f", resumed {plural(row['resumed'], 'time')}" if row["resumed"] else ""
    out.whole(run, "bold")
    told = f"{status}{resumed}, {model}, {started}, {verified} of {candidates} candidates verified ({share}), {paid}"
    out.whole(f"  {told}")


def _cells(row: Mapping[str, Any]) -> list[str]:
    models = " / ".join(dict.fromkeys(line(model, 60) for model in (row["model"], row["judge"]) if model))
    started = row["started_at"].strftime("%Y-%m-%d %H:%M") if row["started_at"] else "–"
    return [
        line(row["run"]),
        started,
        line(row["status"] or "unknown", 20),
        models + (" (simulated)" if row["simulated"] else ""),
        count(row["candidates"]),
        count(row["verified"]),
        percent(row["verified"], row["candidates"]),
        "–" if row["free"] is None else "free" if row["free"] else money(row["paid"]).removeprefix("cost "),
    ]


def _empty(output_dir: Path, known: set[str]) -> list[str]:
    """Runs whose database has no row that tells of them."""
    return [name for folder in run_folders(output_dir) if (name := run_name(folder, output_dir)) not in known]
