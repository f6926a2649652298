"""The Python source: modules that misbehave, places of a user's code, names, choice of functions."""

import os
import sys
from pathlib import Path

import pytest

from apigen.component import build
from apigen.errors import ConfigError, SourceError
from apigen.jail.tiers import choose
from apigen.reasons import Reason
from apigen.sources import PythonSource
from apigen.sources.source import Loaded

FUNCTION = 'def {name}(a: int) -> int:\n    """Give it back."""\n    return a\n'
DOUBLE = FUNCTION.format(name="double")


def write(folder: Path, **files: str) -> Path:
    """Write files by stem; `__` in front of a name stays, `pkg/mod` makes folders."""
    for name, text in files.items():
        file = folder / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def names(loaded: Loaded) -> list[str]:
    return [api.name for api in loaded.apis]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise RuntimeError('first line\\nno licence')", "RuntimeError: no licence (mine.py, line 1)"),
        ("\n\n1 / 0", "ZeroDivisionError: division by zero (mine.py, line 3)"),
        ("import sys\nsys.exit('bye')", "it calls sys.exit('bye')"),
        ("import os\nos._exit(7)", "it ends the process (exit code 7)"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "it crashes the interpreter (SIGSEGV)"),
        ("def f(:\n    pass", "SyntaxError"),
        ("import not_installed_at_all", "No module named 'not_installed_at_all'"),
        ("from . import other", "ImportError"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("class Odd(BaseException):\n    def __str__(self): raise ValueError\nraise Odd", "Odd"),
    ],
)
def test_a_module_that_cannot_be_imported_is_a_clear_error(tmp_path: Path, code: str, words: str) -> None:
    write(tmp_path, mine=code + "\n" + DOUBLE)
    with pytest.raises(SourceError) as caught:
        PythonSource(path=str(tmp_path / "mine.py")).load("own")
    assert words in caught.value.what
    assert caught.value.where == f"sources.own.path={tmp_path / 'mine.py'}"
    assert caught.value.remedy


def test_an_import_that_hangs_is_ended(tmp_path: Path) -> None:
    write(tmp_path, mine="import threading\nthreading.Event().wait()\n")
    with pytest.raises(SourceError, match=r"not imported and described within 0\.8 s"):
        PythonSource(path=str(tmp_path / "mine.py"), timeout=0.8).load("own")


@pytest.mark.parametrize(
    "code",
    [
        "print('x' * 5_000_000)",
        "import os\nos.write(1, b'{\"done\": true}\\n' * 100)\nos.write(2, b'x' * 100_000)",
        "import sys\nsys.stdin.read()\nsys.stdout.close()",
        "import threading\nthreading.Thread(target=threading.Event().wait).start()",
        "import atexit, os\natexit.register(os._exit, 3)",
        "import os, time\nif os.fork() == 0:\n    time.sleep(600)",
        "import os\nos.chdir('/')\nos.environ.clear()",
        "import warnings\nwarnings.warn('old')",
    ],
)
def test_whatever_else_a_module_does_on_import_does_not_matter(tmp_path: Path, code: str) -> None:
    write(tmp_path, mine=code + "\n" + DOUBLE)
    assert names(PythonSource(path=str(tmp_path / "mine.py")).load("own")) == ["double"]


def test_secrets_and_variables_of_the_engine_are_not_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    write(tmp_path, mine="import os\nassert 'OPENAI_API_KEY' not in os.environ\n" + DOUBLE)
    assert names(PythonSource(path=str(tmp_path / "mine.py")).load("own")) == ["double"]


def test_nothing_is_imported_into_the_engine_or_written_beside_the_code(tmp_path: Path) -> None:
    write(tmp_path, only_there=DOUBLE)
    PythonSource(path=str(tmp_path / "only_there.py")).load("own")
    assert "only_there" not in sys.modules
    assert os.listdir(tmp_path) == ["only_there.py"]


def test_in_a_package_the_other_modules_go_on(tmp_path: Path) -> None:
    package = tmp_path / "kit"
    write(
        package,
        __init__=FUNCTION.format(name="top"),
        a_first=FUNCTION.format(name="first"),
        b_exits="import os\nos._exit(1)",
        c_raises="raise OSError('no device')",
        d_hangs="while True: pass",
        e_needs="import not_installed_at_all",
        z_last=FUNCTION.format(name="last"),
        _private=FUNCTION.format(name="hidden"),
        test_kit=FUNCTION.format(name="tested"),
        **{"inner/__init__": "", "inner/deep": FUNCTION.format(name="deep")},
    )
    loaded = PythonSource(path=str(package), timeout=1.5).load("own")
    assert sorted(names(loaded)) == ["deep", "first", "last", "top"]
    assert {refusal.name: refusal.reason for refusal in loaded.refused} == dict.fromkeys(
        ("kit.b_exits", "kit.c_raises", "kit.d_hangs", "kit.e_needs"), Reason.import_failed
    )
    details = {refusal.name: refusal.detail for refusal in loaded.refused}
    assert "exit code 1" in details["kit.b_exits"]
    assert "OSError: no device" in details["kit.c_raises"]
    assert "within 1.5 s" in details["kit.d_hangs"]
    assert "pip install not_installed_at_all" in details["kit.e_needs"]


