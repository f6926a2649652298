"""Whether a query says a value, in one of the ways people write it."""

import re

from apigen.llm.offline.mentions import Mentions, rounded, squashed
from apigen.llm.offline.synonyms import said_otherwise

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
NUMBERS_INSIDE = re.compile(r"\d+(?:\.\d+)?")
_LETTERS = re.compile(r"[a-z]{3,}")


def number_said(value: float, mentions: Mentions) -> bool:
    """Whether the query says a number, in digits or words; 0 and 1 need not be."""
    key = rounded(value)
    if key in mentions.values or key in (0.0, 1.0):
        return True
    digits = str(value).removesuffix(".0")
    return len(digits) >= 5 and digits in mentions.squashed


def text_said(text: str, mentions: Mentions) -> bool:
    """Whether the query says a text (folded): as it is, as a date or time, by another name, or word by word."""
    if stands_in(text, mentions.text):
        return True
    squashed_text = squashed(text)
    if len(squashed_text) >= 5 and squashed_text in mentions.squashed:
        return True
    if not squashed_text:  # nothing but punctuation: said only as it is
        return text in mentions.text
    if (day := _DATE.match(text)) is not None:
        return _day_said(day.group(), text, mentions)
    if (clock := _CLOCK.fullmatch(text)) is not None:
        return _clock_said(clock, mentions)
    return said_otherwise(text, mentions.words, mentions.text) or _words_said(text, mentions)


def stands_in(text: str, query: str) -> bool:
    """Whether `text` stands in `query`, not inside a longer word or number."""
    start = query.find(text) if text else -1
    while start >= 0:
        end = start + len(text)
        before = start > 0 and text[0].isalnum() and query[start - 1].isalnum()
        after = end < len(query) and text[-1].isalnum() and query[end].isalnum()
        if not before and not after:
            return True
        start = query.find(text, start + 1)
    return False


def _day_said(day: str, text: str, mentions: Mentions) -> bool:
    said = day in mentions.dates or f"0000{day[4:]}" in mentions.dates or f"{day[:8]}" in mentions.dates
    rest = text[len(day) :].strip(" tz+")
    return said and (
        not rest or all(number_said(float(n), mentions) for n in NUMBERS_INSIDE.findall(rest.replace(":00", "")))
    )


def _clock_said(clock: re.Match[str], mentions: Mentions) -> bool:
    hour, minute = int(clock.group(1)), clock.group(2)
    spoken = {f"{hour:02}:{minute}", f"{hour}:{minute}", f"{(hour - 1) % 12 + 1}:{minute}"}
    if f"{hour:02}:{minute}" in mentions.times or any(form in mentions.text for form in spoken):
        return True
    return minute == "00" and float(hour) in mentions.values and hour > 0 and "at" in mentions.words


def _words_said(text: str, mentions: Mentions) -> bool:
    """Whether every word and number of `text` is said, in whatever order: "at least", "2 1/2 cups", "snake_case"."""
    words = _LETTERS.findall(text)
    if not words and not any(c.isdigit() for c in text):
        return False
    if not all(number_said(float(n), mentions) for n in NUMBERS_INSIDE.findall(text)[:50]):
        return False
    if not words:
        return len(text) > 2 and bool(re.search(r"[^\w]", text))
    return all(
        word in mentions.words or f"{word}s" in mentions.words or _stem_said(word, mentions.words) for word in words
    )


def _stem_said(word: str, words: frozenset[str]) -> bool:
    stem = word[: max(4, len(word) - 3)]
    return len(word) >= 4 and any(other.startswith(stem) for other in words)
