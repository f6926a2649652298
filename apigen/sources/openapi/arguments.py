"""Path, query, header, cookie and body parameters → one flat object of arguments, and where each one travels.

An object as the body is flattened to its properties; any other body is one argument. A name that is taken gets its
place as a suffix. A schema that is too large for a model to read is expanded again with less of what is optional.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from apigen.reasons import Reason
from apigen.records import Json
from apigen.sources.documents import UnusableDocument
from apigen.sources.openapi.keywords import plain
from apigen.sources.openapi.operations import Body, Parameter, form_of
from apigen.sources.openapi.parts import Limits, Part, TooManyNodes, file_schema, is_file
from apigen.sources.openapi.references import References
from apigen.sources.openapi.routes import Route
from apigen.sources.openapi.schemas import Expansion
from apigen.sources.openapi.signature import Argument, Signature, finished
from apigen.sources.openapi.wording import argument_name, plain_text, unique
from apigen.sources.openapi.xmlhints import xml_hints

Schema = dict[str, Json]

MAX_CHARS = 30_000
"""Of the parameters of one API as JSON; models do not read more."""

_STEPS = (
    Limits(6, 600, 1000, rounds=1), Limits(5, 400, 300), Limits(4, 300, 200), Limits(3, 200, 100),
    Limits(2, 150, 60), Limits(1, 100, 40), Limits(0, 80, 30, nodes=4000),
)  # fmt: skip
_STYLES = {"path": "simple", "header": "simple", "query": "form", "cookie": "form", "body": "form"}
_KNOWN_STYLES = frozenset(
    {"simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "tabDelimited", "deepObject"}
)
_ORDER = ("path", "query", "header", "cookie")
_FLAT = frozenset({"type", "properties", "required", "additionalProperties", "description", "title", "examples"})


class Request(NamedTuple):
    """What an operation says about its request."""

    route: Route
    parameters: list[Parameter]
    body: Body | None
    name_style: str


def signature(request: Request, references: References) -> Signature:
    """The arguments of an operation, within `MAX_CHARS` if that can be had without a required one.

    Raises:
        UnusableDocument: a required part cannot be expressed, or the whole is too large.
    """
    found = None
    for limits in _STEPS:
        try:
            found = _Flattening(request, references, limits).signature()
        except TooManyNodes:
            continue
        if found.size <= MAX_CHARS:
            return found
    if found is None:
        raise UnusableDocument(Reason.unsupported_type, "the parameters have more parts than can be shown to a model")
    return _shrunk(found)


def _shrunk(found: Signature) -> Signature:
    """Without the largest optional arguments."""
    optional = sorted(
        (argument for argument in found.arguments if not argument.required), key=lambda part: -len(str(part.schema))
    )
    for dropped in optional:
        kept = tuple(argument for argument in found.arguments if argument is not dropped)
        note = f"left out, being optional and large: {dropped.name}"
        found = found._replace(arguments=kept, notes=(*found.notes, note))
        if found.size <= MAX_CHARS:
            return found
    raise UnusableDocument(
        Reason.unsupported_type,
        f"the required parameters are longer than {MAX_CHARS:,} characters, even when shortened",
    )


class _Flattening:
    """One attempt, within given limits."""

    def __init__(self, request: Request, references: References, limits: Limits) -> None:
        self.request = request
        self.references = references
        self.limits = limits
        self.taken: set[str] = set()
        self.arguments: list[Argument] = []
        self.fixed: dict[str, dict[str, str]] = {"header": {}, "query": dict(request.route.fixed_query)}
        self.template = request.route.template
        self.notes: list[str] = []

    def signature(self) -> Signature:
        for parameter in sorted(self.placed(), key=lambda part: _ORDER.index(part.location)):
            self.parameter(parameter)
        body = self.body(self.request.body) if self.request.body else None
        return Signature(tuple(self.arguments), body, self.fixed, self.template, tuple(dict.fromkeys(self.notes)))

    def placed(self) -> Iterator[Parameter]:
        """The parameters in the places that the path gives them, and those that only the path names."""
        route, seen = self.request.route, set()
        in_query = {variable: name for name, variable in route.query_variables.items()}
        for parameter in self.request.parameters:
            if parameter.location == "path" and parameter.name in in_query:
                parameter = parameter._replace(location="query", name=in_query[parameter.name])
            elif parameter.location == "query" and parameter.name in in_query:
                parameter = parameter._replace(name=in_query[parameter.name], required=True)
            elif parameter.location == "path" and parameter.name not in route.variables:
                parameter = self.misplaced(parameter) or parameter._replace(location="")
            if parameter.location:
                seen.add((parameter.location, parameter.name))
                yield parameter
        for name in route.variables:
            if ("path", name) not in seen and "{" + name + "}" in self.template:
                self.notes.append(f"`{name}` of the path is not described in the document: any text")
                yield Parameter(name, "path", {}, {"type": "string"}, self.references.uri, True)
        for name in route.query_variables:
            if ("query", name) not in seen:
                yield Parameter(name, "query", {}, {"type": "string"}, self.references.uri, False)

    def misplaced(self, parameter: Parameter) -> Parameter | None:
        """A path parameter that the template writes as `:name` or in other letters, or does not hold at all."""
        colon = f"/:{parameter.name}"
        if self.template.endswith(colon) or colon + "/" in self.template:
            self.template = (self.template + "/").replace(colon + "/", f"/{{{parameter.name}}}/")[:-1]
            return parameter
        declared = {part.name for part in self.request.parameters if part.location == "path"}
        for name in self.request.route.variables:
            if name.lower() == parameter.name.lower() and name not in declared:
                return parameter._replace(name=name)
        self.notes.append(f"left out: `{parameter.name}` is no part of the path")
        return None

    def parameter(self, parameter: Parameter) -> None:
        wire = self.wire(parameter)
        expansion = Expansion(self.references, self.limits)
        try:
            if not parameter.required and parameter.written.get("deprecated") is True:
                self.notes.append(f"left out, being deprecated: {parameter.name}")
                return
            depth = 0 if parameter.required else 1
            schema = expansion.schema(Part(parameter.schema, parameter.base), parameter.name, depth)
            schema = self.finished(schema, parameter.name, expansion)
        except UnusableDocument as problem:
            if parameter.required:
                raise
            self.notes.append(f"left out, being optional: {problem}")
            return
        schema = _as_text(schema) if not parameter.media else schema
        if text := plain_text(parameter.written.get("description"), self.limits.text):
            schema = {**schema, "description": text}
        if parameter.required and self.is_fixed(parameter, schema):
            return
        name = self.named(parameter.name, parameter.location)
        self.arguments.append(Argument(name, schema, parameter.required, wire, _examples(parameter.written)))

    def wire(self, parameter: Parameter) -> dict[str, Json]:
        """Where a parameter travels, and how it is written there."""
        written, default = parameter.written, _STYLES[parameter.location]
        style, explode = _style(written, default)
        if parameter.media:
            style, explode = ("json" if "json" in parameter.media else default), False
        found: dict[str, Json] = {"in": parameter.location, "name": parameter.name, "style": style, "explode": explode}
        if written.get("allowReserved") is True or parameter.name in self.request.route.reserved:
            found["allowReserved"] = True
        return found

    def is_fixed(self, parameter: Parameter, schema: Schema) -> bool:
        """Whether the document allows one value only, which is sent without asking a model for it."""
        values = schema.get("enum")
        if not isinstance(values, list) or len(values) != 1 or not isinstance(values[0], str | int | float):
            return False
        if parameter.location not in self.fixed:
            return False
        value = values[0]
        self.fixed[parameter.location][parameter.name] = json.dumps(value) if isinstance(value, bool) else str(value)
        self.notes.append(f"`{parameter.name}` is always `{value}`")
        return True

    def named(self, wire: str, location: str) -> str:
        """The argument's name, with its place as a suffix if another argument has that name."""
        name = argument_name(wire, self.request.name_style)
        if name in self.taken:
            name = f"{name[:57]}_{location}"
            self.notes.append(f"`{wire}` in the {location} is called `{name}`, another argument has its name")
        elif name != wire:
            self.notes.append(f"`{wire}` in the {location} is called `{name}`")
        return unique(name, self.taken)

    def body(self, body: Body) -> dict[str, Json] | None:
        """The arguments of the body, and the options that say how it is built of them."""
        form = form_of(body.content_type)
        expansion = Expansion(self.references, self.limits, files=form in ("multipart", "file"))
        options: dict[str, Json] = {"content_type": body.content_type, "whole": None, "required": body.required}
        try:
            part = Part(body.media.get("schema", {}), body.base)
            schema = self.finished(expansion.schema(part, body.name, 0 if body.required else 1), body.name, expansion)
            if form == "file" and schema.get("type", "string") != "string":
                raise UnusableDocument(Reason.unsupported_type, f"the body is {body.content_type}, and no text or file")
            if form == "xml" and schema.get("type", "string") != "string":
                options["xml"] = xml_hints(part, self.references)
        except UnusableDocument as problem:
            if body.required:
                raise
            self.notes.append(f"left out, being optional: the body ({problem})")
            return None
        is_form = form in ("form", "multipart")
        if schema.get("type") == "object" and schema.get("properties") and schema.keys() <= _FLAT:
            self.flattened(body, schema)
        elif is_form and not body.required and not schema.get("properties"):
            self.notes.append("the body is a form without fields: none is sent")
            return None
        elif is_form:
            raise UnusableDocument(Reason.unsupported_type, "the body is a form without a plain list of fields")
        else:
            options["whole"] = self.whole(body, schema)
        return options

    def flattened(self, body: Body, schema: Schema) -> None:
        """One argument a property. Properties that the body requires are required even if the body is not."""
        examples = _examples(body.media) or tuple(schema.get("examples", ()))
        encoding = body.media.get("encoding")
        for prop, inner in schema["properties"].items():
            own = encoding.get(prop) if isinstance(encoding, Mapping) else None
            name = self.named(prop, "body")
            wire = {"in": "body", "name": prop, **_encoded(own), **({"file": True} if is_file(inner) else {})}
            given = tuple(example[prop] for example in examples if isinstance(example, dict) and prop in example)
            given = () if is_file(inner) else given  # documents give names of files, or nothing that is one
            self.arguments.append(Argument(name, inner, prop in schema.get("required", ()), wire, given))

    def whole(self, body: Body, schema: Schema) -> str:
        """The one argument that is the body."""
        name, form = self.named(body.name, "body"), form_of(body.content_type)
        text = plain_text(body.description, self.limits.text)
        schema = {"description": text, **schema} if text else schema
        wire: dict[str, Json] = {"in": "body", "name": name, "style": "form", "explode": True}
        if form == "file":
            wire["file"] = True
            schema = file_schema() if is_file(schema) else file_schema(schema.get("description", ""))
        elif form in ("text", "xml"):
            schema = schema if schema.get("type") else {**schema, "type": "string"}
        examples = _examples(body.media) if form != "file" else ()
        self.arguments.append(Argument(name, schema or {"type": "object"}, body.required, wire, examples))
        return name

    def finished(self, schema: Schema, place: str, expansion: Expansion) -> Schema:
        """The schema in valid Draft 2020-12, its notes among the others."""
        schema, notes = finished(schema, place)
        self.notes += [*expansion.notes, *notes]
        return schema


