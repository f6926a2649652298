"""The jail in which a source's modules are described."""

import sys
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from apigen.config import conf_folder, pipeline
from apigen.errors import ConfigError
from apigen.jail import tiers
from apigen.llm.hydra_names import register
from apigen.sources import PythonSource

FUNCTION = '''
def {name}(a: int) -> int:
    """Double a number.

    Args:
        a: The number.
    """
    return 2 * a
'''


@pytest.mark.parametrize("asked", [None, "process"])
def test_the_executors_isolation_reaches_the_source(asked: str | None, tmp_path: Path) -> None:
    GlobalHydra.instance().clear()
    register()
    given = [f"executors.python.isolation={asked}"] if asked else []
    with initialize_config_dir(version_base="1.3", config_dir=str(conf_folder())):
        built = pipeline(compose("config", ["source=[python]", f"sources.python.path={tmp_path}", *given]))
    source = built.sources["python"]
    assert isinstance(source, PythonSource)
    assert source.isolation == (asked or "auto")


def test_a_tier_that_does_not_work_is_not_replaced_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiers, "_trial", lambda jail: "not here")
    (tmp_path / "own.py").write_text(FUNCTION.format(name="double"))
    with pytest.raises(ConfigError, match="not here"):
        PythonSource(path=str(tmp_path / "own.py"), isolation="landlock").load("own")


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_importing_takes_no_more_than_its_memory(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "import mmap\ntry:\n    mmap.mmap(-1, 16 << 30)\nexcept OSError:\n" + "    pass\nelse:\n    1 / 0\n"
        + FUNCTION.format(name="double")
    )  # fmt: skip
    loaded = PythonSource(path=str(tmp_path / "own.py")).load("own")
    assert [api.name for api in loaded.apis] == ["double"]
