"""The record of a run: what of a place is gone on with, what is set aside."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from doubles import api
from small_runs import everything, write_run

from apigen.errors import ConfigError
from apigen.pipeline.budget import Budget, Meter
from apigen.pipeline.probing import Probed
from apigen.pipeline.recording import RunRecord, same_apis
from apigen.sources import Admitted
from apigen.storage import Card, History, Place
from apigen.storage.database import connect

FOUND = Probed(Admitted(apis=(api("add"),), refused=()))


def place(folder: Path, *, begun: bool = True) -> Place:
    if begun:
        write_run(folder, "r", everything(), id="one")
    made = Place(folder / "r", "r")
    assert made.take()
    made.write(Card("one", {}, {}))
    return made


def row(place: Place, columns: str) -> Any:
    with connect(place.database) as connection:
        (found,) = connection.execute(f"SELECT {columns} FROM runs").fetchall()
        return found


def test_a_run_that_begins_has_a_card_and_a_row(tmp_path: Path) -> None:
    there = Place(tmp_path / "r", "r")
    assert there.take()
    record = RunRecord(there, Card("one", {}, {}))
    history = record.history()
    assert not history.begun
    asyncio.run(record.begin({"status": "running", "id": "one"}, FOUND, history))
    card = Place.at(there.folder, "r").card
    assert card is not None
    assert (card.id, card.status) == ("one", "running")
    assert row(there, "id, status, run") == ("one", "running", "r")


def test_a_run_that_goes_on_keeps_its_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = place(tmp_path)
    record = RunRecord(there, Card("one", {}, {}))
    history = record.history()
    assert history.begun
    asyncio.run(record.begin({"status": "running", "requests": 99, "seed": 5}, FOUND, history))
    assert row(there, "status, requests, resumed, seed, finished_at") == ("running", 99, 1, 0, None)
    assert capsys.readouterr().err == ""


def test_how_it_ended_stands_in_both(tmp_path: Path) -> None:
    there = place(tmp_path)
    meter = Meter(Budget(), seconds=60, requests=7)
    RunRecord(there, Card("one", {}, {})).end("stopped", "why", meter)
    status, detail, seconds, sent = row(there, "status, detail, seconds, sent")
    assert (status, detail, sent) == ("stopped", "why", 7)
    assert seconds >= 60
    card = Place.at(there.folder, "r").card
    assert card is not None
    assert card.status == "stopped"


def test_a_failure_is_noted_and_goes_on(tmp_path: Path) -> None:
    there = place(tmp_path)
    record = RunRecord(there, Card("one", {}, {}))
    with pytest.raises(ZeroDivisionError), record.failing(Meter(Budget())):
        raise ZeroDivisionError("odd")
    assert row(there, "status, detail") == ("failed", "ZeroDivisionError: odd")


def test_a_damaged_database_is_kept_with_its_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = place(tmp_path)
    for number in (1, 2):
        there.database.write_text("no database " * 2000)
        there.database.with_name("run.duckdb.wal").write_text("log")
        assert not RunRecord(there, Card("one", {}, {})).history().begun
        assert f"run.duckdb.damaged-{number}" in capsys.readouterr().err
    left = sorted(path.name for path in there.folder.glob("run.duckdb*"))
    assert left == [f"run.duckdb.damaged-{number}{end}" for number in (1, 2) for end in ("", ".wal")]


def test_apis_are_the_same_or_named() -> None:
    one, other = api("add"), api("add", description="Another thing altogether.")
    same_apis({"add": one.document_hash}, [one])
    for before, now in (({"add": one.document_hash}, [other]), ({"add": one.document_hash}, []), ({}, [one])):
        with pytest.raises(ConfigError, match=r"1 of its APIs are not what they were \(add\)"):
            same_apis(before, now)


def test_nothing_has_happened_in_an_empty_history() -> None:
    assert list(History().verified()) == []
    assert History().examples(["x"]) == {}
