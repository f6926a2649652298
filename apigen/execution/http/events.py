"""Streams of values: JSON lines, JSON text sequences (RFC 7464) and server-sent events (WHATWG HTML, 9.2)."""

import codecs
import io
from typing import Literal

from apigen.execution.http.contents import strict_json
from apigen.execution.http.failures import Failure
from apigen.reasons import Reason
from apigen.records import Json

Kind = Literal["lines", "sse"]
EVENT_TYPES: dict[str, Kind] = {
    "text/event-stream": "sse",
    "application/x-ndjson": "lines",
    "application/ndjson": "lines",
    "application/jsonl": "lines",
    "application/x-jsonl": "lines",
    "application/jsonlines": "lines",
    "application/x-jsonlines": "lines",
    "application/json-lines": "lines",
    "application/json-seq": "lines",
    "application/stream+json": "lines",
    "application/x-json-stream": "lines",
}


class EventReader:
    """Collects values as bytes come in. A server-sent event is `{"event"?, "id"?, "data"}`, its data JSON or text."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.events: list[Json] = []
        self._text = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8-sig")("replace"), translate=True)
        self._rest = ""
        self._fields: dict[str, str] = {}
        self._data: list[str] = []

    def feed(self, data: bytes) -> None:
        """Take the next bytes; values that are complete are added to `events`.

        Raises:
            Failure: a line is not JSON.
        """
        *lines, self._rest = (self._rest + self._text.decode(data)).split("\n")
        for line in lines:
            self._line(line)

    def end(self) -> None:
        """The stream is complete: its last line may lack a line break. An event that was not finished is dropped."""
        rest = self._rest + self._text.decode(b"", final=True)
        for line in rest.split("\n") if self.kind == "lines" else ():
            self._line(line)

    def _line(self, line: str) -> None:
        if self.kind == "sse":
            self._field(line)
        elif text := line.strip(" \t\x1e"):
            try:
                self.events.append(strict_json(text))
            except ValueError as error:
                place = f"line {len(self.events) + 1} of the stream"
                raise Failure(Reason.unserialisable, f"{place} is not JSON: {error}"[:300]) from None

    def _field(self, line: str) -> None:
        if not line:
            self._dispatch()
            return
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name in ("event", "id") and value:
            self._fields[name] = value

    def _dispatch(self) -> None:
        if self._data:
            text = "\n".join(self._data)
            self.events.append({**self._fields, "data": _value(text)})
        self._fields, self._data = {}, []


def _value(text: str) -> Json:
    """The data of an event: JSON, if it is a list or an object in JSON; else text."""
    if text.lstrip().startswith(("{", "[")):
        try:
            return strict_json(text)
        except ValueError:
            pass
    return text
