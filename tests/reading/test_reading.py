"""What is read, what is rejected, and that nothing is ever guessed."""

import ast
import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.reading import Item, Reading, ReadKind
from apigen.reasons import Reason

A = '{"query": "a?", "answers": [{"name": "f", "arguments": {"x": 1}}]}'
B = '{"query": "b?", "answers": [{"name": "g", "arguments": {"y": [1.5, null, true]}}]}'
VALUE_A, VALUE_B = json.loads(A), json.loads(B)
TICKS = "```"

RECOVERED: list[tuple[str, str, list[Any]]] = [
    # text, how each item is read, values
    (f"[{A},{B}]", "strict", [VALUE_A, VALUE_B]),
    (f"  \n[{A}]\n ", "strict", [VALUE_A]),
    (A, "strict", [VALUE_A]),
    (f'{{"pairs": [{A}, {B}]}}', "strict", [VALUE_A, VALUE_B]),
    (f'{{"data":[{A}]}}', "strict", [VALUE_A]),
    (f"\ufeff[{A}]", "strict", [VALUE_A]),
    ("[{}]", "strict", [{}]),
    ('{"only": {"nested": []}}', "strict", [{"only": {"nested": []}}]),
    ('{"answers": [{"name": "f"}]}', "strict", [{"answers": [{"name": "f"}]}]),
    ('{"a": [1, 2]}', "strict", [{"a": [1, 2]}]),
    ('{"a": [{"b": 1}], "c": 2}', "strict", [{"a": [{"b": 1}], "c": 2}]),
    ('{"answers": "[{\\"name\\": \\"f\\"}]"}', "strict", [{"answers": '[{"name": "f"}]'}]),
    ('{"n": 123456789012345678901234567890}', "strict", [{"n": 123456789012345678901234567890}]),
    ('{"n": 0.1234567890123456789012}', "strict", [{"n": 0.1234567890123456789012}]),
    ('{"n": [-0, -1, 1e3, 1E-2, 2.50, 0]}', "strict", [{"n": [0, -1, 1000.0, 0.01, 2.5, 0]}]),
    ('{"s": "\\u00e9\\n\\t\\"\\\\\\/ \\ud83d\\ude00"}', "strict", [{"s": 'é\n\t"\\/ 😀'}]),
    ('{"s": "ünïcödé 日本 🎉 \u2028"}', "strict", [{"s": "ünïcödé 日本 🎉 \u2028"}]),
    ('{"s": "' + TICKS + "json [1] " + TICKS + '"}', "strict", [{"s": f"{TICKS}json [1] {TICKS}"}]),
    ('{"s": "what does <think> or </think> do?"}', "strict", [{"s": "what does <think> or </think> do?"}]),
    ('{"s": "${oc.env:HOME} {{x}} <tag> ..."}', "strict", [{"s": "${oc.env:HOME} {{x}} <tag> ..."}]),
    ('{"": 1, " ": 2}', "strict", [{"": 1, " ": 2}]),
    # fences
    (f"{TICKS}json\n[{A}]\n{TICKS}", "fence", [VALUE_A]),
    (f"{TICKS}\n[{A}]\n{TICKS}", "fence", [VALUE_A]),
    (f"{TICKS}JSON\r\n[{A}]\r\n{TICKS}\r\n", "fence", [VALUE_A]),
    (f"~~~\n[{A}]\n~~~", "fence", [VALUE_A]),
    (f"{TICKS}`\n[{A}]\n{TICKS}`", "fence", [VALUE_A]),
    (f"{TICKS}json [{A}]{TICKS}", "fence", [VALUE_A]),
    (f"{TICKS}json\n[{A}]", "fence", [VALUE_A]),
    (f"[{A}]\n{TICKS}", "strict", [VALUE_A]),
    (f"{TICKS}json\n{A}\n{TICKS}\n{TICKS}json\n{B}\n{TICKS}", "fence+concatenated", [VALUE_A, VALUE_B]),
    (f"1. {TICKS}\n{A}\n{TICKS}\n2. {TICKS}\n{B}\n{TICKS}", "fence+prose+concatenated", [VALUE_A, VALUE_B]),
    (f"{TICKS}json\n{A}\n{B}\n{TICKS}", "fence+concatenated", [VALUE_A, VALUE_B]),
    # prose
    (f"Sure! Here are the pairs:\n\n[{A}]", "prose", [VALUE_A]),
    (f"[{A}]\n\nLet me know if you need more.", "prose", [VALUE_A]),
    (f"Here: [{A}], which has one pair.", "prose", [VALUE_A]),
    (f"Sure:\n{TICKS}json\n[{A}]\n{TICKS}\nDone [1].", "fence+prose", [VALUE_A]),
    (f"[Note: two steps]\n[{A}]", "prose", [VALUE_A]),
    (f"{{placeholder}} stands for it.\n[{A}]\n[Note: x]", "prose", [VALUE_A]),
    (f"With {{name}} and [1] it is: [{A}]", "prose", [VALUE_A]),
    (f"<answer>[{A}]</answer>", "prose", [VALUE_A]),
    (f"`[{A}]`", "prose", [VALUE_A]),
    (f'A call is {{"name": "f"}}. Answer: [{A}]', "prose", [VALUE_A]),
    (f'Shape {{"query": ..., "answers": ...}}:\n{TICKS}json\n[{A}]\n{TICKS}', "fence+prose", [VALUE_A]),
    (f"[{A}]\nA shorter one:\n{TICKS}\nfoo({{'a': 1}})\n{TICKS}", "prose", [VALUE_A]),
    # thoughts
    (f"<think>easy</think>[{A}]", "think", [VALUE_A]),
    (f"<think>\n[{B}]\n</think>\n\n[{A}]", "think", [VALUE_A]),
    (f"<thinking>{B}</thinking>{A}", "think", [VALUE_A]),
    (f"<Reasoning>{{broken</Reasoning>{TICKS}json\n{A}\n{TICKS}", "fence+think", [VALUE_A]),
    (f"I could say {B}.</think>\n[{A}]", "think", [VALUE_A]),
    (f'Maybe {{"query": broken.</think>\n[{A}]', "think", [VALUE_A]),
    (f"<think>a</think>So:<think>b</think>[{A}]", "prose+think", [VALUE_A]),
    (f"<think></think>{A}", "think", [VALUE_A]),
    # forgiven inside the JSON
    (f"[{A},{B},]", "trailing_comma", [VALUE_A, VALUE_B]),
    ('{"a": [1, 2, ], }', "trailing_comma", [{"a": [1, 2]}]),
    ('{"a": "x\ny\tz"}', "control_characters", [{"a": "x\ny\tz"}]),
    ('{"a": "\x00\x1f"}', "control_characters", [{"a": "\x00\x1f"}]),
    ("{'a': 'b', 'c': [True, False, None]}", "python_literal", [{"a": "b", "c": [True, False, None]}]),
    ('{"a": True}', "python_literal", [{"a": True}]),
    ("[{'a': 'it\\'s \\x41\\u00e9'}]", "python_literal", [{"a": "it's Aé"}]),
    ('{"a": "it\\\'s"}', "python_literal", [{"a": "it's"}]),
    ("{'a': \"it's\"}", "python_literal", [{"a": "it's"}]),
    ("{'pairs': [{'query': 'q', 'answers': [],},]}", "trailing_comma+python_literal", [{"query": "q", "answers": []}]),
    # several values
    (f"{A}\n{B}", "concatenated", [VALUE_A, VALUE_B]),
    (f"{A},\n{B},\n", "concatenated", [VALUE_A, VALUE_B]),
    (f"{A}{B}", "concatenated", [VALUE_A, VALUE_B]),
    (f"[{A}]\n[{B}]", "concatenated", [VALUE_A, VALUE_B]),
    (f'{{"pairs":[{A}]}}{{"pairs":[{B}]}}', "concatenated", [VALUE_A, VALUE_B]),
    (f"First: {A}\nSecond: {B}", "prose+concatenated", [VALUE_A, VALUE_B]),
]


