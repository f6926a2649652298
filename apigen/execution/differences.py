"""What is different between two states: a list of `{"path", "before", "after"}`.

Paths are JSON Pointers (RFC 6901): `/cart/0/price`; "" is the whole state. What was not there, or is there no more, is
null. Arrays are compared after what they have in common at both ends; numbers by value, so that 1 and 1.0 are equal,
but true and 1 are not.
"""

from collections.abc import Iterator

from apigen.records import Json


def differences(before: Json, after: Json) -> list[Json]:
    """The changes that lead from one state to the other, in the order of the paths in the states."""
    return [{"path": path, "before": old, "after": new} for path, old, new in _changes("", before, after)]


def same(one: Json, other: Json) -> bool:
    """Whether two JSON values are equal; unlike in Python, true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _changes(path: str, before: Json, after: Json) -> Iterator[tuple[str, Json, Json]]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _in_objects(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _in_arrays(path, before, after)
    elif not same(before, after):
        yield path, before, after


def _in_objects(path: str, before: dict[str, Json], after: dict[str, Json]) -> Iterator[tuple[str, Json, Json]]:
    for key in {**before, **after}:
        place = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
        if key in before and key in after:
            yield from _changes(place, before[key], after[key])
        else:
            yield place, before.get(key), after.get(key)


def _in_arrays(path: str, before: list[Json], after: list[Json]) -> Iterator[tuple[str, Json, Json]]:
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    both = min(len(old), len(new))
    for place in range(both):
        yield from _changes(f"{path}/{start + place}", old[place], new[place])
    for place in range(both, len(old)):
        yield f"{path}/{start + place}", old[place], None
    for place in range(both, len(new)):
        yield f"{path}/{start + place}", None, new[place]


def _common(one: list[Json], other: list[Json]) -> int:
    """How many items at the beginning are equal."""
    pairs = zip(one, other, strict=False)
    return next((place for place, pair in enumerate(pairs) if not same(*pair)), min(len(one), len(other)))
