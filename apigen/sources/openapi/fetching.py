"""A document from an http(s) URL: what `retrieval` reads it with, apart since the libraries take a while to import."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import httpcore
import httpx

from apigen.addresses import Reach, look_up, reach
from apigen.network import CheckedNetwork, tls_context

_MAX_REDIRECTS = 5


class NotFetched(Exception):
    """There is no document; the message says why."""


async def fetch(url: str, allow_private: bool, max_bytes: int, deadline: float) -> tuple[bytes, str]:
    """The content, and the URL that it came from in the end.

    Args:
        max_bytes: of the document.
        deadline: seconds for all of it; httpx's own time-outs never stop a server that drips.

    Raises:
        NotFetched: an address that may not be asked, no answer in time, an error status, too many bytes.
    """
    transport = _Transport(allow_private)
    try:
        async with (
            asyncio.timeout(deadline),
            httpx.AsyncClient(transport=transport, trust_env=False, timeout=None) as client,
        ):
            return await _followed(client, url, max_bytes)
    except TimeoutError as error:
        raise NotFetched(f"it was not there after {deadline:g} seconds") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise NotFetched(str(error) or type(error).__name__) from error


async def _followed(client: httpx.AsyncClient, url: str, max_bytes: int) -> tuple[bytes, str]:
    request = client.build_request("GET", url, headers={"Accept-Encoding": "identity"})
    for _ in range(1 + _MAX_REDIRECTS):
        response = await client.send(request, stream=True)
        try:
            if response.next_request is None:
                return await _content(response, max_bytes), str(response.url)
            request = response.next_request
        finally:
            await response.aclose()
        if response.url.scheme == "https" and request.url.scheme != "https":
            raise NotFetched(f"it is redirected from https to {request.url.scheme}, at {request.url.host}")
    raise NotFetched(f"it is behind more than {_MAX_REDIRECTS} redirects")


async def _content(response: httpx.Response, max_bytes: int) -> bytes:
    if response.status_code != 200:
        raise NotFetched(f"the server answers with status {response.status_code}")
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > max_bytes:
            raise NotFetched(f"it is larger than {max_bytes:,} bytes")
    return bytes(content)


async def _addresses(host: str, port: int, allow_private: bool) -> list[str]:
    """The addresses of a host, none of which may be of a kind that is not allowed."""
    addresses = await look_up(host, port)
    for address in addresses:
        if reach(address) > (Reach.private if allow_private else Reach.public):
            at = "" if host == address else f" is at {address}, which"
            remedy = " (the source allows them with `allow_private: true`)" * (reach(address) is Reach.private)
            raise NotFetched(f"`{host}`{at} is no public address{remedy}")
    return addresses


class _Transport(httpx.AsyncBaseTransport):
    """httpx over connections to checked addresses."""

    def __init__(self, allow_private: bool) -> None:
        network = CheckedNetwork(partial(_addresses, allow_private=allow_private))
        self.pool = httpcore.AsyncConnectionPool(ssl_context=tls_context(), network_backend=network)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = httpcore.Request(request.method, target, headers=request.headers.raw)
        response = await self.pool.handle_async_request(asked)
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    async def aclose(self) -> None:
        await self.pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self.response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self.response.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self.response.aclose()
