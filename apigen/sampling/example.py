"""Example sampler and seed data updater: which examples a prompt shows (APIGen, sections 3.1 and 3.2).

Verified entries become examples too, without a barrier: request i may see the entries of requests below i - lag only,
so what it sees does not depend on the order in which answers arrive.
"""

import asyncio
import importlib.util
import itertools
import json
import math
import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge
from pydantic import Field, ValidationError, field_validator

from apigen.component import Component
from apigen.errors import ConfigError
from apigen.records import Example, Json, Style, canonical_json

if TYPE_CHECKING:
    from apigen.storage import History


class ExampleSampler(Component):
    """Settings of the example sampler.

    `count` is the range of examples in a prompt. `seeds` are JSON Lines files (or folders of them) of original
    examples: `{"id", "style", "query", "answers": [{"name", "arguments"}]}`; `package:folder` names a folder inside an
    installed package. At least `seed_share` of the examples of a prompt are original seeds. Verified entries join up to
    `max_depth` generations from the seeds and `max_per_api` entries for each function; `update: false` turns that off.
    """

    count: tuple[Annotated[int, Ge(0)], Annotated[int, Ge(0)]] = (2, 4)
    seeds: list[str] = Field(default_factory=lambda: ["apigen.catalogue:seeds"])
    seed_share: float = Field(default=0.5, ge=0.5, le=1)
    update: bool = True
    max_depth: int = Field(default=3, ge=1)
    max_per_api: int = Field(default=5, ge=1)

    @field_validator("count")
    @classmethod
    def _low_before_high(cls, value: tuple[int, int]) -> tuple[int, int]:
        if value[0] > value[1]:
            raise ValueError("the range goes from low to high")
        return value

    def load(self) -> dict[str, list[Example]]:
        """The original seeds by style.

        Raises:
            ConfigError: a file is missing, a line of it is not an example, or two have the same id.
        """
        found: dict[str, list[Example]] = {}
        places: dict[str, str] = {}
        for place in self.seeds:
            for file in _seed_files(place):
                for line, example in _read_seeds(file):
                    if example.id in places:
                        raise _seed_error(f"the id `{example.id}` is that of {places[example.id]} too", line)
                    places[example.id] = line
                    found.setdefault(example.style, []).append(example)
        return found

    def sample(
        self,
        rng: random.Random,
        style: Style,
        seeds: Mapping[str, Sequence[Example]],
        verified: Mapping[str, Sequence[Example]],
    ) -> tuple[Example, ...]:
        """Examples of `style` for one prompt, in random order; never more verified ones than `seed_share` allows.

        Seeds and verified entries are given by style.
        """
        own = seeds.get(style.name, [])
        size = rng.randint(*self.count)
        joined = verified.get(style.name, ()) if self.update else ()
        wanted = min(len(joined), size - math.ceil(size * self.seed_share))
        from_verified = rng.randint(0, wanted) if wanted > 0 else 0
        from_seeds = min(len(own), size - from_verified)
        if self.seed_share < 1:
            most = math.floor(from_seeds * (1 - self.seed_share) / self.seed_share)
            from_verified = min(from_verified, most)
        chosen = [*rng.sample(own, from_seeds), *rng.sample(joined, from_verified)]
        rng.shuffle(chosen)
        return tuple(chosen)


