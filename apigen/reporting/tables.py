"""What can be queried: the tables and views of a run with their columns, as they are declared."""

from rich.table import Table
from rich.text import Text

from apigen.reporting.screen import Screen, screen
from apigen.storage.schema import TABLES
from apigen.storage.views import VIEWS

EXAMPLES = (
    'apigen sql "SELECT stage, judged, passed, rejected, errors, pass_rate FROM funnel"',
    'apigen sql "SELECT stage, reason, sum(candidates) AS n FROM reasons GROUP BY ALL ORDER BY n DESC"',
    'apigen sql "SELECT id, query, tools, answers FROM entries" --out dataset.jsonl',
)


def print_tables() -> None:
    """Print every table and view with its columns, and three queries to start from."""
    out = screen()
    for view in VIEWS:
        _part(out, f"{view.name} (view)", view.comment, [(name, "", text) for name, text in view.columns.items()])
    for one in TABLES:
        _part(out, one.name, one.comment, [(c.name, c.type, c.comment) for c in one.columns])
    out.heading("examples")
    for example in EXAMPLES:
        out.whole(f"  {example}", style="cyan")


def _part(out: Screen, name: str, comment: str, columns: list[tuple[str, str, str]]) -> None:
    out.heading(name)
    out.print(comment)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    if any(kind for _, kind, _ in columns):
        grid.add_column(style="dim", overflow="fold", max_width=21)
    grid.add_column(overflow="fold")
    for column, kind, text in columns:
        cells = [column, *([kind] if kind else []), text]
        grid.add_row(Text("  " + cells[0]), *cells[1:])
    out.print(grid)
