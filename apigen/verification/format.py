"""Format checker: is the pair well-formed, and does it fit offered APIs and query style (APIGen, section 3.2)?"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from apigen.reasons import Reason
from apigen.records import Call, Json, Style
from apigen.resources import Resources
from apigen.verification.arguments import SHAPE
from apigen.verification.checker import PASSED, Case, Checker, Judgement, rejected


class FormatChecker(Checker):
    """Checks the shape of the pair, functions, arguments, query style, duplicate calls and placeholders.

    `profile`: `strict` checks arguments against the schema here. `paper` leaves missing arguments, types and values
    to the execution checker, as in the paper's Table 1. `placeholders` are regular expressions that a whole argument
    must not match, nor any part of the query, unless a call passes that part on within a longer text (a template to be
    filled, HTML to be cleaned); `style` and `duplicates` switch these checks.
    """

    stage: ClassVar[str] = "format"

    profile: Literal["strict", "paper"] = "strict"
    style: bool = True
    duplicates: bool = True
    placeholders: list[str] = Field(default_factory=list)

    @field_validator("placeholders")
    @classmethod
    def _compile(cls, value: list[str]) -> list[str]:
        for pattern in value:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"`{pattern}` is not a regular expression: {error}") from error
        return value

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [re.compile(pattern, re.IGNORECASE) for pattern in self.placeholders]

    def can_judge(self, case: Case) -> bool:
        """Every candidate has a format, the unreadable ones a bad one."""
        return True

    async def judge(self, case: Case, resources: Resources) -> Judgement:
        """The first fault found, the gravest of a call first."""
        candidate = case.candidate
        if candidate.problem is not None:
            return rejected(candidate.problem, candidate.problem_detail)
        query, calls = candidate.query or "", candidate.calls or ()
        if not query.strip():
            return rejected(Reason.missing_query, "the pair has no query")
        if not calls:
            return rejected(Reason.missing_answers, "the pair has no calls")
        for fault in self._faults(query, calls, case):
            return rejected(*fault)
        return PASSED

    def _faults(self, query: str, calls: tuple[Call, ...], case: Case) -> Iterator[tuple[Reason, str]]:
        for position in range(len(calls)):
            fault = case.fault(position)
            if fault and (self.profile == "strict" or fault[0] in SHAPE):
                yield fault
        if self.style:
            yield from _style_faults(calls, case.sample.style)
        if self.duplicates:
            yield from _duplicates(calls)
        yield from self._placeholders(query, calls)

    def _placeholders(self, query: str, calls: tuple[Call, ...]) -> Iterator[tuple[Reason, str]]:
        given = [(call.name, text.strip()) for call in calls for text in _texts(call.arguments)]
        for pattern in self._patterns:
            for name, text in given:
                if pattern.fullmatch(text):
                    yield Reason.placeholder, f"`{name}` is given the placeholder {text!r}"
            for found in pattern.finditer(query):
                if not any(found.group() in text for _, text in given):
                    yield Reason.placeholder, f"the query holds the placeholder {found.group()!r}"


def _style_faults(calls: tuple[Call, ...], style: Style) -> Iterator[tuple[Reason, str]]:
    for what, count, (low, high), reason in (
        ("calls", len(calls), style.calls, Reason.wrong_call_count),
        ("different functions", len({call.name for call in calls}), style.functions, Reason.wrong_function_count),
    ):
        if not low <= count <= high:
            wanted = str(low) if low == high else f"{low} to {high}"
            yield reason, f"{count} {what}, where the style {style.name} wants {wanted}"


def _duplicates(calls: tuple[Call, ...]) -> Iterator[tuple[Reason, str]]:
    if len(calls) < 2:
        return
    seen: set[str] = set()
    for call in calls:
        if call.key in seen:
            yield Reason.duplicate_call, f"`{call.name}` is called twice with the same arguments"
        seen.add(call.key)


def _texts(value: Json) -> Iterator[str]:
    """All strings within a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
