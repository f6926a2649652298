"""One call, in a child of its own: bind the arguments, convert them, call, clean the result, write the answer.

What an exception of the function means (APIGen, section 3.2: execution failures by kind):

    TypeError                                                    argument_type
    ValueError, ArithmeticError, LookupError and their kin       invalid_value
    MemoryError                                                  memory
    SystemExit, KeyboardInterrupt                                crash
    anything else, RecursionError included                       runtime_error
"""

import json
import sys
from inspect import Parameter
from os import _exit
from time import perf_counter
from typing import Any

from .cleaning import Cleaner, TooLarge, Unserialisable
from .frames import write_all
from .library import Library, Target

MAX_MESSAGE = 500
MARGIN = 4096  # what an answer's other fields may need beside the result, in bytes

# Kept before the library can replace them: a call must not be able to change how its end is told.
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_streams = (sys.stdout, sys.stderr)


class Refused(Exception):
    """The call does not fit the function; the function was not called."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def run(library: Library, request: dict[str, Any], max_result_bytes: int, pipe: int) -> None:
    """Make the call, write what came of it to `pipe`, and end this process. Never returns."""
    try:
        try:
            answer = _answer(library, request, max_result_bytes)
        except MemoryError:
            answer = b'{"reason":"memory","error_type":"MemoryError"}'
        flush()
        write_all(pipe, answer)
    finally:
        _exit(0)


def flush() -> None:
    """Send what was printed on its way."""
    for stream in _streams:
        try:
            stream.flush()
        except BaseException:  # the function may have closed it
            continue


def _answer(library: Library, request: dict[str, Any], max_result_bytes: int) -> bytes:
    try:
        target = library.find(request["target"])
    except BaseException as error:
        return refusal("worker_lost", f"{type(error).__name__}: {printable(error)}")
    return answer_of(target, request["arguments"], request["order"], max_result_bytes)


def answer_of(target: Target, arguments: dict[str, Any], order: list[str], max_result_bytes: int) -> bytes:
    """Call `target` and tell what came of it, as JSON.

    Raises:
        MemoryError: there is not enough to tell it.
    """
    try:
        positional, named = bind(target, arguments, order)
    except Refused as refused:
        return refusal(refused.reason, str(refused))
    started = perf_counter()
    try:
        result = target.function(*positional, **named)
    except BaseException as error:
        return _failure(error, perf_counter() - started)
    duration = perf_counter() - started
    return _success(result, duration, max_result_bytes)


def _success(result: Any, duration: float, max_result_bytes: int) -> bytes:
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


def _failure(error: BaseException, duration: float) -> bytes:
    name = printable(type(error).__name__)
    message = f"the function ended its process by {name}" if reason_of(error) == "crash" else printable(error)
    return refusal(reason_of(error), message, duration, name)


def refusal(reason: str, message: str, duration: float = 0.0, error_type: str = "") -> bytes:
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
    only = [p for p in target.parameters.values() if p.kind is Parameter.POSITIONAL_ONLY]
    given = [number for number, parameter in enumerate(only) if parameter.name in converted]
    positional = [converted.pop(p.name, p.default) for p in only[: max(given, default=-1) + 1]]
    return positional, converted


def _check_names(parameters: dict[str, Parameter], arguments: dict[str, Any]) -> None:
    variable = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    known = {name for name, parameter in parameters.items() if parameter.kind not in variable}
    takes_any = any(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters.values())
    for name in arguments:
        if name not in known and not takes_any:
            raise Refused("unknown_argument", f"the function takes no argument `{name}`")
    for name in parameters:
        if name in known and name not in arguments and parameters[name].default is Parameter.empty:
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
