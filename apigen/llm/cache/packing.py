"""How the writer packs questions: those of one kind share most of their text, so the first of a kind serves the others
as zlib's preset dictionary. It is stored once, beside them."""

import secrets
import sqlite3
from typing import TypeAlias

from apigen.llm.cache.answers import Row, packed, stored_response

Body: TypeAlias = tuple[bytes, bytes, int]
"""Columns of `bodies` but its id: answer, question, dictionary."""
KIND_CHARS = 100
"""Questions that begin alike, with the same backend, address and schema, are of one kind."""
MOST_KINDS = 16
"""Of a run; what comes later is packed with the last dictionary, for better or worse."""


class Packer:
    """Packs what goes into the database behind `connection`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._dictionaries: dict[bytes, tuple[int, bytes]] = {}
        self._unsaved: list[tuple[int, bytes]] = []
        self._last = (0, b"")

    def body(self, row: Row) -> Body:
        """The columns of a row."""
        kind = row.question[:KIND_CHARS]
        if kind not in self._dictionaries and len(self._dictionaries) < MOST_KINDS:
            self._last = self._dictionaries[kind] = secrets.randbits(62), row.question
            self._unsaved.append(self._last)
        number, text = self._dictionaries.get(kind, self._last)
        return stored_response(row.response), packed(row.question, text), number

    def is_complete(self) -> bool:
        """Whether all dictionaries in use are in the database, but for those that are not saved yet."""
        saved = len(self._dictionaries) - len(self._unsaved)
        if not saved:
            return True
        numbers = [number for number, _ in self._dictionaries.values()]
        query = f"SELECT count(*) FROM dictionaries WHERE id IN ({', '.join('?' * len(numbers))})"
        ((found,),) = self.connection.execute(query, numbers).fetchall()
        return bool(found == saved)

    def save(self) -> None:
        """Store the dictionaries that are new, within the transaction of the caller."""
        rows = [(number, packed(text)) for number, text in self._unsaved]
        self.connection.executemany("INSERT INTO dictionaries VALUES (?, ?)", rows)
        self._unsaved = []
