"""What the worker reads of a function is what `inspect` says of it, and an ordinary one is read without `inspect`."""

import functools
import inspect
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apigen.execution import zygote
from apigen.execution.zygote.signature import Empty, parameters_of


def ordinary(a: int, b: "str" = "x", /, c=None, *rest: float, d, e: bool = True, **more: Any) -> None:  # type: ignore[no-untyped-def]
    pass


def bare() -> None:
    local = 1
    del local


@functools.wraps(ordinary)
def wrapped(*args: Any) -> None:
    pass


class Thing:
    def __init__(self, size: int, unit: str = "m") -> None:
        pass

    def method(self, a: int, b: int = 2) -> None:
        pass

    def all_in_one(*rest: int, named: int = 1) -> None:
        pass

    @classmethod
    def of_class(cls, a: int) -> None:
        pass

    @staticmethod
    def static(a: int) -> None:
        pass

    def __call__(self, a: int) -> None:
        pass


CASES: list[Callable[..., Any]] = [
    ordinary, bare, wrapped, lambda x, *, y=1: None, functools.partial(ordinary, 1, d=2), Thing, Thing(1),
    Thing(1).method, Thing.method, Thing(1).all_in_one, Thing.of_class, Thing.static, Thing(1).__call__, math.sqrt,
    "text".join, functools.lru_cache(bare),
]  # fmt: skip


@pytest.mark.parametrize("function", CASES)
def test_as_inspect_tells_it(function: Callable[..., Any]) -> None:
    expected = inspect.signature(function).parameters
    found = parameters_of(function)
    assert list(found) == list(expected)
    for name, parameter in found.items():
        one = expected[name]
        assert (parameter.name, parameter.kind) == (name, int(one.kind))
        assert parameter.default is (Empty if one.default is one.empty else one.default)
        assert parameter.annotation is (Empty if one.annotation is one.empty else one.annotation)


class Odd:
    def without() -> None:  # type: ignore[misc]
        pass

    def by_name(*, a: int) -> None:  # type: ignore[misc]
        pass


@pytest.mark.parametrize("function", [Odd().without, Odd().by_name, max])
def test_what_inspect_does_not_know_is_not_known(function: Callable[..., Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        inspect.signature(function)
    with pytest.raises((TypeError, ValueError)):
        parameters_of(function)


def test_a_worker_of_ordinary_functions_needs_no_inspect() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import zygote.serve; from zygote.library import prepare\n"
        "assert prepare(lambda a, b=1: None).parameters.keys() == {'a', 'b'}\n"
        "print(*{'inspect', 'dataclasses', 'decimal', 'pathlib', 'uuid'} & sys.modules.keys())"
    )
    folder = str(Path(zygote.__file__).parent.parent)
    command = [sys.executable, "-I", "-c", code, folder]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "\n"
