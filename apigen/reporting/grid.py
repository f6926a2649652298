"""A query's result for reading: a table if it fits, else one block a row; values cut to what there is room for."""

from collections.abc import Sequence
from typing import Any, Literal

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from apigen.reporting.forms import cell
from apigen.reporting.screen import Screen, table
from apigen.reporting.text import count, line, plural
from apigen.storage import Result

MOST = 1000
"""Rows printed."""
NARROWEST = 10
"""Columns of the screen below which a column of text cannot be read."""
GAP = 2
"""Columns of the screen between two columns."""
NUMBERS = ("INT", "DECIMAL", "DOUBLE", "FLOAT")


def print_grid(out: Screen, result: Result) -> None:
    """Print the first rows of a result and say how many there are."""
    rows = [_cells(row, result.types, out.width) for row in result.rows[:MOST]]
    if result.columns == ("explain_key", "explain_value"):
        for row in result.rows:
            out.whole(str(row[1]))
        return
    wanted = _wanted(result.columns, rows)
    widths = shared(wanted, out.width - GAP * len(wanted))
    if rows and any(width < min(one, NARROWEST) for width, one in zip(widths, wanted, strict=True)):
        _blocks(out, result.columns, rows)
    else:
        out.print(_table(result, rows, widths))
    total = len(result.rows) + result.more
    hint = f" (the first {count(MOST)} are shown; all of them: --out result.csv)" if total > MOST else ""
    out.print(Text(f"{plural(total, 'row')}{hint}", style="dim"))


def _cells(row: Sequence[Any], types: Sequence[str], width: int) -> list[str]:
    return [_shown(value, kind, width) for value, kind in zip(row, types, strict=True)]


def _shown(value: Any, kind: str, width: int) -> str:
    if value is None:
        return "null"
    if isinstance(value, float):
        return f"{value:.6g}"
    return line(cell(value, kind), width)


def _wanted(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """The width that each column would like."""
    return [max([len(line(name, 60)), *(cell_len(row[i]) for row in rows)]) for i, name in enumerate(columns)]


def shared(wanted: Sequence[int], room: int) -> list[int]:
    """Widths that fit into `room`: narrow columns get what they want, the others share the rest evenly."""
    widths = [0] * len(wanted)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    for left, i in zip(range(len(order), 0, -1), order, strict=True):
        widths[i] = min(wanted[i], room // left)
        room -= widths[i]
    return widths


def _table(result: Result, rows: Sequence[Sequence[str]], widths: Sequence[int]) -> Table:
    figures = [any(number in kind for number in NUMBERS) and "[" not in kind for kind in result.types]
    made = table(())
    for name, figure, width in zip(result.columns, figures, widths, strict=True):
        justify: Literal["left", "right"] = "right" if figure else "left"
        made.add_column(line(name, 60), justify=justify, no_wrap=True, overflow="ellipsis", width=width)
    for row in rows:
        made.add_row(*row)
    return made


def _blocks(out: Screen, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Each row as lines of name and value."""
    names = [line(name, 40) for name in columns]
    room = max(map(len, names))
    for number, row in enumerate(rows, 1):
        out.print(Text(f"── row {number} ──", style="dim"))
        for name, value in zip(names, row, strict=True):
            out.print(f"{name:<{room}}  {line(value, max(out.width - room - 2, 20))}", overflow="crop", no_wrap=True)
