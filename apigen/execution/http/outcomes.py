"""What a status that is no success says: about the call's values, about access, or about nothing but the server."""

import html
import re
from collections.abc import Callable
from http import HTTPStatus

from apigen.execution.http.contents import media_type
from apigen.execution.http.failures import Failure
from apigen.reasons import Reason

EXCERPT_CHARS = 200
TRANSIENT = frozenset({408, 425, 429, 502, 503, 504})

REASONS: dict[int, Reason] = {
    **dict.fromkeys((400, 409, 413, 414, 416, 422, 431), Reason.invalid_value),
    **dict.fromkeys((404, 410), Reason.not_found),
    **dict.fromkeys((401, 402, 403), Reason.authentication),
    **dict.fromkeys((407, 408, 425), Reason.api_unavailable),
    429: Reason.rate_limited,
}
"""Other 4xx (405, 406, 415 …) and redirects without an address are `runtime_error`, 5xx `api_unavailable`."""


def failure_of(status: int, told: str, retry_after: float | None) -> Failure:
    """The end of a call that was answered with `status`; `told` is an excerpt of the answer."""
    reason = REASONS.get(status, Reason.api_unavailable if status >= 500 else Reason.runtime_error)
    message = ": ".join(filter(None, [_phrase(status), told]))
    transient = status in TRANSIENT
    return Failure(reason, message, f"HTTP {status}", transient=transient, retry_after=retry_after)


def excerpt_of(headers: dict[str, str], body: bytes, redacted: Callable[[str], str]) -> str:
    """A short line of printable text from an answer's body; tags of a page are left out.

    Args:
        redacted: takes secrets out; it is given the text before it is cut, which could halve them.
    """
    text = redacted(body.decode("utf-8", "replace"))
    if "html" in media_type(headers.get("content-type", ""))[0] or text.lstrip().startswith("<"):
        text = html.unescape(re.sub(r"(?is)<(script|style)\b.*?(</\1>|$)|<[^>]*(>|$)", " ", text))
    text = "".join(char if char.isprintable() else " " for char in text)
    return redacted(" ".join(text.split()))[:EXCERPT_CHARS]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "unknown status"
