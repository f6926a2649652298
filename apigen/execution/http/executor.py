"""REST APIs, called over HTTP as their sources allow."""

import logging
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from apigen import __version__
from apigen.execution.executor import Executor
from apigen.records import Api

if TYPE_CHECKING:
    from apigen.execution.http.session import HttpSession


class HttpExecutor(Executor):
    """Calls `Implementation`s of kind `http`. What a source says of itself (its `policy`) wins over these settings.

    Fields:
        timeout: seconds that a request may take to the last byte of its answer, redirects included.
        connect_timeout: seconds to look up a host, and to connect to each of its addresses.
        max_bytes: bytes of the decoded answer.
        max_redirects: redirects that are followed, each checked like the first address.
        retries: further attempts after a failure that may pass, if the request may be repeated.
        backoff: seconds that the first wait between attempts may last; later ones up to twice as long each.
        concurrency_per_host: requests to a host at a time.
        rate_per_host: requests a second to a host; None for no limit.
        breaker_failures: calls of a source that fail in a row until it is given a rest.
        breaker_pause: seconds of that rest.
        max_events: values that are taken from a stream (server-sent events, JSON lines).
        user_agent: the header `User-Agent`.
    """

    timeout: float = Field(20.0, gt=0)
    connect_timeout: float = Field(5.0, gt=0)
    max_bytes: int = Field(1_000_000, ge=1)
    max_redirects: int = Field(5, ge=0)
    retries: int = Field(2, ge=0)
    backoff: float = Field(0.5, ge=0)
    concurrency_per_host: int = Field(4, ge=1)
    rate_per_host: float | None = Field(None, gt=0)
    breaker_failures: int = Field(5, ge=1)
    breaker_pause: float = Field(30.0, ge=0)
    max_events: int = Field(100, ge=1)
    user_agent: str = Field(f"apigen/{__version__}", pattern=r"^[\x20-\x7e]+$")

    @property
    def kind(self) -> str:
        return "http"

    async def open(self, apis: Sequence[Api]) -> "HttpSession":
        """Read the secrets that the APIs' sources name. Connections are made with the first calls.

        Raises:
            ConfigError: an environment variable is not set.
        """
        from apigen.execution.http.auth import Keyring
        from apigen.execution.http.session import HttpSession

        for name in ("httpx", "httpcore"):  # they log addresses with the keys in them
            logging.getLogger(name).setLevel(logging.WARNING)
        return HttpSession(self, apis, Keyring(os.environ))
