"""Secrets that an implementation names, so that nothing that is kept holds them, whoever repeated them."""

import os
from collections.abc import Iterator, Sequence

from apigen.records import Api, Json

SHORTEST = 4  # characters; shorter values occur everywhere by chance
HIDDEN = "***"
PUBLIC = frozenset({"HOME", "PATH", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "LANG", "LC_ALL", "TZ", "PWD"})
"""Variables that tell of the machine."""


def named_secrets(api: Api) -> list[str]:
    """Values of the environment variables that the API's implementation names, longest first."""
    names = set(_names(api.implementation.options)) if api.implementation else set()
    values = {os.environ.get(name, "") for name in names - PUBLIC}
    return sorted((value for value in values if len(value) >= SHORTEST), key=len, reverse=True)


def without(secrets: Sequence[str], value: Json) -> Json:
    """The value with `***` for each secret, in any of its texts and keys."""
    if not secrets:
        return value
    if isinstance(value, dict):
        return {without(secrets, name): without(secrets, item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [without(secrets, item) for item in value]
    if type(value) is str:
        for secret in secrets:
            value = value.replace(secret, HIDDEN)
    return value


def _names(node: Json) -> Iterator[str]:
    """Names below keys that are called `env`, or end in `_env`."""
    if isinstance(node, list | tuple):
        for item in node:
            yield from _names(item)
    elif isinstance(node, dict):
        for key, item in node.items():
            yield from _texts(item) if key == "env" or key.endswith("_env") else _names(item)


def _texts(node: Json) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list | tuple):
        for item in node.values() if isinstance(node, dict) else node:
            yield from _texts(item)
