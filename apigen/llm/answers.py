"""What a provider's answer means: the text of a chat message, or the error that stands in its place."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apigen.errors import ModelError
from apigen.llm.retry import retry_after_seconds
from apigen.reasons import Reason

SHOWN_CHARS = 500

_NO_CREDIT = re.compile(r"insufficient_quota|billing|credit balance|exceeded your current quota", re.IGNORECASE)
_FILTERED = re.compile(
    r"content_?filter|content management policy|content_policy|ResponsibleAIPolicy|PROHIBITED_CONTENT|"
    r"(?:blocked|rejected|flagged|refused)[^.]{0,60}(?:safety|moderation|content polic)|"
    r"(?:safety|moderation|content polic)[^.]{0,60}(?:blocked|rejected|flagged|violat)",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(
    r"context_length|context (?:length|window|size)|maximum (?:model )?length|max_model_len|"
    r"(?:prompt|input|request) (?:is |was )?too (?:long|large)|too many (?:input )?tokens|"
    r"(?:exceeds?|reduce)[^.]{0,40}tokens",
    re.IGNORECASE,
)
_WAIT = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@dataclass(frozen=True, slots=True)
class Answer:
    """A provider's answer to one request; numbers are None where it gives none. `cost` in US dollars."""

    text: str
    finish_reason: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None
    logprobs: dict[str, float] | None = None


def http_failure(status: int, message: str, retry_after: float | None = None) -> ModelError:
    """The error for an answer with HTTP status `status`."""
    said = f"HTTP {status}: {message}"
    if status == 429:
        retryable = not _NO_CREDIT.search(message)
        return _failure(Reason.rate_limited, said, status, retryable, retry_after)
    if status in (401, 402, 403):
        return _failure(Reason.authentication, said, status)
    if status in (408, 504):
        return _failure(Reason.model_timeout, said, status, True, retry_after)
    if status in (409, 425) or status >= 500:
        return _failure(Reason.model_unavailable, said, status, True, retry_after)
    if 400 <= status < 500:
        return _refused(status, said)
    if 300 <= status < 400:
        detail = f"{said} (redirects are not followed: give the final address)"
        return _failure(Reason.model_unavailable, detail, status)
    return _failure(Reason.no_answer, said, status, True)


def _refused(status: int, said: str) -> ModelError:
    if _TOO_LONG.search(said):
        advice = "the prompt and max_tokens do not fit into the model's context: "
        return _failure(Reason.model_refused_request, advice + said, status)
    return _failure(Reason.content_filtered if _FILTERED.search(said) else Reason.model_refused_request, said, status)


def _failure(
    reason: Reason, message: str, status: int, retryable: bool = False, retry_after: float | None = None
) -> ModelError:
    return ModelError(reason, message, retryable=retryable, retry_after=retry_after, status=status)


def too_long(error: ModelError) -> bool:
    """Whether a request was refused for its length."""
    return error.reason is Reason.model_refused_request and bool(_TOO_LONG.search(error.message))


def wait_asked(headers: Mapping[str, str]) -> float | None:
    """Seconds that the headers of a refusal ask to wait; None if they do not say.

    `retry-after-ms` and `Retry-After` say it; else `x-ratelimit-reset-…` of what has none remaining.
    """
    try:
        return max(float(headers["retry-after-ms"]) / 1000, 0.0)
    except (KeyError, ValueError):
        pass
    asked = retry_after_seconds(headers.get("retry-after"))
    if asked is not None:
        return asked
    waits = [
        _duration(headers.get(f"x-ratelimit-reset-{what}", ""))
        for what in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{what}", "").strip() == "0"
    ]
    return max((wait for wait in waits if wait is not None), default=None)


def _duration(text: str) -> float | None:
    """Seconds in a text such as `1m30s`, `20ms` or `0.5s`; None if it is none."""
    text = text.strip()
    parts = _WAIT.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def answer_of(
    message: Mapping[str, Any], finish_reason: Any, usage: Mapping[str, Any], cost: float | None, logprobs: Any = None
) -> Answer:
    """The answer in a chat message; `logprobs` are those of its choice.

    Raises:
        ModelError: `no_answer` or `content_filtered`, if it holds no text.
    """
    reason = finish_reason if isinstance(finish_reason, str) and finish_reason else "stop"
    text = _text(message.get("content"))
    if text is None and isinstance(message.get("refusal"), str):
        text, reason = message["refusal"], "refusal"
    first = _first_token(logprobs)
    if text is None or (not text and not first and reason in ("length", "content_filter")):
        raise _no_text(message, reason)
    return Answer(text, reason, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"), cost, first)


def no_choices(detail: str) -> ModelError:
    """The error for an answer without any choice."""
    return ModelError(Reason.no_answer, f"the answer holds no choices: {detail}", retryable=True)


def shortened(text: str) -> str:
    """`text` on one line, cut to 500 characters."""
    text = " ".join(text[: SHOWN_CHARS * 20].split())
    return text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + " …"


def _text(content: Any) -> str | None:
    if isinstance(content, list):  # some servers answer in parts
        parts = [part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)]
        return "".join(parts) if parts else None
    return content if isinstance(content, str) else None


def _first_token(logprobs: Any) -> dict[str, float] | None:
    """The likeliest first tokens with their log-probabilities; None if the answer does not give them."""
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    first = content[0] if isinstance(content, list) and content and isinstance(content[0], dict) else {}
    listed = first.get("top_logprobs")
    found: dict[str, float] = {}
    for one in [first, *(listed if isinstance(listed, list) else [])]:
        token, value = (one.get("token"), one.get("logprob")) if isinstance(one, dict) else (None, None)
        if isinstance(token, str) and isinstance(value, int | float) and math.isfinite(value):
            found[token] = max(float(value), found.get(token, -math.inf))
    return found or None


def _no_text(message: Mapping[str, Any], reason: str) -> ModelError:
    if reason == "length":
        return ModelError(Reason.no_answer, "max_tokens were used up before the answer began; raise model.max_tokens")
    if reason == "content_filter":
        return ModelError(Reason.content_filtered, "the provider's content filter held the answer back")
    if message.get("tool_calls"):
        return ModelError(Reason.no_answer, "the answer is a tool call instead of text", retryable=True)
    return ModelError(Reason.no_answer, f"the answer holds no text (finish reason {reason})", retryable=True)


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    """A number of tokens; 0 is what servers that do not count say."""
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
