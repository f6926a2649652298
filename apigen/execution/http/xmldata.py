"""XML as nested objects: attributes as `@name`, text beside elements as `#text`, repeated elements as lists.

A document with a DOCTYPE is refused: entities that grow or name files can only be declared there.
"""

from xml.parsers import expat

from apigen.execution.http.failures import Failure
from apigen.reasons import Reason
from apigen.records import Json

MAX_DEPTH = 100


class _Refused(Exception):
    """Something that is not read."""


def read_xml(text: str) -> dict[str, Json]:
    """The document as `{"root": …}`; an element with text only is that text, an empty one null.

    Raises:
        Failure: it is not well-formed, has a DOCTYPE, or is nested too deeply.
    """
    builder = _Builder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        parser.Parse(text.lstrip("\ufeff \t\r\n").encode(), True)
    except expat.ExpatError as error:
        raise Failure(Reason.unserialisable, f"the answer is not XML: {error}") from None
    except _Refused as refused:
        raise Failure(Reason.unserialisable, str(refused)) from None
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.root: dict[str, Json] = {}
        self._open: list[tuple[dict[str, Json], list[str]]] = [(self.root, [])]

    def doctype(self, *_: object) -> None:
        raise _Refused("the answer is XML with a DOCTYPE, which is not read")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > MAX_DEPTH:
            raise _Refused(f"the answer is XML nested deeper than {MAX_DEPTH} levels")
        self._open.append(({f"@{key}": value for key, value in attributes.items()}, []))

    def text(self, data: str) -> None:
        self._open[-1][1].append(data)

    def end(self, name: str) -> None:
        content, texts = self._open.pop()
        text = "".join(texts).strip()
        value: Json = content if content else text or None
        if content and text:
            content["#text"] = text
        siblings = self._open[-1][0]
        if name not in siblings:
            siblings[name] = value
        elif isinstance(siblings[name], list):
            siblings[name].append(value)
        else:
            siblings[name] = [siblings[name], value]
