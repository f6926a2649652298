"""The bytes of a document: from a file, or over HTTP with a total deadline and a cap on what is read."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

MAX_BYTES = 64_000_000
"""Of one document. The largest known public one (Microsoft Graph, beta) has 47 million."""
DEADLINE = 60.0
"""Seconds for fetching a document, redirects included."""
_MAX_REDIRECTS = 5


class Unreachable(ValueError):
    """The document cannot be had; the message says why."""


def is_url(document: str) -> bool:
    """Whether a document is named by an http(s) URL, not by a path."""
    return urlsplit(document).scheme.lower() in ("http", "https")


def read_bytes(document: str) -> tuple[bytes, str]:
    """The content and the URI that relative references start from.

    Raises:
        Unreachable: no such file, no answer in time, an error status, or more than `MAX_BYTES`.
    """
    return _fetched(document) if is_url(document) else _from_file(Path(document).expanduser())


def _from_file(path: Path) -> tuple[bytes, str]:
    if not path.is_file():
        raise Unreachable(f"it is a folder; name a file in it: {path}" if path.is_dir() else f"no such file: {path}")
    if path.stat().st_size > MAX_BYTES:
        raise Unreachable(f"it is larger than {MAX_BYTES:,} bytes")
    try:
        return path.read_bytes(), path.resolve().as_uri()
    except OSError as error:
        raise Unreachable(f"the file cannot be read: {error.strerror}") from error


def _fetched(url: str) -> tuple[bytes, str]:
    """Fetched in a thread of its own, so that it works inside a running event loop too."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _fetch(url)).result()


async def _fetch(url: str) -> tuple[bytes, str]:
    import httpx

    try:
        async with (
            asyncio.timeout(DEADLINE),  # httpx's own time-outs never stop a server that drips
            httpx.AsyncClient(follow_redirects=True, max_redirects=_MAX_REDIRECTS, timeout=None) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            if response.status_code != 200:
                raise Unreachable(f"the server answers with status {response.status_code}")
            content = bytearray()
            async for part in response.aiter_bytes():
                content += part
                if len(content) > MAX_BYTES:
                    raise Unreachable(f"it is larger than {MAX_BYTES:,} bytes")
            return bytes(content), str(response.url)
    except TimeoutError as error:
        raise Unreachable(f"it was not there after {DEADLINE:g} seconds") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(str(error) or type(error).__name__) from error