@pytest.mark.parametrize(("text", "kind", "values"), RECOVERED)
def test_recovers(text: str, kind: str, values: list[Any]) -> None:
    items = Reading().read(text)
    assert [(item.problem, item.kind, item.value) for item in items] == [(None, kind, value) for value in values]


UNREADABLE: list[tuple[str, Reason]] = [
    ("", Reason.empty_response),
    (" \n\t", Reason.empty_response),
    ("\ufeff", Reason.empty_response),
    ("[]", Reason.empty_response),
    ('{"pairs": []}', Reason.empty_response),
    (f"{TICKS}json\n{TICKS}", Reason.empty_response),
    ("<think>nothing</think>", Reason.empty_response),
    ("I'm sorry, but I can't help with that.", Reason.refusal),
    ("I cannot generate these pairs.", Reason.refusal),
    ("As an AI, I am unable to assist.", Reason.refusal),
    ("Sorry, here is some prose { not: json", Reason.invalid_json),
    ("There are no suitable functions.", Reason.invalid_json),
    ("42", Reason.invalid_json),
    ('"[{}]"', Reason.invalid_json),
    ("null", Reason.invalid_json),
    (f"<think>[{A}]", Reason.truncated),
    ('{"a": 3*4}', Reason.invalid_json),
    ('{"a": 1+1}', Reason.invalid_json),
    ('{"a": 1-1}', Reason.invalid_json),
    ('{"a": 1,000,000}', Reason.invalid_json),
    ('{"a": [1_000]}', Reason.invalid_json),
    ('{"a": 01234}', Reason.invalid_json),
    ('{"a": -01}', Reason.invalid_json),
    ('{"a": 0xFF}', Reason.invalid_json),
    ('{"a": +1}', Reason.invalid_json),
    ('{"a": .5}', Reason.invalid_json),
    ('{"a": 5.}', Reason.invalid_json),
    ('{"a": 1e}', Reason.invalid_json),
    ('{"a": 1j}', Reason.invalid_json),
    ('{"a": 5km}', Reason.invalid_json),
    ('{"a": 5%}', Reason.invalid_json),
    ('{"a": ١}', Reason.invalid_json),
    ('{"a": ...}', Reason.invalid_json),
    ('{"a": …}', Reason.invalid_json),
    ("[...]", Reason.invalid_json),
    ('{"a": 1 /* one */}', Reason.invalid_json),
    ('{"a": 1 # one\n}', Reason.invalid_json),
    ("{a: 1}", Reason.invalid_json),
    ("Here:\n{a: 1}", Reason.invalid_json),
    ('{"a": word}', Reason.invalid_json),
    ('{"a": datetime.now()}', Reason.invalid_json),
    ('{"a": undefined}', Reason.invalid_json),
    ('{"a": <number>}', Reason.invalid_json),
    ('{"a": "x" "b": 1}', Reason.invalid_json),
    ('{"a" 1}', Reason.invalid_json),
    ('{"a": }', Reason.invalid_json),
    ('{"a", "b"}', Reason.invalid_json),
    ('{,"a": 1}', Reason.invalid_json),
    ('{"a": [1,,2]}', Reason.invalid_json),
    ('{"a": [,1]}', Reason.invalid_json),
    ('{"a": [1, 2}', Reason.invalid_json),
    ('{"a": 1]', Reason.invalid_json),
    ("{“a”: “b”}", Reason.invalid_json),
    ('{"a": “b”}', Reason.invalid_json),
    ('{"a": `b`}', Reason.invalid_json),
    ('{"a": "\\d"}', Reason.invalid_json),
    ('{"a": "C:\\x86"}', Reason.invalid_json),
    ('{"a": "\\u12"}', Reason.invalid_json),
    ('{"a":\u00a01}', Reason.invalid_json),
    ('{"a": true, "b": True}', Reason.invalid_json),
    ("{'a': null}", Reason.invalid_json),
    ("{'a': 'b' 'c'}", Reason.invalid_json),
    ("{'a': b'c'}", Reason.invalid_json),
    ("{'a': f'c'}", Reason.invalid_json),
    ("{'a': '''c'''}", Reason.invalid_json),
    ("{'a': ('b',)}", Reason.invalid_json),
    ("{'a': {'b', 'c'}}", Reason.invalid_json),
    ("{1: 2}", Reason.invalid_json),
    ("{'a': '\\N{DIGIT ONE}'}", Reason.invalid_json),
    ("{'a': 'x\ny'}", Reason.invalid_json),
    (f"[{A}]]", Reason.invalid_json),
    (f"{A}}}", Reason.invalid_json),
    (f'{A}, "style": "simple"}}', Reason.invalid_json),
    (f"{{{A}}}", Reason.invalid_json),
    ('{"a": 1, "a": 2}', Reason.duplicate_key),
    ('{"a": 1, "\\u0061": 1}', Reason.duplicate_key),
    ("{'a': 1, \"a\": 1}", Reason.duplicate_key),
    (f'{{"pairs": [{A}], "pairs": [{B}]}}', Reason.duplicate_key),
    ('{"a": NaN}', Reason.non_finite_number),
    ('{"a": [-Infinity]}', Reason.non_finite_number),
    ('{"a": 1e999}', Reason.non_finite_number),
    ('{"a": -1.0e400}', Reason.non_finite_number),
    ('{"a": "\\ud800"}', Reason.invalid_unicode),
    ('{"\\udc00": 1}', Reason.invalid_unicode),
    ('{"a": "\\ude00\\ud83d"}', Reason.invalid_unicode),
    ('{"a": "\ud800"}', Reason.invalid_unicode),
    ("{'a': '\\ud83d'}", Reason.invalid_unicode),
    ('{"a": ' + "[" * 64 + "]" * 64 + "}", Reason.too_deep),
    ('{"a": ' + "1" * 4301 + "}", Reason.invalid_json),
    ('{"a": 1', Reason.truncated),
    ('{"a": 1.', Reason.truncated),
    ('{"a": tru', Reason.truncated),
    ('{"a": "b', Reason.truncated),
    ('{"a": "b\\', Reason.truncated),
    ('{"a": "\\ud83d', Reason.truncated),
    ('{"a', Reason.truncated),
    ("{", Reason.truncated),
    ("[", Reason.truncated),
    ('{"pairs": [', Reason.truncated),
    (f'{{"tools": [{{"name": "f"}}], "query": "{"x" * 50}', Reason.truncated),
    ('[["a"]]', Reason.wrong_shape),
    ("[1]", Reason.wrong_shape),
]


