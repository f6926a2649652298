"""The folder of a run: whose turn it is to write there, and the card that says which run it is.

`run.json` holds what is needed to continue the run even if its database is damaged: its id, its configuration (secrets
as references only), and how it ended. A lock that ends with the process keeps a second process out.
"""

import fcntl
import json
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from apigen import __version__
from apigen.errors import StorageError
from apigen.storage.database import FILE, connect

CARD = "run.json"
LOCK = ".lock"
OVER = "finished"


@dataclass(frozen=True)
class Card:
    """Which run it is: its configuration as it was begun with, and the `changes` that continuing it has made since.

    `status` is that of the table `runs`; a run that was killed stays at `running`.
    """

    id: str
    config: Mapping[str, Any]
    overrides: Mapping[str, str]
    changes: Sequence[str] = ()
    status: str = "running"
    version: str = __version__
    recovered: bool = False
    """Whether the file was damaged, and this is what the database says."""

    @classmethod
    def new(cls, config: Mapping[str, Any], overrides: Mapping[str, str]) -> "Card":
        """The card of a run that begins."""
        return cls(uuid.uuid4().hex, config, overrides)


@dataclass
class Place:
    """A run's folder. `card` is None if there is no run in it yet."""

    folder: Path
    run: str
    card: Card | None = None
    _lock: int | None = field(default=None, repr=False)

    @classmethod
    def at(cls, folder: Path, run: str) -> "Place":
        """The place as it is now.

        Raises:
            StorageError: its card cannot be read.
        """
        return cls(folder, run, read_card(folder))

    @property
    def database(self) -> Path:
        """The run's database."""
        return self.folder / FILE

    def take(self) -> bool:
        """Keep other processes out until `leave` or the end of this process; whether it was free.

        Raises:
            StorageError: the folder cannot be written to.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def leave(self) -> None:
        """Let others in again. Safe to call twice."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def write(self, card: Card) -> None:
        """Write the card, whole or not at all.

        Raises:
            StorageError: it cannot be written.
        """
        new = self.folder / f".{CARD}.new"
        values = {name: value for name, value in asdict(card).items() if name != "recovered"}
        try:
            new.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", "utf-8")
            new.replace(self.folder / CARD)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        self.card = card

    def ended(self, status: str) -> None:
        """Note how the sitting ended.

        Raises:
            StorageError: it cannot be written.
        """
        if self.card is not None:
            self.write(replace(self.card, status=status))


def read_card(folder: Path) -> Card | None:
    """The card in `folder`; None if there is none.

    Raises:
        StorageError: it is there and cannot be read.
    """
    path = folder / CARD
    try:
        card = Card(**json.loads(path.read_text("utf-8")))
        if not (isinstance(card.id, str) and isinstance(card.config, dict) and isinstance(card.status, str)):
            raise ValueError("it is not what apigen writes")
        return card
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"The run's card cannot be read: {error}", where=str(path)) from error
    except (ValueError, TypeError) as error:
        if (found := _card_in(folder / FILE)) is not None:
            return found
        raise StorageError(
            f"The run's card is damaged: {error}",
            where=str(path),
            remedy="give the command again with resume=never: what was answered comes from the response cache",
        ) from error


def _card_in(database: Path) -> Card | None:
    """The card of a run as its database has it: without what was changed when the run was continued."""
    if not database.exists():
        return None
    try:
        with connect(database, read_only=True) as connection:
            (row,) = connection.execute("SELECT id, config, overrides, status, version FROM runs").fetchall()
        id, config, overrides, status, version = row
        return Card(id, json.loads(config), dict(overrides), status=status, version=version, recovered=True)
    except Exception:  # damaged too, of an older version, or just being written
        return None


def cards(output_dir: Path) -> Iterator[tuple[Path, Card]]:
    """The runs below `output_dir` that have a card, the newest first."""
    written: dict[Path, float] = {}
    for path in output_dir.rglob(CARD):
        try:
            written[path.parent] = path.stat().st_mtime
        except OSError:
            continue  # removed meanwhile
    for folder in sorted(written, key=lambda folder: written[folder], reverse=True):
        try:
            card = read_card(folder)
        except StorageError:
            continue  # nobody can continue it; its database is still readable
        if card is not None:
            yield folder, card


def _unwritable(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The run's folder cannot be written to: {error.strerror or error}",
        where=str(folder),
        remedy="free space, fix its permissions, or choose another: output_dir=…",
    )
