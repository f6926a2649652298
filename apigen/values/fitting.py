"""Whether a value fits a JSON Schema (Draft 2020-12), with compiled validators kept by the schema's text."""

import json
from functools import lru_cache
from typing import Any

from apigen.plainschema import Check, quick_check
from apigen.records import Json, canonical_json


@lru_cache(maxsize=4096)
def _quick_check(text: str) -> Check | None:
    return quick_check(json.loads(text))


@lru_cache(maxsize=4096)
def _validator(text: str) -> Any:
    from jsonschema import Draft202012Validator
    from referencing import Registry

    # an empty registry: a `$ref` to elsewhere must never be fetched
    return Draft202012Validator(json.loads(text), registry=Registry())


def fits(schema: Json, value: Json) -> bool:
    """Whether `value` is valid against `schema`. A schema that cannot be used fits nothing."""
    try:
        text = canonical_json(schema)
        quick = _quick_check(text)
        return (quick is not None and quick(value)) or bool(_validator(text).is_valid(value))
    except Exception:  # a third party's schema can break a validator in many ways; none of them is a fit
        return False
