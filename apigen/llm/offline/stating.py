"""Arguments put into words: every value stated, with the unit and the noun that its name and description suggest.

A stated value stands between `OPEN` and `CLOSE`, two private-use characters, so that later steps (tone, misspelling)
leave it alone; `plain` removes them.
"""

import json
import random
import re
from datetime import date
from typing import NamedTuple

from apigen.llm.offline.nouns import UNITS, article, is_plural, naming, singular
from apigen.llm.offline.prompts import Function
from apigen.records import Json
from apigen.values.naming import words_of

OPEN, CLOSE = "\ue000", "\ue001"
_MARKS = re.compile("[\ue000\ue001]")
_HEADS = ("name", "title", "team", "product", "item", "label", "id", "code")
SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip

_TEXT_LIKE = re.compile(r"[^\w\-+./:#°%&@]|^[^\w#+.\-]|[.:\-/&]$")
_MONEY = frozenset((
    "debts", "costs", "fees", "sales", "savings", "earnings", "expenses", "assets", "taxes", "gains",
))  # fmt: skip
_VERBS = frozenset((
    "allow", "include", "use", "keep", "skip", "drop", "ignore", "exclude", "round", "sort", "reverse", "return",
    "show", "apply", "add", "remove", "count", "strip", "force", "normalize", "normalise", "trim", "merge",
    "split", "invert", "preserve", "convert", "prefer", "enable", "disable",
))  # fmt: skip


class Stated(NamedTuple):
    """One argument in words, in four forms.

    `phrase` follows "with" ("a width of 800 pixels"); `clause` is a sentence part ("the width is 800 pixels"); `short`
    is telegraphic ("width 800 pixels"); `adverb` stands alone ("from 2024-03-01") or is empty.
    """

    phrase: str
    clause: str
    short: str
    adverb: str = ""
    command: str = ""


def plain(text: str) -> str:
    """`text` without the marks around values."""
    return _MARKS.sub("", text)


def mark(text: str) -> str:
    """A value's own text, guarded; an empty one stays empty."""
    return f"{OPEN}{_MARKS.sub('', text)}{CLOSE}" if text else ""


def stated(function: Function, name: str, value: Json, rng: random.Random) -> Stated:
    """Put one argument into words."""
    schema = function.properties.get(name, {})
    description = str(schema.get("description") or "")
    noun, unit = naming(name, description)
    if isinstance(value, bool):
        return _boolean(noun, value)
    if value is None or value == [] or value == {} or value == "":
        return Stated(f"no {noun}", f"there is no {noun}", f"no {noun}")
    text = in_words(value, rng, name=name, unit=unit)
    if isinstance(value, int | float) and _counts(noun, unit, value):
        return _counted(noun, text, value)
    adverb = "" if "enum" in schema else _adverb(name, noun, value, text)
    are = "are" if is_plural(noun) else "is"
    if isinstance(value, list | dict):
        phrase = f"{'these' if are == 'are' else 'this'} {noun}: {text}"
        return Stated(phrase, f"the {noun} {are} {text}", f"{noun}: {text}", adverb)
    phrase = f"the {noun} {text}" if isinstance(value, str) else f"{article(noun)} of {text}"
    return Stated(phrase, f"the {noun} {are} {text}", f"{noun} {text}", adverb)


def _boolean(noun: str, value: bool) -> Stated:
    first = noun.split(" ")[0]
    answer = "yes" if value else "no"
    if first in _VERBS:
        text = noun if value else f"do not {noun}"
        return Stated(f"{noun} set to {answer}", f"please {text}", f"{noun}: {answer}", command=text)
    if first in ("is", "has", "are", "was"):
        return Stated(f"{noun} set to {answer}", f"{noun}: {answer}", f"{noun}: {answer}")
    switch = "on" if value else "off"
    return Stated(f"the {noun} option {switch}", f"the {noun} option should be {switch}", f"{noun} {switch}")


def _counts(noun: str, unit: str, value: float) -> bool:
    """Whether the noun names things that the number counts: "12 episodes", "45 minutes per episode"."""
    head = noun.split(" per ")[0]
    if unit or not is_plural(head) or noun.startswith(("number of", "maximum", "minimum", "the ")):
        return False
    last = head.split(" ")[-1]
    return last in UNITS or (isinstance(value, int) and last not in _MONEY)


def _counted(noun: str, text: str, value: float) -> Stated:
    things = f"{text} {noun}"
    if value == 1:
        head, *rest = noun.split(" per ")
        things = f"{text} {' per '.join([singular(head), *rest])}"
    return Stated(things, f"{'there is' if value == 1 else 'there are'} {things}", things)


