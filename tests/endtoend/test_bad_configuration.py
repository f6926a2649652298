"""A user's mistake is one clear message with place and remedy, exit code 2, no traceback, nothing left behind."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

MISTAKES: dict[str, tuple[list[str], list[str]]] = {
    "unknown top-level key": (["reqests=5"], ["reqests", "did you mean `requests`"]),
    "unknown key, added": (["+reqests=5"], ["reqests", "did you mean `requests`"]),
    "unknown nested key": (["checkers.format.profil=paper"], ["checkers.format.profil", "profile"]),
    "unknown nested key, added": (
        ["+checkers.format.profil=paper"],
        ["checkers.format.profil", "did you mean `profile`"],
    ),
    "wrong type": (["requests=many"], ["requests", "integer", "many"]),
    "out of range": (["requests=0"], ["requests", "greater than or equal to 1"]),
    "not one of the choices": (["checkers.format.profile=lax"], ["checkers.format.profile", "strict", "paper", "lax"]),
    "two mistakes at once": (["requests=0", "concurrency=none"], ["2 mistakes", "requests", "concurrency"]),
    "unknown group": (["modle=offline"], ["modle"]),
    "unknown choice": (["source=catalog"], ["source/catalog", "catalogue"]),
    "unknown model": (["model=ofline"], ["model/ofline", "offline"]),
    "bad override": (["requests="], ["requests"]),
    "override that is none": (["requests"], ["requests"]),
    "missing value": (["source=python"], ["sources.python.path"]),
    "missing module": (["source=python", "sources.python.path=nowhere.py"], ["nowhere.py"]),
    "no source": (["source=[]"], ["sources", "source=catalogue"]),
    "no style": (["style=[]"], ["styles"]),
    "no prompt": (["prompt=[]"], ["prompts"]),
    "undefined variable in a template": (
        ["prompts.concise.template='Write {{ persna }}'"],
        ["prompts.concise", "persna"],
    ),
    "broken template": (["prompts.concise.template='Write {% if %}'"], ["prompts.concise", "Jinja"]),
    "class outside apigen": (["model._target_=os.system"], ["model._target_", "os.system", "APIGEN_ALLOW_TARGETS"]),
    "class that does not exist": (["model._target_=apigen.llm.Offline"], ["model._target_", "OfflineModel"]),
    "name that is a path": (["name=../x"], ["name"]),
    "missing seeds": (["sampling.examples.seeds=[nowhere.jsonl]"], ["nowhere.jsonl", "sampling.examples.seeds"]),
    "category nobody has": (["+sampling.apis.category_weights.Nothing=1"], ["category_weights", "Finance"]),
    "mapping set as a whole": (
        ["sampling.apis.category_weights={Finance: 1}"],
        ["category_weights", "+sampling.apis.category_weights.NAME=VALUE"],
    ),
    "range upside down": (["generator.pairs=[5,3]"], ["generator.pairs"]),
    "environment variable not set": (
        ["model=openai/gpt-4o-mini", "model.api_key='${oc.env:APIGEN_TEST_UNSET}'"],
        ["APIGEN_TEST_UNSET", "export"],
    ),
}


LOOKED_AT = ("unknown top-level key", "wrong type", "unknown choice", "missing module", "class outside apigen")
TOLD = [("generate", mistake) for mistake in MISTAKES] + [("check", mistake) for mistake in LOOKED_AT]


@pytest.mark.parametrize(("verb", "mistake"), TOLD)
def test_a_mistake_is_told(cli: Cli, tmp_path: Path, verb: str, mistake: str) -> None:
    arguments, expected = MISTAKES[mistake]
    done = cli(verb, *arguments)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert "Traceback" not in done.stdout + done.stderr
    for text in expected:
        assert text in done.stderr
    assert not list(tmp_path.rglob("run.duckdb"))


def test_too_few_apis_for_a_style(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(
        'def double(n: int) -> int:\n    """Double a number.\n\n    Args:\n        n: It.\n    """\n    return 2 * n\n'
    )
    done = cli("generate", "source=python", "sources.python.path=one.py")
    assert done.returncode == 2
    assert "multiple" in done.stderr
    assert "style=[simple,parallel]" in done.stderr


@pytest.mark.parametrize("where", ["command line", "file", "sweep"])
def test_a_literal_key_is_refused_and_written_nowhere(cli: Cli, tmp_path: Path, where: str) -> None:
    secret = "sk-" + "x1y2z3" * 5
    if where == "file":
        (tmp_path / "my" / "model").mkdir(parents=True)
        (tmp_path / "my" / "model" / "mine.yaml").write_text(
            f"_target_: apigen.llm.LiteLLM\nmodel: openai/gpt-4o-mini\napi_key: {secret}\n"
        )
        done = cli("generate", "--config-dir", "my", "model=mine")
    else:
        sweep = ["-m", "seed=1,2"] if where == "sweep" else []
        done = cli("generate", *sweep, "model=openai/gpt-4o-mini", f"model.api_key={secret}")
    assert done.returncode == 2
    assert "model.api_key" in done.stderr
    assert "oc.env" in done.stderr
    assert secret not in done.stdout + done.stderr
    written = [p for p in tmp_path.rglob("*") if p.is_file() and p.name != "mine.yaml"]
    assert not [p for p in written if secret in p.read_text("utf-8", "replace")]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["genrate"], "apigen generate"),
        (["experiment=quickstart"], "apigen generate experiment=quickstart"),
        (["sql", "SELECT 1"], "apigen generate"),
        (["show"], "apigen generate"),
        (["runs", "--nonsense"], "--nonsense"),
    ],
)
def test_a_wrong_verb_or_no_run_yet(cli: Cli, arguments: list[str], expected: str) -> None:
    done = cli(*arguments)
    assert done.returncode == 2
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
