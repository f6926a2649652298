"""Keeps keys out of what is shown or stored: their values are struck out of every message of a provider."""

import os
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

STRUCK = "[secret]"
MIN_CHARS = 8

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW", re.IGNORECASE)
_SECRET_FORM = re.compile(r"\b(?:(Bearer)\s+[\w.~+/=\-]{8,}|(?:sk|pk|gsk|hf|xai|AIza)[-_][\w\-]{12,})", re.IGNORECASE)


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without `secrets`, without the values of environment variables that are named like secrets, and without
    what has the form of a key. Values shorter than 8 characters are only struck out if they are given."""
    values = {value for value in secrets if value}
    values |= {
        value for name, value in os.environ.items() if _SECRET_NAME.search(name) and len(value.strip()) >= MIN_CHARS
    }
    for value in sorted(values, key=len, reverse=True):
        for form in (value, value.strip(), quote(value, safe="")):
            text = text.replace(form, STRUCK) if form else text
    return _SECRET_FORM.sub(STRUCK, text)


def password_of(url: str | None) -> str:
    """The password in a URL such as `https://user:password@host`, or an empty text."""
    try:
        return urlsplit(url or "").password or ""
    except ValueError:
        return ""
