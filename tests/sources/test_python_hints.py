"""Type hints as JSON Schema: what is kept for types that come again."""

from typing import Annotated, Any, Optional, Union

import pytest
from annotated_types import Ge

from apigen.sources.introspection.hints import Unsupported, schema_of_hint


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Union[int, str], Union[str, int]),  # noqa: UP007
        (int | str, str | int),
        (list[int | str], list[str | int]),
        (Annotated[int, Ge(1), "first"], Annotated[int, Ge(1), "second"]),
    ],
)
def test_equal_hints_keep_schemas_of_their_own(first: Any, second: Any) -> None:
    alone = [str(schema_of_hint(hint)) for hint in (first, second)]
    assert [str(schema_of_hint(hint)) for hint in (first, second)] == alone
    assert alone[0] != alone[1]


@pytest.mark.parametrize("hint", [int, list[str], dict[str, float], Optional[int], Annotated[int, Ge(3)]])  # noqa: UP045
def test_a_schema_may_be_changed_by_whoever_asked_for_it(hint: Any) -> None:
    schema, notes = schema_of_hint(hint)
    before = str((schema, notes))
    for part in [schema, *(value for value in schema.values() if isinstance(value, dict))]:
        part["default"] = 1
    notes.append("more")
    assert str(schema_of_hint(hint)) == before


def test_a_type_that_json_cannot_express_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(Unsupported, match="bytes cannot be given as JSON"):
            schema_of_hint(list[bytes])
