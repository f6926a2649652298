"""`apigen show`: entries and rejected candidates, readably."""

from collections.abc import Sequence

from apigen.commands.options import Options, at_least_one


def main(arguments: Sequence[str]) -> int:
    """Run the verb; returns the exit code."""
    options = _options()
    given = options.read(arguments)
    if given is None:
        return 0
    from apigen.reporting.candidates import print_candidates
    from apigen.reporting.selection import Wanted

    wanted = Wanted(
        ids=tuple(given.ids),
        style=given.style,
        rejected=given.rejected,
        stage=given.stage,
        reason=given.reason,
        limit=given.limit,
    )
    print_candidates(given.outputs, given.run, wanted, prompt=given.prompt)
    return 0


def _options() -> Options:
    options = Options(
        "show",
        "Print candidates with query, tools, calls, results and every verdict.\n"
        "Without ID: some verified entries of the newest run.",
        "[ID …] [--run RUN] [--style STYLE] [--rejected] [--stage STAGE] [--reason CODE] [--limit N] [--prompt]",
        [
            "apigen show",
            "apigen show 000012-01",
            "apigen show 12                          all candidates of request 12",
            "apigen show --rejected --stage semantic",
            "apigen show --reason argument_type --limit 20",
        ],
    )
    options.add_argument("ids", metavar="ID", nargs="*", help="ids as in the database, 000012-01, or request numbers")
    options.add_argument("--run", help="name of the run (the newest)")
    options.add_argument("--style", help="only this query style")
    options.add_argument("--rejected", action="store_true", help="rejected candidates instead of verified entries")
    options.add_argument("--stage", help="only those that this stage was the first not to pass")
    options.add_argument("--reason", metavar="CODE", help="only those with this reason code")
    options.add_argument("--limit", metavar="N", type=at_least_one, default=5, help="at most so many (5)")
    options.add_argument("--prompt", action="store_true", help="print the whole prompt and answer as well")
    options.outputs()
    return options
