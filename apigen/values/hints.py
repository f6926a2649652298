"""What a description gives away about its values: quoted examples (`such as '2d6+3'`) and formats (YYYY-MM-DD)."""

import random
import re
from functools import lru_cache

_CUE = re.compile(
    r"\b(such as|e\.\s?g\.|for example|for instance|like|example|examples|one of|either|as in|or)\b", re.I
)
_QUOTED = re.compile(r"(?<![\w'\"`])(['\"`‘“])([^'\"`‘’“”\n]{1,80})['\"`’”](?![\w])")
_BARE = re.compile(r"(?:such as|e\.\s?g\.,?|for example,?|for instance,?)\s+([A-Z0-9#+][\w:./+#-]*\w)(?=[\s,;).]|$)")
_FORMAT_WORD = re.compile(r"[YyMmDdHhSsTZ0-9:./ -]+|HEX|RRGGBB", re.I)
_DIGITS = re.compile(r"\d+")
_DATE_LIKE = re.compile(r"\d{4}-\d{2}|\d{1,2}:\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}")

FORMATS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"YYYY-MM-DDTHH:MM(?!:SS)", "date-minutes"),
        (r"YYYY-MM-DD HH:MM(?!:SS)", "date-space-minutes"),
        (r"[+-]HH:MM", "utc-offset"),
        (r"YYYY-MM-DD[T ]HH:MM(:SS)?|ISO 8601 (timestamp|date-time|datetime|date and time)", "date-time"),
        (r"YYYY-MM-DD|yyyy-mm-dd|ISO (8601 )?date|ISO-8601 date", "date"),
        (r"YYYY-MM\b", "year-month"),
        (r"DD\.MM\.YYYY", "date-dots"),
        (r"MM/DD/YYYY", "date-us"),
        (r"\bH{1,2}:MM:SS", "time-seconds"),
        (r"\bH{1,2}:MM|24-hour", "clock"),
        (r"ISO 4217", "currency"),
        (r"ISO 3166", "country-code"),
        (r"ISO 639", "language-code"),
        (r"#?RRGGBB", "colour"),
        (r"\bE\.164", "phone"),
        (r"\bIANA\b.*\b(zone|time)", "time-zone"),
    )
)


@lru_cache(maxsize=8192)
def format_of(description: str) -> str | None:
    """The format that a description asks for, if it names one."""
    return next((kind for pattern, kind in FORMATS if pattern.search(description)), None)


@lru_cache(maxsize=8192)
def literals(description: str) -> tuple[str, ...]:
    """The example values that a description quotes, in order."""
    cue = _CUE.search(description)
    if not cue:
        return ()
    found = [match.group(2) for match in _QUOTED.finditer(description)]
    found += _BARE.findall(description)
    kept = [text.strip() for text in found if any(c.isalnum() for c in text) and not _is_format(text)]
    return tuple(dict.fromkeys(kept))


def _is_format(text: str) -> bool:
    return not _DIGITS.search(text) and bool(_FORMAT_WORD.fullmatch(text)) and len(text) > 2


def varied(literal: str, rng: random.Random, *, keep: float = 0.5) -> str:
    """`literal`, or another value of the same shape: its numbers drawn anew, with as many digits, never from 0."""
    if rng.random() < keep or " " in literal.strip() or len(literal) > 24 or _DATE_LIKE.search(literal):
        return literal
    return _DIGITS.sub(lambda match: _as_long(match.group(), rng), literal)


def _as_long(digits: str, rng: random.Random) -> str:
    if digits.startswith("0") or len(digits) > 6:
        return digits
    low = 10 ** (len(digits) - 1)
    top = int(digits)
    return str(rng.randint(low, max(low, top)))
