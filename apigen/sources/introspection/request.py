"""What the introspection process is asked; here and not in `process`, which imports what only that process needs."""

import fnmatch
from dataclasses import dataclass, field

from apigen.records import Json

_SKIPPED_MODULES = ("tests", "test", "conftest", "__main__", "test_*", "*_test", "setup")


@dataclass
class Request:
    """What is to be described.

    `targets` are modules, as (name, file to load it from or ""). `front` and `back` are put before and after the
    interpreter's own search path. `known` modules were described by an earlier process; `lost` ones ended it. With
    `class_name`, the tools are the methods of that class but those in `skipped`, and not the functions of the modules.
    """

    targets: list[tuple[str, str]]
    front: list[str]
    back: list[str]
    recursive: bool
    include: list[str]
    exclude: list[str]
    stubs: bool
    doctests: bool
    known: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    class_name: str | None = None
    skipped: list[str] = field(default_factory=list)
    initial_state: dict[str, Json] = field(default_factory=dict)
    load_state: str | None = None


def is_public_module(name: str) -> bool:
    """Whether a submodule holds an API: neither private nor a test."""
    return not name.startswith("_") and not any(fnmatch.fnmatchcase(name, skipped) for skipped in _SKIPPED_MODULES)
