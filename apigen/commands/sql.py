"""`apigen sql`: query all runs together."""

import sys
from collections.abc import Sequence
from pathlib import Path

from apigen.commands.options import Options, at_least_one
from apigen.errors import UserError

FORMATS = ("table", "csv", "json", "jsonl", "parquet")
ENDINGS = {
    ".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet",
    ".txt": "table",
}  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Run the verb; returns the exit code."""
    options = _options()
    given = options.read(arguments)
    if given is None:
        return 0
    runs, query = _query(given.run or [], given.query)
    if query is None:
        from apigen.reporting.tables import print_tables

        print_tables()
        return 0
    from apigen.reporting.querying import Asked, answer

    target = None if given.out in (None, "-") else Path(given.out).expanduser()
    answer(
        Asked(
            query=sys.stdin.read() if query == "-" else query,
            output_dir=given.outputs,
            runs=tuple(runs),
            form=_form(given.format, target),
            target=target,
            limit=given.limit,
            excel_safe=given.excel_safe,
        )
    )
    return 0


def _options() -> Options:
    options = Options(
        "sql",
        "Query all runs together with SQL (DuckDB), read-only.\n"
        "Without QUERY: print all tables and views with their columns.",
        '["QUERY"] [--run RUN …] [--format table|csv|json|jsonl|parquet] [--out FILE] [--limit N]',
        [
            "apigen sql                                        tables, views, columns",
            'apigen sql "SELECT * FROM funnel"',
            'apigen sql "SELECT reason, sum(candidates) AS n FROM reasons GROUP BY reason ORDER BY n DESC"',
            'apigen sql "SELECT id, query, tools, answers FROM entries" --out dataset.jsonl',
            "apigen sql - < query.sql                          the query from a file",
        ],
    )
    options.add_argument("query", metavar="QUERY", nargs="?", help="one reading statement; - reads it from the input")
    options.add_argument("--run", action="extend", nargs="+", help="only these runs (all)")
    options.add_argument("--format", choices=FORMATS, help="how to print it (table, or what the ending of FILE says)")
    options.add_argument("--out", metavar="FILE", help="write to FILE instead of the standard output")
    options.add_argument("--limit", metavar="N", type=at_least_one, help="at most so many rows")
    options.add_argument("--excel-safe", action="store_true", help="csv: put ' before text that Excel would compute")
    options.outputs()
    return options


def _query(runs: list[str], query: str | None) -> tuple[list[str], str | None]:
    """Runs and query; a query right behind `--run RUN` was taken for a run."""
    if query is None and runs and any(character.isspace() for character in runs[-1]):
        return runs[:-1], runs[-1]
    return runs, query


def _form(given: str | None, target: Path | None) -> str:
    """The format asked for, or the one that the ending of the file says.

    Raises:
        UserError: the ending says nothing, or the format needs a file.
    """
    ending = target.suffix.lower() if target else ""
    if given is None and target is not None and ending not in ENDINGS:
        raise UserError(
            f"The ending of `{target.name}` names no format.",
            where="--out",
            remedy=f"--format {'|'.join(FORMATS)}, or one of the endings {' '.join(ENDINGS)}",
        )
    form = given or ENDINGS.get(ending, "table")
    if form == "parquet" and target is None:
        raise UserError("Parquet is binary and needs a file.", where="--format", remedy="--out dataset.parquet")
    return form
