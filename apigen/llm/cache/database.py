"""The database of the cache: its tables, and a connection that heals itself.

`answers` has one narrow row an answer, so that it is cheap to find and to count; the bytes are in `bodies`. The journal
is a write-ahead log, which survives the end of a process without a call of fsync for each commit.
"""

import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from apigen.errors import StorageError
from apigen.llm.cache.place import REMEDY, alone, current, fresh, make, set_aside, unusable

T = TypeVar("T")
APPLICATION = 0x41504743
VERSION = 1
"""Of the tables. A database of a later version is refused, not guessed at."""
PATIENCE = 600.0
"""Seconds that a process waits for the others; `apigen cache prune` may hold a large file for long."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gpfs", "beegfs", "fuse.sshfs")

_TABLES = """
CREATE TABLE answers (
    key BLOB PRIMARY KEY,        -- SHA-256 of the format and the identity of the request
    body INTEGER NOT NULL,       -- bodies.id
    run TEXT NOT NULL,           -- that paid for it
    model TEXT NOT NULL,
    stored_at INTEGER NOT NULL,  -- seconds since 1970, UTC
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    cost REAL                    -- US dollars; null: unknown
) WITHOUT ROWID;
CREATE TABLE bodies (
    id INTEGER PRIMARY KEY,
    response BLOB NOT NULL,      -- JSON of the answer, compressed by zlib
    identity BLOB NOT NULL,      -- canonical JSON of the request, compressed by zlib
    dictionary INTEGER NOT NULL  -- dictionaries.id of zlib's preset dictionary of `identity`
);
CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY,
    text BLOB NOT NULL           -- an identity like those that are packed with it, compressed by zlib
);
CREATE TABLE hits (
    model TEXT NOT NULL,
    month TEXT NOT NULL,         -- 2026-01
    hits INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cost REAL NOT NULL,          -- US dollars, where known
    unknown INTEGER NOT NULL,    -- hits of answers whose cost is not known
    PRIMARY KEY (model, month)
) WITHOUT ROWID;
CREATE TABLE batches (
    token TEXT PRIMARY KEY,      -- ours, which the provider keeps among the metadata of the batch
    id TEXT,                     -- the provider's; null: it was about to be submitted
    base_url TEXT NOT NULL,
    submitted_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE batch_requests (
    key BLOB PRIMARY KEY,        -- as in answers
    batch TEXT NOT NULL          -- batches.token
) WITHOUT ROWID;
"""


class Database:
    """One connection to the cache in a folder. A file that proves damaged is set aside, one that is gone made anew.

    To be used by one thread at a time.

    Raises:
        StorageError: the cache cannot be opened.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open()

    def _open(self) -> None:
        for _ in range(3):
            make(self.folder)
            try:
                with alone(self.folder):
                    found = current(self.folder)
                    self.path = found or fresh(self.folder)
                    self.connection = _connected(self.path)
                    self._file = _file(self.path)
                return
            except (sqlite3.Error, OSError) as error:
                if not is_damage(error):
                    raise unusable(self.folder, error) from error
                set_aside(self.path, str(error))
        raise unusable(self.folder, RuntimeError("a database made just now is damaged"))

    def work(self, task: Callable[[sqlite3.Connection], T]) -> T:
        """The result of `task`; it is done again on another file if this one is damaged.

        Raises:
            sqlite3.Error: it failed in another way.
        """
        try:
            return task(self.connection)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            self.replace(str(error))
        return task(self.connection)

    def replace(self, why: str) -> None:
        """Set the damaged file aside and open another."""
        self.close()
        set_aside(self.path, why)
        self._open()

    def stay_current(self) -> None:
        """Open the file that is the cache's now, if the one that is open has been renamed or deleted."""
        if _file(self.path) != self._file:
            self.close()
            self._open()

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


class Snapshot(Database):
    """A cache that is only read, in a folder that cannot be written to."""

    def _open(self) -> None:
        path = current(self.folder)
        if path is None:
            raise unusable(self.folder, FileNotFoundError("there is none, and the folder cannot be written to"))
        self.path, self._file = path, _file(path)
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            self.connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
            _recognise(self.connection, path)
        except sqlite3.Error as error:
            raise unusable(path, error) from error

    def replace(self, why: str) -> None:
        raise unusable(self.path, sqlite3.DatabaseError(why))


def is_damage(error: BaseException) -> bool:
    """Whether an error says that the file itself is damaged, or is no database."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, _Foreign) or (isinstance(code, int) and code & 0xFF in _DAMAGED)


class _Foreign(sqlite3.DatabaseError):
    """The file is a database of something else."""


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        if not _recognise(connection, path):
            # larger pages than the usual 4 KiB leave less of a page empty beside rows of some KiB
            connection.execute("PRAGMA page_size = 8192")
            connection.executescript(
                f"BEGIN; {_TABLES} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT"
            )
        # a write-ahead log needs memory that all processes share, which hosts of a network file system do not
        journal = "TRUNCATE" if _on_network(path) else "WAL"
        connection.execute(f"PRAGMA journal_mode = {journal}").fetchall()
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA journal_size_limit = 67108864").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def _recognise(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is a cache; False if it is empty.

    Raises:
        sqlite3.Error: it is damaged or something else.
        StorageError: it is of a later version.
    """
    ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    ((application,),) = connection.execute("PRAGMA application_id").fetchall()
    if not tables and not application:
        return False
    if application != APPLICATION:
        raise _Foreign("it is a database of another program")
    ((version,),) = connection.execute("PRAGMA user_version").fetchall()
    if version > VERSION:
        raise StorageError(
            f"The response cache is of version {version}; this apigen knows version {VERSION}.",
            where=str(path),
            remedy=f"install the newer apigen that made it; {REMEDY}",
        )
    return True


def _file(path: Path) -> tuple[int, int] | None:
    """What tells one file from another of the same name."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _on_network(path: Path) -> bool:
    """Whether the folder is on a file system that several hosts share, as far as Linux tells."""
    if sys.platform != "linux":
        return False
    folder, best, kind = str(path.parent.resolve()), "", ""
    try:
        lines = Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    for _, mount, name, *_ in (line.split(" ") for line in lines):
        if (folder + "/").startswith(mount.rstrip("/") + "/") and len(mount) >= len(best):
            best, kind = mount, name
    return kind in _NETWORK
