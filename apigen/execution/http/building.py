"""An operation and a call's arguments as one request.

A model fills parameters, never scheme, host or the path's own segments: what it writes is percent-encoded, and what
would still lead elsewhere (`..` as a segment, a line break in a header, a header that steers the connection) is
refused.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from apigen.execution.http import styles
from apigen.execution.http.bodies import body_of, whole_of
from apigen.execution.http.failures import Unmade, blocked
from apigen.execution.http.operation import Argument, Operation, Origin
from apigen.reasons import Reason
from apigen.records import Json

PLACEHOLDER = re.compile(r"\{[+#./;?&]?([^{}]*?)\*?\}")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
NO_HEADER_TEXT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
URL_SAFE = "/:@!$&'()*+,;=-._~%?[]"
COOKIE_SAFE = "!#$&'()*+-./:<=>?@[]^_`{|}~"
FRAMING = frozenset({"host", "connection", "content-length", "transfer-encoding", "upgrade"})
# Headers that steer the connection or the server's choice of host, method or user.
STEERING = frozenset(
    """
    host connection keep-alive te trailer upgrade expect content-length transfer-encoding content-encoding
    authorization cookie origin proxy-authorization proxy-connection x-http-method-override x-http-method
    x-method-override forwarded x-forwarded-for x-forwarded-host x-forwarded-proto x-original-url x-rewrite-url
    x-real-ip
    """.split()  # noqa: SIM905
)


Fill = Callable[[re.Match[str]], str]


class Request(NamedTuple):
    """A request without its secrets; path and query are encoded."""

    method: str
    origin: Origin
    path: str
    query: str
    headers: dict[str, str]
    body: bytes | None


def build(operation: Operation, arguments: Mapping[str, Json], schemas: Mapping[str, Mapping[str, Json]]) -> Request:
    """The request of a call.

    Args:
        schemas: the schema of each argument, for whole numbers and files.

    Raises:
        Unmade: the arguments cannot be put into it.
    """
    unknown = [name for name in arguments if name not in operation.arguments and name != whole_of(operation)]
    if unknown:
        raise Unmade(Reason.unknown_argument, f"`{unknown[0]}` has no place in {operation.method} {operation.path}")
    given = {name: _whole_number(value, schemas.get(name, {})) for name, value in arguments.items()}
    try:
        path, rest = _filled(operation, given)
        query = _query(operation, given, rest)
        headers = _headers(operation, given)
        body, content_type = body_of(operation, given, schemas)
    except (UnicodeEncodeError, RecursionError) as error:
        raise Unmade(Reason.invalid_value, f"an argument cannot be written as UTF-8: {error}"[:200]) from None
    if content_type:
        headers["Content-Type"] = content_type
    return Request(operation.method, operation.origin, path, query, headers, body)


def _whole(operation: Operation) -> str | None:
    return operation.body.whole if operation.body else None


def _placed(operation: Operation, given: Mapping[str, Json], place: str) -> Iterable[tuple[Argument, Json]]:
    for name, value in given.items():
        argument = operation.arguments.get(name)
        if argument and argument.place == place and name != whole_of(operation):
            yield argument, value


def _whole_number(value: Json, schema: Mapping[str, Json]) -> Json:
    """5.0 is an integer to JSON Schema, and to few servers."""
    if isinstance(value, float) and value.is_integer() and schema.get("type") in ("integer", ["integer", "null"]):
        return int(value)
    return value


def _filled(operation: Operation, given: Mapping[str, Json]) -> tuple[str, str]:
    """Path and query of the URL, with the arguments in place of their names."""
    texts: dict[str, str] = {}
    for argument, value in _placed(operation, given, "path"):
        if value is not None and value != "" and value != [] and value != {}:
            texts[argument.name] = styles.in_path(value, argument.name, *argument.written)

    def fill(match: re.Match[str]) -> str:
        if match[1] not in texts:
            raise Unmade(Reason.missing_argument, f"`{match[1]}` in the path {operation.path} has no value")
        return texts[match[1]]

    segments = [_segment(segment, fill) for segment in operation.path.split("/")]
    return "/".join(segments), _between(operation.query, fill)


def _segment(template: str, fill: Fill) -> str:
    segment = _between(template, fill)
    if segment != template and unquote(segment) in (".", ".."):
        raise Unmade(Reason.invalid_value, f"`{unquote(segment)}` as a part of the path would lead to another path")
    return segment


def _between(template: str, fill: Fill) -> str:
    """The template with its placeholders filled, and the text between them made fit for a URL."""
    parts, end = [], 0
    for match in PLACEHOLDER.finditer(template):
        parts += [quote(template[end : match.start()], safe=URL_SAFE), fill(match)]
        end = match.end()
    return "".join([*parts, quote(template[end:], safe=URL_SAFE)])


def _query(operation: Operation, given: Mapping[str, Json], rest: str) -> str:
    pairs: list[tuple[str, str]] = []
    for argument, value in _placed(operation, given, "query"):
        encode = styles.lenient if argument.allow_reserved else styles.encoded
        pairs += styles.in_query(value, argument.name, *argument.written, encode)
    fixed = [
        pair for name, value in operation.fixed.query.items() for pair in styles.in_query(value, name, "form", True)
    ]
    kept = {name for name, _ in fixed} | {
        auth.name for auth in operation.policy.auth if auth.kind == "api_key" and auth.place == "query"
    }
    for name, _ in pairs:
        if name in kept:
            raise blocked(f"the query's `{name}` is set by the source, not by the call")
    return "&".join(filter(None, [rest, *(f"{styles.encoded(name)}={value}" for name, value in fixed + pairs)]))


def _headers(operation: Operation, given: Mapping[str, Json]) -> dict[str, str]:
    """The headers that the source sets and those that are arguments, cookies among them."""
    headers = _set_by_source(operation)
    kept = {auth.name.lower() for auth in operation.policy.auth if auth.kind == "api_key" and auth.place == "header"}
    kept |= {name.lower() for name in headers}
    for argument, value in _placed(operation, given, "header"):
        if argument.name.lower() in STEERING | kept:
            raise blocked(f"the header `{argument.name}` is not a call's to set")
        if value is not None:
            headers[argument.name] = styles.in_header(value, *argument.written)
    cookies = [pair for a, value in _placed(operation, given, "cookie") for pair in _cookies(a, value, operation)]
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    return {_header_name(name): header_text(name, value) for name, value in headers.items()}


def _set_by_source(operation: Operation) -> dict[str, str]:
    """The headers that the user wants, and those that the API's document wants."""
    wanted = {name.lower(): (name, value) for name, value in operation.policy.headers.items()}
    fixed = {name.lower(): (name, value) for name, value in operation.fixed.header.items()}
    for name in [*(wanted.keys() & FRAMING), *(fixed.keys() & STEERING)]:
        raise blocked(f"the header `{name}` is not a source's to set")
    return dict((wanted | fixed).values())


def _cookies(argument: Argument, value: Json, operation: Operation) -> list[str]:
    style, explode = argument.written
    found = styles.in_query(value, argument.name, style, explode, lambda text: quote(text, safe=COOKIE_SAFE))
    kept = {auth.name for auth in operation.policy.auth if auth.kind == "api_key" and auth.place == "cookie"}
    for name, _ in found:
        if name in kept or not TOKEN.fullmatch(name):
            raise blocked(f"the cookie `{name[:60]}` is not a call's to set")
    return [f"{name}={text}" for name, text in found]


def _header_name(name: str) -> str:
    if not TOKEN.fullmatch(name):
        raise blocked(f"`{name[:60]}` is no name of a header")
    return name


def header_text(name: str, value: str) -> str:
    """The value of a header, without spaces around it.

    Raises:
        Unmade: it holds a line break or another control character.
    """
    if NO_HEADER_TEXT.search(value):
        raise Unmade(Reason.invalid_value, f"the header `{name}` cannot hold a line break or control character")
    value.encode()
    return value.strip(" \t")
