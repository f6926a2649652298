"""What a function takes, as far as a call must know it.

Of an ordinary function it is read from its code; `inspect`, which is large, is imported for the others only.
"""

import types
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

POSITIONAL_ONLY, POSITIONAL_OR_KEYWORD, VAR_POSITIONAL, KEYWORD_ONLY, VAR_KEYWORD = range(5)
"""Kinds of parameters, by the numbers that `inspect` gives them."""
HAS_VAR_POSITIONAL, HAS_VAR_KEYWORD = 4, 8  # `co_flags`


class Empty:
    """Stands where a parameter has no default or no annotation."""


class Parameter(NamedTuple):
    """As `inspect.Parameter`."""

    name: str
    kind: int
    default: Any
    annotation: Any


def parameters_of(function: Callable[..., Any]) -> dict[str, Parameter]:
    """The parameters of a function by name, in order.

    Raises:
        TypeError, ValueError: a built-in that does not say what it takes.
    """
    if type(function) is types.MethodType:
        return _without_first(parameters_of(function.__func__))
    if type(function) is types.FunctionType and not function.__dict__:  # nothing that says otherwise
        return {parameter.name: parameter for parameter in _of_code(function)}
    import inspect

    return {
        name: Parameter(
            name,
            int(one.kind),
            Empty if one.default is one.empty else one.default,
            Empty if one.annotation is one.empty else one.annotation,
        )
        for name, one in inspect.signature(function).parameters.items()
    }


def _of_code(function: types.FunctionType) -> Iterator[Parameter]:
    code, hints = function.__code__, function.__annotations__
    names = iter(code.co_varnames)
    defaults = function.__defaults__ or ()
    first_default = code.co_argcount - len(defaults)
    in_order = [next(names) for _ in range(code.co_argcount)]
    by_name = [next(names) for _ in range(code.co_kwonlyargcount)]
    for place, name in enumerate(in_order):
        kind = POSITIONAL_ONLY if place < code.co_posonlyargcount else POSITIONAL_OR_KEYWORD
        default = Empty if place < first_default else defaults[place - first_default]
        yield Parameter(name, kind, default, hints.get(name, Empty))
    if code.co_flags & HAS_VAR_POSITIONAL:
        name = next(names)
        yield Parameter(name, VAR_POSITIONAL, Empty, hints.get(name, Empty))
    for name in by_name:
        default = (function.__kwdefaults__ or {}).get(name, Empty)
        yield Parameter(name, KEYWORD_ONLY, default, hints.get(name, Empty))
    if code.co_flags & HAS_VAR_KEYWORD:
        name = next(names)
        yield Parameter(name, VAR_KEYWORD, Empty, hints.get(name, Empty))


def _without_first(parameters: dict[str, Parameter]) -> dict[str, Parameter]:
    """Those of a method without the one that its instance is given for."""
    first = next(iter(parameters.values()), None)
    if first is None or first.kind in (KEYWORD_ONLY, VAR_KEYWORD):
        raise ValueError("a method that does not take its instance")
    return {name: one for name, one in parameters.items() if one is not first or one.kind == VAR_POSITIONAL}
