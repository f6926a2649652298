"""The catalogue that ships: broad, documented, pure, and true to its own examples."""

import ast
import doctest
import importlib
import inspect
import json
import pkgutil
from collections import Counter

import pytest

import apigen.catalogue
from apigen.records import Api
from apigen.sources import Admission, PythonSource

CATEGORIES = {
    "Finance", "Data", "Sports", "Travel", "Technology", "Social", "Media", "Entertainment", "Tools", "Math",
    "Business", "Gaming", "Music", "Commerce", "Environment", "Education", "Communication", "Lifestyle", "Health",
    "Other", "Science",
}  # fmt: skip
MODULES = sorted(module.name for module in pkgutil.iter_modules(apigen.catalogue.__path__))
IMPURE = {"os", "sys", "time", "random", "secrets", "socket", "subprocess", "pathlib", "http", "threading"}


@pytest.fixture(scope="module")
def apis() -> tuple[Api, ...]:
    loaded = PythonSource(module="apigen.catalogue").load("catalogue")
    admitted = Admission().admit({"catalogue": loaded})
    assert admitted.refused == ()
    return admitted.apis


def test_every_category_of_the_paper_has_at_least_four_functions(apis: tuple[Api, ...]) -> None:
    counts = Counter(api.category for api in apis)
    assert set(counts) == CATEGORIES
    assert min(counts.values()) >= 4
    assert len(apis) >= 170


def test_every_function_can_be_called_and_has_a_sensible_call(apis: tuple[Api, ...]) -> None:
    assert all(api.executable for api in apis)
    without = [api.name for api in apis if not api.examples]
    assert without == []


def test_every_parameter_is_described(apis: tuple[Api, ...]) -> None:
    bare = [
        f"{api.name}.{name}" for api in apis for name, schema in api.properties.items() if not schema.get("description")
    ]
    assert bare == []


@pytest.mark.parametrize("name", MODULES)
def test_the_doctests_hold(name: str) -> None:
    module = importlib.import_module(f"apigen.catalogue.{name}")
    result = doctest.testmod(module)
    assert result.attempted >= 8
    assert result.failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_nothing_impure_is_imported(name: str) -> None:
    module = importlib.import_module(f"apigen.catalogue.{name}")
    source = ast.parse(inspect.getsource(module))
    imported = {
        alias.name.split(".")[0] for node in ast.walk(source) if isinstance(node, ast.Import) for alias in node.names
    } | {(node.module or "").split(".")[0] for node in ast.walk(source) if isinstance(node, ast.ImportFrom)}
    assert not imported & IMPURE


def test_documents_are_json(apis: tuple[Api, ...]) -> None:
    for api in apis:
        assert json.loads(json.dumps(api.document, allow_nan=False)) == api.document
