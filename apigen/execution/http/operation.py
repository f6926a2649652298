"""What a source says about one REST API: an `Implementation` of kind `http`, read into types.

`target` is `METHOD URL`, the URL with `{name}` where arguments stand in its path or query; `options` say where each
argument goes and what the source allows. Nothing in it comes from a model. The terms are those of OpenAPI 3.1.
"""

import re
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from apigen.execution.http.failures import blocked
from apigen.records import Implementation

READS = frozenset({"GET", "HEAD", "OPTIONS"})
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
PORTS = {"http": 80, "https": 443}
STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form", "body": "form"}

Style = Literal[
    "simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "tabDelimited", "deepObject", "json"
]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Argument(_Plain):
    """Where an argument goes, and how its value is written there. A `file` is given in base64 and sent as its bytes."""

    place: Literal["path", "query", "header", "cookie", "body"] = Field(alias="in")
    name: str
    style: Style | None = None
    explode: bool | None = None
    allow_reserved: bool = Field(False, alias="allowReserved")
    file: bool = False

    @property
    def written(self) -> tuple[str, bool]:
        """Style and explode, with OpenAPI's defaults for what is not said."""
        style = self.style or STYLES[self.place]
        return style, style in ("form", "deepObject") if self.explode is None else self.explode


class Body(_Plain):
    """The form of the request's body. `whole` names the argument that is the body, if it is no object of arguments.

    `xml` says how values are written as XML (see `apigen.execution.http.xmlbody`).
    """

    content_type: str = "application/json"
    whole: str | None = None
    required: bool = False
    xml: dict[str, Any] | None = None


class Fixed(_Plain):
    """What every request holds."""

    header: dict[str, str] = {}
    query: dict[str, Any] = {}


class ApiKey(_Plain):
    """A key in a header, the query or a cookie. `env` names the environment variable."""

    kind: Literal["api_key"]
    place: Literal["header", "query", "cookie"] = Field("header", alias="in")
    name: str
    env: str


class Bearer(_Plain):
    """A token in the header `Authorization`."""

    kind: Literal["bearer"]
    env: str


class Basic(_Plain):
    """User and password in the header `Authorization` (RFC 7617)."""

    kind: Literal["basic"]
    user_env: str
    password_env: str


class OAuth2(_Plain):
    """A token got from `token_url` by client credentials (RFC 6749, section 4.4).

    `client_auth` says how the client names itself there: in the header (`basic`) or in the `body`. `audience` is what
    some servers want to know the API by.
    """

    kind: Literal["oauth2"]
    token_url: str
    client_id_env: str
    client_secret_env: str
    scope: str = ""
    audience: str = ""
    client_auth: Literal["basic", "body"] = "basic"


Auth = Annotated[ApiKey | Bearer | Basic | OAuth2, Field(discriminator="kind")]


class Origin(NamedTuple):
    """Scheme, host and port: what a secret is meant for."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """As the header `Host` has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


class Policy(_Plain):
    """What a source allows, and its own limits, which win over the executor's.

    `rate` in requests a second, `timeout` in seconds, `max_bytes` of the decoded answer.
    """

    source: str = ""
    allowed_hosts: tuple[str, ...] = ()
    allow_private: bool = False
    allow_writes: bool = False
    auth: tuple[Auth, ...] = ()
    rate: float | None = Field(None, gt=0)
    timeout: float | None = Field(None, gt=0)
    max_bytes: int | None = Field(None, ge=1)
    headers: dict[str, str] = {}

    def allows(self, origin: Origin, home: Origin) -> bool:
        """Whether requests may go to `origin`; `home` is where the source's API is.

        An entry without a port stands for the ports of the web and that of `home`; `*.example.com` for all hosts below
        it; no entries for the host of `home`.
        """
        return any(_matches(entry, origin, home) for entry in self.allowed_hosts or (home.authority,))


class Operation(_Plain):
    """One REST API, ready to be called."""

    method: str
    origin: Origin
    path: str
    query: str = ""
    arguments: dict[str, Argument] = {}
    body: Body | None = None
    fixed: Fixed = Fixed()
    safe: bool | None = None
    idempotent: bool | None = None
    policy: Policy = Policy()

    @property
    def writes(self) -> bool:
        """Whether a call may change something at the server: by its method, or because the source says so."""
        return self.method not in READS or self.safe is False

    @property
    def repeatable(self) -> bool:
        """Whether making the same call twice is no worse than once."""
        return self.method in REPEATABLE if self.idempotent is None else self.idempotent

    @property
    def breaker(self) -> str:
        """What shares one breaker: the source."""
        return self.policy.source or str(self.origin)


def read_operation(implementation: Implementation) -> Operation:
    """The operation that an implementation of kind `http` describes.

    Raises:
        Unmade: it describes none that may be called.
    """
    method, _, url = implementation.target.strip().partition(" ")
    method = method.upper()
    if method not in READS | WRITES:
        raise blocked(f"`{method[:20]}` is no method that is called; there are {', '.join(sorted(READS | WRITES))}")
    try:
        parts = urlsplit(url.strip())
        origin = origin_of(url.strip())
        return Operation.model_validate(
            {key: value for key, value in implementation.options.items() if value is not None}
            | {"method": method, "origin": origin, "path": parts.path or "/", "query": parts.query}
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise blocked(f"the implementation's options cannot be read: `{place}`: {first['msg']}") from None
    except ValueError as error:
        raise blocked(f"the implementation's URL cannot be used: {error}") from None


def origin_of(url: str) -> Origin:
    """The origin of an absolute URL, its host in lower case and ASCII.

    Raises:
        ValueError: it has none, or holds a user name, a placeholder or characters that no host has.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("it must begin with http:// or https:// and a host")
    if "@" in parts.netloc:
        raise ValueError("it holds a user name or password")
    return Origin(parts.scheme, _ascii_host(parts.hostname), PORTS[parts.scheme] if parts.port is None else parts.port)


def _ascii_host(host: str) -> str:
    if ":" in host:
        return host.lower()
    if not host.isascii():
        import idna

        host = idna.encode(host, uts46=True).decode()  # its errors are ValueErrors
    if not re.fullmatch(r"[A-Za-z0-9._-]+", host):
        raise ValueError(f"`{host[:60]}` is no host name")
    return host.lower().rstrip(".")


def _matches(entry: str, origin: Origin, home: Origin) -> bool:
    parts = urlsplit(entry if "//" in entry else f"//{entry}")
    name = (parts.hostname or "").rstrip(".")
    try:
        ports = {80, 443, home.port} if parts.port is None else {parts.port}
        name = name if "*" in name else _ascii_host(name)
    except ValueError:
        return False
    if origin.port not in ports:
        return False
    return name in ("*", origin.host) or (name.startswith("*.") and origin.host.endswith(name[1:]))
