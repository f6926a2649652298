"""The batch protocol of OpenAI and those who speak it: files go up and down, batches are made and looked at.

https://platform.openai.com/docs/api-reference/batch
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from apigen.errors import ModelError
from apigen.llm.answers import http_failure, shortened, wait_asked
from apigen.reasons import Reason
from apigen.records import Json

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

ENDPOINT = "/v1/chat/completions"
MAX_LINE_BYTES = 50_000_000
PAGES = 20
"""So many pages of the provider's list of batches are looked through for one of ours."""


class BatchTransport:
    """Speaks with the server at `base_url`. `timeout`: seconds for an exchange, for one piece of a download.

    All methods raise ModelError, whose message may hold secrets of `headers`.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], timeout: float) -> None:
        self._base_url = base_url
        self._headers = dict(headers)
        self._timeout = timeout
        self._session: ClientSession | None = None

    async def upload(self, lines: bytes) -> str:
        """Upload the requests of a batch, JSON lines; the number of the file."""

        def form() -> Any:
            import aiohttp

            made = aiohttp.FormData()
            made.add_field("purpose", "batch")
            made.add_field("file", lines, filename="requests.jsonl", content_type="application/jsonl")
            return made

        return _id(await self._json("POST", "/files", form))

    async def create(self, file: str, token: str, window: str) -> str:
        """Make a batch of an uploaded file; its number."""
        body = {
            "input_file_id": file, "endpoint": ENDPOINT, "completion_window": window, "metadata": {"apigen": token},
        }  # fmt: skip
        return _id(await self._json("POST", "/batches", lambda: body))

    async def batch(self, id: str) -> dict[str, Json]:
        """A batch as it is now."""
        return await self._json("GET", f"/batches/{id}")

    async def search(self, token: str) -> str | None:
        """The number of the batch with this token; None: there is none, or the server keeps no list."""
        after = ""
        for _ in range(PAGES):
            try:
                page = await self._json("GET", f"/batches?limit=100{after}")
            except ModelError as error:
                if error.status in (404, 405, 501):
                    return None
                raise
            batches = [one for one in page.get("data") or [] if isinstance(one, dict)]
            for one in batches:
                if isinstance(one.get("metadata"), dict) and one["metadata"].get("apigen") == token:
                    return _id(one)
            if not batches or not page.get("has_more"):
                return None
            after = f"&after={_id(batches[-1])}"
        return None

    async def lines(self, file: str) -> AsyncIterator[dict[str, Json]]:
        """The JSON lines of a file; what is none is left out."""
        async with self._exchange("GET", f"/files/{file}/content") as response:
            rest = b""
            while chunk := await self._piece(response):
                *whole, rest = (rest + chunk).split(b"\n")
                if len(rest) > MAX_LINE_BYTES:
                    raise ModelError(Reason.no_answer, f"a line of the batch is longer than {MAX_LINE_BYTES} bytes")
                for line in whole:
                    if (document := _object(line)) is not None:
                        yield document
            if (document := _object(rest)) is not None:
                yield document

    async def close(self) -> None:
        """Release connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _piece(self, response: "ClientResponse") -> bytes:
        async with asyncio.timeout(self._timeout):
            return await response.content.read(1 << 16)

    async def _json(self, method: str, path: str, body: Callable[[], Any] | None = None) -> dict[str, Json]:
        async with self._exchange(method, path, body) as response, asyncio.timeout(self._timeout):
            document = _object(await response.read())
        if document is None:
            raise ModelError(Reason.no_answer, f"{method} {path}: the answer is not JSON", retryable=True)
        return document

    @asynccontextmanager
    async def _exchange(
        self, method: str, path: str, body: Callable[[], Any] | None = None
    ) -> AsyncIterator["ClientResponse"]:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._timeout, sock_read=self._timeout),
            )
        content = None if body is None else body()
        options = {"json": content} if isinstance(content, dict) else {"data": content}
        address = self._base_url + path
        try:
            async with self._session.request(method, address, allow_redirects=False, **options) as response:
                if not 200 <= response.status < 300:
                    text = shortened((await response.content.read(20_000)).decode("utf-8", "replace"))
                    message = f"{method} {path}: {text}"
                    raise http_failure(response.status, message, wait_asked(response.headers))
                yield response
        except TimeoutError:
            message = f"{method} {path}: no answer within {self._timeout:g} s"
            raise ModelError(Reason.model_timeout, message, retryable=True) from None
        except (aiohttp.ClientError, OSError) as error:
            message = f"{address}: {error or type(error).__name__}"
            raise ModelError(Reason.model_unavailable, message, retryable=True) from None
        except ValueError as error:  # an address or a header that cannot be sent
            raise ModelError(Reason.model_refused_request, f"{address}: {error}") from None


def _object(text: bytes) -> dict[str, Json] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _id(document: Mapping[str, Json]) -> str:
    found = document.get("id")
    if not isinstance(found, str) or not found:
        raise ModelError(Reason.no_answer, "the server's answer holds no id", retryable=True)
    return found
