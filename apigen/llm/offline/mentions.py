"""What a query mentions: numbers in all the ways people write them, dates, times of day, quoted text."""

import re
from itertools import pairwise
from typing import NamedTuple

_UP_TO_TWENTY = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_WORDS: dict[str, float] = {
    **{word: place for place, word in enumerate(_UP_TO_TWENTY)},
    **{word: 30 + 10 * place for place, word in enumerate(_TENS)},
    **{word: 1 + place for place, word in enumerate(_ORDINALS)},
    "no": 0, "none": 0, "half": 0.5, "quarter": 0.25, "once": 1, "single": 1, "twice": 2, "double": 2, "pair": 2,
    "couple": 2, "both": 2, "triple": 3, "dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000,
    "billion": 1_000_000_000, "noon": 12, "duo": 2, "trio": 3, "midnight": 0,
}  # fmt: skip
_SCALES: dict[str, float] = {
    "hundred": 100, "thousand": 1000, "k": 1000, "grand": 1000, "million": 1e6, "m": 1e6, "mio": 1e6, "mn": 1e6,
    "billion": 1e9, "bn": 1e9, "b": 1e9, "dozen": 12, "lakh": 1e5,
}  # fmt: skip
_CONVERTED: dict[str, tuple[float, ...]] = {
    "%": (0.01,), "percent": (0.01,), "hour": (60, 3600, 1 / 24), "h": (60, 3600), "hr": (60, 3600),
    "hrs": (60, 3600), "minute": (60, 1 / 60), "min": (60, 1 / 60), "mins": (60, 1 / 60), "second": (1000, 1 / 60),
    "s": (1000, 1 / 60), "ms": (0.001,), "millisecond": (0.001,), "day": (24, 1440, 86400), "week": (7, 168),
    "month": (1 / 12, 30), "year": (12, 365, 52), "decade": (10,), "km": (1000,), "kilometre": (1000,),
    "kilometer": (1000,), "kg": (1000,), "kilo": (1000,), "kilogram": (1000,), "g": (0.001,), "gram": (0.001,),
    "m": (100, 1000, 0.001), "metre": (100, 1000), "meter": (100, 1000), "cm": (0.01, 10),
    "centimetre": (0.01, 10), "mm": (0.1, 0.001), "litre": (1000,), "l": (1000,), "liter": (1000,), "ml": (0.001,),
    "cent": (0.01,), "gb": (1000, 1024), "tb": (1000, 1024), "kw": (1000,), "ghz": (1000,), "mhz": (0.001, 1000),
    "khz": (1000,), "feet": (12,), "foot": (12,), "ft": (12,), "bp": (0.0001, 0.01), "°": (),
}  # fmt: skip
_NUMBER = re.compile(
    r"(?P<sign>(?<![\w.)\]%])[-−+])?(?P<body>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\w.])\.\d+)(?P<exp>e[+-]?\d+)?"
    r"(?:\s?(?P<unit>%|°|[a-zµ]+))?"
)
_FRACTION = re.compile(r"(?<![\w/.])(?:(\d+)[ -])?(\d+)/(\d+)(?![\w/])")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)")
_MONTH_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                "november", "december")  # fmt: skip
_MONTH = (
    "("
    + "|".join(
        f"{name[:3]}(?:{name[3:]})?\\.?" if name != "september" else "sept?(?:ember)?\\.?" for name in _MONTH_NAMES
    )
    + ")"
)
_SPOKEN = (
    re.compile(rf"\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(\d{{4}}))?\b"),
    re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+(\d{{4}}))?\b"),
)
_MONTH_YEAR = re.compile(rf"\b{_MONTH},?\s+(\d{{4}})\b")
_TIME = re.compile(r"\b(\d{1,2})(?:[:.]([0-5]\d))?\s*([ap])\.?m\b\.?")
_QUOTES = re.compile(r"\"([^\"]{1,4000})\"|(?<![\w'])'([^'\n]{1,4000})'(?![\w'])")
_ENUMERATOR = re.compile(r"(?<!\w)\(\d{1,2}\)(?= )")
_CODE = re.compile(r"(?<![\w#@./'+-])[a-z]{1,12}[-_]?\d[\w-]*(?![\w'@:])")
_LIST = re.compile(r"(?::| are) (\w[\w'-]*(?:, \w[\w'-]*)*,? (?:and|or) \w[\w'-]*)")
_LIST_JOINT = re.compile(r",? (?:and|or) |, ")
_SEPARATORS = re.compile(r"[\W_]+")
_LETTER_RUN = re.compile(r"[a-z]+")
_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "–": "-", "—": "-", "−": "-"})


class Number(NamedTuple):
    """One number of a text: what it may mean in all, and whether it stands alone (not inside a word, code or date)."""

    values: tuple[float, ...]
    text: str
    alone: bool


class Mentions(NamedTuple):
    """All that a query mentions, in forms ready to compare."""

    text: str
    squashed: str
    words: frozenset[str]
    values: frozenset[float]
    numbers: tuple[Number, ...]
    dates: frozenset[str]
    times: frozenset[str]
    quoted: tuple[str, ...]
    codes: tuple[str, ...]
    lists: tuple[tuple[str, ...], ...]


def folded(text: str) -> str:
    """Lower case, plain quotes and dashes, single spaces."""
    return " ".join(text.translate(_CURLY).lower().split())


