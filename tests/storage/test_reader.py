"""SQL over runs: all of them united, read-only, with what cannot be read named and set aside."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from apigen.errors import StorageError, UserError
from apigen.storage import RunWriter, newest_run, open_runs, run_folders, run_name
from apigen.storage.database import connect


def run(outputs: Path, name: str, *candidates: str) -> Path:
    """A run called `name` with these candidates."""
    writer = RunWriter(outputs / name, name)
    writer.create()

    async def write() -> None:
        await writer.add({"runs": [{"name": name, "status": "finished", "checkers": []}]})
        await writer.add({"candidates": [{"candidate": c, "style": "simple"} for c in candidates]})
        await writer.flush()

    asyncio.run(write())
    return writer.path


def rows(outputs: Path, sql: str, **settings: Any) -> list[tuple[Any, ...]]:
    with open_runs(outputs, **settings) as reader:
        return reader.query(sql).rows


@pytest.fixture(scope="module")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder with one run, which nobody may change."""
    outputs = tmp_path_factory.mktemp("outputs")
    run(outputs, "a", "1")
    return outputs


ALL = "SELECT run, candidate FROM candidates ORDER BY ALL"


def test_all_runs_are_united(tmp_path: Path) -> None:
    run(tmp_path, "a", "1", "2")
    run(tmp_path, "b", "1")
    assert rows(tmp_path, ALL) == [("a", "1"), ("a", "2"), ("b", "1")]
    assert rows(tmp_path, "SELECT run, count(*) FROM entries GROUP BY ALL ORDER BY ALL") == []
    assert rows(tmp_path, "SELECT run, outcome, count(*) FROM outcomes GROUP BY ALL ORDER BY ALL") == [
        ("a", "passed", 2), ("b", "passed", 1),
    ]  # fmt: skip


def test_what_does_not_fit_into_the_memory_given_is_spilled_and_nothing_left_of_it(tmp_path: Path) -> None:
    run(tmp_path, "a", "1", "2")
    big = "SELECT count(*) FROM (SELECT DISTINCT md5(i::VARCHAR) || repeat('x', 400) FROM range(200000) t(i))"
    assert rows(tmp_path, big, memory="48MB") == [(200_000,)]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    with pytest.raises(UserError, match="Out of Memory"):
        rows(tmp_path, big, memory="1MB")


def test_runs_of_a_sweep_are_chosen_together_or_one_by_one(tmp_path: Path) -> None:
    run(tmp_path, "sweep/0", "x")
    run(tmp_path, "sweep/1", "y")
    run(tmp_path, "sweeper", "z")
    assert rows(tmp_path, ALL, only=["sweep"]) == [("sweep/0", "x"), ("sweep/1", "y")]
    assert rows(tmp_path, ALL, only=["sweep/1"]) == [("sweep/1", "y")]
    assert rows(tmp_path, ALL, only=["sweep", "sweep/1", "sweeper"])[-1] == ("sweeper", "z")
    assert len(rows(tmp_path, ALL, only=["sweep", "sweep/1"])) == 2


def test_a_copied_run_is_a_run_of_its_own(tmp_path: Path) -> None:
    run(tmp_path, "a", "1")
    shutil.copytree(tmp_path / "a", tmp_path / "kept" / "a-copy")
    assert rows(tmp_path, ALL) == [("a", "1"), ("kept/a-copy", "1")]
    assert len(rows(tmp_path, "SELECT * FROM outcomes")) == 2


def test_the_output_folder_may_be_a_run_itself(tmp_path: Path) -> None:
    run(tmp_path, "a", "1")
    assert rows(tmp_path / "a", ALL) == [("a", "1")]


def test_names_of_runs(tmp_path: Path) -> None:
    assert run_name(tmp_path / "a" / "0", tmp_path) == "a/0"
    assert run_name(tmp_path, tmp_path / "elsewhere") == tmp_path.name


def test_the_newest_run_is_the_one_written_to_last(tmp_path: Path) -> None:
    assert newest_run(tmp_path) is None
    run(tmp_path, "b")
    run(tmp_path, "a")
    assert newest_run(tmp_path) == "a"
    assert [folder.name for folder in run_folders(tmp_path)] == ["a", "b"]


def test_folders_with_odd_names_are_no_trouble(tmp_path: Path) -> None:
    run(tmp_path / "it's; --", "a b", "1")
    assert rows(tmp_path / "it's; --", ALL) == [("a b", "1")]
    assert rows(tmp_path, ALL) == [("it's; --/a b", "1")]


def test_no_run_at_all_says_how_to_make_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(StorageError, match="There is no run in") as caught, open_runs(folder):
            pass
        assert "experiment=quickstart" in str(caught.value.remedy)


