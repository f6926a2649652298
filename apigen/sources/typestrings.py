"""Type text → JSON Schema (Draft 2020-12): `List[Union[int, str]]`, `str, optional`, `HashMap<String, long>`.

Read are Python annotations in old and new spelling, the types of xLAM and BFCL documents, Java, JavaScript and JSON
names, and the prose of numpydoc and Google docstrings. Text is parsed with `ast`, never evaluated; what Python cannot
parse is read as prose (`list of str or None`).

Where JSON cannot express all of a type the schema is narrower: of `str | bytes` the string is kept and a note says so;
a type of which nothing is left is refused. Remarks that are no types (`float, 0 < p < 1`) are noted too.
"""

import ast
import math
import re
import warnings
from collections.abc import Sequence
from typing import TypeGuard

from apigen.records import Json
from apigen.sources.alternatives import NULL, Schema, literal, union
from apigen.sources.typenames import (
    ARRAYS,
    NOTES,
    OBJECTS,
    SETS,
    TUPLES,
    WRAPPERS,
    is_known,
    plain_name,
    scalar,
    why_not,
)
from apigen.sources.typetext import MAX_CHARS, is_optional, plain_text, split_markers, split_outside

__all__ = ["is_optional", "schema_of"]

MAX_DEPTH = 24

_SIGN = re.compile(r"(non-?negative|positive) (.+)", re.I)

Part = ast.expr | str


def schema_of(type_text: str) -> tuple[Schema, list[str]]:
    """The JSON Schema of a type that is written as text.

    Args:
        type_text: for example `Optional[List[int]]`, `float, optional`, `list of str` or `ArrayList<String>`. Marks of
            optionality and defaults are ignored here (see `is_optional`).

    Returns:
        The schema, and notes on what was changed or left out on the way.

    Raises:
        ValueError: JSON cannot express the type, or it is unknown; the message says which part and why.
    """
    if len(type_text) > MAX_CHARS:
        raise ValueError(f"the type is longer than {MAX_CHARS} characters")
    text, _ = split_markers(plain_text(type_text))
    if not text:
        raise ValueError("the type is empty")
    reader = _Reader()
    return reader.read(text), list(dict.fromkeys(reader.notes))


