"""What a call takes, as records, and the last step of every schema into valid Draft 2020-12."""

import json
from typing import NamedTuple

from apigen.reasons import Reason
from apigen.records import Json
from apigen.sources.dialects import NotASchema, json_schema
from apigen.sources.documents import UnusableDocument
from apigen.sources.schemalint import problems

Schema = dict[str, Json]


class Argument(NamedTuple):
    """One argument: its schema, whether a call must give it, where it travels, and the examples the document has."""

    name: str
    schema: Schema
    required: bool
    wire: dict[str, Json]
    examples: tuple[Json, ...] = ()


class Signature(NamedTuple):
    """What a call takes, and how the call is built of it (`arguments`, `body` and `fixed` of the options)."""

    arguments: tuple[Argument, ...]
    body: dict[str, Json] | None
    fixed: dict[str, dict[str, str]]
    template: str
    notes: tuple[str, ...]

    @property
    def schema(self) -> Schema:
        """The parameters of the API."""
        found: Schema = {
            "type": "object",
            "properties": {argument.name: argument.schema for argument in self.arguments},
        }
        if required := [argument.name for argument in self.arguments if argument.required]:
            found["required"] = required
        return {**found, "additionalProperties": False}

    @property
    def size(self) -> int:
        return len(json.dumps(self.schema, ensure_ascii=False))


def finished(schema: Schema, place: str) -> tuple[Schema, list[str]]:
    """An expanded schema with types and defaults in the words of Draft 2020-12, and notes.

    Raises:
        UnusableDocument: it cannot be expressed, or is no valid schema.
    """
    try:
        found, notes = json_schema(schema, drop_defaults=True)
    except NotASchema as error:
        raise UnusableDocument(Reason.invalid_schema, f"{place}: {error}") from error
    except ValueError as error:
        raise UnusableDocument(Reason.unsupported_type, f"{place}: {error}") from error
    except RecursionError as error:
        raise UnusableDocument(Reason.invalid_schema, f"{place}: the schema is nested too deep") from error
    if problem := next(problems(found), None):
        raise UnusableDocument(Reason.invalid_schema, f"{place}: {problem}")
    return found, [f"{place}: {note}" for note in notes]