@pytest.mark.parametrize(("text", "problem"), UNREADABLE)
def test_rejects(text: str, problem: Reason) -> None:
    items = Reading().read(text)
    assert [(item.problem, item.value, item.kind) for item in items] == [(problem, None, "unreadable")]
    assert items[0].detail


MIXED: list[tuple[str, list[tuple[str, Any, Reason | None]]]] = [
    (f"[{A}, {B[:40]}", [("salvaged", VALUE_A, None), ("unreadable", None, Reason.truncated)]),
    (f"[{A}, {B}", [("salvaged", VALUE_A, None), ("salvaged", VALUE_B, None)]),
    (f"[{A}, ", [("salvaged", VALUE_A, None)]),
    (f'{{"pairs": [{A}, {B[:9]}', [("salvaged", VALUE_A, None), ("unreadable", None, Reason.truncated)]),
    (f'{{"pairs": [{A}]', [("salvaged", VALUE_A, None)]),
    (f"{TICKS}json\n[{A},\n{B[:9]}", [("fence+salvaged", VALUE_A, None), ("unreadable", None, Reason.truncated)]),
    (f"{TICKS}json\n[{A}\n{TICKS}", [("fence+salvaged", VALUE_A, None)]),
    (f"[{A}, ...]", [("salvaged", VALUE_A, None), ("unreadable", None, Reason.invalid_json)]),
    (f"[{A} {B}]", [("salvaged", VALUE_A, None), ("unreadable", None, Reason.invalid_json)]),
    (f"[{A}, {{query: 1}}, {B}]", [("salvaged", VALUE_A, None), ("unreadable", None, Reason.invalid_json)]),
    (f"{A}\n{B[:9]}", [("concatenated", VALUE_A, None), ("unreadable", None, Reason.truncated)]),
    (
        f'[{A}, {{"a": 1, "a": 2}}, {B}]',
        [("strict", VALUE_A, None), ("unreadable", None, Reason.duplicate_key), ("strict", VALUE_B, None)],
    ),
    (f"[{A}, 7]", [("strict", VALUE_A, None), ("unreadable", None, Reason.wrong_shape)]),
    (
        f'[{A}, {{"a": [1,]}}, {{"b": "x\ny"}}]',
        [("strict", VALUE_A, None), ("trailing_comma", {"a": [1]}, None), ("control_characters", {"b": "x\ny"}, None)],
    ),
    (
        f"{TICKS}\n{A}\n{TICKS}\n{TICKS}\n{{oops\n{TICKS}\n{TICKS}\n{B}\n{TICKS}",
        [
            ("fence+concatenated", VALUE_A, None),
            ("unreadable", None, Reason.invalid_json),
            ("fence+concatenated", VALUE_B, None),
        ],
    ),
]


