"""Building components from plain data: every mistake at once, each with its place and what is meant."""

from pathlib import Path
from typing import Any

import pytest

from apigen.component import ALLOW_VARIABLE, build, suggestion
from apigen.errors import ConfigError
from apigen.sampling import ApiSampler, ExampleSampler, Sampling

SAMPLER = "apigen.sampling.ApiSampler"


def mistakes(config: Any, key: str = "") -> str:
    with pytest.raises(ConfigError) as caught:
        build(config, key)
    return str(caught.value)


def test_a_mapping_with_target_becomes_its_component() -> None:
    built = build({"_target_": SAMPLER, "neighbours": 3})
    assert built == ApiSampler(neighbours=3)


def test_components_are_built_wherever_they_stand() -> None:
    built = build({"a": [{"_target_": SAMPLER}, 1], "b": {"c": {"_target_": SAMPLER}}, "d": None})
    assert built == {"a": [ApiSampler(), 1], "b": {"c": ApiSampler()}, "d": None}


def test_components_may_hold_components() -> None:
    apis = {"_target_": SAMPLER, "strategy": "uniform"}
    assert build({"_target_": "apigen.sampling.Sampling", "apis": apis}) == Sampling(
        apis=ApiSampler(strategy="uniform")
    )


def test_an_unknown_key_is_told_with_its_place_and_the_nearest_known_one() -> None:
    assert "sampling.apis.neighbors: no such key; did you mean `neighbours`?" in mistakes(
        {"apis": {"_target_": SAMPLER, "neighbors": 3}}, "sampling"
    )


def test_a_key_like_no_other_lists_what_there_is() -> None:
    text = mistakes({"_target_": SAMPLER, "zzz": 3})
    assert "zzz: no such key; there are: category_weights, distractors, neighbours" in text


def test_a_missing_value_is_asked_for() -> None:
    assert "style.apis: a value is required" in mistakes(
        {"_target_": "apigen.sampling.QueryStyle", "calls": [1, 1], "functions": [1, 1], "instruction": "x"}, "style"
    )


def test_a_wrong_value_is_told_with_what_is_allowed_and_what_it_is() -> None:
    text = mistakes({"_target_": SAMPLER, "strategy": "fair", "neighbours": 0})
    assert "strategy: should be 'balanced' or 'uniform' (is 'fair')" in text
    assert "neighbours: should be greater than or equal to 1 (is 0)" in text


def test_a_place_within_a_list_is_named() -> None:
    assert "examples.count[1]: should be greater than or equal to 0 (is -1)" in mistakes(
        {"_target_": "apigen.sampling.ExampleSampler", "count": [0, -1]}, "examples"
    )


def test_all_mistakes_are_told_at_once() -> None:
    text = mistakes(
        {
            "_target_": "apigen.sampling.Sampling",
            "apis": {"_target_": SAMPLER, "neighbors": 3, "strategy": "fair"},
            "examples": {"_target_": "apigen.sampling.ExampleSampler", "max_depth": 0},
            "exampels": 1,
        }
    )
    assert "4 mistakes" in text
    for place in ("apis.neighbors", "apis.strategy", "examples.max_depth", "exampels"):
        assert f"  {place}: " in text


def test_a_broken_part_is_not_told_twice() -> None:
    text = mistakes({"_target_": "apigen.sampling.Sampling", "apis": {"_target_": SAMPLER, "neighbours": 0}})
    assert text.startswith("The configuration is wrong: apis.neighbours")
    assert "apis: " not in text


def test_a_broken_part_within_a_mapping_does_not_hide_what_is_missing_beside_it() -> None:
    text = mistakes(
        {
            "_target_": "apigen.verification.FormatChecker",
            "profile": {"_target_": SAMPLER, "neighbours": 0},
            "placeholders": ["("],
        }
    )
    assert "2 mistakes" in text
    assert "placeholders: `(` is not a regular expression" in text


