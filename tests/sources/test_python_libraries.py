"""The Python source on real libraries: the shipped catalogue, the standard library by its stubs, installed packages."""

import importlib.util
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from jsonschema import Draft202012Validator
from omegaconf import OmegaConf

from apigen.component import build
from apigen.records import Api
from apigen.sources import PythonSource

CONF = Path(__file__).parents[2] / "conf"
SHIPPED = sorted(
    file.stem for file in (CONF / "source").glob("*.yaml") if "PythonSource" in file.read_text(encoding="utf-8")
)


def sources_of(name: str, *overrides: str) -> dict[str, PythonSource]:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose(f"source/{name}", overrides=list(overrides))
    built: dict[str, PythonSource] = build(OmegaConf.to_container(config.sources, resolve=True), "sources")
    return built


def check(api: Api) -> None:
    """What holds for every API: a valid closed schema that its defaults and examples fit."""
    Draft202012Validator.check_schema(api.parameters)
    assert api.description
    assert "$ref" not in str(api.parameters)
    assert set(api.required) <= set(api.properties)
    for schema in api.properties.values():
        assert "default" not in schema or Draft202012Validator(schema).is_valid(schema["default"])
    for example in api.examples:
        assert Draft202012Validator(api.parameters).is_valid(example)


def apis_of(name: str) -> dict[str, Api]:
    sources = sources_of(name)
    for source in sources.values():
        if source.module and importlib.util.find_spec(source.module.partition(".")[0]) is None:
            pytest.skip(f"{source.install} is not installed")
    return {api.name: api for key, source in sources.items() for api in source.load(key).apis}


@pytest.mark.parametrize("name", [name for name in SHIPPED if name != "python"])
def test_every_shipped_source_gives_sound_apis(name: str) -> None:
    apis = apis_of(name)
    assert apis
    for api in apis.values():
        check(api)


def test_the_source_for_a_users_file_needs_only_its_path() -> None:
    assert sources_of("python", "sources.python.path=mine.py")["python"] == PythonSource(path="mine.py")


def test_all_of_the_catalogue_is_offered_with_examples() -> None:
    (source,) = sources_of("catalogue").values()
    loaded = source.load("catalogue")
    assert not loaded.refused
    assert len({api.name for api in loaded.apis}) == len(loaded.apis) >= 200
    assert len({api.category for api in loaded.apis}) == 21
    assert all(len(api.examples) >= 2 for api in loaded.apis)
    for api in loaded.apis:
        described = [name for name, schema in api.properties.items() if schema.get("description")]
        assert described == list(api.properties), api.name


def test_types_of_the_standard_library_come_from_stubs() -> None:
    apis = apis_of("stdlib")
    assert apis["sqrt"].properties == {"x": {"type": "number"}}
    assert apis["comb"].properties == {"n": {"type": "integer"}, "k": {"type": "integer"}}
    assert apis["log"].required == ("x",)
    assert apis["fmean"].properties["data"] == {"type": "array", "items": {"type": "number"}}
    assert apis["quantiles"].properties["method"]["enum"] == ["inclusive", "exclusive"]
    assert apis["shorten"].properties["width"] == {"type": "integer"}
    assert apis["monthrange"].returns is not None
    assert apis["mean"].examples[0] == {"data": [1, 2, 3, 4, 4]}
    assert "gcd" not in apis


def test_without_stubs_the_standard_library_is_untyped() -> None:
    loaded = PythonSource(module="math", stubs=False).load("math")
    assert not loaded.apis
    assert {refusal.reason.value for refusal in loaded.refused} <= {"untyped", "unsupported_signature"}


def test_names_of_stdnum_are_unique_and_its_module_doctests_are_examples() -> None:
    apis = apis_of("stdnum")
    assert len(apis) == 150
    assert sum(bool(api.examples) for api in apis.values()) > 30
    assert all(name.isidentifier() for name in apis)


def test_aliases_of_humanize_for_type_checkers_are_followed() -> None:
    assert apis_of("humanize")["intcomma"].properties["value"]["anyOf"] == [{"type": "number"}, {"type": "string"}]
