"""The single values inside arguments, and where they stand."""

from collections.abc import Iterator

from apigen.records import Json

Path = tuple[str | int, ...]


def leaves(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every value in `value` that is neither list nor object, with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def replaced(value: Json, path: Path, new: Json) -> Json:
    """A copy of `value` with `new` at `path`."""
    if not path:
        return new
    copied: Json = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = replaced(copied[path[0]], path[1:], new)
    return copied
