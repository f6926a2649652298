"""Where requests go, and the head that all of them have."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from apigen import __version__

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OWN = ("content-length", "transfer-encoding", "connection", "expect", "upgrade", "trailer", "te")
"""Headers that say how a request is sent, which is not to be chosen."""
_PATH = "/:@!$&'()*+,;=~%-._"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """A URL in parts. `target` is the path with the query, `login` user and password where it holds them."""

    secure: bool
    host: str
    port: int
    target: str
    login: str

    @classmethod
    def of(cls, url: str) -> "Address":
        """The parts of `url`.

        Raises:
            ValueError: it is none of http or https.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("the address has no host, or begins with neither http:// nor https://")
        host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
        if re.search(r"[\s/\\?#@<>]", host):
            raise ValueError(f"the address has a host that cannot be: {host!r}")
        port = _PORTS[parts.scheme] if parts.port is None else parts.port
        target = quote(parts.path or "/", _PATH) + (f"?{quote(parts.query, _PATH + '?')}" if parts.query else "")
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if "@" in parts.netloc else ""
        return cls(parts.scheme == "https", host, port, target, login)

    def head(self, headers: Mapping[str, str]) -> bytes:
        """The head of a POST of JSON, up to the number of bytes that follow.

        Raises:
            ValueError: a header cannot be sent.
        """
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = host if self.port == _PORTS["https" if self.secure else "http"] else f"{host}:{self.port}"
        sent = {
            "host": ("Host", usual),
            "accept": ("Accept", "application/json"),
            "accept-encoding": ("Accept-Encoding", "identity"),
            "content-type": ("Content-Type", "application/json"),
            "user-agent": ("User-Agent", f"apigen/{__version__}"),
        }
        if self.login:
            sent["authorization"] = ("Authorization", f"Basic {base64.b64encode(self.login.encode()).decode()}")
        for name, value in headers.items():
            if not _NAME.fullmatch(name) or name.lower() in _OWN:
                raise ValueError(f"the header {name!r} cannot be set")
            if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
                raise ValueError(f"the value of the header {name} holds a control character")
            if name.lower() == "authorization" and self.login:
                raise ValueError("a login in the address and a key (or the header Authorization) exclude each other")
            sent[name.lower()] = (name, value.strip())
        lines = [f"POST {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.values())]
        return ("\r\n".join(lines) + "\r\nContent-Length: ").encode()
