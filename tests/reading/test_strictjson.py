"""The fast way gives what the careful one gives, or nothing."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.reading.jsontext import Scanner
from apigen.reading.pieces import Piece
from apigen.reading.strictjson import StrictReader

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
CONTAINERS = st.lists(VALUES, max_size=4) | st.dictionaries(st.text(max_size=5), VALUES, max_size=3)


def told(piece: Piece) -> object:
    """All that items are made of. An inner frame matters only if it is the one list in a wrapping object."""
    inner = piece.inner
    wraps = isinstance(piece.root.value, dict) and len(piece.root.value) == 1
    listed = (inner.value, inner.start, inner.spans) if inner and wraps and isinstance(inner.value, list) else None
    root = piece.root
    return (piece.start, piece.end, root.value, root.spans, root.key, listed, piece.broken, piece.marks, piece.flaws)


@settings(max_examples=300, deadline=None)
@given(CONTAINERS, st.sampled_from([None, 1]), st.booleans(), st.sampled_from(["", " tail", ",[]", "\n```"]))
def test_flawless_values(value: object, indent: int | None, ascii: bool, tail: str) -> None:
    text = "x " + json.dumps(value, indent=indent, ensure_ascii=ascii) + tail
    fast = StrictReader(text, 64).read(2)
    slow = Scanner(text, 64).read_carefully(2)
    if fast is not None:
        assert told(fast) == told(slow)
    else:
        assert slow.broken or slow.marks or slow.flaws or "\\u" in text or any(0xD800 <= ord(c) < 0xE000 for c in text)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}', "[NaN]", "[-Infinity]", "[1e999]", '["\\ud800"]', '["\ud800"]', "[1,]", "[01]", "[1 2]",
        '["a\nb"]', "['a']", "[True]", "[", "[1", '{"a"', "{", '["\\x41"]', "[" * 65 + "]" * 65, f"[{'9' * 5000}]",
    ],
)  # fmt: skip
def test_at_the_first_doubt_it_gives_nothing(text: str) -> None:
    assert StrictReader(text, 64).read(0) is None


@pytest.mark.parametrize(
    "text",
    ['{"pairs": [{"query": "[x]"}, {}]}', '{"a[": [1]}', '{"a": []}', "[]", "{}", '{"a": {"b": [1]}}', "[[1], 2]"],
)
def test_wrapped_lists(text: str) -> None:
    fast = StrictReader(text, 64).read(0)
    assert fast is not None
    assert told(fast) == told(Scanner(text, 64).read_carefully(0))
