"""A server at an address (streamable HTTP), as the pair of message streams that the SDK's session reads and writes.

The SDK's transport is used with an HTTP client that watches what the SDK does not: private addresses, the size of
answers, and answers that are none of MCP's, which would otherwise be waited for until the time is up.
"""

import contextlib
import importlib
import inspect
import json
from collections.abc import AsyncIterator
from typing import Any

from apigen.mcp.addresses import public_addresses
from apigen.mcp.sdk import Sdk
from apigen.mcp.server import Server, ServerFailed
from apigen.mcp.stdio import Streams, Trouble
from apigen.reasons import Reason

CONNECT_TIME = 10.0
MAX_ERROR_BYTES = 1 << 16
MCP_TYPES = ("application/json", "text/event-stream")


@contextlib.asynccontextmanager
async def http_streams(server: Server, sdk: Sdk, max_bytes: int, trouble: Trouble) -> AsyncIterator[Streams]:
    """Streams of messages to and from the server at `server.url`.

    Args:
        max_bytes: of one response.
        trouble: is told when the server cannot be used.
    """
    module = importlib.import_module("mcp.client.streamable_http")
    http = _http_library()
    headers = {"Accept-Encoding": "identity", **server.headers()}
    timeout = http.Timeout(CONNECT_TIME, read=None)  # deadlines are kept where requests are made
    transport = _watched(http)(server, max_bytes, trouble)

    def client(**_: Any) -> Any:
        return http.AsyncClient(
            headers=headers, timeout=timeout, transport=transport, trust_env=False, follow_redirects=False
        )

    if hasattr(module, "streamable_http_client"):
        opener = module.streamable_http_client
        own_cap = "max_sse_event_size"  # the SDK's, which is smaller than ours
        options = {own_cap: None} if own_cap in inspect.signature(opener).parameters else {}
        async with client() as opened, opener(server.url, http_client=opened, **options) as streams:
            yield streams[0], streams[1], ServerFailed
    else:  # SDKs before 1.24
        async with module.streamablehttp_client(server.url, httpx_client_factory=client) as streams:
            yield streams[0], streams[1], ServerFailed


def _http_library() -> Any:
    """The HTTP library that the installed SDK takes clients of."""
    shared = importlib.import_module("mcp.shared._httpx_utils")
    return getattr(shared, "httpx2", None) or importlib.import_module("httpx")


def _watched(http: Any) -> Any:
    """The class of an HTTP transport that watches, for the HTTP library in use."""

    class Capped(http.AsyncByteStream):  # type: ignore[misc]
        """A body that ends the connection when it grows too large."""

        def __init__(self, body: Any, max_bytes: int, trouble: Trouble) -> None:
            self.body, self.left, self.trouble = body, max_bytes, trouble

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for chunk in self.body:
                self.left -= len(chunk)
                if self.left < 0:
                    what = "it answered with more than may be read at once"
                    self.trouble(ServerFailed(what, reason=Reason.result_too_large))
                    raise http.ReadError(what)
                yield chunk

        async def aclose(self) -> None:
            await self.body.aclose()

    class Watched(http.AsyncHTTPTransport):  # type: ignore[misc]
        """Connects to checked addresses only, and tells of responses that the protocol does not know."""

        def __init__(self, server: Server, max_bytes: int, trouble: Trouble) -> None:
            super().__init__(trust_env=False)
            self.server, self.max_bytes, self.trouble = server, max_bytes, trouble
            self.addresses: list[str] = []

        async def handle_async_request(self, request: Any) -> Any:
            try:
                response = await self._connected(request)
            except (OSError, http.TransportError) as error:
                if request.method == "POST":
                    self.trouble(ServerFailed(f"it cannot be reached: {error or type(error).__name__}"))
                raise
            if request.method == "POST":
                response = await self._checked(request, response)
            response.stream = Capped(response.stream, self.max_bytes, self.trouble)
            return response

        async def _connected(self, request: Any) -> Any:
            if self.server.allow_private:
                return await super().handle_async_request(request)
            url = request.url
            if not self.addresses:
                self.addresses = await self._look_up(url)
            for address in self.addresses:
                request.url = url.copy_with(host=address)
                request.extensions = {**request.extensions, "sni_hostname": url.host}
                try:
                    return await super().handle_async_request(request)
                except http.ConnectError:
                    if address == self.addresses[-1]:
                        raise
            raise http.ConnectError(f"`{url.host}` has no address")

        async def _look_up(self, url: Any) -> list[str]:
            try:
                return await public_addresses(url.host, url.port or (443 if url.scheme == "https" else 80))
            except PermissionError as error:
                remedy = "allow_private: true   (only for a server that you trust)"
                self.trouble(ServerFailed(str(error), remedy=remedy, reason=Reason.blocked))
                raise http.ConnectError(str(error)) from None

        async def _checked(self, request: Any, response: Any) -> Any:
            status = response.status_code
            content = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if response.headers.get("content-encoding", "identity") not in ("", "identity"):
                self.trouble(ServerFailed("it compresses its answers although they were asked for as they are"))
            elif status >= 400 and content == "application/json" and (told := await _rpc_error(response)):
                headers = {"content-type": "application/json"}
                return http.Response(200, headers=headers, content=told, request=request)
            elif status >= 300:
                self.trouble(_refusal(status, response.headers.get("location", "")))
            elif status == 200 and content not in MCP_TYPES:
                self.trouble(ServerFailed(f"what it answers is `{content or 'of no type'}`, no message of MCP"))
            return response

    return Watched


async def _rpc_error(response: Any) -> bytes | None:
    """The body of a response if it is an answer to a request: some servers send JSON-RPC errors with an HTTP status."""
    body = b""
    async for chunk in response.stream:
        body += chunk
        if len(body) > MAX_ERROR_BYTES:
            break
    await response.stream.aclose()
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict) and isinstance(told.get("error"), dict) and told.get("id") is not None:
        return body
    response.stream = _empty(response)
    return None


def _empty(response: Any) -> Any:
    """A body of nothing, of the library that the response is of."""
    return type(response)(200, content=b"").stream


def _refusal(status: int, location: str) -> ServerFailed:
    what = f"it answers HTTP {status}"
    if status in (401, 403):
        remedy = "headers_env: {Authorization: MY_VARIABLE}   (a variable that holds `Bearer …`)"
        return ServerFailed(what, remedy=remedy, reason=Reason.authentication)
    if location:
        return ServerFailed(f"{what}, a redirection", remedy=f"url: {location.partition('?')[0]}")
    if status in (404, 405, 406):
        remedy = "the address of a streamable HTTP endpoint, often one that ends in /mcp"
        return ServerFailed(f"{what}: there is no MCP server at this address", remedy=remedy)
    return ServerFailed(what)
