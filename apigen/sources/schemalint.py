"""What is wrong with a schema, beyond what its meta-schema says (Draft 2020-12).

The meta-schema does not look at patterns, at what references name, or at whether required names exist. It is slow, too
(milliseconds a document), so the plain nodes that most documents are made of are checked here directly.
"""

import re
from collections.abc import Iterator
from typing import Any

from apigen.records import Json

Schema = dict[str, Json]

JSON_TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})
_TEXT = ("description", "title", "format", "$comment", "contentEncoding", "contentMediaType")
_PARTS_ONE = ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else")
_PARTS_ONE_MORE = ("unevaluatedItems", "unevaluatedProperties")
_PARTS_MANY = ("anyOf", "oneOf", "allOf", "prefixItems")
_PARTS_NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_PLAIN = frozenset({
    "type", "enum", "required", "default", "const", "examples", "pattern", "uniqueItems", "deprecated",
    *_TEXT, *_COUNTS, *_BOUNDS, *_PARTS_ONE, *_PARTS_MANY, *_PARTS_NAMED,
})  # fmt: skip


def problems(schema: Json) -> Iterator[str]:
    """Everything wrong with a schema, each with its place, outermost first."""
    yield from _node(schema, "", schema)


def _node(node: Json, place: str, root: Json) -> Iterator[str]:
    if isinstance(node, bool):
        return
    where = place or "parameters"
    if not isinstance(node, dict):
        yield f"{where}: `{str(node)[:60]}` is not a schema"
        return
    yield from (f"{where}: {problem}" for problem in _own(node, root))
    for name, part in _parts(node):
        yield from _node(part, f"{place}.{name}".lstrip("."), root)


def _own(node: Schema, root: Json) -> Iterator[str]:
    """What is wrong with the node itself, not with the schemas inside of it."""
    unknown = [kind for kind in _listed(node.get("type", [])) if not (isinstance(kind, str) and kind in JSON_TYPES)]
    if unknown:
        yield f"`{str(unknown[0])[:60]}` is not a JSON Schema type; types are {', '.join(sorted(JSON_TYPES))}"
    elif not _is_plain(node):
        yield from _against_meta_schema(node)
    yield from _required(node)
    yield from _reference(node.get("$ref", node.get("$dynamicRef")), root)
    for pattern in [node.get("pattern"), *_named(node, "patternProperties")]:
        yield from _pattern(pattern)


def _is_plain(node: Schema) -> bool:
    """Whether the node is surely valid, its parts aside."""
    if not node.keys() <= _PLAIN:
        return False
    required = node.get("required", [])
    return (
        all(isinstance(node[key], str) for key in _TEXT if key in node)
        and _are_types(node.get("type", "object"))
        and all(isinstance(node.get(key, []), list) for key in ("enum", "examples"))
        and all(isinstance(node.get(key, True), bool) for key in ("uniqueItems", "deprecated"))
        and all(type(node[key]) is int and node[key] >= 0 for key in _COUNTS if key in node)
        and all(type(node[key]) in (int, float) for key in _BOUNDS if key in node)
        and isinstance(node.get("pattern", ""), str)
        and all(isinstance(node[key], dict | bool) for key in _PARTS_ONE if key in node)
        and all(isinstance(node[key], list) and node[key] for key in _PARTS_MANY if key in node)
        and all(isinstance(node[key], dict) for key in _PARTS_NAMED if key in node)
        and isinstance(required, list)
        and all(isinstance(name, str) for name in required)
        and len(set(required)) == len(required)
    )


def _are_types(value: Json) -> bool:
    """Whether it is one type, or a list of different ones; that they are types of JSON is looked at before."""
    if isinstance(value, list):
        return bool(value) and all(isinstance(kind, str) for kind in value) and len(set(value)) == len(value)
    return isinstance(value, str)


def _against_meta_schema(node: Schema) -> Iterator[str]:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    shallow: Schema = {
        **node,
        **{key: {} for key in (*_PARTS_ONE, *_PARTS_ONE_MORE) if isinstance(node.get(key), dict)},
    }
    shallow |= {key: [{}] for key in _PARTS_MANY if isinstance(node.get(key), list) and node[key]}
    shallow |= {key: {} for key in _PARTS_NAMED if isinstance(node.get(key), dict)}
    try:
        Draft202012Validator.check_schema(shallow)
    except SchemaError as error:
        place = ".".join(str(part) for part in error.absolute_path)
        yield f"`{place}`: {error.message[:200]}" if place else error.message[:200]


def _required(node: Schema) -> Iterator[str]:
    required, properties = node.get("required"), node.get("properties")
    if isinstance(required, list) and isinstance(properties, dict):
        for name in required:
            if isinstance(name, str) and name not in properties:
                yield f"`{name}` is required and not among the properties"


def _reference(ref: Json, root: Json) -> Iterator[str]:
    if ref is None:
        return
    if not isinstance(ref, str) or not ref.startswith("#"):
        yield f"`$ref` names another document ({str(ref)[:80]}); put what it names below `$defs`"
    elif ref != "#" and not _exists(ref, root):
        yield f"`$ref` names {ref[:80]}, which does not exist"


def _exists(ref: str, root: Json) -> bool:
    if not ref.startswith("#/"):
        return False
    for key in ref[2:].split("/"):
        key = key.replace("~1", "/").replace("~0", "~")
        if isinstance(root, dict) and key in root:
            root = root[key]
        elif isinstance(root, list) and key.isdigit() and int(key) < len(root):
            root = root[int(key)]
        else:
            return False
    return isinstance(root, dict | bool)


def _pattern(pattern: Json) -> Iterator[str]:
    if isinstance(pattern, str):
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            yield f"the pattern `{pattern[:60]}` is not a regular expression that Python knows: {error}"


def _parts(node: Schema) -> Iterator[tuple[str, Json]]:
    yield from _named(node, "properties").items()
    for key in (*_PARTS_ONE, *_PARTS_ONE_MORE):
        if isinstance(node.get(key), dict):
            yield key, node[key]
    for key in _PARTS_MANY:
        if isinstance(node.get(key), list):
            yield from ((f"{key}[{i}]", part) for i, part in enumerate(node[key]))
    for key in _PARTS_NAMED[1:]:
        yield from ((f"{key}.{name}", part) for name, part in _named(node, key).items())


def _named(node: Schema, key: str) -> dict[str, Any]:
    found = node.get(key)
    return found if isinstance(found, dict) else {}


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]
