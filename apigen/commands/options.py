"""Options of the verbs that do not go through Hydra: argparse, with mistakes told like all others."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from apigen.errors import UserError


class Options(argparse.ArgumentParser):
    """A parser that raises instead of exiting."""

    def __init__(self, verb: str, description: str, usage: str, examples: Sequence[str]) -> None:
        super().__init__(
            prog=f"apigen {verb}",
            usage=f"apigen {verb} {usage}",
            description=description,
            epilog="examples:\n" + "\n".join(f"  {example}" for example in examples),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            add_help=False,
        )
        self.verb = verb

    def error(self, message: str) -> NoReturn:
        """Raise `message` as a user's mistake."""
        raise UserError(f"{message[:1].upper()}{message[1:]}.", remedy=f"apigen {self.verb} --help")

    def outputs(self) -> None:
        """Add the option for the folder that the runs are in."""
        self.add_argument(
            "--outputs", metavar="DIR", type=Path, default=Path("outputs"), help="folder of the runs (outputs)"
        )

    def read(self, arguments: Sequence[str]) -> argparse.Namespace | None:
        """The options given; None if help was asked for and printed.

        Raises:
            UserError: an option is unknown, or its value cannot be used.
        """
        self.add_argument("-h", "--help", action="store_true", help="print this and exit")
        if any(argument in ("-h", "--help") for argument in arguments):
            self.print_help()
            return None
        return self.parse_args(arguments)


def at_least_one(text: str) -> int:
    """A whole number from 1 up, for argparse."""
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"should be a whole number from 1 up, and is {text!r}")
    return number
