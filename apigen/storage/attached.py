"""A database file that is opened for a moment again and again, with one DuckDB instance for all these moments."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from apigen.storage.database import connect, patiently

ROW_GROUP = 2048
"""Rows that are compressed together, the fewest that DuckDB knows. A flush writes the last group of each table anew,
whole: at DuckDB's own 122,880 rows that is up to a gigabyte of prompts in memory, again and again.
"""

_HOME, _NAME = "memory", "run_database"


class AttachedFile:
    """A DuckDB file between whose openings others may read it. To start an instance costs ten times what attaching
    does.

    `patience`: seconds to wait for readers that have the file open.
    """

    def __init__(self, path: Path, patience: float) -> None:
        self.path = path
        self._patience = patience
        self._instance: Any = None
        self._turn = threading.Lock()

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """A connection whose tables are those of the file, for as long as nobody else may have it.

        Raises:
            OSError, duckdb.Error: it is gone or cannot be opened; or an error of the caller's own statements. What was
                not committed by then is undone.
        """
        with self._turn:
            try:
                if self._instance is None:
                    self._instance = connect(":memory:")
                    self._instance.execute("SET threads = 1")  # rows of a second: more threads only cost
                self._attach(self._instance)
                yield self._instance
            except BaseException:
                self._drop()
                raise
            self._detach(self._instance)

    def close(self) -> None:
        """Let memory go."""
        with self._turn:
            self._drop()

    def _attach(self, instance: Any) -> None:
        if not self.path.exists():  # attaching would make a new one
            raise FileNotFoundError(f"{self.path} is gone")
        quoted = str(self.path).replace("'", "''")
        attach = f"ATTACH '{quoted}' AS {_NAME} (ROW_GROUP_SIZE {ROW_GROUP})"
        patiently(lambda: instance.execute(attach), self._patience)
        instance.execute(f"USE {_NAME}")

    def _detach(self, instance: Any) -> None:
        """Let the file go. What was committed is safe by now, whether the log of changes can be worked in or not."""
        try:
            instance.execute(f"USE {_HOME}")
            instance.execute(f"DETACH {_NAME}")
        except Exception:
            self._drop()

    def _drop(self) -> None:
        """After an error nothing is known of the instance: close it, which lets the file go too."""
        instance, self._instance = self._instance, None
        if instance is not None:
            with suppress(Exception):
                instance.close()