@pytest.mark.parametrize(("text", "expected"), MIXED)
def test_keeps_what_is_complete(text: str, expected: list[tuple[str, Any, Reason | None]]) -> None:
    assert [(item.kind, item.value, item.problem) for item in Reading().read(text)] == expected


def test_items_carry_their_own_text_and_the_offset_of_the_problem() -> None:
    good, bad = Reading().read(f"[ {A} , {{bad}} , {B}]")
    assert good.text == A
    assert bad.text == f"{{bad}} , {B}]"
    assert f"(character {len(A) + 6})" in bad.detail


def test_shown_text_is_bounded_and_storable() -> None:
    (item,) = Reading().read('{"a": "\ud800' + "x" * 50_000)
    assert len(item.text) < 20_100
    assert item.text.encode("utf-8")


def test_cut_off_answers_without_json_are_truncated() -> None:
    assert Reading().read("Here are the", truncated=True)[0].problem is Reason.truncated
    assert Reading().read("Here are the")[0].problem is Reason.invalid_json


def test_allowed_restricts_how_items_may_be_read() -> None:
    reading = Reading(allowed=(ReadKind.fence,))
    assert reading.read(f"[{A}]")[0].problem is None
    assert reading.read(f"{TICKS}\n[{A}]\n{TICKS}")[0].problem is None
    (item,) = reading.read(f"Sure: [{A},]")
    assert (item.value, item.problem, item.kind) == (None, Reason.read_not_allowed, "prose+trailing_comma")
    assert "prose" in item.detail