class SeedPool:
    """The verified entries that later requests may draw on."""

    def __init__(self, settings: ExampleSampler, lag: int) -> None:
        self._settings = settings
        self._lag = lag
        self._waiting: dict[int, tuple[Example, ...]] = {}
        self._examples: dict[str, list[Example]] = {}
        self._places: dict[str, list[int]] = {}
        self._joined = 0
        self._ends: list[int] = []
        self._shown: tuple[int, Mapping[str, Sequence[Example]]] = (0, {})
        self._per_api: Counter[str] = Counter()
        self._moved = asyncio.Condition()

    async def visible(self, request: int) -> Mapping[str, Sequence[Example]]:
        """Entries of the requests below `request - lag`, by style; waits until all of these are done."""
        if not self._settings.update:
            return {}
        needed = max(0, request - self._lag)
        if len(self._ends) < needed:
            async with self._moved:
                await self._moved.wait_for(lambda: len(self._ends) >= needed)
        end = self._ends[needed - 1] if needed else 0
        if end != self._shown[0]:
            self._shown = end, self._before(end)
        return self._shown[1]

    def _before(self, end: int) -> dict[str, list[Example]]:
        """The first `end` of those that have joined, by style."""
        return {name: found[: bisect_left(self._places[name], end)] for name, found in self._examples.items()}

    async def add(self, request: int, entries: Iterable[Example]) -> None:
        """Request `request` is done; `entries` came of it, perhaps none."""
        if not self._settings.update:
            return
        self._waiting[request] = tuple(entries)
        async with self._moved:
            while (done := len(self._ends)) in self._waiting:
                for example in self._waiting.pop(done):
                    self._join(example)
                self._ends.append(self._joined)
            self._moved.notify_all()

    def restore(self, history: "History") -> None:
        """Go on from what a run has done so far: entries that came at the first try join, in the order of the plan."""
        if not self._settings.update or not history.done:
            return
        first_gap = next(number for number in itertools.count() if number not in history.done)
        joined: list[tuple[int, str]] = []
        later: dict[int, list[str]] = {request: [] for request in history.done if request >= first_gap}
        for entry in history.verified():
            if entry.first and entry.request in later:
                later[entry.request].append(entry.id)
            elif entry.first and self._joins(set(entry.functions), entry.depth):
                joined.append((entry.request, entry.id))
        examples = history.examples([id for _, id in joined] + [id for ids in later.values() for id in ids])
        for _, id in joined:
            self._keep(examples[id])
        ends = Counter(request for request, _ in joined)
        self._ends = list(itertools.accumulate(ends[request] for request in range(first_gap)))
        self._waiting = {request: tuple(examples[id] for id in ids) for request, ids in later.items()}

    def _join(self, example: Example) -> None:
        if self._joins({call.name for call in example.answers}, example.depth):
            self._keep(example)

    def _keep(self, example: Example) -> None:
        """Keep an entry by style, with its place among all that have joined."""
        self._examples.setdefault(example.style, []).append(example)
        self._places.setdefault(example.style, []).append(self._joined)
        self._joined += 1

    def _joins(self, names: set[str], depth: int) -> bool:
        """Whether an entry with calls of `names` joins; if so it counts."""
        if depth > self._settings.max_depth:
            return False
        if any(self._per_api[name] >= self._settings.max_per_api for name in names):
            return False
        self._per_api.update(names)
        return True


def _seed_files(place: str) -> list[Path]:
    path = Path(place).expanduser()
    package, separator, folder = place.partition(":")
    if separator and not path.exists():
        path = _package_folder(package, place) / folder
    if path.is_dir():
        files = sorted(path.glob("*.jsonl"))
    else:
        files = [path] if path.is_file() else []
    if not files:
        raise ConfigError(
            f"There are no seed examples at `{place}`.",
            where="sampling.examples.seeds",
            remedy="name a .jsonl file, a folder that holds some, or package:folder; [] for none",
        )
    return files


def _package_folder(package: str, place: str) -> Path:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(f"`{package}` is not an installed package (from `{place}`).", where="sampling.examples.seeds")
    return Path(next(iter(spec.submodule_search_locations)))


def _read_seeds(file: Path) -> Iterator[tuple[str, Example]]:
    """The examples of a file, each with its place."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The seed examples cannot be read: {error}", where=str(file)) from error
    for number, line in enumerate(text.split("\n"), start=1):  # splitlines would split at U+2028 within a query
        if not line.strip():
            continue
        place = f"{file}, line {number}"
        try:
            yield place, _seed(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise _seed_error(_first_line(error), place) from error


def _seed(value: Json) -> Example:
    """An original example: whatever it was made of elsewhere, here it is where everything begins."""
    example = Example.model_validate(value)
    if not example.query.strip() or not example.answers:
        raise ValueError("a query and at least one call are needed")
    canonical_json(example.model_dump()).encode()  # finite numbers, valid Unicode
    return example.model_copy(update={"depth": 0, "parents": ()})


def _seed_error(what: str, place: str) -> ConfigError:
    return ConfigError(
        f"Not a seed example: {what}",
        where=place,
        remedy='{"id": "…", "style": "simple", "query": "…", "answers": [{"name": "…", "arguments": {…}}]}',
    )


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error).splitlines()[0]
