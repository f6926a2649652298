"""Call first with a class with state: each call is tried after those before it, on an instance of its own."""

import asyncio
import json
from collections.abc import Sequence

from doubles import FakeCaller, api, resources, sample, says

from apigen.generation import CallFirst
from apigen.records import Api, Call, ExecutionResult, Implementation, Outcome, Style

THREE = Style(name="three", apis=(1, 2), calls=(3, 3), functions=(1, 2), instruction="Three calls.")
COUNT = {"n": {"type": "integer", "minimum": 1, "maximum": 9}}


def method(name: str) -> Api:
    options = {"class": "Stock"}
    return api(name, COUNT, implementation=Implementation(kind="python", target=f"m:Stock.{name}", options=options))


class Stock(FakeCaller):
    """A stock of 10 for each sequence; a function beside it."""

    def __init__(self) -> None:
        super().__init__(double=lambda n: 2 * n)
        self.sequences: list[list[str]] = []

    async def sequence(self, steps: Sequence[tuple[Api, Call]]) -> tuple[ExecutionResult, ...]:
        left, results = 10, []
        self.sequences.append([made.name for _, made in steps])
        for position, (one, made) in enumerate(steps):
            if not one.stateful:
                results.append(await self.call(one, made, position))
                continue
            enough = left >= made.arguments["n"]
            left -= made.arguments["n"] if enough else 0
            outcome = Outcome.passed if enough else Outcome.rejected
            results.append(ExecutionResult(position=position, name=made.name, outcome=outcome, result=left))
        return tuple(results)


def drawn(caller: Stock, *apis: Api) -> tuple[tuple[Call, ...], ...]:
    plan = sample(*apis, style=THREE, pairs=4)
    made = asyncio.run(CallFirst(attempts=30).generate(plan, resources(says(json.dumps(["one?"] * 4)), calls=caller)))
    return made.prompt.calls


def test_the_whole_list_works_on_a_fresh_instance() -> None:
    groups = drawn(Stock(), method("take"))
    assert groups
    assert all(sum(call.arguments["n"] for call in group) <= 10 for group in groups)


def test_functions_are_not_made_again_for_the_sake_of_a_state() -> None:
    caller = Stock()
    assert drawn(caller, method("take"), api("double", COUNT))
    assert {tuple(names) for names in caller.sequences} <= {("double",), *[("take",) * n for n in (1, 2, 3)]}
    assert any(len(names) > 1 for names in caller.sequences)
