"""Numbers by meaning: the range and the granularity that `latitude`, `salary` or `*_percent` usually have."""

import random
import re
from functools import lru_cache
from typing import NamedTuple


class Span(NamedTuple):
    """A plausible range: bounds, decimals of a float, and the step of an integer."""

    low: float
    high: float
    decimals: int = 1
    step: int = 1


_NAMED: tuple[tuple[str, Span], ...] = (
    (r"\blat(itude)?\b", Span(-55, 68, 4)),
    (r"\b(lon|lng|long|longitude)\b", Span(-170, 175, 4)),
    (r"\b(probability|prob|alpha|confidence level|likelihood)\b", Span(0.05, 0.95, 2)),
    (r"\b(fraction|ratio|share|weighting|proportion)\b(?!.*percent)", Span(0.1, 0.9, 2)),
    (r"\b(interest|annual|discount|growth|inflation|tax|vat|yield|return|ap[ry])\b.*\b(rate|percent|pct)\b",
     Span(2, 12, 1)),
    (r"\b(percent|percentage|pct)\b", Span(5, 60, 0, 1)),
    (r"\brate\b", Span(1, 12, 1)),
    (r"\b(birth ?year|year of birth)\b", Span(1950, 2008)),
    (r"\byears?$(?<!s)|\byear (of|from|to|start|end)", Span(1995, 2026)),
    (r"\byears\b", Span(2, 30)),
    (r"\bage\b", Span(18, 75)),
    (r"\bmonth$", Span(1, 12)),
    (r"\bmonths\b", Span(6, 60, 0, 6)),
    (r"\b(day of month|day)$", Span(1, 28)),
    (r"\bdays\b", Span(2, 60)),
    (r"\b(hour)$", Span(6, 22)),
    (r"\bhours\b", Span(1, 12)),
    (r"\b(minute)$", Span(0, 59, 0, 5)),
    (r"\b(minutes|mins|min)\b", Span(10, 120, 0, 5)),
    (r"\b(millis|milliseconds|ms)\b", Span(100, 2500, 0, 50)),
    (r"\bseconds\b|\bsecs?\b", Span(5, 240, 0, 5)),
    (r"\bweeks\b", Span(2, 26)),
    (r"\b(salary|income|revenue|budget|turnover|sales|funding)\b", Span(20000, 120000, 0, 500)),
    (r"\b(principal|loan|mortgage|debt|capital|property|house)\b", Span(5000, 300000, 0, 500)),
    (r"\b(price|cost|amount|fee|payment|deposit|subtotal|total|balance|spend|value|bill|wage|tip)\b", Span(20, 950, 2)),
    (r"\b(weight|mass)\b.*\b(lb|lbs|pounds)\b", Span(100, 230)),
    (r"\b(weight|mass)\b|\bkg\b", Span(45, 110, 1)),
    (r"\bheight\b.*\bcm\b|\bcm\b.*\bheight\b", Span(150, 198)),
    (r"\bheight\b.*\b(m|metres|meters)\b", Span(1.5, 2, 2)),
    (r"\b(px|pixels?)\b|\b(width|height)\b.*\b(px|pixels)\b", Span(320, 3840, 0, 40)),
    (r"\b(temperature|temp|celsius)\b", Span(-5, 38, 1)),
    (r"\bfahrenheit\b", Span(20, 105, 0)),
    (r"\bkelvin\b", Span(240, 400, 0)),
    (r"\b(humidity)\b", Span(20, 95)),
    (r"\b(heart rate|pulse|bpm|tempo)\b", Span(60, 170)),
    (r"\b(speed|velocity|kmh|mph)\b", Span(10, 120)),
    (r"\b(distance|km|miles|kilomet)", Span(2, 200, 1)),
    (r"\b(mm|millimet)", Span(5, 400, 0, 5)),
    (r"\b(cm|centimet)", Span(10, 200)),
    (r"\b(grams?|g)\b", Span(50, 900, 0, 10)),
    (r"\b(population)\b", Span(5000, 900000, 0, 1000)),
    (r"\b(calories|kcal)\b", Span(150, 2400, 0, 50)),
    (r"\b(steps|words|views|impressions|followers|visitors)\b", Span(500, 20000, 0, 100)),
    (r"\b(bytes|kb|mb|gb|bitrate|kbps)\b", Span(64, 4096, 0, 64)),
    (r"\b(watt|watts|kw|kwh|power|energy)\b", Span(5, 900, 0, 5)),
    (r"\b(decimals?|digits|precision|places|ndigits)\b", Span(1, 4)),
    (r"\b(seed|offset|index|position|start)$", Span(1, 20)),
    (r"\b(count|quantity|qty|number of|num|pieces|people|persons|guests|players|size|length|limit|page|n|k)\b",
     Span(2, 24)),
    (r"\b(rating|stars|grade)\b", Span(1, 5)),
    (r"\b(score|points|level)\b", Span(5, 98)),
    (r"\b(angle|degrees|bearing|heading)\b", Span(5, 355, 0, 5)),
    (r"\bport\b", Span(1024, 9000)),
    (r"\b(width|height|length|depth|radius|diameter|side|area)\b", Span(2, 40, 1)),
)  # fmt: skip
_RULES = tuple((re.compile(pattern), span) for pattern, span in _NAMED)
_AS_FRACTION = re.compile(
    r"\bas a (decimal|fraction)\b|\bdecimal fraction\b|\b0\.\d+ (for|means|is)\b|between 0 and 1\b"
)
_DEFAULT_INTEGER = Span(2, 48)
_DEFAULT_NUMBER = Span(1.5, 95, 1)


@lru_cache(maxsize=8192)
def span_of(words: str, description: str, integer: bool) -> Span:
    """The plausible range for a number whose name has these words."""
    if not integer and _AS_FRACTION.search(description):
        return Span(0.02, 0.12, 3) if "rate" in words or "yield" in words else Span(0.1, 0.9, 2)
    for text in (words, f"{words} {description.lower()}"):
        for pattern, span in _RULES:
            if pattern.search(text):
                return span
    return _DEFAULT_INTEGER if integer else _DEFAULT_NUMBER


def number(span: Span, low: float | None, high: float | None, integer: bool, rng: random.Random) -> int | float:
    """Draw a number in `span`, moved into the bounds `low` and `high` (inclusive, None: open)."""
    at_least, at_most = _within(span, low, high)
    if integer:
        return _stepped(at_least, at_most, span.step, rng)
    decimals: int = span.decimals
    while decimals < 9 and (at_most - at_least) * 10**decimals < 4:  # a narrow range needs a finer grid
        decimals += 1
    scale: int = 10**decimals
    first, last = -int(-at_least * scale // 1), int(at_most * scale // 1)
    return round(rng.randint(first, max(first, last)) / scale, decimals)


def _within(span: Span, low: float | None, high: float | None) -> tuple[float, float]:
    at_least = span.low if low is None else max(span.low, low)
    at_most = span.high if high is None else min(span.high, high)
    if at_least <= at_most:
        return at_least, at_most
    width = span.high - span.low
    if low is not None and high is not None:
        return low, high
    return (low, low + width) if low is not None else ((high or 0) - width, high or 0)


def _stepped(low: float, high: float, step: int, rng: random.Random) -> int:
    first, last = -int(-low // 1), int(high // 1)
    coarse_first, coarse_last = -(-first // step), last // step
    if coarse_first <= coarse_last:
        return rng.randint(coarse_first, coarse_last) * step
    return rng.randint(first, max(first, last))
