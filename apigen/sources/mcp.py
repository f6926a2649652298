"""APIs from the tools of an MCP server, started by a command or reached at an address.

A tool's `inputSchema` becomes the parameters, its `outputSchema` the schema of the result; what its server says of it
(read-only, destructive, idempotent) goes with the implementation, for the executor to decide which calls are made.
"""

import asyncio
import fnmatch
import os
import re
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from apigen.errors import SourceError
from apigen.mcp import McpTimeout, RpcError, Server, ServerFailed
from apigen.reasons import Reason
from apigen.records import Api, Implementation, Json, Refusal
from apigen.sources.documents import Read, UnusableDocument, read
from apigen.sources.source import Loaded, Source

MAX_NAME = 64
MAX_LIST_BYTES = 64 << 20
_SHOWN_CHARS = 2000
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class McpSource(Source):
    """Lists the tools of one server. Exactly one of `command` and `url` is given.

    Attributes:
        command: the program of the server, and `args` its arguments; it is started for the listing and for calls.
        env: names of environment variables that the server is given; of others it gets none.
        cwd: the server's working folder; a scratch folder of its own if not given.
        url: the server's address (streamable HTTP).
        headers_env: header → name of the environment variable that holds its value.
        allow_private: whether the address may be on this machine or its network.
        include: patterns (as for file names) of the tools to take.
        exclude: patterns of those to leave out.
        category: of all its tools.
        limit: at most so many tools, the first ones.
        timeout: seconds that starting the server and listing its tools may take.
        install: what `pip install` takes, or a whole command to type; shown if the command is missing.
        network: whether the server's process may reach the network.
        read: folders and files that it may read, beside its own installation.
        write: folders that it may write to.
        allow_writes: whether tools that may write are used: those marked so, and at a `url` all that are not marked
            read-only. A server started by `command` is confined to what is granted, so its unmarked tools are used.
    """

    command: str | None = None
    args: list[str] = []
    env: list[str] = []
    cwd: str | None = None
    url: str | None = None
    headers_env: dict[str, str] = {}
    allow_private: bool = False
    include: list[str] = ["*"]
    exclude: list[str] = []
    category: str = "Other"
    limit: int | None = Field(default=None, ge=1)
    timeout: float = Field(default=30.0, gt=0)
    install: str | None = None
    network: bool = False
    read: list[str] = []
    write: list[str] = []
    allow_writes: bool = False

    @field_validator("env")
    @classmethod
    def _names_only(cls, env: list[str]) -> list[str]:
        if not all(_VARIABLE.fullmatch(name) for name in env):
            raise ValueError("names of environment variables, without their values (`[MY_KEY]`, not `[MY_KEY=…]`)")
        return env

    @field_validator("headers_env")
    @classmethod
    def _headers_by_name(cls, headers: dict[str, str]) -> dict[str, str]:
        if not all(_HEADER.fullmatch(header) and _VARIABLE.fullmatch(name) for header, name in headers.items()):
            raise ValueError("header → name of an environment variable (`{Authorization: MY_VARIABLE}`)")
        return headers

    @field_validator("url")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is not None:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("an address that begins with http:// or https://")
            if parts.username or parts.password:
                raise ValueError("an address without user and password (headers_env gives them by reference)")
        return url

    @model_validator(mode="after")
    def _one_server(self) -> Self:
        if (self.command is None or not self.command.strip()) == (self.url is None or not self.url.strip()):
            raise ValueError("exactly one of `command` and `url` is needed")
        return self

    def load(self, name: str) -> Loaded:
        """List the tools of the server.

        Raises:
            SourceError: the server does not start, cannot be reached, does not speak MCP, or has no tools.
        """
        server = self._server(name)
        listed = self._listed(server, name)
        if not listed:
            raise self._error(name, "the server has no tools", "another server, or other arguments for this one")
        wanted = [tool for tool in listed if self._is_wanted(str(tool.get("name")))]
        if not wanted:
            raise SourceError(
                f"No tool of the source `{name}` is called as `include` and `exclude` ask for",
                where=f"sources.{name}.include={self.include}, exclude={self.exclude}",
                remedy="it has: " + ", ".join(str(tool.get("name")) for tool in listed)[:500],
            )
        apis: dict[str, Api] = {}
        refused: list[Refusal] = []
        for tool in wanted:
            try:
                api = self._api(tool, server, name)
                if api.name in apis:
                    raise UnusableDocument(Reason.duplicate_name, f"another tool of the server is `{api.name}` as well")
                apis[api.name] = api
            except UnusableDocument as problem:
                refused.append(self._refusal(tool, problem, name))
        return Loaded(apis=tuple(apis.values())[: self.limit], refused=tuple(refused))

    def _is_wanted(self, tool: str) -> bool:
        taken = any(fnmatch.fnmatchcase(tool, pattern) for pattern in self.include)
        return taken and not any(fnmatch.fnmatchcase(tool, pattern) for pattern in self.exclude)

    def _server(self, name: str) -> Server:
        """The server as plain data, with all paths absolute: calls are made from elsewhere."""
        if self.url is not None:
            return Server(url=self.url, headers_env=self.headers_env, allow_private=self.allow_private)
        for key, paths in (("read", self.read), ("write", self.write), ("cwd", [self.cwd] if self.cwd else [])):
            for path in paths:
                if not Path(path).expanduser().exists():
                    raise SourceError(
                        f"There is no file or folder `{path}`",
                        where=f"sources.{name}.{key}",
                        remedy=f"a path that exists, seen from {Path.cwd()}",
                    )
        command = self.command or ""
        return Server(
            command=_absolute(command) if os.sep in command else command,
            args=tuple(self.args if self.cwd else map(_argument, self.args)),
            env=tuple(self.env),
            cwd=_absolute(self.cwd) if self.cwd else None,
            network=self.network,
            read=tuple(map(_absolute, self.read)),
            write=tuple(map(_absolute, self.write)),
        )

    def _listed(self, server: Server, name: str) -> list[dict[str, Json]]:
        try:
            return _run(_tools(server, self.timeout))
        except ServerFailed as failed:
            remedy = f"pip install {self.install}" if self.install and _is_word(self.install) else self.install
            missing = failed.what.startswith("there is no command")
            raise self._error(
                name, failed.what, (missing and remedy) or failed.remedy or self._remedy(server)
            ) from None
        except McpTimeout as late:
            raise self._error(name, f"listing the tools: {late}", f"sources.{name}.timeout=120") from None
        except RpcError as refused:
            raise self._error(name, f"the server does not list its tools: {refused}", self._remedy(server)) from None

    def _remedy(self, server: Server) -> str:
        if server.url is not None:
            return f"check that {server.shown} is the address of an MCP server (streamable HTTP)"
        return (
            f"run `{server.shown}` by hand: it should wait for input, without a word on stdout; what it needs beside"
            " its installation is granted by `env`, `read`, `write` and `network`"
        )

    def _error(self, name: str, what: str, remedy: str) -> SourceError:
        place = f"url={Server(url=self.url).shown}" if self.url else f"command={self.command}"
        return SourceError(
            f"The MCP server of the source `{name}` cannot be used: {what}",
            where=f"sources.{name}.{place}",
            remedy=remedy,
        )

    def _api(self, tool: dict[str, Json], server: Server, source: str) -> Api:
        found = _read(tool)
        original = found.name
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", original)[:MAX_NAME]
        notes = list(found.notes)
        if name != original:
            notes.append(f"called `{original}` by its server")
        hints = tool.get("annotations") if isinstance(tool.get("annotations"), dict) else {}
        assert isinstance(hints, dict)
        read_only = hints.get("readOnlyHint") is True
        if _is_task(tool):
            raise UnusableDocument(Reason.unsupported_signature, "the tool can only be called as a task")
        if not self._may_be_called(hints):
            raise UnusableDocument(
                Reason.blocked, f"the tool may write; sources.{source}.allow_writes=true lets it be called"
            )
        return Api(
            name=name,
            description=found.description or _title(tool, hints),
            parameters=found.parameters,
            returns=found.returns,
            category=self.category,
            source=source,
            implementation=Implementation(
                kind="mcp",
                target=original,
                options={
                    "server": server.model_dump(mode="json"),
                    "read_only": read_only,
                    "destructive": not read_only and hints.get("destructiveHint") is not False,
                    "idempotent": read_only or hints.get("idempotentHint") is True,
                    "policy": {"source": source, "callable": True},
                },
            ),
            notes=tuple(notes),
        )

    def _may_be_called(self, hints: dict[str, Json]) -> bool:
        if self.allow_writes or hints.get("readOnlyHint") is True:
            return True
        marked = hints.get("readOnlyHint") is False or hints.get("destructiveHint") is True
        return self.command is not None and not marked

    def _refusal(self, tool: dict[str, Json], problem: UnusableDocument, source: str) -> Refusal:
        return Refusal(
            name=_clean(str(tool.get("name"))),
            reason=problem.reason,
            detail=_clean(str(problem)),
            source=source,
            document=_clean(str(tool))[:_SHOWN_CHARS],
            category=self.category,
        )


