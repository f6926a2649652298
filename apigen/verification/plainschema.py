"""A quick yes for values that fit a schema of everyday keywords, as most schemas of functions are.

jsonschema knows every keyword and says what is wrong and where; a quick check only says that nothing is. It gives yes
where jsonschema finds no fault, for schemas whose keywords are all known here; for any other schema there is none.
"""

from collections.abc import Callable, Mapping

from apigen.records import Json

Check = Callable[[Json], bool]

_ANNOTATIONS = {"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"}
_TYPES: dict[str, Check] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


class _Unknown(Exception):
    """A schema holds something that only jsonschema can judge."""


def quick_check(schema: Json) -> Check | None:
    """Whether a value fits `schema`, where 5.0 is no integer; None if it holds other keywords than these."""
    try:
        return _check(schema)
    except _Unknown:
        return None


def _check(schema: Json) -> Check:
    if not isinstance(schema, dict):
        raise _Unknown
    rest = {name: value for name, value in schema.items() if name not in _ANNOTATIONS}
    kind = rest.pop("type", None)
    if kind == "object":
        return _object(rest)
    if kind == "array":
        return _array(rest)
    if kind == "string" and rest.keys() == {"enum"}:
        return _listed(rest["enum"])
    kinds = kind if isinstance(kind, list) else [kind]
    if rest or not kinds or not all(isinstance(one, str) and one in _TYPES for one in kinds):
        raise _Unknown
    return _TYPES[kinds[0]] if len(kinds) == 1 else lambda value: any(_TYPES[one](value) for one in kinds)


def _listed(texts: Json) -> Check:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _Unknown
    allowed = frozenset(texts)
    return lambda value: isinstance(value, str) and value in allowed


def _array(rest: Mapping[str, Json]) -> Check:
    if rest.keys() - {"items"}:
        raise _Unknown
    member = _check(rest["items"]) if "items" in rest else None
    return lambda value: isinstance(value, list) and (member is None or all(map(member, value)))


def _object(rest: Mapping[str, Json]) -> Check:
    properties, required = rest.get("properties", {}), rest.get("required", [])
    others = rest.get("additionalProperties", True)
    if rest.keys() - {"properties", "required", "additionalProperties"} or not isinstance(others, bool):
        raise _Unknown
    if not isinstance(properties, dict) or not isinstance(required, list):
        raise _Unknown
    checks = {name: _check(schema) for name, schema in properties.items()}

    def fits(value: Json) -> bool:
        return (
            isinstance(value, dict)
            and all(name in value for name in required)
            and all(checks[name](item) if name in checks else others for name, item in value.items())
        )

    return fits
