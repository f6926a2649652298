"""How an answer is kept: its key, and the bytes of question and answer.

Both are JSON, compressed where it is worth it: a prompt shrinks to less than half, and the checksum of the format tells
a damaged answer from a whole one.
"""

import hashlib
import json
import os
import time
import zlib
from dataclasses import dataclass, field
from urllib.parse import quote

from apigen.llm.model import ModelResponse
from apigen.llm.secrets import redacted
from apigen.llm.texts import canonical_text
from apigen.records import Json

FORMAT = 1
"""Of identities and answers; a change of it makes all that was stored before unknown."""
_LEVEL = 1  # of zlib: the higher ones cost half as much again and save a twentieth
_SMALL = 512
"""Answers up to so many bytes are stored in zlib's form as they are: packing takes ten times as long for a third."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: its key (SHA-256, 32 bytes) and its canonical JSON."""

    key: bytes
    text: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored answer, and the run that paid for it. None: it cannot be read."""

    run: str
    response: ModelResponse | None


@dataclass(frozen=True, slots=True)
class Row:
    """An answer on its way into the database. `stored_at` in seconds since 1970, UTC; `replaces`: perhaps another."""

    key: bytes
    question: bytes
    run: str
    response: ModelResponse
    stored_at: int = field(default_factory=lambda: int(time.time()))
    replaces: bool = False


def question(identity: dict[str, Json]) -> Question:
    """The question with this identity; values in it may be `JsonText`."""
    text = canonical_text(identity).encode("utf-8", "backslashreplace")
    return Question(hashlib.sha256(b"%d\n" % FORMAT + text).digest(), text)


def packed(text: bytes, model: bytes | None = None) -> bytes:
    """`text` compressed; against `model`, a text like it, it gets half as large again in half of the time."""
    if model is None:
        return zlib.compress(text, _LEVEL)
    packing = zlib.compressobj(_LEVEL, zdict=model)
    return packing.compress(text) + packing.flush()


def unpacked(stored: bytes, model: bytes | None = None) -> bytes:
    """What was packed.

    Raises:
        ValueError: it is damaged.
    """
    try:
        if model is None:
            return zlib.decompress(stored)
        unpacking = zlib.decompressobj(zdict=model)
        text = unpacking.decompress(stored)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not unpacking.eof:
        raise ValueError("it is cut off")
    return text


def stored_response(response: ModelResponse) -> bytes:
    """An answer as it is stored."""
    text = response.model_dump_json(exclude={"cached"}).encode()
    return packed(text) if len(text) > _SMALL else zlib.compress(text, 0)


def read_response(stored: bytes) -> ModelResponse | None:
    """A stored answer; None if it is damaged, or of a version that is not understood."""
    try:
        return ModelResponse.model_validate_json(unpacked(stored))
    except ValueError:  # pydantic's too
        return None


class Striking:
    """Strikes secrets out of answers before they are kept: a server may echo a key. Cheap where there is none."""

    def __init__(self) -> None:
        secrets = {value.strip() for value in os.environ.values() if redacted(value) != value}
        self._forms = {form for one in secrets for form in (one, quote(one, safe=""), json.dumps(one)[1:-1]) if form}

    def clean(self, response: ModelResponse) -> ModelResponse:
        """`response` without secrets in what the provider wrote."""
        if not any(form in response.text or form in response.finish_reason for form in self._forms):
            return response
        struck = {"text": redacted(response.text), "finish_reason": redacted(response.finish_reason)}
        return response.model_copy(update=struck)
