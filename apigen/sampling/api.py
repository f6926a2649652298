"""API sampler: which APIs a request offers (APIGen, section 3.2)."""

import math
import random
import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from apigen.component import Component
from apigen.errors import ConfigError
from apigen.randomness import stream
from apigen.records import Api, Style

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ApiSampler(Component):
    """Settings of the API sampler.

    `strategy`: `balanced` walks through seeded permutations of all APIs, so that n requests cover n APIs; `uniform`
    draws each anew. `category_weights` (category → weight) draws the category first, and an API of it then; it implies
    `uniform`. `distractors`: the other APIs of a request are drawn at `random`, or from the `neighbours` most `similar`
    ones by their documents, which are harder to tell apart; `similar_share` mixes both.
    """

    strategy: Literal["balanced", "uniform"] = "balanced"
    category_weights: dict[str, Weight] = Field(default_factory=dict)
    distractors: Literal["random", "similar"] = "random"
    similar_share: float = Field(default=1.0, ge=0, le=1)
    neighbours: int = Field(default=10, ge=1)

    def over(self, apis: Sequence[Api], seed: int) -> "ApiPool":
        """The sampler at work over `apis`.

        Raises:
            ConfigError: there are no APIs, or none in a category with a weight.
        """
        return ApiPool(self, apis, seed)


class ApiPool:
    """Draws the APIs of a request from those of a run."""

    def __init__(self, settings: ApiSampler, apis: Sequence[Api], seed: int) -> None:
        if not apis:
            raise ConfigError(
                "No API was admitted, so there is nothing to generate for.",
                where="sources",
                remedy="`apigen apis` with the same overrides says why each one was refused",
            )
        self._settings = settings
        self._apis = tuple(apis)
        self._seed = seed
        self._by_category = self._weighted_categories()
        self._similarity = Similarity(apis) if settings.distractors == "similar" else None
        self._orders: dict[int, list[int]] = {}

    def _weighted_categories(self) -> dict[str, list[int]]:
        weights = self._settings.category_weights
        groups: dict[str, list[int]] = {name: [] for name, weight in weights.items() if weight > 0}
        for index, api in enumerate(self._apis):
            if api.category in groups:
                groups[api.category].append(index)
        groups = {name: members for name, members in groups.items() if members}
        if weights and not groups:
            raise ConfigError(
                "No admitted API is in a category with a weight above 0.",
                where="sampling.apis.category_weights",
                remedy=f"categories here: {', '.join(sorted({api.category for api in self._apis}))}",
            )
        return groups

    def sample(self, rng: random.Random, request: int, style: Style) -> tuple[Api, ...]:
        """The APIs that `request` offers, in random order; as many as `style.apis` says and there are."""
        low, high = style.apis
        size = min(rng.randint(low, high), len(self._apis))
        first = self._first(rng, request)
        chosen = [first, *self._others(rng, first, size - 1)]
        rng.shuffle(chosen)
        return tuple(self._apis[index] for index in chosen)

    def _first(self, rng: random.Random, request: int) -> int:
        if self._by_category:
            names = list(self._by_category)
            weights = [self._settings.category_weights[name] for name in names]
            return rng.choice(self._by_category[rng.choices(names, weights)[0]])
        if self._settings.strategy == "uniform":
            return rng.randrange(len(self._apis))
        turn, place = divmod(request, len(self._apis))
        return self._order(turn)[place]

    def _order(self, turn: int) -> list[int]:
        """The permutation that is walked in round `turn`."""
        if turn not in self._orders:
            order = list(range(len(self._apis)))
            stream(self._seed, "api order", turn).shuffle(order)
            self._orders[turn] = order
        return self._orders[turn]

    def _others(self, rng: random.Random, first: int, size: int) -> list[int]:
        others: list[int] = []
        if size <= 0:
            return others
        if self._similarity is not None:
            near = self._similarity.neighbours(first, self._settings.neighbours)
            rng.shuffle(near)
            others = near[: sum(rng.random() < self._settings.similar_share for _ in range(size))]
        while len(others) < size:
            index = rng.randrange(len(self._apis))
            if index != first and index not in others:
                others.append(index)
        return others


class Similarity:
    """Cosine similarity of API documents over TF-IDF of the words in name, description and parameter names."""

    def __init__(self, apis: Sequence[Api]) -> None:
        counts = [Counter(_words(api)) for api in apis]
        frequency = Counter(word for count in counts for word in count)
        self._vectors = [_normalised(count, frequency, len(apis)) for count in counts]
        self._postings: dict[str, list[int]] = {}
        for index, vector in enumerate(self._vectors):
            for word in vector:
                self._postings.setdefault(word, []).append(index)
        self._found: dict[tuple[int, int], list[int]] = {}

    def neighbours(self, index: int, size: int) -> list[int]:
        """The `size` APIs nearest to `index`, nearest first; ties by position."""
        if (index, size) not in self._found:
            scores: dict[int, float] = {}
            for word, weight in self._vectors[index].items():
                for other in self._postings[word]:
                    scores[other] = scores.get(other, 0.0) + weight * self._vectors[other][word]
            scores.pop(index, None)
            self._found[index, size] = sorted(scores, key=lambda other: (-round(scores[other], 9), other))[:size]
        return list(self._found[index, size])


def _words(api: Api) -> list[str]:
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", " ".join((api.name, api.description, *api.properties)))
    return re.findall(r"[^\W\d]{3,}", text.lower())


def _normalised(count: Counter[str], frequency: Counter[str], size: int) -> dict[str, float]:
    weights = {word: n * math.log((1 + size) / (1 + frequency[word])) for word, n in sorted(count.items())}
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items() if weight > 0}
