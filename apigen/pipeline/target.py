"""Targets: how many verified entries are wanted, in all and by cell (query style, category), instead of attempts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from apigen.component import Component
from apigen.errors import ConfigError
from apigen.records import Outcome, Sample, Verdict

Count = Annotated[int, Field(ge=1)]
IDLE = 100
"""Times `patience`: so many requests in a row that could not help end a run; none will."""
Cell = tuple[str, str]
"""A kind of cell (`all`, `style` or `category`), and which of them."""


class Target(Component):
    """What a run works towards, instead of a number of requests; null for no target.

    `verified` entries in all; `per_style` and `per_category` for each query style, and for each category of the
    functions that the calls name: one number for all of them, or a mapping of those that matter. A request is made only
    if it can help a cell that is not full. A cell that `patience` requests in a row brought nothing is given up.
    """

    verified: Count | None = None
    per_style: Count | dict[str, Count] | None = None
    per_category: Count | dict[str, Count] | None = None
    patience: Count = 200

    @property
    def given(self) -> bool:
        """Whether there is any target."""
        return any(wanted is not None for wanted in (self.verified, self.per_style, self.per_category))

    def cells(self, styles: Iterable[str], categories: Iterable[str]) -> dict[Cell, int]:
        """How many entries are wanted in each cell.

        Raises:
            ConfigError: a style or category is not one of the run's.
        """
        cells: dict[Cell, int] = {} if self.verified is None else {("all", ""): self.verified}
        cells |= _cells("style", self.per_style, sorted(styles))
        return cells | _cells("category", self.per_category, sorted(categories))


def _cells(kind: str, wanted: int | Mapping[str, int] | None, known: Sequence[str]) -> dict[Cell, int]:
    if wanted is None:
        return {}
    if isinstance(wanted, int):
        return {(kind, name): wanted for name in known}
    for name in wanted:
        if name not in known:
            raise ConfigError(
                f"There is no {kind} `{name}` in this run.",
                where=f"target.per_{kind}",
                remedy=f"it has {', '.join(known)}",
            )
    return {(kind, name): number for name, number in wanted.items()}


class Tally:
    """Counts verified entries by cell, and says whether a request can still help."""

    def __init__(self, cells: Mapping[Cell, int], patience: int) -> None:
        self._cells = dict(cells)
        self._patience = patience
        self._verified: Counter[Cell] = Counter()
        self._barren: Counter[Cell] = Counter()
        self._reasons: dict[Cell, Counter[str]] = {}
        self._idle = 0
        kinds = Counter[str]()
        for (kind, _), number in self._cells.items():
            kinds[kind] += number
        self._largest = max(kinds, key=lambda kind: kinds[kind], default="")

    @property
    def verified(self) -> Mapping[Cell, int]:
        """Entries by cell."""
        return self._verified

    @property
    def wanted(self) -> int:
        """Entries wanted at least, all cells together: those of the kind of cells that wants the most."""
        return sum(number for (kind, _), number in self._cells.items() if kind == self._largest)

    @property
    def reached(self) -> int:
        """How many of the wanted entries there are: no cell counts for more than it wants."""
        cells = ((cell, number) for cell, number in self._cells.items() if cell[0] == self._largest)
        return sum(min(self._verified[cell], number) for cell, number in cells)

    @property
    def over(self) -> bool:
        """Whether no cell is left that is neither full nor given up."""
        return self._hopeless or not any(self._open(cell) for cell in self._cells)

    @property
    def _hopeless(self) -> bool:
        return self._idle >= IDLE * self._patience

    def helps(self, sample: Sample) -> bool:
        """Whether an entry of this request could fill an open cell."""
        return any(self._open(cell) for cell in self._touched(sample))

    def count(self, style: str, categories: Iterable[str], entries: int = 1) -> None:
        """Count verified entries of one style whose calls are of these categories."""
        for cell in (("all", ""), ("style", style), *(("category", category) for category in set(categories))):
            if cell in self._cells:
                self._verified[cell] += entries
                self._barren[cell] = 0

    def skipped(self) -> None:
        """Count a request that could not help and was left out."""
        self._idle += 1

    def done(self, sample: Sample, verdicts: Iterable[Verdict], reason: str | None = None) -> None:
        """Count a request that has been carried through all stages, with the reasons why it (`reason`) or candidates
        of it failed."""
        self._idle = 0
        reasons = [str(one.reason or one.outcome) for one in verdicts if one.outcome is not Outcome.passed]
        reasons += [str(reason)] if reason else []
        for cell in self._touched(sample):
            self._barren[cell] += 1
            self._reasons.setdefault(cell, Counter()).update(reasons)

    def shortfalls(self) -> list[str]:
        """What each cell that is not full lacks, in words."""
        told = []
        for cell, wanted in self._cells.items():
            if self._verified[cell] < wanted:
                name = "entries" if cell[0] == "all" else f"{cell[0]} {cell[1]}"
                why = self._reasons.get(cell, Counter()).most_common(2)
                because = f", mostly {' and '.join(f'{reason} ({n})' for reason, n in why)}" if why else ""
                told.append(f"{name}: {self._verified[cell]} of {wanted}{because}{self._end_of(cell)}")
        return told

    def _end_of(self, cell: Cell) -> str:
        if self._given_up(cell):
            return f"; given up after {self._patience} requests without any"
        if self._hopeless:
            return f"; given up, none of the last {self._idle:,} requests of the plan asks for any"
        return ""

    def _given_up(self, cell: Cell) -> bool:
        return self._barren[cell] >= self._patience

    def _open(self, cell: Cell) -> bool:
        return self._verified[cell] < self._cells[cell] and not self._given_up(cell)

    def _touched(self, sample: Sample) -> list[Cell]:
        cells: list[Cell] = [("all", ""), ("style", sample.style.name)]
        cells += [("category", category) for category in {api.category for api in sample.apis}]
        return [cell for cell in cells if cell in self._cells]
