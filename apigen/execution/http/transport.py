"""The connections of one run, each to an address that its source allows (see `apigen.network`)."""

import ssl
from functools import cached_property, partial

import httpcore

from apigen.execution.http.addresses import addresses_of
from apigen.execution.http.operation import Origin
from apigen.network import CheckedNetwork, tls_context

KEEPALIVE = 5.0  # seconds that an idle connection is kept: few servers close theirs earlier


class Transport:
    """The connections of one run. Private addresses have a pool of their own: a connection is never lent to others."""

    def __init__(self, connect_timeout: float) -> None:
        self.connect_timeout = connect_timeout
        self._pools: dict[tuple[bool, bool], httpcore.AsyncConnectionPool] = {}

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return tls_context()

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
            Unmade: an address may not be connected to.
            Failure: the host is not known.
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
                ssl_context=self._tls if encrypted else None,
                max_connections=None,
                max_keepalive_connections=100,
                keepalive_expiry=KEEPALIVE,
                network_backend=CheckedNetwork(partial(addresses_of, allow_private=allow_private)),
            )
        return self._pools[kind]

    async def close(self) -> None:
        """Close all connections."""
        while self._pools:
            await self._pools.popitem()[1].aclose()
