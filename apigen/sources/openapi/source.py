"""Operations of an OpenAPI 3.0, 3.1 or Swagger 2.0 document as APIs that can be called over HTTP.

What one operation has wrong costs that operation; its refusal says why. Only a document that cannot be had, is no
OpenAPI, or offers nothing to take raises.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from apigen.errors import SourceError
from apigen.records import Api, Json, Refusal
from apigen.sources.openapi.authentication import Auth
from apigen.sources.openapi.loading import Loading
from apigen.sources.openapi.operations import METHODS
from apigen.sources.openapi.reading import Fault, parsed
from apigen.sources.openapi.retrieval import Unreachable, read_bytes
from apigen.sources.openapi.servers import host_of, is_absolute
from apigen.sources.source import Loaded, Source

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
        allowed_hosts: hosts that calls may reach (`*.example.com`: all below it); default: that of the server.
        allow_private: whether calls, and the fetching of the document, may reach private addresses (your own machine or
            network).
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
                raise ValueError("names of hosts such as api.example.com or *.example.com, without scheme and path")
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
        loading = Loading(self, name, document, uri)
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
            data, uri = read_bytes(self.document, self.allow_private)
        except Unreachable as error:
            remedy = "a file seen from the working directory, or an http(s) URL that answers with the document"
            if "allow_private" in str(error):
                remedy = f"sources.{name}.allow_private=true   (only for a server that you trust)"
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
