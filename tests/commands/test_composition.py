"""Hydra around a verb: one run is composed once, and a sweep or a mistake is left to Hydra's own main."""

from pathlib import Path
from typing import Any

import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl

from apigen.commands import composition
from apigen.errors import ConfigError


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The overrides of each configuration that Hydra composes."""
    monkeypatch.chdir(tmp_path)
    found: list[list[str]] = []
    compose = ConfigLoaderImpl.load_configuration

    def counted(self: ConfigLoaderImpl, *args: Any, **kwargs: Any) -> Any:
        found.append([*kwargs["overrides"]])
        return compose(self, *args, **kwargs)

    monkeypatch.setattr(ConfigLoaderImpl, "load_configuration", counted)
    return found


def run(arguments: list[str], extra: tuple[str, ...] = ()) -> list[Any]:
    given: list[Any] = []
    composition.run(given.append, arguments, extra)
    return given


def test_one_run_is_composed_once(composed: list[list[str]], tmp_path: Path) -> None:
    (config,) = run(["seed=7", "hydra.run.dir=here"])
    assert (config.seed, len(composed)) == (7, 1)
    assert "hydra" not in config
    assert sorted(path.name for path in (tmp_path / "here" / ".hydra").iterdir()) == [
        "config.yaml",
        "hydra.yaml",
        "overrides.yaml",
    ]


def test_a_verb_that_writes_no_run_writes_nothing(composed: list[list[str]], tmp_path: Path) -> None:
    assert len(run(["seed=7"], composition.NO_FILES)) == len(composed) == 1
    assert not list(tmp_path.iterdir())


def test_what_hydra_writes_is_the_same_by_both_ways(composed: list[list[str]], tmp_path: Path) -> None:
    overrides = ["seed=7", "experiment=quickstart", "hydra.run.dir=here", "hydra.mode=RUN"]
    run(overrides)
    at_once = {path.name: path.read_text() for path in (tmp_path / "here" / ".hydra").iterdir()}
    run(["--config-dir", str(tmp_path), *overrides])
    by_main = {path.name: path.read_text() for path in (tmp_path / "here" / ".hydra").iterdir()}
    added = f"    - path: {tmp_path}\n      schema: file\n      provider: command-line\n"
    assert added in by_main["hydra.yaml"]
    assert by_main | {"hydra.yaml": by_main["hydra.yaml"].replace(added, "")} == at_once
    assert len(composed) == 3


@pytest.mark.parametrize("arguments", [["experiment=ablation_stages"], ["-m", "checker=[format],[execution],[]"]])
def test_a_sweep_is_hydras(composed: list[list[str]], arguments: list[str]) -> None:
    assert [[*config.checkers] for config in run([*arguments, "hydra.sweep.dir=there"])][-1] in (["format"], [])
    assert len(composed) > 3


def test_a_value_with_commas_without_m_is_refused_as_by_hydra(composed: list[list[str]]) -> None:
    with pytest.raises(ConfigError, match="Ambiguous value for argument 'seed=1,2'"):
        run(["seed=1,2"])


def test_an_unknown_key_is_refused_with_advice(composed: list[list[str]]) -> None:
    with pytest.raises(ConfigError, match="no configuration key `sede`; did you mean `seed`"):
        run(["sede=1"])


def test_errors_of_the_task_reach_the_caller(composed: list[list[str]]) -> None:
    def failing(config: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        composition.run(failing, [], composition.NO_FILES)
    assert len(composed) == 1
