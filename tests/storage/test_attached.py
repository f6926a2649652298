"""A database file that is opened for a moment again and again."""

from pathlib import Path

import duckdb
import pytest

from apigen.storage.attached import ROW_GROUP, AttachedFile


def numbers(path: Path) -> list[int]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return [row[0] for row in connection.execute("SELECT n FROM numbers ORDER BY n").fetchall()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "it's here"
    folder.mkdir()
    with duckdb.connect(str(folder / "a.duckdb")) as connection:
        connection.execute("CREATE TABLE numbers (n INTEGER)")
    return folder / "a.duckdb"


def test_others_may_read_between_two_openings(path: Path) -> None:
    file = AttachedFile(path, 1.0)
    for number in (1, 2):
        with file.opened() as connection:
            connection.execute("INSERT INTO numbers VALUES (?)", [number])
            with pytest.raises(duckdb.Error):
                numbers(path)
        assert numbers(path) == list(range(1, number + 1))


def test_groups_of_rows_stay_small_however_many_rows_there_are(path: Path) -> None:
    """A flush has a whole group in memory."""
    file = AttachedFile(path, 1.0)
    for _ in range(5):
        with file.opened() as connection:
            connection.execute("INSERT INTO numbers SELECT * FROM range(1500)")
    with duckdb.connect(str(path), read_only=True) as connection:
        sizes = connection.execute(
            "SELECT sum(count) FROM pragma_storage_info('numbers') WHERE segment_type = 'INTEGER' GROUP BY row_group_id"
        ).fetchall()
    assert sum(size for (size,) in sizes) == 7500
    assert max(size for (size,) in sizes) <= ROW_GROUP


def test_what_was_not_committed_before_an_error_is_undone_and_the_file_let_go(path: Path) -> None:
    file = AttachedFile(path, 1.0)
    with pytest.raises(duckdb.CatalogException), file.opened() as connection:
        connection.execute("BEGIN; INSERT INTO numbers VALUES (1); INSERT INTO nothing VALUES (1)")
    assert numbers(path) == []
    with file.opened() as connection:
        connection.execute("INSERT INTO numbers VALUES (2)")
    assert numbers(path) == [2]


def test_a_file_that_is_gone_is_not_made_anew(path: Path) -> None:
    file = AttachedFile(path, 1.0)
    path.unlink()
    with pytest.raises(FileNotFoundError, match="gone"), file.opened():
        pass
    assert not path.exists()


def test_a_reader_is_waited_for_no_longer_than_the_patience(path: Path) -> None:
    file = AttachedFile(path, 0.05)
    with (
        duckdb.connect(str(path), read_only=True),
        pytest.raises(duckdb.Error),
        file.opened(),
    ):
        pass
    with file.opened() as connection:
        connection.execute("INSERT INTO numbers VALUES (3)")
    assert numbers(path) == [3]
