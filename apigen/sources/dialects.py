"""Schemas as documents write them → JSON Schema (Draft 2020-12).

BFCL writes `dict`, `float` and `HashMap`, Gemini `STRING`, OpenAPI `nullable`, older drafts `items: [...]`; flags such
as `required: true` stand inside the parameter. Whatever is JSON Schema already stays as it is, except that local
`$ref`s are resolved in place, so that a model sees one self-contained document.
"""

from collections.abc import Mapping

from apigen.records import Json
from apigen.sources.defaults import converted, fits, settled
from apigen.sources.typestrings import schema_of

Schema = dict[str, Json]

JSON_TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})
MAX_NODES = 2000
"""Schemas in one document, `$ref`s resolved; beyond it they are left unresolved."""

_DEFINITIONS = ("$defs", "definitions")
_ONE = ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else", "unevaluatedItems")
_MANY = ("anyOf", "oneOf", "allOf", "prefixItems")
_NAMED = ("patternProperties", "dependentSchemas", *_DEFINITIONS)
_TRUE = (True, "true", "True", "yes")


class NotASchema(ValueError):
    """Something that is no schema stands where one should be."""


def parameters_schema(written: Schema, drop_defaults: bool) -> tuple[Schema, list[str]]:
    """The schema of all parameters of a function, and notes on what was changed.

    Args:
        written: the schema as the document has it; the type may be left out.
        drop_defaults: whether a default that does not fit its schema is dropped; otherwise it is kept for admission to
            refuse. Lossless conversions are made in either case.

    Raises:
        NotASchema: a part of it is no schema.
        ValueError: a required parameter is of a type that JSON cannot express; the message begins with its name.
    """
    found, notes = json_schema(written, drop_defaults)
    return {"type": "object", **found, "properties": found.get("properties", {})}, notes


def json_schema(written: Schema, drop_defaults: bool) -> tuple[Schema, list[str]]:
    """Any schema as JSON Schema, and notes; otherwise like `parameters_schema`."""
    dialect = _Dialect(written, drop_defaults)
    return dialect.schema(written), list(dict.fromkeys(dialect.notes))