def test_an_unknown_run_is_named_with_the_newest(tmp_path: Path) -> None:
    run(tmp_path, "a")
    with pytest.raises(StorageError, match="no run called `b`") as caught, open_runs(tmp_path, only=["b"]):
        pass
    assert "the newest is a" in str(caught.value.remedy)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 AS n",
        "select 1;",
        "-- a comment\nSELECT 1 -- another",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "FROM candidates",
        "VALUES (1)",
        "DESCRIBE entries",
        "SUMMARIZE candidates",
        "SHOW TABLES",
        "EXPLAIN SELECT 1",
        "PIVOT outcomes ON outcome USING count(*) GROUP BY run",
    ],
)
def test_statements_that_read_are_allowed(one_run: Path, sql: str) -> None:
    assert rows(one_run, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "",
        ";",
        "-- nothing",
        "SELECT 1; SELECT 2",
        "DELETE FROM candidates",
        "DROP TABLE r0.candidates",
        "INSERT INTO r0.candidates (run) VALUES ('x')",
        "UPDATE r0.runs SET status = 'x'",
        "CREATE TABLE t (a INTEGER)",
        "SET threads = 1",
        "RESET enable_external_access",
        "PRAGMA version",
        "CALL pragma_version()",
        "ATTACH 'x.db'",
        "DETACH r0",
        "COPY (SELECT 1) TO 'x.csv'",
        "EXPORT DATABASE 'x'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "BEGIN",
        "CHECKPOINT",
        "EXPLAIN ANALYZE INSERT INTO r0.candidates (run) VALUES ('x')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/hostname'",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM no_such_table",
        "SELEC 1",
    ],
)
def test_everything_else_is_refused_with_advice(one_run: Path, sql: str) -> None:
    before = (one_run / "a" / "run.duckdb").read_bytes()
    with pytest.raises(UserError) as caught, open_runs(one_run) as reader:
        reader.query(sql)
    assert caught.value.remedy
    assert (one_run / "a" / "run.duckdb").read_bytes() == before
    assert [file.name for file in one_run.rglob("*") if file.is_file()] == ["run.duckdb"]


def test_parameters(tmp_path: Path) -> None:
    run(tmp_path, "a", "1", "2")
    with open_runs(tmp_path) as reader:
        result = reader.query("SELECT candidate AS id, 1.5::DOUBLE AS x FROM candidates WHERE candidate = ?", ["2"])
    assert result[:3] == (("id", "x"), ("VARCHAR", "DOUBLE"), [("2", 1.5)])


def test_a_result_is_written_to_the_one_file_that_was_named(tmp_path: Path) -> None:
    run(tmp_path / "o", "a", "1", "2")
    target = tmp_path / "it's.parquet"
    with open_runs(tmp_path / "o", writable=target) as reader:
        assert reader.copy("SELECT *, 'é; -- x' AS y FROM candidates; -- all", target, "parquet") == 2
        with pytest.raises(UserError):
            reader.copy("SELECT 1", tmp_path / "other.parquet", "parquet")
    with connect() as connection:
        assert connection.execute("SELECT count(*) FROM read_parquet(?)", [str(target)]).fetchall() == [(2,)]


def test_a_damaged_file_is_named_and_set_aside(tmp_path: Path) -> None:
    run(tmp_path, "good", "1")
    for number, damage in enumerate([b"", b"no database at all", run(tmp_path, "x", "1").read_bytes()[:9000]]):
        folder = tmp_path / f"bad{number}"
        folder.mkdir()
        (folder / "run.duckdb").write_bytes(damage)
    shutil.rmtree(tmp_path / "x")
    with open_runs(tmp_path) as reader:
        assert reader.query(ALL).rows == [("good", "1")]
        assert [skipped.run for skipped in reader.skipped] == ["bad0", "bad1", "bad2"]
        assert all(skipped.detail for skipped in reader.skipped)


def test_nothing_but_damaged_files_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "run.duckdb").write_bytes(b"no database at all")
    with pytest.raises(StorageError, match="No run can be read"), open_runs(tmp_path):
        pass


def test_what_an_older_database_lacks_is_empty(tmp_path: Path) -> None:
    run(tmp_path, "new", "1")
    old = run(tmp_path, "old", "1")
    with connect(old) as connection:
        for view in ("entries", "reasons", "coverage", "costs", "checker_accuracy", "funnel", "outcomes"):
            connection.execute(f"DROP VIEW {view}")
        connection.execute("ALTER TABLE candidates DROP COLUMN injected")
        connection.execute("ALTER TABLE candidates ADD COLUMN mood VARCHAR")
        connection.execute("DROP TABLE executions")
    assert rows(tmp_path, "SELECT run, injected FROM candidates ORDER BY run") == [("new", None), ("old", None)]
    assert rows(tmp_path, "SELECT count(*) FROM executions") == [(0,)]
    assert rows(tmp_path, "SELECT run, outcome FROM outcomes ORDER BY run") == [("new", "passed"), ("old", "passed")]


def test_a_reader_waits_for_a_writer(tmp_path: Path) -> None:
    path = run(tmp_path, "a", "1")

    async def scenario() -> list[tuple[Any, ...]]:
        with connect(path) as writing:
            reading = asyncio.create_task(asyncio.to_thread(rows, tmp_path, ALL))
            writing.execute("INSERT INTO candidates (run, candidate) VALUES ('a', '2')")
            await asyncio.sleep(0.1)
            assert not reading.done()
        return await reading

    assert asyncio.run(scenario()) == [("a", "1"), ("a", "2")]


def test_comments_tell_what_tables_and_views_mean(tmp_path: Path) -> None:
    run(tmp_path, "a")
    with connect(tmp_path / "a" / "run.duckdb", read_only=True) as connection:
        views = connection.execute("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall()
    assert {"entries", "funnel", "outcomes"} <= {name for name, _ in views}
    assert all(comment for _, comment in views)
