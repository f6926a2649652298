"""Progress while a run goes on: one live display on a terminal, a few plain lines elsewhere.

Both write to the standard error output, so that what a command prints as its result can be piped. Showing progress
must never harm the run: whatever goes wrong here ends the display and nothing else.
"""

import contextlib
import os
import sys
import time
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

from apigen.reporting.text import count, duration, line, money, percent, plural

if TYPE_CHECKING:
    from apigen.pipeline.progress import Monitor, Progress

FRAMES_PER_SECOND = 4
QUIET_SECONDS = 5.0
"""At least so long between two plain lines, unless a tenth of the run was done; longer the longer the run takes."""


def monitor() -> "Monitor":
    """The monitor that suits the standard error output."""
    with contextlib.suppress(Exception):
        dumb = os.environ.get("TERM", "") in ("dumb", "unknown") or os.environ.get("NO_COLOR")
        if sys.stderr.isatty() and not dumb:
            return LiveMonitor(sys.stderr)
    return PlainMonitor(sys.stderr)


class PlainMonitor:
    """Lines at the start, on the way and at the end."""

    def __init__(self, file: IO[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._file: IO[str] | None = file
        self._clock = clock
        self._tenths = 0
        self._started = self._last = clock()
        self._facts: dict[str, str] = {}

    def start(self, progress: "Progress", facts: dict[str, str]) -> None:
        """Print the facts of the run."""
        self._facts = facts
        self._started = self._last = self._clock()
        self._write(_aim(progress))
        for name, fact in facts.items():
            self._write(f"  {name:<10} {line(fact, 200)}")

    def update(self, progress: "Progress") -> None:
        """Print a line if one is due."""
        at, end = progress.position
        tenths = 10 * at // max(end, 1)
        now = self._clock()
        quiet = max(QUIET_SECONDS, (now - self._started) / 20)
        if at < end and (tenths > self._tenths or now - self._last >= quiet):
            self._tenths, self._last = tenths, now
            left = progress.seconds_left
            self._write(_status(progress, self._facts) + (f", {duration(left)} left" if left is not None else ""))

    def stop(self, progress: "Progress") -> None:
        """Print the last line."""
        self._write(f"{_status(progress, self._facts)}, {duration(progress.elapsed)}")

    def _write(self, text: str) -> None:
        if self._file is None:
            return
        try:
            encoding = getattr(self._file, "encoding", None) or "utf-8"
            self._file.write(text.encode(encoding, "replace").decode(encoding) + "\n")
            self._file.flush()
        except Exception:
            self._file = None


class LiveMonitor:
    """One live display, drawn by a thread of its own a few times a second."""

    def __init__(self, file: IO[str], **options: Any) -> None:
        from apigen.reporting.screen import screen

        self._screen = screen(file, **options)
        self._live: Any = None
        self._progress: Progress | None = None
        self._facts: dict[str, str] = {}
        self._frame: Any = ""

    def start(self, progress: "Progress", facts: dict[str, str]) -> None:
        """Print the facts and open the display."""
        self._progress, self._facts = progress, facts
        with contextlib.suppress(Exception):
            from rich.live import Live

            self._screen.print(_grid(facts))
            self._live = Live(
                get_renderable=self._draw,
                console=self._screen,
                refresh_per_second=FRAMES_PER_SECOND,
                transient=True,
                redirect_stdout=sys.stdout.isatty(),
            )
            self._live.start(refresh=True)

    def update(self, progress: "Progress") -> None:
        """Nothing to do: the display looks by itself."""

    def stop(self, progress: "Progress") -> None:
        """Close the display, give the terminal back, and leave one line."""
        with contextlib.suppress(Exception):
            if self._live is not None:
                self._live.stop()
        with contextlib.suppress(Exception):
            self._screen.show_cursor(True)
            self._screen.print(f"{_status(progress, self._facts)}, {duration(progress.elapsed)}")

    def _draw(self) -> Any:
        """The display; the one before if a count changed while it was drawn."""
        with contextlib.suppress(Exception):
            if self._progress is not None:
                self._frame = _frame(self._progress, self._facts)
        return self._frame


def _status(progress: "Progress", facts: dict[str, str]) -> str:
    parts = [
        _so_far(progress),
        f"{plural(progress.candidates, 'candidate')} ({_rate(progress)})",
        f"{count(progress.verified)} verified",
        *([plural(progress.errors, "error")] if progress.errors else []),
        _cost(progress, facts),
    ]
    return ", ".join(parts)


def _rate(progress: "Progress") -> str:
    return f"{progress.candidates / max(progress.elapsed, 0.001):.1f}/s"


def _aim(progress: "Progress") -> str:
    return f"{count(progress.wanted)} entries wanted" if progress.wanted else plural(progress.requests, "request")


def _so_far(progress: "Progress") -> str:
    at, end = progress.position
    share = f"({100 * at // max(end, 1)}%)"
    if progress.wanted:
        return f"{count(progress.done)} requests, {count(at)}/{count(end)} of the entries wanted {share}"
    return f"{count(at)}/{count(end)} requests {share}"


def _cost(progress: "Progress", facts: dict[str, str]) -> str:
    models = [facts.get("model", ""), facts.get("judge", "none")]
    asked = [model for model in models if model not in ("", "none")]
    return money(progress.cost, simulated=bool(asked) and all(model.endswith("(simulated)") for model in asked))


def _grid(facts: dict[str, str]) -> Any:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, fact in facts.items():
        grid.add_row(name, line(fact, 200))
    return grid


def _frame(progress: "Progress", facts: dict[str, str]) -> Any:
    from rich.console import Group
    from rich.progress_bar import ProgressBar

    left = progress.seconds_left
    at, end = progress.position
    bar = ProgressBar(total=max(end, 1), completed=at, width=30)
    what = "entries wanted" if progress.wanted else "requests"
    figures = (
        f"{count(at)}/{count(end)} {what}, {duration(progress.elapsed)}"
        + (f", {duration(left)} left" if left is not None else "")
    )  # fmt: skip
    verified = f"{count(progress.verified)} verified ({percent(progress.verified, progress.candidates)})"
    candidates = f"{plural(progress.candidates, 'candidate')} ({_rate(progress)})"
    counts = f"{candidates}, {verified}, {plural(progress.errors, 'error')}"
    costs = f"{count(progress.tokens)} tokens, {_cost(progress, facts)}"
    return Group(_beside(bar, figures), counts, _stages(progress), costs)


def _beside(bar: Any, figures: str) -> Any:
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    grid.add_row(bar, figures)
    return grid


def _stages(progress: "Progress") -> Any:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    for justify in ("left", "right", "right", "right"):
        grid.add_column(justify=justify, no_wrap=True)
    for stage, outcomes in list(progress.stages.items()):
        passed, rejected, errors = (outcomes.get(name, 0) for name in ("passed", "rejected", "error"))
        grid.add_row(line(stage, 30), f"{count(passed)} passed", f"{count(rejected)} rejected", plural(errors, "error"))
    return grid
