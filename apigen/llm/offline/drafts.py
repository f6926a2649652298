"""Pairs before they are text: calls drawn for the offered functions, within the ranges that the prompt gives."""

import copy
import random
from dataclasses import dataclass, field

from apigen.llm.offline.prompts import Asked, Function
from apigen.records import Api, Json, canonical_json
from apigen.values import arguments

_TRIES = 8
Call = tuple[Function, dict[str, Json]]


@dataclass
class Draft:
    """One pair in the making: the calls that its query asks for, and those answered. Equal unless defective."""

    stated: list[Call]
    answers: list[dict[str, Json]] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, calls: list[Call]) -> "Draft":
        """A clean draft."""
        return cls(list(calls), [{"name": f.name, "arguments": copy.deepcopy(a)} for f, a in calls])


class Drawer:
    """Draws calls of the offered functions; pairs of one answer take turns with them, and none is drawn twice."""

    def __init__(self, asked: Asked, rng: random.Random, variety: float = 1.0) -> None:
        self.variety = variety
        self.asked, self.rng = asked, rng
        examples = _examples_by_name(asked.examples)
        self.apis = {f.name: _api(f, (*f.examples, *examples.get(f.name, ()))) for f in asked.functions}
        self.turns = list(asked.functions)
        rng.shuffle(self.turns)
        self.taken: set[str] = set()

    def draft(self) -> Draft | None:
        """Draw the calls of one pair, or None if no new ones are found."""
        for _ in range(_TRIES):
            calls = self._calls()
            key = canonical_json(sorted(canonical_json([f.name, a]) for f, a in calls))
            if len(calls) >= self.asked.calls_per_query and calls and key not in self.taken:
                self.taken.add(key)
                return Draft.of(calls)
        return None

    def _calls(self) -> list[Call]:
        rng, asked = self.rng, self.asked
        wanted = rng.randint(asked.calls_per_query, asked.most_calls)
        kinds = min(rng.randint(asked.functions_per_query, asked.most_functions), wanted, len(self.turns))
        if not kinds:
            return []
        self.turns.append(self.turns.pop(0))
        chosen = self.turns[:kinds]
        plan = chosen + [rng.choice(chosen) for _ in range(wanted - kinds)]
        plan.sort(key=chosen.index)
        calls: list[Call] = []
        for function in plan:
            if (call := self.another(function, calls)) is not None:
                calls.append(call)
        return calls

    def another(self, function: Function, calls: list[Call]) -> Call | None:
        """Draw a call of `function` that is not among `calls`."""
        keys = {canonical_json(a) for f, a in calls if f.name == function.name}
        for _ in range(_TRIES):
            found = arguments(self.apis[function.name], self.rng, variety=self.variety)
            if found is not None and canonical_json(found) not in keys:
                return function, found
        return None


def _api(function: Function, examples: tuple[dict[str, Json], ...]) -> Api:
    return Api(
        name=function.name,
        description=function.description,
        parameters={"type": "object", **function.parameters},
        examples=examples,
    )


def _examples_by_name(examples: tuple[Json, ...]) -> dict[str, tuple[dict[str, Json], ...]]:
    """The arguments that the prompt's examples give for each function."""
    found: dict[str, tuple[dict[str, Json], ...]] = {}
    for example in examples:
        for call in (example.get("answers") if isinstance(example, dict) else None) or ():
            if isinstance(call, dict) and isinstance(call.get("name"), str) and isinstance(call.get("arguments"), dict):
                found[call["name"]] = (*found.get(call["name"], ()), call["arguments"])
    return found
