"""Connections to the very addresses that were looked at.

The check sits where a connection is made, so that nothing goes around it: no proxy, no second look-up of the name, no
redirect. TLS still verifies the host's name, and the header `Host` still tells it.
"""

import asyncio
import ssl
from collections.abc import Iterable
from functools import cached_property

import httpcore

from apigen.execution.http.addresses import addresses_of
from apigen.execution.http.operation import Origin

KEEPALIVE = 5.0  # seconds that an idle connection is kept: few servers close theirs earlier


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to hosts by name, if all their addresses may be connected to."""

    def __init__(self, allow_private: bool) -> None:
        self.allow_private = allow_private
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the name is the base class's)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that takes it; `timeout` in seconds for the look-up and for each address.

        Raises:
            Unmade: an address may not be connected to.
            Failure: the host is not known.
            httpcore.ConnectError, httpcore.ConnectTimeout: no address takes it.
        """
        try:
            async with asyncio.timeout(timeout):
                addresses = await addresses_of(host, port, self.allow_private)
        except TimeoutError:
            raise httpcore.ConnectTimeout("the look-up of the host's name took too long") from None
        for address in addresses[:-1]:
            try:
                return await self._plain.connect_tcp(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._plain.connect_tcp(addresses[-1], port, timeout)


class Transport:
    """The connections of one run. Private addresses have a pool of their own: a connection is never lent to others."""

    def __init__(self, connect_timeout: float) -> None:
        self.connect_timeout = connect_timeout
        self._pools: dict[tuple[bool, bool], httpcore.AsyncConnectionPool] = {}

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """Verifies by the system's certificates (or `SSL_CERT_FILE`) and Mozilla's."""
        import certifi

        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context

    async def send(
        self,
        method: str,
        origin: Origin,
        target: str,
        headers: list[tuple[bytes, bytes]],
        body: bytes | None,
        allow_private: bool,
    ) -> httpcore.Response:
        """Send one request; the response's body is still to be read, and the response to be closed.

        Raises:
            Unmade: see `CheckedNetwork`.
            httpcore.*: errors of network and protocol.
        """
        url = httpcore.URL(
            scheme=origin.scheme.encode(), host=origin.host.encode(), port=origin.port, target=target.encode()
        )
        timeouts = {"connect": self.connect_timeout}
        request = httpcore.Request(method, url, headers=headers, content=body, extensions={"timeout": timeouts})
        return await self._pool(allow_private, origin.scheme == "https").handle_async_request(request)

    def _pool(self, allow_private: bool, encrypted: bool) -> httpcore.AsyncConnectionPool:
        kind = allow_private, encrypted
        if kind not in self._pools:
            self._pools[kind] = httpcore.AsyncConnectionPool(
                ssl_context=self.tls if encrypted else None,  # it takes a while to load
                max_connections=None,
                max_keepalive_connections=100,
                keepalive_expiry=KEEPALIVE,
                network_backend=CheckedNetwork(allow_private),
            )
        return self._pools[kind]

    async def close(self) -> None:
        """Close all connections."""
        while self._pools:
            await self._pools.popitem()[1].aclose()
