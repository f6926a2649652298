"""Connections to the very addresses that were looked at.

The check sits where a connection is made, so that nothing goes around it: no proxy, no second look-up of the name, no
redirect. TLS still verifies the host's name, and the header `Host` still tells it.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterable

import httpcore

Judged = Callable[[str, int], Awaitable[list[str]]]
"""Host and port → all its addresses, each of which may be connected to; raises if one may not."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to hosts by name, if all their addresses may be connected to.

    Args:
        judged: gives a host's addresses; what it raises is raised by `connect_tcp`.
    """

    def __init__(self, judged: Judged) -> None:
        self._judged = judged
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
            httpcore.ConnectError, httpcore.ConnectTimeout: no address takes it.
        """
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._judged(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout("the look-up of the host's name took too long") from None
        for address in addresses[:-1]:
            try:
                return await self._plain.connect_tcp(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._plain.connect_tcp(addresses[-1], port, timeout)


def tls_context() -> ssl.SSLContext:
    """Verifies by the system's certificates (or `SSL_CERT_FILE`) and Mozilla's; it takes a while to load."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
