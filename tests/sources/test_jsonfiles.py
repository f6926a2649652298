"""Reading JSON and JSON lines value by value."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apigen.sources.jsonfiles import MAX_DEPTH, flaw_of, parse, read_items


def values(path: Path, text: str, name: str = "file.json") -> list[tuple[object, int]]:
    file = path / name
    file.write_bytes(text.encode())
    return [(item.problem or item.value, item.line) for item in read_items(file)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n", []),
        ("[]", []),
        ('{"a": 1}', [({"a": 1}, 1)]),
        ('[\n{"a": 1},\n\n{"a": 2}\n]\n', [({"a": 1}, 2), ({"a": 2}, 4)]),
        ('{"a": 1}\n\n{"a": 2}\n', [({"a": 1}, 1), ({"a": 2}, 3)]),
        ('{\n"a": 1\n}\n{\n"a": 2}', [({"a": 1}, 1), ({"a": 2}, 4)]),
        ('{"a": "x\u2028y"}\n{"a": 2}', [({"a": "x\u2028y"}, 1), ({"a": 2}, 2)]),
        ("\ufeff[1]", [(1, 1)]),
    ],
)
def test_values_and_their_lines(tmp_path: Path, text: str, expected: list[object]) -> None:
    assert values(tmp_path, text) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "file.json"
    file.write_bytes('["é"]'.encode(encoding))
    assert [item.value for item in read_items(file)] == ["é"]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(b"PAR1\xff\xfe\x80")
    with pytest.raises(ValueError, match="codec"):
        read_items(file)


@pytest.mark.parametrize(
    ("text", "kept", "line", "problem"),
    [
        ('{"a": 1}\n{"a":}\n{"a": 3}', [{"a": 1}, {"a": 3}], 2, "the line is not JSON"),
        ('{"a":}\n{"a": 2}', [{"a": 2}], 1, "the line is not JSON"),
        ('[{"a": 1},\n{"a":}]', [{"a": 1}], 2, "from here on"),
        ('[{"a": 1},\n{"a": 2}', [{"a": 1}, {"a": 2}], 2, "ends inside a list"),
        ('[{"a": 1}\n{"a": 2}]', [{"a": 1}], 1, "a comma is missing"),
        ('[{"a": 1},]', [{"a": 1}], 1, "after the comma"),
        ('[{"a": 1}] x', [{"a": 1}], 1, "text follows"),
        ("name: get_weather", [], 1, "not JSON"),
        ("[" * 100_000, [], 1, "nested too deep"),
        ("[1, " + "9" * 5000 + "]", [1], 1, "digits"),
    ],
)
def test_what_is_readable_is_kept(tmp_path: Path, text: str, kept: list[object], line: int, problem: str) -> None:
    file = tmp_path / "file.json"
    file.write_text(text)
    items = read_items(file)
    assert [item.value for item in items if not item.problem] == kept
    [bad] = [item for item in items if item.problem]
    assert bad.line == line
    assert problem in bad.problem


def test_a_list_that_is_called_json_lines(tmp_path: Path) -> None:
    assert values(tmp_path, "[\n1,\n2\n]", "file.jsonl") == [(1, 2), (2, 3)]


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ('{"a": 1, "b": {"x": 1, "x": 1}}', "key `x` twice"),
        ("[NaN]", "NaN"),
        ('{"a": -Infinity}', "-Infinity"),
        ("[1e999]", "1e999"),
        ('["\\ud800"]', "surrogate"),
        ('{"\\udc00": 1}', "surrogate"),
        ("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), "deeper than 64"),
        ('{"a": [1.5, null, true, "\\ud83d\\ude00"]}', ""),
    ],
)
def test_flaws(text: str, flaw: str) -> None:
    found = flaw_of(parse(text))
    assert flaw in found
    assert bool(found) == bool(flaw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, derandomize=True)
@given(rows=st.lists(JSON), indent=st.sampled_from([None, 1]))
def test_every_list_is_read_back(tmp_path: Path, rows: list[object], indent: int | None) -> None:
    file = tmp_path / "file.json"
    file.write_text(json.dumps(rows, indent=indent))
    assert [item.value for item in read_items(file)] == rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, derandomize=True)
@given(rows=st.lists(st.dictionaries(st.text(), JSON, max_size=3), min_size=2))
def test_every_list_of_lines_is_read_back(tmp_path: Path, rows: list[object]) -> None:
    file = tmp_path / "file.json"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    assert [item.value for item in read_items(file)] == rows
