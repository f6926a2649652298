"""Paths as documents write them → templates that a call can fill."""

import re
from typing import NamedTuple
from urllib.parse import parse_qsl

_VARIABLE = re.compile(r"{[+/;.]?([^{}?&*+]+)[*+]?}")


class Route(NamedTuple):
    """The path as it is called: its template, and what stood in a query string behind it."""

    template: str
    variables: tuple[str, ...]
    reserved: frozenset[str]
    query_variables: dict[str, str]
    fixed_query: dict[str, str]


def route(path: str) -> Route:
    """The path without fragment and query string. Fragments only tell operations apart; queries may name parameters."""
    extra = [name.strip(" *") for names in re.findall(r"{[?&]([^{}]*)}", path) for name in names.split(",")]
    head, _, query = re.sub(r"{[?&][^{}]*}", "", path).partition("#")[0].partition("?")
    names = tuple(found[1].strip() for found in _VARIABLE.finditer(head))
    reserved = frozenset(found[1].strip() for found in _VARIABLE.finditer(head) if "+" in found[0])
    pairs = dict(parse_qsl(query.replace("?", "&"), keep_blank_values=True))
    variables = {key: found[1] for key, value in pairs.items() if (found := _VARIABLE.fullmatch(value))}
    return Route(
        template="/" + _VARIABLE.sub(lambda found: "{" + found[1].strip() + "}", head).lstrip("/"),
        variables=tuple(dict.fromkeys(names)),
        reserved=reserved,
        query_variables={**variables, **{name: name for name in extra}},
        fixed_query={key: value for key, value in pairs.items() if key not in variables and "{" not in value},
    )
