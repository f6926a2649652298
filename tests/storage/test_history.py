"""What is read back of a run that goes on."""

from pathlib import Path

import pytest
from small_runs import everything, generation, good, rows, verdict, write_run

from apigen.errors import StorageError
from apigen.pipeline.rows import request_row, verdict_row
from apigen.reasons import Reason
from apigen.storage import Damaged, read_history
from apigen.storage.database import connect


def test_what_is_done_and_what_is_to_be_made_again(tmp_path: Path) -> None:
    history = read_history(write_run(tmp_path, "r", everything(), seconds=12.5, resumed=2) / "run.duckdb")
    assert history.begun
    assert set(history.done) == set(range(8))
    assert history.failed == {7: 0}
    (unjudged,) = history.unjudged[6]
    assert (unjudged.candidate, unjudged.retries) == (good(6, 2), 0)
    assert unjudged.reasons == {"semantic": "judge_unreadable"}
    assert unjudged.paid == {"semantic": (50, 5, 0.0)}
    assert (history.candidates, history.passed, history.resumed, history.seconds) == (9, 5, 2, 12.5)
    assert history.stages["semantic"] == {"passed": 5, "rejected": 1, "error": 1}


def test_what_was_spent(tmp_path: Path) -> None:
    path = write_run(tmp_path, "r", everything()) / "run.duckdb"
    history = read_history(path)
    assert (history.tokens, history.cost, history.sent) == (7 * 120 + 7 * 55, 0.0, 14)
    with connect(path) as connection:
        connection.execute("UPDATE requests SET cached = true WHERE request = 0")
        connection.execute("UPDATE runs SET sent = 99")
    history = read_history(path)
    assert history.tokens == 6 * 120 + 7 * 55, "another run paid for it"
    assert history.sent == 99, "attempts that failed were sent too"
    with connect(path) as connection:
        connection.execute("UPDATE requests SET cost = NULL WHERE request = 1")
    assert read_history(path).cost is None


def test_verified_entries_of_a_retry_are_known(tmp_path: Path) -> None:
    candidate, again = good(0), good(1)
    one, other = generation(0, candidate), generation(1, again)
    parts = [
        {"requests": [request_row(one)]}, rows(one, candidate, *(verdict(candidate, p) for p in range(3))),
        {"requests": [request_row(other, 1)]}, rows(other, again, *(verdict(again, p) for p in range(3))),
    ]  # fmt: skip
    history = read_history(write_run(tmp_path, "r", parts) / "run.duckdb")
    assert [(entry.id, entry.request, entry.first) for entry in history.verified()] == [
        ("000000-00", 0, True), ("000001-00", 1, False),
    ]  # fmt: skip
    (example,) = history.examples(["000000-00"]).values()
    assert (example.query, example.answers, example.depth) == (
        candidate.query,
        candidate.calls,
        one.prompt.sample.depth,
    )


def test_tries_of_judging_are_counted(tmp_path: Path) -> None:
    candidate = good(0)
    one = generation(0, candidate)
    part = rows(one, candidate)
    part["verdicts"] = [verdict_row(verdict(candidate, 2, "error", Reason.judge_unreadable), 3)]
    history = read_history(write_run(tmp_path, "r", [{"requests": [request_row(one)]}, part]) / "run.duckdb")
    assert history.unjudged[0][0].retries == 3


def test_a_database_without_its_run_has_not_begun(tmp_path: Path) -> None:
    path = write_run(tmp_path, "r", []) / "run.duckdb"
    with connect(path) as connection:
        connection.execute("DELETE FROM runs")
    assert not read_history(path).begun


def test_columns_that_an_older_version_lacks_are_made(tmp_path: Path) -> None:
    path = write_run(tmp_path, "r", everything()) / "run.duckdb"
    with connect(path) as connection:
        for view in ("run_costs", "costs", "stage_costs"):
            connection.execute(f"DROP VIEW IF EXISTS {view}")
        connection.execute("ALTER TABLE runs DROP COLUMN sent")
    assert read_history(path).sent == 14


@pytest.mark.parametrize("part", [0.0, 0.3, 0.5, 0.7, 0.95])
def test_a_file_that_is_cut_off_is_damaged(tmp_path: Path, part: float) -> None:
    path = write_run(tmp_path, "r", everything()) / "run.duckdb"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(Damaged, match="damaged"):
        read_history(path)


def test_a_flipped_bit_is_found_wherever_it_matters(tmp_path: Path) -> None:
    """In each block in turn; those that hold nothing are of no account."""
    path = write_run(tmp_path, "r", everything()) / "run.duckdb"
    whole, found = path.read_bytes(), 0
    expected = read_history(path)
    for block in range(3 * 4096, len(whole), 262_144):
        spoilt = bytearray(whole)
        spoilt[block + 100] ^= 1
        path.write_bytes(spoilt)
        try:
            assert read_history(path) == expected
        except Damaged:
            found += 1
    assert found > 0
    path.write_bytes(whole)
    assert read_history(path) == expected


def test_a_folder_in_its_place_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "run.duckdb").mkdir()
    with pytest.raises(StorageError):
        read_history(tmp_path / "run.duckdb")
