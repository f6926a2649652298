"""Type text → JSON Schema."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from apigen.sources.alternatives import literal, union
from apigen.sources.typestrings import is_optional, schema_of

STR, INT, NUM, BOOL, NULL = ({"type": kind} for kind in ("string", "integer", "number", "boolean", "null"))


def array(items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


def values(*of: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(of)}


def either(*schemas: Any) -> dict[str, Any]:
    return {"anyOf": list(schemas)}


PAIR = {"type": "array", "prefixItems": [INT, STR], "minItems": 2, "maxItems": 2}

EXPECTED: list[tuple[str, dict[str, Any]]] = [
    # names in the spelling of Python, JSON, Java and JavaScript
    ("str", STR),
    ("String", STR),
    ("string", STR),
    ("int", INT),
    ("Integer", INT),
    ("long", INT),
    ("np.int64", INT),
    ("uint8", {"type": "integer", "minimum": 0}),
    ("float", NUM),
    ("double", NUM),
    ("number", NUM),
    ("numpy.float32", NUM),
    ("Boolean", BOOL),
    ("bool", BOOL),
    ("None", NULL),
    ("null", NULL),
    ("Any", {}),
    ("typing.Any", {}),
    ("any", {}),
    ("char", {"type": "string", "minLength": 1, "maxLength": 1}),
    ("object", {"type": "object"}),
    ("dict", {"type": "object"}),
    ("HashMap", {"type": "object"}),
    ("ArrayList", array({})),
    ("tuple", array({})),
    ("datetime.datetime", {"type": "string", "format": "date-time"}),
    ("date", {"type": "string", "format": "date"}),
    ("time", {"type": "string", "format": "time"}),
    ("Decimal", NUM),
    ("pathlib.Path", {"type": "string", "format": "path"}),
    # generics
    ("List[int]", array(INT)),
    ("list[list[float]]", array(array(NUM))),
    ("collections.abc.Sequence[str]", array(STR)),
    ("Iterable[Tuple[int, str]]", array(PAIR)),
    ("Set[str]", array(STR, uniqueItems=True)),
    ("FrozenSet[int]", array(INT, uniqueItems=True)),
    ("Tuple[int, str]", PAIR),
    ("(int, str)", PAIR),
    ("Tuple[float, ...]", array(NUM)),
    ("Tuple[()]", {"type": "array", "minItems": 0, "maxItems": 0}),
    ("Dict[str, List[int]]", {"type": "object", "additionalProperties": array(INT)}),
    ("Mapping[str, Any]", {"type": "object", "additionalProperties": True}),
    ("Dict[Literal['a'], int]", {"type": "object", "additionalProperties": INT, "propertyNames": {"enum": ["a"]}}),
    ("Counter[str]", {"type": "object", "additionalProperties": INT}),
    ("Optional[int]", either(INT, NULL)),
    ("None | int", either(INT, NULL)),
    ("Union[int, float]", NUM),
    ("Union[str, Union[int, None]]", either(STR, INT, NULL)),
    ("Union[int, Any]", {}),
    ("int | int", INT),
    ("Annotated[int, Ge(0)]", INT),
    ("Literal['a', 'b']", values("a", "b")),
    ("Literal['a', Literal['b']]", values("a", "b")),
    ("Literal[1, 2.5]", {"type": "number", "enum": [1, 2.5]}),
    ("Literal[-1, 'x']", {"enum": [-1, "x"]}),
    ("Literal[True, False]", BOOL),
    ("Literal['a', None]", either(values("a"), NULL)),
    ("List['int']", array(INT)),
    ('"int"', INT),
    ('"Decimal" | None', either(NUM, NULL)),
    # Java and TypeScript generics
    ("HashMap<String, Integer>", {"type": "object", "additionalProperties": INT}),
    ("Map<String, Object>", {"type": "object", "additionalProperties": True}),
    ("int[][]", array(array(INT))),
    ("List<String[]>", array(array(STR))),
    # docstrings
    ("int, optional", INT),
    ("int, default (1, 2)", INT),
    ("int (optional)", INT),
    ("int, optional (default=(1, 2))", INT),
    (":class:`str`, optional", STR),
    ("``int``", INT),
    ("list(str)", array(STR)),
    ("float or None", either(NUM, NULL)),
    ("int, str, or None", either(INT, STR, NULL)),
    ("int, float", NUM),
    ("list of str", array(STR)),
    ("list of ints", array(INT)),
    ("list of dictionaries", array({"type": "object"})),
    ("list of (int, str)", array(PAIR)),
    ("set of str", array(STR, uniqueItems=True)),
    ("str or list of str", either(STR, array(STR))),
    ("list of str or None", either(array(STR), NULL)),
    ("dict of str to int", {"type": "object", "additionalProperties": INT}),
    ("dict of {str: int}", {"type": "object", "additionalProperties": INT}),
    ("array-like", array(NUM)),
    ("array_like of shape (n,)", array(NUM)),
    ("positive int", {"type": "integer", "exclusiveMinimum": 0}),
    ("non-negative float", {"type": "number", "minimum": 0}),
    ("{'a', 'b'}, optional", values("a", "b")),
    ("{‘a’, ‘b’} or None", either(values("a", "b"), NULL)),
    ("'date' | 'name'", values("date", "name")),
    ("float or 'auto'", either(NUM, values("auto"))),
]


@pytest.mark.parametrize(("text", "schema"), EXPECTED, ids=[text for text, _ in EXPECTED])
def test_the_schema_of_a_type(text: str, schema: dict[str, Any]) -> None:
    found, _ = schema_of(text)
    assert found == schema
    Draft202012Validator.check_schema(found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (", optional", "empty"),
        ("Callable[[float], float]", "function"),
        ("callable", "function"),
        ("bytes", "bytes"),
        ("np.ndarray", "array_like"),
        ("MyClass", "MyClass"),
        ("Optional[MyClass]", "MyClass"),
        ("List[MyClass]", "MyClass"),
        ('List["MyClass"]', "MyClass"),
        ("networkx graph", "networkx graph"),
        ("array_like of shape (n, 2)", "shape"),
        ("Union[]", "Union needs"),
        ("Optional", "Optional needs"),
        ("list[int, str]", "2 types"),
        ("Dict[Tuple[int, int], str]", "key"),
        ("Literal[b'x']", "value"),
        ("Literal[1e999]", "finite"),
        ("List[5]", "value"),
        ("lambda: 0", "not a type"),
        ("__import__('os').system('true')", "known type"),
        ("int\ud800", "parsed"),
        ("\0", "known"),
        ("List[" * 100 + "int" + "]" * 100, "24 levels"),
        ("list of " * 100 + "int", "24 levels"),
        ("-" * 1900 + "1", "24 levels"),
        ("(" * 1900, "known"),
        ("a." * 900 + "b", "24 levels"),
        ("x" * 2001, "longer than 2000"),
    ],
)
def test_what_json_cannot_express_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        schema_of(text)


@pytest.mark.parametrize(
    ("text", "schema", "note"),
    [
        ("str | bytes", STR, "bytes"),
        ("Callable[[int], int] | int", INT, "function"),
        ("list of int or float", array(INT), "`float` left out"),
        ("float, 0 < p < 1", NUM, "0 < p < 1"),
        (
            "Dict[int, str]",
            {"type": "object", "additionalProperties": STR, "propertyNames": {"pattern": "^-?[0-9]+$"}},
            "written as text",
        ),
        ("Decimal", NUM, "JSON number"),
        ("array_like", array(NUM), "list of numbers"),
    ],
)
def test_what_is_changed_is_noted(text: str, schema: dict[str, Any], note: str) -> None:
    found, notes = schema_of(text)
    assert found == schema
    assert len(notes) == 1
    assert note in notes[0]


def test_a_long_union_is_no_deep_type() -> None:
    assert schema_of("int" + "|int" * 400) == (INT, [])


@pytest.mark.parametrize(
    "text",
    ["str, optional", "int (optional)", "int, default 5", "int, Optional", "{'a'}, default: 'a'", "int, optional."],
)
def test_marks_of_optional_arguments(text: str) -> None:
    assert is_optional(text)


@pytest.mark.parametrize(
    "text", ["str", "Optional[int]", "int or None", "List[Optional[int]]", "{'optional', 'x'}", ""]
)
def test_a_type_that_allows_none_is_no_optional_argument(text: str) -> None:
    assert not is_optional(text)


NAMES = st.sampled_from(["int", "str", "float", "bool", "Any", "None", "List", "date"])
TYPES = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.builds("List[{}]".format, inner),
        st.builds("Optional[{}]".format, inner),
        st.builds("Dict[str, {}]".format, inner),
        st.builds("Tuple[{}, {}]".format, inner, inner),
        st.builds("Union[{}, {}]".format, inner, inner),
        st.builds("{} | {}".format, inner, inner),
    ),
    max_leaves=8,
)


@settings(deadline=None, derandomize=True)
@given(TYPES)
def test_every_annotation_gives_a_valid_schema(text: str) -> None:
    schema, notes = schema_of(text)
    Draft202012Validator.check_schema(schema)
    assert notes == []


@settings(deadline=None, derandomize=True)
@given(st.one_of(st.text(), st.text(alphabet="int[]|,'{}().<>: oflstr", max_size=40)))
def test_any_text_gives_a_valid_schema_or_a_value_error(text: str) -> None:
    is_optional(text)
    try:
        schema, _ = schema_of(text)
    except ValueError:
        return
    Draft202012Validator.check_schema(schema)


@settings(deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)), min_size=1))
def test_a_literal_accepts_its_values(accepted: list[Any]) -> None:
    validator = Draft202012Validator(union([literal(accepted)]))
    assert all(validator.is_valid(value) for value in accepted)
    assert not validator.is_valid(["a list"])
