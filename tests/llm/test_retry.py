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


def failed(reason: Reason, status: int | None = None, retry_after: float | None = None) -> ModelError:
    return ModelError(reason, "x", retryable=True, status=status, retry_after=retry_after)


def drawn(attempt: int, error: ModelError) -> list[float]:
    return [wait(attempt, error) for _ in range(200)]


def test_waits_grow_and_end_at_a_minute() -> None:
    late = failed(Reason.model_timeout)
    assert 0.5 < max(drawn(1, late)) <= 1
    assert 2 < max(drawn(3, late)) <= 4
    assert 30 < max(drawn(50, late)) <= 60
    assert min(drawn(50, late)) < 30


@pytest.mark.parametrize(
    ("error", "longest"),
    [
        (failed(Reason.no_answer), 0.25),
        (failed(Reason.model_unavailable), 0.5),
        (failed(Reason.model_unavailable, 500), 0.5),
        (failed(Reason.model_timeout, 504), 1.0),
    ],
)
def test_the_first_wait_is_that_of_the_class_of_errors(error: ModelError, longest: float) -> None:
    waits = drawn(1, error)
    assert longest * 0.75 < max(waits) <= longest
    assert min(waits) < longest * 0.25


@pytest.mark.parametrize(
    "error",
    [
        failed(Reason.rate_limited, 429),
        failed(Reason.model_unavailable, 503),
        failed(Reason.model_unavailable, 529),
    ],
)
def test_after_an_overload_half_of_the_wait_is_sure(error: ModelError) -> None:
    waits = drawn(2, error)
    assert min(waits) >= 2
    assert 3 < max(waits) <= 4


def test_the_provider_s_time_is_kept_up_to_a_minute() -> None:
    assert 7 <= wait(1, failed(Reason.rate_limited, 429, 7.0)) <= 8
    assert 60 <= wait(1, failed(Reason.rate_limited, 429, 3600.0)) <= 61


@pytest.mark.parametrize(("retryable", "made"), [(True, 3), (False, 1)])
def test_attempts_are_counted(monkeypatch: pytest.MonkeyPatch, retryable: bool, made: int) -> None:
    monkeypatch.setattr(retry, "wait", lambda attempt, error: 0.0)

    async def ask() -> str:
        raise ModelError(Reason.rate_limited, "slow", retryable=retryable)

    attempts = Attempts(2)
    with pytest.raises(ModelError):
        asyncio.run(attempts.run(ask))
    assert attempts.made == made
