"""Values drawn by meaning: valid against any schema, plausible for the name, the same everywhere."""

import json
import os
import random
import re
import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.records import Json
from apigen.values import NoValue, draw, fits


def many(name: str, schema: dict[str, Json], description: str = "", count: int = 60) -> list[Json]:
    rng = random.Random(7)
    return [draw(name, schema, rng, description=description) for _ in range(count)]


SCHEMAS: list[dict[str, Json]] = [
    {},
    {"type": "string"},
    {"type": ["integer", "null"], "minimum": 3, "maximum": 4},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
    {"type": "integer", "multipleOf": 7, "minimum": 50},
    {"type": "number", "multipleOf": 0.25, "maximum": 3},
    {"type": "integer", "minimum": -20, "maximum": -10},
    {"type": "string", "minLength": 300, "maxLength": 310},
    {"type": "string", "maxLength": 2},
    {"type": "string", "maxLength": 0},
    {"type": "string", "pattern": "^[A-Z]{3}-\\d{4}$"},
    {"type": "string", "pattern": "^(?:red|green) [^a-z]{2}$", "minLength": 4},
    {"type": "array", "items": {"type": "integer"}, "minItems": 9, "uniqueItems": True},
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}], "items": False},
    {"type": "array", "items": {"type": "string"}, "contains": {"const": "needle"}},
    {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True, "maxItems": 2},
    {"type": "array", "items": {"type": "string", "maxLength": 0}, "minItems": 4},
    {"enum": [None, 3, "x"]},
    {"const": {"a": [1]}},
    {"anyOf": [{"type": "null"}, {"type": "array", "items": {"type": "boolean"}}]},
    {"oneOf": [{"type": "integer", "minimum": 5}, {"type": "string", "format": "date"}]},
    {"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"type": "integer"}}}]},
    {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "number"}}, "minProperties": 4},
    {"type": "object", "patternProperties": {"^x_[a-z]+$": {"type": "integer"}}, "minProperties": 1},
    {"type": "object", "propertyNames": {"pattern": "^[a-z]{2}$"}, "additionalProperties": {"type": "string"}},
    {"$ref": "#/$defs/node", "$defs": {"node": {
        "type": "object", "required": ["name"],
        "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}}},
    {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "b"}, "x": {"type": "integer"}},
     "dependentRequired": {"kind": ["x"]}},
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: json.dumps(schema)[:50])
def test_drawn_values_fit(schema: dict[str, Json]) -> None:
    assert all(fits(schema, value) for value in many("value", schema, count=25))


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "#/$defs/none"},
        {"type": "array", "items": {"const": 1}, "uniqueItems": True, "minItems": 2},
        {"type": "object", "required": 7},
    ],
)
def test_what_allows_nothing_says_so(schema: Json) -> None:
    with pytest.raises(NoValue):
        draw("value", schema, random.Random(0))


FORMATS = {
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "time": r"\d\d:\d\d:\d\dZ",
    "email": r"[^@ ]+@[^@ ]+\.\w+",
    "uri": r"https://\S+",
    "ipv4": r"\d+(\.\d+){3}",
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
}


@pytest.mark.parametrize(("kind", "pattern"), FORMATS.items())
def test_formats(kind: str, pattern: str) -> None:
    assert all(re.fullmatch(pattern, value) for value in many("value", {"type": "string", "format": kind}, count=20))


MEANINGS = [
    ("latitude", "number", lambda v: -90 <= v <= 90),
    ("annual_rate_percent", "number", lambda v: 0 < v <= 20),
    ("weight_kg", "number", lambda v: 30 <= v <= 150),
    ("birth_year", "integer", lambda v: 1900 <= v <= 2020),
    ("month", "integer", lambda v: 1 <= v <= 12),
    ("invoice_date", "string", lambda v: bool(date.fromisoformat(v))),
    ("currency", "string", lambda v: bool(re.fullmatch("[A-Z]{3}", v))),
    ("countryCode", "string", lambda v: bool(re.fullmatch("[A-Z]{2}", v))),
    ("hex_color", "string", lambda v: bool(re.fullmatch("#[0-9A-F]{6}", v))),
    ("email", "string", lambda v: "@" in v),
    ("start_time", "string", lambda v: bool(re.fullmatch(r"\d\d:\d\d", v))),
    ("text", "string", lambda v: len(v.split()) > 4),
    ("is_active", "boolean", lambda v: v in (True, False)),
]


