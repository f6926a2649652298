"""What verified entries cost, across runs: by run, model, style or stage, or by several of them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apigen.reporting.querying import Asked, answer
from apigen.reporting.screen import Screen, screen, table
from apigen.reporting.text import count, line, money, percent, plural
from apigen.storage import Reader, open_runs

BY = {
    "run": "run",
    "model": "model that answered",
    "writer": "model that wrote the candidates; their judgements count with it",
    "style": "query style",
    "stage": "generation, or the stage of the checker that asked",
}
"""What answers can be grouped by: columns of the view `spending`, and what they say."""
SHOWN = (("model", "stage"), ("style",), ("stage",))
"""Tables that are printed if nothing else is asked for."""
DETAIL = ("run", "stage", "model", "style")
"""The grouping of data for further use, if none is asked for."""

QUERY = """\
WITH passed AS (
    SELECT run, candidate, request FROM outcomes JOIN candidates USING (run, candidate) WHERE outcome = 'passed'
),
served AS (  -- the verified entries that the answers of a group went into, each once
    SELECT {s_keys}, p.run AS of_run, p.candidate AS entry
    FROM spending s JOIN passed p ON p.run = s.run AND p.candidate = s.candidate
    UNION
    SELECT {s_keys}, p.run, p.candidate
    FROM spending s JOIN passed p ON p.run = s.run AND p.request = s.request WHERE s.candidate IS NULL
),
entries_of AS (SELECT {keys}, count(*) AS verified FROM served GROUP BY {keys}),
sums AS (
    SELECT {keys}, count(*) AS answers, count(*) FILTER (cached) AS cached,
        sum(prompt_tokens)::BIGINT AS prompt_tokens, sum(completion_tokens)::BIGINT AS completion_tokens,
        CASE WHEN count(*) = count(cost) THEN sum(cost) END AS cost,
        coalesce(sum(cost), 0.0) AS known_cost, count(*) - count(cost) AS unknown,
        CASE WHEN count(*) = count(paid) THEN sum(paid) END AS paid,
        CASE WHEN bool_and(cost IS NOT NULL OR NOT cached) THEN coalesce(sum(cost) FILTER (cached), 0.0) END AS saved,
        bool_and(simulated) AS simulated
    FROM spending GROUP BY {keys}
)
SELECT {keys}, answers, cached, prompt_tokens, completion_tokens, cost, known_cost, unknown, paid, saved, simulated,
    coalesce(verified, 0) AS verified, cost / nullif(verified, 0) AS cost_per_entry
FROM sums LEFT JOIN entries_of USING ({keys}) ORDER BY {keys}"""

KEPT = """\
SELECT CASE WHEN count(*) = count(cost) THEN sum(cost) END FROM candidate_costs WHERE outcome = 'passed'"""
ALL = "everything"


@dataclass(frozen=True)
class Wanted:
    """Which runs, grouped by what (empty: the usual tables), and in which format."""

    output_dir: Path
    runs: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    form: str = "table"


def print_costs(wanted: Wanted) -> None:
    """Print what the runs cost.

    Raises:
        StorageError: there is no such run, or none that can be read.
    """
    if wanted.form != "table":
        answer(Asked(query(wanted.by or DETAIL), wanted.output_dir, wanted.runs, wanted.form))
        return
    groupings = (wanted.by,) if wanted.by else SHOWN
    with open_runs(wanted.output_dir, only=wanted.runs) as reader:
        number = reader.query("SELECT count(*) FROM runs").rows[0][0]
        total = _rows(reader, ())
        tables = [_rows(reader, by) for by in groupings] if total else []
        kept = reader.query(KEPT).rows[0][0]
        skipped = reader.skipped
    out = screen()
    for by, rows in zip(groupings, tables, strict=False):
        _table(out, by, rows)
    _total(out, number, total[0] if total else None, kept)
    for one in skipped:
        out.print(f"{one.run} cannot be read: {line(one.detail, 300)}", style="yellow")


def query(by: Sequence[str]) -> str:
    """SQL for the costs grouped by columns of `spending`; by none: one row."""
    if not by:
        return QUERY.format(keys=ALL, s_keys=ALL).replace("FROM spending", f"FROM (SELECT *, 1 AS {ALL} FROM spending)")
    return QUERY.format(keys=", ".join(by), s_keys=", ".join(f"s.{name}" for name in by))


def _rows(reader: Reader, by: Sequence[str]) -> list[dict[str, Any]]:
    found = reader.query(query(by))
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def _table(out: Screen, by: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    figures = ("answers", "cached", "tokens in", "out", "cost", "verified", "an entry")
    made = table((*by, *figures), figures)
    for row in rows:
        made.add_row(
            *(line(str(row[name] or "unknown"), 60) for name in by),
            count(row["answers"]),
            count(row["cached"]),
            count(row["prompt_tokens"]),
            count(row["completion_tokens"]),
            _cost(row),
            count(row["verified"]),
            _each(row),
        )
    out.heading(f"by {', '.join(by)}")
    out.print(made)


def _cost(row: dict[str, Any]) -> str:
    """The price of a group's answers; a part that is unknown is told, never taken for nothing."""
    if row["simulated"]:
        return "free"
    if row["cost"] is not None:
        return money(row["cost"])
    unknown = f"{count(row['unknown'])} unknown"
    return unknown if row["unknown"] == row["answers"] else f"{money(row['known_cost'])} + {unknown}"


def _each(row: dict[str, Any]) -> str:
    if row["simulated"]:
        return "free"
    if not row["verified"]:
        return "–"
    return "unknown" if row["cost_per_entry"] is None else money(row["cost_per_entry"])


def _total(out: Screen, runs: int, total: dict[str, Any] | None, kept: float | None) -> None:
    if total is None:
        out.print(f"{plural(runs, 'run')}: no model has answered yet")
        return
    cost, verified = _cost(total), plural(total["verified"], "verified entry")
    out.print()
    each = f", {_each(total)} an entry" if total["cost"] and total["verified"] else ""
    out.print(
        f"{plural(runs, 'run')}: {plural(total['answers'], 'answer')}, {cost}, {verified}{each}",
        style="bold",
    )
    if kept is not None and total["cost"]:
        out.print(f"{percent(kept, total['cost'])} of the cost went into verified entries, the rest into what failed")
    if total["cached"]:
        saved = f"saved {money(total['saved'])}" if total["saved"] is not None else "saved something of unknown price"
        paid = money(total["paid"]) if total["paid"] is not None else "an unknown sum"
        out.print(f"the response cache gave {plural(total['cached'], 'answer')} and {saved}; {paid} was paid")
    if total["unknown"]:
        out.print(
            f"the price of {plural(total['unknown'], 'answer')} is unknown; for the next run set "
            "model.price_per_million_input and model.price_per_million_output (US dollars)",
            style="yellow",
        )
