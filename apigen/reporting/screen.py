"""Where things are printed: one console for terminals, pipes and files, that takes no markup from the data."""

import os
import sys
from collections.abc import Sequence
from typing import IO, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 120
"""Columns where there is no terminal to ask."""


class Screen(Console):
    """A console that leaves a closed pipe to the caller instead of ending the process."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError

    def heading(self, text: str) -> None:
        """A line that opens a part."""
        self.print(Text(f"\n{text}", style="bold"))

    def whole(self, text: str, style: str = "") -> None:
        """A line that is never broken, for what people copy: paths and commands."""
        self.print(Text(text, style=style), soft_wrap=True)


def screen(file: IO[str] | None = None, **options: Any) -> Screen:
    """A screen on `file`, by default the standard output as it is now."""
    target = sys.stdout if file is None else file
    terminal = options.get("force_terminal") or (hasattr(target, "isatty") and target.isatty())
    if not terminal and "COLUMNS" not in os.environ:
        options.setdefault("width", PLAIN_WIDTH)
    if hasattr(target, "reconfigure") and not str(getattr(target, "encoding", "")).lower().startswith("utf"):
        target.reconfigure(errors="replace")  # a box character is not worth a crash
    return Screen(file=target, markup=False, emoji=False, highlight=False, force_jupyter=False, **options)


def table(columns: Sequence[str], right: Sequence[str] = (), title: str | None = None) -> Table:
    """An empty table; the columns in `right` are figures, which are aligned right and never broken."""
    made = Table(
        box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, title=title, title_justify="left", header_style="bold"
    )
    for column in columns:
        figures = column in right
        made.add_column(column, justify="right" if figures else "left", no_wrap=figures, overflow="fold")
    return made