class _Reader:
    """Reads one type text and gathers the notes on it. A part is an expression, or text that is none (prose)."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def read(self, part: Part, depth: int = 0) -> Schema:
        if depth > MAX_DEPTH:
            raise ValueError(f"the type is nested deeper than {MAX_DEPTH} levels")
        if isinstance(part, str):
            expression = _parse(part)
            return self.prose(part, depth) if expression is None else self.read(expression, depth)
        match part:
            case ast.Name() | ast.Attribute():
                return self.name(ast.unparse(part))
            case ast.Constant():
                return self.constant(part, depth)
            case ast.BinOp(op=ast.BitOr()) | ast.BoolOp(op=ast.Or()):
                return self.any_of(_with_values(_alternatives(part)), depth)
            case ast.Tuple() if part.elts and part.col_offset == part.elts[0].col_offset:  # `int, str`: no brackets
                return self.any_of(_with_values(part.elts), depth)
            case ast.Tuple():
                return self.tuple(part.elts, depth)
            case ast.List(elts=[element]):
                return {"type": "array", "items": self.read(element, depth + 1)}
            case ast.Set():
                return literal(_value(value) for value in part.elts)
            case ast.Dict(keys=[ast.expr() as key], values=[value]):
                return self.mapping(key, value, depth)
            case ast.Subscript():
                return self.generic(part.value, part.slice, depth)
            case ast.Call(keywords=[]):  # `list(str)`, as Google docstrings write it
                return self.generic(part.func, ast.Tuple(elts=part.args), depth)
        raise ValueError(f"`{_shown(part)}` is not a type")

    def name(self, name: str) -> Schema:
        plain = plain_name(name)
        if plain in NOTES:
            self.notes.append(NOTES[plain])
        if plain == "array_like":
            return {"type": "array", "items": {"type": "number"}}
        if plain in ARRAYS | TUPLES:
            return {"type": "array", "items": {}}
        if plain in SETS:
            return {"type": "array", "items": {}, "uniqueItems": True}
        schema = {"type": "object"} if plain in OBJECTS else scalar(plain)
        if schema is None:
            raise ValueError(why_not(name))
        return schema

    def constant(self, node: ast.Constant, depth: int) -> Schema:
        if node.value is None:
            return dict(NULL)
        if isinstance(node.value, str) and node.value.strip():  # a forward reference: List["int"]
            return self.read(node.value.strip(), depth + 1)
        raise ValueError(f"`{_shown(node)}` is a value, not a type")

    def generic(self, base: ast.expr, inside: ast.expr, depth: int) -> Schema:
        """`base[inside]`"""
        name = plain_name(ast.unparse(base))
        parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        if name == "union":
            return self.any_of(parts, depth)
        if name == "literal":
            return self.literal(parts, depth)
        if name in TUPLES:
            return self.tuple(parts, depth)
        if name in WRAPPERS and parts:
            return self.read(parts[0], depth + 1)
        if name in OBJECTS and len(parts) == 2:
            return self.mapping(parts[0], parts[1], depth)
        if name == "counter" and len(parts) == 1:
            return self.mapping(parts[0], ast.Name("int"), depth)
        if name == "pathlike":
            return self.name(name)
        if len(parts) == 1 and name == "optional":
            return self.any_of([parts[0], ast.Constant(None)], depth)
        if len(parts) == 1 and name in ARRAYS:
            return {"type": "array", "items": self.read(parts[0], depth + 1)}
        if len(parts) == 1 and name in SETS:
            return {"type": "array", "items": self.read(parts[0], depth + 1), "uniqueItems": True}
        if is_known(name) or name == "optional":
            raise ValueError(f"`{ast.unparse(base)}` does not take {len(parts)} types in brackets")
        raise ValueError(why_not(name))

    def any_of(self, parts: Sequence[Part], depth: int) -> Schema:
        """The members that JSON can express: leaving one out narrows the type, which is safe for a caller."""
        found: list[Schema] = []
        problems: list[str] = []
        for part in parts:
            try:
                found.append(self.read(part, depth + 1))
            except ValueError as error:
                problems.append(str(error))
        if all(schema == NULL for schema in found) and (problems or not found):
            raise ValueError(problems[0] if problems else "a union without members")
        self.notes += [f"left out of a union: {problem}" for problem in problems]
        return union(found)

    def literal(self, parts: Sequence[ast.expr], depth: int) -> Schema:
        if not parts:
            raise ValueError(why_not("literal"))
        return union(
            self.read(part, depth + 1) if isinstance(part, ast.Subscript) else literal([_value(part)]) for part in parts
        )

    def tuple(self, parts: Sequence[ast.expr], depth: int) -> Schema:
        if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is ...:
            return {"type": "array", "items": self.read(parts[0], depth + 1)}
        if len(parts) == 1 and isinstance(parts[0], ast.Tuple):  # Tuple[()]
            parts = parts[0].elts
        items = [self.read(part, depth + 1) for part in parts]
        size: Schema = {"minItems": len(items), "maxItems": len(items)}
        return {"type": "array", "prefixItems": items, **size} if items else {"type": "array", **size}

    def mapping(self, key: Part, value: Part, depth: int) -> Schema:
        """An object. JSON has text keys only, so keys of another type are written as text."""
        keys, values = self.read(key, depth + 1), self.read(value, depth + 1)
        schema: Schema = {"type": "object", "additionalProperties": values or True}
        if keys.get("type") in ("array", "object", "boolean", "null"):
            raise ValueError(f"`{_shown(key)}` cannot be the key of a JSON object")
        if keys.get("type") in ("integer", "number"):
            self.notes.append(f"keys of type {_shown(key)} are written as text")
            whole = r"^-?[0-9]+$" if keys["type"] == "integer" else r"^-?[0-9]+(\.[0-9]+)?$"
            return {**schema, "propertyNames": {"pattern": whole}}
        if keys.get("type") == "string" and len(keys) > 1:
            return {**schema, "propertyNames": {name: rule for name, rule in keys.items() if name != "type"}}
        return schema

    def prose(self, text: str, depth: int) -> Schema:
        """`list of str or None`: alternatives first, then containers."""
        clauses = [part.strip().removeprefix("or ") for part in split_outside(text, ",")]
        alternatives = [part.strip() for clause in clauses for part in split_outside(clause, " or ") if part.strip()]
        if len(alternatives) > 1:
            return self.any_of(_with_values([_parse(part) or part for part in self.certain(alternatives)]), depth)
        if sign := _SIGN.fullmatch(text):
            return self.signed(sign[1].lower(), sign[2], depth)
        container, of, element = (part.strip() for part in text.partition(" of "))
        if not of:
            raise ValueError(why_not(text))
        kind = plain_name(_singular(container))
        if kind in OBJECTS:
            pair = re.split(r"\s+to\s+|\s*->\s*|\s*:\s*", element.strip("{}"), maxsplit=1)
            return self.mapping(_singular(pair[0]) if len(pair) == 2 else "str", _singular(pair[-1]), depth)
        if kind not in ARRAYS | TUPLES | SETS | {"array_like"}:
            raise ValueError(why_not(container))
        schema: Schema = {"type": "array", "items": self.read(_singular(element), depth + 1)}
        return {**schema, "uniqueItems": True} if kind in SETS else schema

    def signed(self, sign: str, of: str, depth: int) -> Schema:
        """`positive int`, `non-negative float`."""
        schema = self.read(_singular(of), depth + 1)
        if schema.get("type") not in ("integer", "number"):
            raise ValueError(f"`{_shown(of)}` is not a number that can be {sign}")
        return {**schema, ("exclusiveMinimum" if sign == "positive" else "minimum"): 0}

    def certain(self, parts: list[str]) -> list[str]:
        """`list of int or float` has two readings; what both allow is kept: `list of int`."""
        kept: list[str] = []
        for part in parts:
            before = next((other for other in kept if " of " in other), None)
            if before is None or plain_name(part) in ("none", "null"):
                kept.append(part)
            else:
                self.notes.append(f"`{part}` left out: it may belong to `{before}` or stand beside it")
        return kept


def _parse(text: str) -> ast.expr | None:
    """The text as a Python expression; None if it is prose."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # '\d' in a Literal is no concern of ours
            node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return None
    except (RecursionError, MemoryError, ValueError) as error:
        raise ValueError("the type cannot be parsed: nested too deep, or not text") from error
    _check_depth(node)
    return node


