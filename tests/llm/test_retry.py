"""How long is waited, and how often asked."""

import asyncio
from datetime import UTC, datetime

import pytest

from apigen.errors import ModelError
from apigen.llm import retry
from apigen.llm.retry import Attempts, retry_after_seconds, wait
from apigen.reasons import Reason

NOW = datetime(2025, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        (" 0.5 ", 0.5),
        ("-4", 0.0),
        ("Wed, 01 Jan 2025 12:00:30 GMT", 30.0),
        ("Wed, 01 Jan 2025 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


def test_waits_grow_and_end_at_a_minute() -> None:
    drawn = {attempt: [wait(attempt, None) for _ in range(200)] for attempt in (1, 3, 50)}
    assert 0.5 < max(drawn[1]) <= 1
    assert 2 < max(drawn[3]) <= 4
    assert 30 < max(drawn[50]) <= 60
    assert min(drawn[50]) < 30


def test_the_provider_s_time_is_kept_up_to_a_minute() -> None:
    assert 7 <= wait(1, 7.0) <= 8
    assert 60 <= wait(1, 3600.0) <= 61


@pytest.mark.parametrize(("retryable", "made"), [(True, 3), (False, 1)])
def test_attempts_are_counted(monkeypatch: pytest.MonkeyPatch, retryable: bool, made: int) -> None:
    monkeypatch.setattr(retry, "wait", lambda attempt, retry_after: 0.0)

    async def ask() -> str:
        raise ModelError(Reason.rate_limited, "slow", retryable=retryable)

    attempts = Attempts(2)
    with pytest.raises(ModelError):
        asyncio.run(attempts.run(ask))
    assert attempts.made == made
