"""A wheel, installed in an environment of its own and run from elsewhere with a user's own files."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FUNCTIONS = '''
def shout(text: str, times: int = 1) -> str:
    """Write a text in capitals, several times over.

    Args:
        text: The text.
        times: How often.

    Examples:
        >>> shout("hello", 2)
        'HELLO HELLO'
    """
    return " ".join([text.upper()] * times)
'''

SOURCE = """\
# @package sources
mine:
  _target_: apigen.sources.PythonSource
  path: my_functions.py
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment that holds the wheel, and finds its dependencies in this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    site = next((folder / "lib").glob("python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return folder / "bin" / "python"


def run(python: Path, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [python, "-m", "apigen", *arguments],
        cwd=folder,
        env=environment | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )


def test_the_wheel_holds_the_configuration_and_the_catalogue(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (*ROOT.glob("conf/**/*.yaml"), *ROOT.glob("apigen/catalogue/seeds/*.jsonl")):
        inside = path.relative_to(ROOT).as_posix()
        assert (f"apigen/{inside}" if inside.startswith("conf/") else inside) in names
    assert "apigen/conf/config.yaml" in names
    assert "apigen/py.typed" in names
    assert not [name for name in names if name.startswith(("tests", "outputs", "benchmarks"))]


def test_it_is_the_wheel_that_runs(installed: Path, tmp_path: Path) -> None:
    code = "import apigen, apigen.config; print(apigen.__file__, apigen.config.conf_folder())"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    found = subprocess.run(
        [installed, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert str(installed.parent.parent) in found.split()[0]
    assert str(installed.parent.parent) in found.split()[1]


def test_a_users_functions_and_configuration(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "my_functions.py").write_text(FUNCTIONS)
    (tmp_path / "my_conf" / "source").mkdir(parents=True)
    (tmp_path / "my_conf" / "source" / "mine.yaml").write_text(SOURCE)
    done = run(
        installed,
        tmp_path,
        "generate",
        "--config-dir",
        "my_conf",
        "source=[mine]",
        "style=[simple,parallel]",
        "requests=5",
    )
    assert done.returncode == 0, done.stderr
    listed = run(installed, tmp_path, "sql", "SELECT DISTINCT functions FROM entries", "--format", "jsonl")
    assert listed.returncode == 0, listed.stderr
    assert "shout" in listed.stdout


def test_a_saved_configuration_runs_again(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "generate", "name=first", "requests=3", "seed=5").returncode == 0
    saved = next((tmp_path / "outputs").glob("first-*")) / ".hydra"
    again = run(installed, tmp_path, "generate", "--config-path", str(saved), "--config-name", "config", "name=again")
    assert again.returncode == 0, again.stderr
    query = "SELECT count(DISTINCT text) AS texts, count(*) AS n, count(DISTINCT run) AS runs FROM candidates"
    counted = run(installed, tmp_path, "sql", query, "--format", "csv").stdout.split()[1].split(",")
    assert int(counted[2]) == 2
    assert int(counted[0]) * 2 == int(counted[1])
