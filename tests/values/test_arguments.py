"""Arguments of a whole call: valid, near to the examples, optional ones sometimes."""

import random

from apigen.records import Api, Json
from apigen.values import arguments, fits

PARAMETERS: dict[str, Json] = {
    "type": "object",
    "required": ["amount", "start_date", "end_date"],
    "properties": {
        "amount": {"type": "number", "exclusiveMinimum": 0},
        "start_date": {"type": "string", "format": "date"},
        "end_date": {"type": "string", "format": "date"},
        "mode": {"enum": ["simple", "compound"], "default": "simple"},
    },
}
EXAMPLES: tuple[dict[str, Json], ...] = (
    {"amount": 1200, "start_date": "2024-01-01", "end_date": "2024-03-01"},
    {"amount": 80.5, "start_date": "2023-05-05", "end_date": "2023-05-20", "mode": "compound"},
)


def api(parameters: dict[str, Json] = PARAMETERS, examples: tuple[dict[str, Json], ...] = ()) -> Api:
    return Api(name="interest", description="Compute interest.", parameters=parameters, examples=examples)


def test_required_always_and_optional_at_the_rate() -> None:
    found = [arguments(api(), random.Random(seed), optional_rate=0.5) for seed in range(100)]
    assert all(f is not None and fits(PARAMETERS, f) and f["start_date"] <= f["end_date"] for f in found)
    given = sum("mode" in f for f in found if f is not None)
    assert 25 < given < 75
    never = [arguments(api(), random.Random(seed), optional_rate=0) for seed in range(30)]
    assert all(f is not None and "mode" not in f for f in never)


def test_examples_are_varied_within_what_is_allowed() -> None:
    found = [arguments(api(examples=EXAMPLES), random.Random(seed)) for seed in range(200)]
    assert all(f is not None and fits(PARAMETERS, f) for f in found)
    near = [f for f in found if f is not None and (600 <= f["amount"] <= 2000 or 60 <= f["amount"] <= 105)]
    assert len(near) > 150
    assert len({str(f) for f in found}) > 120


def test_intervals_of_examples_keep_their_order() -> None:
    for seed in range(100):
        found = arguments(api(examples=EXAMPLES), random.Random(seed))
        assert found is not None
        assert found["start_date"] <= found["end_date"]


def test_an_invalid_example_does_no_harm() -> None:
    found = arguments(api(examples=({"amount": -5, "start_date": "x"},)), random.Random(1))
    assert found is not None
    assert fits(PARAMETERS, found)


def test_what_cannot_be_called_gives_none() -> None:
    impossible: dict[str, Json] = {"type": "object", "required": ["a"], "properties": {"a": False}}
    assert arguments(api(impossible), random.Random(0)) is None
    broken: dict[str, Json] = {"type": "object", "required": ["a"], "properties": {"a": {"type": "nonsense"}}}
    assert arguments(api(broken), random.Random(0)) is None


def test_no_parameters_gives_no_arguments() -> None:
    assert arguments(api({"type": "object", "properties": {}}), random.Random(0)) == {}


def test_equal_seeds_give_equal_arguments() -> None:
    assert arguments(api(examples=EXAMPLES), random.Random(5)) == arguments(api(examples=EXAMPLES), random.Random(5))


def test_members_come_from_the_collection_beside_them() -> None:
    people = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
    parameters: dict[str, Json] = {
        "type": "object",
        "required": ["friendships", "person_a", "person_b"],
        "properties": {"friendships": people, "person_a": {"type": "string"}, "person_b": {"type": "string"}},
    }
    for seed in range(30):
        found = arguments(api(parameters), random.Random(seed))
        assert found is not None
        assert {found["person_a"], found["person_b"]} <= set(found["friendships"])
