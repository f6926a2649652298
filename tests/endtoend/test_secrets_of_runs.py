"""After every kind of run a search for the keys finds nothing, in no spelling: files, cache, cassettes, screen."""

import sqlite3
from pathlib import Path

import pytest
from offline_server import OfflineServer, spellings
from resumed_runs import called, generated, place, query, ran, settings, started, the_run

KEY = 'canary/+"0f1e2d3c4b5a69788796'
HEADER = "other&canary=77665544332211"
PLAN = [
    "requests=10", "concurrency=4", "source=python", "sources.python.path=functions.py", "execution.mode=record",
    "model.retries=1", "model.api_key='${oc.env:CANARY}'", "+model.headers.X-Api-Key='${oc.env:OTHER}'",
]  # fmt: skip
SECRETS = {"CANARY": KEY, "OTHER": HEADER}


@pytest.fixture(autouse=True)
def quick_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apigen.llm.retry.FIRST_WAIT", 0.02)


def nowhere(folder: Path, told: str) -> None:
    """Neither key is in what was shown, nor in any file below `folder`, nor in the answers in the cache."""
    exported = folder / "exported.jsonl"
    if list((folder / "cache").glob("*")):
        told += called(folder, "cache", "export", str(exported), **SECRETS)
        assert exported.stat().st_size > 0 or "0 " in told
    forms = [form.encode() for key in (KEY, HEADER) for form in spellings(key)]
    assert not [form for form in forms if form in told.encode()]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "run.duckdb" for path in files)
    for path in files:
        whole = path.read_bytes()
        assert not [form for form in forms if form in whole], path
    run = the_run(folder)
    for table in ("runs", "requests", "candidates", "verdicts", "executions", "apis"):
        text = str(query(run, f"SELECT * FROM {table}")).encode()
        assert not [form for form in forms if form in text], table


KINDS = {
    "fine": ({"answer_echoes_key": True}, 0),
    "errors": ({"echo_key": True, "server_error": 0.4, "rate_limit": 0.2, "bad_request": 0.2}, 0),
    "refused": ({"echo_key": True, "unauthorized": 1.0}, 2),
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_is_left_anywhere(tmp_path: Path, server: OfflineServer, kind: str) -> None:
    behaviour, code = KINDS[kind]
    folder = place(tmp_path / "run")
    server.forget(**behaviour)
    told = generated(folder, server, *PLAN, code=code, **SECRETS)
    assert server.stats()["requests"] > 0
    nowhere(folder, told)
    if kind == "errors":
        assert query(the_run(folder), "SELECT count(*) > 0 FROM requests WHERE detail LIKE '%[secret]%'") == [(True,)]
        server.behave(echo_key=True, answer_echoes_key=True)
        told += called(folder, "generate", f"resume={the_run(folder).name}", **SECRETS)
        for verb in (["runs"], ["show"], ["show", "--rejected"], ["costs"], ["sql", "SELECT * FROM requests"]):
            told += called(folder, *verb, **SECRETS)
        nowhere(folder, told)


def test_no_key_is_left_by_a_run_that_was_killed_and_one_that_was_stopped(
    tmp_path: Path, server: OfflineServer
) -> None:
    folder = place(tmp_path / "run")
    server.forget(latency=0.3, answer_echoes_key=True)
    process = started(folder, "generate", *settings(server, *PLAN), **SECRETS)
    while process.poll() is None and server.stats()["answered"] < 8:
        pass
    process.kill()
    out, err = process.communicate()
    nowhere(folder, out + err)
    told = ran(folder, "generate", f"resume={the_run(folder).name}", "budget.max_requests=20", **SECRETS)
    assert query(the_run(folder), "SELECT status FROM runs") == [("stopped",)]
    nowhere(folder, told)


def test_what_the_cache_keeps_can_be_read(tmp_path: Path, server: OfflineServer) -> None:
    """Or the searches above would find nothing in it whatever it held."""
    server.forget(answer_echoes_key=True)
    folder = place(tmp_path / "run")
    generated(folder, server, *PLAN, **SECRETS)
    called(folder, "cache", "export", "exported.jsonl", **SECRETS)
    assert "Your key is [secret]" in (folder / "exported.jsonl").read_text()
    (file,) = (path for path in (folder / "cache").iterdir() if path.read_bytes().startswith(b"SQLite format 3"))
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM answers").fetchone()[0] > 10
    connection.close()