def test_length_and_depth_are_bounded() -> None:
    assert Reading(max_chars=10).read(" " * 11)[0].problem is Reason.too_large
    assert Reading(max_depth=2).read('[{"a": []}]')[0].problem is Reason.too_deep
    assert Reading(max_depth=3).read('[{"a": []}]')[0].value == {"a": []}


def test_fields_tell_items_from_wrappers() -> None:
    text = '{"calls": [{"name": "f"}]}'
    assert Reading().read(text)[0].value == {"name": "f"}
    assert Reading().read(text, fields=("calls",))[0].value == {"calls": [{"name": "f"}]}


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        ('{"passes": "yes"}', {"passes": "yes"}, None),
        ('Verdict:\n```json\n{"passes": "no", "thought": "x"}\n```', {"passes": "no", "thought": "x"}, None),
        ('<think>{"passes": "no"}</think>{"passes": "yes"}', {"passes": "yes"}, None),
        ('{"verdicts": [{"passes": "yes"}]}', {"verdicts": [{"passes": "yes"}]}, None),
        ('{"passes": "no"} {"passes": "yes"}', None, Reason.wrong_shape),
        ('[{"passes": "yes"}]', None, Reason.wrong_shape),
        ('{"passes": "yes", "passes": "no"}', None, Reason.duplicate_key),
        ('{"passes": "yes"', None, Reason.truncated),
        ("yes", None, Reason.invalid_json),
        ("", None, Reason.empty_response),
    ],
)
def test_one_object(text: str, value: Any, problem: Reason | None) -> None:
    item = Reading().read_object(text)
    assert (item.value, item.problem) == (value, problem)


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NUMBER = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
LEAF = st.none() | st.booleans() | NUMBER | TEXT
TREE = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))
OBJECTS = st.lists(st.dictionaries(TEXT, TREE, min_size=1, max_size=4), min_size=1, max_size=4)
AROUND = st.sampled_from(
    [
        ("", ""),
        ("Sure!\n", "\nDone."),
        ("```json\n", "\n```"),
        ("Here:\n~~~\n", "\n~~~\n"),
        ("<think>[{ hm</think>", ""),
        ("hm </think>\n```\n", "\n```"),
    ]
)


