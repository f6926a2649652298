"""Items written out as the text of an answer, with the defects of the text: broken JSON, truncation, prose around."""

import json
import random

from apigen.records import Json

_BEFORE = (
    "Here are the pairs you asked for:", "Sure! Here is the JSON:",
    "Below are the examples in the requested format.",
    "Of course. I made them as different from each other as I could:",
)  # fmt: skip
_AFTER = ("Let me know if you need more.", "I hope this helps!", "Each of them uses only the functions above.")


def item_text(item: Json) -> str:
    """One item on one line."""
    return json.dumps(item, ensure_ascii=False)


def answer_text(items: list[str]) -> str:
    """A JSON list of items, one a line."""
    return "[\n  " + ",\n  ".join(items) + "\n]" if items else "[]"


def truncated_text(items: list[str], rng: random.Random) -> str:
    """The list cut off inside its last item."""
    last = items[-1]
    cut = last[: rng.randint(min(9, len(last) // 2), max(9, len(last) * 9 // 10 - 2))]
    return "[\n  " + ",\n  ".join([*items[:-1], cut])


def with_prose(text: str, rng: random.Random) -> str:
    """The answer between two sentences, fenced or not."""
    body = f"```json\n{text}\n```" if rng.random() < 0.6 else text
    return f"{rng.choice(_BEFORE)}\n\n{body}\n\n{rng.choice(_AFTER)}"


def broken(item: str, rng: random.Random) -> str:
    """An item that no reader can read without guessing."""
    forms = [
        item[:-1],  # the closing brace is missing
        item.replace('"query":', "query:", 1),
        item.replace('"query":', '"query"', 1),
        item.replace('"query": "', '"query": ', 1),
    ]
    if '"name": "' in item:
        forms += [
            item.replace('", "answers"', '" "answers"', 1),
            item.replace('"arguments": {', '"arguments": {..., ', 1),
        ]
    return rng.choice([form for form in forms if form != item])