@pytest.mark.parametrize(
    ("key", "value"),
    [("neighbours", "3"), ("neighbours", True), ("neighbours", 3.0), ("similar_share", "0.5"), ("similar_share", True)],
)
def test_text_and_booleans_are_no_numbers(key: str, value: object) -> None:
    assert f"{key}: should be a" in mistakes({"_target_": SAMPLER, key: value})


@pytest.mark.parametrize("value", [1, "yes", "true"])
def test_numbers_and_words_are_no_booleans(value: object) -> None:
    text = mistakes({"_target_": "apigen.sampling.ExampleSampler", "update": value})
    assert f"update: should be true or false (is {value!r})" in text


def test_text_within_lists_and_mappings_is_no_number_either() -> None:
    text = mistakes({"_target_": "apigen.sampling.ExampleSampler", "count": ["1", 2]})
    assert "count[0]: should be an integer (is '1')" in text
    text = mistakes({"_target_": SAMPLER, "category_weights": {"Math": "2"}})
    assert "category_weights.Math: should be a number (is '2')" in text


def test_an_integer_is_a_number() -> None:
    assert build({"_target_": SAMPLER, "similar_share": 1, "category_weights": {"Math": 2}}).similar_share == 1.0


@pytest.mark.parametrize(
    "target",
    ["os.system", "subprocess.Popen", "builtins.eval", "apigenx.Thing", "hydra.utils.get_class", "pathlib.Path"],
)
def test_only_our_own_classes_may_be_named(target: str) -> None:
    assert "is outside the packages that may be named here (apigen)" in mistakes({"x": {"_target_": target}})


@pytest.mark.parametrize("target", [None, 3, "Thing", "", ["apigen.sampling.ApiSampler"]])
def test_a_target_is_a_dotted_name(target: object) -> None:
    assert "x._target_" in mistakes({"x": {"_target_": target}})


@pytest.mark.parametrize("name", ["os", "suggestion", "Mapping", "Nothing", "build"])
def test_only_components_may_be_named(name: str) -> None:
    assert f"has no component `{name}`" in mistakes({"_target_": f"apigen.component.{name}"})


def test_a_misspelt_class_is_suggested() -> None:
    assert "did you mean `ApiSampler`?" in mistakes({"_target_": "apigen.sampling.ApiSampeler"})


@pytest.mark.parametrize("target", ["apigen.verification.Checker", "apigen.llm.model.Model"])
def test_a_base_class_is_no_component_to_use(target: str) -> None:
    assert "is a base class" in mistakes({"_target_": target})


def test_a_module_that_does_not_exist_is_named() -> None:
    assert "module `apigen.nowhere` cannot be imported" in mistakes({"_target_": "apigen.nowhere.Thing"})


@pytest.fixture
def own_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    package = tmp_path / "own_components"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from apigen.component import Component\nclass Mine(Component):\n    size: int = 1\n"
    )
    (package / "bad.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    return "own_components"


def test_own_packages_may_be_allowed(own_package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = {"_target_": f"{own_package}.Mine", "size": 2}
    assert f"{ALLOW_VARIABLE}={own_package} apigen" in mistakes(config)
    monkeypatch.setenv(ALLOW_VARIABLE, f"other, {own_package}.")
    assert build(config).size == 2


def test_a_module_that_fails_is_told_in_a_line(own_package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOW_VARIABLE, own_package)
    assert "cannot be imported: division by zero" in mistakes({"_target_": f"{own_package}.bad.Mine"})


def test_an_allowed_name_allows_nothing_that_only_begins_like_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOW_VARIABLE, "os")
    assert "is outside the packages" in mistakes({"_target_": "ossaudio.Thing"})


def test_components_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        ExampleSampler().update = False  # type: ignore[misc]


def test_suggestion_of_nothing_is_empty() -> None:
    assert suggestion("x", []) == ""
