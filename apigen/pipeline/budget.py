"""Budgets: what a run may spend at most, and the meter that counts what it has spent.

The meter is asked before each request to a model, further attempts included, and told of each answer. Once a limit is
reached no request begins any more; those in flight land and are counted, so a limit is passed by what they cost at
most.
"""

import time
from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from apigen.component import Component
from apigen.errors import ConfigError, ModelError
from apigen.llm.model import ModelResponse
from apigen.reasons import Reason
from apigen.records import Json

Limit = Annotated[float, Field(gt=0)] | None


class Budget(Component):
    """Limits of a run, all its sittings together; null for none.

    `max_cost` in US dollars, `max_tokens` prompt and answer together, `max_requests` sent to models (generator and
    judge, failed attempts included), `max_minutes` of work. Answers from the response cache cost nothing.
    """

    max_cost: Limit = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_requests: Annotated[int, Field(ge=1)] | None = None
    max_minutes: Limit = None


class Meter:
    """What one run has spent. `spent` says which limit is reached, None while there is none.

    Args:
        budget: the limits.
        cost: US dollars paid in earlier sittings; None if unknown.
        tokens: paid in earlier sittings.
        requests: sent in earlier sittings.
        seconds: worked in earlier sittings.

    Raises:
        ConfigError: there is a limit to the cost, and nobody knows what the earlier sittings cost.
    """

    def __init__(
        self,
        budget: Budget,
        *,
        cost: float | None = 0.0,
        tokens: int = 0,
        requests: int = 0,
        seconds: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if cost is None and budget.max_cost is not None:
            raise ConfigError(
                "What this run has paid so far is unknown, so budget.max_cost cannot be kept.",
                where="budget.max_cost",
                remedy="set another limit; or begin anew with prices: resume=never (what was answered is in the cache)",
            )
        self._budget = budget
        self._halted: str | None = None
        self._clock = clock
        self._started = clock() - seconds
        self.cost = cost
        self.tokens = tokens
        self.requests = requests

    @property
    def seconds(self) -> float:
        """Of work so far."""
        return self._clock() - self._started

    @property
    def row(self) -> dict[str, Json]:
        """What is stored with the run as it goes on."""
        return {"seconds": self.seconds, "sent": self.requests}

    def halt(self, why: str) -> None:
        """Let no request begin any more."""
        self._halted = why

    @property
    def spent(self) -> str | None:
        """The first limit that is reached, in words."""
        if self._halted is not None:
            return self._halted
        limits = self._budget
        if limits.max_cost is not None and (self.cost or 0.0) >= limits.max_cost:
            return f"budget.max_cost of ${limits.max_cost:g} is spent (${self.cost:.4f})"
        if limits.max_tokens is not None and self.tokens >= limits.max_tokens:
            return f"budget.max_tokens of {limits.max_tokens:,} are spent ({self.tokens:,})"
        if limits.max_requests is not None and self.requests >= limits.max_requests:
            return f"budget.max_requests of {limits.max_requests:,} are sent"
        if limits.max_minutes is not None and self.seconds >= 60 * limits.max_minutes:
            return f"budget.max_minutes of {limits.max_minutes:g} are over"
        return None

    @property
    def seconds_left(self) -> float | None:
        """Until `max_minutes` are over; None without that limit."""
        return None if self._budget.max_minutes is None else 60 * self._budget.max_minutes - self.seconds

    def ask(self) -> None:
        """Count a request that is about to be sent.

        Raises:
            ModelError: `budget_spent`; it may not be sent.
        """
        if reached := self.spent:
            raise ModelError(Reason.budget_spent, reached)
        self.requests += 1

    def paid(self, response: ModelResponse) -> None:
        """Count an answer; one that another run paid for costs nothing.

        Raises:
            ConfigError: there is a limit to the cost or the tokens, and nobody knows what this answer took.
        """
        if response.cached:
            return
        if self._budget.max_tokens is not None and None in (response.prompt_tokens, response.completion_tokens):
            raise ConfigError(
                f"{response.model} does not say how many tokens it takes, so budget.max_tokens cannot be kept.",
                where="budget.max_tokens",
                remedy="set another limit: budget.max_requests or budget.max_minutes",
            )
        self.tokens += (response.prompt_tokens or 0) + (response.completion_tokens or 0)
        self.cost = None if self.cost is None or response.cost is None else self.cost + response.cost
        if response.cost is None and self._budget.max_cost is not None:
            raise ConfigError(
                f"The price of {response.model} is unknown, so budget.max_cost cannot be kept.",
                where="budget.max_cost",
                remedy="set price_per_million_input and price_per_million_output (model, judge), or another limit",
            )