def test_submodules_are_left_alone_if_not_recursive(tmp_path: Path) -> None:
    write(tmp_path / "kit", __init__=FUNCTION.format(name="top"), inner=DOUBLE)
    assert names(PythonSource(path=str(tmp_path / "kit"), recursive=False).load("own")) == ["top"]


def test_relative_imports_in_a_package_work_for_a_file_of_it(tmp_path: Path) -> None:
    write(
        tmp_path / "kit",
        __init__="",
        base="SIX = 6",
        **{"tools/__init__": "", "tools/it": "from ..base import SIX\n" + DOUBLE},
    )
    loaded = PythonSource(path=str(tmp_path / "kit" / "tools" / "it.py")).load("own")
    (api,) = loaded.apis
    assert api.implementation is not None
    assert api.implementation.target == "kit.tools.it:double"
    assert api.implementation.path == (str(tmp_path),)


def test_a_file_imports_its_neighbours(tmp_path: Path) -> None:
    write(tmp_path, mine="import neighbour\n" + DOUBLE, neighbour="")
    (api,) = PythonSource(path=str(tmp_path / "mine.py")).load("own").apis
    assert api.implementation is not None
    assert (api.implementation.target, api.implementation.path) == ("mine:double", (str(tmp_path),))


@pytest.mark.parametrize("stem", ["my-functions", "2024 tools", "class", "statistics", "json", "pydantic", "types"])
def test_a_file_whose_name_cannot_be_imported_is_loaded_by_its_path(tmp_path: Path, stem: str) -> None:
    folder = tmp_path / "a folder"
    write(folder, **{stem: "import dataclasses\n\n@dataclasses.dataclass\nclass P:\n    x: int\n\n" + DOUBLE})
    (api,) = PythonSource(path=str(folder / f"{stem}.py")).load("own").apis
    assert api.implementation is not None
    assert api.implementation.target == f"{folder / stem}.py:double"
    assert api.implementation.path == (str(folder),)


def test_a_folder_of_files(tmp_path: Path) -> None:
    write(tmp_path, a=FUNCTION.format(name="one"), **{"b-c": FUNCTION.format(name="two"), "bad": "1 / 0"})
    loaded = PythonSource(path=str(tmp_path)).load("own")
    assert names(loaded) == ["one", "two"]
    assert [(refusal.name, refusal.reason) for refusal in loaded.refused] == [("bad", Reason.import_failed)]


def test_a_relative_path_is_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, mine=DOUBLE)
    monkeypatch.chdir(tmp_path)
    assert names(PythonSource(path="mine.py").load("own")) == ["double"]


def test_a_module_in_the_working_directory_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, mine_here=DOUBLE)
    monkeypatch.chdir(tmp_path)
    (api,) = PythonSource(module="mine_here").load("own").apis
    assert api.implementation is not None
    assert api.implementation.path == (str(tmp_path),)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("gone.py", "no file or folder"),
        ("notes.txt", "no Python file"),
        ("empty", "no Python file"),
        ("a-b", "no Python identifier"),
        ("nothing.py", "no public function"),
    ],
)
def test_places_without_python_functions(tmp_path: Path, path: str, words: str) -> None:
    write(tmp_path, nothing="class A: pass", **{"a-b/__init__": DOUBLE})
    (tmp_path / "notes.txt").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=words) as caught:
        PythonSource(path=str(tmp_path / path)).load("own")
    assert caught.value.remedy


