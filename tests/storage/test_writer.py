"""The writer: rows arrive unchanged, whatever is in them, whoever reads meanwhile, and whatever happens to the disk."""

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from apigen.errors import StorageError
from apigen.storage import Row, RunWriter
from apigen.storage.database import connect
from apigen.storage.reader import _attach
from apigen.storage.schema import TABLES


def candidate(number: int = 0, **changes: Any) -> dict[str, Any]:
    return {"candidate": f"c{number:05}", "request": number, "position": 0, "style": "simple"} | changes


def select(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with connect() as connection:
        _attach(connection, path, "r")
        connection.execute("USE r")
        rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
        return rows


def created(folder: Path, **settings: Any) -> RunWriter:
    writer = RunWriter(folder, "run-1", **settings)
    writer.create()
    return writer


def written(folder: Path, table: str, *rows: Row) -> Path:
    writer = created(folder)

    async def scenario() -> None:
        await writer.add({table: rows})
        await writer.flush()

    asyncio.run(scenario())
    return writer.path


def count(path: Path) -> int:
    return int(select(path, "SELECT count(*) FROM candidates")[0][0])


def test_one_thread_makes_all_flushes_and_ends_with_the_writer(tmp_path: Path) -> None:
    writer, threads = created(tmp_path), set()
    commit = writer._commit

    def noted(*arguments: Any) -> None:
        threads.add(threading.current_thread())
        commit(*arguments)

    writer._commit = noted  # type: ignore[method-assign]

    async def scenario() -> None:
        for number in range(8):
            await writer.add({"candidates": [{"candidate": str(number)}]})
            await asyncio.gather(writer.flush(), asyncio.to_thread(int))

    asyncio.run(scenario())
    writer.close()
    assert [thread.is_alive() for thread in threads] == [False]
    assert count(writer.path) == 8
    writer.update_run({"status": "finished"})  # as a run does that failed while it ended


def test_all_tables_exist_with_comments_on_every_column(tmp_path: Path) -> None:
    path = created(tmp_path).path
    found = select(path, "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'main'")
    comments = {(table, column): comment for table, column, comment in found}
    for table in TABLES:
        for column in table.columns:
            assert comments[table.name, column.name] == column.comment


def test_rows_carry_the_name_of_their_run_and_nulls_where_nothing_is_known(tmp_path: Path) -> None:
    path = written(tmp_path, "candidates", candidate())
    assert select(path, "SELECT run, candidate, query, calls FROM candidates") == [("run-1", "c00000", None, None)]


def test_typed_columns(tmp_path: Path) -> None:
    row = {
        "overrides": {"a.b": "1", "c": ""},
        "checkers": ["format"],
        "simulated": True,
        "started_at": "2024-01-31T10:00:00.5",
    }
    path = written(tmp_path, "runs", row)
    ((overrides, checkers, simulated, started),) = select(
        path, "SELECT overrides, checkers, simulated, started_at FROM runs"
    )
    assert (overrides, checkers, simulated) == ({"a.b": "1", "c": ""}, ["format"], True)
    assert started.isoformat() == "2024-01-31T10:00:00.500000"


NUMBERS = '{"n": 123456789012345678901234567890, "x": 0.12345678901234567890, "y": 1.0, "z": 1e400, "w": -0.0}'


@pytest.mark.parametrize("payload", [NUMBERS, '[{"b": 1, "a": 2}]', '"a\\u0000b"', "null", '{"a": "\\ud83d\\ude00 é"}'])
def test_json_payloads_stay_as_they_were_written(tmp_path: Path, payload: str) -> None:
    path = written(tmp_path, "candidates", candidate(calls=payload))
    assert select(path, "SELECT calls::VARCHAR FROM candidates") == [(payload,)]


@pytest.mark.parametrize(
    "text", ["", 'it\'s "quoted"; DROP TABLE runs; --', "a\r\nb\tc", "a\x00b", "𝄞 é 漢字 \u2028", "\\N", "NULL"]
)
def test_text_stays_as_it_was(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, "candidates", candidate(query=text, functions=[text, text]))
    assert select(path, "SELECT query, functions FROM candidates") == [(text, [text, text])]


def test_lone_surrogates_are_spelled_out(tmp_path: Path) -> None:
    path = written(tmp_path, "candidates", candidate(query="a\ud800b", functions=["\udfff"]))
    assert select(path, "SELECT query, functions FROM candidates") == [("a\\ud800b", ["\\udfff"])]


def test_ten_megabytes_of_text(tmp_path: Path) -> None:
    text = "ä0123456789" * 1_000_000
    path = written(tmp_path, "candidates", candidate(text=text), candidate(1, text="short"))
    assert select(path, "SELECT text = ?, length(text) FROM candidates".replace("?", "text")) == [
        (True, 11_000_000), (True, 5),
    ]  # fmt: skip
    assert select(path, "SELECT text FROM candidates WHERE request = 0")[0][0] == text


def test_rows_are_committed_by_number(tmp_path: Path) -> None:
    writer = created(tmp_path, every_rows=10, every_seconds=3600)

    async def scenario() -> list[int]:
        counts = []
        for number in range(25):
            await writer.add({"candidates": [candidate(number)]})
            counts.append(count(writer.path))
        return counts

    assert asyncio.run(scenario()) == [0] * 9 + [10] * 10 + [20] * 6


def test_rows_are_committed_by_time(tmp_path: Path) -> None:
    writer = created(tmp_path, every_seconds=0)

    async def scenario() -> int:
        await writer.add({"candidates": [candidate()]})
        return count(writer.path)

    assert asyncio.run(scenario()) == 1


def test_rows_do_not_wait_for_the_next_ones(tmp_path: Path) -> None:
    writer = created(tmp_path, every_seconds=0.05)

    async def scenario() -> int:
        await writer.flush()
        await writer.add({"candidates": [candidate()]})
        while not (found := await asyncio.to_thread(count, writer.path)):
            pass
        return found

    assert asyncio.run(asyncio.wait_for(scenario(), 60)) == 1


def test_rows_of_one_request_are_committed_together_and_in_order(tmp_path: Path) -> None:
    rows = [candidate(number) for number in range(1000)]
    path = written(tmp_path, "candidates", *rows)
    assert [request for (request,) in select(path, "SELECT request FROM candidates")] == list(range(1000))


def test_many_tasks_may_add_at_once(tmp_path: Path) -> None:
    writer = created(tmp_path, every_rows=7)

    async def scenario() -> None:
        await asyncio.gather(
            *(writer.add({"candidates": [candidate(i)], "verdicts": [{"candidate": "c"}]}) for i in range(100))
        )
        await writer.flush()

    asyncio.run(scenario())
    assert select(writer.path, "SELECT count(*), count(DISTINCT request) FROM candidates") == [(100, 100)]
    assert select(writer.path, "SELECT count(*) FROM verdicts") == [(100,)]


def test_a_flush_goes_on_if_the_one_who_waits_for_it_is_cancelled(tmp_path: Path) -> None:
    writer = created(tmp_path)

    async def scenario() -> None:
        await writer.add({"candidates": [candidate(number) for number in range(400)]})
        waiting = asyncio.create_task(writer.flush())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting.cancel()
        await writer.add({"candidates": [candidate(400)]})
        await writer.flush()

    asyncio.run(scenario())
    assert select(writer.path, "SELECT count(*), count(DISTINCT request) FROM candidates") == [(401, 401)]
    assert sorted(os.listdir(tmp_path)) == ["run.duckdb"]


def test_the_run_itself_is_updated(tmp_path: Path) -> None:
    path = written(tmp_path, "runs", {"status": "running"})
    writer = RunWriter(tmp_path, "run-1")
    writer.update_run({"status": "finished", "detail": "it's done"})
    assert select(path, "SELECT status, detail FROM runs") == [("finished", "it's done")]


def test_a_folder_that_holds_a_run_is_left_alone(tmp_path: Path) -> None:
    path = written(tmp_path, "candidates", candidate())
    with pytest.raises(StorageError, match="already") as caught:
        RunWriter(tmp_path, "run-2").create()
    assert "name=" in str(caught.value.remedy)
    assert count(path) == 1


def test_missing_folders_are_made(tmp_path: Path) -> None:
    assert created(tmp_path / "a" / "b").path.is_file()


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file")
    with pytest.raises(StorageError, match="cannot be written") as caught:
        created(tmp_path / "a" / "b")
    assert str(tmp_path) in str(caught.value.where)


def test_a_folder_that_vanished_is_told_and_the_rows_are_kept(tmp_path: Path) -> None:
    writer = created(tmp_path / "run")

    async def scenario() -> None:
        await writer.add({"candidates": [candidate()]})
        (tmp_path / "run").rename(tmp_path / "elsewhere")
        with pytest.raises(StorageError, match="is gone"):
            await writer.flush()
        (tmp_path / "elsewhere").rename(tmp_path / "run")
        await writer.add({"candidates": [candidate(1)]})
        await writer.flush()

    asyncio.run(scenario())
    assert count(writer.path) == 2


def test_a_row_that_does_not_fit_breaks_nothing_that_was_committed(tmp_path: Path) -> None:
    path = written(tmp_path, "candidates", candidate())
    writer = RunWriter(tmp_path, "run-1")

    async def scenario() -> None:
        await writer.add({"candidates": [candidate(1), candidate(2, calls="{no json")]})
        with pytest.raises(StorageError, match="cannot be written"):
            await writer.flush()

    asyncio.run(scenario())
    assert count(path) == 1


SUBPROCESS = """
import asyncio, sys, time
from pathlib import Path
from apigen.storage import RunWriter
from apigen.storage.database import connect
"""


def python(code: str, *arguments: Any, **settings: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SUBPROCESS + code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, **settings)


def test_a_flush_waits_for_a_reader_in_another_process(tmp_path: Path) -> None:
    writer = created(tmp_path)
    reader = python("with connect(sys.argv[1], read_only=True) as c: print('open', flush=True); input()", writer.path)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "open\n"

    async def scenario() -> None:
        await writer.add({"candidates": [candidate()]})
        flush = asyncio.create_task(writer.flush())
        await asyncio.sleep(0.1)
        assert not flush.done()
        await asyncio.to_thread(reader.communicate, "\n")
        await flush

    asyncio.run(scenario())
    assert count(writer.path) == 1


def test_a_flush_waits_for_a_reader_in_its_own_process(tmp_path: Path) -> None:
    writer = created(tmp_path)

    async def scenario() -> None:
        await writer.add({"candidates": [candidate()]})
        with connect() as reader:
            reader.execute(f"ATTACH '{writer.path}' AS r (READ_ONLY)")
            flush = asyncio.create_task(writer.flush())
            await asyncio.sleep(0.1)
            assert not flush.done()
        await flush

    asyncio.run(scenario())
    assert count(writer.path) == 1


def test_patience_with_readers_ends(tmp_path: Path) -> None:
    writer = created(tmp_path, patience=0)
    reader = python("with connect(sys.argv[1], read_only=True) as c: print('open', flush=True); input()", writer.path)
    assert reader.stdout is not None
    reader.stdout.readline()

    async def scenario() -> None:
        await writer.add({"candidates": [candidate()]})
        with pytest.raises(StorageError, match="lock"):
            await writer.flush()
        reader.communicate("\n")
        await writer.flush()

    asyncio.run(scenario())
    assert count(writer.path) == 1


WRITES_FOR_EVER = """
writer = RunWriter(Path(sys.argv[1]), "run-1", every_rows=20)
writer.create()
async def main():
    for n in range(10**6):
        rows = [{"candidate": f"{n}-{i}", "request": n, "text": "x" * 2000} for i in range(4)]
        await writer.add({"candidates": rows})
        print(n, flush=True)
asyncio.run(main())
"""


def test_a_writer_that_is_killed_leaves_whole_requests(tmp_path: Path) -> None:
    process = python(WRITES_FOR_EVER, tmp_path)
    assert process.stdout is not None
    seen = -1
    while seen < 60:
        seen = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.communicate()
    rows = select(tmp_path / "run.duckdb", "SELECT request, count(*) FROM candidates GROUP BY request ORDER BY request")
    assert rows == [(number, 4) for number in range(len(rows))]
    assert len(rows) >= 55
    with connect(tmp_path / "run.duckdb") as connection:
        connection.execute("INSERT INTO candidates (run) VALUES ('after')")


FILLS_THE_DISK = """
import json
from apigen.errors import StorageError
writer = RunWriter(Path(sys.argv[1]), "run-1", every_rows=50)
writer.create()
committed = 0
async def main():
    global committed
    for n in range(400):
        await writer.add({"candidates": [{"candidate": f"{n}", "request": n, "text": str(hash(str(n))) * 500}]})
        if (n + 1) % 50 == 0:
            committed = n + 1
try:
    asyncio.run(main())
except StorageError as error:
    print(json.dumps({"committed": committed, "error": str(error)}), flush=True)
"""


def test_a_full_disk_is_told_and_what_was_committed_is_whole(tmp_path: Path) -> None:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_200_000, 2_200_000))

    process = python(FILLS_THE_DISK, tmp_path, preexec_fn=limit)
    report = json.loads(process.communicate()[0])
    assert "cannot be written" in report["error"]
    assert "free space" in report["error"]
    assert 0 < report["committed"] < 400
    assert count(tmp_path / "run.duckdb") == report["committed"]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no /proc")
def test_a_place_where_nobody_may_write_is_told() -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        created(Path("/proc/self/outputs"))


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="cannot be written"):
        created(tmp_path)


def test_nothing_is_left_beside_the_database(tmp_path: Path) -> None:
    written(tmp_path, "candidates", candidate())
    assert os.listdir(tmp_path) == ["run.duckdb"]


def test_the_file_is_free_once_a_flush_is_done(tmp_path: Path) -> None:
    path = written(tmp_path, "candidates", candidate())
    with connect(path) as connection:
        connection.execute("DELETE FROM candidates")
    assert count(path) == 0
