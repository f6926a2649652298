"""Which network addresses a call may connect to: public ones, and private ones if its source allows them."""

from apigen.addresses import Reach, look_up, reach
from apigen.execution.http.failures import Failure, blocked
from apigen.reasons import Reason


async def addresses_of(host: str, port: int, allow_private: bool) -> list[str]:
    """All addresses of a host, each judged; to be connected to as they are, since a second look-up may tell others.

    Raises:
        Unmade: one of them may not be connected to.
        Failure: the host has none.
    """
    try:
        addresses = await look_up(host, port)
    except (OSError, UnicodeError) as error:
        message = f"the host `{host}` was not found: {getattr(error, 'strerror', None) or error}"
        raise Failure(Reason.api_unavailable, message, "DNSError", transient=True, sent=False) from None
    for address in addresses:
        if reach(address) > (Reach.private if allow_private else Reach.public):
            raise blocked(_refusal(host, address))
    return addresses


def _refusal(host: str, address: str) -> str:
    at = "" if host == address else f" is at {address}, which"
    if reach(address) is Reach.never:
        return f"`{host}`{at} is an address that no API is called at"
    return f"`{host}`{at} is a private address (the source allows them with `allow_private: true`)"
