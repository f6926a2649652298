"""Models behind an OpenAI-compatible server (vLLM, SGLang, llama.cpp, Ollama), spoken to directly over aiohttp.

It uses about a twenty-fifth of litellm's CPU time per request, which counts once a server answers hundreds of requests
a second. Cost is unknown unless prices are given. Redirects are not followed and proxies not used: the key goes to the
address in the configuration and nowhere else.
"""

import asyncio
import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import field_validator

from apigen.errors import ModelError
from apigen.llm.answers import Answer, answer_of, http_failure, no_choices, wait_asked
from apigen.llm.model import ModelRequest
from apigen.llm.remote import RemoteModel
from apigen.llm.texts import object_text
from apigen.reasons import Reason
from apigen.records import Json

if TYPE_CHECKING:
    from aiohttp import ClientResponse

MAX_BODY_BYTES = 50_000_000
KEPT = 4.0
"""Seconds that an idle connection is kept; uvicorn, and so most servers, close it after five."""


class OpenAIServer(RemoteModel):
    """A model of an OpenAI-compatible server. `base_url` goes up to `/v1`; an address without a path gets it."""

    base_url: str

    @field_validator("base_url")
    @classmethod
    def _up_to_version(cls, value: str) -> str:
        value = value.rstrip("/").removesuffix("/chat/completions")
        return value if urlsplit(value).path.strip("/") else value.rstrip("/") + "/v1"

    @cached_property
    def _links(self) -> "dict[asyncio.AbstractEventLoop, _Link]":
        return {}  # the one of the event loop that runs now

    async def close(self) -> None:
        """Release connections."""
        link = self._links.pop(asyncio.get_running_loop(), None)
        if link is not None:
            await link.session.close()

    async def _prepare(self) -> None:
        self._opened()

    async def _send(self, request: ModelRequest, parameters: dict[str, Json]) -> Answer:
        link = self._links.get(asyncio.get_running_loop()) or self._opened()
        try:
            body = object_text({**parameters, **self.extra_body} if self.extra_body else parameters)
            data = body.encode("utf-8", "backslashreplace")
            async with link.session.post(link.address, data=data, allow_redirects=False) as response:
                return _read(response.status, await _body(response), response.headers)
        except TimeoutError:
            raise
        except (link.errors, OSError, ValueError) as error:
            detail = f"{link.address}: {error or type(error).__name__}"
            refused = isinstance(error, ValueError)  # an address or a header that cannot be sent
            reason = Reason.model_refused_request if refused else Reason.model_unavailable
            raise ModelError(reason, detail, retryable=not refused) from None

    def _opened(self) -> "_Link":
        loop = asyncio.get_running_loop()
        link = self._links.get(loop)
        if link is None:
            headers = {"Content-Type": "application/json"}
            if self.api_key is not None and self.api_key.get_secret_value():
                headers["Authorization"] = f"Bearer {self.api_key.get_secret_value()}"
            headers |= {name: value.get_secret_value() for name, value in self.headers.items()}
            try:
                link = _Link(f"{self.base_url}/chat/completions", headers)
            except ValueError as error:
                raise ModelError(Reason.model_refused_request, f"{self.base_url}: {error}") from None
            self._links.clear()  # those of loops that have ended
            self._links[loop] = link
        return link


class _Link:
    """The connections to a server, made in one event loop and used in no other."""

    def __init__(self, address: str, headers: Mapping[str, str]) -> None:
        import aiohttp
        from yarl import URL

        self.address = URL(address)
        self.errors = aiohttp.ClientError
        self.session = aiohttp.ClientSession(
            # how many requests are in flight is decided elsewhere; an idle connection is left before the server does
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            headers=headers,
        )


async def _body(response: "ClientResponse") -> bytes:
    length = response.content_length
    if length is not None and length <= MAX_BODY_BYTES and "Content-Encoding" not in response.headers:
        return await response.read()
    chunks, size = [], 0
    async for chunk in response.content.iter_chunked(1 << 16):
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise ModelError(Reason.no_answer, f"the answer is longer than {MAX_BODY_BYTES} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _read(status: int, body: bytes, headers: Mapping[str, str]) -> Answer:
    """The answer in a response.

    Raises:
        ModelError: there is none.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not 200 <= status < 300:
        raise http_failure(status, _error_text(document, body), wait_asked(headers))
    if not isinstance(document, dict):
        raise ModelError(Reason.no_answer, f"the answer is not JSON: {_excerpt(body)}", retryable=True)
    if document.get("error"):  # some gateways report errors with status 200
        code = document["error"].get("code") if isinstance(document["error"], dict) else None
        code = code if isinstance(code, int) and 400 <= code < 600 else 500
        raise http_failure(code, _error_text(document, body), wait_asked(headers))
    choices = document.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise no_choices(_excerpt(body))
    message, usage = choices[0].get("message"), document.get("usage")
    if not isinstance(message, dict):
        raise no_choices(_excerpt(body))
    usage = usage if isinstance(usage, dict) else {}
    return answer_of(message, choices[0].get("finish_reason"), usage, None, choices[0].get("logprobs"))


def _error_text(document: Any, body: bytes) -> str:
    """The server's own words, wherever the common servers put them."""
    error = document.get("error", document) if isinstance(document, dict) else None
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail") or error
    return str(error) if error else _excerpt(body)


def _excerpt(body: bytes) -> str:
    return body[:2000].decode("utf-8", "replace")
