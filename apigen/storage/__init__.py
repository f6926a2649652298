"""Storage: one DuckDB file a run, and SQL over all of them."""

from apigen.storage.history import Damaged, History, Unjudged, Verified, read_history
from apigen.storage.place import OVER, Card, Place, cards
from apigen.storage.reader import Reader, Result, newest_run, open_runs, run_folders, run_name
from apigen.storage.writer import Row, RunWriter

__all__ = [
    "OVER",
    "Card",
    "Damaged",
    "History",
    "Place",
    "Reader",
    "Result",
    "Row",
    "RunWriter",
    "Unjudged",
    "Verified",
    "cards",
    "newest_run",
    "open_runs",
    "read_history",
    "run_folders",
    "run_name",
]
