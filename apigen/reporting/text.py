"""Text of models and APIs made safe for a terminal, and figures as a person reads them.

What a model writes may hold escape sequences that recolour, retitle or rewrite the terminal, and characters that
reorder a line. They are removed from everything that is shown, never from what is stored.
"""

import math
import re

_SEQUENCES = re.compile(
    r"\x1b\][^\x07\x1b\n]{0,500}(?:\x07|\x1b\\)"  # OSC: titles, links, the clipboard
    r"|\x1b[PX^_][^\x1b\n]{0,500}\x1b\\"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]{0,50}[ -/]{0,10}[@-~]"  # CSI: colours, cursor
    r"|\x1b[ -/]{0,3}[0-~]"
)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")


def clean(text: str) -> str:
    """`text` without escape sequences and control characters; line ends and valid Unicode stay."""
    text = _BREAKS.sub("\n", _SEQUENCES.sub("", text))
    return _CONTROLS.sub("", text.replace("\t", "    ")).encode("utf-8", "backslashreplace").decode("utf-8")


def line(text: str, limit: int | None = None) -> str:
    """`text` cleaned, on one line, cut to `limit` characters."""
    if limit is not None:
        text = text[: 4 * limit + 1000]  # what is cut anyway need not be cleaned
    flat = " ".join(clean(text).split())
    return flat if limit is None or len(flat) <= limit else flat[: max(limit - 1, 0)].rstrip() + "…"


def passage(text: str, limit: int) -> str:
    """`text` cleaned with its lines kept; beyond `limit` characters it is cut, and the cut is told."""
    if len(text) <= limit:
        return clean(text)
    return f"{clean(text[:limit])} … ({count(len(text))} characters in all)"


def first_sentence(text: str, limit: int) -> str:
    """The first sentence of a description, on one line, without its full stop."""
    flat = line(text.strip().split("\n\n")[0])
    return line(re.split(r"(?<=[^.]{3}[.!?])\s+(?=[A-Z])", flat, maxsplit=1)[0].rstrip("."), limit)


def count(number: int | None) -> str:
    """A count with thousands separators."""
    return "–" if number is None else f"{number:,}"


def percent(part: float, whole: float) -> str:
    """`part` of `whole` as a percentage."""
    return f"{100 * part / whole:.1f}%" if whole else "–"


def money(cost: float | None, *, simulated: bool = False) -> str:
    """US dollars; unknown is never shown as nothing."""
    if simulated:
        return "free (simulated)"
    if cost is None:
        return "cost unknown"
    if cost >= 1 or cost == 0:
        return f"${cost:,.2f}"
    digits = max(4, 1 - math.floor(math.log10(cost)))  # two that count, however little it is
    return f"${cost:.{digits}f}"


def duration(seconds: float) -> str:
    """A duration in the two largest units that matter."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86400} d {whole % 86400 // 3600:02d} h"


def plural(number: int, noun: str) -> str:
    """`1 request`, `2 requests`."""
    plural_noun = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count(number)} {noun if number == 1 else plural_noun}"
