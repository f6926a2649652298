"""Values as texts in paths, queries, headers and cookies: the styles of OpenAPI 3.1 ("Style Values", after RFC 6570).

    style            list, explode false / true      object, explode false / true
    simple           1,2 / 1,2                       a,1,b,2 / a=1,b=2
    label            .1,2 / .1.2                     .a,1,b,2 / .a=1.b=2
    matrix           ;p=1,2 / ;p=1;p=2               ;p=a,1,b,2 / ;a=1;b=2
    form             p=1,2 / p=1&p=2                 p=a,1,b,2 / a=1&b=2
    space-, pipe-, tabDelimited   p=1 2 / p=1&p=2    p=a 1 b 2 / a=1&b=2
    deepObject       p=1&p=2                         p[a]=1&p[b]=2
    json             p=[1,2]                         p={"a":1,"b":2}

Each value is percent-encoded by itself, separators are not. A null is left out.
"""

import json
from collections.abc import Callable, Iterator
from urllib.parse import quote

from apigen.records import Json

Encode = Callable[[str], str]
DELIMITERS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C", "tabDelimited": "%09"}
RESERVED = ":/?@!$'()*,;[]"  # what `allowReserved` leaves as it is; & = + # would make other parameters of it


def encoded(text: str) -> str:
    """Percent-encoded, all but unreserved characters (RFC 3986).

    Raises:
        ValueError: a lone surrogate, which UTF-8 cannot express.
    """
    return quote(text, safe="")


def lenient(text: str) -> str:
    """Percent-encoded, but for reserved characters that cannot end the value."""
    return quote(text, safe=RESERVED)


def as_text(value: Json) -> str:
    """A single value as text: true, 1, 2.5; lists and objects as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def in_path(value: Json, name: str, style: str, explode: bool) -> str:
    """A value for `{name}` in a path."""
    if style == "json":
        return encoded(as_text(value))
    lead, separator, named = {"label": (".", ".", False), "matrix": (";", ";", True)}.get(style, ("", ",", False))
    if not isinstance(value, list | dict):
        return f"{lead}{encoded(name)}={encoded(as_text(value))}" if named else lead + encoded(as_text(value))
    if not explode:
        joined = ",".join(map(encoded, _flat(value)))
        return f"{lead}{encoded(name)}={joined}" if named else lead + joined
    if isinstance(value, dict):
        return lead + separator.join(f"{encoded(k)}={encoded(as_text(v))}" for k, v in value.items())
    items = [encoded(as_text(item)) for item in value]
    return lead + separator.join(f"{encoded(name)}={item}" if named else item for item in items)


def in_query(value: Json, name: str, style: str, explode: bool, encode: Encode = encoded) -> list[tuple[str, str]]:
    """The pairs of a query, form or cookie that hold a value: name (not encoded) and encoded value."""
    if value is None:
        return []
    if style == "json" or not isinstance(value, list | dict):
        return [(name, encode(as_text(value)))]
    if style == "deepObject":
        return [(key, encode(text)) for key, text in _deep(name, value)]
    if not explode:
        return [(name, DELIMITERS.get(style, ",").join(map(encode, _flat(value))))] if value else []
    if isinstance(value, dict):
        return [(key, encode(as_text(item))) for key, item in value.items() if item is not None]
    return [(name, encode(as_text(item))) for item in value]


def in_header(value: Json, style: str, explode: bool) -> str:
    """A value of a header, not encoded; style `simple`."""
    if style == "json" or not isinstance(value, list | dict):
        return as_text(value)
    if isinstance(value, dict) and explode:
        return ",".join(f"{key}={as_text(item)}" for key, item in value.items())
    return ",".join(_flat(value))


def _flat(value: "list[Json] | dict[str, Json]") -> list[str]:
    if isinstance(value, list):
        return [as_text(item) for item in value]
    return [text for key, item in value.items() for text in (key, as_text(item))]


def _deep(name: str, value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _deep(f"{name}[{key}]", item)
    elif isinstance(value, list):
        for item in value:
            yield from _deep(f"{name}[]" if isinstance(item, dict | list) else name, item)
    elif value is not None:
        yield name, as_text(value)
