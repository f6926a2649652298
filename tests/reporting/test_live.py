"""Progress on a terminal and elsewhere."""

import io
import os
import sys
import threading
from collections import Counter

import pytest

from apigen.pipeline.progress import Progress
from apigen.records import Outcome
from apigen.reporting.live import LiveMonitor, PlainMonitor, monitor

FACTS = {"run": "alpha", "model": "offline (simulated)", "judge": "none", "checkers": "format"}


def progress(requests: int = 100, done: int = 0, **changes: object) -> Progress:
    made = Progress(requests, done=done, candidates=4 * done, verified=3 * done)
    made.stages = {"format": Counter({Outcome.passed: 3, Outcome.rejected: 1, Outcome.error: 2})}
    for name, value in changes.items():
        setattr(made, name, value)
    return made


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_plain_lines_at_start_each_tenth_and_end() -> None:
    file, one = io.StringIO(), progress(1000)
    plain = PlainMonitor(file, Clock())
    plain.start(one, FACTS)
    at_start = len(file.getvalue().splitlines())
    for done in range(1, 1001):
        one.done = done
        plain.update(one)
    plain.stop(one)
    lines = file.getvalue().splitlines()
    assert "1,000 requests" in lines[0]
    assert any("offline (simulated)" in line for line in lines[:at_start])
    assert len(lines) - at_start == 9 + 1
    assert lines[at_start].startswith("100/1,000 requests (10%)")
    assert lines[-1].startswith("1,000/1,000 requests (100%)")


def test_plain_lines_of_a_slow_run_get_rarer() -> None:
    file, one, clock = io.StringIO(), progress(10**9), Clock()
    plain = PlainMonitor(file, clock)
    plain.start(one, FACTS)
    at_start = len(file.getvalue().splitlines())
    for second in range(3600):
        clock.now, one.done = float(second), second
        plain.update(one)
    assert 60 < len(file.getvalue().splitlines()) - at_start < 120
    clock.now += 4.9
    before = file.getvalue()
    plain.update(one)
    assert file.getvalue() == before


def test_cost_is_free_only_if_all_models_are_simulated() -> None:
    for facts, cost, told in (
        (FACTS, 0.0, "free (simulated)"),
        (FACTS | {"judge": "openai/gpt-4o"}, 0.25, "$0.25"),
        (FACTS | {"model": "openai/x"}, None, "cost unknown"),
    ):
        file = io.StringIO()
        plain = PlainMonitor(file, Clock())
        plain.start(progress(), facts)
        plain.stop(progress(cost=cost))
        assert told in file.getvalue().splitlines()[-1]


def test_a_closed_output_does_not_end_the_run() -> None:
    file = io.StringIO()
    plain = PlainMonitor(file)
    file.close()
    plain.start(progress(), FACTS)
    plain.stop(progress(done=5))


def test_not_on_a_terminal_there_are_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert isinstance(monitor(), PlainMonitor)


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [("TERM", "xterm", LiveMonitor), ("TERM", "dumb", PlainMonitor), ("NO_COLOR", "1", PlainMonitor)],
)
def test_a_terminal_gets_a_live_display(monkeypatch: pytest.MonkeyPatch, name: str, value: str, kind: type) -> None:
    master, slave = os.openpty()
    with os.fdopen(master, "rb"), os.fdopen(slave, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv(name, value)
        assert isinstance(monitor(), kind)


def test_live_display_tells_all_and_gives_the_terminal_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    file, one = io.StringIO(), progress(100, done=40, tokens=12345)
    live = LiveMonitor(file, force_terminal=True, width=80)
    live.start(one, FACTS)
    live.update(one)
    one.done = 100
    live.stop(one)
    written = file.getvalue()
    for told in ("offline (simulated)", "40/100 requests", "3 passed", "1 rejected", "2 errors", "12,345 tokens"):
        assert told in written
    assert written.index("\x1b[?25l") < written.rindex("\x1b[?25h")
    assert "100/100 requests (100%)" in written[written.rindex("\x1b[?25h") :]


def test_live_display_survives_counts_that_change_and_what_cannot_be_drawn() -> None:
    file, one = io.StringIO(), progress(100)
    live = LiveMonitor(file, force_terminal=True)
    before = threading.enumerate()
    live.start(one, FACTS)
    one.stages = None  # type: ignore[assignment]
    live.update(one)
    live.stop(one)
    for thread in set(threading.enumerate()) - set(before):
        thread.join(10)
        assert not thread.is_alive()


def test_live_display_survives_a_lost_terminal() -> None:
    file = io.StringIO()
    live = LiveMonitor(file, force_terminal=True)
    file.close()
    live.start(progress(), FACTS)
    live.stop(progress())
