"""Names and descriptions that a model can use, and regular expressions that cannot hang."""

import re

import pytest

from apigen.sources.openapi.patterns import usable_pattern
from apigen.sources.openapi.wording import (
    argument_name,
    operation_name,
    plain_text,
    sentence_of,
    shortened,
    title_case,
    unique,
)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<p>Gets a <b>pet</b>.</p><p>By id.</p>", "Gets a pet. By id."),
        ("Gets **one** pet, see [the docs](https://x.y/z).", "Gets one pet, see the docs."),
        ('# Pets\n\nAll of *them*.\n\n```json\n{"a": 1}\n```', 'Pets. All of them. {"a": 1}'),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("the user's <id> if 1 < 2", "the user's <id> if 1 < 2"),
        ("Use `limit` and snake_case_name and 2*3*4", "Use limit and snake_case_name and 2*3*4"),
        ("<script>alert(1)</script>Text<!-- no -->", "Text"),
        ("zero\u200bwidth\x1b[31m", "zerowidth[31m"),
        ("half \ud800 pair", "half ? pair"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b | | 1 | 2 |"),
        ("", ""),
        (None, ""),
        (5, ""),
    ],
)
def test_plain_text(written: object, text: str) -> None:
    assert plain_text(written, 600) == text


def test_text_is_cut_after_a_sentence_or_a_word() -> None:
    assert shortened("One sentence here. Another one that is long", 30) == "One sentence here."
    assert shortened("word " * 20, 30) == "word word word word word…"
    assert len(shortened("x" * 1000, 600)) == 600
    assert shortened("short", 30) == "short"


@pytest.mark.parametrize(
    ("operation_id", "method", "path", "name"),
    [
        ("getPet", "get", "/pets/{id}", "getPet"),
        ("pets.get one", "get", "/pets/{id}", "pets_get_one"),
        (None, "get", "/pets/{id}", "get_pets_by_id"),
        ("", "get", "/pets/{id}", "get_pets_by_id"),
        ("123", "get", "/pets", "get_pets"),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", "get", "/pets", "get_pets"),
        (["list"], "get", "/pets", "get_pets"),
        (None, "get", "/api/v2/pets", "get_pets"),
        (None, "get", "/v1", "get_v1"),
        (None, "get", "/", "get"),
        (None, "get", "/pets/{id}.json", "get_pets_json_by_id"),
        (None, "post", "/größe/{x}", "post_gr_e_by_x"),
        ("получить", "get", "/pets", "get_pets"),
    ],
)
def test_names(operation_id: object, method: str, path: str, name: str) -> None:
    assert operation_name(operation_id, method, path, "underscore") == name


def test_long_names_are_cut_to_what_models_accept() -> None:
    name = operation_name("a_rather_long_word_" * 9, "get", "/", "underscore")
    assert re.fullmatch("[A-Za-z0-9_-]{33,64}", name)
    assert operation_name("x" * 100, "get", "/", "underscore") == "x" * 64
    assert operation_name("keep.this", "get", "/", "keep") == "keep.this"


def test_unique_names_stay_short() -> None:
    taken: set[str] = set()
    assert [unique("x" * 64, taken) for _ in range(2)] == ["x" * 64, "x" * 62 + "_2"]
    assert [unique("a", taken) for _ in range(3)] == ["a", "a_2", "a_3"]


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("filter[name]", "filter_name"),
        ("$top", "top"),
        ("X-Id", "X-Id"),
        ("_id", "_id"),
        ("a.b", "a.b"),
        ("[]", "value"),
    ],
)
def test_argument_names(wire: str, name: str) -> None:
    assert argument_name(wire, "underscore") == name
    assert argument_name(wire, "keep") == wire


def test_other_words() -> None:
    assert title_case("pet-store_items") == "Pet Store Items"
    assert title_case("OAuth") == "OAuth"
    assert sentence_of("get", "/userAccounts/{userId}/pets") == "Get user accounts pets by user id."
    assert sentence_of("delete", "/") == "Delete the root."


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[a-z]+(-[a-z]+)*$",
        r"^([a-z0-9]+\.)+[a-z]{2,}$",
        r"^(\d{1,3},)*\d$",
        r"^(?:[A-Za-z0-9+/]{4})*$",
        r"^arn:(aws[a-z-]*)?:\w+$",
        r"^\d{4}-\d{2}$",
        "",
    ],
)
def test_ordinary_patterns_are_kept(pattern: str) -> None:
    assert usable_pattern(pattern) == pattern


def test_named_groups_of_javascript_become_pythons() -> None:
    assert usable_pattern(r"^(?<year>\d{4})$") == r"^(?P<year>\d{4})$"
    assert usable_pattern(r"(?<=a)b(?<!c)") == r"(?<=a)b(?<!c)"


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(a+)+$",
        r"((a*)*)*",
        r"^(\w+\s?)*$",
        r"(.+-)*x",
        r"([a-z.]+\.)+$",
        r"^(a{1,100})+$",
        r"(?:(?:x+)|y)*$",
        r"\p{L}+",
        "(",
        "[[a]",
        "x" * 5000,
        5,
        None,
        r"a{99999999999}",
    ],
)
def test_patterns_that_python_reads_otherwise_or_that_may_hang_are_none(pattern: object) -> None:
    assert usable_pattern(pattern) is None
