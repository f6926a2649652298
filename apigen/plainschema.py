"""A quick yes for values that fit a schema of everyday keywords, as most schemas of functions are.

jsonschema knows every keyword and says what is wrong and where; a quick check only says that nothing is. It gives yes
where jsonschema finds no fault, for schemas whose keywords are all known here; for any other schema there is none.
"""

from collections.abc import Callable, Mapping, Sized

from apigen.records import Json

Check = Callable[[Json], bool]
Schema = Mapping[str, Json]

_ANNOTATIONS = {"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"}


class _Unknown(Exception):
    """A schema holds something that only jsonschema can judge."""


def quick_check(schema: Json) -> Check | None:
    """Whether a value fits `schema`, where 5.0 is no integer; None if it holds other keywords than these."""
    try:
        return _check(schema)
    except (_Unknown, RecursionError):
        return None


def _check(schema: Json) -> Check:
    if not isinstance(schema, dict) or any(name not in _RULES for name in schema.keys() - _ANNOTATIONS):
        raise _Unknown
    checks = [rule(schema) for name, rule in _RULES.items() if name in schema]
    return checks[0] if len(checks) == 1 else lambda value: all(check(value) for check in checks)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: dict[str, Check] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def _type(schema: Schema) -> Check:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not all(isinstance(kind, str) and kind in _TYPES for kind in kinds):
        raise _Unknown
    checks = [_TYPES[kind] for kind in kinds]
    return checks[0] if len(checks) == 1 else lambda value: any(check(value) for check in checks)


def _enum(schema: Schema) -> Check:
    if not isinstance(schema["enum"], list) or not all(isinstance(text, str) for text in schema["enum"]):
        raise _Unknown
    allowed = frozenset(schema["enum"])
    return lambda value: isinstance(value, str) and value in allowed


def _required(schema: Schema) -> Check:
    names = schema["required"]
    if not isinstance(names, list):
        raise _Unknown
    return lambda value: not isinstance(value, dict) or all(name in value for name in names)


def _properties(schema: Schema) -> Check:
    if not isinstance(schema["properties"], dict):
        raise _Unknown
    checks = {name: _check(one) for name, one in schema["properties"].items()}
    return lambda value: (
        not isinstance(value, dict) or all(checks[name](item) for name, item in value.items() if name in checks)
    )


def _others(schema: Schema) -> Check:
    known, others = schema.get("properties", {}), schema["additionalProperties"]
    check: Check = (lambda item: others) if isinstance(others, bool) else _check(others)
    return lambda value: (
        not isinstance(value, dict) or all(check(item) for name, item in value.items() if name not in known)
    )


def _items(schema: Schema) -> Check:
    check = _check(schema["items"])
    return lambda value: not isinstance(value, list) or all(map(check, value))


def _any_of(schema: Schema) -> Check:
    if not isinstance(schema["anyOf"], list):
        raise _Unknown
    checks = [_check(one) for one in schema["anyOf"]]
    return lambda value: any(check(value) for check in checks)


def _bound(keyword: str, beyond: Callable[[float, float], bool]) -> Callable[[Schema], Check]:
    """The rule of a keyword that forbids numbers `beyond` its limit."""

    def rule(schema: Schema) -> Check:
        limit = schema[keyword]
        if not _is_number(limit):
            raise _Unknown
        return lambda value: not _is_number(value) or not beyond(value, limit)

    return rule


def _size(keyword: str, kind: type[Sized], sign: int) -> Callable[[Schema], Check]:
    """The rule of a keyword that limits the length of values of `kind`: at least (1) or at most (-1)."""

    def rule(schema: Schema) -> Check:
        limit = schema[keyword]
        if not _is_number(limit):
            raise _Unknown
        return lambda value: not isinstance(value, kind) or sign * len(value) >= sign * limit

    return rule


_RULES: dict[str, Callable[[Schema], Check]] = {
    "type": _type,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _others,
    "items": _items,
    "enum": _enum,
    "anyOf": _any_of,
    "minimum": _bound("minimum", lambda value, limit: value < limit),
    "maximum": _bound("maximum", lambda value, limit: value > limit),
    "exclusiveMinimum": _bound("exclusiveMinimum", lambda value, limit: value <= limit),
    "exclusiveMaximum": _bound("exclusiveMaximum", lambda value, limit: value >= limit),
    "minLength": _size("minLength", str, 1),
    "maxLength": _size("maxLength", str, -1),
    "minItems": _size("minItems", list, 1),
    "maxItems": _size("maxItems", list, -1),
    "minProperties": _size("minProperties", dict, 1),
    "maxProperties": _size("maxProperties", dict, -1),
}
