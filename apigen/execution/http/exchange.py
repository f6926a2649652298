"""One request and its answer: redirects are followed hop by hop, each looked at like the first address.

The deadline is of the whole exchange, and is kept by the event loop: time-outs between two bytes never end a server
that sends one byte a second.
"""

import asyncio
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from apigen.execution.http.auth import Added, Keyring
from apigen.execution.http.building import URL_SAFE, Request, header_text
from apigen.execution.http.contents import Contents
from apigen.execution.http.failures import Failure, Unmade
from apigen.execution.http.limits import retry_after
from apigen.execution.http.operation import READS, Origin, Policy, origin_of
from apigen.execution.http.outcomes import excerpt_of, failure_of
from apigen.execution.http.reading import Bounds, excerpt, headers_of, read_contents
from apigen.execution.http.styles import encoded
from apigen.execution.http.transport import Transport
from apigen.reasons import Reason

if TYPE_CHECKING:
    from apigen.execution.http.executor import HttpExecutor

REDIRECTS = frozenset({301, 302, 303, 307, 308})
ACCEPT = "application/json, text/plain;q=0.9, */*;q=0.8"
NOTHING = Added({}, {}, {})


class Answer(NamedTuple):
    """An answer whose body is not read yet."""

    response: httpcore.Response
    headers: dict[str, str]


