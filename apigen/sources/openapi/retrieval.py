"""The bytes of a document: from a file, or over HTTP with a total deadline and a cap on what is read.

Only public addresses are asked, unless the source allows private ones; every redirect is looked at like the first.
"""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

MAX_BYTES = 64_000_000
"""Of one document. The largest known public one (Microsoft Graph, beta) has 47 million."""
DEADLINE = 60.0
"""Seconds for fetching a document, redirects included."""


class Unreachable(ValueError):
    """The document cannot be had; the message says why."""


def is_url(document: str) -> bool:
    """Whether a document is named by an http(s) URL, not by a path."""
    return urlsplit(document).scheme.lower() in ("http", "https")


def read_bytes(document: str, allow_private: bool = False) -> tuple[bytes, str]:
    """The content and the URI that relative references start from.

    Args:
        allow_private: whether a URL may lead to private addresses.

    Raises:
        Unreachable: no such file, an address that may not be asked, no answer in time, an error status, or more than
            `MAX_BYTES`.
    """
    return _fetched(document, allow_private) if is_url(document) else _from_file(Path(document).expanduser())


def _from_file(path: Path) -> tuple[bytes, str]:
    if not path.is_file():
        raise Unreachable(f"it is a folder; name a file in it: {path}" if path.is_dir() else f"no such file: {path}")
    if path.stat().st_size > MAX_BYTES:
        raise Unreachable(f"it is larger than {MAX_BYTES:,} bytes")
    try:
        return path.read_bytes(), path.resolve().as_uri()
    except OSError as error:
        raise Unreachable(f"the file cannot be read: {error.strerror}") from error


def _fetched(url: str, allow_private: bool) -> tuple[bytes, str]:
    """Fetched in a thread of its own, so that it works inside a running event loop too."""
    from concurrent.futures import ThreadPoolExecutor

    from apigen.sources.openapi.fetching import NotFetched, fetch

    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(asyncio.run, fetch(url, allow_private, MAX_BYTES, DEADLINE)).result()
        except NotFetched as error:
            raise Unreachable(str(error)) from error
