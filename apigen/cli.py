"""The command `apigen`: one verb a job. Nothing heavy is imported until a verb needs it."""

import atexit
import gc
import importlib
import os
import sys
from collections.abc import Sequence

VERBS = {
    "generate": "make a verified dataset: apigen generate [key=value …] [-m for sweeps]",
    "check": "validate a configuration, show plan and prompts; spends nothing",
    "apis": "print the catalogue of APIs, and what was refused",
    "runs": "list the runs",
    "costs": "show what verified entries cost, by model, style and stage",
    "show": "print entries and rejected candidates of a run, readably",
    "reverify": "make the calls of a finished dataset again, and report what drifted",
    "cache": "show, prune and export the answers of models that are kept for all runs",
    "sql": 'query all runs together: apigen sql "SELECT * FROM funnel"',
}

HELP = """\
apigen turns collections of executable APIs into verified function-calling datasets.

usage: apigen VERB [arguments]

{verbs}

first steps:
  apigen generate experiment=quickstart      a dataset in under a minute, offline, no key
  apigen generate model=openai/gpt-4o-mini   the same with a real model (any litellm name)
  apigen VERB --help                         what a verb takes
"""


def command() -> int:
    """The program `apigen`: `main` in a process of its own, which ends without being taken apart object by object."""
    ended: list[int] = []
    atexit.register(_end, ended)  # the first that is registered is the last that is called
    ended.append(main())
    return ended[0]


def _end(ended: Sequence[int]) -> None:
    """End the process at once, unless there is an error left to tell: taking it apart costs a tenth of a short run."""
    if ended:
        try:
            for stream in filter(None, (sys.stdout, sys.stderr)):
                stream.flush()
        except (OSError, ValueError):
            return
        os._exit(ended[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0 if all went well, 1 for a failed run or a bug, 2 for a mistake that the user can mend, 130 after Ctrl-C.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    verb = given[0] if given else "--help"
    if verb in ("-h", "--help", "help"):
        print(_help())
        return 0
    if verb in ("-V", "--version", "version"):
        from apigen import __version__

        print(f"apigen {__version__}")
        return 0
    if verb == "-sc":  # tab completion, installed for `apigen`, asks without a verb
        return _run("generate", given)
    if verb not in VERBS:
        return _unknown(verb)
    return _run(verb, given[1:])


def _help() -> str:
    return HELP.format(verbs="\n".join(f"  {verb:<9} {text}" for verb, text in VERBS.items()))


def _unknown(verb: str) -> int:
    import difflib

    near = difflib.get_close_matches(verb, VERBS, n=1, cutoff=0.5)
    if "=" in verb:
        hint = f"  try:   apigen generate {verb}"
    else:
        hint = f"  try:   apigen {near[0]}" if near else f"  there are: {', '.join(VERBS)}"
    print(f"apigen: there is no verb `{verb}`\n{hint}", file=sys.stderr)
    return 2


def _collect_little_garbage() -> None:
    """Look through memory seldom: what starting makes is kept, and what requests make is nearly all freed without."""
    gc.set_threshold(20_000, 20, 50)


def _run(verb: str, arguments: list[str]) -> int:
    """Run one verb; a user's mistake is told in a few lines, a bug keeps its traceback."""
    from apigen.errors import UserError

    _collect_little_garbage()
    try:
        command = importlib.import_module(f"apigen.commands.{verb}")
        return int(command.main(arguments))
    except UserError as error:
        if os.environ.get("APIGEN_TRACEBACK"):
            raise
        print(f"apigen {verb}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\napigen {verb}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
