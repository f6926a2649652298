"""`apigen runs`: list the runs."""

from collections.abc import Sequence

from apigen.commands.options import Options


def main(arguments: Sequence[str]) -> int:
    """Run the verb; returns the exit code."""
    options = Options(
        "runs",
        "List the runs, oldest first: when, how they ended, with which model, and what came of them.",
        "[--outputs DIR]",
        ["apigen runs", "apigen runs --outputs /data/outputs"],
    )
    options.outputs()
    given = options.read(arguments)
    if given is None:
        return 0
    from apigen.reporting.runs import print_runs

    print_runs(given.outputs)
    return 0
