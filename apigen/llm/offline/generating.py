"""The generator: pairs for the offered functions, or queries for given calls, with mistakes at the rates asked for."""

import random
from typing import NamedTuple

from apigen.llm.offline import writing_out
from apigen.llm.offline.defects import DEFECTS
from apigen.llm.offline.drafts import Draft, Drawer
from apigen.llm.offline.prompts import Asked, Function
from apigen.llm.offline.queries import write
from apigen.records import Json

_TEXT_DEFECTS = ("broken_json", "truncated")
_QUERY_DEFECTS = ("missing_call", "extra_call", "contradicting_value")
_TRIES = 3


class Answer(NamedTuple):
    """The text of an answer and, item by item, the defects put into it."""

    text: str
    injected: tuple[tuple[str, ...], ...]
    finish_reason: str = "stop"


def write_pairs(asked: Asked, rates: dict[str, float], rng: random.Random, variety: float = 1.0) -> Answer:
    """Write `asked.number` pairs, fewer if the functions do not allow so many different ones."""
    drawer = Drawer(asked, rng, variety)
    drafts = [draft for _ in range(asked.number) if (draft := drawer.draft()) is not None]
    text_defect = _text_defect(len(drafts), rates, rng)
    items: list[Json] = []
    queries: set[str] = set()
    for place, draft in enumerate(drafts):
        if not (text_defect and place == len(drafts) - 1):
            _spoil(draft, drawer, rates, tuple(DEFECTS), rng)
        items.append({"query": _new_query(draft, asked.writing, queries, rng), "answers": draft.answers})
    return _written_out(items, drafts, text_defect, rates, rng)


def write_queries(asked: Asked, rates: dict[str, float], rng: random.Random) -> Answer:
    """Write one query for each list of calls, in their order."""
    drawer = Drawer(asked, rng)
    drafts = [_given(calls, asked) for calls in asked.calls]
    text_defect = _text_defect(len(drafts), rates, rng)
    items: list[Json] = []
    queries: set[str] = set()
    for place, draft in enumerate(drafts):
        if not (text_defect and place == len(drafts) - 1):
            _spoil(draft, drawer, rates, _QUERY_DEFECTS, rng, answers_fixed=True)
        items.append({"number": place + 1, "query": _new_query(draft, asked.writing, queries, rng)})
    return _written_out(items, drafts, text_defect, rates, rng)


def _given(calls: Json, asked: Asked) -> Draft:
    """The draft for calls that stand in the prompt; what is not a call is passed over."""
    by_name = {function.name: function for function in asked.functions}
    found: list[tuple[Function, dict[str, Json]]] = []
    for call in calls if isinstance(calls, list) else [calls]:
        if isinstance(call, dict) and isinstance(call.get("name"), str):
            arguments = call.get("arguments")
            function = by_name.get(call["name"]) or Function(call["name"], "", {})
            found.append((function, arguments if isinstance(arguments, dict) else {}))
    return Draft.of(found)


def _text_defect(count: int, rates: dict[str, float], rng: random.Random) -> str | None:
    """The defect of the last item's text, if any: at `count` times the rate, as only one in `count` can have it."""
    chance = rng.random()
    for name in _TEXT_DEFECTS:
        chance -= rates.get(name, 0) * count
        if chance < 0 and count:
            return name
    return None


def _spoil(
    draft: Draft,
    drawer: Drawer,
    rates: dict[str, float],
    names: tuple[str, ...],
    rng: random.Random,
    *,
    answers_fixed: bool = False,
) -> None:
    """Put one defect at most into a draft. The rates hold for all items, so those open to it take a little more."""
    open_share = 1 - sum(rates.get(name, 0) for name in _TEXT_DEFECTS)
    chance = rng.random() * max(open_share, 1e-9)
    for name in names:
        chance -= rates.get(name, 0)
        if chance < 0:
            made = draft.stated and (
                _in_query(name, draft, drawer, rng) if answers_fixed else DEFECTS[name](draft, drawer, rng)
            )
            if made:
                draft.defects.append(name)
            return


def _in_query(name: str, draft: Draft, drawer: Drawer, rng: random.Random) -> bool:
    """Put the defect into the query, as the answers are given: what is stated differs from them."""
    if name == "extra_call":
        if len(draft.stated) < 2:
            return False
        del draft.stated[rng.randrange(len(draft.stated))]
        return True
    if name == "missing_call":
        return DEFECTS[name](draft, drawer, rng)
    functions = [function for function, _ in draft.stated]
    trial = Draft.of(draft.stated)
    if not DEFECTS[name](trial, drawer, rng):
        return False
    draft.stated = [(f, call["arguments"]) for f, call in zip(functions, trial.answers, strict=True)]
    return True


def _new_query(draft: Draft, writing: str, queries: set[str], rng: random.Random) -> str:
    query = write(draft.stated, writing, rng)
    for _ in range(_TRIES):
        if query not in queries:
            break
        query = write(draft.stated, writing, rng)
    queries.add(query)
    return query


def _written_out(
    items: list[Json], drafts: list[Draft], text_defect: str | None, rates: dict[str, float], rng: random.Random
) -> Answer:
    texts = [writing_out.item_text(item) for item in items]
    injected = [list(draft.defects) for draft in drafts]
    if text_defect:
        injected[-1].append(text_defect)
    prose = bool(texts) and rng.random() < rates.get("prose_around", 0)
    if text_defect == "truncated":
        text = writing_out.truncated_text(texts, rng)
        return Answer(text, tuple(tuple(defects) for defects in injected), "length")
    if text_defect == "broken_json":
        texts[-1] = writing_out.broken(texts[-1], rng)
    text = writing_out.answer_text(texts)
    if prose:
        text = writing_out.with_prose(text, rng)
        for defects in injected:
            defects.append("prose_around")
    return Answer(text, tuple(tuple(defects) for defects in injected))
