"""From an item of a model's answer to a candidate, without changing or guessing anything.

The standard shape is `{"query": str, "answers": [{"name": str, "arguments": {…}}]}`; `answer` is read as an alias of
`answers`, since the paper uses both words.
"""

from collections.abc import Sequence

from apigen.reading import Item
from apigen.reasons import Reason
from apigen.records import Call, Candidate, Json, Sample

__all__ = ["Malformed", "candidate", "candidates_with_calls", "read_calls"]


class Malformed(ValueError):
    """An item is not of the standard shape."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def candidate(item: Item, sample: Sample, position: int) -> Candidate:
    """The candidate for one item of an answer that holds queries and calls."""
    query, calls = None, None
    problem, detail = item.problem, item.detail
    if problem is None:
        try:
            value = _mapping(item.value)
            query = read_query(value)
            calls = read_calls(value)
        except Malformed as error:
            problem, detail = error.reason, error.detail
    return _build(item, sample, position, query, calls, problem, detail)


def candidates_with_calls(
    items: Sequence[Item], sample: Sample, calls: Sequence[tuple[Call, ...]]
) -> tuple[Candidate, ...]:
    """The candidates of an answer that holds queries only, each for one of the lists of `calls`.

    An item names its list by `number`, from 1. Without a number it is the list at the item's place, if there are as
    many items as lists or the answer was cut off; else nobody can tell which calls a query is for.
    """
    in_order = len(items) == len(calls) or (bool(items) and items[-1].problem is Reason.truncated)
    taken: set[int] = set()
    return tuple(
        _candidate_with_calls(item, sample, position, calls, taken, in_order) for position, item in enumerate(items)
    )


def _candidate_with_calls(
    item: Item, sample: Sample, position: int, calls: Sequence[tuple[Call, ...]], taken: set[int], in_order: bool
) -> Candidate:
    query, found = None, None
    problem, detail = item.problem, item.detail
    if problem is None:
        try:
            value = _mapping(item.value)
            query = read_query(value)
            place = _place(value, position if in_order else None, len(calls))
            if place in taken:
                raise Malformed(Reason.wrong_shape, f"a second query for list {place + 1} of the calls")
            taken.add(place)
            found = calls[place]
        except Malformed as error:
            problem, detail = error.reason, error.detail
    return _build(item, sample, position, query, found, problem, detail)


def _place(value: dict[str, Json], position: int | None, size: int) -> int:
    """Which list of calls an item is for, from 0."""
    number = value.get("number")
    if number is None and position is not None:
        number = position + 1
    if number is None:
        raise Malformed(Reason.wrong_shape, "no `number` that says which list of calls the query is for")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= size:
        raise Malformed(Reason.wrong_shape, f"`number` is {number!r}, not one of 1 to {size}")
    return number - 1


def read_query(value: dict[str, Json]) -> str:
    """The query of an item.

    Raises:
        Malformed: there is none, it is empty, or no string.
    """
    query = value.get("query")
    if query is None or (isinstance(query, str) and not query.strip()):
        raise Malformed(Reason.missing_query, "no `query`, or an empty one")
    if not isinstance(query, str):
        raise Malformed(Reason.wrong_shape, f"`query` is {_kind(query)}, not a string")
    return query


def read_calls(value: dict[str, Json]) -> tuple[Call, ...]:
    """The calls of an item.

    Raises:
        Malformed: there are none, or one is not `{"name", "arguments"}`.
    """
    if "answers" in value and "answer" in value and value["answers"] != value["answer"]:
        raise Malformed(Reason.wrong_shape, "`answers` and `answer` differ")
    answers = value.get("answers", value.get("answer"))
    if answers is None or answers == []:
        raise Malformed(Reason.missing_answers, "no `answers`, or an empty list")
    if not isinstance(answers, list):
        raise Malformed(Reason.wrong_shape, f"`answers` is {_kind(answers)}, not a list of calls")
    return tuple(_call(item, index) for index, item in enumerate(answers))


def _call(value: Json, index: int) -> Call:
    if not isinstance(value, dict):
        raise Malformed(Reason.wrong_shape, f"answers[{index}] is {_kind(value)}, not a call")
    if set(value) != {"name", "arguments"}:
        keys = ", ".join(f"`{key}`" for key in value) or "no keys"
        raise Malformed(Reason.wrong_shape, f"answers[{index}] has {keys}; a call has `name` and `arguments` only")
    if not isinstance(value["name"], str) or not value["name"]:
        raise Malformed(Reason.wrong_shape, f"answers[{index}].name is {_kind(value['name'])}, not a function's name")
    if not isinstance(value["arguments"], dict):
        raise Malformed(Reason.wrong_shape, f"answers[{index}].arguments is {_kind(value['arguments'])}, not an object")
    return Call(name=value["name"], arguments=value["arguments"])


def _mapping(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise Malformed(Reason.wrong_shape, f"the item is {_kind(value)}, not an object")
    return value


def _kind(value: Json) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _build(
    item: Item,
    sample: Sample,
    position: int,
    query: str | None,
    calls: tuple[Call, ...] | None,
    problem: Reason | None,
    detail: str,
) -> Candidate:
    return Candidate(
        id=f"{sample.request:06d}-{position:02d}",
        request=sample.request,
        position=position,
        style=sample.style.name,
        query=query,
        calls=calls,
        text=item.text,
        read=item.kind,
        problem=problem,
        problem_detail=detail,
    )
