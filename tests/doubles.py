"""Stand-ins that tests share: records made short, a model with a script, a caller that runs plain functions."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import PrivateAttr

from apigen.errors import ModelError
from apigen.llm.model import Model, ModelRequest, ModelResponse
from apigen.reasons import Reason
from apigen.records import (
    Api,
    Call,
    Candidate,
    Example,
    ExecutionResult,
    Implementation,
    Message,
    Outcome,
    Sample,
    Style,
)
from apigen.resources import Resources, Seat

SIMPLE = Style(name="simple", apis=(1, 1), calls=(1, 1), functions=(1, 1), instruction="One call.")
FREE = Style(name="free", apis=(1, 9), calls=(1, 9), functions=(1, 9), instruction="Any calls.")


def api(name: str = "add", properties: Mapping[str, Any] | None = None, **changes: Any) -> Api:
    """An executable API whose parameters are all required, unless `required` or `parameters` say otherwise."""
    properties = {"a": {"type": "integer"}, "b": {"type": "integer"}} if properties is None else dict(properties)
    required = list(changes.pop("required", properties))
    values: dict[str, Any] = {
        "name": name,
        "description": f"The {name} of things.",
        "parameters": {"type": "object", "properties": properties, "required": required},
        "implementation": Implementation(kind="python", target=f"functions:{name}"),
    }
    return Api(**(values | changes))


def call(name: str = "add", **arguments: Any) -> Call:
    return Call(name=name, arguments=arguments or {"a": 1, "b": 2})


def candidate(*calls: Call, query: str | None = "What is 1 plus 2?", **changes: Any) -> Candidate:
    values: dict[str, Any] = {"id": "000000-00", "request": 0, "position": 0, "style": "simple", "query": query}
    values |= {"calls": calls or (call(),), "text": "{}", "read": "strict"}
    return Candidate(**(values | changes))


def sample(*apis: Api, style: Style = FREE, **changes: Any) -> Sample:
    values: dict[str, Any] = {"request": 0, "seed": 7, "style": style, "apis": apis or (api(),), "examples": ()}
    values |= {"template": "concise", "instruction": "Be brief.", "pairs": 1}
    return Sample(**(values | changes))


def example(id: str = "seed-1", style: str = "simple", *, depth: int = 0, function: str = "add") -> Example:
    return Example(id=id, style=style, query=f"Query {id}?", answers=(call(function),), depth=depth)


class ScriptedModel(Model):
    """Answers with `answer(request)`: a text, a response, or an exception to raise; remembers what it was asked."""

    simulated: ClassVar[bool] = False
    answer: Callable[[ModelRequest], Any]
    shuffled: int = 0
    """If not 0: answers take up to so many turns of the event loop, by a hash of the request."""
    _asked: list[ModelRequest] = PrivateAttr(default_factory=list)

    @property
    def title(self) -> str:
        return "test/scripted"

    @property
    def asked(self) -> list[ModelRequest]:
        return self._asked

    async def complete(self, request: ModelRequest) -> ModelResponse:
        self._asked.append(request)
        digest = hashlib.sha256(f"{request.seed} {self.shuffled}".encode()).digest()
        for _ in range(digest[0] % self.shuffled if self.shuffled else 0):
            await asyncio.sleep(0)
        answer = self.answer(request)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, ModelResponse):
            return answer
        return ModelResponse(text=answer, model=self.title, prompt_tokens=10, completion_tokens=5, cost=0.001)


def says(*answers: Any) -> ScriptedModel:
    """A model that gives these answers in turn, the last one for ever."""
    left = list(answers)
    return ScriptedModel(answer=lambda request: left.pop(0) if len(left) > 1 else left[0])


def pairs(*items: tuple[str, Sequence[Call]]) -> str:
    """The text of a model that answers as it was asked to."""
    return json.dumps([{"query": query, "answers": [c.model_dump() for c in calls]} for query, calls in items])


class FakeCaller:
    """Runs plain functions by name; an exception in one is a rejection, as executors have it."""

    def __init__(self, **functions: Callable[..., Any]) -> None:
        self.functions = functions or {"add": lambda a, b: a + b}
        self.made: list[Call] = []

    async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
        self.made.append(call)
        if not api.executable:
            return ExecutionResult(
                position=position, name=call.name, outcome=Outcome.rejected, how="not_executed",
                reason=Reason.not_executable, message="no implementation",
            )  # fmt: skip
        try:
            result = self.functions[call.name](**call.arguments)
        except Exception as error:
            return ExecutionResult(
                position=position, name=call.name, outcome=Outcome.rejected, reason=Reason.runtime_error,
                error_type=type(error).__name__, message=str(error),
            )  # fmt: skip
        if isinstance(result, ExecutionResult):
            return result.model_copy(update={"position": position, "name": call.name})
        return ExecutionResult(position=position, name=call.name, outcome=Outcome.passed, result=result)

    async def sequence(self, steps: Sequence[tuple[Api, Call]]) -> tuple[ExecutionResult, ...]:
        return tuple([await self.call(api, call, position) for position, (api, call) in enumerate(steps)])


def resources(
    generator: Model | None = None, judge: Model | None = None, calls: Any = None, in_flight: int = 8
) -> Resources:
    refused = ModelError(Reason.model_unavailable, "nobody should ask")
    free = asyncio.Semaphore(in_flight)
    return Resources(
        generator=Seat(generator or says(refused), free),
        judge=Seat(judge or says(refused), free),
        calls=calls or FakeCaller(),
    )


def said(message: Message | Sequence[Message]) -> str:
    """The text of one or several messages."""
    return message.content if isinstance(message, Message) else "\n".join(m.content for m in message)
