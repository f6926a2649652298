"""A string that matches a regular expression: the parse tree of `re`, walked with random choices.

Look-arounds and back-references to what was not drawn are skipped, so the caller must test the result.
"""

import random
import string
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

_PRINTABLE = string.ascii_lowercase + string.digits
_EVERY = [chr(code) for code in range(32, 127)]
_CATEGORIES = {"DIGIT": string.digits, "WORD": string.ascii_lowercase + string.digits + "_", "SPACE": " "}
_EXTRA = 4  # repeats above the minimum of an open-ended quantifier


@lru_cache(maxsize=1024)
def _tree(pattern: str) -> Any:
    from re import _parser  # type: ignore[attr-defined]  # the only parser of the dialect that validators use

    return _parser.parse(pattern)


def matching(pattern: str, rng: random.Random) -> str | None:
    """Draw a string for `pattern`, or None if it is not a regular expression that Python reads."""
    try:
        tree = _tree(pattern)
    except Exception:  # ECMA syntax that Python lacks, or a broken pattern
        return None
    return "".join(_walk(tree, rng, {}, 0))


def _walk(nodes: Iterable[Any], rng: random.Random, groups: dict[int, str], depth: int) -> list[str]:
    return [_one(str(op), argument, rng, groups, depth + 1) for op, argument in nodes]


def _one(op: str, argument: Any, rng: random.Random, groups: dict[int, str], depth: int) -> str:
    match op:
        case "LITERAL":
            return chr(argument)
        case "NOT_LITERAL":
            return rng.choice([c for c in _PRINTABLE if ord(c) != argument])
        case "ANY":
            return rng.choice(_PRINTABLE)
        case "IN":
            return rng.choice(_members(argument) or ["x"])
        case "BRANCH":
            return "".join(_walk(rng.choice(argument[1]), rng, groups, depth))
        case "SUBPATTERN":
            text = "".join(_walk(argument[3], rng, groups, depth))
            if argument[0] is not None:
                groups[argument[0]] = text
            return text
        case "ATOMIC_GROUP":
            return "".join(_walk(argument, rng, groups, depth))
        case "GROUPREF":
            return groups.get(argument, "")
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _repeat(argument, rng, groups, depth)
    return ""


def _repeat(argument: Any, rng: random.Random, groups: dict[int, str], depth: int) -> str:
    low, high, body = argument
    most = min(int(high), int(low) + (_EXTRA if depth < 6 else 0))
    return "".join("".join(_walk(body, rng, groups, depth)) for _ in range(rng.randint(min(int(low), 500), most)))


def _members(items: Iterable[Any]) -> list[str]:
    """The characters of a class, the readable ones only if there are any."""
    negated, found = False, set()
    for op, argument in items:
        match str(op):
            case "NEGATE":
                negated = True
            case "LITERAL":
                found.add(chr(argument))
            case "RANGE":
                found.update(chr(code) for code in range(argument[0], min(argument[1], argument[0] + 255) + 1))
            case "CATEGORY":
                found |= _category(str(argument))
    if negated:
        found = set(_EVERY) - found
    return sorted(found & set(_PRINTABLE + string.ascii_uppercase)) or sorted(found)


def _category(name: str) -> set[str]:
    kind = name.removeprefix("CATEGORY_").removeprefix("UNI_")
    if kind.startswith("NOT_"):
        return set(_EVERY) - set(_CATEGORIES.get(kind[4:], ""))
    return set(_CATEGORIES.get(kind, ""))
