"""A class whose methods are the tools: finding it in a module, its public methods, and whether it takes its state."""

import functools
import inspect
import sys
import types
from collections.abc import Iterator
from typing import Any

from apigen.component import suggestion
from apigen.records import Json

_METHODS = (types.FunctionType, functools._lru_cache_wrapper, functools.partialmethod)
_INSTALLED = ("site-packages", "dist-packages")


def found_class(module: types.ModuleType, name: str) -> type | None:
    """The class of this name (dotted for a class within a class), or None."""
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    return found if isinstance(found, type) else None


def classes_of(module: types.ModuleType) -> list[str]:
    """Names of the public classes that the module defines."""
    own = [(n, v) for n, v in vars(module).items() if isinstance(v, type) and v.__module__ == module.__name__]
    return [name for name, _ in own if not name.startswith("_")]


def methods_of(owner: type, skipped: set[str]) -> Iterator[tuple[str, Any]]:
    """Public methods by name as they are called on an instance, without `self`; in the order of their definition.

    Methods that come from a library beside the class's own are none of its tools.

    Args:
        skipped: names of methods that are no tools.
    """
    bases = [kind for kind in owner.__mro__ if _is_own(kind, owner)]
    for name in dict.fromkeys(name for kind in bases for name in vars(kind)):
        written = inspect.getattr_static(owner, name)
        if name.startswith("_") or name in skipped:
            continue
        if isinstance(written, staticmethod | classmethod):
            yield name, getattr(owner, name)
        elif isinstance(written, _METHODS):
            yield name, types.MethodType(getattr(owner, name), owner)


def misfit(owner: type, initial_state: dict[str, Json], load_state: str | None) -> str:
    """Why no instance can be made with this state, as far as that shows without making one; empty if nothing shows."""
    name = owner.__qualname__
    if inspect.isabstract(owner):
        return f"`{name}` is abstract: name a class that is not"
    if load_state and not callable(getattr(owner, load_state, None)):
        return f"`{name}` has no method `{load_state}`{suggestion(load_state, _callables(owner))}"
    try:
        signature = inspect.signature(owner)
    except (TypeError, ValueError):  # it does not say what it takes
        return ""
    try:
        signature.bind(**({} if load_state else initial_state))
    except TypeError as error:
        return f"the constructor `{name}{signature}` does not take this `initial_state`: {error}"[:500]
    return ""


def _callables(owner: type) -> list[str]:
    return [name for name in dir(owner) if not name.startswith("__") and callable(getattr(owner, name, None))]


def _is_own(kind: type, owner: type) -> bool:
    """Whether a base belongs to the user's code, or to the library that the class is of."""
    top = kind.__module__.partition(".")[0]
    if top == owner.__module__.partition(".")[0]:
        return True
    place = str(getattr(sys.modules.get(kind.__module__), "__file__", None) or "")
    return top not in sys.stdlib_module_names and not any(folder in place for folder in _INSTALLED)
