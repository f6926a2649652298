"""How many requests a query makes, as its wording shows: numbered cases, "the same for", a function asked twice."""

import re
from functools import lru_cache

from apigen.llm.offline.mentions import folded
from apigen.llm.offline.prompts import Function
from apigen.llm.offline.wording import base_form

_NUMBERED = re.compile(r"(?<!\w)\((\d{1,2})\)(?= )")
_AGAIN = re.compile(
    r"\b(?:the same(?: thing)?(?: again)? for|repeat (?:it|this|that) for|(?:run|do) it(?: again)? for|once more for)\b"
)
_THEN_WITH = re.compile(r"\bthen with\b|\band finally with\b")
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"[a-z][a-z-]{3,}")
_COMMON = frozenset((
    "with", "from", "that", "which", "their", "into", "when", "what", "many", "much", "this", "given", "each",
    "between", "whether", "endpoint", "service", "tool", "function", "returns",
))  # fmt: skip
_GRAM = 4
_LEAST_WORDS = 3
_ENOUGH = 0.85


def too_few(query: str, called: list[str], functions: tuple[Function, ...]) -> str:
    """What shows that `query` asks for more than the functions `called` (one name a call) do, or nothing.

    Args:
        query: as it stands.
        called: the function's name of each call.
        functions: all that were offered.
    """
    text = folded(query)
    numbered = [int(n) for n in _NUMBERED.findall(text)]
    cases = max(numbered, default=0) if numbered == list(range(1, len(numbered) + 1)) else 0
    again = len(_AGAIN.findall(text)) + (len(_THEN_WITH.findall(text)) if "first with" in text else 0)
    if max(cases, 1 + again) > len(called):
        return f"{max(cases, 1 + again)} cases"
    for function in functions:
        times = max((text.count(gram) for gram in _grams(function.description)), default=0)
        if times > max(1, called.count(function.name)):
            return f"{function.name} {times} times"
    if len(functions) > 1:
        return _uncalled(text, called, functions)
    return ""


def _uncalled(text: str, called: list[str], functions: tuple[Function, ...]) -> str:
    """A function that the query describes nearly word by word, though it is not called."""
    used: set[str] = set()
    for function in functions:
        if function.name in called:
            used |= _words(function.description)
    said = set(_WORD.findall(text))
    for function in functions:
        own = _words(function.description) - used
        enough = _ENOUGH * len(own) if len(own) > _LEAST_WORDS else len(own)
        if function.name not in called and len(own) >= _LEAST_WORDS and len(own & said) >= enough:
            return f"{function.name} as well"
    return ""


@lru_cache(maxsize=4096)
def _grams(description: str) -> tuple[str, ...]:
    """Runs of four words of a description's first sentence."""
    words = re.split(r"[.;(]\s?", folded(description), maxsplit=1)[0].split()
    return tuple(" ".join(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1))


@lru_cache(maxsize=4096)
def _words(description: str) -> frozenset[str]:
    """The distinctive words of a description's first sentence, without its verb."""
    words = _WORD.findall(_TAG.sub(" ", re.split(r"[.;(]\s?", folded(description), maxsplit=1)[0]))
    return frozenset(words[1:] if words and base_form(words[0]) else words) - _COMMON
