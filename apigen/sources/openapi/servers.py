"""Where the operations of a document are served: absolute http(s) URLs, without their variables."""

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urljoin, urlsplit

from apigen.records import Json


def usable_server(servers: Json, document_url: str) -> str | None:
    """The first https server of a list, else the first http one, else None.

    Args:
        servers: the list as a document has it.
        document_url: where the document was fetched from, for relative ones; empty if it was a file.
    """
    found = [url for url in _urls(servers, document_url) if is_absolute(url)]
    secure = [url for url in found if url.lower().startswith("https:")]
    return next(iter(secure or found), None)


def _urls(servers: Json, document_url: str) -> Iterator[str]:
    for server in servers if isinstance(servers, list) else ():
        if isinstance(server, dict) and isinstance(server.get("url"), str):
            url = _filled(server["url"].strip(), server.get("variables"))
            if url.startswith("//"):
                url = "https:" + url
            yield urljoin(document_url, url) if document_url else url


def _filled(url: str, variables: Json) -> str:
    """The URL with the default of each variable, or its first value."""

    def value(found: re.Match[str]) -> str:
        variable = variables.get(found[1]) if isinstance(variables, Mapping) else None
        if not isinstance(variable, Mapping):
            return found[0]
        values = variable.get("enum")
        default = variable.get("default", values[0] if isinstance(values, list) and values else None)
        return str(default) if isinstance(default, str | int | float) else found[0]

    return re.sub(r"{([^{}]+)}", value, url)


def is_absolute(url: str) -> bool:
    """Whether it is an http(s) URL of a host, with no variable, name or password in it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return False
    return not re.search(r"[\s{}<>\\]", url)


def host_of(url: str) -> str:
    """The host of a URL in small letters, without its port."""
    host = (urlsplit(url).hostname or "").lower()
    return f"[{host}]" if ":" in host else host


def is_allowed(host: str, allowed: Sequence[str]) -> bool:
    """Whether a host is one of those that calls may reach: `api.example.com`, `*.example.com`, ports aside."""
    names = [re.sub(r":[0-9]+$", "", entry) for entry in allowed]
    return any(name in ("*", host) or (name.startswith("*.") and host.endswith(name[1:])) for name in names)


def joined(server: str, path: str) -> str:
    """Server and path template as one, free of query and fragment."""
    return server.split("?")[0].split("#")[0].rstrip("/") + "/" + path.lstrip("/")
