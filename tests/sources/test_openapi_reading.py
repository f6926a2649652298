"""Documents as text: JSON and YAML, good and bad."""

import itertools

import pytest

from apigen.sources.openapi.reading import Fault, parsed, shown


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": "x"}',
        b'\xef\xbb\xbf{"a": "x"}',
        '{"a": "x"}'.encode("utf-16"),
        '\ufeff{"a": "x"}'.encode("utf-16-le"),
        b"a: x\n",
        b"\xef\xbb\xbfa: x\n",
        b"---\na: x\n---\nb: y\n",
        b"%YAML 1.2\n---\na: x\n",
        b"{a: x}",
        b"{'a': 'x',}",
        b"a: x # \x08\n",
        b"a: x\r\n",
    ],
)
def test_encodings_and_forms(data: bytes) -> None:
    assert parsed(data) == {"a": "x"}


def test_yaml_values_are_those_of_yaml_1_2() -> None:
    text = """
on: yes
no: off
200: {1.5: 2024-01-01, true: 12:30}
int: 010
hex: 0x1F
octal: 0o17
float: 1e3
date: 2024-01-01T00:00:00Z
underscore: 1_000
none: ~
empty:
text: "null"
tagged: !thing 5
bytes: !!binary aGk=
bool: TRUE
"""
    assert parsed(text.encode()) == {
        "on": "yes",
        "no": "off",
        "200": {"1.5": "2024-01-01", "true": "12:30"},
        "int": 10,
        "hex": 31,
        "octal": 15,
        "float": 1000.0,
        "date": "2024-01-01T00:00:00Z",
        "underscore": "1_000",
        "none": None,
        "empty": None,
        "text": "null",
        "tagged": "5",
        "bytes": "aGk=",
        "bool": True,
    }


def test_merge_keys() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\nd: {<<: *b}\ne: {<<: 5, f: 1}\n"
    found = parsed(text.encode())
    assert found["c"] == {"x": 1, "y": 1, "z": 3}
    assert found["d"] == {"y": 2, "z": 2}
    assert found["e"] == {"f": 1}


@pytest.mark.parametrize(
    "data", [b'{"a": 1, "a": 2, "b": 3}', b"a: 1\na: 2\nb: 3\n", b'{"a": NaN, "b": 3}', b"a: .nan\nb: 3"]
)
def test_a_fault_costs_only_its_place(data: bytes) -> None:
    found = parsed(data)
    assert isinstance(found["a"], Fault)
    assert found["b"] == 3


def test_a_key_given_twice_with_one_value_is_no_fault() -> None:
    assert parsed(b'{"a": 1, "a": 1}') == {"a": 1}
    assert isinstance(parsed(b'{"a": 1, "a": true}')["a"], Fault)


def test_an_alias_that_contains_itself_is_a_fault() -> None:
    [inner] = parsed(b"a: &a [*a]")["a"]
    assert isinstance(inner, Fault)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\xff\xfe\xfd", "UTF-8"),
        (b"\x89PNG\x00\x01", "UTF-8"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b'{"a": 1,, }', "line 1 column 9"),
        (b"a: 1\n\tb: 2", "line 2, column 1"),
        (b"a: 1\n\tb: 2", "spaces"),
        (b"a: [1", "line"),
        (b"a: b: c", "line 1, column 5"),
        (b"a: *missing", "line 1"),
        (b"[" * 100_000, "deep"),
        (b"- " * 1000 + b"x", "deep"),
        (b"a: " + b"[" * 900 + b"]" * 900, "deep"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parsed(data)


def test_the_form_can_be_fixed() -> None:
    with pytest.raises(ValueError, match="not JSON"):
        parsed(b"{a: 1}", "json")
    assert parsed(b'{"a": 1}', "yaml") == {"a": 1}


def bomb(merge: bool) -> bytes:
    names = "abcdefghijklmnop"
    lines = ["a: &a {x: [1]}"]
    for before, name in itertools.pairwise(names):
        aliases = ", ".join([f"*{before}"] * 9)
        lines.append(f"{name}: &{name} {{<<: [{aliases}], {name}: 1}}" if merge else f"{name}: &{name} [{aliases}]")
    return "\n".join(lines).encode()


@pytest.mark.parametrize("merge", [False, True])
def test_aliases_do_not_multiply(merge: bool) -> None:
    """Unfolded, there would be nine to the fifteenth values, and the test would never end."""
    found = parsed(bomb(merge))
    assert len(shown(found)) <= 80
    assert len(found) == 16