def test_a_missing_library_names_what_to_install() -> None:
    with pytest.raises(SourceError) as caught:
        PythonSource(module="not_installed_at_all", install="not-installed").load("own")
    assert caught.value.remedy == "pip install not-installed"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "exactly one"),
        ({"module": "math", "path": "a.py"}, "exactly one"),
        ({"module": "mine.py "}, "for a file give `path`"),
        ({"module": "my-functions.py"}, "for a file give `path`"),
        ({"module": "math", "limit": 0}, "limit"),
        ({"module": "math", "inclde": ["*"]}, "did you mean `include`"),
    ],
)
def test_mistakes_in_the_configuration(keys: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        build({"_target_": "apigen.sources.PythonSource", **keys})


def test_only_own_functions_count_unless_listed(tmp_path: Path) -> None:
    code = "from statistics import mean, median\nfrom textwrap import *\n"
    write(tmp_path, without=code + DOUBLE, listed=code + "__all__ = ['mean', 'double', 'gone']\n" + DOUBLE)
    assert names(PythonSource(path=str(tmp_path / "without.py")).load("own")) == ["double"]
    assert names(PythonSource(path=str(tmp_path / "listed.py")).load("own")) == ["mean", "double"]


def test_a_function_that_a_package_exports_again_is_offered_once(tmp_path: Path) -> None:
    write(
        tmp_path / "kit", __init__="from kit.inner import double\nfrom kit.inner import double as twice", inner=DOUBLE
    )
    (api,) = PythonSource(path=str(tmp_path / "kit")).load("own").apis
    assert api.implementation is not None
    assert api.implementation.target == "kit:double"


def test_include_and_exclude(tmp_path: Path) -> None:
    code = "".join(FUNCTION.format(name=name) for name in ("add", "add_all", "remove"))
    write(tmp_path, mine=code)
    path = str(tmp_path / "mine.py")
    assert names(PythonSource(path=path, include=["mine.add*"]).load("own")) == ["add", "add_all"]
    assert names(PythonSource(path=path, include=["remove", "add"]).load("own")) == ["add", "remove"]
    assert names(PythonSource(path=path, exclude=["*.add"]).load("own")) == ["add_all", "remove"]
    with pytest.raises(SourceError, match="include"):
        PythonSource(path=path, include=["other.*"]).load("own")


def test_category(tmp_path: Path) -> None:
    write(tmp_path, with_one="CATEGORY = 'Zoo'\n" + DOUBLE, without=DOUBLE)
    assert PythonSource(path=str(tmp_path / "with_one.py")).load("own").apis[0].category == "Zoo"
    assert PythonSource(path=str(tmp_path / "without.py")).load("own").apis[0].category == "Other"
    assert PythonSource(path=str(tmp_path / "with_one.py"), category="Sea").load("own").apis[0].category == "Sea"


def test_names_with_module_are_as_long_as_they_must_be(tmp_path: Path) -> None:
    check = FUNCTION.format(name="check")
    write(
        tmp_path / "kit",
        __init__="",
        isbn=check,
        **{"de/__init__": "", "de/vat": check, "at/__init__": "", "at/vat": check},
    )
    loaded = PythonSource(path=str(tmp_path / "kit"), naming="module").load("own")
    assert names(loaded) == ["at_vat_check", "de_vat_check", "isbn_check"]


def test_a_limit_takes_from_all_modules_and_always_the_same(tmp_path: Path) -> None:
    def functions(letter: str, count: int) -> str:
        return "".join(FUNCTION.format(name=f"{letter}{i}") for i in range(count))

    write(tmp_path / "kit", __init__="", a=functions("a", 20), b=functions("b", 20), c=functions("c", 1))
    path = str(tmp_path / "kit")
    everything = names(PythonSource(path=path).load("own"))
    few = names(PythonSource(path=path, limit=5).load("own"))
    assert few == names(PythonSource(path=path, limit=5).load("own"))
    assert sorted(name[0] for name in few) == ["a", "a", "b", "b", "c"]
    assert few == [name for name in everything if name in few]
    assert set(few) < set(names(PythonSource(path=path, limit=6).load("own")))


def test_a_default_whose_text_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    code = "class Odd:\n    def __repr__(self): raise ValueError\n    def __eq__(self, other): raise ValueError\n"
    code += 'def odd(a: int, b: int = Odd()) -> int:\n    """Take an odd default."""\n    return a\n'
    write(tmp_path, mine=code + DOUBLE)
    assert names(PythonSource(path=str(tmp_path / "mine.py")).load("own")) == ["odd", "double"]


def test_text_that_is_no_unicode_is_mended(tmp_path: Path) -> None:
    write(tmp_path, mine=DOUBLE + "double.__doc__ = 'Show \\ud800.'\n")
    loaded = PythonSource(path=str(tmp_path / "mine.py")).load("own")
    assert loaded.apis[0].description == "Show ?."


def test_private_parameters_and_those_that_take_none_only_are_left_out(tmp_path: Path) -> None:
    code = 'def f(a: int, _cache: int = 0, nothing: None = None) -> int:\n    """Do it."""\n    return a\n'
    write(tmp_path, mine=code)
    (api,) = PythonSource(path=str(tmp_path / "mine.py")).load("own").apis
    assert list(api.properties) == ["a"]
    assert len(api.notes) == 2


def test_a_module_may_read_what_its_source_grants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rate.txt").write_text("2")
    (tmp_path / "rates.py").write_text(
        "import pathlib\n"
        "RATE = int((pathlib.Path(__file__).parent / 'data' / 'rate.txt').read_text())\n"
        "def change(amount: int) -> int:\n"
        '    """Change an amount.\n\n    Args:\n        amount: It.\n    """\n'
        "    return amount * RATE\n"
    )
    monkeypatch.chdir(tmp_path)
    granted = PythonSource.model_validate({"path": "rates.py", "limits": {"read": ["data"]}})
    assert [api.name for api in granted.load("mine").apis] == ["change"]
    if choose("auto").weak:
        pytest.skip("files are readable in the tier that works here")
    with pytest.raises(SourceError) as caught:
        PythonSource(path="rates.py").load("mine")
    assert "+sources.mine.limits.read=[FOLDER]" in str(caught.value)
