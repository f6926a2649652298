"""`apigen reverify`: make the calls of a finished dataset again, and report what drifted."""

from collections.abc import Sequence

from apigen.commands.options import Options, at_least_one


def main(arguments: Sequence[str]) -> int:
    """Run the verb; returns the exit code: 0 if every call gave the same, 1 if one did not."""
    options = _options()
    given = options.read(arguments)
    if given is None:
        return 0
    from apigen.commands.reverifying import reverify

    return reverify(given.outputs, given.run, given.limit)


def _options() -> Options:
    options = Options(
        "reverify",
        "Make the calls of a run's verified entries again, with its own configuration, and report what drifted:\n"
        "results that differ, calls that fail now, APIs whose document is another or that are gone.\n"
        "Keys are read from the environment, as in the run. Exit code 0: nothing drifted; 1: something did.",
        "[RUN] [--limit N] [--outputs DIR]",
        [
            "apigen reverify",
            "apigen reverify run-20260101-120000 --limit 50",
            "apigen sql \"SELECT api, outcome, detail FROM reverifications WHERE outcome <> 'same'\"",
        ],
    )
    options.add_argument("run", metavar="RUN", nargs="?", help="name of the run (the newest)")
    options.add_argument("--limit", metavar="N", type=at_least_one, help="only the first N entries (all)")
    options.outputs()
    return options