class _Dialect:
    """Converts the schemas of one document and gathers the notes on it."""

    def __init__(self, root: Mapping[str, Json], drop_defaults: bool) -> None:
        self.root = root
        self.drop_defaults = drop_defaults
        self.notes: list[str] = []
        self.nodes = 0
        self.has_refs = False

    def note(self, place: str, text: str) -> None:
        self.notes.append(f"{place}: {text}" if place else text)

    def schema(self, written: Json, place: str = "", refs: tuple[str, ...] = ()) -> Schema:
        """The schema at `place`, inside of the resolved `refs`."""
        if isinstance(written, bool):
            return {} if written else {"not": {}}
        if not isinstance(written, dict):
            raise NotASchema(f"{place or 'the parameters'}: `{_short(written)}` is not a schema")
        self.nodes += 1
        resolved, refs = self.resolved(written, refs)
        node = self.typed({key: value for key, value in resolved.items() if key not in ("optional", "nullable")}, place)
        self.modernise(node, place)
        self.required(node, place)
        self.parts(node, place, refs)
        self.enum(node, place)
        if resolved.get("nullable") in _TRUE:
            _allow_null(node)
        self.default(node, place)
        return self.without_definitions(node, place)

    def resolved(self, node: Schema, refs: tuple[str, ...]) -> tuple[Schema, tuple[str, ...]]:
        """The node with what its `$ref` names in place of it. A recursive one is left."""
        while isinstance(ref := node.get("$ref"), str):
            target = _pointed(self.root, ref)
            if not isinstance(target, dict) or ref in refs or self.nodes > MAX_NODES:
                self.has_refs = True
                break
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
            refs = (*refs, ref)
        return node, refs

    def without_definitions(self, node: Schema, place: str) -> Schema:
        if place:
            return node
        if self.has_refs:
            return {key: self.definitions(key, part) for key, part in node.items() if key != "$schema"}
        return {key: value for key, value in node.items() if key not in (*_DEFINITIONS, "$schema")}

    def definitions(self, key: str, parts: Json) -> Json:
        if key not in _DEFINITIONS or not isinstance(parts, dict):
            return parts
        return {name: self.schema(part, f"{key}.{name}", (f"#/{key}/{name}",)) for name, part in parts.items()}

    def typed(self, node: Schema, place: str) -> Schema:
        """The node with a `type` of JSON Schema."""
        written = node.get("type", "object" if "properties" in node and "$ref" not in node else ...)
        rest = {key: value for key, value in node.items() if key != "type"}
        if written is ...:
            return rest
        if written in (None, ""):
            self.note(place, "has no type: any value")
            return rest
        names = written if isinstance(written, list) else [written]
        if not names or not all(isinstance(name, str) for name in names):
            raise NotASchema(f"{place or 'the parameters'}: the type is `{_short(written)}`, which names no type")
        if all(name in JSON_TYPES for name in names):
            return {"type": written, **rest}
        if "enum" in node and names[0].lower() == "enum":
            return rest
        try:
            found, notes = schema_of(" | ".join(names))
        except ValueError as error:
            raise ValueError(f"{place or 'the parameters'}: {error}") from error
        self.notes += [f"{place}: {text}" for text in notes]
        return {**found, **rest}

    def modernise(self, node: Schema, place: str) -> None:
        """Keywords of older drafts."""
        if isinstance(node.get("items"), list):
            node["prefixItems"] = node.pop("items")
            if "additionalItems" in node:
                node["items"] = node.pop("additionalItems")
        for bound in ("Minimum", "Maximum"):
            if isinstance(node.get(f"exclusive{bound}"), bool):
                is_exclusive = node.pop(f"exclusive{bound}")
                if is_exclusive and bound.lower() in node:
                    node[f"exclusive{bound}"] = node.pop(bound.lower())
        for key in ("description", "title", "items", "properties", "required", "additionalProperties"):
            if node.get(key, ...) is None:
                del node[key]
        if node.get("enum", ...) in ([], None):
            del node["enum"]
            self.note(place, "an empty enum is left out")

    def required(self, node: Schema, place: str) -> None:
        """`required` as a list of names, also if each parameter carries a flag of its own."""
        names, properties = node.get("required"), node.get("properties")
        if isinstance(names, bool | str) and not isinstance(properties, dict):
            del node["required"]
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            node["required"] = list(dict.fromkeys(names))
        if not isinstance(properties, dict) or isinstance(names, list):
            return
        flagged = [name for name, part in properties.items() if isinstance(part, dict) and _is_flagged(part)]
        if flagged:
            node["required"] = flagged
            self.note(place, "which parameters are required is taken from the flag of each")
        elif isinstance(names, bool):
            del node["required"]

    def parts(self, node: Schema, place: str, refs: tuple[str, ...]) -> None:
        """The schemas inside of the node."""
        for key in _ONE:
            if isinstance(node.get(key), dict):
                node[key] = self.schema(node[key], f"{place}[]" if key == "items" else f"{place}.{key}", refs)
        for key in _MANY:
            if isinstance(node.get(key), list):
                node[key] = [self.schema(part, f"{place}.{key}[{i}]", refs) for i, part in enumerate(node[key])]
        for key in _NAMED:
            if isinstance(node.get(key), dict) and (key not in _DEFINITIONS or place):
                node[key] = {name: self.schema(part, f"{place}.{key}.{name}", refs) for name, part in node[key].items()}
        if isinstance(node.get("properties"), dict):
            node["properties"] = self.properties(node, place, refs)

    def properties(self, node: Schema, place: str, refs: tuple[str, ...]) -> dict[str, Schema]:
        """Those that can be expressed; one that cannot is left out if a call need not give it."""
        found = {}
        for name, part in node["properties"].items():
            try:
                found[name] = self.schema(part, f"{place}.{name}" if place else name, refs)
            except ValueError as error:
                if isinstance(error, NotASchema) or name in _listed(node.get("required")):
                    raise
                self.notes.append(f"left out, being optional: {error}")
        return found

    def enum(self, node: Schema, place: str) -> None:
        """An enum in the type of its schema."""
        values = node.get("enum")
        if not isinstance(values, list):
            return
        if node.get("type") == "array" and not any(isinstance(value, list) for value in values):
            self.enum_of_items(node, place)
            return
        bare = {key: rule for key, rule in node.items() if key not in ("enum", "default")}
        if any(fits(value, bare) for value in values):
            return
        in_type = [converted(value, bare) for value in values]
        if all(fits(value, bare) for value in in_type):
            node["enum"] = in_type
            self.note(place, "the values of the enum are written in the type of the parameter")
        elif "type" in node:
            self.note(place, f"no value of the enum is of type {node.pop('type')}: the enum decides")

    def enum_of_items(self, node: Schema, place: str) -> None:
        values, items = node.pop("enum"), node.get("items", {})
        if isinstance(items, dict) and "enum" not in items:
            node["items"] = {**items, "enum": values}
            self.enum(node["items"], f"{place}[]")
            self.note(place, "the enum of an array is that of its items")

    def default(self, node: Schema, place: str) -> None:
        if "default" not in node:
            return
        default = settled(node.pop("default"), node)
        if default.note:
            self.note(place, default.note)
        if default.present and (default.fits or not self.drop_defaults):
            node["default"] = default.value
        elif default.present:
            self.note(place, f"the default `{_short(default.value)}` does not fit and is dropped")


def _listed(names: Json) -> list[Json]:
    return names if isinstance(names, list) else []


def _is_flagged(part: Schema) -> bool:
    flag = part.get("required")
    return flag in _TRUE if isinstance(flag, bool | str) else False


def _allow_null(node: Schema) -> None:
    if isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
    elif isinstance(node.get("anyOf"), list):
        node["anyOf"] = [*node["anyOf"], {"type": "null"}]
    if isinstance(node.get("enum"), list) and None not in node["enum"]:
        node["enum"] = [*node["enum"], None]


def _pointed(root: Json, ref: str) -> Json:
    """What a local reference (`#/$defs/Address`) names, or None."""
    if not ref.startswith("#/"):
        return None
    for key in ref[2:].split("/"):
        key = key.replace("~1", "/").replace("~0", "~")
        if isinstance(root, list) and key.isdigit() and int(key) < len(root):
            root = root[int(key)]
        elif isinstance(root, dict) and key in root:
            root = root[key]
        else:
            return None
    return root


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
