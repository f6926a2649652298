"""The function documents of BFCL, as installed: every one is read, converted to a valid schema, and judged."""

import importlib.util
from collections import Counter

import pytest
from jsonschema import Draft202012Validator

from apigen.reasons import Reason
from apigen.sources import Admission, ToolsSource
from apigen.sources.source import Loaded

pytestmark = pytest.mark.skipif(importlib.util.find_spec("bfcl_eval") is None, reason="bfcl-eval is not installed")

PATHS = ["data/BFCL_v4_[!f]*.json", "data/multi_turn_func_doc/*.json", "data/unused_datasets/question/*.json"]


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return ToolsSource(package="bfcl_eval", path=PATHS).load("bfcl")


def test_every_document_is_read(loaded: Loaded) -> None:
    assert loaded.refused == ()
    assert len(loaded.apis) > 3000
    assert sum(api.returns is not None for api in loaded.apis) > 100


def test_every_schema_is_valid(loaded: Loaded) -> None:
    for api in loaded.apis:
        Draft202012Validator.check_schema(api.parameters)


def test_what_is_refused_and_why(loaded: Loaded) -> None:
    strict = Admission().admit({"bfcl": loaded})
    assert {refused.reason for refused in strict.refused} == {
        Reason.duplicate_name,
        Reason.no_parameters,
        Reason.default_mismatch,
    }
    dropped = ToolsSource(package="bfcl_eval", path=PATHS, defaults="drop").load("bfcl")
    lenient = Admission(allow_no_parameters=True, on_duplicate_name="rename").admit({"bfcl": dropped})
    assert Counter(refused.reason for refused in lenient.refused) == {}
    assert len(lenient.apis) == len(dropped.apis)
