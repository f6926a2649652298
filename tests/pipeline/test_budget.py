"""The meter: what is counted, and when no more may be asked."""

import asyncio
from typing import Any

import pytest
from doubles import pairs, says
from pydantic import ValidationError

from apigen.errors import ConfigError, ModelError
from apigen.llm.model import ModelRequest, ModelResponse
from apigen.llm.retry import Attempts
from apigen.pipeline.budget import Budget, Meter
from apigen.reasons import Reason
from apigen.records import Message
from apigen.resources import Seat


def answer(**changes: Any) -> ModelResponse:
    values = {"text": "[]", "model": "m", "prompt_tokens": 10, "completion_tokens": 5, "cost": 0.25}
    return ModelResponse(**(values | changes))


@pytest.mark.parametrize("limit", [{"max_cost": 0.5}, {"max_tokens": 30}, {"max_requests": 2}])
def test_a_limit_is_reached_by_what_reaches_it(limit: dict[str, Any]) -> None:
    meter = Meter(Budget(**limit))
    for _ in range(2):
        assert meter.spent is None
        meter.ask()
        meter.paid(answer())
    assert meter.spent is not None
    assert meter.spent.startswith(f"budget.{next(iter(limit))} of")
    with pytest.raises(ModelError) as refused:
        meter.ask()
    assert refused.value.reason is Reason.budget_spent
    assert not refused.value.retryable
    assert meter.requests == 2, "what was refused was not sent"


def test_earlier_sittings_count() -> None:
    before = {"cost": 0.5, "tokens": 30, "requests": 2, "seconds": 60.0}
    for limit in ({"max_cost": 0.5}, {"max_tokens": 30}, {"max_requests": 2}, {"max_minutes": 1}):
        assert Meter(Budget(**limit), **before).spent, limit
    larger = Budget(max_cost=0.6, max_tokens=31, max_requests=3, max_minutes=1.1)
    assert Meter(larger, **before).spent is None


def test_time_is_that_of_work() -> None:
    now = [100.0]
    meter = Meter(Budget(max_minutes=2), seconds=60, clock=lambda: now[0])
    assert (meter.spent, meter.seconds_left) == (None, 60)
    now[0] += 59.5
    assert meter.spent is None
    now[0] += 0.5
    assert meter.spent == "budget.max_minutes of 2 are over"
    assert meter.row == {"seconds": 120, "sent": 0}


def test_answers_that_another_run_paid_for_cost_nothing() -> None:
    meter = Meter(Budget(max_cost=0.1, max_tokens=1))
    meter.paid(answer(cached=True, cost=None, prompt_tokens=None))
    assert (meter.spent, meter.cost, meter.tokens) == (None, 0.0, 0)


@pytest.mark.parametrize(("limit", "odd"), [("max_cost", "cost"), ("max_tokens", "completion_tokens")])
def test_what_cannot_be_counted_cannot_be_limited(limit: str, odd: str) -> None:
    with pytest.raises(ConfigError, match=f"budget.{limit} cannot be kept"):
        Meter(Budget(**{limit: 10})).paid(answer(**{odd: None}))
    free = Meter(Budget(max_requests=10))
    free.paid(answer(**{odd: None}))
    assert free.cost is None if odd == "cost" else free.tokens == 10


def test_an_unknown_past_cannot_be_limited() -> None:
    with pytest.raises(ConfigError, match="paid so far is unknown"):
        Meter(Budget(max_cost=5), cost=None)
    assert Meter(Budget(max_tokens=5), cost=None).spent is None


@pytest.mark.parametrize("odd", [{"max_cost": 0}, {"max_cost": -1}, {"max_tokens": 0}, {"max_minutes": 0}])
def test_a_limit_is_more_than_nothing(odd: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Budget(**odd)


def test_failed_attempts_are_asked_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apigen.llm.retry.FIRST_WAIT", 0.0)
    meter = Meter(Budget(max_requests=3))
    down = ModelError(Reason.model_unavailable, "down", retryable=True, retry_after=0)

    async def refuse() -> None:
        raise down

    async def ask() -> None:
        meter.ask()
        await Attempts(10, meter.ask).run(refuse)

    with pytest.raises(ModelError) as ended:
        asyncio.run(ask())
    assert ended.value.reason is Reason.budget_spent
    assert meter.requests == 3


def test_a_seat_asks_its_purse_first() -> None:
    model, meter = says(pairs()), Meter(Budget(max_requests=2))
    request = ModelRequest(messages=(Message(role="user", content="?"),), seed=1, purpose="generate")

    async def ask() -> list[Any]:
        seat = Seat(model, asyncio.Semaphore(8), None, meter)
        return await asyncio.gather(*(seat.complete(request) for _ in range(5)), return_exceptions=True)

    got = asyncio.run(ask())
    assert sum(isinstance(one, ModelResponse) for one in got) == 2
    assert len(model.asked) == 2
    assert meter.tokens == 30
