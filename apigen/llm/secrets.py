"""Keeps keys out of what is shown or stored: their values are struck out of every message of a provider.

A server may echo a key in another spelling. What can be undone (escapes of JSON, HTML and URLs, base64, hexadecimal)
is undone to look for keys underneath; a message that hides one is shown undone and struck out.
"""

import base64
import binascii
import html
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import quote, quote_plus, unquote, unquote_plus, urlsplit

STRUCK = "[secret]"
MIN_CHARS = 8
NESTED = 3
"""So many spellings may lie over each other."""

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW", re.IGNORECASE)
_SECRET_FORM = re.compile(r"\b(?:(Bearer)\s+[\w.~+/=\-]{8,}|(?:sk|pk|gsk|hf|xai|AIza)[-_][\w\-]{12,})", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{8,}")
_ENCODED = re.compile(r"[A-Za-z0-9+/_\-]{8,}={0,2}")


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without `secrets`, without the values of environment variables that are named like secrets, and without
    what has the form of a key. Values shorter than 8 characters are only struck out if they are given."""
    values = {value for value in secrets if value}
    values |= {
        value for name, value in os.environ.items() if _SECRET_NAME.search(name) and len(value.strip()) >= MIN_CHARS
    }
    ordered = sorted(values | {value.strip() for value in values if value.strip()}, key=len, reverse=True)
    for value in ordered:
        for form in _forms(value):
            text = text.replace(form, STRUCK)
    long = [value for value in ordered if len(value) >= MIN_CHARS]
    text = _cut_off(_undone(text, long), long)
    return _SECRET_FORM.sub(STRUCK, text)


def without(text: str, secrets: Iterable[str]) -> str:
    """`text` without `secrets` of eight characters or more, as they are spelled: cheap enough for every answer."""
    for secret in secrets:
        if len(secret) >= MIN_CHARS and secret in text:
            text = text.replace(secret, STRUCK)
    return text


def password_of(url: str | None) -> str:
    """The password in a URL such as `https://user:password@host`, or an empty text."""
    try:
        return urlsplit(url or "").password or ""
    except ValueError:
        return ""


def _forms(value: str) -> Sequence[str]:
    """The usual spellings of `value`, the longest first, so that nothing of one is left by another."""
    spellings = {value, quote(value, safe=""), quote(value), quote_plus(value), html.escape(value)}
    spellings |= {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1]}
    return sorted(spellings, key=len, reverse=True)


def _undone(text: str, secrets: Sequence[str]) -> str:
    """`text`, or if a spelling hides secrets in it, what it says without them."""
    if not secrets:
        return text
    seen, views = {text}, [text]
    for _ in range(NESTED + 1):
        for view in views:
            clean = _struck(view, secrets)
            if clean != view:
                return _undone(clean, secrets)
        views = [view for view in dict.fromkeys(undo(view) for view in views for undo in _UNDO) if view not in seen]
        seen.update(views)
    return text


def _struck(text: str, secrets: Sequence[str]) -> str:
    """`text` without secrets, and without runs of characters that are one in base64 or hexadecimal."""
    for secret in secrets:
        text = text.replace(secret, STRUCK)
    return _ENCODED.sub(lambda found: STRUCK if _holds(found[0], secrets) else found[0], text)


def _holds(token: str, secrets: Sequence[str]) -> bool:
    """Whether a run of characters is base64 or hexadecimal for a text with a secret in it."""
    plain = [raw.decode("utf-8", "replace") for raw in _decoded(token)]
    return any(secret in text for text in plain for secret in secrets)


def _decoded(token: str) -> Iterable[bytes]:
    digits = token.rstrip("=").replace("-", "+").replace("_", "/")
    for start in range(min(4, len(digits))):  # it may follow other characters of the alphabet
        part = digits[start:]
        part = part[:-1] if len(part) % 4 == 1 else part
        try:
            yield base64.b64decode(part + "=" * (-len(part) % 4))
        except (binascii.Error, ValueError):
            continue
    for run in _HEXADECIMAL.findall(token):
        for start in (0, 1):
            yield bytes.fromhex(run[start : start + (len(run) - start) // 2 * 2])


def _unescaped(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else str(found[3])

    return _ESCAPE.sub(character, text)


_UNDO: tuple[Callable[[str], str], ...] = (unquote, unquote_plus, html.unescape, _unescaped)


def _cut_off(text: str, secrets: Sequence[str]) -> str:
    """`text` without the beginning of a secret at its end, where a message was cut."""
    for secret in secrets:
        for length in range(len(secret) - 1, MIN_CHARS - 1, -1):
            if text.endswith(secret[:length]):
                return text[:-length] + STRUCK
    return text