def squashed(text: str) -> str:
    """Letters and digits only, in lower case: codes that are written with other separators are equal."""
    return _SEPARATORS.sub("", text.lower())


def rounded(value: float) -> float:
    """A number as a key: equal if it is equal to nine digits, without its sign."""
    return float(f"{abs(value):.9g}")


def mentions_of(query: str) -> Mentions:
    """Read a query."""
    text = _ENUMERATOR.sub("", folded(query))
    dates, rest = _dates(text)
    times, rest = _times(rest)
    numbers = _numbers(rest)
    words = _LETTER_RUN.findall(text)
    values = {value for number in numbers for value in number.values}
    values |= _spoken_numbers(words)
    values |= {rounded(int(part)) for day in dates for part in day.split("-") if part}
    return Mentions(
        text=text,
        squashed=squashed(text),
        words=frozenset(words),
        values=frozenset(values),
        numbers=tuple(numbers),
        dates=dates,
        times=times,
        quoted=_quoted(text),
        codes=tuple(_CODE.findall(rest)),
        lists=_lists(text),
    )


def _dates(text: str) -> tuple[frozenset[str], str]:
    """ISO dates (the year 0000 if not said) and the text without them."""
    found = {match.group() for match in _ISO_DATE.finditer(text)}
    text = _ISO_DATE.sub(lambda match: " " * len(match.group()), text)
    for pattern in _SPOKEN:
        for match in pattern.finditer(text):
            groups = match.groups()
            name, day = (groups[0], groups[1]) if groups[0][0].isalpha() else (groups[1], groups[0])
            if day is not None and 1 <= int(day) <= 31:
                found.add(f"{int(groups[2] or 0):04}-{_month(name):02}-{int(day):02}")
        text = pattern.sub(" ", text)
    for match in _MONTH_YEAR.finditer(text):
        found.add(f"{match.group(2)}-{_month(match.group(1)):02}-")
    return frozenset(found), _MONTH_YEAR.sub(" ", text)


def _month(name: str) -> int:
    return next(i for i, full in enumerate(_MONTH_NAMES, 1) if full.startswith(name[:3]))


def _times(text: str) -> tuple[frozenset[str], str]:
    found = set()
    for match in _TIME.finditer(text):
        hour = int(match.group(1)) % 12 + (12 if match.group(3) == "p" else 0)
        found.add(f"{hour:02}:{match.group(2) or '00'}")
    for word, clock in (("noon", "12:00"), ("midday", "12:00"), ("midnight", "00:00")):
        if word in text:
            found.add(clock)
    return frozenset(found), _TIME.sub(" ", text)


def _numbers(text: str) -> list[Number]:
    found = []
    for match in _NUMBER.finditer(text):
        body, unit = match.group("body"), match.group("unit") or ""
        try:
            value = float(body.replace(",", "") + (match.group("exp") or ""))
        except (ValueError, OverflowError):
            continue
        if value == float("inf"):
            continue
        values = {rounded(value), *_meanings(value, unit)}
        values |= {rounded(float(part)) for part in body.split(",")} if "," in body else set()
        before = text[match.start() - 1 : match.start()]
        after = text[match.end("body") : match.end("body") + 2]
        inside = (bool(before) and (before.isalnum() or before in "_/:#.-@^\\=+*")) or bool(
            re.match(r"[a-z_/:#@^\\*=]|[.-]\w", after)
        )
        found.append(Number(tuple(values), match.group().strip(), not inside or (bool(unit) and unit in _SCALES)))
    for match in _FRACTION.finditer(text):
        whole, top, bottom = (int(part) if part else 0 for part in match.groups())
        if bottom:
            found.append(
                Number((rounded(top / bottom), rounded(whole + top / bottom)), match.group(), match.group() != "24/7")
            )
    return found


def _meanings(value: float, unit: str) -> set[float]:
    """What a number with a unit may stand for: scaled (250k) or converted (2 hours as 120)."""
    found = {rounded(value * _SCALES[unit])} if unit in _SCALES else set()
    for form in (unit, unit.removesuffix("s")):
        found |= {rounded(value * factor) for factor in _CONVERTED.get(form, ())}
    return found


def _spoken_numbers(words: list[str]) -> set[float]:
    """Numbers written as words: "twelve", "twenty five", "two hundred thousand", "an hour and a half"."""
    found: set[float] = set()
    total = current = 0.0
    running = False
    for word in [*words, ""]:
        plain = _WORDS.get(word, _WORDS.get(word.removesuffix("s")))
        if plain is None:
            if running and word not in ("and", "a"):
                found.add(rounded(total + current))
                total = current = 0.0
                running = False
            continue
        found.add(float(plain))
        running = True
        if word in _SCALES and plain >= 100:
            current = (current or 1) * plain
            if plain >= 1000:
                total, current = total + current, 0.0
        else:
            current += plain
    for word, following in pairwise(words):
        amount = _WORDS.get(word, 1 if word in ("a", "an") else None)
        if amount is not None:
            found |= _meanings(amount, following)
    return found


def _lists(text: str) -> tuple[tuple[str, ...], ...]:
    """Lists of single words that are announced: "these colours: red, green and blue"."""
    found = (tuple(_LIST_JOINT.split(match.group(1))) for match in _LIST.finditer(text))
    return tuple(tuple(item for item in items if item.isalpha()) for items in found)


def _quoted(text: str) -> tuple[str, ...]:
    return tuple((double or single).strip() for double, single in _QUOTES.findall(text))
