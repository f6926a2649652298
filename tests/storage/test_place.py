"""A run's folder: one at a time, and a card that is whole."""

import subprocess
import sys
from pathlib import Path

import pytest
from small_runs import everything, write_run

from apigen.errors import StorageError
from apigen.storage import Card, Place, cards

CARD = Card("one", {"seed": 1}, {"seed": "1"}, ["requests=9"], "stopped")
TAKE = "import sys, pathlib; from apigen.storage import Place; print(Place(pathlib.Path(sys.argv[1]), 'r').take())"


def test_a_place_is_taken_by_one(tmp_path: Path) -> None:
    one, other = Place(tmp_path, "r"), Place(tmp_path, "r")
    assert one.take()
    assert not other.take()
    told = subprocess.run([sys.executable, "-c", TAKE, str(tmp_path)], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
    one.leave()
    one.leave()
    assert other.take()
    other.leave()


def test_a_process_that_ends_leaves_its_place(tmp_path: Path) -> None:
    told = subprocess.run([sys.executable, "-c", TAKE, str(tmp_path)], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "True"
    place = Place(tmp_path, "r")
    assert place.take()
    place.leave()


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    place = Place(tmp_path, "r")
    place.write(CARD)
    assert Place.at(tmp_path, "r").card == CARD
    place.ended("finished")
    found = Place.at(tmp_path, "r").card
    assert found is not None
    assert (found.status, found.changes) == ("finished", ["requests=9"])
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_a_place_without_a_card_has_no_run(tmp_path: Path) -> None:
    assert Place.at(tmp_path, "r").card is None
    assert Place.at(tmp_path / "none", "r").card is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"id": 1}', '{"id": "a", "config": {}, "overrides": {}, "x": 1}']
)
def test_a_damaged_card_is_made_from_the_database_or_told(tmp_path: Path, text: str) -> None:
    folder = write_run(tmp_path, "r", everything(), id="one", config='{"seed": 1}', status="interrupted")
    (folder / "run.json").write_text(text)
    found = Place.at(folder, "r").card
    assert found is not None
    assert (found.id, found.config, found.status, found.recovered) == ("one", {"seed": 1}, "interrupted", True)
    Place(folder, "r").write(found)
    assert "recovered" not in (folder / "run.json").read_text()
    (folder / "run.json").write_text(text)
    (folder / "run.duckdb").write_text("no database")
    with pytest.raises(StorageError, match="card is damaged"):
        Place.at(folder, "r")


def test_cards_are_listed_newest_first_without_those_that_nobody_can_read(tmp_path: Path) -> None:
    import os

    for number, name in enumerate(("old", "sweep/0", "new")):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        Place(folder, name).write(Card(name, {}, {}))
        os.utime(folder / "run.json", (number, number))
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "run.json").write_text("{")
    assert [card.id for _, card in cards(tmp_path)] == ["new", "sweep/0", "old"]


def test_a_place_where_nobody_may_write_is_told() -> None:
    for act in (Place.take, lambda place: place.write(CARD)):
        with pytest.raises(StorageError, match="cannot be written to"):
            act(Place(Path("/proc/self/outputs"), "r"))
