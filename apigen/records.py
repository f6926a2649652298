"""The standard JSON format: the nouns that flow through the pipeline (APIGen, section 3.1).

An `Api` is offered in a `Prompt`; a model's answer to it is read into `Candidate`s; each of their `Call`s gives an
`ExecutionResult`; each checker adds a `Verdict`; a candidate that every checker passed is an `Entry`, and may serve as
an `Example` later. All are frozen, typed, and go to and from JSON (`model_dump`, `model_validate`). Parameters are JSON
Schema (Draft 2020-12) everywhere inside; other forms are converted at the edge, in `apigen.sources`.
"""

import hashlib
import json
from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from apigen.reasons import Reason

Json = Any
"""A JSON value: None, bool, int, float, str, list of Json or dict of str to Json."""


# Encoders are made once: `json.dumps` would make one at each call that asks for something of its own.
_PLAIN = json.JSONEncoder(ensure_ascii=False)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def json_text(value: Json) -> str:
    """JSON text on one line as people and models are shown it: keys in their order, UTF-8 kept."""
    return _PLAIN.encode(value)


def json_list(texts: Iterable[str]) -> str:
    """The JSON text of a list, from those of its members: what `json_text` gives for the list."""
    return "[" + ", ".join(texts) + "]"


def canonical_json(value: Json) -> str:
    """Text that is equal for equal JSON values: sorted keys, no spaces, UTF-8 kept; numbers as Python writes them.

    Raises:
        ValueError: the value holds NaN or an infinity.
    """
    return _CANONICAL.encode(value)


class Record(BaseModel):
    """Base of all records: frozen, closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=False)


class Outcome(StrEnum):
    """The three outcomes of every check. Errors say nothing about the data, and never pass."""

    passed = "passed"
    rejected = "rejected"
    error = "error"


class Implementation(Record):
    """How an API is really called. What `target` means is the executor's affair.

    For kind `python`: `target` is `package.module:function`, `path` the folders that the worker adds to `sys.path`.
    A method of a class with state is `package.module:Class.method`, and `options` have `class`, `initial_state`,
    `load_state` and `state`. For the others, `options` is what their executor must know beside the target, without
    secrets.
    """

    kind: str
    target: str
    path: tuple[str, ...] = ()
    options: dict[str, Json] = Field(default_factory=dict)


class Api(Record):
    """One function that a model can call.

    `parameters` is a JSON Schema of type object; `returns` that of the result, if known. `examples` are arguments of
    calls known to be sensible (from doctests or the document), `results` are calls that were made, each as
    `{"arguments", "result"}`. `notes` say what the conversion at the edge changed.
    """

    name: str
    description: str
    parameters: dict[str, Json]
    returns: dict[str, Json] | None = None
    category: str = "Other"
    source: str = ""
    implementation: Implementation | None = None
    examples: tuple[dict[str, Json], ...] = ()
    results: tuple[dict[str, Json], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def executable(self) -> bool:
        """Whether a call can really be made."""
        return self.implementation is not None

    @property
    def stateful(self) -> bool:
        """Whether its calls are made on an instance whose state they share."""
        one = self.implementation
        return one is not None and one.kind == "python" and bool(one.options.get("class"))

    @property
    def properties(self) -> dict[str, dict[str, Json]]:
        """The schema of each parameter, by name."""
        found: dict[str, dict[str, Json]] = self.parameters.get("properties", {})
        return found

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the parameters that a call must give."""
        return tuple(self.parameters.get("required", ()))

    @cached_property
    def document(self) -> dict[str, Json]:
        """What a model is shown: name, description, parameters."""
        return {"name": self.name, "description": self.description, "parameters": self.parameters}

    @cached_property
    def document_text(self) -> str:
        """The document as JSON text."""
        return json_text(self.document)

    @cached_property
    def parameters_text(self) -> str:
        """The schema of the parameters in canonical JSON; equal schemas have equal texts."""
        return canonical_json(self.parameters)

    @cached_property
    def document_hash(self) -> str:
        """SHA-256 (first 16 hex digits) of the document in canonical JSON: the version of the API."""
        return hashlib.sha256(canonical_json(self.document).encode("utf-8", "backslashreplace")).hexdigest()[:16]


class Refusal(Record):
    """An API document that is not used, and why. `document` is the original as text, shortened."""

    name: str
    reason: Reason
    detail: str
    source: str = ""
    document: str = ""
    category: str = "Other"


class Call(Record):
    """One function call: `{"name": ..., "arguments": {...}}`."""

    name: str
    arguments: dict[str, Json] = Field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """Canonical text of the call; equal calls have equal keys."""
        return canonical_json([self.name, self.arguments])

    @cached_property
    def text(self) -> str:
        """The call as JSON text."""
        return json_text({"name": self.name, "arguments": self.arguments})


