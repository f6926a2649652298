"""Budgets stop a run cleanly, and a larger one brings it to the end that it would have had; targets and faults too."""

from pathlib import Path
from typing import Any

import pytest
from offline_server import OfflineServer
from resumed_runs import FUNCTIONS, called, differences, generated, query, rows, status, the_run

CONCURRENCY = 4
PRICED = ["model.price_per_million_input=1000", "model.price_per_million_output=1000"]
"""A thousandth of a dollar for each token."""
PLAN = [
    "requests=20", f"concurrency={CONCURRENCY}", "lag=5", "source=python", "sources.python.path=library",
    "model.retries=8", *PRICED,
]  # fmt: skip
BROKEN = '''
CATEGORY = "Broken"


def always_fails(number: int) -> int:
    """Halve a whole number.

    Args:
        number: The number.

    Examples:
        >>> always_fails(4)
        2
    """
    raise RuntimeError("out of order")
'''


@pytest.fixture(autouse=True)
def quick_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apigen.llm.retry.FIRST_WAIT", 0.02)


def place(folder: Path) -> Path:
    (folder / "library").mkdir(parents=True)
    (folder / "library" / "texts.py").write_text(f'CATEGORY = "Text"\n{FUNCTIONS}')
    (folder / "library" / "broken.py").write_text(BROKEN)
    return folder


