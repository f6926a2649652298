"""Components: what YAML names by `_target_`. A component's fields are its config keys; one public verb does its work.

`build` turns plain data (already resolved, no OmegaConf) into components. Nested mappings with a `_target_` are built
too, wherever they stand. All mistakes of a configuration are collected and raised as one `ConfigError`.

Only classes below `apigen.`, or below a prefix listed in the environment variable `APIGEN_ALLOW_TARGETS`
(comma-separated), may be named: a YAML file must not be able to run arbitrary code.
"""

import difflib
import importlib
import inspect
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from apigen.errors import ConfigError, UserError

ALLOW_VARIABLE = "APIGEN_ALLOW_TARGETS"
LISTED = 60
"""Names are listed up to this number."""


class Component(BaseModel):
    """Base of everything that YAML names: frozen, closed to unknown keys, no coercion of text to numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, validate_default=True)


def build(config: Any, key: str = "") -> Any:
    """Build the components in `config`.

    Args:
        config: plain data: dict, list, str, int, float, bool or None.
        key: where it stands in the configuration, for messages.

    Returns:
        The same structure with every mapping that has `_target_` replaced by its component.

    Raises:
        ConfigError: with every mistake found, each with its place and what is allowed there.
    """
    problems: list[str] = []
    built = _build(config, key, problems)
    if problems:
        where = "" if len(problems) == 1 else f"{len(problems)} mistakes:\n  "
        raise ConfigError(
            "The configuration is wrong: " + where + "\n  ".join(problems),
            remedy="`apigen generate --cfg job` prints what was composed; docs/configuration.md lists all keys",
        )
    return built


def _build(node: Any, key: str, problems: list[str]) -> Any:
    if isinstance(node, list):
        return [_build(item, f"{key}[{i}]", problems) for i, item in enumerate(node)]
    if not isinstance(node, dict):
        return node
    values: dict[str, Any] = {}
    broken: set[str] = set()
    for name, item in node.items():
        before = len(problems)
        if name != "_target_":
            values[name] = _build(item, _join(key, name), problems)
        if len(problems) > before:
            broken.add(name)
    if "_target_" not in node:
        return values
    try:
        target = _locate(node["_target_"], key)
    except ConfigError as error:
        problems.append(str(error).replace("\n", "\n    "))
        return None
    return _construct(target, values, key, problems, broken)


def _construct(target: type[Component], values: dict[str, Any], key: str, problems: list[str], broken: set[str]) -> Any:
    """The component; with `broken` parts, which are reported already, it only serves to find further mistakes."""
    values = {name: value for name, value in values.items() if name not in broken or name not in target.model_fields}
    try:
        built = target.model_validate(values)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            fresh = detail["type"] == "extra_forbidden" or (detail["loc"] and detail["loc"][0] not in broken)
            if not broken or fresh:
                problems.append(_advice(target, detail, key, values))
        return None
    except UserError as error:
        problems.append(f"{key or 'top level'}: " + str(error).replace("\n", "\n    "))
        return None
    problems.extend(_coerced(values, built, key))
    return built


def _coerced(given: Any, built: Any, key: str) -> Iterator[str]:
    """Values that became another type on the way: "5" is no number, and true is not 1."""
    if isinstance(given, dict):
        fields = built.__dict__ if isinstance(built, BaseModel) else built
        for name, value in given.items() if isinstance(fields, dict) else ():
            yield from _coerced(value, fields.get(name, value), _join(key, str(name)))
    elif isinstance(given, list) and isinstance(built, list | tuple) and len(given) == len(built):
        for index, (value, item) in enumerate(zip(given, built, strict=True)):
            yield from _coerced(value, item, f"{key}[{index}]")
    elif isinstance(given, str | bool | float) and isinstance(built, bool | int | float):
        if type(given) is not type(built):
            yield f"{key}: should be {_kind(built)} (is {given!r})"
    elif isinstance(given, int) and isinstance(built, bool):
        yield f"{key}: should be {_kind(built)} (is {given!r})"


def _kind(value: Any) -> str:
    return "true or false" if isinstance(value, bool) else "an integer" if isinstance(value, int) else "a number"


def _locate(name: Any, key: str) -> type[Component]:
    """The component class called `name`, if it may be used."""
    where = f"{key}._target_" if key else "_target_"
    if not isinstance(name, str) or "." not in name:
        raise ConfigError(f"{where}: `{name}` is not a dotted class name")
    allowed = ("apigen", *filter(None, (p.strip().rstrip(".") for p in os.environ.get(ALLOW_VARIABLE, "").split(","))))
    if not any(name.startswith(prefix + ".") for prefix in allowed):
        raise ConfigError(
            f"{where}: `{name}` is outside the packages that may be named here ({', '.join(allowed)})",
            remedy=f"{ALLOW_VARIABLE}={name.split('.')[0]} apigen …   (only for code that you trust)",
        )
    module_name, _, class_name = name.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # a module of the user's may fail in any way
        raise ConfigError(f"{where}: module `{module_name}` cannot be imported: {error}") from error
    target = getattr(module, class_name, None)
    if not (isinstance(target, type) and issubclass(target, Component)):
        known = [n for n in {*vars(module), *getattr(module, "__all__", ())} if _usable(getattr(module, n, None))]
        raise ConfigError(f"{where}: `{module_name}` has no component `{class_name}`{suggestion(class_name, known)}")
    if not _usable(target):
        raise ConfigError(f"{where}: `{name}` is a base class; name one of its implementations")
    return target


def _usable(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Component) and not inspect.isabstract(value)


def suggestion(name: str, known: Sequence[str]) -> str:
    """`; did you mean …?` with the nearest of `known`, or the list of them if it is no longer than anybody reads."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean `{near[0]}`?"
    return f"; there are: {', '.join(sorted(known))}" if 0 < len(known) <= LISTED else ""


def _advice(target: type[Component], detail: Mapping[str, Any], key: str, values: Mapping[str, Any]) -> str:
    """One pydantic error as one line of advice."""
    place = key
    for part in detail["loc"]:
        if not (isinstance(part, str) and part not in values and part not in target.model_fields and place != key):
            place = f"{place}[{part}]" if isinstance(part, int) else _join(place, str(part))
    if detail["type"] == "extra_forbidden":
        *path, name = map(str, detail["loc"])
        place = place if place.rpartition(".")[2] == name else _join(place, name)
        return f"{place}: no such key{suggestion(name, _fields(target, path))}"
    if detail["type"] == "missing":
        return f"{place}: a value is required"
    message = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    given = detail.get("input")
    shown = "" if isinstance(given, dict | Component) else f" (is {given!r})"
    return (
        f"{place or 'top level'}: should be {message}{shown}"
        if "Input should be" in detail["msg"]
        else (f"{place or 'top level'}: {message}{shown}")
    )


def _fields(target: type[BaseModel], path: Sequence[str]) -> list[str]:
    """The keys of the part of `target` that `path` leads to; none if that is no plain part of it."""
    for name in path:
        part = target.model_fields[name].annotation if name in target.model_fields else None
        if not (isinstance(part, type) and issubclass(part, BaseModel)):
            return []
        target = part
    return list(target.model_fields)


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
