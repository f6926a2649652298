"""`apigen cache`: show, prune and export the answers of models that are kept for all runs."""

import re
from argparse import ArgumentTypeError, Namespace
from collections.abc import Sequence
from pathlib import Path

from apigen.commands.options import Options
from apigen.errors import UserError

DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0}


def main(arguments: Sequence[str]) -> int:
    """Run the verb; returns the exit code: 1 if pruning was not confirmed with --yes."""
    given = _options().read(arguments)
    if given is None:
        return 0
    _check(given)
    from apigen.llm.cache.place import cache_folder
    from apigen.reporting.cache import export, print_cache, prune

    folder = cache_folder(given.folder)
    if given.action == "prune":
        return prune(folder, given.model, given.older_than, confirmed=given.yes)
    if given.action == "export":
        export(folder, None if given.file == "-" else Path(given.file).expanduser())
        return 0
    print_cache(folder)
    return 0


def _options() -> Options:
    options = Options(
        "cache",
        "Show the response cache: its file, the answers kept in it, and what it saved, by month and model.\n"
        "prune deletes answers, after saying which; export writes questions and answers as JSON lines.",
        "[prune (--older-than AGE | --model NAME | --all) [--yes]] [export FILE] [--folder DIR]",
        [
            "apigen cache",
            "apigen cache prune --older-than 30d               says what would be deleted",
            "apigen cache prune --model openai/gpt-4o --yes    deletes it",
            "apigen cache export answers.jsonl",
        ],
    )
    options.add_argument("action", metavar="ACTION", nargs="?", choices=("prune", "export"), help="prune or export")
    options.add_argument("file", metavar="FILE", nargs="?", help="export: where to; - is the standard output")
    options.add_argument(
        "--older-than", metavar="AGE", type=_days, help="prune: answers stored before, as 12h, 30d, 8w"
    )
    options.add_argument("--model", metavar="NAME", help="prune: answers of this model")
    options.add_argument("--all", action="store_true", help="prune: all answers")
    options.add_argument("--yes", action="store_true", help="prune: delete them")
    options.add_argument("--folder", metavar="DIR", help="of the cache ($APIGEN_CACHE, else the user's cache folder)")
    return options


def _days(text: str) -> float:
    match = re.fullmatch(r"(\d{1,6})([hdw])", text)
    if match is None:
        raise ArgumentTypeError(f"should be a number of hours, days or weeks such as 12h, 30d or 8w, and is {text!r}")
    return int(match[1]) * DAYS[match[2]]


def _check(given: Namespace) -> None:
    """Refuse options that do not go together.

    Raises:
        UserError: they do not.
    """
    some = given.model is not None or given.older_than is not None
    if given.action != "prune" and (some or given.all or given.yes):
        raise UserError("--older-than, --model, --all and --yes go with `prune`.", remedy="apigen cache prune …")
    if given.action == "prune" and (some == given.all):
        raise UserError(
            "Say which answers: --older-than AGE, --model NAME, both of them, or --all.", remedy="apigen cache --help"
        )
    if (given.action == "export") != (given.file is not None):
        raise UserError("A file goes with `export`, and `export` with a file.", remedy="apigen cache export FILE.jsonl")