@pytest.fixture(scope="module")
def unlimited(server: OfflineServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = place(tmp_path_factory.mktemp("unlimited") / "run")
    server.forget()
    generated(folder, server, *PLAN)
    return the_run(folder), server.stats()


def spent(run: Path) -> tuple[float, int]:
    """US dollars and tokens, as they stand in the rows of a run."""
    return query(
        run,
        "SELECT sum(cost), sum(prompt_tokens + completion_tokens)::BIGINT FROM (SELECT cost, prompt_tokens,"
        " completion_tokens FROM requests UNION ALL SELECT cost, prompt_tokens, completion_tokens FROM verdicts)",
    )[0]


@pytest.mark.parametrize("name", ["max_cost", "max_tokens", "max_requests", "max_minutes"])
def test_a_budget_stops_the_run_and_a_larger_one_ends_it(
    tmp_path: Path, server: OfflineServer, unlimited: tuple[Path, dict[str, Any]], name: str
) -> None:
    whole, stats = unlimited
    half = {
        "max_cost": stats["tokens"] / 1000 / 2,
        "max_tokens": stats["tokens"] // 2,
        "max_requests": stats["requests"] // 2,
        "max_minutes": 0.03,
    }[name]
    folder = place(tmp_path / "run")
    server.forget(latency=0.5 if name == "max_minutes" else 0.02)
    told = generated(folder, server, *PLAN, f"budget.{name}={half}")
    run, now = the_run(folder), server.stats()
    assert status(run) == "stopped"
    assert "stopped" in told
    detail, sent, seconds = query(run, "SELECT detail, sent, seconds FROM runs")[0]
    assert detail.startswith(f"budget.{name} of"), detail
    assert sent == now["requests"]
    assert 0 < now["requests"] < stats["requests"]
    in_flight = CONCURRENCY * stats["most_tokens"]
    if name in ("max_cost", "max_tokens"):
        limit = stats["tokens"] // 2
        assert limit <= now["tokens"] <= limit + in_flight
    elif name == "max_requests":
        assert now["requests"] == half
    else:
        assert seconds >= 60 * half
    cost, tokens = spent(run)
    assert cost == pytest.approx(tokens / 1000)
    assert not query(run, "SELECT * FROM verdicts WHERE outcome = 'error'"), "nothing is half judged"

    server.behave()
    told = called(folder, "generate", f"resume={run.name}", f"budget.{name}={half * 1000}")
    assert status(run) == "finished", told
    assert not differences(rows(whole), rows(run))
    assert server.stats()["repeated"] == 0
    assert spent(run) == pytest.approx(spent(whole)), "what was paid before the stop counts, and once"
    assert query(run, "SELECT sent, resumed, detail FROM runs") == [(stats["requests"], 1, None)]
    assert query(run, "SELECT DISTINCT cached FROM requests") == [(False,)]


def test_failed_attempts_count(tmp_path: Path, server: OfflineServer) -> None:
    folder = place(tmp_path / "run")
    server.forget(server_error=0.5)
    generated(folder, server, *PLAN, "budget.max_requests=30")
    assert server.stats()["requests"] == 30
    assert server.stats()["answered"] < 30
    run = the_run(folder)
    assert status(run) == "stopped"
    assert query(run, "SELECT sent FROM runs") == [(30,)]
    called(folder, "generate", f"resume={run.name}", "budget.max_requests=40")
    assert server.stats()["requests"] == 40, "the first sitting's failed attempts count in the second too"


def test_a_price_that_nobody_knows(tmp_path: Path, server: OfflineServer) -> None:
    folder, unpriced = place(tmp_path / "run"), [one for one in PLAN if one not in PRICED]
    server.forget()
    told = generated(folder, server, *unpriced, "budget.max_cost=1000", code=2)
    assert "price of simulated is unknown" in told
    assert "price_per_million_input" in told
    assert server.stats()["answered"] <= CONCURRENCY
    run = the_run(folder)
    assert status(run) == "failed"
    prices = [price.replace("model.", f"{role}.") for price in PRICED for role in ("model", "judge")]
    called(folder, "generate", f"resume={run.name}", *prices)
    assert status(run) == "finished"
    assert server.stats()["repeated"] == 0
    assert spent(run)[0] == pytest.approx(server.stats()["tokens"] / 1000), (
        "answers of the first sitting have a price now"
    )


def test_a_past_without_prices_cannot_be_limited(tmp_path: Path, server: OfflineServer) -> None:
    folder, unpriced = place(tmp_path / "run"), [one for one in PLAN if one not in PRICED]
    server.forget()
    generated(folder, server, *unpriced, "budget.max_requests=20")
    told = called(folder, "generate", f"resume={the_run(folder).name}", "budget.max_cost=5", code=2)
    assert "paid so far is unknown" in told
    assert server.stats()["requests"] == 20
    assert status(the_run(folder)) == "stopped", "a mistake in the command changes nothing"


def test_tokens_that_nobody_counts(tmp_path: Path, server: OfflineServer) -> None:
    server.forget(usage=False)
    told = generated(place(tmp_path / "run"), server, *PLAN, "budget.max_tokens=1000", code=2)
    assert "does not say how many tokens" in told


def cells(run: Path, by: str) -> dict[str, int]:
    return dict(query(run, f"SELECT {by}, count(*) FROM entries GROUP BY ALL"))


def test_a_number_of_entries_is_reached(tmp_path: Path, server: OfflineServer) -> None:
    folder = place(tmp_path / "run")
    server.forget()
    told = generated(folder, server, *PLAN, "target.verified=12")
    run = the_run(folder)
    assert status(run) == "finished"
    (found,) = query(run, "SELECT count(*) FROM entries")[0]
    assert 12 <= found <= 12 + 5 * CONCURRENCY
    assert query(run, "SELECT detail, requests FROM runs") == [(None, None)]
    assert "12" in told


def test_every_style_gets_its_entries_even_if_the_run_is_stopped(tmp_path: Path, server: OfflineServer) -> None:
    folder = place(tmp_path / "run")
    server.forget()
    target = ["target.per_style={simple:6,parallel:3}", "budget.max_requests=12"]
    generated(folder, server, *PLAN, *target)
    run = the_run(folder)
    assert status(run) == "stopped"
    (detail,) = query(run, "SELECT detail FROM runs")[0]
    assert detail.startswith("budget.max_requests of 12 are sent. style ")
    called(folder, "generate", f"resume={run.name}", "budget.max_requests=100000")
    assert status(run) == "finished"
    found = cells(run, "style")
    assert found["simple"] >= 6
    assert found["parallel"] >= 3
    assert set(found) == {"simple", "parallel"}, "no request is made for a style that nobody wants"
    assert server.stats()["repeated"] == 0
    numbers = [request for (request,) in query(run, "SELECT request FROM requests ORDER BY request")]
    assert len(numbers) == len(set(numbers))


def test_what_cannot_be_had_is_given_up_and_said(tmp_path: Path, server: OfflineServer) -> None:
    server.forget()
    folder = place(tmp_path / "run")
    told = generated(folder, server, *PLAN, "target.per_category={Broken:2,Text:3}", "target.patience=6")
    run = the_run(folder)
    assert status(run) == "finished"
    (detail,) = query(run, "SELECT detail FROM runs")[0]
    assert detail.startswith("category Broken: 0 of 2, mostly runtime_error (")
    assert detail.endswith("given up after 6 requests without any")
    assert "category Broken: 0 of 2" in told
    assert "Text" not in detail


@pytest.mark.parametrize("what", ["per_style={smple:1}", "per_category={Txt:1}"])
def test_an_unknown_cell_costs_nothing(tmp_path: Path, server: OfflineServer, what: str) -> None:
    server.forget()
    folder = place(tmp_path / "run")
    told = generated(folder, server, *PLAN, f"target.{what}", code=2)
    assert "in this run" in told
    assert "it has " in told
    assert server.stats()["requests"] == 0
    assert not (folder / "outputs").exists()


def test_a_category_that_no_request_offers_ends_the_run(tmp_path: Path, server: OfflineServer) -> None:
    """Here no style asks for two functions, and the only category is full."""
    server.forget()
    folder = place(tmp_path / "run")
    told = generated(
        folder, server, *PLAN, "style=[simple]", "target={per_category:{Broken:1},per_style:{simple:2},patience:2}"
    )
    assert "category Broken: 0 of 1" in told
    assert status(the_run(folder)) == "finished"


FAULTS = {
    "bad_request": 0.05, "server_error": 0.05, "rate_limit": 0.1, "hang": 0.02, "truncated": 0.05, "wrong_json": 0.05,
}  # fmt: skip


@pytest.mark.parametrize("retry_after", [None, 0.05])
def test_faults_are_finished_by_resume(tmp_path: Path, server: OfflineServer, retry_after: float | None) -> None:
    folder = place(tmp_path / "run")
    server.forget(**FAULTS, retry_after=retry_after)
    plan = [*PLAN, "model.timeout=1", "model.retries=1", "mode=cascade", "checker=[format,semantic]"]
    generated(folder, server, *plan)
    run, stats = the_run(folder), server.stats()
    assert status(run) == "finished"
    assert query(run, "SELECT count(*), count(DISTINCT request) FROM requests") == [(20, 20)]
    assert query(run, "SELECT count(*) FROM candidates WHERE candidate NOT IN (SELECT candidate FROM verdicts)") == [
        (0,)
    ]
    assert set(stats["statuses"]) >= {"200", "400", "429", "500"}
    failed = query(run, "SELECT DISTINCT outcome, reason IS NULL FROM requests WHERE outcome = 'error'")
    unjudged = query(run, "SELECT DISTINCT outcome, reason IS NULL FROM verdicts WHERE outcome = 'error'")
    assert failed + unjudged, "or nothing is tested"
    assert all(told == ("error", False) for told in failed + unjudged)
    fine = rows(run)["entries"]
    server.behave()
    told = called(folder, "generate", f"resume={run.name}")
    assert "ended in an error are made again" in told
    assert query(run, "SELECT count(*) FROM requests WHERE outcome = 'error'") == [(0,)]
    assert query(run, "SELECT count(*) FROM verdicts WHERE outcome = 'error'") == [(0,)]
    assert query(run, "SELECT count(*), count(DISTINCT request) FROM requests") == [(20, 20)]
    assert server.stats()["repeated"] == 0, "nothing that was fine is asked for again"
    assert query(run, "SELECT count(*) FROM verdicts GROUP BY candidate, checker HAVING count(*) > 1") == []
    now = rows(run)["entries"]
    assert len(now) >= len(fine)
    again = server.stats()["requests"]
    told = called(folder, "generate", f"resume={run.name}")
    assert server.stats()["requests"] == again
    assert "nothing" in told or "20 requests are done" in told
    assert rows(run)["entries"] == now