def exact(value: Any) -> str:
    """Tells 1 from 1.0 and True, and -0.0 from 0.0."""
    return repr(value)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(OBJECTS, AROUND, st.booleans(), st.sampled_from([None, 1]))
def test_any_list_of_objects_comes_back_exactly(
    objects: list[dict[str, Any]], around: tuple[str, str], ascii_only: bool, indent: int | None
) -> None:
    text = around[0] + json.dumps(objects, ensure_ascii=ascii_only, indent=indent) + around[1]
    items = Reading().read(text)
    assert [item.problem for item in items] == [None] * len(objects)
    assert exact([item.value for item in items]) == exact(objects)
    assert exact([json.loads(item.text) for item in items]) == exact(objects)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(OBJECTS)
def test_python_literals_mean_what_python_says(objects: list[dict[str, Any]]) -> None:
    text = repr(objects)
    for item, value in zip(Reading().read(text), objects, strict=False):
        if item.problem is None:  # repr may write "\x00" in double quotes, which is not certain to be Python
            assert exact(item.value) == exact(value)
            assert exact(ast.literal_eval(item.text)) == exact(value)
    if "\\" not in text and "e+" not in text:
        assert exact([item.value for item in Reading().read(text)]) == exact(objects)


@settings(deadline=None, derandomize=True, max_examples=12)
@given(OBJECTS, st.sampled_from(["[%s]", '{"pairs": [%s]}', "```json\n[%s]\n```", "Well, [%s]"]))
def test_a_cut_anywhere_gives_only_complete_originals(objects: list[dict[str, Any]], frame: str) -> None:
    written = [json.dumps({"query": "q", **item}, ensure_ascii=False) for item in objects]
    text = frame % ", ".join(written)
    for cut in range(len(text) + 1):
        items = Reading().read(text[:cut], truncated=True)
        values = [item for item in items if item.problem is None]
        assert [item.text for item in values] == written[: len(values)]
        inside = sum(text.find(", ".join(written[: n + 1])) + len(", ".join(written[: n + 1])) <= cut
                     for n in range(len(written)))  # fmt: skip
        assert len(values) == inside


