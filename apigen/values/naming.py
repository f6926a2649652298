"""Names taken apart: `pickupDate2`, `pickup_date` and `PICKUP-DATE` are all the words of a parameter."""

import re
from functools import lru_cache

_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


@lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[str, ...]:
    """The words of an identifier, in lower case."""
    return tuple(part.lower() for part in _PART.findall(name))


@lru_cache(maxsize=8192)
def label_of(name: str) -> str:
    """The words of an identifier, joined by spaces."""
    return " ".join(words_of(name))