def _check_depth(node: ast.expr) -> None:
    """Later steps walk the tree by recursion; the left side of `a | b | c` is no depth of the type."""
    pending: list[tuple[ast.AST, int]] = [(node, 0)]
    while pending:
        node_, depth = pending.pop()
        if depth > 3 * MAX_DEPTH:  # `Dict[str, X]` is two levels of the tree, and prose adds some
            raise ValueError(f"the type is nested deeper than {MAX_DEPTH} levels")
        pending += [(child, depth + (not isinstance(child, ast.BinOp))) for child in ast.iter_child_nodes(node_)]


def _is_type(text: str) -> bool:
    try:
        _Reader().read(text.strip(), MAX_DEPTH - 4)
    except ValueError:
        return False
    return True


def _with_values(parts: Sequence[Part]) -> list[Part]:
    """Alternatives in which constants are values: `'asc' | 'desc'`, `float or 'auto'`; not so `"Decimal" | None`."""
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if len(texts) == 1 and _is_type(texts[0]):
        return list(parts)
    return [ast.Set(elts=[part]) if _is_constant(part) else part for part in parts]  # `{x}` stands for the value x


def _is_constant(part: Part) -> TypeGuard[ast.expr]:
    return isinstance(part, ast.UnaryOp) or (isinstance(part, ast.Constant) and part.value is not None)


def _value(node: Part) -> Json:
    """The constant that an expression writes."""
    match node:
        case ast.Constant(value=None | bool() | int() | float() | str() as value):
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError("a number that is not finite")
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    raise ValueError(f"`{_shown(node)}` is not a value that JSON can express")


def _alternatives(node: ast.expr) -> list[ast.expr]:
    """The members of `a | b | c` or `a or b or c`, in order."""
    pending, found = [node], []
    while pending:
        match pending.pop():
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                pending += [right, left]
            case ast.BoolOp(op=ast.Or(), values=values):
                pending += reversed(values)
            case other:
                found.append(other)
    return found


def _shown(part: Part) -> str:
    text = part if isinstance(part, str) else ast.unparse(part)
    return text if len(text) <= 80 else text[:79] + "…"


def _singular(text: str) -> str:
    """`strings` → `string`, if that makes it a known type."""
    text = text.strip()
    if is_known(plain_name(text)):
        return text
    singular = text.removesuffix("ies") + "y" if text.endswith("ies") else text.removesuffix("s")
    return singular if is_known(plain_name(singular)) else text