class Example(Record):
    """A query with its right calls, shown to the model in a prompt.

    `depth` is 0 for an original seed, and one more than the deepest example of its prompt for a verified entry;
    `parents` are the ids of those examples.
    """

    id: str
    style: str
    query: str
    answers: tuple[Call, ...]
    tools: tuple[str, ...] = ()
    depth: int = 0
    parents: tuple[str, ...] = ()

    @property
    def is_seed(self) -> bool:
        """Whether a person wrote it (depth 0)."""
        return self.depth == 0

    @cached_property
    def pair_text(self) -> str:
        """Query and answers as JSON text: what a model is shown."""
        return f'{{"query": {json_text(self.query)}, "answers": {json_list(call.text for call in self.answers)}}}'


class Message(Record):
    """One chat message for a model."""

    role: str
    content: str

    @cached_property
    def text(self) -> str:
        """The message as JSON text."""
        return json_text({"role": self.role, "content": self.content})

    @cached_property
    def canonical_text(self) -> str:
        """The message in canonical JSON."""
        return canonical_json({"content": self.content, "role": self.role})


class Style(Record):
    """A query style: how many APIs are offered, how many calls are right, of how many different functions.

    Each range is inclusive. `instruction` is what the prompt says about it, one sentence.
    """

    name: str
    apis: tuple[int, int]
    calls: tuple[int, int]
    functions: tuple[int, int]
    instruction: str


class Sample(Record):
    """Request `request` of a run as the samplers planned it: a pure function of run seed, number and example pool.

    `instruction` is the rendered prompt template called `template`; `pairs` how many query-answers pairs are asked for;
    `seed` the seed of everything random that happens to this request later.
    """

    request: int
    seed: int
    style: Style
    apis: tuple[Api, ...]
    examples: tuple[Example, ...]
    template: str
    instruction: str
    pairs: int

    @cached_property
    def api_by_name(self) -> dict[str, Api]:
        """The offered APIs by name."""
        return {api.name: api for api in self.apis}

    @cached_property
    def depth(self) -> int:
        """Depth of an entry that comes of this request: one more than its deepest example."""
        return 1 + max((example.depth for example in self.examples), default=0)


class Prompt(Record):
    """What a model is sent for a `Sample`.

    `calls` holds, for the strategy `call_first`, the calls that each query is to be written for (one list a query).
    """

    sample: Sample
    strategy: str
    messages: tuple[Message, ...]
    calls: tuple[tuple[Call, ...], ...] = ()


class Candidate(Record):
    """One query-answers pair as read from a model's text, good or bad; never changed by a checker.

    `problem` is set if the text could not be read into a pair; then `query` and `calls` hold what could be read, if
    anything. `text` is the candidate's own part of the answer, `read` how it was read (see `apigen.reading`).
    """

    id: str
    request: int
    position: int
    style: str
    query: str | None
    calls: tuple[Call, ...] | None
    text: str
    read: str
    problem: Reason | None = None
    problem_detail: str = ""

    @property
    def readable(self) -> bool:
        """Whether there is a query and a list of calls to check."""
        return self.problem is None and self.query is not None and self.calls is not None


class ExecutionResult(Record):
    """What came of one call.

    `how` is `executed` if the call was really made, `replayed` if the result comes from a cassette, `not_executed` if
    the call could not be made. `recorded_at` is when it was really made (UTC, ISO 8601). `duration` is in seconds.
    `result` is the JSON value that the function returned, if `outcome` is passed. `deterministic` says whether the same
    call made again gave the same result; None if it was made once.

    Calls on an instance with state have the state before and after (JSON), their difference (a list of `{"path",
    "before", "after"}`, paths as JSON Pointers), and the mark of it: `write` if the state is another, else `read`; None
    if a state is not known. `state_note` says what of the state has no JSON form and is left out.
    """

    position: int
    name: str
    outcome: Outcome
    how: str = "executed"
    reason: Reason | None = None
    error_type: str = ""
    message: str = ""
    result: Json = None
    output: str = ""
    duration: float = 0.0
    recorded_at: str | None = None
    deterministic: bool | None = None
    state_before: Json = None
    state_after: Json = None
    state_note: str = ""
    changes: Json = None
    effect: Literal["read", "write"] | None = None


class Verdict(Record):
    """One checker's judgement of one candidate. `duration` in seconds, `cost` in US dollars (None: unknown).

    `cached`: the judge's answers came from the response cache and another run paid for them; None without a judge.
    """

    candidate: str
    stage: str
    checker: str
    position: int
    outcome: Outcome
    reason: Reason | None = None
    detail: str = ""
    answers: dict[str, Json] = Field(default_factory=dict)
    duration: float = 0.0
    model: str | None = None
    simulated: bool = False
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None
    cached: bool | None = None


class Entry(Record):
    """A verified row of the dataset: `id, query, tools, answers` as in the paper, with its origin."""

    id: str
    style: str
    query: str
    tools: tuple[dict[str, Json], ...]
    answers: tuple[Call, ...]
    executed: bool
    simulated: bool
    depth: int = 1
    parents: tuple[str, ...] = ()
