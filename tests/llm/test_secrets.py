"""No key passes into a message."""

import pytest

from apigen.llm.secrets import password_of, redacted


@pytest.mark.parametrize(
    "text",
    ["refused hunter2!! today", "url?key=hunter2%21%21&x=1", "twice hunter2!! hunter2!!"],
)
def test_given_secrets_are_struck_out(text: str) -> None:
    clean = redacted(text, ["hunter2!!", ""])
    assert "hunter2" not in clean
    assert "[secret]" in clean


def test_secrets_of_the_environment_are_struck_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_PROVIDER_API_KEY", "value-of-the-key")
    monkeypatch.setenv("SHORT_TOKEN", "abc")
    assert redacted("wrong value-of-the-key; abc stays") == "wrong [secret]; abc stays"


def test_what_looks_like_a_key_is_struck_out() -> None:
    text = "Bearer abcdefgh.ijkl and sk-proj-abcdefghijklmnop, not the bearer of news or sk-short"
    assert redacted(text) == "[secret] and [secret], not the bearer of news or sk-short"


def test_longer_secrets_go_first() -> None:
    assert redacted("abcdefgh-long", ["abcdefgh", "abcdefgh-long"]) == "[secret]"


def test_passwords_in_addresses() -> None:
    assert password_of("https://user:pass@host/v1") == "pass"
    assert password_of("http://host") == password_of(None) == password_of("http://[") == ""
