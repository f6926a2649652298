"""Text is safe for a terminal, and figures read as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigen.reporting.text import clean, count, duration, first_sentence, line, money, passage, percent, plural


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;never ended, and the rest stays", "0;never ended, and the rest stays"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1bPq secret\x1b\\seen", "seen"),
        ("bell\x07 back\x08 null\x00 del\x7f", "bell back null del"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("tab\there", "tab    here"),
        ("\u202eback to front\u202c", "back to front"),
        ("lone \ud800", "lone \\ud800"),
        ("[red]markup[/red] :smile: ünï 日本 👩‍🔬", "[red]markup[/red] :smile: ünï 日本 👩‍🔬"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text(st.characters(), max_size=200))
def test_cleaned_text_drives_no_terminal(text: str) -> None:
    shown = clean(text)
    assert not any((ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 for c in shown)
    shown.encode("utf-8")


def test_line_is_one_line_of_the_length_asked_for() -> None:
    assert line("a\n  b\t c") == "a b c"
    assert line("x" * 50, 10) == "x" * 9 + "…"
    assert line("y" * 10_000_000, 5) == "yyyy…"


def test_passage_tells_what_was_cut() -> None:
    assert passage("a\nb", 10) == "a\nb"
    assert passage("x" * 1500, 4) == "xxxx … (1,500 characters in all)"


@pytest.mark.parametrize(
    ("description", "first"),
    [
        ("Add two numbers. The sum is exact.", "Add two numbers"),
        ("Convert e.g. Celsius to Fahrenheit. Rounds.", "Convert e.g. Celsius to Fahrenheit"),
        ("One line\nand on.\n\nMore.", "One line and on"),
        ("", ""),
    ],
)
def test_first_sentence(description: str, first: str) -> None:
    assert first_sentence(description, 100) == first


def test_figures() -> None:
    assert [count(1234567), count(None)] == ["1,234,567", "–"]
    assert [percent(1, 3), percent(0, 0)] == ["33.3%", "–"]
    assert [plural(1, "query"), plural(2, "query"), plural(0, "error")] == ["1 query", "2 queries", "0 errors"]
    assert [duration(s) for s in (-1, 59.4, 60, 3661, 90000)] == ["0 s", "59 s", "1 min 00 s", "1 h 01 min", "1 d 01 h"]


def test_an_unknown_cost_is_not_nothing() -> None:
    assert money(None) == "cost unknown"
    assert money(0.0) == "$0.00"
    assert money(0.0, simulated=True) == "free (simulated)"
    assert [money(0.00123), money(1234.5)] == ["$0.0012", "$1,234.50"]
    assert [money(0.0000312), money(0.00009)] == ["$0.000031", "$0.000090"]
