"""A class as a source: its public methods become tools with an instance of their own."""

from pathlib import Path
from typing import Any

import pytest

from apigen.component import build
from apigen.errors import ConfigError, SourceError
from apigen.reasons import Reason
from apigen.sources import PythonSource

SHOPS = Path(__file__).parent.parent / "execution" / "libraries" / "shops.py"


def source(class_name: str = "Shop", path: Path = SHOPS, **keys: Any) -> PythonSource:
    return PythonSource(path=str(path), class_name=class_name, **keys)


def test_public_typed_documented_methods_are_apis() -> None:
    loaded = source().load("shop")
    assert [api.name for api in loaded.apis] == [
        "put", "count", "price", "tax", "title", "process", "sleep", "leave",
    ]  # fmt: skip
    assert {one.name: one.reason for one in loaded.refused} == {
        "untold": Reason.no_description,
        "untyped": Reason.untyped,
    }


def test_an_api_is_the_method_without_self() -> None:
    put = source().load("shop").apis[0]
    assert put.description == "Put an item into the cart."
    assert put.parameters["properties"] == {
        "item": {"type": "string", "description": "Name of the item."},
        "count": {"type": "integer", "description": "How many of it.", "default": 1},
    }
    assert put.required == ("item",)
    assert put.returns == {"type": "integer"}
    assert put.examples == ({"item": "pear", "count": 2},)  # from the doctest of the class


def test_the_implementation_says_how_the_instance_is_made() -> None:
    for api in source(initial_state={"stock": {"fig": 1}}, state="cart").load("shop").apis:
        assert api.stateful
        assert api.implementation is not None
        assert api.implementation.target == f"shops:Shop.{api.name}"
        assert api.implementation.path == (str(SHOPS.parent),)
        assert api.implementation.options == {
            "class": "Shop",
            "initial_state": {"stock": {"fig": 1}},
            "load_state": None,
            "state": "cart",
        }


def test_methods_that_load_and_tell_the_state_are_no_tools() -> None:
    loaded = source("Ledger", load_state="_load", state="told", initial_state={"entries": []}).load("ledger")
    assert [api.name for api in loaded.apis] == ["append"]


def test_inherited_methods_belong_to_the_class_with_the_docstring_that_they_inherit() -> None:
    loaded = source("Hall").load("hall")
    put = next(api for api in loaded.apis if api.name == "put")
    assert put.description == "Put an item into the cart."
    assert {api.name for api in loaded.apis} >= {"put", "order", "count"}


def test_methods_of_a_library_are_no_tools(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "import threading\nimport pydantic\n\n\n"
        "class Worker(threading.Thread):\n"
        '    def greet(self, name: str) -> str:\n        """Greet."""\n        return name\n\n\n'
        "class Model(pydantic.BaseModel):\n"
        "    n: int = 0\n\n"
        '    def raised(self, by: int) -> int:\n        """Raise it."""\n        self.n += by\n        return self.n\n'
    )
    for name, methods in (("Worker", ["greet"]), ("Model", ["raised"])):
        loaded = source(name, tmp_path / "mine.py").load("mine")
        assert [api.name for api in loaded.apis] == methods
        assert not loaded.refused


def test_a_class_within_a_package_or_a_class(tmp_path: Path) -> None:
    package = tmp_path / "firm"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "desk.py").write_text(
        "class Desk:\n    class Drawer:\n"
        '        def put(self, thing: str) -> str:\n            """Put in."""\n            return thing\n'
    )
    (api,) = source("Desk.Drawer", package).load("desk").apis
    assert api.implementation is not None
    assert api.implementation.target == "firm.desk:Desk.Drawer.put"


def test_names_can_carry_the_class() -> None:
    names = [api.name for api in source(naming="module", include=["Shop.put", "count"]).load("shop").apis]
    assert names == ["Shop_put", "Shop_count"]


def test_async_methods_and_generators_are_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from collections.abc import Iterator\n\n\nclass Odd:\n"
        '    async def late(self, a: int) -> int:\n        """Later."""\n        return a\n\n'
        '    def each(self, a: int) -> Iterator[int]:\n        """One by one."""\n        yield a\n'
    )
    loaded = source("Odd", tmp_path / "mine.py").load("odd")
    assert not loaded.apis
    assert [one.reason for one in loaded.refused] == [Reason.unsupported_signature] * 2


@pytest.mark.parametrize(
    ("class_name", "keys", "words"),
    [
        ("Shopp", {}, "has no class `Shopp`; did you mean `Shop`?"),
        ("Shop", {"initial_state": {"shelf": 1}}, "unexpected keyword argument 'shelf'"),
        ("Ledger", {"load_state": "_lod"}, "no method `_lod`; did you mean `_load`?"),
        ("Shop", {"include": ["nothing"]}, "is left by `include` and `exclude`"),
        ("Offer", {}, "`Offer` holds no public method"),
    ],
)
def test_mistakes_are_told_before_anything_is_spent(class_name: str, keys: dict[str, Any], words: str) -> None:
    if class_name == "Offer":
        keys = {"initial_state": {"item": "fig", "price": 1.0}}
    with pytest.raises(SourceError) as caught:
        source(class_name, **keys).load("shop")
    assert words in caught.value.what
    assert caught.value.where.startswith("sources.shop.")
    assert caught.value.remedy


def test_an_abstract_class_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "import abc\n\n\nclass Plan(abc.ABC):\n    @abc.abstractmethod\n"
        '    def go(self, a: int) -> int:\n        """Go."""\n'
    )
    with pytest.raises(SourceError, match="abstract"):
        source("Plan", tmp_path / "mine.py").load("plan")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"initial_state": {"a": 1}}, "give `class_name` too"),
        ({"class_name": "my shop"}, "name of a class"),
        ({"class_name": "Shop", "initial_state": {"a": float("nan")}}, "must be JSON"),
        ({"class_name": "Shop", "initial_stat": {}}, "did you mean `initial_state`"),
    ],
)
def test_keys_that_make_no_sense(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        build({"_target_": "apigen.sources.PythonSource", "path": "shop.py"} | keys, "sources.shop")