@settings(deadline=None, derandomize=True, max_examples=120)
@given(st.text(st.sampled_from("[]{}\"':,\\ \n`~<>/think01.-eEtrufalsNo\ud800ab"), max_size=60), st.booleans())
def test_nothing_makes_it_raise_or_answer_nothing(text: str, truncated: bool) -> None:
    items = Reading().read(text, truncated=truncated)
    assert items
    for item in items:
        assert isinstance(item.value, dict) is (item.problem is None)
        assert Item.model_validate_json(item.model_dump_json()) == item


@settings(deadline=None, derandomize=True, max_examples=120)
@given(st.text(st.sampled_from('[]{}":, 01.-e\\ntrufalsN'), max_size=30).map(lambda inner: '{"a":' + inner + "}"))
def test_never_reads_as_strict_what_json_does_not_read_alike(text: str) -> None:
    items = Reading(allowed=(), max_depth=200).read(text, fields=())
    for item in items:
        if item.problem is None and len(items) == 1:
            assert exact(json.loads(text)) == exact(item.value)


N = 5_000
HOSTILE: dict[str, tuple[str, Reason | None, Reason | None]] = {
    # text, problem of the first and of the last item
    "brackets": ("[" * N * 50, Reason.too_deep, Reason.too_deep),
    "objects": ('{"a":' * N * 5, Reason.too_deep, Reason.too_deep),
    "backticks": ("`" * N * 50, Reason.empty_response, Reason.empty_response),
    "quotes": ('"' * N * 50, Reason.invalid_json, Reason.invalid_json),
    "fences": ("```json\n" * N * 5, Reason.empty_response, Reason.empty_response),
    "thoughts": ("<think>" * N * 5, Reason.truncated, Reason.truncated),
    "ends of thoughts": ("</think>" * N * 5, Reason.empty_response, Reason.empty_response),
    "broken objects": ("{'" * N, Reason.invalid_json, Reason.invalid_json),
    "broken blocks": ("```\n{'\n" * N, Reason.invalid_json, Reason.truncated),
    "spaced brackets in prose": ("x " + "[ " * N * 5, Reason.invalid_json, Reason.invalid_json),
    "spaced braces in prose": ("x " + "{ " * N * 5, Reason.invalid_json, Reason.invalid_json),
    "thought ends in strings": ('x {"a":"</think>"},' * N + "{", Reason.invalid_json, Reason.invalid_json),
    "objects in prose": (f"Pair: {A}\n and " * N, None, None),
    "blank lines": ("x {" + " " * N * 50 + "[" + "\n" * N * 50, Reason.invalid_json, Reason.invalid_json),
    "repeated key": ("{" + '"a":1,' * N + "}", Reason.duplicate_key, Reason.duplicate_key),
    "long integer": ('[{"a":' + "1" * N * 50 + "}]", Reason.invalid_json, Reason.invalid_json),
    "escapes": ('[{"a":"' + "\\n" * N * 5 + '"}]', None, None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end_in_order(name: str) -> None:
    text, first, last = HOSTILE[name]
    items = Reading().read(text)
    assert (items[0].problem, items[-1].problem) == (first, last)


def test_the_scanner_looks_at_each_place_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    from apigen.reading import jsontext

    steps = 0
    original = jsontext.Scanner._char

    def counted(self: jsontext.Scanner) -> str:
        nonlocal steps
        steps += 1
        return original(self)

    monkeypatch.setattr(jsontext.Scanner, "_char", counted)
    for name, (text, _, _) in HOSTILE.items():
        steps = 0
        Reading().read(text)
        assert steps <= len(text), name


def test_big_answers_are_read_whole() -> None:
    items = Reading().read("[" + ",".join([A] * 20_000) + "]")
    assert len(items) == 20_000
    assert all(item.kind == "strict" for item in items)


def test_a_long_fraction_is_the_nearest_float() -> None:
    (item,) = Reading().read('{"a": 0.' + "1" * 100_000 + "}")
    assert math.isclose(item.value["a"], 1 / 9)