@pytest.mark.parametrize(("name", "kind", "plausible"), MEANINGS, ids=[m[0] for m in MEANINGS])
def test_values_mean_what_the_name_says(name: str, kind: str, plausible: object) -> None:
    assert callable(plausible)
    values = many(name, {"type": kind})
    assert all(plausible(value) for value in values)
    assert len({json.dumps(v) for v in values}) > 1


def test_check_digits_are_right() -> None:
    for isbn in many("isbn", {"type": "string"}, count=20):
        assert sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(isbn)) % 10 == 0
    for iban in many("iban", {"type": "string"}, count=20):
        assert int(iban[4:] + "1314" + iban[2:4]) % 97 == 1


def test_descriptions_give_examples_and_formats() -> None:
    assert all(re.fullmatch(r"\d+d\d+\+\d+", v) for v in many("spec", {"type": "string"}, "A roll such as '2d6+3'."))
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", v) for v in many("when", {"type": "string"}, "ISO date (YYYY-MM-DD)."))
    shares = many("weights", {"type": "array", "items": {"type": "number"}}, "Shares that add up to 1.")
    assert all(abs(sum(share) - 1) < 1e-9 for share in shares)


def test_related_parameters_are_in_order() -> None:
    schema = {
        "type": "object",
        "required": ["start_date", "end_date", "min_price", "max_price"],
        "properties": {
            "start_date": {"type": "string", "format": "date"}, "end_date": {"type": "string", "format": "date"},
            "min_price": {"type": "number"}, "max_price": {"type": "number"},
        },
    }  # fmt: skip
    for value in many("filter", schema):
        assert value["start_date"] <= value["end_date"]
        assert value["min_price"] <= value["max_price"]


names = st.sampled_from(["value", "amount", "city", "start_date", "items", "count", "rate"])
leaf_schemas = st.one_of(
    st.builds(lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more},
              st.integers(-1000, 1000), st.integers(0, 500)),
    st.builds(lambda low, more: {"type": "number", "minimum": low, "maximum": low + more},
              st.floats(-1e4, 1e4), st.floats(0.01, 1e3)),
    st.builds(lambda low, more: {"type": "string", "minLength": low, "maxLength": low + more},
              st.integers(0, 40), st.integers(0, 40)),
    st.builds(lambda options: {"enum": options}, st.lists(st.one_of(st.text(max_size=8), st.integers()), min_size=1)),
    st.just({"type": "boolean"}),
)  # fmt: skip
schemas = st.recursive(
    leaf_schemas,
    lambda inner: st.one_of(
        st.builds(lambda item, low: {"type": "array", "items": item, "minItems": low}, inner, st.integers(0, 4)),
        st.builds(lambda found: {"type": "object", "properties": found, "required": sorted(found)},
                  st.dictionaries(names, inner, max_size=3)),
        st.builds(lambda options: {"anyOf": options}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)  # fmt: skip


@given(name=names, schema=schemas, seed=st.integers(0, 2**32))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_schema_is_met(name: str, schema: dict[str, Json], seed: int) -> None:
    assert fits(schema, draw(name, schema, random.Random(seed)))


SCRIPT = """
import json, random
from apigen.values import draw
rng = random.Random(3)
schema = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
coded = {"type": "string", "pattern": "^[^0-9]{9}$"}
print(json.dumps([draw(n, s, rng) for n in ("city", "friends", "rate", "code")
                  for s in ({"type": "string"}, {"type": "number"}, schema, coded)]))
"""


def test_the_same_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "12345")
    }
    assert len(outputs) == 1
