"""Operations of an OpenAPI 3.0, 3.1 or Swagger 2.0 document as APIs that can be called over HTTP.

What one operation has wrong costs that operation; its refusal says why. Only a document that cannot be had, is no
OpenAPI, or offers nothing to take raises.
"""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from apigen.errors import SourceError
from apigen.reasons import Reason
from apigen.records import Api, Implementation, Json, Refusal
from apigen.sources.documents import UnusableDocument
from apigen.sources.openapi import swagger2
from apigen.sources.openapi.authentication import ApiKey, Auth
from apigen.sources.openapi.describing import Describer
from apigen.sources.openapi.operations import (
    IDEMPOTENT,
    METHODS,
    BadOperation,
    Operation,
    Reader,
    is_safe,
    operations,
    route,
)
from apigen.sources.openapi.reading import Fault, parsed
from apigen.sources.openapi.references import References
from apigen.sources.openapi.retrieval import Unreachable, is_url, read_bytes
from apigen.sources.openapi.servers import host_of, is_absolute, joined, usable_server
from apigen.sources.openapi.wording import operation_name, unique
from apigen.sources.source import Loaded, Source

_SHOWN_CHARS = 2000
_MAX_NOTES = 30
_SECRET_HEADER = re.compile(r"(?i)(.*[-_])?(authorization|cookie|api[-_]?key|token|secret|password)")


class OpenAPISource(Source):
    """Reads one OpenAPI document.

    Attributes:
        document: a file, or an http(s) URL, which is fetched when the source is loaded.
        format: the form of the document; `auto` looks at it.
        server: the URL that operations are called at, instead of those in the document; needed if these are relative.
        methods: HTTP methods to take; null takes all. Those that write are only called if `allow_writes` is set.
        include: patterns of names of operations (or of their ids) to take; `*` and `?` stand for others.
        exclude: patterns of names not to take.
        tags: take only operations with one of these tags; none given: all.
        paths: patterns of paths to take; none given: all.
        category: of all APIs; default: the first tag of each.
        limit: at most so many APIs, the first ones.
        name_style: `underscore` writes `_` for what models cannot call in names; `keep` leaves names as they are.
        describe_from_path: whether an operation without any text is described by its method and path; otherwise
            admission refuses it.
        drop_deprecated: whether deprecated operations are passed over.
        allowed_hosts: hosts that calls may reach; default: that of the server.
        allow_private: whether calls may reach private addresses (your own machine or network).
        allow_writes: whether operations that change something may be called.
        auth: how calls are authorised, by names of environment variables.
        rate: calls a second; null: the executor's own limit.
        timeout: seconds that a call may take.
        max_bytes: of one answer.
        headers: headers of every call, none of them secret.
    """

    document: str = Field(min_length=1)
    format: Literal["auto", "json", "yaml"] = "auto"
    server: str | None = None
    methods: list[str] | None = ["get"]
    include: list[str] = ["*"]
    exclude: list[str] = []
    tags: list[str] = []
    paths: list[str] = []
    category: str | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    name_style: Literal["underscore", "keep"] = "underscore"
    describe_from_path: bool = False
    drop_deprecated: bool = True
    allowed_hosts: list[str] = []
    allow_private: bool = False
    allow_writes: bool = False
    auth: list[Auth] = []
    rate: Annotated[float, Field(gt=0)] | None = None
    timeout: float = Field(default=20, gt=0)
    max_bytes: int = Field(default=1_000_000, ge=1)
    headers: dict[str, str] = {}

    @field_validator("methods")
    @classmethod
    def _known_methods(cls, methods: list[str] | None) -> list[str] | None:
        for method in methods or ():
            if method.lower() not in METHODS:
                raise ValueError(f"`{method}` is no HTTP method; there are {', '.join(METHODS)}")
        return [method.lower() for method in methods] if methods is not None else None

    @field_validator("server")
    @classmethod
    def _absolute(cls, server: str | None) -> str | None:
        if server is not None and not is_absolute(server):
            raise ValueError("an http(s) URL such as https://api.example.com/v1, without variables and passwords")
        return server

    @field_validator("allowed_hosts")
    @classmethod
    def _plain_hosts(cls, hosts: list[str]) -> list[str]:
        for host in hosts:
            if not host.strip() or "/" in host:
                raise ValueError("names of hosts such as api.example.com, without scheme and path")
        return [host.strip().lower() for host in hosts]

    @model_validator(mode="after")
    def _no_secret_headers(self) -> Self:
        """The message names the header, never its value."""
        for header in self.headers:
            if _SECRET_HEADER.fullmatch(header):
                raise ValueError(f"`headers` holds `{header}`; secrets are given by `auth`, by name of a variable")
        return self

    def load(self, name: str) -> Loaded:
        """Read the document and convert its operations.

        Raises:
            SourceError: the document cannot be had or read, is no OpenAPI 3.x or Swagger 2.0, has no server that calls
                could go to, or no operation that the settings take.
        """
        document, uri = self._read(name)
        loading = _Loading(self, name, document, uri)
        apis: list[Api] = []
        refused: list[Refusal] = []
        for found in loading.results():
            if isinstance(found, Refusal):
                refused.append(found)
            elif self.limit is None or len(apis) < self.limit:
                apis.append(found)
            if self.limit is not None and len(apis) >= self.limit:
                break
        return Loaded(apis=tuple(apis), refused=tuple(refused))

    def policy(self, name: str, server: str) -> dict[str, Json]:
        """The settings that the executor of the calls follows, as plain data."""
        return {
            "source": name,
            "allowed_hosts": self.allowed_hosts or [host_of(server)],
            "allow_private": self.allow_private,
            "allow_writes": self.allow_writes,
            "auth": [part.model_dump(by_alias=True) for part in self.auth],
            "rate": self.rate,
            "timeout": self.timeout,
            "max_bytes": self.max_bytes,
            "headers": dict(self.headers),
        }

    def _read(self, name: str) -> tuple[dict[str, Json], str]:
        where = f"sources.{name}.document={self.document}"
        try:
            data, uri = read_bytes(self.document)
        except Unreachable as error:
            remedy = "a file seen from the working directory, or an http(s) URL that answers with the document"
            raise SourceError(f"The document cannot be had: {error}", where=where, remedy=remedy) from error
        try:
            document = parsed(data, self.format)
        except ValueError as error:
            remedy = "give an OpenAPI 3.x or Swagger 2.0 document in JSON or YAML; a linter for OpenAPI shows more"
            raise SourceError(f"The document cannot be read: {error}", where=where, remedy=remedy) from error
        if problem := _not_openapi(document):
            remedy = "give an OpenAPI 3.0, 3.1 or Swagger 2.0 document with `paths`"
            raise SourceError(f"The document is no OpenAPI that can be used: {problem}", where=where, remedy=remedy)
        return document, uri


