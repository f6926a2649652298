"""Which network addresses an MCP server may be at: public ones, unless its source allows private ones."""

from apigen.addresses import Reach, look_up, reach


async def public_addresses(host: str, port: int) -> list[str]:
    """All addresses of a host, to be connected to themselves.

    Raises:
        PermissionError: one of them is not public.
        OSError: the host has none.
    """
    addresses = await look_up(host, port)
    for address in addresses:
        if reach(address) is not Reach.public:
            raise PermissionError(f"`{host}` is at {address}, which is not a public address")
    return addresses
