"""The open cache of one run: it reads on the event loop, and writes through a thread."""

import os
import sqlite3
from pathlib import Path

from apigen.llm.cache import place
from apigen.llm.cache.answers import Kept, Row, read_response
from apigen.llm.cache.claims import Claims
from apigen.llm.cache.database import Database, Snapshot
from apigen.llm.cache.writer import Tell, Writer
from apigen.llm.model import ModelResponse

_FIND = "SELECT run, response FROM answers JOIN bodies ON id = body WHERE key = ?"


class Store:
    """The cache in `folder`. `read_only`: a folder that cannot be written to will do, and hits are not counted then.

    Raises:
        StorageError: it cannot be opened.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self._writer: Writer | None = None
        self._renewed = 0
        if read_only and folder.is_dir() and not os.access(folder, os.W_OK):
            self._reader: Database = Snapshot(folder)
            return
        self._reader = Database(folder)
        self.claims = Claims(folder)
        self._writer = Writer(Database(folder))

    @property
    def path(self) -> Path:
        """The file."""
        return self._reader.path

    def find(self, key: bytes) -> Kept | None:
        """The answer under `key`, stored or about to be.

        Raises:
            StorageError: the file cannot be read.
        """
        writer = self._writer
        if writer is not None:
            if (unsaved := writer.unsaved.get(key)) is not None:
                return Kept(unsaved.run, unsaved.response)
            if writer.renewed != self._renewed:
                self._renewed = writer.renewed
                self._reader.stay_current()
        try:
            rows = self._reader.work(lambda connection: connection.execute(_FIND, (key,)).fetchall())
        except sqlite3.Error as error:
            raise place.unusable(self.path, error) from error
        if not rows:
            return None
        run, response = rows[0]
        return Kept(run, read_response(response))

    def store(self, row: Row, tell: Tell) -> None:
        """Have an answer stored (see `Writer.store`)."""
        assert self._writer is not None
        self._writer.store(row, tell)

    def hit(self, response: ModelResponse) -> None:
        """Count a hit, if anything can be written."""
        if self._writer is not None:
            self._writer.hit(response)

    def close(self) -> None:
        """Store what is left, and close the file.

        Raises:
            StorageError: some answers could not be stored.
        """
        try:
            if self._writer is not None:
                self._writer.close()
        finally:
            self._reader.close()
            if self._writer is not None:
                self.claims.close()
