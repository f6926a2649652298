"""From YAML to plain data: secrets stay outside, what is missing is named, overrides become a map."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from apigen.component import ALLOW_VARIABLE
from apigen.config import (
    allow_own_code,
    conf_folder,
    hydra_advice,
    judge_like_generator,
    override_map,
    refuse_secret_overrides,
    refuse_secrets,
    resolved,
    unresolved,
)
from apigen.errors import ConfigError

SECRETS = [
    ("api_key", "abc123"),
    ("key", "abc123"),
    ("access_token", "abc123"),
    ("password", "hunter2"),
    ("apiKey", "abc123"),
    ("apikey", "abc123"),
    ("X-API-Key", "abc123"),
    ("Authorization", "Bearer abc"),
    ("api_key", "${oc.env:KEY,abc123}"),
    ("api_key", "x${oc.env:KEY}"),
    ("api_keys", ["${oc.env:KEY}", "abc123"]),
    ("note", "sk-proj-0123456789abcdefghij"),
    ("header", "Bearer 0123456789abcdefghij"),
]
HARMLESS = [
    ("api_key", None),
    ("api_key", "???"),
    ("api_key", ""),
    ("api_key", "${oc.env:KEY}"),
    ("api_key", "${oc.env:KEY,null}"),
    ("api_key", "${oc.env:KEY,EMPTY}"),
    ("Authorization", "Bearer ${oc.env:KEY}"),
    ("api_key", "${model.api_key}"),
    ("max_tokens", 100),
    ("monkey", "banana"),
    ("keyboard", "qwerty"),
    ("name", "risk-adjusted-return-of-portfolio-1"),
]


@pytest.mark.parametrize(("key", "value"), SECRETS)
def test_a_literal_secret_is_refused_and_never_repeated(key: str, value: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        refuse_secrets(OmegaConf.create({"model": {"headers": [{key: value}]}}))
    assert key in str(caught.value)
    for part in [value] if isinstance(value, str) else value:
        assert "${" in part or part not in str(caught.value)
    assert "oc.env" in str(caught.value.remedy)


@pytest.mark.parametrize(("key", "value"), HARMLESS)
def test_references_numbers_and_other_words_are_no_secrets(key: str, value: Any) -> None:
    refuse_secrets(OmegaConf.create({"model": {key: value}}))


@pytest.mark.parametrize(
    "override",
    [
        "model.api_key=abc123",
        "+model.api_key=abc123",
        "++model.headers.Authorization='Bearer abc'",
        "model={api_key: abc123}",
        "+model={name: x, headers: {X-Api-Key: 'abc123'}}",
        "model.api_key=abc,def",
        "+note=sk-proj-0123456789abcdefghij",
    ],
)
def test_a_secret_on_the_command_line_is_refused(override: str) -> None:
    with pytest.raises(ConfigError, match="A secret is given literally") as caught:
        refuse_secret_overrides(["seed=1", override])
    assert "abc" not in str(caught.value).replace("abcdef", "")
    assert "0123456789" not in str(caught.value)


@pytest.mark.parametrize(
    "override",
    [
        "model.api_key=${oc.env:KEY}",
        "model.api_key='${oc.env:KEY}'",
        "model.api_key=null",
        "model={api_key: ${oc.env:KEY}}",
        "generator.max_tokens=5",
        "~checkers.semantic",
        "checker=[format,execution]",
    ],
)
def test_other_overrides_are_let_through(override: str) -> None:
    refuse_secret_overrides([override])


def test_resolved_data_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY", "Oslo")
    plain = resolved(OmegaConf.create({"a": {"b": [1, "${oc.env:CITY}"]}, "c": "${a.b}"}))
    assert plain == {"a": {"b": [1, "Oslo"]}, "c": [1, "Oslo"]}
    assert type(plain["a"]) is dict
    assert type(plain["a"]["b"]) is list


def test_what_is_stored_keeps_its_references(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "very secret")
    assert unresolved(OmegaConf.create({"api_key": "${oc.env:KEY}"})) == {"api_key": "${oc.env:KEY}"}


def test_every_missing_value_is_named() -> None:
    with pytest.raises(ConfigError, match=r"A value is missing: a\.b, c\."):
        resolved(OmegaConf.create({"c": "???", "a": {"b": "???"}}))


def test_an_unset_variable_is_named_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(ConfigError, match="NO_SUCH_KEY is not set") as caught:
        resolved(OmegaConf.create({"model": {"api_key": "${oc.env:NO_SUCH_KEY}"}}))
    assert caught.value.where == "model.api_key"
    assert caught.value.remedy == "export NO_SUCH_KEY=…"


def test_an_interpolation_that_leads_nowhere_is_an_error_of_the_user() -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        resolved(OmegaConf.create({"a": "${nowhere}"}))


def test_a_configuration_is_a_mapping() -> None:
    with pytest.raises(ConfigError, match="not a mapping"):
        resolved(OmegaConf.create([1]))


def test_overrides_become_a_map() -> None:
    overrides = ["seed=1", "+a.b=x=y", "~c", "seed=2", "checker=[format,execution]"]
    assert override_map(overrides) == {"seed": "2", "a.b": "x=y", "c": "", "checker": "[format,execution]"}


def test_the_shipped_configuration_is_found() -> None:
    assert (conf_folder() / "config.yaml").is_file()


def test_the_working_directory_is_importable_only_if_own_code_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delenv(ALLOW_VARIABLE, raising=False)
    allow_own_code()
    assert os.getcwd() not in sys.path
    monkeypatch.setenv(ALLOW_VARIABLE, "mine")
    allow_own_code()
    allow_own_code()
    assert sys.path.count(os.getcwd()) == 1


def test_an_unknown_key_gets_a_suggestion() -> None:
    advice = hydra_advice(
        Exception("Could not override 'requets'.\nTo append to your config use +requets=1"), {"requests": 1}
    )
    assert "no configuration key `requets`; did you mean `requests`?" in str(advice)


def test_hydras_words_stay_without_its_inner_ones() -> None:
    advice = hydra_advice(
        Exception("In 'config': Could not find 'source/x'\n\nKey 'x' is not in struct\n    full_key: x")
    )
    assert str(advice).startswith("In 'config': Could not find 'source/x'\n  try:")


SERVER = {"_target_": "S", "model": "???", "base_url": "???", "api_key": None, "headers": {}, "timeout": 120}


def judge(**changes: Any) -> Any:
    """The judge's settings when those of the generator are given, and `changes` are made to its own."""
    given = {"model": "m", "base_url": "http://x/v1", "api_key": "${oc.env:KEY}", "headers": {"a": "b"}, "timeout": 5}
    config = OmegaConf.create({"model": SERVER | given, "judge": SERVER | changes})
    judge_like_generator(config)
    return unresolved(config)["judge"]


