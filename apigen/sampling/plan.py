"""The plan: request i of a run is a pure function of (run seed, i, the examples it may see).

It draws, from its own random stream and in this order: query style, APIs, examples, prompt template.
"""

from collections.abc import Mapping, Sequence

from apigen.component import Component
from apigen.randomness import derived_seed, stream
from apigen.records import Api, Example, Sample
from apigen.sampling.api import ApiSampler
from apigen.sampling.example import ExampleSampler
from apigen.sampling.prompt import PromptSampler, PromptTemplate
from apigen.sampling.style import QueryStyle, StyleSampler


class Sampling(Component):
    """The settings of the samplers; `pairs` is the range of pairs asked for in one request."""

    apis: ApiSampler = ApiSampler()
    examples: ExampleSampler = ExampleSampler()


class Plan:
    """The requests of a run, each computed when it is asked for."""

    def __init__(
        self,
        seed: int,
        pairs: tuple[int, int],
        sampling: Sampling,
        styles: Mapping[str, QueryStyle],
        prompts: Mapping[str, PromptTemplate],
        apis: Sequence[Api],
    ) -> None:
        self._seed = seed
        self._pairs = pairs
        self._examples = sampling.examples
        self._styles = StyleSampler(styles, apis)
        self._prompts = PromptSampler(prompts)
        self._apis = sampling.apis.over(apis, seed)
        self._seeds = sampling.examples.load()
        self._offered = {api.name: api for api in apis}

    @property
    def apis(self) -> Mapping[str, Api]:
        """The APIs that requests may be offered, by name."""
        return self._offered

    @property
    def seeds(self) -> dict[str, list[Example]]:
        """The original seed examples by style."""
        return self._seeds

    def sample(self, request: int, verified: Mapping[str, Sequence[Example]] | None = None) -> Sample:
        """Request number `request`, which may draw on the `verified` entries, given by style."""
        rng = stream(self._seed, "request", request)
        style = self._styles.sample(rng)
        apis = self._apis.sample(rng, request, style)
        examples = self._examples.sample(rng, style, self._seeds, verified or {})
        template, prompt = self._prompts.sample(rng)
        pairs = rng.randint(*self._pairs)
        return Sample(
            request=request,
            seed=derived_seed(self._seed, "model", request),
            style=style,
            apis=apis,
            examples=examples,
            template=template,
            instruction=prompt.render(rng, style, apis, pairs),
            pairs=pairs,
        )
