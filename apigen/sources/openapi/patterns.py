"""Regular expressions of documents: those that Python reads alike, and that no text can keep busy forever."""

import re
import warnings
from collections.abc import Sequence
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_MAX_CHARS = 1000
_MANY = 50
"""A repetition that may go on longer than this counts as unlimited."""
_NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")
_CLASSES = {"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s", "CATEGORY_WORD": r"\w",
            "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_NOT_WORD": r"\W"}  # fmt: skip


def usable_pattern(value: object) -> str | None:
    """The pattern for Python's `re`, or None if it cannot be used."""
    if not isinstance(value, str) or len(value) > _MAX_CHARS:
        return None
    text = _NAMED_GROUP.sub("(?P<", value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python will read in another way one day is not certain
            re.compile(text)
    except (re.error, RecursionError, OverflowError, Warning):
        return None
    return None if _explodes(_parser.parse(text), inside=False) else text


def _explodes(sequence: Sequence[Any], inside: bool) -> bool:
    """Whether an unlimited repetition repeats another one, with nothing to tell the rounds apart.

    `(a+)+$` takes time that doubles with each character; `(a+-)*` does not, as `-` ends each round.
    """
    nodes = list(sequence)
    fixed = _has_fixed_end(nodes)
    for node in nodes:
        repeated = _is_unlimited(node)
        if repeated and inside and not fixed:
            return True
        within = (inside and not fixed) or repeated
        if any(_explodes(part, within) for part in _parts(node)):
            return True
    return False


def _is_unlimited(node: Any) -> bool:
    return str(node[0]) in ("MAX_REPEAT", "MIN_REPEAT") and int(node[1][1]) > _MANY


def _parts(node: Any) -> list[Any]:
    """The sequences inside of a node."""
    kind, argument = str(node[0]), node[1]
    if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return [argument[2]]
    if kind == "SUBPATTERN":
        return [argument[-1]]
    if kind == "BRANCH":
        return list(argument[1])
    return [argument[1]] if kind.startswith("ASSERT") else []


def _has_fixed_end(nodes: list[Any]) -> bool:
    """Whether the sequence begins or ends with a character that nothing else in it can be."""
    for end, others in ((nodes[:1], nodes[1:]), (nodes[-1:], nodes[:-1])):
        if others and str(end[0][0]) == "LITERAL" and not any(_may_match(node, end[0][1]) for node in others):
            return True
    return False


def _may_match(node: Any, code: int) -> bool:
    """Whether a node may match the character, alone or within more; true if that is not known."""
    kind, argument = str(node[0]), node[1]
    if kind == "LITERAL":
        return bool(argument == code)
    if kind == "NOT_LITERAL":
        return bool(argument != code)
    if kind == "IN":
        negated = str(argument[0][0]) == "NEGATE"
        return negated != any(_in_class(item, code) for item in argument[negated:])
    if kind == "AT":
        return False
    parts = _parts(node)
    return not parts or any(_may_match(inner, code) for part in parts for inner in part)


def _in_class(item: Any, code: int) -> bool:
    kind, argument = str(item[0]), item[1]
    if kind == "RANGE":
        return bool(argument[0] <= code <= argument[1])
    if kind == "CATEGORY":
        return re.match(_CLASSES.get(str(argument), ""), chr(code)) is not None
    return bool(argument == code)