def test_a_judge_without_a_model_of_its_own_is_the_generators() -> None:
    assert judge() == {
        "_target_": "S", "model": "${model.model}", "base_url": "${model.base_url}", "api_key": "${model.api_key}",
        "headers": "${model.headers}", "timeout": 120,
    }  # fmt: skip
    assert judge(model="other")["model"] == "other"
    assert judge(model="other")["base_url"] == "${model.base_url}"


def test_of_several_models_the_first_judges_unless_one_is_chosen() -> None:
    members = {"a": {"_target_": "A", "api_key": "${oc.env:KEY}"}, "b": {"_target_": "B"}}
    for own, judges in (({}, members["a"]), ({"b": members["b"]}, {"_target_": "M", "models": {"b": members["b"]}})):
        model, judge = ({"_target_": "M", "models": models} for models in (members, own))
        config = OmegaConf.create({"model": model, "judge": judge})
        judge_like_generator(config)
        assert unresolved(config)["judge"] == judges


def test_a_judge_of_the_same_name_is_at_the_same_address() -> None:
    """`model=openai/m model.base_url=…`: the same choice twice, and the address given once."""
    choice = {"model": "m", "base_url": None}
    assert judge(**choice)["base_url"] == "${model.base_url}"
    assert judge(**choice)["api_key"] == "${model.api_key}"
    assert judge(model="other", base_url=None)["base_url"] is None


def test_a_judge_of_its_own_takes_nothing_over() -> None:
    own = {"model": "other", "base_url": "http://y/v1"}
    assert judge(**own) == SERVER | own
    assert judge(_target_="T")["base_url"] == "???"


def test_a_key_never_goes_to_a_server_that_only_the_judge_names() -> None:
    assert judge(base_url="http://y/v1") == SERVER | {"base_url": "http://y/v1"}


def test_a_value_missing_for_generator_and_judge_is_asked_for_once() -> None:
    with pytest.raises(ConfigError, match=r"A value is missing: model\.x\."):
        resolved(OmegaConf.create({"judge": {"x": "???"}, "model": {"x": "???"}}))
