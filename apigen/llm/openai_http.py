"""Models behind an OpenAI-compatible server (vLLM, SGLang, llama.cpp, Ollama), spoken to directly.

It uses a small part of litellm's CPU time per request, which counts once a server answers hundreds of requests
a second. Cost is unknown unless prices are given. Redirects are not followed and proxies not used: the key goes to the
address in the configuration and nowhere else.
"""

import asyncio
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from pydantic import field_validator

from apigen.errors import ModelError
from apigen.llm.answers import Answer, answer_of, http_failure, no_choices, wait_asked
from apigen.llm.model import ModelRequest
from apigen.llm.remote import RemoteModel
from apigen.llm.texts import object_text
from apigen.llm.wire import Line, TooLong, WireError
from apigen.reasons import Reason
from apigen.records import Json


class OpenAIServer(RemoteModel):
    """A model of an OpenAI-compatible server. `base_url` goes up to `/v1`; an address without a path gets it."""

    base_url: str

    @field_validator("base_url")
    @classmethod
    def _up_to_version(cls, value: str) -> str:
        value = value.rstrip("/").removesuffix("/chat/completions")
        return value if urlsplit(value).path.strip("/") else value.rstrip("/") + "/v1"

    @cached_property
    def _lines(self) -> dict[asyncio.AbstractEventLoop, Line]:
        return {}  # of the present event loop

    @property
    def _address(self) -> str:
        return f"{self.base_url}/chat/completions"

    async def close(self) -> None:
        """Release connections."""
        line = self._lines.pop(asyncio.get_running_loop(), None)
        if line is not None:
            await line.close()

    async def _prepare(self) -> None:
        self._opened()

    async def _send(self, request: ModelRequest, parameters: dict[str, Json]) -> Answer:
        line = self._lines.get(asyncio.get_running_loop()) or self._opened()
        body = object_text({**parameters, **self.extra_body} if self.extra_body else parameters)
        try:
            reply = await line.post(body.encode("utf-8", "backslashreplace"))
        except TooLong as error:
            raise ModelError(Reason.no_answer, str(error)) from None
        except (WireError, OSError, ValueError) as error:
            detail = f"{self._address}: {error or type(error).__name__}"
            refused = isinstance(error, ValueError)  # its host cannot be looked up, or its certificate is not good
            reason = Reason.model_refused_request if refused else Reason.model_unavailable
            raise ModelError(reason, detail, retryable=not refused) from None
        return _read(reply.status, reply.body, reply.headers)

    def _opened(self) -> Line:
        loop = asyncio.get_running_loop()
        if loop not in self._lines:
            headers = {}
            if self.api_key is not None and self.api_key.get_secret_value():
                headers["Authorization"] = f"Bearer {self.api_key.get_secret_value()}"
            headers |= {name: value.get_secret_value() for name, value in self.headers.items()}
            try:
                line = Line(self._address, headers)
            except ValueError as error:
                raise ModelError(Reason.model_refused_request, f"{self._address}: {error}") from None
            self._lines.clear()  # other loops have ended
            self._lines[loop] = line
        return self._lines[loop]


def _read(status: int, body: bytes, headers: Mapping[str, str]) -> Answer:
    """The answer in a response; `headers` by their names in lower case.

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