class Exchange:
    """Sends requests for one run, by the executor's settings where a source's policy has none of its own."""

    def __init__(self, settings: "HttpExecutor", keyring: Keyring) -> None:
        self.settings = settings
        self.keyring = keyring
        self.transport = Transport(settings.connect_timeout)

    async def make(self, request: Request, policy: Policy, added: Added = NOTHING, follow: bool = True) -> Contents:
        """Send the request with what authenticates it, and read the answer.

        Raises:
            Failure: there is no result.
        """
        home, seen = request.origin, {(request.method, request.origin, request.path, request.query)}
        bounds = Bounds(
            policy.max_bytes or self.settings.max_bytes,
            self.settings.max_events,
            asyncio.get_running_loop().time() + self._timeout(policy),
        )
        for hop in range(1 + self.settings.max_redirects * follow):
            try:
                answer = await self._answer(request, policy, added if _same(request.origin, home) else NOTHING, bounds)
            except Unmade as refused:
                raise refused if hop == 0 else _misled(f"a redirect cannot be followed: {refused.message}") from None
            try:
                location = answer.headers.get("location") if answer.response.status in REDIRECTS else None
                if location is None:
                    return await self._contents(answer, bounds)
            finally:
                await answer.response.aclose()
            request = self._redirected(request, answer.response.status, location, policy, home)
            place = (request.method, request.origin, request.path, request.query)
            if place in seen:
                raise Failure(Reason.too_many_redirects, f"{request.origin} redirects in a circle", "TooManyRedirects")
            seen.add(place)
        allowed = self.settings.max_redirects * follow
        raise Failure(Reason.too_many_redirects, f"more than {allowed} redirects from {home}", "TooManyRedirects")

    async def close(self) -> None:
        """Close all connections."""
        await self.transport.close()

    def _timeout(self, policy: Policy) -> float:
        return policy.timeout or self.settings.timeout

    async def _answer(self, request: Request, policy: Policy, added: Added, bounds: Bounds) -> Answer:
        """Send the request; the answer's status and headers."""
        target = request.path + "?" * bool(request.query or added.query) + _with(request.query, added.query)
        try:
            async with asyncio.timeout_at(bounds.deadline):
                response = await self.transport.send(
                    request.method, request.origin, target, self._headers(request, added), request.body,
                    policy.allow_private,
                )  # fmt: skip
        except TimeoutError:
            raise Failure(Reason.api_timeout, f"no answer within {self._timeout(policy):g} s", "ReadTimeout") from None
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout) as error:
            raise _not_connected(request.origin, error) from None
        except httpcore.LocalProtocolError as error:
            raise Unmade(Reason.invalid_value, f"the request cannot be sent: {error}", sent=False) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            raise _broken(error) from None
        return Answer(response, headers_of(response))

    async def _contents(self, answer: Answer, bounds: Bounds) -> Contents:
        status = answer.response.status
        if 200 <= status < 300:
            try:
                return await read_contents(answer.response, answer.headers, bounds)
            except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
                raise _broken(error) from None
        body = await excerpt(answer.response, answer.headers, bounds)
        told = excerpt_of(answer.headers, body, self.keyring.redacted_text)
        raise failure_of(status, told, retry_after(answer.headers.get("retry-after")))

    def _headers(self, request: Request, added: Added) -> list[tuple[bytes, bytes]]:
        """All headers of a request; what authenticates it comes last and wins."""
        defaults = {"Accept": ACCEPT, "Accept-Encoding": "identity", "User-Agent": self.settings.user_agent}
        own = {name.lower(): name for name in [*request.headers, *added.headers]}
        headers = {name: value for name, value in defaults.items() if name.lower() not in own}
        taken = {name.lower() for name in added.headers}
        headers |= {name: value for name, value in request.headers.items() if name.lower() not in taken} | added.headers
        if added.cookies:
            pairs = [f"{name}={value}" for name, value in added.cookies.items()]
            headers["Cookie"] = "; ".join([*filter(None, [request.headers.get("Cookie")]), *pairs])
        if request.body is not None or request.method not in READS:
            headers["Content-Length"] = str(len(request.body or b""))
        host = [(b"Host", request.origin.authority.encode())]
        return host + [(name.encode(), header_text(name, value).encode()) for name, value in headers.items()]

    def _redirected(self, request: Request, status: int, location: str, policy: Policy, home: Origin) -> Request:
        """The request that an answer leads to.

        Raises:
            Failure: it may not be made.
        """
        try:
            url = urljoin(f"{request.origin}{request.path}", location.strip())
            origin, parts = origin_of(url), urlsplit(url)
        except ValueError as error:
            raise _misled(f"a redirect leads to an address that cannot be used: {error}") from None
        if request.origin.scheme == "https" and origin.scheme == "http":
            raise _misled(f"a redirect leads from https to http, at {origin}")
        if not policy.allows(origin, home):
            raise _misled(f"a redirect leads to {origin}, which is not among the source's `allowed_hosts`")
        if not _same(origin, home) and self.keyring.holds_secret(url):
            raise _misled(f"a redirect would carry a secret to {origin}")
        path, query = (quote(part, safe=URL_SAFE) for part in (parts.path or "/", parts.query))
        if status == 303 or (status in (301, 302) and request.method == "POST"):
            kept = {name: text for name, text in request.headers.items() if name.lower() != "content-type"}
            method = request.method if request.method in READS else "GET"
            return Request(method, origin, path, query, self._crossing(kept, origin, home), None)
        headers = self._crossing(request.headers, origin, home)
        return request._replace(origin=origin, path=path, query=query, headers=headers)

    def _crossing(self, headers: dict[str, str], origin: Origin, home: Origin) -> dict[str, str]:
        """The headers that another origin may see."""
        if _same(origin, home):
            return headers
        return {name: text for name, text in headers.items() if name.lower() not in ("cookie", "authorization")}


def _same(origin: Origin, home: Origin) -> bool:
    """Whether secrets for `home` may go to `origin`: the same, or the same host by https instead of http."""
    return origin == home or (origin.host == home.host and home[::2] == ("http", 80) and origin[::2] == ("https", 443))


def _with(query: str, added: dict[str, str]) -> str:
    """The query with what authenticates it, in place of parameters of that name (a redirect may repeat them)."""
    names = {encoded(name) for name in added}
    kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0] not in names]
    return "&".join([*kept, *(f"{encoded(name)}={encoded(value)}" for name, value in added.items())])


def _misled(message: str) -> Failure:
    """The policy does not allow the request that a redirect leads to."""
    return Failure(Reason.blocked, message, "RedirectRefused")


def _not_connected(origin: Origin, error: Exception) -> Failure:
    told = str(error) or "it took too long"
    transient = "certificate" not in told.lower()  # those do not mend themselves
    message = f"no connection to {origin}: {told}"
    return Failure(Reason.api_unavailable, message, type(error).__name__, transient=transient, sent=False)


def _broken(error: Exception) -> Failure:
    told = str(error) or "the connection broke off"
    return Failure(Reason.api_unavailable, told, type(error).__name__, transient=True)
