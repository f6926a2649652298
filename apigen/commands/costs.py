"""`apigen costs`: what verified entries cost, across runs."""

import argparse
from collections.abc import Sequence

from apigen.commands.options import Options

FORMATS = ("table", "csv", "json", "jsonl")
BY = ("run", "model", "writer", "style", "stage")


def main(arguments: Sequence[str]) -> int:
    """Run the verb; returns the exit code."""
    options = _options()
    given = options.read(arguments)
    if given is None:
        return 0
    from apigen.reporting.costs import Wanted, print_costs

    print_costs(Wanted(given.outputs, tuple(given.run or ()), given.by or (), given.format))
    return 0


def _options() -> Options:
    options = Options(
        "costs",
        "Show what verified entries cost: answers, tokens and US dollars by model, style and stage, over all runs.\n"
        "The cost is the price of the answers, those from the response cache included; what is unknown is never 0.",
        "[--run RUN …] [--by run|model|writer|style|stage[,…]] [--format table|csv|json|jsonl] [--outputs DIR]",
        [
            "apigen costs",
            "apigen costs --by run",
            "apigen costs --by writer,style           which model writes entries of which style most cheaply",
            "apigen costs --by run,stage --format csv",
        ],
    )
    options.add_argument("--run", action="extend", nargs="+", help="only these runs (all)")
    options.add_argument(
        "--by",
        type=_grouping,
        metavar="COLUMN[,…]",
        help="run, model (that answered), writer (model that wrote the candidates), style or stage",
    )
    options.add_argument("--format", choices=FORMATS, default="table", help="how to print it (table)")
    options.outputs()
    return options


def _grouping(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in BY:
            raise argparse.ArgumentTypeError(f"`{name}` is none of {', '.join(BY)}")
    return names