def _as_text(schema: Schema) -> Schema:
    """The schema of a parameter outside of the body: text if it says nothing, and never null, which has no text."""
    if isinstance(schema.get("type"), list) and "null" in schema["type"]:
        names = [name for name in schema["type"] if name != "null"]
        schema = {**schema, "type": names[0] if len(names) == 1 else names} if names else schema
        if isinstance(schema.get("enum"), list):
            schema = {**schema, "enum": [value for value in schema["enum"] if value is not None] or schema["enum"]}
        if schema.get("default", ...) is None:
            schema = {key: value for key, value in schema.items() if key != "default"}
    return schema if schema.keys() & {"type", "enum", "anyOf", "allOf"} else {"type": "string", **schema}


def _encoded(encoding: Json) -> dict[str, Json]:
    """The style of a property of a form."""
    written: Mapping[str, Any] = encoding if isinstance(encoding, Mapping) else {}
    style, explode = _style(written, "form")
    return {"style": style, "explode": explode}


def _style(written: Mapping[str, Any], default: str) -> tuple[str, bool]:
    """Style and explode, with OpenAPI's own defaults for what is not said or not known."""
    style = written.get("style")
    style = style if style in _KNOWN_STYLES else default
    explode = written.get("explode")
    return style, explode if isinstance(explode, bool) else style in ("form", "deepObject")


def _examples(written: Mapping[str, Json]) -> tuple[Json, ...]:
    """The values of `example` and `examples` of a parameter or media type."""
    if "example" in written:
        return (written["example"],) if plain(written["example"]) else ()
    listed = written.get("examples")
    named = (
        [part.get("value") for part in listed.values() if isinstance(part, dict)] if isinstance(listed, dict) else []
    )
    return tuple(value for value in named if value is not None and plain(value))[:3]