def _not_openapi(document: Json) -> str:
    """What speaks against a document as a whole, or an empty text."""
    if not isinstance(document, dict):
        return f"it is {'a list' if isinstance(document, list) else 'a single value'}, not an object"
    version = document.get("openapi", document.get("swagger", document.get("swaggerVersion")))
    if version is None:
        kind = "a Postman collection" if "item" in document and "info" in document else "an object"
        return f"it is {kind} without `openapi: 3.…` or `swagger: '2.0'`"
    if not str(version).startswith("3." if "openapi" in document else "2"):
        return f"its version is {str(version)[:20]}, and 3.x or 2.0 can be read"
    if isinstance(document.get("paths"), Fault):
        return repr(document["paths"])
    if not isinstance(document.get("paths"), dict) or not document["paths"]:
        return "it has no `paths`, so there are no operations in it"
    return ""


class _Named(NamedTuple):
    """An operation under the name that it has whatever the filters are."""

    name: str
    operation: Operation


class _Loading:
    """One reading of a document."""

    def __init__(self, source: OpenAPISource, name: str, document: dict[str, Json], uri: str) -> None:
        self.source = source
        self.name = name
        self.document = document
        self.url = uri if is_url(source.document) else ""
        self.references = References(document, uri)
        injected: set[tuple[str, str]] = {
            (auth.location, auth.name.lower()) for auth in source.auth if isinstance(auth, ApiKey)
        }
        self.reader = Reader(document, self.references, injected)
        self.describer = Describer(document, self.references, self.reader, source.describe_from_path)

    def results(self) -> Iterator[Api | Refusal]:
        """An API or a refusal for each operation that the settings take."""
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
        server = self._server(operation)
        if server is None:
            raise UnusableDocument(Reason.unsupported_signature, "its server is no absolute http(s) URL")
        policy = self.source.policy(self.name, server)
        if host_of(server) not in policy["allowed_hosts"]:
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
