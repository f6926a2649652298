"""The offline model: a generator and a judge made of rules, that reads the same prompts as a language model.

It is what a run uses if no other model is named. Mistakes are made on purpose, at given rates, so that every checker
has something to reject; each is recorded in `ModelResponse.injected`, so catch and false-reject rates can be measured.
"""

import asyncio
import hashlib
import json
import random
from functools import cached_property
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from apigen.component import Component
from apigen.errors import ModelError
from apigen.llm.model import Model, ModelRequest, ModelResponse
from apigen.llm.offline.generating import Answer, write_pairs, write_queries
from apigen.llm.offline.judging import judge
from apigen.llm.offline.prompts import Asked, read_prompt
from apigen.reasons import Reason

Rate = Annotated[float, Field(ge=0, le=1)]
_CHARACTERS_PER_TOKEN = 4


class Mistakes(Component):
    """How often each defect is made, from 0 to 1, per candidate.

    A candidate gets one of them at most, so all but `prose_around` may add up to 1. `broken_json` and `truncated`
    spoil the last item of an answer, so that no item after it is lost: an answer has at most one. A defect that a
    candidate has no place for (no required argument to leave out) is not made, and not recorded.
    """

    broken_json: Rate = 0
    truncated: Rate = 0
    prose_around: Rate = 0
    unknown_function: Rate = 0
    unknown_argument: Rate = 0
    missing_argument: Rate = 0
    wrong_type: Rate = 0
    out_of_range: Rate = 0
    missing_call: Rate = 0
    extra_call: Rate = 0
    contradicting_value: Rate = 0

    @model_validator(mode="after")
    def _sum(self) -> Self:
        total = sum(rate for name, rate in self.rates.items() if name != "prose_around")
        if total > 1 + 1e-9:
            raise ValueError(f"rates that add up to at most 1 (without prose_around); these add up to {total:.3g}")
        return self

    @cached_property
    def rates(self) -> dict[str, float]:
        """All rates by name."""
        return {name: float(getattr(self, name)) for name in type(self).model_fields}


class OfflineModel(Model):
    """Rules instead of a language model: free, deterministic from the seed, without network.

    Keys:
        preset: a title for these settings, shown as `offline/<preset>`.
        mistakes: rates of the defects that the generator makes on purpose.
        variety: how far values may stray from the example calls of the documents, from 0 to 1; the further, the more
            calls are refused by their functions.
        judge_error_rate: how often the judge says the opposite, from 0 to 1.
        latency: seconds to wait before each answer, for demonstrations.
    """

    simulated: ClassVar[bool] = True

    preset: str = ""
    mistakes: Mistakes = Mistakes()
    variety: Rate = 1
    judge_error_rate: Rate = 0
    latency: Annotated[float, Field(ge=0)] = 0

    @property
    def title(self) -> str:
        """`offline`, or `offline/<preset>`."""
        return f"offline/{self.preset}" if self.preset else "offline"

    async def complete(self, request: ModelRequest) -> ModelResponse:
        """Answer from the messages and the seed alone.

        Raises:
            ModelError: the prompt has no block of functions to read, or this is no prompt that the model knows.
        """
        if self.latency:
            await asyncio.sleep(self.latency)
        asked = read_prompt(request.messages)
        if asked is None:
            raise ModelError(
                Reason.model_refused_request,
                "the offline model reads the blocks `<functions>` (and `<calls>`, `<query>`, `<results>`) of the"
                " shipped prompt templates, and this prompt has none; use another model, or a template with them",
            )
        answer = self._answer(asked, _random(request))
        prompt_characters = sum(len(message.content) for message in request.messages)
        return ModelResponse(
            text=answer.text,
            model=self.title,
            finish_reason=answer.finish_reason,
            prompt_tokens=_tokens(prompt_characters),
            completion_tokens=_tokens(len(answer.text)),
            cost=0.0,
            latency=self.latency,
            simulated=True,
            injected=answer.injected,
        )

    def _answer(self, asked: Asked, rng: random.Random) -> Answer:
        if asked.task == "pairs":
            return write_pairs(asked, self.mistakes.rates, rng, self.variety)
        if asked.task == "queries":
            return write_queries(asked, self.mistakes.rates, rng)
        verdict = judge(asked)
        flipped = rng.random() < self.judge_error_rate
        if flipped:
            verdict = verdict.flipped()
        text = json.dumps(verdict.answer(asked.five_questions), ensure_ascii=False)
        return Answer(text, (("judge_error",) if flipped else (),))


def _random(request: ModelRequest) -> random.Random:
    """A source of chance from the seed and the messages: the same on every platform."""
    digest = hashlib.sha256(str(request.seed).encode())
    for message in request.messages:
        digest.update(b"\0" + message.content.encode("utf-8", "replace"))
    return random.Random(int.from_bytes(digest.digest()[:16], "big"))


def _tokens(characters: int) -> int:
    return -(-characters // _CHARACTERS_PER_TOKEN)
