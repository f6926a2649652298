"""Doctest examples of a function, read as arguments of sensible calls.

`>>> area(2, unit="m")` is a call that a person wrote and that works: it is kept as `{"side": 2, "unit": "m"}`. Nothing
is executed: only literals count, names that an earlier line bound to a literal, and dates. Examples that raise are left
out.
"""

import ast
import datetime
import doctest
import inspect
from collections.abc import Iterator
from typing import Any

from apigen.records import Json, canonical_json
from apigen.sources.introspection.hints import fits

MAX_EXAMPLES = 5
_DATES = {"date": datetime.date, "datetime": datetime.datetime, "time": datetime.time}


def examples_in(
    texts: list[str], name: str, signature: inspect.Signature, parameters: dict[str, Json]
) -> list[dict[str, Json]]:
    """Arguments of the doctest calls of `name`, valid under `parameters`, without repetition, five at most.

    Args:
        texts: docstrings to search, in order of trust.
        name: the function's name, called bare or as `module.name`.
        signature: maps positional arguments to names.
        parameters: the JSON Schema that arguments must fit.
    """
    found: dict[str, dict[str, Json]] = {}
    for text in texts:
        for call, bound in _calls(text, name):
            arguments = _arguments(call, bound, signature)
            text_of = canonical_json(arguments) if arguments else ""
            if arguments and text_of not in found and fits(arguments, parameters):
                found[text_of] = arguments
            if len(found) == MAX_EXAMPLES:
                return list(found.values())
    return list(found.values())


def _calls(text: str, name: str) -> Iterator[tuple[ast.Call, dict[str, Any]]]:
    """Each call of `name` with the literals that names are bound to at that point."""
    bound: dict[str, Any] = {}
    for source in _sources(text):
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node.func) == name and not _is_method(node.func, bound):
                yield node, dict(bound)
        for statement in tree.body:
            _bind(statement, bound)


def _sources(text: str) -> list[str]:
    try:
        return [example.source for example in doctest.DocTestParser().get_examples(text) if example.exc_msg is None]
    except ValueError:  # malformed prompts or indentation
        return []


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name | ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_method(function: ast.expr, bound: dict[str, Any]) -> bool:
    """Whether it is a method of a literal, such as `words.count`, and not `module.count`."""
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id in bound


def _bind(statement: ast.stmt, bound: dict[str, Any]) -> None:
    """Follow `name = literal`; any other assignment to a name makes it unknown."""
    if not isinstance(statement, ast.Assign):
        return
    for target in statement.targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                bound.pop(node.id, None)
    if len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        try:
            bound[statement.targets[0].id] = _value(statement.value, bound)
        except (ValueError, TypeError):
            return


def _arguments(call: ast.Call, bound: dict[str, Any], signature: inspect.Signature) -> dict[str, Json] | None:
    """The call's arguments by parameter name, as JSON; None if they are not all known or do not bind."""
    try:
        positional = [_value(node, bound) for node in call.args]
        named = {keyword.arg: _value(keyword.value, bound) for keyword in call.keywords if keyword.arg}
        if len(named) < len(call.keywords):  # **options
            return None
        arguments = signature.bind(*positional, **named).arguments
        flexible = {p.name for p in signature.parameters.values() if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
        if flexible & arguments.keys():
            return None
        plain: dict[str, Json] = {name: _json(value) for name, value in arguments.items()}
        canonical_json(plain).encode()
    except (ValueError, TypeError, RecursionError):
        return None
    return plain


def _value(node: ast.expr, bound: dict[str, Any]) -> Any:
    if isinstance(node, ast.Name) and node.id in bound:
        return bound[node.id]
    if isinstance(node, ast.Call) and not node.keywords and _called(node.func) in _DATES:
        return _DATES[_called(node.func)](*(ast.literal_eval(part) for part in node.args)).isoformat()
    if isinstance(node, ast.Call) and _called(node.func) == "Decimal" and len(node.args) == 1:
        return float(ast.literal_eval(node.args[0]))
    return ast.literal_eval(node)


def _json(value: Any) -> Json:
    """Tuples and sets as lists, as JSON has it.

    Raises:
        ValueError: the value is no JSON value.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if isinstance(value, set):
        return sorted((_json(item) for item in value), key=canonical_json)
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _json(item) for key, item in value.items()}
    raise ValueError(f"{type(value).__name__} is no JSON value")
