"""The operations of a document, one after another, in one form for OpenAPI 3.x and Swagger 2.0.

References to path items, parameters and bodies are followed here; schemas are left as written (`schemas` expands them).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from apigen.reasons import Reason
from apigen.records import Json
from apigen.sources.documents import UnusableDocument
from apigen.sources.openapi import swagger2
from apigen.sources.openapi.reading import Fault, shown
from apigen.sources.openapi.references import Located, References

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
CALLED = ("get", "put", "post", "delete", "options", "head", "patch")
SAFE = frozenset({"get", "head", "options"})
IDEMPOTENT = SAFE | {"put", "delete"}

_IGNORED_HEADERS = frozenset({
    "accept", "content-type", "authorization", "host", "content-length", "connection", "transfer-encoding",
    "proxy-authorization", "cookie", "user-agent", "accept-encoding", "keep-alive", "te", "trailer", "upgrade",
    "expect", "content-encoding", "origin", "proxy-connection", "x-http-method-override", "x-http-method",
    "x-method-override", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-original-url",
    "x-rewrite-url", "x-real-ip",
})  # fmt: skip
_CREDENTIALS = re.compile(
    r"(?i)(x[-_])?(api[-_]?key|auth[-_]?token|access[-_]?token|authorization|client[-_]?secret|app[-_]?key|password)"
    r"|x-amz-(security-token|signature|credential|date|algorithm|signedheaders|content-sha256)"
)
_SAFETY_HINTS = {"x-readonly": True, "x-read-only": True, "x-openai-isconsequential": False}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Operation(NamedTuple):
    """One method of one path. `node` is the operation object, `item` the path item, both as the document has them."""

    method: str
    path: str
    node: Mapping[str, Json]
    item: Mapping[str, Json]
    base: str

    @property
    def shown(self) -> str:
        return f"{self.method.upper()} {self.path}"


class BadOperation(NamedTuple):
    """A place where an operation should be, and what is wrong there."""

    shown: str
    problem: UnusableDocument


class Parameter(NamedTuple):
    """A parameter outside of the body. `media` is its media type if it is serialised as a whole, else empty."""

    name: str
    location: str
    written: Mapping[str, Json]
    schema: Json
    base: str
    required: bool
    media: str = ""


class Body(NamedTuple):
    """A request body: one media type of those that the document allows."""

    content_type: str
    media: Mapping[str, Json]
    base: str
    required: bool
    description: str
    name: str


def operations(document: Mapping[str, Json], references: References) -> Iterator[Operation | BadOperation]:
    """All operations below `paths`, in the order of the document."""
    paths = document.get("paths")
    for path, written in paths.items() if isinstance(paths, dict) else ():
        if path.lower().startswith("x-"):
            continue
        try:
            item = references.followed(Located(written, references.uri))
            if not isinstance(item.node, dict):
                raise UnusableDocument(Reason.unparsable, f"the path is `{shown(item.node)}`, not an object")
        except UnusableDocument as problem:
            yield BadOperation(path, problem)
            continue
        own = written if isinstance(written, dict) else {}
        yield from _of_item(path, {**item.node, **{k: v for k, v in own.items() if k != "$ref"}}, item.base)


def _of_item(path: str, item: dict[str, Json], base: str) -> Iterator[Operation | BadOperation]:
    for key, node in item.items():
        method = key.lower()
        if method not in METHODS:
            continue
        if isinstance(node, dict):
            yield Operation(method, path, node, item, base)
        elif node is not None:
            problem = f"the operation is `{shown(node)}`, not an object"
            yield BadOperation(f"{method.upper()} {path}", UnusableDocument(Reason.unparsable, problem))


def is_safe(operation: Operation) -> bool:
    """Whether the operation only reads: by its method; a hint may say so of a POST, or deny it of any."""
    for key, value in operation.node.items():
        if key.lower() in _SAFETY_HINTS and isinstance(value, bool):
            reads = value == _SAFETY_HINTS[key.lower()]
            return reads and (operation.method in SAFE or operation.method == "post")
    return operation.method in SAFE


class Reader:
    """Reads the parameters, bodies and responses of a document's operations.

    Args:
        injected: names of credentials by location, from the source's own settings.
    """

    def __init__(self, document: Mapping[str, Json], references: References, injected: set[tuple[str, str]]) -> None:
        self.document = document
        self.references = references
        self.is_swagger2 = "swagger" in document
        self.credentials = injected | set(self._credentials())

    def _credentials(self) -> Iterator[tuple[str, str]]:
        """Location and name of the parameters that security schemes fill."""
        components = self.document.get("components")
        holder = components.get("securitySchemes") if isinstance(components, dict) else None
        schemes = self.document.get("securityDefinitions") if self.is_swagger2 else holder
        for written in schemes.values() if isinstance(schemes, dict) else ():
            try:
                scheme = self.references.followed(Located(written, self.references.uri)).node
            except UnusableDocument:
                continue
            if isinstance(scheme, dict) and scheme.get("type") == "apiKey":
                yield str(scheme.get("in")).lower(), str(scheme.get("name")).lower()

    def parameters(self, operation: Operation, notes: list[str]) -> tuple[list[Parameter], Body | None]:
        """The parameters, those of the path item overridden by the operation's, and the body.

        Raises:
            UnusableDocument: one that a call must give cannot be read.
        """
        found = self._by_name(operation, notes)
        if self.is_swagger2:
            consumes = operation.node.get("consumes", self.document.get("consumes"))
            in_body = [part for part in found if part.node["in"] in ("body", "formData")]
            body = swagger2.request_body([part.node for part in in_body], consumes)
            found = [part for part in found if part.node["in"] not in ("body", "formData")]
            base = in_body[0].base if in_body else operation.base
            return self._usable(found, notes), self._body(Located(body, base), notes)
        return self._usable(found, notes), self._body(Located(operation.node.get("requestBody"), operation.base), notes)

    def _by_name(self, operation: Operation, notes: list[str]) -> list[Located]:
        found: dict[tuple[str, str], Located] = {}
        for holder in (operation.item, operation.node):
            listed = holder.get("parameters")
            if isinstance(listed, Fault):
                raise UnusableDocument(Reason.unparsable, f"the parameters: {listed.text}")
            for written in listed if isinstance(listed, list) else ():
                part = self.references.followed(Located(written, operation.base))
                node = part.node
                if not isinstance(node, dict) or not all(isinstance(node.get(key), str) for key in ("name", "in")):
                    if isinstance(node, dict) and node.get("required") is not True and node.get("in") != "path":
                        notes.append(f"left out, being optional: a parameter without name or place, {shown(node)}")
                        continue
                    raise UnusableDocument(
                        Reason.unparsable, f"`{shown(node)}` is no parameter with a name and a place"
                    )
                found[node["in"], node["name"]] = part
        return list(found.values())

    def _usable(self, parts: list[Located], notes: list[str]) -> list[Parameter]:
        found = []
        for part in parts:
            name, location = part.node["name"], part.node["in"].lower()
            if self._is_credential(name, location):
                notes.append(f"the credential `{name}` is no argument: it is sent as `auth` of the source says")
            elif location == "header" and name.lower() in _IGNORED_HEADERS:
                notes.append(f"the header `{name}` is no argument")
            elif location in ("path", "query") or (location in ("header", "cookie") and _TOKEN.fullmatch(name)):
                found.append(self._parameter(name, location, part))
            elif part.node.get("required") is True:
                problem = f"the required parameter `{name}` stands in `{location}`, which is not supported"
                raise UnusableDocument(Reason.unsupported_signature, problem)
            else:
                notes.append(f"left out, being optional: {name} stands in `{location}`")
        return found

    def _is_credential(self, name: str, location: str) -> bool:
        if location == "path":
            return False
        return (location, name.lower()) in self.credentials or _CREDENTIALS.fullmatch(name) is not None

    def _parameter(self, name: str, location: str, part: Located) -> Parameter:
        node = swagger2.parameter(part.node) if self.is_swagger2 else part.node
        required = node.get("required") in (True, "true") or location == "path"
        content = node.get("content")
        if "schema" not in node and isinstance(content, dict) and content:
            media, inner = next(iter(content.items()))
            schema = inner.get("schema", {}) if isinstance(inner, dict) else {}
            return Parameter(name, location, node, schema, part.base, required, media)
        own = {key: node[key] for key in ("type", "enum", "format", "items", "default", "pattern") if key in node}
        return Parameter(name, location, node, node.get("schema", own), part.base, required)

    def _body(self, written: Located, notes: list[str]) -> Body | None:
        if written.node is None:
            return None
        part = self.references.followed(written)
        if not isinstance(part.node, dict) or not isinstance(part.node.get("content"), dict):
            raise UnusableDocument(Reason.unparsable, f"`{shown(part.node)}` is no request body with a content")
        required = part.node.get("required") is True
        offered = {kind.split(";")[0].strip().lower(): kind for kind in part.node["content"]}
        kind = next((offered[kind] for kind in sorted(offered, key=_preference) if _preference(kind) < _NONE), None)
        if kind is None:
            if not required:
                notes.append(f"left out, being optional: a body of type {', '.join(offered) or '(none)'}")
                return None
            problem = f"the body is {', '.join(offered) or 'of no type'}; JSON, forms, text, XML and files can be sent"
            raise UnusableDocument(Reason.unsupported_type, problem)
        media = self.references.followed(Located(part.node["content"][kind], part.base))
        content_type = "application/json" if form_of(kind) == "any" else kind
        name = part.node.get("x-name")
        text = part.node.get("description")
        return Body(
            content_type=content_type,
            media=media.node if isinstance(media.node, dict) else {},
            base=media.base,
            required=required,
            description=text if isinstance(text, str) else "",
            name=name if isinstance(name, str) and name else "body",
        )

    def response(self, operation: Operation) -> tuple[str, Located] | None:
        """Media type and schema of the result: of the first of 200, 201, other 2xx and `default` that has one."""
        responses = operation.node.get("responses")
        if self.is_swagger2:
            responses = self._swagger2_responses(operation)
        if not isinstance(responses, dict):
            return None
        order = ("200", "201", *sorted(key for key in responses if re.fullmatch(r"2[0-9Xx]{2}", key)), "default")
        for status in dict.fromkeys(order):
            try:
                part = self.references.followed(Located(responses.get(status), operation.base))
            except UnusableDocument:
                continue
            written = part.node.get("content") if isinstance(part.node, dict) else None
            content: dict[str, Json] = written if isinstance(written, dict) else {}
            for kind in sorted(content, key=_preference):
                if isinstance(content[kind], dict) and "schema" in content[kind]:
                    return kind, Located(content[kind]["schema"], part.base)
        return None

    def _swagger2_responses(self, operation: Operation) -> dict[str, Json]:
        written = operation.node.get("responses")
        followed: dict[str, Any] = {}
        for status, response in written.items() if isinstance(written, dict) else ():
            try:
                followed[status] = self.references.followed(Located(response, operation.base)).node
            except UnusableDocument:
                continue
        return swagger2.responses(followed, operation.node.get("produces", self.document.get("produces")))


def form_of(kind: str) -> str:
    """What a media type is to those who fill it: `json`, `any`, `form`, `multipart`, `text`, `xml`, `file` or none."""
    kind = kind.split(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json") or kind == "text/json":
        return "json"
    if kind in ("application/xml", "text/xml") or kind.endswith("+xml"):
        return "xml"
    forms = {"application/x-www-form-urlencoded": "form", "multipart/form-data": "multipart"}
    if kind in forms or kind in ("*/*", "application/*"):
        return forms.get(kind, "any")
    if kind.startswith("text/"):
        return "text"
    return "file" if "/" in kind and not kind.startswith(("multipart/", "message/")) else ""


_FORMS = ("json", "any", "form", "multipart", "text", "xml", "file")
_NONE = 99


def _preference(kind: str) -> int:
    """The order in which media types are chosen: JSON proper, other JSON, forms, text, XML, files; `_NONE` never."""
    form = form_of(kind)
    if kind.split(";")[0].strip().lower() == "application/json":
        return -1
    return _FORMS.index(form) if form else _NONE
