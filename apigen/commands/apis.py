"""`apigen apis`: the catalogue of APIs that a configuration admits, and what it refuses."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from apigen.commands.composed import own_flags, with_pipeline
from apigen.commands.options import Options

if TYPE_CHECKING:
    from apigen.pipeline import Pipeline
    from apigen.sources import Admitted


def main(arguments: Sequence[str]) -> int:
    """Run the verb; returns the exit code."""
    options = _options()
    if any(argument in ("-h", "--help") for argument in arguments):
        options.read(["--help"])
        return 0
    given, overrides = own_flags("apis", arguments, ("--refused", "--all"))
    from apigen.reporting.catalogue import print_apis

    with_pipeline(
        lambda pipeline: print_apis(_usable(pipeline), every="--all" in given, refused="--refused" in given),
        overrides,
    )
    return 0


def _usable(pipeline: "Pipeline") -> "Admitted":
    """The APIs that a run would offer; they are called if `admission.probe` says so."""
    return asyncio.run(pipeline.probed(pipeline.admitted())).admitted


def _options() -> Options:
    options = Options(
        "apis",
        "Print the APIs that a configuration admits, by category, and what was refused and why.\n"
        "key=value picks and changes sources as in `apigen generate`.",
        "[key=value …] [--all] [--refused]",
        [
            "apigen apis",
            "apigen apis source=[catalogue,humanize] --all",
            "apigen apis admission.probe=true --refused        calls each of them once",
            "apigen apis source=python sources.python.path=my_functions.py --refused",
        ],
    )
    options.add_argument("--all", action="store_true", help="every API, however many there are")
    options.add_argument("--refused", action="store_true", help="every refused document with its reason")
    return options
