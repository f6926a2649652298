"""Nouns and units for parameters: `duration_minutes` is "duration", in "minutes"."""

import re
from functools import lru_cache

from apigen.values.naming import words_of

UNITS = {
    "px": "pixels", "percent": "percent", "pct": "percent", "kg": "kg", "g": "g", "mg": "mg", "lb": "lb",
    "lbs": "lb", "km": "km", "m": "m", "cm": "cm", "mm": "mm", "ms": "ms", "hz": "Hz", "khz": "kHz", "mhz": "MHz",
    "kbps": "kbps", "mbps": "Mbps", "db": "dB", "dbi": "dBi", "dbm": "dBm", "kcal": "kcal", "ml": "ml",
    "kmh": "km/h", "mph": "mph", "kw": "kW", "kwh": "kWh", "mb": "MB", "gb": "GB", "kb": "KB", "kpa": "kPa",
    "celsius": "°C", "fahrenheit": "°F", "inches": "inches", "feet": "feet", "miles": "miles", "meters": "metres",
    "metres": "metres", "usd": "US dollars", "eur": "euros", "minutes": "minutes", "seconds": "seconds",
    "hours": "hours", "days": "days", "weeks": "weeks", "months": "months", "years": "years", "degrees": "degrees",
    "liters": "litres", "litres": "litres", "mol": "mol", "gigabytes": "gigabytes", "megabytes": "megabytes",
    "megabits": "megabits", "hertz": "hertz", "c": "°C", "f": "°F", "l": "litres", "litre": "litres",
    "dollars": "dollars", "euros": "euros", "decibels": "decibels", "volts": "volts", "watts": "watts",
    "amps": "amps", "ohms": "ohms", "milliamps": "milliamps", "grams": "grams", "kilograms": "kilograms",
    "pounds": "pounds", "kilometres": "km", "kilometers": "km", "terabytes": "TB", "points": "points",
    "cents": "cents", "joules": "joules", "meter": "metres", "bpm": "bpm", "dpi": "dpi",
}  # fmt: skip
_IN_UNIT = re.compile(
    r"\bin (minutes|seconds|hours|days|weeks|months|years|kilometres|kilometers|metres|meters|miles|feet|inches|degrees"
    r"|percent|kilograms|grams|pounds|litres|liters|watts|volts|joules|pixels|euros)\b"
)
_EXPANDED = {
    "num": "number of", "max": "maximum", "min": "minimum", "avg": "average", "lat": "latitude", "std": "standard",
    "lon": "longitude", "lng": "longitude", "qty": "quantity", "pct": "percent", "temp": "temperature",
    "dob": "date of birth", "src": "source", "dst": "destination", "freq": "frequency", "amt": "amount",
}  # fmt: skip
_VAGUE = frozenset((
    "value", "data", "input", "arg", "param", "x", "obj", "object", "string", "s", "val", "number",
))  # fmt: skip
_UPPER = frozenset((
    "id", "url", "ip", "iban", "isbn", "bmi", "vat", "cc", "bcc", "utc", "led", "iso", "sku", "html", "json", "vin",
    "co2e", "dna", "rgb", "css", "hba1c", "srt", "fen", "ean", "ssn", "usb", "tv", "api", "xp",
))  # fmt: skip


@lru_cache(maxsize=8192)
def naming(name: str, description: str) -> tuple[str, str]:
    """The noun for a parameter and its unit: `duration_minutes` is ("duration", "minutes")."""
    words = name.split("_") if name.islower() and "_" in name.strip("_") else list(words_of(name))
    words = [word for word in words if word] or [name]
    unit = ""
    if len(words) > 1 and words[-1] in UNITS and "per" not in words:
        unit = UNITS[words.pop()]
    elif (match := _IN_UNIT.search(description)) and words[-1] not in UNITS:
        unit = match.group(1)
    if len(words) == 1 and (words[0] in _VAGUE or len(words[0]) == 1):
        words = _from_description(description) or words
    return " ".join(_spelled(word, alone=len(words) == 1) for word in words), unit


def _spelled(word: str, *, alone: bool) -> str:
    """A word as people write it: acronyms in capitals, abbreviations in full."""
    if word in _UPPER or (len(word) == 1 and word.isalpha() and not alone):
        return word.upper()
    return _EXPANDED.get(word, word)


def _from_description(description: str) -> list[str]:
    """The noun that a description begins with, if it is short."""
    head = re.split(r"[.,;:(]| to | that | which | as | in | such ", description.strip(), maxsplit=1)[0].split()
    if head and head[0].lower() in ("the", "a", "an"):
        head = head[1:]
    usable = 1 <= len(head) <= 4 and all(re.fullmatch(r"[A-Za-z][\w'-]*", word) for word in head)
    return [word.lower() if word[1:].islower() or len(word) == 1 else word for word in head] if usable else []


def article(noun: str) -> str:
    """`noun` with its indefinite article, or none for a plural."""
    if is_plural(noun):
        return noun
    vowel = noun[:1].lower() in "aeiou" and not noun.startswith(("uni", "use", "eu", "one"))
    return f"{'an' if vowel or noun[:4] in ('hour', 'hone') else 'a'} {noun}"


def is_plural(noun: str) -> bool:
    head = re.split(r" (?:of|per|in|for|to|at|on|from|by) ", noun, maxsplit=1)[0]
    return (
        len(head) > 2
        and head.endswith("s")
        and not head.endswith(("ss", "us", "is", "ness", "bias", "canvas", "gas", "lens", "radius"))
    )


def singular(noun: str) -> str:
    return noun[:-3] + "y" if noun.endswith("ies") else noun[:-1] if noun.endswith("s") else noun
