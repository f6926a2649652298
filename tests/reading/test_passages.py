"""A text that is one flawless value and nothing else is found at once, as the walk would find it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.reading.jsontext import Scanner
from apigen.reading.passages import _only_value, _Walk

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
AROUND = st.text(st.sampled_from(" \t\n\r\x1c\u00a0\ufeff,]`x<"), max_size=2)


def walked(text: str) -> object:
    return _Walk(text, Scanner(text, 64)).answer()


@settings(max_examples=300, deadline=None)
@given(VALUES, AROUND, AROUND, st.sampled_from([None, 1]))
def test_it_is_what_the_walk_finds_or_nothing(value: object, before: str, after: str, indent: int | None) -> None:
    text = before + json.dumps(value, indent=indent) + after
    found = _only_value(text, Scanner(text, 64))
    assert found is None or found == walked(text)


@pytest.mark.parametrize(
    "text", ['[{"query": "a"}]', ' \n{"pairs": [{}]}\n', "\u00a0[1, [2]]\x1c", '{"a": "</think>"}']
)
def test_flawless_values_are_found_at_once(text: str) -> None:
    found = _only_value(text, Scanner(text, 64))
    assert found is not None
    assert found == walked(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "{ }", "[]", "\ufeff[1]", "[1],", "[1] [2]", "[1,]", "[1", "so: [1]", "[1] so", "```\n[1]\n```", "1"],
)
def test_everything_else_is_left_to_the_walk(text: str) -> None:
    assert _only_value(text, Scanner(text, 64)) is None
