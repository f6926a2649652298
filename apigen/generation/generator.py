"""LLM generator: a sample becomes a prompt, the model's answer becomes candidates (APIGen, section 3.2).

Two strategies. `QueryFirst` is the paper's: the model writes queries and calls. `CallFirst` draws the arguments from
schema, types and examples, makes the calls, and has the model write the query that states every value; format and
execution then hold by construction, which lets small models produce good data.
"""

import traceback
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge
from pydantic import Field, field_validator

from apigen.component import Component
from apigen.errors import ModelError, UserError
from apigen.generation.layout import call_first_messages, pairs_schema, queries_schema, query_first_messages
from apigen.generation.pairs import candidate, candidates_with_calls
from apigen.llm.model import ModelRequest, ModelResponse
from apigen.randomness import stream
from apigen.reading import Item, Reading
from apigen.reasons import Reason
from apigen.records import Api, Call, Candidate, ExecutionResult, Json, Outcome, Prompt, Sample
from apigen.resources import Caller, Resources
from apigen.values import arguments


@dataclass(frozen=True)
class Generation:
    """What came of one request: its candidates, or the infrastructure error that prevented them.

    `injected` holds the defects that an offline model put into each candidate, by position; checkers never see it.
    """

    prompt: Prompt
    candidates: tuple[Candidate, ...] = ()
    injected: tuple[tuple[str, ...], ...] = ()
    response: ModelResponse | None = None
    reason: Reason | None = None
    detail: str = ""


class Generator(Component):
    """Base of the generators. `pairs` is the range of query-answers pairs asked for in one request."""

    strategy: ClassVar[str] = ""
    """What the strategy is called in the tables."""

    pairs: tuple[Annotated[int, Ge(1)], Annotated[int, Ge(1)]] = (3, 5)
    reading: Reading = Reading()

    @field_validator("pairs")
    @classmethod
    def _low_before_high(cls, value: tuple[int, int]) -> tuple[int, int]:
        if value[0] > value[1]:
            raise ValueError("the range goes from low to high")
        return value

    @abstractmethod
    async def prompt(self, sample: Sample, calls: Caller) -> Prompt:
        """The prompt for `sample`.

        Raises:
            ModelError: no prompt can be made (`no_valid_call`).
        """

    @abstractmethod
    def _candidates(self, items: Sequence[Item], prompt: Prompt) -> tuple[Candidate, ...]:
        """The candidates for the items of an answer, in order."""

    @abstractmethod
    def _schema(self, prompt: Prompt) -> dict[str, Json]:
        """JSON Schema of the answer wanted."""

    def request(self, prompt: Prompt) -> ModelRequest:
        """What the model is sent for a prompt."""
        return ModelRequest(
            messages=prompt.messages, seed=prompt.sample.seed, purpose="generate", json_schema=self._schema(prompt)
        )

    async def generate(self, sample: Sample, resources: Resources) -> Generation:
        """Ask the model for the pairs of `sample` and read its answer. Never raises for what a model does."""
        prompt: Prompt | None = None
        response: ModelResponse | None = None

        def failed(reason: Reason, detail: str) -> Generation:
            asked = prompt or Prompt(sample=sample, strategy=self.strategy, messages=())
            return Generation(asked, response=response, reason=reason, detail=detail)

        try:
            prompt = await self.prompt(sample, resources.calls)
            response = await resources.generator.complete(self.request(prompt))
            items = self.reading.read(response.text, truncated=response.finish_reason == "length")
            candidates = self._candidates(items, prompt)
        except ModelError as error:
            return failed(error.reason, error.message)
        except UserError:
            raise
        except Exception:  # one odd answer must not end the run of all the others
            return failed(Reason.generator_failed, traceback.format_exc(limit=-4))
        injected = tuple(response.injected[i] if i < len(response.injected) else () for i in range(len(candidates)))
        return Generation(prompt=prompt, candidates=candidates, injected=injected, response=response)


