"""What a server really makes of a wish for structured output, found out by asking.

Some servers follow a JSON schema, some only know JSON objects, some take a schema and ignore it, some refuse it. Their
documents and the tables of client libraries do not tell (gateways differ from what they lead to), an answer does: the
probe wants one word in plain text and, by the schema, an object with a key that no prompt suggests.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Literal

from apigen.errors import ModelError
from apigen.llm.answers import Answer
from apigen.llm.model import ModelRequest, ModelResponse
from apigen.reasons import Reason
from apigen.records import Message

KEY = "zq_word"
PROBE_TOKENS = 256
"""Room for the answer to a probe; servers that follow need a dozen."""

SCHEMA_PROBE = ModelRequest(
    messages=(Message(role="user", content="Say hello in one word of plain text."),),
    seed=0,
    purpose="generate",
    json_schema={
        "type": "object",
        "properties": {KEY: {"type": "string"}},
        "required": [KEY],
        "additionalProperties": False,
    },
)
OBJECT_PROBE = ModelRequest(  # some providers refuse JSON mode unless the prompt says JSON
    messages=(Message(role="user", content="Say hello in one word of plain text, without any JSON."),),
    seed=0,
    purpose="generate",
    json_schema={"type": "object"},
)

Form = Literal["schema", "json_object"] | None
"""How structured output is asked for; None: not at all."""

Ask = Callable[[ModelRequest], Awaitable[ModelResponse]]


class Support(StrEnum):
    """What a server makes of a JSON schema. `refused` and `ignored`: nor does it know JSON objects."""

    unknown = "unknown"
    schema = "schema"
    json_object = "json_object"
    ignored = "ignored"
    refused = "refused"


class Structure:
    """What is known of the server of one model, and so how to ask it for the schema of a request.

    `support` is None until there is a reason to know: a refusal, an answer that is no JSON, or the
    wish to know before the first request.
    """

    def __init__(self) -> None:
        self.support: Support | None = None
        self._probing = asyncio.Lock()

    def form(self, request: ModelRequest) -> Form:
        """How to ask for the schema of `request`."""
        if request is SCHEMA_PROBE or request is OBJECT_PROBE:
            return "json_object" if request is OBJECT_PROBE else "schema"
        if self.support in (None, Support.unknown, Support.schema):
            return "schema"
        return "json_object" if self.support is Support.json_object and _wants_object(request) else None

    async def find_out(self, ask: Ask) -> None:
        """Have one probe made; all who want to know wait for it."""
        async with self._probing:
            if self.support is None:
                self.support = await probed(ask)

    async def doubt(self, answer: Answer, ask: Ask) -> None:
        """Have an answer that is no JSON find out, once, what the server supports."""
        if answer.finish_reason != "refusal" and plainly_ignored(answer.text):
            self.support = Support.unknown  # until the probe is answered others go on as before
            self.support = await probed(ask)

    async def give_up(self, request: ModelRequest, form: Form, ask: Ask) -> None:
        """The server refused the request with a wish for structure, and answered it without."""
        known, self.support = self.support, Support.refused
        if form == "schema" and known is not Support.refused and _wants_object(request):
            self.support = await object_support(ask, Support.refused)


class _Unknown(Exception):
    """The probe was not answered, for a reason that says nothing about schemas."""


async def probed(ask: Ask) -> Support:
    """What the server behind `ask` supports; at most two requests."""
    try:
        answer = await _asked(ask, SCHEMA_PROBE)
        if isinstance(answer, dict) and set(answer) == {KEY}:
            return Support.schema
        refused = answer is _REFUSED
        return await object_support(ask, Support.refused if refused else Support.ignored)
    except _Unknown:
        return Support.unknown


async def object_support(ask: Ask, otherwise: Support) -> Support:
    """Whether a server without schemas knows JSON objects: `json_object`, or `otherwise`; one request."""
    try:
        return Support.json_object if isinstance(await _asked(ask, OBJECT_PROBE), dict) else otherwise
    except _Unknown:
        return otherwise


def is_probe(request: ModelRequest) -> bool:
    """Whether `request` is one of the two probes."""
    return request is SCHEMA_PROBE or request is OBJECT_PROBE


def plainly_ignored(text: str) -> bool:
    """Whether an answer for which a schema was sent is no JSON; JSON of another shape gives no reason to ask on."""
    return not text.lstrip().startswith(("{", "["))


def _wants_object(request: ModelRequest) -> bool:
    return (request.json_schema or {}).get("type") == "object"


_REFUSED = object()


async def _asked(ask: Ask, request: ModelRequest) -> object:
    """The JSON value of the answer to a probe, None if it is none, `_REFUSED` if the request was refused."""
    try:
        response = await ask(request)
    except ModelError as error:
        if error.reason is Reason.model_refused_request:
            return _REFUSED
        raise _Unknown from None
    if response.finish_reason == "length":
        raise _Unknown
    try:
        return json.loads(response.text)
    except (ValueError, RecursionError):
        return None
