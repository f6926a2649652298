"""Which network addresses are public, and not those of this machine or its network."""

import asyncio
import ipaddress
import socket

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What `is_global` lets through: translations of IPv4 addresses, Teredo, and a cloud's address for its own machines.
PRIVATE: tuple[_Network, ...] = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2001::/32"),
    ipaddress.ip_network("2002::/16"),
    ipaddress.ip_network("168.63.129.16/32"),
)


def is_public(text: str) -> bool:
    """Whether an IP address is a public one."""
    address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address.version == network.version and address in network for network in PRIVATE)


async def public_addresses(host: str, port: int) -> list[str]:
    """All addresses of a host, to be connected to themselves: a second look-up may give others.

    Raises:
        PermissionError: one of them is not public.
        OSError: the host has none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not is_public(address):
            raise PermissionError(f"`{host}` is at {address}, which is not a public address")
    return addresses