class QueryFirst(Generator):
    """The paper's strategy: the model writes queries and calls.

    Each function is shown with up to `call_examples` sensible calls of it, from doctests or its document.
    """

    call_examples: int = Field(default=2, ge=0)

    strategy: ClassVar[str] = "query_first"

    async def prompt(self, sample: Sample, calls: Caller) -> Prompt:
        """Functions, examples, style and manner, as messages."""
        return Prompt(sample=sample, strategy=self.strategy, messages=query_first_messages(sample, self.call_examples))

    def _candidates(self, items: Sequence[Item], prompt: Prompt) -> tuple[Candidate, ...]:
        return tuple(candidate(item, prompt.sample, position) for position, item in enumerate(items))

    def _schema(self, prompt: Prompt) -> dict[str, Json]:
        return pairs_schema(prompt.sample.apis, prompt.sample.pairs)


class CallFirst(Generator):
    """Draw calls, make them, and have the model write the queries.

    `attempts` is how often a call is drawn anew if it cannot be made; `optional_rate` the share of optional arguments
    that are given; results are cut to `max_result_chars` in the prompt.
    """

    strategy: ClassVar[str] = "call_first"

    attempts: int = Field(default=8, ge=1)
    optional_rate: float = Field(default=0.5, ge=0, le=1)
    max_result_chars: int = Field(default=500, ge=20)

    async def prompt(self, sample: Sample, calls: Caller) -> Prompt:
        """Draw the calls of each pair, make them, and lay them out with their results."""
        groups: list[tuple[Call, ...]] = []
        results: list[list[Json]] = []
        for pair in range(sample.pairs):
            drawn = await self._draw(sample, pair, calls, {call.key for group in groups for call in group})
            if drawn:
                groups.append(tuple(call for call, _ in drawn))
                results.append([result for _, result in drawn])
        if not groups:
            names = ", ".join(api.name for api in sample.apis)
            raise ModelError(Reason.no_valid_call, f"no call that executes was found for {names}")
        messages = call_first_messages(sample, groups, results, self.max_result_chars)
        return Prompt(sample=sample, strategy=self.strategy, messages=messages, calls=tuple(groups))

    async def _draw(self, sample: Sample, pair: int, calls: Caller, used: set[str]) -> list[tuple[Call, Json]]:
        """The calls of one pair with their results; empty if too few can be found."""
        rng = stream(sample.seed, "call first", pair)
        style = sample.style
        size = rng.randint(*style.calls)
        functions = min(rng.randint(*style.functions), size, len(sample.apis))
        chosen = rng.sample(sample.apis, functions)
        targets = [chosen[i] if i < functions else rng.choice(chosen) for i in range(size)]
        drawn: list[tuple[Call, Json]] = []
        for api in targets:
            for _ in range(self.attempts):
                values = arguments(api, rng, optional_rate=self.optional_rate)
                call = Call(name=api.name, arguments=values) if values is not None else None
                if call is None or call.key in used:
                    continue
                outcome = await _outcome(api, call, [made for made, _ in drawn], sample, calls)
                if outcome.outcome is Outcome.passed or not api.executable:
                    used.add(call.key)
                    drawn.append((call, outcome.result))
                    break
        low = style.calls[0]
        enough = len(drawn) >= low and len({call.name for call, _ in drawn}) >= style.functions[0]
        return drawn if enough else []

    def _candidates(self, items: Sequence[Item], prompt: Prompt) -> tuple[Candidate, ...]:
        return candidates_with_calls(items, prompt.sample, prompt.calls)

    def _schema(self, prompt: Prompt) -> dict[str, Json]:
        return queries_schema(len(prompt.calls))


async def _outcome(api: Api, call: Call, drawn: Sequence[Call], sample: Sample, calls: Caller) -> ExecutionResult:
    """What comes of a call after those that were drawn before it, which only matter if it is on an instance."""
    before = [(sample.api_by_name[one.name], one) for one in drawn] if api.stateful else []
    results = await calls.sequence([*[step for step in before if step[0].stateful], (api, call)])
    return results[-1]