def _adverb(name: str, noun: str, value: Json, text: str) -> str:
    """A prepositional phrase, for parameters whose names are prepositions or places."""
    words = words_of(name)
    if not isinstance(value, str):
        return ""
    if words[0] in ("from", "to") and len(words) <= 2:
        return f"{words[0]} {text}"
    if noun in ("start date", "from date"):
        return f"from {text}"
    if noun in ("end date", "to date", "until"):
        return f"to {text}"
    if noun in ("date", "day", "as of date", "on date"):
        return f"{'as of' if 'of' in noun else 'on'} {text}"
    if noun in ("city", "location", "country", "place", "town"):
        return f"in {text}"
    if noun in (
        "text",
        "sentence",
        "message",
        "word",
        "string",
        "formula",
        "expression",
        "notation",
        "identifier",
        "code",
    ):
        return f"for {text}"
    return ""


def in_words(value: Json, rng: random.Random, *, name: str = "", unit: str = "", nested: bool = False) -> str:
    """The text of a value, marked: numbers with their unit, dates, quoted text, lists and objects readable."""
    if isinstance(value, bool):
        return mark("yes" if value else "no")
    if value is None:
        return mark("none")
    if isinstance(value, int | float):
        return _number(value, rng, name, unit, nested)
    if isinstance(value, str):
        return _string(value, rng, nested)
    if isinstance(value, list):
        return _list(value, rng, unit, nested)
    return _object(value, rng, nested)


def _number(value: int | float, rng: random.Random, name: str, unit: str, nested: bool) -> str:
    text = json.dumps(value)
    if isinstance(value, float) and value.is_integer() and "e" not in text:
        text = text.removesuffix(".0")
    year = "year" in name.lower() and 1000 < abs(value) < 3000
    if isinstance(value, int) and not nested:
        if abs(value) >= 1000 and not year and abs(value) < 10**9 and rng.random() < 0.3:
            text = f"{value:,}"
        elif 2 <= value <= 12 and rng.random() < 0.12:
            text = SMALL[value]
    if unit == "percent" and rng.random() < 0.4 and text[-1].isdigit():
        return mark(f"{text}%")
    if value == 1 and unit.endswith("s") and unit != "volts":
        unit = singular(unit)
    return mark(text) + (f" {unit}" if unit else "")


def _string(value: str, rng: random.Random, nested: bool) -> str:
    if not nested and (day := _date(value)) and rng.random() < 0.2:
        return mark(f"{MONTHS[day.month - 1]} {day.day}, {day.year}")
    if not _TEXT_LIKE.search(value) or _proper(value):
        return mark(value)
    return mark(f"'{value}'" if '"' in value and "'" not in value else f'"{value}"')


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        return None


def _proper(value: str) -> bool:
    words = value.split(" ")
    return 2 <= len(words) <= 3 and all(re.fullmatch(r"[A-Z][a-zé]+", word) for word in words)


def _list(value: list[Json], rng: random.Random, unit: str, nested: bool) -> str:
    if any(isinstance(item, list) for item in value):
        return enumerated([mark(json.dumps(item, ensure_ascii=False)) for item in value])
    items = [in_words(item, rng, nested=True) for item in value]
    text = (
        "[" + ", ".join(items) + "]"
        if nested
        else enumerated(items, "; " if any(isinstance(i, dict) for i in value) else ", ")
    )
    return f"{text} {unit}" if unit and not nested and all(isinstance(i, int | float) for i in value) else text


def _object(value: dict[str, Json], rng: random.Random, nested: bool) -> str:
    """`Ana (status yes, extra guests 2)`, or `bread 56, milk 25` for a mapping."""
    head = next((key for key in _HEADS if isinstance(value.get(key), str)), None)
    parts = [_entry(key, item, rng) for key, item in value.items() if key != head]
    inner = ", ".join(parts)
    if head is None:
        return f"({inner})" if nested else inner
    title = in_words(value[head], rng, nested=True)
    return f"{title} ({inner})" if parts else title


def _entry(key: str, value: Json, rng: random.Random) -> str:
    if "_" in key and key.islower():
        noun, unit = naming(key, "")
        return f"{noun} {in_words(value, rng, name=key, unit=unit, nested=True)}"
    return f"{mark(key)} {in_words(value, rng, name=key, nested=True)}"


def enumerated(items: list[str], separator: str = ", ") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else f"{separator.join(items[:-1])} and {items[-1]}" if items else ""
