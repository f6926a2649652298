"""The record of a run in its place: begun, continued, ended; a damaged database is told of and begun anew."""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from apigen.errors import ConfigError, StorageError
from apigen.pipeline.budget import Meter
from apigen.pipeline.probing import Probed, probe_row
from apigen.pipeline.rows import api_row, now, refusal_row
from apigen.records import Api
from apigen.storage import Card, Damaged, History, Place, Row, RunWriter, read_history


class RunRecord:
    """Writes a run's own row and card; `writer` takes the rest."""

    def __init__(self, place: Place, card: Card) -> None:
        self._place = place
        self._card = card
        self.writer = RunWriter(place.folder, place.run)

    def history(self) -> History:
        """What the run has done so far. A database that is damaged or gone is set aside, and all is made again.

        Answers of models come from the response cache then, so that nothing is paid for twice.
        """
        if self._place.card is None:
            return History()
        if self._place.card.recovered:
            print("The run's card run.json is damaged; it is made again from the database.", file=sys.stderr)
        if not self._place.database.exists():
            _log_aside(self._place.database)
            self._tell("The run has no database.")
            return History()
        try:
            return read_history(self._place.database)
        except Damaged as error:
            aside = _set_aside(self._place.database)
            self._tell(f"{error.what}\n  It is kept as {aside.name}.")
            return History()

    async def begin(self, row: Row, found: Probed, history: History) -> None:
        """Note that the run begins, or goes on.

        Raises:
            StorageError: it cannot be written.
        """
        if history.begun:
            again = {"status": "running", "finished_at": None, "detail": None, "resumed": history.resumed + 1}
            same = ("requests", "isolation", "config", "estimate")
            self.writer.update_run(again | {name: row[name] for name in same if name in row})
            self._place.write(self._card)
            return
        self._place.write(self._card)
        if not self._place.database.exists():
            self.writer.create()
        rows: dict[str, Sequence[Row]] = {
            "runs": [row],
            "apis": [api_row(api) for api in found.admitted.apis]
            + [refusal_row(refusal) for refusal in found.admitted.refused],
            "probes": [probe_row(probe) for probe in found.probes],
        }
        await self.writer.add(rows)
        await self.writer.flush()

    @contextlib.contextmanager
    def failing(self, meter: Meter) -> Iterator[None]:
        """Note why the run failed, if it does."""
        try:
            yield
        except BaseException as error:
            with contextlib.suppress(StorageError):
                self.end("failed", f"{type(error).__name__}: {error}", meter)
            raise

    def end(self, status: str, detail: str, meter: Meter) -> None:
        """Note how this sitting ended.

        Raises:
            StorageError: it cannot be written.
        """
        values: Row = {"status": status, "finished_at": now(), "detail": detail or None, **meter.row}
        self.writer.update_run(values)
        self.writer.close()
        self._place.ended(status)

    def _tell(self, what: str) -> None:
        print(
            f"{what} The run is made again; answers that are in the response cache are not paid for again.",
            file=sys.stderr,
        )


def same_apis(before: Mapping[str, str], apis: Sequence[Api]) -> None:
    """Refuse to continue a run whose APIs are others now: its plan would be another.

    Raises:
        ConfigError: naming what has changed.
    """
    now_there = {api.name: api.document_hash for api in apis}
    changed = sorted(name for name in before.keys() | now_there.keys() if before.get(name) != now_there.get(name))
    if changed:
        names = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
        raise ConfigError(
            f"The run cannot go on: {len(changed)} of its APIs are not what they were ({names}).",
            where="sources",
            remedy="restore them, or begin a new run: resume=never",
        )


def _set_aside(database: Path) -> Path:
    """Rename a damaged database, and what belongs to it; its new name."""
    number = 1
    while (aside := database.with_name(f"{database.name}.damaged-{number}")).exists():
        number += 1
    database.rename(aside)
    _log_aside(database, aside)
    return aside


def _log_aside(database: Path, aside: Path | None = None) -> None:
    """Rename what is left of a database's write-ahead log, which no other database may take in."""
    log = database.with_name(f"{database.name}.wal")
    if log.exists():
        log.replace(log.with_name(f"{(aside or database).name}.wal{'' if aside else '.damaged'}"))
