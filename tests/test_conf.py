"""The shipped configuration: every file composes and builds, alone and as the choice of its group."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from apigen.config import conf_folder, pipeline
from apigen.llm import OpenAIServer
from apigen.llm.hydra_names import register
from apigen.pipeline import Pipeline

FILES = sorted(conf_folder().rglob("*.yaml"))
CHOICES = [file.relative_to(conf_folder()).with_suffix("").as_posix() for file in FILES if file.parent != conf_folder()]
LISTS = ("checker", "executor", "prompt", "source", "style")
"""Groups of which several are chosen at once."""

GIVEN = {
    "model/litellm": ["model.model=openai/gpt-4o-mini"],
    "model/gguf": ["model.path=m.gguf"],
    "model/gguf_hub": ["model.repo=owner/name", "model.file=m.gguf"],
    "model/mixture": ["+model@model.models.a=offline", "+model@model.models.b=openai/gpt-4o-mini"],
    "model/openai_batch": ["model.model=m"],
    "model/openai_server": ["model.base_url=http://127.0.0.1:9/v1", "model.model=m"],
    "experiment/local_server": ["model.base_url=http://127.0.0.1:9/v1", "model.model=m"],
}
"""What a user must give with a choice; paths of sources are filled in below."""


@pytest.fixture(autouse=True)
def hydra() -> Iterator[None]:
    GlobalHydra.instance().clear()
    register()
    with initialize_config_dir(version_base="1.3", config_dir=str(conf_folder())):
        yield
    GlobalHydra.instance().clear()


def overrides(choice: str) -> list[str]:
    group, _, name = choice.partition("/")
    given = list(GIVEN.get(choice, []))
    if group == "source":
        text = (conf_folder() / f"{choice}.yaml").read_text("utf-8")
        given += [f"sources.{name}.{key}=x" for key in re.findall(r"^  (\w+): \?\?\?", text, re.MULTILINE)]
    return [f"{group}=[{name}]" if group in LISTS else f"{group}={name}", *given]


def built(*overrides: str) -> Pipeline:
    return pipeline(compose("config", list(overrides)))


def test_the_default_configuration_builds() -> None:
    assert list(built().checkers) == ["format", "execution", "semantic"]


@pytest.mark.parametrize("choice", CHOICES)
def test_every_file_builds_as_the_choice_of_its_group(choice: str) -> None:
    assert isinstance(built(*overrides(choice)), Pipeline)


@pytest.mark.parametrize("choice", [choice for choice in CHOICES if choice.startswith("model/")])
def test_every_model_may_judge(choice: str) -> None:
    settings = [given.replace("model.", "judge.") for given in GIVEN.get(choice, [])]
    one = built(f"model@judge={choice.removeprefix('model/')}", *settings)
    assert one.judge.title


def swept(choice: str) -> dict[str, str]:
    text = OmegaConf.load(conf_folder() / f"{choice}.yaml")
    found: dict[str, str] = dict(OmegaConf.select(text, "hydra.sweeper.params") or {})
    return found


SWEEPS = [
    (choice, key, params)
    for choice in CHOICES
    if choice.startswith("experiment/")
    for key, params in swept(choice).items()
]


@pytest.mark.parametrize(("choice", "key", "params"), SWEEPS)
def test_every_arm_of_a_sweep_builds(choice: str, key: str, params: str) -> None:
    arms = re.findall(r"\[[^\]]*\]|[^,\[\]]+", params)
    assert len(arms) > 1
    for arm in arms:
        assert isinstance(built(*overrides(choice), f"{key}={arm}"), Pipeline)


@pytest.mark.parametrize("name", ["openai/gpt-4o-mini", "anthropic/claude-3-5-sonnet-latest"])
def test_any_litellm_name_is_a_model(name: str) -> None:
    assert built(f"model={name}").model.title == name


def test_a_local_server_is_asked_for_both_with_one_key_and_the_same_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "the-key-of-the-server")
    given = [*GIVEN["experiment/local_server"], "model.api_key=${oc.env:SOME_KEY}", "model.requests_per_minute=5"]
    judge = built("experiment=local_server", *given).judge
    assert isinstance(judge, OpenAIServer)
    assert judge.api_key is not None
    assert (judge.api_key.get_secret_value(), judge.requests_per_minute) == ("the-key-of-the-server", 5)


def test_the_judge_is_the_generators_model_unless_it_is_set() -> None:
    assert built("model=openai/gpt-4o-mini").judge.title == "openai/gpt-4o-mini"
    assert built("model=openai/gpt-4o-mini", "model@judge=openai/gpt-4o").judge.title == "openai/gpt-4o"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(conf_folder()).as_posix())
def test_every_file_is_short_and_opens_with_a_comment_that_tells_what_it_is_for(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    comments = [line for line in lines[:3] if line.startswith("#") and not line.startswith("# @package")]
    assert comments
    assert len(lines) <= 70


def test_the_root_names_every_setting_of_the_pipeline() -> None:
    plain = OmegaConf.to_container(compose("config"), resolve=False)
    assert isinstance(plain, dict)
    assert set(plain) == {"_target_", *Pipeline.model_fields}
