"""What a `$ref` names: a place in the document, or in a file beside it. Other documents are never fetched.

Resolution itself is the library `referencing`'s. A node always travels with the URI of the document it stands in, since
that is where its own references start.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from apigen.reasons import Reason
from apigen.records import Json
from apigen.sources.documents import UnusableDocument
from apigen.sources.openapi.reading import Fault, parsed, shown
from apigen.sources.openapi.retrieval import Unreachable, read_bytes

_MAX_CHAIN = 20


class Located(NamedTuple):
    """A part of a document, the URI of that document, and the URI of the part if a reference led to it."""

    node: Json
    base: str
    uri: str = ""


class References:
    """Follows the references of one document.

    Args:
        document: the whole document.
        uri: where it was read from; a file's neighbours may be referred to, and files below its folder.
    """

    def __init__(self, document: Json, uri: str) -> None:
        from referencing import Registry, Resource

        self.uri = uri
        self.document = document
        self.files: dict[str, object] = {}
        registry = Registry(retrieve=self._beside)  # type: ignore[call-arg]
        self.registry = registry.with_resource(uri, Resource.opaque(document))
        self.targets: dict[tuple[str, str], Located] = {}

    def target(self, ref: Json, base: str) -> Located:
        """What a reference names.

        Raises:
            UnusableDocument: it names nothing that may be read.
        """
        if not isinstance(ref, str):
            raise UnusableDocument(Reason.invalid_schema, f"`$ref` is `{shown(ref)}`, which names nothing")
        found = self.targets.get((base, ref))
        if found is None:
            found = self.targets[base, ref] = self._looked_up(ref.strip(), base)
        return found

    def followed(self, part: Located) -> Located:
        """The part itself, or what its `$ref` leads to in the end; its own text (`description`, ...) goes first.

        Raises:
            UnusableDocument: the reference names nothing that may be read, or itself.
        """
        own: dict[str, Json] = {}
        for _ in range(_MAX_CHAIN):
            if not isinstance(part.node, dict) or "$ref" not in part.node:
                return part._replace(node={**part.node, **own}) if own and isinstance(part.node, dict) else part
            texts = {key: part.node[key] for key in ("summary", "description") if key in part.node}
            own = {**texts, **own}
            part = self.target(part.node["$ref"], part.base)
        raise UnusableDocument(Reason.invalid_schema, f"`$ref` {shown(part.uri)} leads in a circle")

    def _looked_up(self, ref: str, base: str) -> Located:
        from referencing.exceptions import Unresolvable

        uri = urljoin(base, ref)
        try:
            node = self.registry.resolver(base).lookup(ref).contents
        except (Unresolvable, LookupError, ValueError, TypeError) as error:
            node = self._anchored(ref) if base == self.uri else None
            if node is None:
                told = _why(error) or "it names nothing that exists"
                raise UnusableDocument(Reason.invalid_schema, f"`$ref` {shown(ref)}: {told}") from error
        if isinstance(node, Fault):
            raise UnusableDocument(Reason.unparsable, f"`$ref` {shown(ref)}: {node.text}")
        return Located(node, urldefrag(uri).url, uri)

    def _anchored(self, ref: str) -> Json:
        """A named schema by its `$anchor` or `$id` (3.1), or by its bare name, which some documents write."""
        name = unquote(ref.removeprefix("#"))
        components = _part(self.document, "components")
        for schemas in (_part(components, "schemas"), _part(self.document, "definitions")):
            for key, schema in schemas.items():
                if isinstance(schema, Mapping) and (key == name or name in (schema.get("$anchor"), schema.get("$id"))):
                    return schema
        return None

    def _beside(self, uri: str) -> object:
        """Another file of the same folder or below it, as `referencing` asks for it."""
        from urllib.request import url2pathname

        from referencing import Resource

        if uri not in self.files:
            own, other = urlsplit(self.uri), urlsplit(uri)
            if own.scheme != "file" or other.scheme != "file" or other.netloc not in ("", "localhost"):
                raise Unreachable("it names another document, which is not fetched; bundle the document into one")
            folder, path = Path(url2pathname(own.path)).parent, Path(url2pathname(other.path)).resolve()
            if not path.is_relative_to(folder):
                raise Unreachable("it names a file outside of the document's folder, which is not read")
            data, _ = read_bytes(str(path))
            try:
                self.files[uri] = Resource.opaque(parsed(data))
            except ValueError as error:
                raise Unreachable(f"the file cannot be read: {error}") from error
        return self.files[uri]


def _why(error: BaseException) -> str:
    """What stopped the search for a document, if that is the reason."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, Unreachable):
        found = found.__cause__
    return str(found or "")


def _part(node: Json, key: str) -> Mapping[str, Json]:
    found = node.get(key) if isinstance(node, Mapping) else None
    return found if isinstance(found, Mapping) else {}
