"""Jobs of a sweep that run at once, over one cache and one folder, while somebody asks what is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from offline_server import OfflineServer
from resumed_runs import FUNCTIONS, called, query, rows, runs, settings, started, status

PLAN = [
    "requests=20", "concurrency=4", "sampling.examples.update=false",
    "source=python", "sources.python.path=functions.py",
]  # fmt: skip
CHECKERS = ["[format]", "[format,execution]", "[format,semantic]", "[format,execution,semantic]"]


@pytest.fixture
def server() -> Iterator[OfflineServer]:
    server = OfflineServer(latency=0.1, jitter=0.2)
    yield server
    server.stop()


def test_four_at_once_ask_each_question_once(tmp_path: Path, server: OfflineServer) -> None:
    (tmp_path / "functions.py").write_text(FUNCTIONS)
    (tmp_path / "outputs").mkdir()
    processes = [
        started(tmp_path, "generate", *settings(server, *PLAN, f"checker={checkers}")) for checkers in CHECKERS
    ]
    asked = 0
    while any(process.poll() is None for process in processes):
        if list(tmp_path.glob("outputs/*/run.duckdb")):
            called(tmp_path, "sql", "SELECT run, count(*) FROM entries GROUP BY ALL", code=0)
            asked += 1
    for process in processes:
        out, err = process.communicate()
        assert process.returncode == 0, out + err
        assert "Traceback" not in err
    assert asked > 3
    made = runs(tmp_path)
    assert [status(run) for run in made] == ["finished"] * 4
    stats = server.stats()
    assert stats["tasks"]["pairs"] == 20
    assert stats["repeated"] == 0
    candidates = [rows(run)["candidates"] for run in made]
    assert len(candidates[0]) > 20
    assert all(one == candidates[0] for one in candidates)
    paid = [query(run, "SELECT request FROM requests WHERE NOT cached ORDER BY ALL") for run in made]
    assert sorted(request for one in paid for (request,) in one) == list(range(20)), "each was paid for by one run"
    shown = {tuple(checkers) for run in made for (checkers,) in query(run, "SELECT checkers FROM runs")}
    assert len(shown) == 4
