"""The imported library: each function with its parameters and what converts its arguments.

A target is `package.module:function`; a module part that ends in `.py` is a file. Everything is looked up once, before
the first fork, so that a call pays for none of it.
"""

import importlib
import importlib.util
import os
import sys
import types
import typing
from collections.abc import Callable
from typing import Any

from .conversion import Converter, converter_of
from .signature import KEYWORD_ONLY, POSITIONAL_ONLY, POSITIONAL_OR_KEYWORD, Empty, Parameter, parameters_of


class Target:
    """A function that can be called. `parameters` is None for a built-in that does not say what it takes.

    `named`: names of all parameters if each can be given by name as the JSON that it is, else None; `needed` ones have
    no default. `by_position`: names of all parameters if they can only be given by position, all of them.
    """

    __slots__ = ("by_position", "converters", "function", "named", "needed", "parameters")

    def __init__(
        self,
        function: Callable[..., Any],
        parameters: dict[str, Parameter] | None,
        converters: dict[str, Converter],
        named: frozenset[str] | None = None,
        needed: frozenset[str] = frozenset(),
        by_position: list[str] | None = None,
    ) -> None:
        self.function, self.parameters, self.converters = function, parameters, converters
        self.named, self.needed, self.by_position = named, needed, by_position

    def bound(self, method: Callable[..., Any]) -> "Target":
        """The same method bound to an instance; its arguments are looked at one by one."""
        return Target(method, parameters_of(method), self.converters)


class Library:
    """Functions by target. `broken` says, by module, why it cannot be used."""

    def __init__(self) -> None:
        self.targets: dict[str, Target] = {}
        self.broken: dict[str, str] = {}

    def load(self, module: str, functions: list[str]) -> None:
        """Import `module` and look up its functions; whatever import-time code raises goes to `broken`."""
        try:
            imported = import_module(module)
        except BaseException as error:  # SystemExit and KeyboardInterrupt must not end the worker
            self.broken[module] = f"{type(error).__name__}: {_text(error)}"
            return
        for function in functions:
            try:
                self.targets[f"{module}:{function}"] = prepare(find(imported, function))
            except BaseException as error:
                self.broken[f"{module}:{function}"] = f"{type(error).__name__}: {_text(error)}"

    def find(self, target: str) -> Target:
        """The function called `target`, imported now if it was not foreseen."""
        if target not in self.targets:
            module, _, function = target.rpartition(":")
            return prepare(find(import_module(module), function))
        return self.targets[target]


def import_module(module: str) -> types.ModuleType:
    """The module by dotted name, or from its file if `module` ends in `.py`."""
    if not module.endswith(".py"):
        return importlib.import_module(module)
    name = os.path.basename(module)[: -len(".py")]
    if name in sys.modules or name in sys.stdlib_module_names:  # the file must not replace what others import
        name = f"{name}_from_file"
    spec = importlib.util.spec_from_file_location(name, module)
    if spec is None or spec.loader is None:
        raise ImportError(f"{module} cannot be loaded as a module")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def find(module: types.ModuleType, function: str) -> Callable[..., Any]:
    """The function by name; a dotted name goes through classes."""
    found: Any = module
    for name in function.split("."):
        found = getattr(found, name)
    if not callable(found):
        raise TypeError(f"`{function}` is no function")
    called: Callable[..., Any] = found
    return called


def prepare(function: Callable[..., Any]) -> Target:
    """Read the function's signature and annotations."""
    try:
        parameters = parameters_of(function)
    except (TypeError, ValueError):
        return Target(function, None, {})
    converters = {}
    for name, parameter in parameters.items():
        converter = converter_of(_hint(function, parameter))
        if converter:
            converters[name] = converter
    kinds = {(parameter.kind, parameter.default is Empty) for parameter in parameters.values()}
    if not converters and kinds == {(POSITIONAL_ONLY, True)}:
        return Target(function, parameters, converters, by_position=list(parameters))
    by_name = (POSITIONAL_OR_KEYWORD, KEYWORD_ONLY)
    if converters or any(kind not in by_name for kind, _ in kinds):
        return Target(function, parameters, converters)
    needed = [name for name, parameter in parameters.items() if parameter.default is Empty]
    return Target(function, parameters, converters, frozenset(parameters), frozenset(needed))


def _hint(function: Callable[..., Any], parameter: Parameter) -> Any:
    """The parameter's annotation with names resolved; one that cannot be resolved does not spoil the others."""
    if not isinstance(parameter.annotation, str):
        return parameter.annotation
    holder = types.SimpleNamespace(__annotations__={"it": parameter.annotation})
    written = function.__init__ if isinstance(function, type) else function  # type: ignore[misc]
    if hasattr(written, "__wrapped__") and written is function:
        import inspect  # as it has been for the signature

        written = inspect.unwrap(written)
    names = getattr(written, "__globals__", {})
    try:
        return typing.get_type_hints(holder, globalns=names, include_extras=True)["it"]
    except Exception:  # names may be missing, and evaluation may raise anything
        return Any


def _text(error: BaseException) -> str:
    try:
        return str(error)[:500]
    except BaseException:
        return "(no message)"
