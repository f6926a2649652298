"""One reading of a document: which operations the settings take, and each as an API or a refusal."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from apigen.errors import SourceError
from apigen.reasons import Reason
from apigen.records import Api, Implementation, Json, Refusal
from apigen.sources.documents import UnusableDocument
from apigen.sources.openapi import swagger2
from apigen.sources.openapi.authentication import ApiKey
from apigen.sources.openapi.describing import Describer
from apigen.sources.openapi.operations import CALLED, IDEMPOTENT, BadOperation, Operation, Reader, is_safe, operations
from apigen.sources.openapi.references import References
from apigen.sources.openapi.retrieval import is_url
from apigen.sources.openapi.routes import route
from apigen.sources.openapi.servers import host_of, is_allowed, joined, usable_server
from apigen.sources.openapi.wording import operation_name, unique

if TYPE_CHECKING:
    from apigen.sources.openapi.source import OpenAPISource

_SHOWN_CHARS = 2000
_MAX_NOTES = 30


class _Named(NamedTuple):
    """An operation under the name that it has whatever the filters are."""

    name: str
    operation: Operation


class Loading:
    """One reading of a document."""

    def __init__(self, source: "OpenAPISource", name: str, document: dict[str, Json], uri: str) -> None:
        self.source = source
        self.name = name
        self.document = document
        self.url = uri if is_url(source.document) else ""
        self.references = References(document, uri)
        injected: set[tuple[str, str]] = {
            (auth.location, auth.name.lower()) for auth in source.auth if isinstance(auth, ApiKey)
        }
        injected |= {("header", header.lower()) for header in source.headers}
        self.reader = Reader(document, self.references, injected)
        self.describer = Describer(document, self.references, self.reader, source.describe_from_path)

    def results(self) -> Iterator[Api | Refusal]:
        """An API or a refusal for each operation that the settings take.

        Raises:
            SourceError: there is nothing to take, or no server.
        """
        every = list(operations(self.document, self.references))
        bad = [found for found in every if isinstance(found, BadOperation)]
        good = [found for found in every if isinstance(found, Operation)]
        if not every:
            raise self._error("It has no operations", "give a document with methods below its paths")
        taken = [found for found in self._named(good) if self._takes(found)]
        if not taken and not bad:
            raise self._error(self._what_there_is(good), f"sources.{self.name}.methods=null, or other patterns")
        self._check_servers([found.operation for found in taken])
        yield from (self._refusal(found.shown, found.problem) for found in bad)
        for found in taken:
            yield self._converted(found)

    def _named(self, found: list[Operation]) -> Iterator[_Named]:
        taken: set[str] = set()
        for operation in found:
            written = operation_name(
                operation.node.get("operationId"), operation.method, operation.path, self.source.name_style
            )
            yield _Named(unique(written, taken), operation)

    def _takes(self, found: _Named) -> bool:
        source, operation = self.source, found.operation
        names = [found.name, str(operation.node.get("operationId", found.name))]
        if source.methods is not None and operation.method not in source.methods:
            return False
        if source.drop_deprecated and operation.node.get("deprecated") is True:
            return False
        if source.tags and not set(source.tags) & set(_texts(operation.node.get("tags"))):
            return False
        if source.paths and not _matches([operation.path], source.paths):
            return False
        return _matches(names, source.include) and not _matches(names, source.exclude)

    def _what_there_is(self, found: list[Operation]) -> str:
        methods = sorted({operation.method for operation in found})
        return f"The settings take none of its {len(found)} operations (methods: {', '.join(methods)})"

    def _check_servers(self, found: list[Operation]) -> None:
        if found and not any(self._server(operation) for operation in found):
            raise self._error(
                "It names no server by an absolute http(s) URL, so its operations cannot be called",
                f"sources.{self.name}.server=https://…   where they are served",
            )

    def _error(self, what: str, remedy: str) -> SourceError:
        where = f"sources.{self.name}.document={self.source.document}"
        return SourceError(f"The document cannot be used. {what}.", where=where, remedy=remedy)

    def _server(self, operation: Operation) -> str | None:
        """The setting, else the most specific server of the document that is an absolute URL."""
        if self.source.server:
            return self.source.server
        if "swagger" in self.document:
            return usable_server(swagger2.servers(self.document, operation.node.get("schemes")), self.url)
        for holder in (operation.node, operation.item, self.document):
            if found := usable_server(holder.get("servers"), self.url):
                return found
        return usable_server([{"url": "/"}], self.url)

    def _converted(self, found: _Named) -> Api | Refusal:
        try:
            return self._api(found)
        except UnusableDocument as problem:
            return self._refusal(found.name, problem, found.operation)
        except RecursionError:
            too_deep = UnusableDocument(Reason.invalid_schema, "the document is nested too deep here")
            return self._refusal(found.name, too_deep, found.operation)

    def _api(self, found: _Named) -> Api:
        operation = found.operation
        if operation.method not in CALLED:
            raise UnusableDocument(Reason.unsupported_signature, "its method is never called")
        server = self._server(operation)
        if server is None:
            raise UnusableDocument(Reason.unsupported_signature, "its server is no absolute http(s) URL")
        policy = self.source.policy(self.name, server)
        if not is_allowed(host_of(server), policy["allowed_hosts"]):
            raise UnusableDocument(
                Reason.unsupported_signature,
                f"its server {host_of(server)} is none of sources.{self.name}.allowed_hosts",
            )
        told = self.describer.described(operation, found.name, route(operation.path), self.source.name_style)
        options = {
            "arguments": {argument.name: argument.wire for argument in told.signature.arguments},
            "body": told.signature.body,
            "fixed": told.fixed,
            "safe": is_safe(operation),
            "idempotent": operation.method in IDEMPOTENT,
            "policy": policy,
        }
        target = f"{operation.method.upper()} {joined(server, told.signature.template)}"
        notes = list(told.notes)
        if not options["safe"] and not self.source.allow_writes:
            notes.append(f"writes: calls are blocked unless sources.{self.name}.allow_writes=true")
        return Api(
            name=found.name,
            description=told.description,
            parameters=told.signature.schema,
            returns=told.returns,
            category=self._category(operation),
            source=self.name,
            implementation=Implementation(kind="http", target=target, options=options),
            examples=told.examples,
            notes=tuple(_shortened(notes)),
        )

    def _category(self, operation: Operation) -> str:
        return self.source.category or self.describer.category(operation) or "Other"

    def _refusal(self, name: str, problem: UnusableDocument, operation: Operation | None = None) -> Refusal:
        return Refusal(
            name=_clean(name) or "(unnamed)",
            reason=problem.reason,
            detail=_clean(f"{operation.shown}: {problem}" if operation else str(problem)),
            source=self.name,
            document=_clean(_excerpt(operation.node)) if operation else "",
            category=self._category(operation) if operation else self.source.category or "Other",
        )


def _shortened(notes: list[str]) -> list[str]:
    distinct = [_clean(note)[:300] for note in dict.fromkeys(notes)]
    more = len(distinct) - _MAX_NOTES
    return distinct if more <= 0 else [*distinct[:_MAX_NOTES], f"and {more} more notes"]


def _matches(names: list[str], patterns: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _texts(value: Json) -> list[str]:
    return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []


def _excerpt(node: Mapping[str, Any]) -> str:
    """The beginning of an operation as it is written, without walking what aliases could make of it."""
    shown = {key: value if isinstance(value, str | bool) else "…" for key, value in node.items()}
    return str(shown)[:_SHOWN_CHARS]


def _clean(text: str) -> str:
    """The text without what cannot be written as UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()
