"""The closed vocabulary: every code means something, and some test provokes it."""

import re
from pathlib import Path

import pytest

from apigen.reasons import MEANINGS, Family, Reason

TESTS = Path(__file__).parent
SOURCES = {path: path.read_text("utf-8") for path in sorted(TESTS.rglob("test_*.py")) if path != Path(__file__)}


def mentions(reason: Reason) -> list[str]:
    """Tests that name the code, as `Reason.code` or as a word in quotes."""
    named = re.compile(rf"\bReason\.{reason}\b|[\"'(|\s]{reason}[\"')|]")
    return [path.relative_to(TESTS).as_posix() for path, text in SOURCES.items() if named.search(text)]


@pytest.mark.parametrize("reason", Reason)
def test_every_code_has_a_meaning(reason: Reason) -> None:
    meaning = MEANINGS[reason]
    assert isinstance(meaning.family, Family)
    assert re.fullmatch(r"[A-Z`].*\.", meaning.text)


@pytest.mark.parametrize("reason", Reason)
def test_every_code_is_provoked_by_a_test(reason: Reason) -> None:
    assert mentions(reason), f"no test below tests/ names {reason}"


def test_codes_are_slugs_equal_to_their_names() -> None:
    assert all(reason.name == reason.value and re.fullmatch(r"[a-z_]+", reason) for reason in Reason)


def test_meanings_are_told_in_the_order_of_the_codes_and_once_each() -> None:
    assert list(MEANINGS) == list(Reason)
    assert len({meaning.text for meaning in MEANINGS.values()}) == len(MEANINGS)


def test_codes_of_one_family_stand_together() -> None:
    families = [meaning.family for meaning in MEANINGS.values()]
    assert [family for i, family in enumerate(families) if family not in families[:i]] == list(Family)
    assert families == sorted(families, key=list(Family).index)
