"""What a docstring says about a function: its description, and type and meaning of each parameter.

Google, NumPy and Sphinx style are read (library `docstring_parser`). Names are only looked up, never taken over: a
docstring that speaks of parameters that do not exist adds none.
"""

import inspect
import re
from dataclasses import dataclass, field
from typing import Any

MAX_DESCRIPTION = 600
"""Characters of a description; a second paragraph that would exceed it is left out."""

_SECTION = re.compile(
    r"(args|arguments|attributes|parameters|params|other parameters|keyword arguments|keyword args|returns?|yields?|"
    r"raises|warns|warnings?|examples?|notes?|references|see also|todo|usage)\s*:?\s*$",
    re.I,
)
_UNDERLINE = re.compile(r"^\s*([-=~^*])\1{2,}\s*$")
_FIELD = re.compile(r"^\s*[:@](param|parameter|arg|argument|key|type|returns?|rtype|raises?|yields?)\b", re.I)
_DIRECTIVE = re.compile(r"^\s*(\.\. |>>> |[-*+•] |\d+[.)] |\|)")
_CALL_LINE = re.compile(r"^[\w.]+\(.*\)\s*(->.*|=.*)?$")
_ROLE = re.compile(r":[\w:.+-]+:`~?([^`<]+?)(\s*<[^`]*>)?`")
_LINK = re.compile(r"`([^`<]+?)\s*<[^`>]+>`__?")


@dataclass(frozen=True)
class ParameterWords:
    """What is said about one parameter; `type_text` is None if no type is given."""

    type_text: str | None = None
    description: str = ""


@dataclass(frozen=True)
class Documented:
    """What is said about a function."""

    description: str = ""
    parameters: dict[str, ParameterWords] = field(default_factory=dict)


def docstring_of(function: Any) -> str:
    """The function's docstring without common indentation; empty if there is none, or no function."""
    if function is None:  # which has a docstring of its own since Python 3.13
        return ""
    try:
        text = inspect.getdoc(function)
    except Exception:  # objects of any kind may fail when asked
        return ""
    return text if isinstance(text, str) else ""


def read(text: str) -> Documented:
    """Read a docstring. Never raises: what cannot be parsed says nothing."""
    return Documented(description_of(text), _parameters(text)) if text.strip() else Documented()


def description_of(text: str) -> str:
    """The summary, and the paragraph after it if both are short; whitespace normalised, without markup."""
    paragraphs = _paragraphs(inspect.cleandoc(text))
    if paragraphs and _CALL_LINE.match(paragraphs[0][0]):  # builtins open with their own signature
        first = paragraphs.pop(0)[1:]
        paragraphs = ([first] if first else []) + paragraphs
    if not paragraphs or _DIRECTIVE.match(paragraphs[0][0]):
        return ""
    summary = plain_text(" ".join(paragraphs[0]))
    if len(paragraphs) > 1 and not (_DIRECTIVE.match(paragraphs[1][0]) or paragraphs[1][0].startswith(" ")):
        more = plain_text(" ".join(paragraphs[1]))
        whole = f"{summary if summary.endswith(('.', '!', '?', ':')) else summary + '.'} {more}"
        if len(whole) <= MAX_DESCRIPTION and not more.endswith(":"):
            return whole
    return shortened(summary)


def plain_text(text: str) -> str:
    """One line without reStructuredText markup."""
    text = _LINK.sub(r"\1", _ROLE.sub(r"`\1`", " ".join(text.split())))
    return text.replace("``", "`").removesuffix("::").strip()


def shortened(text: str) -> str:
    """At most `MAX_DESCRIPTION` characters, cut after a sentence or a word."""
    if len(text) <= MAX_DESCRIPTION:
        return text
    cut = text[: MAX_DESCRIPTION - 1]
    sentence = cut.rfind(". ")
    return cut[: sentence + 1] if sentence > MAX_DESCRIPTION // 3 else cut.rsplit(" ", 1)[0] + "…"


def _paragraphs(text: str) -> list[list[str]]:
    """Paragraphs, as lists of lines, up to the first section, field list or doctest."""
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if _UNDERLINE.match(line) and found[-1]:
            found[-1].pop()
            break
        if line.strip().startswith(">>>") or _FIELD.match(line) or _SECTION.fullmatch(line.strip()):
            break
        if line.strip():
            found[-1].append(line.rstrip())
        elif found[-1]:
            found.append([])
    return [paragraph for paragraph in found if paragraph]


def _parameters(text: str) -> dict[str, ParameterWords]:
    import docstring_parser  # only where a docstring is really read

    try:
        parsed = docstring_parser.parse(text).params
    except Exception:  # malformed docstrings are common
        return {}
    found: dict[str, ParameterWords] = {}
    for param in parsed:
        if "attribute" in param.args:
            continue
        words = ParameterWords((param.type_name or "").strip() or None, shortened(plain_text(param.description or "")))
        for name in param.arg_name.split(","):
            found.setdefault(name.strip().lstrip("*"), words)
    return found
