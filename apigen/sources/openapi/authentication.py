"""How a source's calls are authorised: by names of environment variables, never by the secrets themselves."""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, model_validator

from apigen.component import Component

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _Auth(Component):
    """Base of all ways."""

    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="after")
    def _names_variables(self) -> Self:
        """The message does not repeat the value, which may be the secret itself."""
        for field in type(self).model_fields:
            names_variable = field == "env" or field.endswith("_env")
            if names_variable and not _VARIABLE.fullmatch(getattr(self, field)):
                raise ValueError(f"`{field}` is the name of an environment variable that holds the secret")
        return self


class ApiKey(_Auth):
    """A key in a header, in the query or in a cookie. `env` names the environment variable that holds it."""

    kind: Literal["api_key"]
    location: Literal["header", "query", "cookie"] = Field(default="header", alias="in")
    name: str = Field(min_length=1)
    env: str


class Bearer(_Auth):
    """`Authorization: Bearer …`."""

    kind: Literal["bearer"]
    env: str


class Basic(_Auth):
    """`Authorization: Basic …`, of a user's name and a password."""

    kind: Literal["basic"]
    user_env: str
    password_env: str


class OAuth2(_Auth):
    """OAuth 2.0, client credentials grant (RFC 6749, section 4.4). `token_url` is https (http on loopback only).

    `scope` and `audience` are sent if given: scopes separated by spaces, and the API that some servers want named.
    `client_auth` says where the client names itself: in the header `Authorization` (`basic`) or in the `body`.
    """

    kind: Literal["oauth2"]
    token_url: str
    client_id_env: str
    client_secret_env: str
    scope: str = ""
    audience: str = ""
    client_auth: Literal["basic", "body"] = "basic"

    @model_validator(mode="after")
    def _token_url_is_safe(self) -> Self:
        parts = urlsplit(self.token_url)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
            raise ValueError("`token_url` is an https URL: a client's secret is sent there")
        return self


Auth = Annotated[ApiKey | Bearer | Basic | OAuth2, Field(discriminator="kind")]
