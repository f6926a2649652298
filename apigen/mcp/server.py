"""What must be known to start or reach an MCP server, as plain data; and how one can fail.

Secrets are named only: `env` and `headers_env` hold names of environment variables, whose values are read when the
server is started or reached.
"""

import os
import shlex
import sys
from collections.abc import Iterator
from functools import cached_property
from urllib.parse import urlsplit

from apigen.errors import ApigenError
from apigen.reasons import Reason
from apigen.records import Json, Record, canonical_json

PLAIN_VARIABLES = frozenset(
    {"HOME", "PATH", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "LANG", "LC_ALL", "TZ", "PWD", "NODE_ENV"}
)  # granted for what they say of the machine; their values are no secrets


class ServerFailed(ApigenError):
    """A server cannot be started or reached, or is lost.

    Args:
        what: what is wrong with it, one clause.
        remedy: what the user can do about it.
        reason: `result_too_large` if it said too much at once, `authentication` if it refuses the credentials,
            `not_executable` if nothing can be started at all; otherwise `worker_lost`.
    """

    def __init__(self, what: str, *, remedy: str = "", reason: Reason = Reason.worker_lost) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.reason = reason


class McpTimeout(ApigenError):
    """A request was not answered in time."""


class RpcError(ApigenError):
    """The server answered a request with a JSON-RPC error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Server(Record):
    """One server: a command to start, or an address to reach.

    Attributes:
        command: the program, and `args` its arguments; it speaks on stdin and stdout.
        env: names of the environment variables that it is given.
        cwd: its working folder; a scratch folder of its own if None.
        network: whether it may reach the network.
        read: folders and files that it may read, beside the system and its own installation.
        write: folders that it may write to, beside its scratch folder.
        url: the address (streamable HTTP).
        headers_env: header → name of the environment variable that holds its value.
        allow_private: whether the address may be a private one.
    """

    command: str | None = None
    args: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    cwd: str | None = None
    network: bool = False
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    url: str | None = None
    headers_env: dict[str, str] = {}
    allow_private: bool = False

    @cached_property
    def key(self) -> str:
        """Equal for servers that can share a process or connection."""
        return canonical_json(self.model_dump(mode="json"))

    @property
    def shown(self) -> str:
        """The command line, or the address without what may be secret in it."""
        if self.url is not None:
            parts = urlsplit(self.url)
            return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        return shlex.join([self.command or "", *self.args])

    def variables(self) -> dict[str, str]:
        """The granted environment variables with their values.

        Raises:
            ServerFailed: one is not set.
        """
        return {name: _variable(name) for name in self.env}

    def headers(self) -> dict[str, str]:
        """The headers with their values.

        Raises:
            ServerFailed: a variable is not set, or its value cannot stand in a header.
        """
        found = {header: _variable(name) for header, name in self.headers_env.items()}
        for header, value in found.items():
            if not value.isprintable() or not value.isascii():
                name = self.headers_env[header]
                raise ServerFailed(f"the value of the environment variable {name} cannot stand in a header")
        return found

    def secrets(self) -> tuple[str, ...]:
        """Values that must not appear in results and messages, longest first."""
        names = [*(name for name in self.env if name not in PLAIN_VARIABLES), *self.headers_env.values()]
        values = {os.environ.get(name, "").strip() for name in names}
        parts = {
            value.split(" ", 1)[1] for value in values if value.lower().startswith(("bearer ", "basic ", "token "))
        }
        return tuple(sorted((value for value in values | parts if len(value) >= 6), key=len, reverse=True))

    def missing(self) -> Iterator[str]:
        """Names of variables that are needed and not set."""
        for name in (*self.env, *self.headers_env.values()):
            if name not in os.environ:
                yield name


def redacted(value: Json, secrets: tuple[str, ...]) -> Json:
    """The value with each of the secrets in its texts replaced by `***`."""
    if not secrets:
        return value
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "***")
        return value
    if isinstance(value, dict):
        return {redacted(key, secrets): redacted(part, secrets) for key, part in value.items()}
    if isinstance(value, list):
        return [redacted(part, secrets) for part in value]
    return value


def search_path() -> str:
    """Where commands are looked for: the user's PATH, then the folder of the running Python."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), os.path.dirname(sys.executable)])


def _variable(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise ServerFailed(
            f"the environment variable {name} is not set", remedy=f"export {name}=…", reason=Reason.not_executable
        ) from None
