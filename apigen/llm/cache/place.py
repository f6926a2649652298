"""Where the cache is: a folder of its own, with one database file and the file of the claims.

A database gets a name that no other has had before. SQLite finds the files beside a database by name when it closes it,
so one that took the place of a damaged or deleted file of the same name would lose its journal to whoever still had
the old one open.
"""

import contextlib
import fcntl
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

from apigen.errors import StorageError

VARIABLE = "APIGEN_CACHE"
REMEDY = "cache.folder=DIR names another folder, cache.mode=off goes without"
_PATTERN = "responses-*.sqlite"
_BESIDE = ("", "-wal", "-shm", "-journal")


def cache_folder(given: str | None) -> Path:
    """The folder meant by the setting `cache.folder`."""
    if given:
        return Path(given).expanduser()
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser()
    base = os.environ.get("XDG_CACHE_HOME", "")
    # relative ones are to be ignored (XDG Base Directory Specification)
    return (Path(base) if Path(base).is_absolute() else Path("~/.cache").expanduser()) / "apigen"


def make(folder: Path) -> None:
    """Make the folder, for its owner only: prompts may be private. One that exists keeps its permissions.

    Raises:
        StorageError: it cannot be made or written to.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        if not folder.is_dir():
            raise NotADirectoryError(f"{folder} is no folder")
        os.close(os.open(folder / "responses.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise unusable(folder, error) from error


def current(folder: Path) -> Path | None:
    """The database of the cache, if there is one."""
    return min(folder.glob(_PATTERN), default=None)


def fresh(folder: Path) -> Path:
    """The name of a new database; the file is made empty, for its owner only."""
    path = folder / f"responses-{secrets.token_hex(4)}.sqlite"
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    return path


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """No other process makes or replaces the database meanwhile."""
    descriptor = os.open(folder / "responses.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def set_aside(path: Path, why: str) -> None:
    """Rename a damaged database, and say so. One that another process has set aside already is left alone."""
    with alone(path.parent):
        if not path.exists():
            return
        number = 1
        while path.with_name(f"{path.name}.damaged-{number}").exists():
            number += 1
        aside = path.with_name(f"{path.name}.damaged-{number}")
        for ending in _BESIDE:
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    print(
        f"apigen: the response cache {path} cannot be read ({why}). It is kept as {aside.name}, and an empty one is "
        "used from now on: answers in it will be asked for again.",
        file=sys.stderr,
    )


def unusable(place: Path, error: Exception) -> StorageError:
    """What to tell when the cache cannot be used."""
    return StorageError(
        f"The response cache cannot be used: {error}",
        where=str(place),
        remedy=f"free space or fix its permissions; {REMEDY}",
    )
