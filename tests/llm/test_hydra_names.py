"""Every litellm name is a choice of the group `model`, wherever Hydra accepts one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apigen.llm.hydra_names import PROVIDERS, model_name, register

ROOT = Path(__file__).parents[2]

FILES = {
    "config.yaml": "defaults: [_self_, {model: offline}, {model@judge: '${model}'}, {experiment: default}]\n",
    "model/offline.yaml": "_target_: offline\nseed: 1\n",
    "model/litellm.yaml": (ROOT / "conf" / "model" / "litellm.yaml").read_text(),
    "model/openai/shipped.yaml": "_target_: a file\n",
    "experiment/default.yaml": "# none\n",
    "experiment/one.yaml": "# @package _global_\ndefaults: [override /model: openai/a]\n",
    "experiment/both.yaml": (
        "# @package _global_\ndefaults: [override /model: openai/a, override /model@judge: xai/b]\n"
    ),
}


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture(autouse=True)
def fresh_hydra() -> Iterator[None]:
    from hydra.core.global_hydra import GlobalHydra

    GlobalHydra.instance().clear()
    register()
    yield
    GlobalHydra.instance().clear()


def compose(conf: Path, *overrides: str) -> dict[str, Any]:
    from hydra import compose, initialize_config_dir
    from omegaconf import OmegaConf

    with initialize_config_dir(version_base="1.3", config_dir=str(conf)):
        plain: dict[str, Any] = OmegaConf.to_container(compose("config", overrides=list(overrides)))  # type: ignore[assignment]
        return plain


@pytest.mark.parametrize(
    ("overrides", "model", "judge"),
    [
        ((), None, None),
        (("model=openai/gpt-4o-mini",), "openai/gpt-4o-mini", "openai/gpt-4o-mini"),
        (("model@judge=openai/gpt-4o",), None, "openai/gpt-4o"),
        (("model=ollama/llama3.1:8b", "model@judge=groq/x"), "ollama/llama3.1:8b", "groq/x"),
        (("model=hosted_vllm/org/name",), "hosted_vllm/org/name", "hosted_vllm/org/name"),
        (("model=vertex_ai/claude-3-5@20240620", "model@judge=offline"), "vertex_ai/claude-3-5@20240620", None),
        (("model=openai/ft:gpt-4o-mini:org::id",), "openai/ft:gpt-4o-mini:org::id", "openai/ft:gpt-4o-mini:org::id"),
        (("experiment=one",), "openai/a", "openai/a"),
        (("experiment=both",), "openai/a", "xai/b"),
        (("experiment=both", "model=groq/c"), "groq/c", "xai/b"),
    ],
)
def test_a_name_is_a_choice(conf: Path, overrides: tuple[str, ...], model: str | None, judge: str | None) -> None:
    composed = compose(conf, *overrides)
    assert (composed["model"].get("model"), composed["judge"].get("model")) == (model, judge)


def test_all_settings_of_the_file_stand_beside_the_name_and_can_be_overridden(conf: Path) -> None:
    composed = compose(conf, "model=openai/a", "model.temperature=0.1", "judge.temperature=0")
    assert composed["model"]["_target_"] == "apigen.llm.LiteLLM"
    assert (composed["model"]["temperature"], composed["judge"]["temperature"]) == (0.1, 0)
    assert composed["model"]["timeout"] == composed["judge"]["timeout"] == 120


@pytest.mark.parametrize("choice", ["opnai/gpt-4o", "openai", "'openai/'", "gpt-4o", "litelm"])
def test_a_mistyped_choice_is_still_an_error(conf: Path, choice: str) -> None:
    from hydra.errors import MissingConfigException

    with pytest.raises(MissingConfigException, match="Available options in 'model'"):
        compose(conf, f"model={choice}")


def test_files_win_wherever_they_are(conf: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    more = tmp_path_factory.mktemp("more")
    (more / "model" / "openai").mkdir(parents=True)
    (more / "model" / "openai" / "added.yaml").write_text("_target_: added\n")
    assert compose(conf, "model=openai/shipped")["model"] == {"_target_": "a file"}
    searchpath = f"hydra.searchpath=[file://{more}]"
    assert compose(conf, "model=openai/added", searchpath)["model"] == {"_target_": "added"}
    assert compose(conf, "model=openai/other", searchpath)["model"]["model"] == "openai/other"


PROGRAM = """
import sys, hydra
from apigen.llm.hydra_names import register
register()
@hydra.main(version_base="1.3", config_path=sys.argv.pop(1), config_name="config")
def main(config):
    print(config.model._target_, config.model.get("model"), config.judge.get("model"))
main()
"""


def test_names_in_a_sweep(conf: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(conf), "-m", "model=offline,openai/a,ollama/llama3.1:8b"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    printed = [line for line in done.stdout.splitlines() if not line.startswith("[")]
    assert printed == [
        "offline None None",
        "apigen.llm.LiteLLM openai/a openai/a",
        "apigen.llm.LiteLLM ollama/llama3.1:8b ollama/llama3.1:8b",
    ], done.stderr


def test_names_are_not_listed(conf: Path) -> None:
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra

    with initialize_config_dir(version_base="1.3", config_dir=str(conf)):
        loader = GlobalHydra.instance().config_loader()
        assert loader.get_group_options("model") == ["litellm", "offline"]


def test_only_models_are_answered() -> None:
    assert model_name("model/openai/gpt-4o") == "openai/gpt-4o"
    assert model_name("source/openai/gpt-4o") is None
    assert model_name("model/litellm") is None


def test_providers_are_those_of_litellm() -> None:
    from apigen.llm.litellm_model import load_litellm

    known = {str(getattr(provider, "value", provider)) for provider in load_litellm().provider_list}
    assert len(PROVIDERS - known) <= len(PROVIDERS) // 10
    assert {"openai", "anthropic", "azure", "gemini", "groq", "ollama", "hosted_vllm", "mistral"} <= PROVIDERS & known
    # kinds of services that do not chat, and what is new in litellm
    assert len(known - PROVIDERS) <= 40
