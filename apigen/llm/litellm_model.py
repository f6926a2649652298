"""Any model that litellm knows: OpenAI, Anthropic, Gemini, Bedrock, Mistral, Groq, Ollama and a hundred providers more.

litellm is imported at the first request, in a thread, because that takes seconds; it is kept quiet, and from loading
its price table over the network or a `.env` file. Retries are ours: litellm's are off.
"""

import asyncio
import logging
import os
import re
import warnings
from collections.abc import Mapping
from typing import Any

from apigen.errors import ModelError
from apigen.llm.answers import Answer, answer_of, http_failure, no_choices, wait_asked
from apigen.llm.model import ModelRequest
from apigen.llm.remote import RemoteModel
from apigen.llm.texts import spelled_out
from apigen.reasons import Reason
from apigen.records import Json

_WRAPPING = re.compile(r"^litellm\.\w+: (?:\w+: )?")
_NO_KEY = re.compile(r"Missing credentials|Missing \w+ API key|Unable to locate credentials", re.IGNORECASE)
_NO_CONNECTION = re.compile(
    r"Connection error|Cannot connect|Connection reset|Server disconnected|\[Errno \d+\]|payload is not completed",
    re.IGNORECASE,
)
"""What litellm calls a server error 500 though no server has answered."""

_users: set[int] = set()
"""The models that have sent requests and are not closed; litellm's connections are shared by all of them."""


class LiteLLM(RemoteModel):
    """A model by its litellm name, `provider/name`.

    Without `api_key`, litellm takes it from the provider's environment variable (`OPENAI_API_KEY`, …). With
    `drop_params`, parameters that the provider does not take are left out instead of being refused. Without prices the
    cost comes from litellm's table, and is unknown for models that are not in it.
    """

    drop_params: bool = True

    @property
    def provider(self) -> str:
        """The provider as litellm spells it."""
        return self.model.partition("/")[0] if "/" in self.model else ""

    async def close(self) -> None:
        """Release connections, once the last model that uses them is closed."""
        if id(self) in _users:
            _users.discard(id(self))
            if not _users:
                await _close_connections()

    async def _prepare(self) -> None:
        _users.add(id(self))
        if not _loaded:
            await asyncio.to_thread(load_litellm)

    async def _send(self, request: ModelRequest, parameters: dict[str, Json]) -> Answer:
        try:
            response = await load_litellm().acompletion(**spelled_out(parameters), **self._options())
        except TimeoutError:
            raise
        except Exception as error:
            raise failure(error) from None
        return _read(response)

    def _options(self) -> dict[str, Any]:
        """What litellm wants to know beside the request."""
        settings: dict[str, Any] = {
            "timeout": self.timeout,
            "num_retries": 0,
            "max_retries": 0,
            "drop_params": self.drop_params,
            "base_url": self.base_url,
            "api_key": self.api_key.get_secret_value() if self.api_key else None,
            "extra_headers": {name: value.get_secret_value() for name, value in self.headers.items()} or None,
            "extra_body": self.extra_body or None,
        }
        return {name: value for name, value in settings.items() if value is not None}


_NOTICES = ("Pydantic serializer warnings", "Item '.*' on TypedDict class '.*' is using the `ReadOnly` qualifier")
"""What pydantic says of litellm's and openai's own classes, some of it only when they are first used."""


_loaded: list[Any] = []
"""The module litellm, once it is whole; `sys.modules` has it before."""


def load_litellm() -> Any:
    """The module litellm, made quiet. The first import takes seconds."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else it fetches the table over the network
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")  # else it loads a .env file
    import litellm

    if not litellm.suppress_debug_info:
        litellm.suppress_debug_info = True
        litellm.telemetry = False
        for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for notice in _NOTICES:  # each time, since others may have reset the filters
        warnings.filterwarnings("ignore", message=notice, category=UserWarning)
    if not _loaded:
        _loaded.append(litellm)
    return litellm


def failure(error: Exception) -> ModelError:
    """What an exception of litellm means."""
    message = _WRAPPING.sub("", str(error)).split("Traceback (most recent call last)")[0] or type(error).__name__
    if type(error).__name__ == "Timeout":
        return ModelError(Reason.model_timeout, message, retryable=True)
    if _NO_KEY.search(message):  # for some providers litellm calls this a server error
        return ModelError(Reason.authentication, message)
    if "No module named" in message:
        return ModelError(
            Reason.model_refused_request, f"{message}; this provider needs a package that is not installed"
        )
    status = getattr(error, "status_code", None)
    if "Invalid response object" in message:
        return ModelError(Reason.no_answer, message, retryable=True)
    if status == 500 and _NO_CONNECTION.search(message):
        return ModelError(Reason.model_unavailable, message, retryable=True)
    if isinstance(status, int):
        return http_failure(status, message, wait_asked(_headers(error)))
    if isinstance(error, OSError):
        return ModelError(Reason.model_unavailable, message, retryable=True)
    # litellm does not guard itself against answers of the wrong shape
    return ModelError(Reason.no_answer, f"{type(error).__name__}: {message}", retryable=True)


def _headers(error: Exception) -> Mapping[str, str]:
    """The headers of the provider's answer, as far as litellm hands them on."""
    sources = (
        getattr(getattr(error, "response", None), "headers", None),
        getattr(error, "litellm_response_headers", None),
    )
    found: dict[str, str] = {}
    for headers in sources:
        found |= {str(name).lower(): str(value) for name, value in dict(headers or {}).items()}
    return found


def _read(response: Any) -> Answer:
    choices = getattr(response, "choices", None)
    if not choices:
        raise no_choices(str(response)[:500])
    message, usage = getattr(choices[0], "message", None), getattr(response, "usage", None)
    fields: Mapping[str, Any] = {
        "content": getattr(message, "content", None),
        "tool_calls": getattr(message, "tool_calls", None),
        "refusal": (getattr(message, "provider_specific_fields", None) or {}).get("refusal"),
    }
    counts = {name: getattr(usage, name, None) for name in ("prompt_tokens", "completion_tokens")}
    cost = (getattr(response, "_hidden_params", None) or {}).get("response_cost")
    logprobs = getattr(choices[0], "logprobs", None)
    logprobs = logprobs if logprobs is None or isinstance(logprobs, dict) else logprobs.model_dump()
    return answer_of(fields, getattr(choices[0], "finish_reason", None), counts, cost, logprobs)


async def _close_connections() -> None:
    """Close what litellm leaves open: its log worker and cached clients, which would otherwise warn at exit."""
    from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
    from litellm.llms.custom_httpx.async_client_cleanup import close_litellm_async_clients

    litellm = load_litellm()
    try:
        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.clear_queue(), 5)  # type: ignore[no-untyped-call]
        await GLOBAL_LOGGING_WORKER.stop()
        await close_litellm_async_clients()  # type: ignore[no-untyped-call]
    except Exception:  # it is only tidying: a run must not fail of it
        pass
    litellm.in_memory_llm_clients_cache.flush_cache()
