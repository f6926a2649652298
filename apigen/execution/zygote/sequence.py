"""Calls in order on one fresh instance of a class, in one child (APIs with a state).

    {"instance": {"class", "initial_state", "load_state", "state"}, "calls": [{"target", "arguments", "order"}, …]}

What comes back is one JSON line for the state before the first call, then two a call: its answer, as for a single call,
and the state after it (`{}` if it is as it was). Lines are written as they come about, so that a call that ends the
process takes nothing from those before it. A call that raises does not end the sequence.
"""

from collections.abc import Callable, Iterator
from marshal import loads
from os import _exit
from typing import Any

from . import invocation
from .confinement import PIPE
from .frames import write_all
from .invocation import MAX_MESSAGE, answer_of, printable, refusal
from .library import Library, Target
from .state import snapshot

_OUT_OF_MEMORY = b'{"reason":"memory","error_type":"MemoryError"}'


class NotMade(Exception):
    """There is no instance to make calls on."""


def run(library: Library, content: bytes, max_result_bytes: int) -> None:
    """Make the calls that `content` holds, write what came of them to `PIPE`, and end this process. Never returns."""
    try:
        for line in _lines(library, loads(content), max_result_bytes):
            write_all(PIPE, line + b"\n")
    finally:
        _exit(0)


def _lines(library: Library, request: dict[str, Any], max_result_bytes: int) -> Iterator[bytes]:
    settings = request["instance"]
    try:
        instance = _instance(library, settings)
    except NotMade as error:
        yield refusal("worker_lost", str(error)[:MAX_MESSAGE])
        return
    last = snapshot(instance, settings["state"], max_result_bytes)
    yield last
    for call in request["calls"]:
        yield _within(lambda call=call: _call(library, instance, call, max_result_bytes), max_result_bytes)  # type: ignore[misc]
        now = snapshot(instance, settings["state"], max_result_bytes)
        yield b"{}" if now == last else now
        last = now


def _within(answer: Callable[[], bytes], max_result_bytes: int) -> bytes:
    """The answer, unless it is larger than one of several may be."""
    try:
        line = answer()
    except MemoryError:
        return _OUT_OF_MEMORY
    if len(line) > max_result_bytes + invocation.MARGIN:
        return refusal("result_too_large", f"more than {max_result_bytes} bytes")
    return line


def _call(library: Library, instance: Any, call: dict[str, Any], max_result_bytes: int) -> bytes:
    try:
        target = _method(library, instance, call["target"])
    except BaseException as error:
        return refusal("worker_lost", f"{type(error).__name__}: {printable(error)}")
    return answer_of(target, call["arguments"], call["order"], max_result_bytes)


def _instance(library: Library, settings: dict[str, Any]) -> Any:
    """A fresh instance with its initial state.

    Raises:
        NotMade: the class, its constructor or the method that loads the state raised something.
    """
    name, given, loader = settings["class"], settings["initial_state"], settings["load_state"]
    try:
        target = library.find(name)
        positional, named = invocation.bind(target, {} if loader else given, list(given))
        instance = target.function(*positional, **named)
        if loader:
            getattr(instance, loader)(given)
    except BaseException as error:
        kind = "" if isinstance(error, invocation.Refused) else f"{type(error).__name__}: "
        shown = name.rpartition(":")[2]
        raise NotMade(f"no `{shown}` could be made with its initial state: {kind}{printable(error)}") from None
    return instance


def _method(library: Library, instance: Any, target: str) -> Target:
    """The method bound to the instance, with the converters that were made for it before the fork."""
    found = library.find(target)
    return found.bound(getattr(instance, target.rpartition(".")[2]))
