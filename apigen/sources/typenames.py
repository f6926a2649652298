"""Names of types, in any of the languages that API documents are written in, and their JSON Schema.

Names are compared in lower case: xLAM writes `Dict` and `dict`, BFCL writes `String`, `ArrayList` and `HashMap`.
Whatever is not listed is unknown, and unknown types are refused rather than guessed.
"""

import re

from apigen.records import Json

_STRING: dict[str, Json] = {"type": "string"}
_INTEGER: dict[str, Json] = {"type": "integer"}
_NUMBER: dict[str, Json] = {"type": "number"}
_BOOLEAN: dict[str, Json] = {"type": "boolean"}

_PATH: dict[str, Json] = {"type": "string", "format": "path"}
_CHAR: dict[str, Json] = {"type": "string", "minLength": 1, "maxLength": 1}
_NULL: dict[str, Json] = {"type": "null"}

_SCALAR_NAMES: list[tuple[str, dict[str, Json]]] = [
    ("str string text anystr literalstring", _STRING),
    ("int integer long short byte bigint biginteger integral", _INTEGER),
    ("float double number numeric real scalar decimal bigdecimal", _NUMBER),
    ("bool boolean", _BOOLEAN),
    ("none nonetype null", _NULL),
    ("any", {}),
    ("char character", _CHAR),
    ("date", {"type": "string", "format": "date"}),
    ("datetime", {"type": "string", "format": "date-time"}),
    ("time", {"type": "string", "format": "time"}),
    ("timedelta", {"type": "string", "format": "duration"}),
    ("uuid", {"type": "string", "format": "uuid"}),
    ("path purepath pathlike filepath", _PATH),
]
SCALARS = {name: schema for names, schema in _SCALAR_NAMES for name in names.split()}

_ARRAYS = "list array arraylist linkedlist vector iterable sequence collection mutablesequence reversible container"
_OBJECTS = "dict dictionary object mapping mutablemapping ordereddict defaultdict map hashmap treemap hashtable record"

ARRAYS = frozenset(_ARRAYS.split())
SETS = frozenset({"set", "frozenset", "abstractset", "mutableset", "hashset", "treeset", "linkedhashset"})
TUPLES = frozenset({"tuple"})
OBJECTS = frozenset({*_OBJECTS.split(), "linkedhashmap"})
WRAPPERS = frozenset({"annotated", "final", "required", "notrequired", "readonly", "classvar"})
"""Forms that say something about a type without changing it: `Annotated[int, ...]` is an int."""

NOTES = {
    "decimal": "Decimal is given as a JSON number",
    "bigdecimal": "BigDecimal is given as a JSON number",
    "array_like": "array_like is given as a list of numbers",
}

_WHY_NOT = {
    "callable": "a function cannot be given as JSON",
    "function": "a function cannot be given as JSON",
    "bytes": "bytes cannot be given as JSON",
    "bytearray": "bytes cannot be given as JSON",
    "complex": "a complex number cannot be given as JSON",
    "iterator": "an iterator cannot be given as JSON",
    "generator": "an iterator cannot be given as JSON",
    "ndarray": "an array object cannot be given as JSON (a list may do: `array_like`)",
    "union": "Union needs its members, as in Union[int, str]",
    "optional": "Optional needs its type, as in Optional[int]",
    "literal": "Literal needs its values, as in Literal['a', 'b']",
}

_MODULES = re.compile(
    r"(typing|typing_extensions|t|builtins|collections(\.abc)?|abc|datetime|dt|decimal|numbers|uuid|pathlib|os"
    r"|np|numpy|java\.(lang|util|math))\."
)
_SIZED = re.compile(r"(u?)int(8|16|32|64)|(float)(16|32|64)")


def plain_name(name: str) -> str:
    """`typing.List` → `list`: lower case, without a module that is known to hold types."""
    name = name.strip()
    module = _MODULES.match(name)
    return name[module.end() :].lower() if module else name.lower()


def scalar(name: str) -> dict[str, Json] | None:
    """The schema of a type without parts, by its plain name; None if it is not one."""
    if name in SCALARS:
        return dict(SCALARS[name])
    sized = _SIZED.fullmatch(name)
    if sized is None:
        return None
    if sized[3]:
        return dict(_NUMBER)
    return {"type": "integer", "minimum": 0} if sized[1] else dict(_INTEGER)


def is_known(name: str) -> bool:
    """Whether the plain name is that of a type that JSON can express."""
    return scalar(name) is not None or name in ARRAYS | SETS | TUPLES | OBJECTS or name == "array_like"


def why_not(name: str) -> str:
    """Why the type called `name` is refused."""
    shown = name if len(name) <= 80 else name[:79] + "…"
    return _WHY_NOT.get(plain_name(name).split("[")[0], f"`{shown}` is not a known type")