async def _tools(server: Server, time: float) -> list[dict[str, Json]]:
    from apigen.mcp.connection import connect

    async with connect(server, time, MAX_LIST_BYTES) as connection:
        return await connection.tools(time)


def _run(work: Coroutine[Any, Any, list[dict[str, Json]]]) -> list[dict[str, Json]]:
    """The result of a coroutine, also where an event loop is running already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work)).result()


def _read(tool: dict[str, Json]) -> Read:
    """The tool's document; only what the protocol knows of it is looked at."""
    document = {key: tool[key] for key in ("name", "description", "outputSchema") if tool.get(key) is not None}
    document["inputSchema"] = tool.get("inputSchema")
    if not isinstance(document["inputSchema"], dict):
        raise UnusableDocument(Reason.invalid_schema, "the tool has no `inputSchema`")
    try:
        return read({**document, "inputSchema": {"type": "object", **document["inputSchema"]}})
    except RecursionError:
        raise UnusableDocument(Reason.invalid_schema, "the schema is nested too deep") from None


def _is_task(tool: dict[str, Json]) -> bool:
    """Whether calls give a task that must be asked about (protocol of 2025-11-25), which no session here does."""
    execution = tool.get("execution")
    return isinstance(execution, dict) and execution.get("taskSupport") == "required"


def _title(tool: dict[str, Json], hints: dict[str, Json]) -> str:
    titles: Iterator[Json] = (title for title in (tool.get("title"), hints.get("title")) if isinstance(title, str))
    return str(next(titles, ""))


def _argument(arg: str) -> str:
    """An argument that names a file or folder of the working directory, by its whole path."""
    looks_like_path = os.sep in arg or arg == "." or (Path(arg).suffix and Path(arg).is_file())
    return _absolute(arg) if looks_like_path and not arg.startswith("-") and Path(arg).expanduser().exists() else arg


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))


def _is_word(text: str) -> bool:
    return " " not in text.strip()


def _clean(text: str) -> str:
    """The text without what cannot be written as UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()
