"""`apigen sql`."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from small_runs import BIG, RUN, SWEEP, write_run

from apigen.cli import main

PEAK = """
import resource, sys
from apigen.cli import main
code = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(code)
"""


def sql(outputs: Path, *arguments: str) -> int:
    return main(["sql", *arguments, "--outputs", str(outputs)])


def test_table_by_default(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sql(outputs, f"SELECT stage, judged, pass_rate FROM funnel WHERE run = '{RUN}'") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["stage", "judged", "pass_rate"]
    assert lines[2].split() == ["format", "9", "0.888889"]
    assert lines[-1] == "3 rows"


def test_a_wide_result_is_shown_row_by_row(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sql(outputs, "SELECT * FROM entries ORDER BY length(query) DESC", "--limit", "2") == 0
    told = capsys.readouterr().out
    assert "── row 1 ──" in told
    assert "red [red]markup[/red] a|b second line" in told
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) <= 120


def test_at_most_a_thousand_rows_are_printed(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sql(outputs, "SELECT range AS n FROM range(1500)") == 0
    told = capsys.readouterr().out
    assert "1,500 rows (the first 1,000 are shown" in told
    assert len(told.splitlines()) == 1000 + 3


def test_empty_results_say_so(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sql(outputs, "SELECT run, status FROM runs WHERE false") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "0 rows"


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_columns_are_json_and_integers_exact(outputs: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    query = f"SELECT id, tools, answers, results, parents FROM entries WHERE run = '{RUN}'"
    assert sql(outputs, query, "--format", form) == 0
    text = capsys.readouterr().out
    rows = json.loads(text) if form == "json" else [json.loads(line) for line in text.splitlines()]
    assert len(rows) == 5
    assert rows[1]["answers"] == [{"name": "add", "arguments": {"a": 1, "b": BIG}}]
    assert rows[0]["results"] == [{"sum": BIG, "rate": 0.1}]
    assert rows[0]["tools"][0]["parameters"]["required"] == ["a", "b"]


def test_runs_can_be_picked(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "SELECT DISTINCT run FROM runs ORDER BY run"
    for arguments, runs in (
        ((query,), [f"{SWEEP}/0", f"{SWEEP}/1", RUN]),
        ((query, "--run", RUN), [RUN]),
        ((query, "--run", RUN, f"{SWEEP}/1"), [f"{SWEEP}/1", RUN]),
        (("--run", RUN, "--run", SWEEP, query), [f"{SWEEP}/0", f"{SWEEP}/1", RUN]),
    ):
        assert sql(outputs, *arguments, "--format", "csv") == 0
        assert capsys.readouterr().out.splitlines()[1:] == runs


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.jsonl", "x.ndjson", "x.parquet", "x.txt"])
def test_files_by_their_ending(outputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    target = tmp_path / name
    target.write_text("old")
    assert sql(outputs, "SELECT id, query, answers FROM entries;", "--out", str(target)) == 0
    assert f"11 rows written to {target}" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    if name == "x.parquet":
        import duckdb

        assert duckdb.sql(f"SELECT count(*), any_value(answers) FROM '{target}'").fetchall()[0][0] == 11
    else:
        assert target.read_text("utf-8") != "old"
        assert (str(BIG) if name != "x.txt" else "000004-00") in target.read_text("utf-8")


def test_parquet_takes_a_limit_and_tells_mistakes(
    outputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "x.parquet"
    assert sql(outputs, "SELECT * FROM entries -- all", "--out", str(target), "--limit", "3") == 0
    assert "3 rows written" in capsys.readouterr().err
    target.unlink()
    assert sql(outputs, "SELECT nope FROM entries", "--out", str(target)) == 2
    assert 'Referenced column "nope" not found' in capsys.readouterr().err
    assert sql(outputs, "SELECT 1; SELECT 2", "--out", str(target)) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_failed_query_leaves_the_file_as_it_was(outputs: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    target.write_text("old")
    assert sql(outputs, "SELECT nope FROM entries", "--out", str(target)) == 2
    assert target.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("nowhere/x.csv", "There is no folder"),
        (".", "is a folder"),
        ("x", "names no format"),
        ("x.xlsx", "names no format"),
    ],
)
def test_places_that_cannot_be_written(
    outputs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    out: str,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    form = ["--format", "csv"] if out == "." else []
    assert sql(outputs, "SELECT 1", "--out", out, *form) == 2
    assert told in capsys.readouterr().err


def test_the_database_of_a_run_is_not_replaced(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = outputs / RUN / "run.duckdb"
    before = target.read_bytes()
    assert sql(outputs, "SELECT 1", "--format", "csv", "--out", str(target)) == 2
    assert "would replace the database of a run" in capsys.readouterr().err
    assert target.read_bytes() == before


def test_a_folder_without_the_right_to_write(outputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert sql(outputs, "SELECT 1", "--out", str(tmp_path / "x.csv")) == 2
    assert "cannot be written" in capsys.readouterr().err
    tmp_path.chmod(stat.S_IRWXU)


def test_a_device_is_written_to_and_not_replaced(outputs: Path) -> None:
    assert sql(outputs, "SELECT 1", "--format", "csv", "--out", "/dev/null") == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "FROM '/etc/passwd'",
        "SELECT * FROM 'http://127.0.0.1:1/x.csv'",
        "COPY (SELECT 1) TO 'made.csv'",
        "ATTACH 'made.db'",
        "DETACH r0",
        "INSERT INTO runs (run) VALUES ('x')",
        "DELETE FROM r0.runs",
        "CREATE TABLE made AS SELECT 1",
        "DROP VIEW runs",
        "SET threads = 1",
        "PRAGMA version",
        "INSTALL httpfs",
        "LOAD httpfs",
        "EXPORT DATABASE 'made'",
        "CALL pragma_version()",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP VIEW runs",
        "EXPLAIN ANALYZE DELETE FROM r0.runs",
        "",
        "-- nothing",
        "SELEC 1",
        "SELECT nope FROM runs",
        "SELECT now()",
    ],
)
def test_what_does_not_read_is_refused(
    outputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], query: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sql(outputs, query) == 2
    told = capsys.readouterr()
    assert told.err.startswith("apigen sql: ")
    assert "Traceback" not in told.err
    assert told.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "query",
    [
        "select 1 as a -- end",
        "with x as (select 1) from x;",
        "describe runs",
        "summarize runs",
        "explain select 1",
        "pivot outcomes on stage using count(*) group by run",
        "values (1), (2)",
    ],
)
def test_what_reads_is_answered(outputs: Path, capsys: pytest.CaptureFixture[str], query: str) -> None:
    assert sql(outputs, query) == 0
    assert capsys.readouterr().out


def test_without_a_query_it_tells_what_there_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sql(tmp_path) == 0
    told = capsys.readouterr().out
    for name in ("entries (view)", "funnel (view)", "runs", "verdicts", "TIMESTAMP", "Reason code", "examples"):
        assert name in told


def test_query_from_the_standard_input(
    outputs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT 41 + 1 AS n\n"))
    assert sql(outputs, "-", "--format", "jsonl") == 0
    assert capsys.readouterr().out == '{"n": 42}\n'


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("SELECT 1", "--format", "xml"), "invalid choice"),
        (("SELECT 1", "--limit", "-1"), "whole number from 1 up"),
        (("SELECT 1", "--limit", "x"), "whole number from 1 up"),
        (("SELECT 1", "SELECT 2"), "Unrecognized arguments"),
        (("SELECT 1", "--fromat", "csv"), "Unrecognized arguments"),
        (("SELECT 1", "--format", "parquet"), "needs a file"),
        (("SELECT 1", "--run", "nope"), "no run called `nope`"),
    ],
)
def test_mistakes_are_told_in_one_message(
    outputs: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert sql(outputs, *arguments) == 2
    assert told in capsys.readouterr().err


def test_no_runs_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sql(tmp_path / "none", "SELECT 1") == 2
    assert "There is no run in" in capsys.readouterr().err


def test_a_damaged_run_is_named_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path, "good-1", [])
    (tmp_path / "bad-1").mkdir()
    (tmp_path / "bad-1" / "run.duckdb").write_bytes(b"no database")
    assert sql(tmp_path, "SELECT run FROM runs", "--format", "csv") == 0
    told = capsys.readouterr()
    assert told.out.splitlines() == ["run", "good-1"]
    assert "note: bad-1 cannot be read" in told.err


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "--help"]) == 0
    assert "apigen sql - < query.sql" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_large_results_are_never_held_as_a_whole(outputs: Path, tmp_path: Path, form: str) -> None:
    """A hundred times as many rows take no more memory; each run in a process of its own, which tells its peak."""
    peaks = []
    for rows in (3_000, 300_000):
        target = tmp_path / f"{rows}.{form}"
        query = f"SELECT range AS n, repeat('x', 500) AS text FROM range({rows})"
        told = subprocess.run(
            [sys.executable, "-c", PEAK, "sql", query, "--out", str(target), "--outputs", str(outputs)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        peaks.append(int(told.stdout.split()[-1]))
        assert target.read_text().count("x" * 500) == rows
    assert peaks[1] - peaks[0] < 100_000, peaks  # KB; the rows themselves are 150,000


def test_mistakes_that_show_in_a_late_row_leave_no_file(
    outputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    query = "SELECT CASE WHEN range = 9000 THEN error('late') ELSE range::VARCHAR END AS n FROM range(10000)"
    for target in (["--out", str(tmp_path / "a.csv")], []):
        assert sql(outputs, query, "--format", "csv", *target) == 2
        told = capsys.readouterr()
        assert "late" in told.err
        assert told.out == ""
    assert not (tmp_path / "a.csv").exists()


def test_the_runs_are_let_go_before_the_output_is_waited_for(outputs: Path) -> None:
    """Whoever reads the output may stop for long (a pager); the runs can be written to meanwhile."""
    query = "SELECT repeat('x', 1000) AS text FROM range(5000)"
    process = subprocess.Popen(
        [sys.executable, "-m", "apigen", "sql", query, "--format", "csv", "--outputs", str(outputs)],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.read(5) == b"text\n"  # it has begun, and most of it does not fit into the pipe
        with duckdb.connect(str(next(outputs.rglob("run.duckdb")))) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS writable (a INTEGER)")
            connection.execute("DROP TABLE writable")
        assert process.poll() is None
    finally:
        process.stdout.close()
        process.wait()
