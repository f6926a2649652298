"""Storage: one DuckDB file a run, and SQL over all of them."""

from apigen.storage.reader import Reader, Result, newest_run, open_runs, run_folders, run_name
from apigen.storage.writer import Row, RunWriter

__all__ = ["Reader", "Result", "Row", "RunWriter", "newest_run", "open_runs", "run_folders", "run_name"]
