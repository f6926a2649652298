"""How many of some requests the cache holds the answers to, asked before a run: nothing is written or counted."""

import contextlib
import sqlite3
from collections.abc import Iterable, Sequence

from apigen.llm.cache.answers import question
from apigen.llm.cache.place import cache_folder, current
from apigen.llm.cache.responses import ResponseCache
from apigen.records import Json

AT_ONCE = 500


def held(cache: ResponseCache, identities: Iterable[dict[str, Json]]) -> int:
    """How many of the requests with these identities a run would take from the cache.

    A cache that cannot be read holds nothing.
    """
    if cache.mode in ("off", "refresh"):
        return 0
    keys = [question(identity).key for identity in identities]
    with contextlib.suppress(OSError, sqlite3.Error):
        path = current(cache_folder(cache.folder))
        if path is not None:
            address = f"{path.resolve().as_uri()}?mode=ro"
            with contextlib.closing(sqlite3.connect(address, uri=True, timeout=1.0)) as connection:
                return sum(_count(connection, keys[i : i + AT_ONCE]) for i in range(0, len(keys), AT_ONCE))
    return 0


def _count(connection: sqlite3.Connection, keys: Sequence[bytes]) -> int:
    marks = ", ".join("?" * len(keys))
    return int(connection.execute(f"SELECT count(*) FROM answers WHERE key IN ({marks})", keys).fetchone()[0])
