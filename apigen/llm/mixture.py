"""Several models as one, by weights: each request goes to the member that its seed chooses, so a run is reproducible.

What a single model writes has its manner throughout; a mixture spreads the data over several. Every answer names the
member that gave it.
"""

import random
from bisect import bisect_right
from collections.abc import Awaitable, Callable
from itertools import accumulate
from typing import Self

from pydantic import InstanceOf, PrivateAttr, model_validator

from apigen.llm.model import Model, ModelRequest, ModelResponse
from apigen.records import Json


class Mixture(Model):
    """Models with weights.

    `models` has the members by names of the user's choice; `weights` how often each is asked, in proportion, 1 if it
    is not named. A weight of 0 leaves a member out.
    """

    models: dict[str, InstanceOf[Model]]
    weights: dict[str, float] = {}

    _members: list[Model] = PrivateAttr(default_factory=list)
    _bounds: list[float] = PrivateAttr(default_factory=list)

    @model_validator(mode="after")
    def _weights_of_members(self) -> Self:
        if not self.models:
            raise ValueError("no member is given; for example +model@model.models.a=openai/gpt-4o-mini")
        unknown = [name for name in self.weights if name not in self.models]
        if unknown:
            raise ValueError(f"weights of no member: {', '.join(unknown)}; the members are {', '.join(self.models)}")
        weights = [self.weights.get(name, 1.0) for name in self.models]
        if min(weights) < 0 or not 0 < sum(weights) < float("inf"):
            raise ValueError("weights are positive numbers, or 0 for members to leave out")
        self._members = [member for member, weight in zip(self.models.values(), weights, strict=True) if weight]
        self._bounds = list(accumulate(weight for weight in weights if weight))
        return self

    @property
    def title(self) -> str:
        """The names of the members, with their shares in percent."""
        shares = [high - low for low, high in zip([0.0, *self._bounds], self._bounds, strict=False)]
        parts = zip(self._members, shares, strict=True)
        return " + ".join(f"{member.title} {share / self._bounds[-1]:.0%}" for member, share in parts)

    @property
    def simulated(self) -> bool:  # type: ignore[override]
        """Whether any of the members is simulated; each answer says it of its own."""
        return any(member.simulated for member in self._members)

    async def complete(self, request: ModelRequest) -> ModelResponse:
        """Answer of the member that the seed chooses.

        Raises:
            ModelError: it gave no usable answer, after all retries; no other member is asked instead.
        """
        return await self.member(request).complete(request)

    def member(self, request: ModelRequest) -> Model:
        """The member that answers `request`."""
        point = random.Random(request.seed).random() * self._bounds[-1]
        return self._members[bisect_right(self._bounds, point, hi=len(self._bounds) - 1)]

    def identity(self, request: ModelRequest) -> dict[str, Json] | None:
        """That of the member which answers: a member alone gives the same answer."""
        return self.member(request).identity(request)

    def watch(self, allow: Callable[[], None]) -> None:
        """Have `allow` called before every further attempt at a request."""
        for member in self._members:
            member.watch(allow)

    def prepare(self, through: Callable[[Model, ModelRequest], Awaitable[ModelResponse]]) -> None:
        """Have probes of the members asked by `through`."""
        for member in self._members:
            member.prepare(through)

    def fetch(self) -> None:
        """Have on this machine what the members are made of."""
        for member in self._members:
            member.fetch()

    async def close(self) -> None:
        """Release the connections of all members."""
        for member in self._members:
            await member.close()
