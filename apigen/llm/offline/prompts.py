"""Prompts read back: the blocks (`<functions>`, `<calls>` ...) and the settings that stand between them.

A block is read as JSON from its tag on, so text inside it, whatever it says, can neither close it nor open another.
Blocks of one prompt share a suffix (`<query-3fa9c2>`); tags without it are text.
"""

import json
import re
from functools import lru_cache
from typing import Literal, NamedTuple

from apigen.records import Json, Message

_TAG = re.compile(r"^[ \t]*<(functions|examples|query|calls|results)(-[0-9a-f]+)?>[ \t]*\r?$", re.M)
_DECODER = json.JSONDecoder()
_STYLE = re.compile(r"^Query style:\s*([\w-]+)", re.M)
_RANGE = r"\s*(\d+)(?:\s*(?:-|–|to)\s*(\d+))?"
_CALLS = re.compile(r"^Calls per query:" + _RANGE, re.M)
_FUNCTIONS = re.compile(r"^Different functions per query:" + _RANGE, re.M)
_WRITING = re.compile(r"^Writing style(?:\s*\(([\w -]+)\))?:", re.M)
_COUNT = re.compile(r"^Number of (?:pairs|queries):\s*(\d+)", re.M)
_MOST_ITEMS = 100


class Function(NamedTuple):
    """An offered function as the prompt shows it."""

    name: str
    description: str
    parameters: dict[str, Json]
    examples: tuple[dict[str, Json], ...] = ()

    @property
    def properties(self) -> dict[str, dict[str, Json]]:
        """The schema of each parameter; an odd one is read as no constraint."""
        found = self.parameters.get("properties")
        if not isinstance(found, dict):
            return {}
        return {name: schema if isinstance(schema, dict) else {} for name, schema in found.items()}

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the arguments that a call must give."""
        return tuple(name for name in self.parameters.get("required") or () if isinstance(name, str))


class Asked(NamedTuple):
    """What a prompt asks for.

    `calls` are the calls to write queries for (`call_first`, one list a query), or those to judge (one list of all).
    `most_calls` and `most_functions` end the ranges that `calls_per_query` and `functions_per_query` begin.
    """

    task: Literal["pairs", "queries", "judgement"]
    functions: tuple[Function, ...]
    examples: tuple[Json, ...] = ()
    calls: tuple[Json, ...] = ()
    results: tuple[Json, ...] = ()
    query: str = ""
    style: str = "simple"
    calls_per_query: int = 1
    most_calls: int = 1
    functions_per_query: int = 1
    most_functions: int = 1
    writing: str = "realistic"
    number: int = 1
    five_questions: bool = True


def read_prompt(messages: tuple[Message, ...]) -> Asked | None:
    """What `messages` ask for, or None if they hold no block of functions."""
    text = "\n".join(message.content for message in messages if message.role != "system")
    system = "\n".join(message.content for message in messages if message.role == "system")
    blocks, rest = _blocks(text)
    if "functions" not in blocks:
        return None
    functions = read_functions(blocks["functions"])
    if "query" in blocks:
        query = _value(blocks["query"])
        return Asked(
            task="judgement",
            functions=functions,
            query=query if isinstance(query, str) else blocks["query"],
            calls=_items(blocks.get("calls")),
            results=_items(blocks.get("results")),
            five_questions="serves_query" in system or "serves_query" in rest,
        )
    return _asked(blocks, rest, functions)


def _asked(blocks: dict[str, str], rest: str, functions: tuple[Function, ...]) -> Asked:
    style, writing, counts = _STYLE.search(rest), _WRITING.search(rest), _COUNT.findall(rest)
    calls, most_calls = _range(_CALLS, rest)
    kinds, most_kinds = _range(_FUNCTIONS, rest)
    return Asked(
        task="queries" if "calls" in blocks else "pairs",
        functions=functions,
        examples=_items(blocks.get("examples")),
        calls=_items(blocks.get("calls")),
        results=_items(blocks.get("results")),
        style=style.group(1) if style else "simple",
        calls_per_query=calls,
        most_calls=most_calls,
        functions_per_query=kinds,
        most_functions=most_kinds,
        writing=((writing and writing.group(1)) or "realistic").strip().replace(" ", "_"),
        number=min(int(counts[-1]), _MOST_ITEMS) if counts else 1,
    )


def _range(pattern: re.Pattern[str], text: str) -> tuple[int, int]:
    match = pattern.search(text)
    if not match:
        return 1, 1
    low = min(int(match.group(1)), 20)
    return low, max(low, min(int(match.group(2) or low), 20))


def _blocks(text: str) -> tuple[dict[str, str], str]:
    """The JSON text of each block, and what stands outside of all blocks."""
    found: dict[str, str] = {}
    outside, position, suffix = [], 0, None
    while match := _TAG.search(text, position):
        if suffix is None:
            suffix = match.group(2) or ""
        if (match.group(2) or "") != suffix or match.group(1) in found:
            outside.append(text[position : match.end()])
            position = match.end()
            continue
        outside.append(text[position : match.start()])
        end = _end_of_json(text, match.end())
        closing = f"</{match.group(1)}{suffix}>"
        stop = text.find(closing, match.end() if end is None else end)
        inner_end = end if end is not None else stop if stop >= 0 else len(text)
        found[match.group(1)] = text[match.end() : inner_end].strip()
        position = stop + len(closing) if stop >= 0 else inner_end
    outside.append(text[position:])
    return found, "\n".join(outside)


def _end_of_json(text: str, start: int) -> int | None:
    while start < len(text) and text[start] in " \t\r\n":
        start += 1
    try:
        return _DECODER.raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return None


def _value(text: str | None) -> Json:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def _items(text: str | None) -> tuple[Json, ...]:
    value = _value(text)
    return tuple(value) if isinstance(value, list) else ()


@lru_cache(maxsize=512)
def read_functions(text: str) -> tuple[Function, ...]:
    """The functions of a block, without those that are not of the standard shape."""
    found = []
    for item in _items(text):
        if not isinstance(item, dict):
            continue
        item = item["function"] if isinstance(item.get("function"), dict) else item
        if isinstance(item.get("name"), str) and item["name"]:
            given = item.get("parameters")
            parameters = given if isinstance(given, dict) else {}
            found.append(
                Function(item["name"], str(item.get("description") or ""), parameters, _shown(item, parameters))
            )
    return tuple(found)


def _shown(document: dict[str, Json], parameters: dict[str, Json]) -> tuple[dict[str, Json], ...]:
    """Example arguments that a document shows, beside the parameters or as their JSON Schema `examples`."""
    for shown in (document.get("examples"), parameters.get("examples")):
        if isinstance(shown, list):
            return tuple(example for example in shown if isinstance(example, dict))
    return ()
