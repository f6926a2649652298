"""No key passes into a message."""

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest

from apigen.llm.secrets import password_of, redacted, without


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


ODD = 'key+with/odd&"chars"=\\<é>'
SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda key: key,
    "JSON": lambda key: json.dumps({"key": key}),
    "JSON, not escaped for ASCII": lambda key: json.dumps({"key": key}, ensure_ascii=False),
    "JSON with slashes escaped": lambda key: json.dumps(key).replace("/", "\\/"),
    "JSON in JSON": lambda key: json.dumps({"error": json.dumps({"key": key})}),
    "JSON, every character escaped": lambda key: "".join(f"\\u{ord(c):04x}" for c in key),
    "Python": lambda key: repr({"key": key}),
    "URL": lambda key: f"https://host/v1?key={quote(key, safe='')}&x=1",
    "URL with slashes": quote,
    "form": lambda key: urlencode({"key": f"a {key}"}),
    "URL in small letters": lambda key: re.sub("%..", lambda found: found[0].lower(), quote(key, safe="")),
    "URL, every byte": lambda key: "".join(f"%{byte:02X}" for byte in key.encode()),
    "URL twice": lambda key: quote(quote(key, safe=""), safe=""),
    "HTML": lambda key: f"<p>{html.escape(key)}</p>",
    "HTML, every character": lambda key: "".join(f"&#{ord(c)};" for c in key),
    "base64": lambda key: b64encode(key.encode()).decode(),
    "base64 in a sentence": lambda key: f"Basic {b64encode(f'user:{key}'.encode()).decode()} is wrong",
    "base64 after other characters": lambda key: f"x{b64encode(f'ab:{key}:more'.encode()).decode()}",
    "base64 for URLs": lambda key: urlsafe_b64encode(f":{key}".encode()).decode().rstrip("="),
    "base64 in a URL": lambda key: quote(b64encode(key.encode()).decode(), safe=""),
    "base64 with slashes escaped": lambda key: b64encode(f"{key}???>>>".encode()).decode().replace("/", "\\/"),
    "hexadecimal": lambda key: f"0x{key.encode().hex()}",
    "HEXADECIMAL": lambda key: key.encode().hex().upper(),
}


@pytest.mark.parametrize("key", ["hunter2-is-no-secret", ODD], ids=["plain", "odd"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_keys_are_found_however_they_are_spelled(spelling: str, key: str) -> None:
    text = f"The key {SPELLINGS[spelling](key)} is not known here."
    clean = redacted(text, [key])
    assert "[secret]" in clean
    assert "is not known here" in clean
    hidden = SPELLINGS[spelling](key)
    assert hidden not in clean
    assert key not in clean


def test_what_hides_no_key_stays_as_it_is() -> None:
    text = 'HTTP 400: {"error": "100% of c2VudGVuY2Vz, \\u00e9 &amp; %41 deadbeefdeadbeef"}'
    assert redacted(text, ["hunter2-is-no-secret"]) == text


@pytest.mark.parametrize("length", [8, 12, 19])
def test_the_beginning_of_a_key_at_the_end_of_a_cut_message_is_struck_out(length: int) -> None:
    assert redacted("The key " + "hunter2-is-no-secret"[:length], ["hunter2-is-no-secret"]) == "The key [secret]"


def test_answers_lose_given_keys_only() -> None:
    assert without("a hunter2-is-no-secret b short", ["hunter2-is-no-secret", "short"]) == "a [secret] b short"
