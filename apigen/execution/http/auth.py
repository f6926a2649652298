"""Secrets: named by their environment variables, put into a request when it is sent, and kept out of all that is told.

A source says `{"kind": "bearer", "env": "TOKEN"}`; the value is read when the run's session is opened. Everything that
a server answers goes through `Keyring.redacted`, since servers echo requests.
"""

import asyncio
import base64
import html
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from apigen.errors import ConfigError
from apigen.execution.http.building import TOKEN, Request
from apigen.execution.http.failures import Failure
from apigen.execution.http.operation import ApiKey, Auth, Basic, Bearer, OAuth2, Policy, origin_of
from apigen.reasons import Reason
from apigen.records import Json, Outcome

SHORTEST = 4  # characters; shorter values occur everywhere by chance, and guard nothing
HIDDEN = "***"
LIFE_USED = 0.8  # the part of a token's life after which a new one is asked for
DEFAULT_LIFE = 3600.0  # seconds, for token servers that do not tell


class Added(NamedTuple):
    """What authenticates a request."""

    headers: dict[str, str]
    query: dict[str, str]
    cookies: dict[str, str]


class Token(NamedTuple):
    """An OAuth2 access token, and when (by `time.monotonic`, seconds) it is to be renewed."""

    text: str
    renew_at: float


class Keyring:
    """The secrets of one run.

    Args:
        environment: where variables are looked up.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._values: dict[str, str] = {}
        self._hidden: list[str] = []
        self._tokens: dict[OAuth2, Token] = {}
        self._locks: dict[OAuth2, asyncio.Lock] = {}

    def take(self, policy: Policy) -> None:
        """Read all the variables that a policy names.

        Raises:
            ConfigError: one is not set, or cannot be part of a request; or a token URL is none.
        """
        where = f"sources.{policy.source}.auth" if policy.source else "the source's auth"
        for auth in policy.auth:
            for field, name in _variables(auth):
                self._read(name, where, public=field == "user_env")
            if isinstance(auth, ApiKey) and auth.place != "query" and not TOKEN.fullmatch(auth.name):
                raise ConfigError(f"`{auth.name}` is no name of a {auth.place}", where=where)
            if isinstance(auth, Basic):
                self._hide(_basic(self._values[auth.user_env], self._values[auth.password_env]))
            if isinstance(auth, OAuth2):
                try:
                    origin_of(auth.token_url)
                except ValueError as error:
                    raise ConfigError(f"`token_url` cannot be used: {error}", where=where) from None

    def _read(self, name: str, where: str, public: bool) -> None:
        value = self._environment.get(name, "").strip()
        if not value:
            raise ConfigError(
                f"The environment variable `{name}` is not set", where=where, remedy=f"export {name}=…   (the secret)"
            )
        if not value.isprintable():
            raise ConfigError(f"The environment variable `{name}` holds a line break or control character", where=where)
        self._values[name] = value
        if not public:
            self._hide(value)

    def _hide(self, value: str) -> None:
        forms = quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], html.escape(value)
        for form in (value, value.encode().decode("latin-1"), *forms):
            if len(value) >= SHORTEST and form not in self._hidden:
                self._hidden.append(form)
        self._hidden.sort(key=len, reverse=True)

    def holds_secret(self, text: str) -> bool:
        """Whether a secret occurs in the text."""
        return any(secret in text for secret in self._hidden)

    def redacted_text(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._hidden:
            text = text.replace(secret, HIDDEN)
        return text

    def redacted(self, value: Json) -> Json:
        """The value without secrets in any of its texts."""
        if not self._hidden:
            return value
        if isinstance(value, str):
            return self.redacted_text(value)
        if isinstance(value, list):
            return [self.redacted(item) for item in value]
        if isinstance(value, dict):
            return {self.redacted(key): self.redacted(item) for key, item in value.items()}
        return value

    async def added(self, policy: Policy, fetch: "Fetch") -> Added:
        """What authenticates a request of the source; `fetch` gets OAuth2 tokens.

        Raises:
            Failure: no token was given.
        """
        added = Added({}, {}, {})
        for auth in policy.auth:
            if isinstance(auth, ApiKey):
                places = {"header": added.headers, "query": added.query, "cookie": added.cookies}
                places[auth.place][auth.name] = self._values[auth.env]
            elif isinstance(auth, Bearer):
                added.headers["Authorization"] = f"Bearer {self._values[auth.env]}"
            elif isinstance(auth, Basic):
                pair = _basic(self._values[auth.user_env], self._values[auth.password_env])
                added.headers["Authorization"] = f"Basic {pair}"
            else:
                added.headers["Authorization"] = f"Bearer {await self._token(auth, policy, fetch)}"
        return added

    def forget(self, policy: Policy) -> bool:
        """Drop the tokens of a source, since the server refused them; whether there were any."""
        dropped = [self._tokens.pop(auth, None) for auth in policy.auth if isinstance(auth, OAuth2)]
        return any(dropped)

    async def _token(self, auth: OAuth2, policy: Policy, fetch: "Fetch") -> str:
        async with self._locks.setdefault(auth, asyncio.Lock()):
            token = self._tokens.get(auth)
            if token is None or time.monotonic() >= token.renew_at:
                asked = self._token_request(auth)
                try:
                    answer = await fetch(asked, policy)
                except Failure as failure:
                    raise _no_token(auth, failure) from None
                token = self._tokens[auth] = self._read_token(auth, answer)
            return token.text

    def _token_request(self, auth: OAuth2) -> Request:
        client, secret = self._values[auth.client_id_env], self._values[auth.client_secret_env]
        asked = {"scope": auth.scope, "audience": auth.audience}
        fields = {"grant_type": "client_credentials"} | {name: value for name, value in asked.items() if value}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if auth.client_auth == "basic":
            pair = _basic(quote_plus(client), quote_plus(secret))  # encoded first: RFC 6749, section 2.3.1
            self._hide(pair)
            headers["Authorization"] = f"Basic {pair}"
        else:
            fields |= {"client_id": client, "client_secret": secret}
        parts = urlsplit(auth.token_url)
        return Request(
            "POST", origin_of(auth.token_url), parts.path or "/", parts.query, headers, urlencode(fields).encode()
        )

    def _read_token(self, auth: OAuth2, answer: Json) -> Token:
        text = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(text, str) or not text or not text.isprintable():
            raise Failure(Reason.authentication, f"{_place(auth)} gave no `access_token`", "OAuth2Error", sent=False)
        self._hide(text)
        try:
            life = float(answer.get("expires_in"))
        except (TypeError, ValueError):
            life = 0.0
        life = life if life > 0 else DEFAULT_LIFE
        return Token(text, time.monotonic() + LIFE_USED * life)


Fetch = Callable[[Request, Policy], Awaitable[Json]]
"""Sends a token request and gives its answer as JSON data."""


def _variables(auth: Auth) -> Iterable[tuple[str, str]]:
    for field, value in auth.model_dump().items():
        if field == "env" or field.endswith("_env"):
            yield field, value


def _basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def _place(auth: OAuth2) -> str:
    return str(origin_of(auth.token_url)) + urlsplit(auth.token_url).path


def _no_token(auth: OAuth2, failure: Failure) -> Failure:
    """A failure to get a token: of the network as it is, all others as a matter of authentication."""
    told = f"no token from {_place(auth)}: {failure.error_type} {failure.message}"
    reason = failure.reason if failure.outcome is Outcome.error else Reason.authentication
    return Failure(
        reason, told, "OAuth2Error", transient=failure.transient, sent=False, retry_after=failure.retry_after
    )
