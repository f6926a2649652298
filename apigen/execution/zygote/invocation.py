"""One call, in a child of its own: bind the arguments, convert them, call, clean the result, write the answer.

What an exception of the function means (APIGen, section 3.2: execution failures by kind):

    TypeError                                                    argument_type
    ValueError, ArithmeticError, LookupError and their kin       invalid_value
    MemoryError                                                  memory
    SystemExit, KeyboardInterrupt                                crash
    anything else, RecursionError included                       runtime_error

The answer tells the function's own `duration` in nanoseconds.
"""

import json
import os
from collections.abc import Callable, Iterable
from marshal import dumps, loads
from math import isfinite
from os import _exit, write
from time import perf_counter_ns
from typing import Any

from .cleaning import Cleaner, TooLarge, Unserialisable
from .confinement import PIPE
from .frames import write_all
from .library import Library, Target, prepare
from .signature import POSITIONAL_ONLY, VAR_KEYWORD, VAR_POSITIONAL, Empty, Parameter

MAX_MESSAGE = 500
MAX_PLAIN = 1 << 63
MARGIN = 4096  # what an answer's other fields may need beside the result, in bytes

# Kept before the library can replace them: a call must not be able to change how its end is told.
_quote = json.encoder.encode_basestring
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


class Refused(Exception):
    """The call does not fit the function; the function was not called."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def run(
    library: Library, content: bytes, max_result_bytes: int, pipe: int = PIPE, end: Callable[[int], None] = _exit
) -> None:
    """Make the call, write what came of it to `pipe` as one line, and end this process. Never returns.

    It runs in memory that is shared with the worker until it is written to, as even calling a function does: hence few
    functions for all that an ordinary call needs.
    """
    try:
        try:
            name, arguments, order = loads(content)
            targets = library.targets
            if name in targets:
                answer = answer_of(targets[name], arguments, order, max_result_bytes)
            else:
                answer = _unforeseen(library, name, arguments, order, max_result_bytes)
        except MemoryError:
            answer = b'{"reason":"memory","error_type":"MemoryError"}'
        answer += b"\n"
        written = write(pipe, answer)
        if written < len(answer):
            write_all(pipe, answer[written:])
    finally:
        end(0)


def _unforeseen(library: Library, name: str, arguments: dict[str, Any], order: list[str], size: int) -> bytes:
    try:
        target = library.find(name)
    except BaseException as error:
        return refusal("worker_lost", f"{type(error).__name__}: {printable(error)}")
    return answer_of(target, arguments, order, size)


def answer_of(target: Target, arguments: dict[str, Any], order: list[str], max_result_bytes: int) -> bytes:
    """Call `target` and tell what came of it, as JSON.

    Raises:
        MemoryError: there is not enough to tell it.
    """
    function, named, by_position = target.function, target.named, target.by_position
    positional: Iterable[Any] = ()
    if by_position is not None and by_position == [*arguments]:
        positional, arguments = arguments.values(), {}
    elif named is None or not target.needed <= arguments.keys() <= named:
        try:
            positional, arguments = bind(target, arguments, order)
        except Refused as refused:
            return refusal(refused.reason, str(refused))
    started = perf_counter_ns()
    try:
        result = function(*positional, **arguments)
    except BaseException as error:
        return _failure(error, perf_counter_ns() - started)
    duration = perf_counter_ns() - started
    kind = type(result)
    if (kind is float and isfinite(result)) or (kind is int and -MAX_PLAIN < result < MAX_PLAIN):
        return b'{"result":%a,"duration":%d}' % (result, duration)
    return _success(result, duration, max_result_bytes)


def _success(result: Any, duration: int, max_result_bytes: int) -> bytes:
    plain = _plain(result, max_result_bytes)
    if plain is not None:
        return b'{"result":%b,"duration":%d}' % (plain, duration)
    try:
        cleaned = Cleaner(max_result_bytes).clean(result)
        answer: bytes = _encode({"result": cleaned, "duration": duration}).encode()
    except TooLarge:
        return refusal("result_too_large", f"more than {max_result_bytes} bytes", duration)
    except Unserialisable as error:
        return refusal("unserialisable", printable(error), duration)
    except MemoryError:
        raise
    except BaseException as error:  # a property of the result may raise anything
        return refusal("unserialisable", f"{type(error).__name__}: {printable(error)}", duration)
    return answer


def _plain(result: Any, max_result_bytes: int) -> bytes | None:
    """JSON of what needs no cleaning, else None: truth values, and texts that are neither too long nor no UTF-8."""
    if result is True or result is False:
        return b"true" if result else b"false"
    if type(result) is not str or len(result) >= max_result_bytes:
        return None
    try:
        return _quote(result).encode()
    except UnicodeEncodeError:
        return None


def _failure(error: BaseException, duration: int) -> bytes:
    name = printable(type(error).__name__)
    message = f"the function ended its process by {name}" if reason_of(error) == "crash" else printable(error)
    return refusal(reason_of(error), message, duration, name)


def refusal(reason: str, message: str, duration: int = 0, error_type: str = "") -> bytes:
    """The answer of a call that gave no result."""
    answer = {"reason": reason, "error_type": error_type, "message": message[:MAX_MESSAGE], "duration": duration}
    encoded: bytes = _encode(answer).encode()
    return encoded


def reason_of(error: BaseException) -> str:
    """The reason code for an exception of the function itself."""
    if isinstance(error, TypeError):
        return "argument_type"
    if isinstance(error, ValueError | ArithmeticError | LookupError):
        return "invalid_value"
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, SystemExit | KeyboardInterrupt):
        return "crash"
    return "runtime_error"


def printable(thing: Any) -> str:
    """Its text, at most 500 characters, with blanks for what cannot be printed."""
    try:
        text = str.__str__(str(thing))[:MAX_MESSAGE]
        return "".join(character if character.isprintable() else " " for character in text)
    except BaseException:  # the exception's own code may raise anything
        return "(a message that cannot be printed)"


def bind(target: Target, arguments: dict[str, Any], order: list[str]) -> tuple[list[Any], dict[str, Any]]:
    """Positional and named arguments for the call.

    Args:
        order: the parameters' names in the order of the API's document, for functions that do not tell theirs.

    Raises:
        Refused: an argument is missing, unknown or does not fit its annotation.
    """
    if target.parameters is None:
        return _by_position(arguments, order), {}
    _check_names(target.parameters, arguments)
    converted = {name: _convert(target, name, value) for name, value in arguments.items()}
    only = [p for p in target.parameters.values() if p.kind == POSITIONAL_ONLY]
    given = [number for number, parameter in enumerate(only) if parameter.name in converted]
    positional = [converted.pop(p.name, p.default) for p in only[: max(given, default=-1) + 1]]
    return positional, converted


def _check_names(parameters: dict[str, Parameter], arguments: dict[str, Any]) -> None:
    variable = (VAR_POSITIONAL, VAR_KEYWORD)
    known = {name for name, parameter in parameters.items() if parameter.kind not in variable}
    takes_any = any(parameter.kind == VAR_KEYWORD for parameter in parameters.values())
    for name in arguments:
        if name not in known and not takes_any:
            raise Refused("unknown_argument", f"the function takes no argument `{name}`")
    for name in parameters:
        if name in known and name not in arguments and parameters[name].default is Empty:
            raise Refused("missing_argument", f"the function needs the argument `{name}`")


def _convert(target: Target, name: str, value: Any) -> Any:
    converter = target.converters.get(name)
    if converter is None:
        return value
    if value is None and target.parameters is not None and target.parameters[name].default is None:
        return None  # `day: date = None`, as people write it
    try:
        return converter(value)
    except Exception as error:  # validators of the library's own models may raise anything
        raise Refused("argument_type", f"`{name}`: {printable(error)}") from None


def _by_position(arguments: dict[str, Any], order: list[str]) -> list[Any]:
    for name in arguments:
        if name not in order:
            raise Refused("unknown_argument", f"the function takes no argument `{name}`")
    given = [name in arguments for name in order]
    if False in given and any(given[given.index(False) :]):
        missing = order[given.index(False)]
        raise Refused("missing_argument", f"`{missing}` must be given: the function takes arguments by position only")
    return [arguments[name] for name in order if name in arguments]


def warm(library: Library) -> None:
    """Run what a child runs until the interpreter has adapted its code: else each child would do so by itself."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    library.targets[""] = prepare(_nothing)
    for result in [1, 1.5, "text", True, {"in": [1, None, "text"]}] * 16:
        content: Any = ("", {"result": result}, ["result"])
        run(library, dumps(content), 1000, nothing, _go_on)
    del library.targets[""]
    os.close(nothing)


def _nothing(result: Any = 0) -> Any:
    return result


def _go_on(status: int) -> None:
    pass
