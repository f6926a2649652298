"""Type text before it is parsed: its marks (`, optional`, `default 5`), markup, and foreign spellings."""

import re

MAX_CHARS = 2000

_MARKER = re.compile(r"(optional|required|default\b.*|defaults to\b.*|(keyword|positional)[- ]only)\.?", re.I | re.S)
_BRACKETED_MARKER = re.compile(r"[\s,]+\(\s*(optional|required|default)\b(?!\[).*\)$", re.I)
_MEANS_OPTIONAL = re.compile(r"(optional|default)", re.I)
_ONE_DIMENSION = re.compile(r"\s+of shape \(\w+,?\)|\s+of length \w+\b|^\(\w+,\)\s+(?=\w)")
_LIKE = re.compile(r"\b(array|dict|tuple|list|path)[- _]like\b", re.I)


def is_optional(type_text: str) -> bool:
    """Whether the text marks the *argument* as one that may be left out.

    It does by `, optional`, `(optional)` or a default (`int, default 5`). A type that allows None (`Optional[int]`,
    `int or None`) does not: None may be given then, but something has to be.
    """
    if len(type_text) > MAX_CHARS:
        return False
    return any(_MEANS_OPTIONAL.match(marker) for marker in split_markers(plain_text(type_text))[1])


def plain_text(text: str) -> str:
    """The text without markup, in Python's spelling of generics: `Map<String, int[]>` → `Map[String, list[int]]`."""
    text = re.sub(r":(py:)?(class|obj|data|type|term):(?=`)", "", " ".join(text.split())).replace("`", "")
    text = text.replace("~", "").translate({ord(quote): "'" for quote in "‘’“”"}).strip().rstrip(".")
    if "'" in text or '"' in text:
        return text
    if re.search(r"[A-Za-z]<[A-Za-z?]", text):
        text = re.sub(r"\bObject\b", "Any", text.replace("<", "[").replace(">", "]"))  # Java's Object is any value
    while (array := re.sub(r"([A-Za-z_][\w.]*(\[[^\[\]]+\])?)\[\]", r"list[\1]", text)) != text:
        text = array
    text = _LIKE.sub(lambda like: {"array": "array_like", "path": "path"}.get(like[1].lower(), like[1]), text)
    return _ONE_DIMENSION.sub("", text)


def split_markers(text: str) -> tuple[str, list[str]]:
    """The type, and the marks that follow it: `int, optional` → `int`, [`optional`]."""
    markers: list[str] = []
    if bracketed := _BRACKETED_MARKER.search(text):
        text = text[: bracketed.start()]
        markers.append(bracketed[1])
    parts = [part.strip() for part in split_outside(text, ",")]
    cut = next((i for i, part in enumerate(parts) if i and _MARKER.fullmatch(part)), len(parts))
    return ", ".join(part for part in parts[:cut] if part), [*parts[cut:], *markers]


def split_outside(text: str, separator: str) -> list[str]:
    """Split where `separator` stands outside of brackets and quotes."""
    parts, start, level, quote = [], 0, 0, ""
    for i, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([{":
            level += 1
        elif char in ")]}":
            level -= 1
        elif level == 0 and i >= start and text.startswith(separator, i):
            parts.append(text[start:i])
            start = i + len(separator)
    return [*parts, text[start:]]
