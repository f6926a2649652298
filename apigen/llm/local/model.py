"""A local model: the weights are a GGUF file, llama.cpp serves them, and answers cost nothing.

The server starts with the first request that no cache answers. Requests wait for a free slot before their time runs,
so that a slow model is no model that hangs.
"""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, SecretStr, model_validator

from apigen.errors import ModelError
from apigen.llm.local.server import Backend, Server, Settings
from apigen.llm.local.weights import Place, fingerprint, located
from apigen.llm.model import ModelRequest, ModelResponse
from apigen.llm.openai_http import OpenAIServer
from apigen.llm.remote import Answer, RemoteModel
from apigen.reasons import Reason
from apigen.records import Json

RESTARTS = 3
THREADS, SLOTS, CONTEXT = 1, 2, 4096


class LocalModel(RemoteModel):
    """The weights are `path`, a GGUF file; or `file` (at `revision`) of the Hugging Face repository `repo`, fetched at
    first use; or the GGUF file in the installed Python package `package` (`file` if it holds several).

    `backend`: `xllamacpp` is the package of that name, `llama-server` the program, `auto` what there is of them. The
    server uses `threads` threads (null: 1) and answers `slots` requests at a time (null: 2), each with up to `context`
    tokens for prompt and answer (null: 4096); it must be ready within `start_timeout` seconds. Generator and judge
    share a server if all this is the same. `model` is the name that is stored, `local/…`; if empty, that of the file.
    Answers cost nothing unless prices are given.
    """

    model: str = ""
    path: str | None = None
    repo: str | None = None
    file: str | None = None
    revision: str = "main"
    package: str | None = None
    backend: Backend = "auto"
    threads: int | None = Field(default=None, ge=1, le=1024)
    slots: int | None = Field(default=None, ge=1, le=256)
    context: int | None = Field(default=None, ge=256)
    start_timeout: float = Field(default=300, gt=0)
    timeout: float = Field(default=600, gt=0)
    retries: int = Field(default=2, ge=0)
    structured_output: Literal["on", "off", "auto"] = "on"
    price_per_million_input: float | None = Field(default=0.0, ge=0)
    price_per_million_output: float | None = Field(default=0.0, ge=0)

    _server: Server | None = PrivateAttr(default=None)
    _door: OpenAIServer | None = PrivateAttr(default=None)
    _settings: Settings | None = PrivateAttr(default=None)
    _restarts: int = PrivateAttr(default=0)
    _report: str | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _named(cls, values: Any) -> Any:
        if isinstance(values, dict) and not values.get("model"):
            places = [values.get(key) for key in ("path", "file", "package")]
            named = next((place for place in places if isinstance(place, str) and place), "?")
            return values | {"model": Path(named).name.removesuffix(".gguf")}
        return values

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if sum(one is not None for one in (self.path, self.repo, self.package)) != 1:
            raise ValueError("give one of path, repo (with file) and package: where the weights are")
        if self.repo is not None and self.file is None:
            raise ValueError("give the file of the repository too, for example file=model-q4_k_m.gguf")
        if self.path is not None and self.file is not None:
            raise ValueError("file goes with repo or package; path names a file by itself")
        if self.base_url is not None or self.api_key is not None:
            raise ValueError("a local model has no base_url and no api_key; a running server is model=openai_server")
        return self

    @property
    def title(self) -> str:
        """`local/` and the name."""
        return f"local/{self.model}"

    @property
    def provider(self) -> str:
        """The name: what one model's server bears says nothing of another's."""
        return self.model

    @property
    def report(self) -> str | None:
        """What the server did, in one line, once this model is closed; None if it was not asked."""
        return self._report

    def identity(self, request: ModelRequest) -> dict[str, Json] | None:
        """As for other models, with the content of the weights in place of name and address."""
        settings = self._used()
        return (super().identity(request) or {}) | {
            "model": f"gguf:{fingerprint(settings.file)}",
            "base_url": "",
            "context": settings.context,
        }

    def fetch(self) -> None:
        """Locate the weights, and fetch them from the Hub if they are to come from there.

        Raises:
            ConfigError: there are no such weights.
        """
        self._used()

    async def complete(self, request: ModelRequest) -> ModelResponse:
        """Answer `request`.

        Raises:
            ModelError: no usable answer, after all retries.
            ConfigError: there are no such weights, or they cannot be served.
        """
        server = self._shared()
        await server.start()
        async with server.free:
            response = await super().complete(request)
        server.asked += response.prompt_tokens or 0
        return response

    async def close(self) -> None:
        """End the server, unless another model uses it."""
        door, self._door = self._door, None
        server, self._server = self._server, None
        if door is not None:
            await door.close()
        if server is not None:
            await server.leave(id(self))
            self._report = _said(self.title, server)

    async def _send(self, request: ModelRequest, parameters: dict[str, Json]) -> Answer:
        server = self._shared()
        if server.ended:
            if self._restarts >= RESTARTS:
                raise ModelError(Reason.model_unavailable, f"the model server keeps ending: {server.last_words()}")
            self._restarts += 1
            await server.start()
        return await (await self._opened(server))._send(request, parameters)

    async def _opened(self, server: Server) -> OpenAIServer:
        """The way to the server, at its present address."""
        address = f"{server.address}/v1"
        if self._door is None or self._door.base_url != address:
            old = self._door
            self._door = OpenAIServer(
                model=self.model, base_url=address, api_key=SecretStr(server.key), extra_body=self.extra_body
            )
            if old is not None:
                await old.close()
        return self._door

    def _shared(self) -> Server:
        if self._server is None:
            self._server = Server.shared(self._used(), id(self))
        return self._server

    def _used(self) -> Settings:
        """What to start; the weights are located, and fetched if need be, the first time."""
        if self._settings is None:
            place = Place(self.path, self.repo, self.file, self.revision, self.package)
            self._settings = Settings(
                file=located(place),
                backend=self.backend,
                threads=self.threads or THREADS,
                slots=self.slots or SLOTS,
                context=self.context or CONTEXT,
                start_timeout=self.start_timeout,
            )
        return self._settings


def _said(title: str, server: Server) -> str | None:
    speed = server.speed
    if speed is None:
        return None
    reused = max(0, server.asked - speed.read)
    return (
        f"{title}: {speed.written:,} tokens written at {_rate(speed.written, speed.written_seconds)}, "
        f"{speed.read:,} tokens of prompts read at {_rate(speed.read, speed.read_seconds)}, "
        f"{reused:,} more taken from the prefix cache"
    )


def _rate(tokens: int, seconds: float) -> str:
    return f"{tokens / seconds:.0f} a second" if seconds > 0.01 else "a speed not known"
