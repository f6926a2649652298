"""Which network addresses may be connected to.

An address is public, private (this machine and its networks), or never an API's: multicast, link-local, and where
clouds tell machines their secrets. `ipaddress.is_global` alone is not enough: it lets through IPv4 addresses in the
dress of IPv6 ones, multicast, and some of those clouds. Host names are looked up once and all their addresses are
judged; names such as `2130706433` or `0x7f.1` are judged by what they lead to.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterator
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address

METADATA = frozenset(
    map(ipaddress.ip_address, ("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"))
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
ISATAP = 0x5EFE  # before the IPv4 address, within an interface identifier
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
TRANSITION = (ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/32"))  # 6to4 and Teredo


class Reach(IntEnum):
    """How an address may be used; the higher, the less."""

    public = 0
    private = 1
    never = 2


def reach(text: str) -> Reach:
    """How the IP address `text` may be used; an IPv4 address within an IPv6 one counts too."""
    address = ipaddress.ip_address(text)
    if isinstance(address, IPv4Address):
        return _reach4(address)
    inner = [_reach4(part) for part in _embedded(address)]
    if inner and (address.ipv4_mapped is not None or address in NAT64 or int(address) >> 32 == 0):
        return max(inner)
    return max([_reach6(address), *inner])


def _reach4(address: IPv4Address) -> Reach:
    if address in METADATA or address.is_multicast or address.is_link_local or int(address) == 0xFFFFFFFF:
        return Reach.never
    if address.is_reserved or not address.is_global:
        return Reach.private
    return Reach.public


def _reach6(address: IPv6Address) -> Reach:
    if IPv6Address(int(address)) in METADATA or address.is_multicast or address.is_link_local or address.is_site_local:
        return Reach.never
    if address not in GLOBAL_UNICAST or not address.is_global or any(address in network for network in TRANSITION):
        return Reach.private
    return Reach.public


def _embedded(address: IPv6Address) -> Iterator[IPv4Address]:
    """IPv4 addresses that packets to this address may end at."""
    number = int(address)
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in NAT64 or (number >> 32 == 0 and number > 1) or (number >> 32) & 0xFDFFFFFF == ISATAP:
        yield IPv4Address(number & 0xFFFFFFFF)
    if address.sixtofour is not None:
        yield address.sixtofour
    if (teredo := address.teredo) is not None:
        yield from teredo


async def look_up(host: str, port: int) -> list[str]:
    """All addresses of a host, to be judged and then connected to as they are: a second look-up may tell others.

    Raises:
        OSError, UnicodeError: the host has none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
