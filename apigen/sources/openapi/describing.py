"""What a model is told about an operation: description, arguments, result, example calls."""

from collections.abc import Mapping
from typing import NamedTuple

from apigen.reasons import Reason
from apigen.records import Json
from apigen.sources.documents import UnusableDocument
from apigen.sources.jsonfiles import flaw_of
from apigen.sources.openapi.arguments import Request, signature
from apigen.sources.openapi.examples import example_calls
from apigen.sources.openapi.operations import Operation, Reader
from apigen.sources.openapi.parts import Limits, Part, TooManyNodes
from apigen.sources.openapi.references import Located, References
from apigen.sources.openapi.routes import Route
from apigen.sources.openapi.schemas import Expansion
from apigen.sources.openapi.signature import Signature, finished
from apigen.sources.openapi.wording import MAX_DESCRIPTION, plain_text, sentence_of, shortened, title_case, words_of

Schema = dict[str, Json]

_RESULT_LIMITS = (Limits(3, 200, 1000, nodes=400), Limits(1, 100, 1000, nodes=400), Limits(0, 60, 1000, nodes=400))
_SAYS_NOTHING = frozenset({"ok", "success", "successful", "successful operation", "successful response", "response",
                           "default response", "null", "unexpected error", "no content", "created"})  # fmt: skip


class Told(NamedTuple):
    """All that an API is made of, besides its name and its target."""

    description: str
    signature: Signature
    fixed: dict[str, dict[str, str]]
    returns: Schema | None
    examples: tuple[dict[str, Json], ...]
    notes: tuple[str, ...]


class Describer:
    """Describes the operations of one document.

    Args:
        from_path: whether an operation without any text is described by its method and path.
    """

    def __init__(self, document: Mapping[str, Json], references: References, reader: Reader, from_path: bool) -> None:
        self.references = references
        self.reader = reader
        self.from_path = from_path
        self.results: dict[int, tuple[Json, Schema | None]] = {}
        tags = document.get("tags")
        self.tags = {
            tag["name"]: plain_text(tag.get("description"), MAX_DESCRIPTION // 2)
            for tag in (tags if isinstance(tags, list) else ())
            if isinstance(tag, dict) and isinstance(tag.get("name"), str)
        }

    def described(self, operation: Operation, name: str, route: Route, name_style: str) -> Told:
        """All about one operation.

        Raises:
            UnusableDocument: a part that a call needs cannot be expressed.
        """
        notes: list[str] = []
        parameters, body = self.reader.parameters(operation, notes)
        found = signature(Request(route, parameters, body, name_style), self.references)
        if flaw := flaw_of(found.schema):
            raise UnusableDocument(Reason.unparsable, f"the parameters: something {flaw}")
        response = self.reader.response(operation)
        fixed = {place: dict(values) for place, values in found.fixed.items()}
        if response and "json" in response[0] and response[0] != "application/json" and "*" not in response[0]:
            fixed["header"].setdefault("Accept", response[0])
        return Told(
            description=self.description(operation, name),
            signature=found,
            fixed=fixed,
            returns=self.returns(*response) if response else None,
            examples=example_calls(found),
            notes=(*notes, *found.notes),
        )

    def description(self, operation: Operation, name: str) -> str:
        """Summary and description; else what response or tag say; else, if wanted, method and path as a sentence."""
        for holder in (operation.node, operation.item):
            if text := _joined(plain_text(holder.get("summary"), MAX_DESCRIPTION), plain_text(
                holder.get("description"), MAX_DESCRIPTION
            )):  # fmt: skip
                return text
        if text := self._of_response(operation):
            return f"Returns: {text}"
        tag = next(filter(None, (self.tags.get(str(tag)) for tag in _list(operation.node.get("tags")))), "")
        if tag and (words := words_of(name)):
            return shortened(f"{tag.rstrip('.')}: {words}.", MAX_DESCRIPTION)
        return sentence_of(operation.method, operation.path) if self.from_path else ""

    def _of_response(self, operation: Operation) -> str:
        """What the document says about a successful response, if that is more than its status."""
        responses = operation.node.get("responses")
        for status in ("200", "201"):
            written = responses.get(status) if isinstance(responses, dict) else None
            try:
                node = self.references.followed(Located(written, operation.base)).node
            except UnusableDocument:
                continue
            text = plain_text(node.get("description"), MAX_DESCRIPTION) if isinstance(node, dict) else ""
            if len(text.split()) > 1 and text.rstrip(".!").lower() not in _SAYS_NOTHING:
                return text
        return ""

    def category(self, operation: Operation) -> str:
        """The first tag, in title case; empty if there is none."""
        return next((title_case(tag) for tag in _list(operation.node.get("tags")) if isinstance(tag, str)), "")

    def returns(self, media: str, response: Located) -> Schema | None:
        """The schema of the result, as much of it as is small; None if it says nothing or cannot be expressed."""
        if "json" not in media and "*" not in media:
            return {"type": "string"} if media.startswith("text/") else None
        key = id(response.node)
        if key not in self.results:  # many operations have one result
            self.results[key] = response.node, self._expanded(response)
        return self.results[key][1]

    def _expanded(self, response: Located) -> Schema | None:
        for limits in _RESULT_LIMITS:
            expansion = Expansion(self.references, limits, direction="response")
            try:
                found, _ = finished(expansion.schema(Part(response.node, response.base), "result"), "result")
                return None if not found or flaw_of(found) else found
            except TooManyNodes:
                continue
            except (UnusableDocument, RecursionError):
                return None
        return None


def _joined(summary: str, description: str) -> str:
    """Both, or one if it says all of the other."""
    one, other = summary.rstrip(".…").lower(), description.lower()
    if not one or one in other:
        return description
    if not other or other.rstrip(".…") in one:
        return summary
    ended = summary if summary[-1] in ".!?:…" else summary + "."
    return shortened(f"{ended} {description}", MAX_DESCRIPTION)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
