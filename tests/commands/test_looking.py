"""`apigen apis` and `apigen check`: they compose a configuration and look at it, and spend and write nothing."""

import json
import re
from pathlib import Path

import pytest

from apigen.cli import main

TOOLS = [
    {
        "name": f"tool_{number}",
        "description": f"Does \x1b[31mthing {number}\x1b[0m. At length.",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
            "required": ["a"],
        },
    }
    for number in range(70)
]
BAD = [{"name": "mute", "description": "", "parameters": {"type": "object", "properties": {}}}]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tools.json").write_text(json.dumps(TOOLS + BAD))
    return tmp_path


def look(verb: str, *arguments: str) -> int:
    return main([verb, "source=tools", "sources.tools.path=tools.json", *arguments])


def test_apis_shows_a_sample_and_what_was_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert look("apis") == 0
    told = capsys.readouterr().out
    assert re.search(r"^tools +70 +0 +1", told, re.M)
    assert "70 APIs in 1 category, 1 document refused" in told
    assert told.count("tool_") == 60
    assert "tool_0(a, [b]) – Does thing 0  (not executable)" in told
    assert "… 10 more" in told
    assert "for example mute: " in told
    assert [path.name for path in folder.iterdir()] == ["tools.json"]


def test_apis_shows_all_and_each_refusal_if_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert look("apis", "--all", "--refused") == 0
    told = capsys.readouterr().out
    assert told.count("tool_") == 70
    assert re.search(r"^  mute  no_(description|parameters): ", told, re.M)


def test_check_shows_plan_prompts_and_what_to_expect(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert look("check", "requests=1000", "generator.pairs=[4,4]", "style=[simple,parallel,multiple]") == 0
    told = capsys.readouterr().out
    for part in (
        "70 admitted (0 executable), 1 refused",
        "simple 33%, parallel 33%, multiple 33%",
        "offline (simulated)",
        "format → execution → semantic (cascade)",
        "to expect of 1,000 requests",
        "4 characters a token, every candidate judged, 60% of them",
        "about 4,000 candidates, 2,400 verified",
        "free (simulated)",
        "lag=250 would let the last 749 learn",
        "nothing was spent or written",
    ):
        assert part in told
    prompts = re.findall(r"^prompt of request \d+, (\w+), \w+$", told, re.M)
    assert sorted(prompts) == ["multiple", "parallel", "simple"]
    assert told.count("<functions>") == 3
    assert "\x1b" not in told
    assert [path.name for path in folder.iterdir()] == ["tools.json"]


def test_check_draws_calls_for_call_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert look("check", "generator=call_first", "style=[simple]", "checker=[format]") == 0
    told = capsys.readouterr().out
    assert "call_first, 3-5 pairs" in told
    assert told.count("<calls>") == 3
    assert "none: no checker asks one" in told
    assert "judging" not in told


def test_check_with_fewer_requests_than_prompts(capsys: pytest.CaptureFixture[str]) -> None:
    assert look("check", "requests=1") == 0
    assert len(re.findall(r"^prompt of request", capsys.readouterr().out, re.M)) == 1


NEVER = """
from pathlib import Path
from apigen.llm.model import Model

class Never(Model):
    @property
    def title(self):
        return "never/asked"

    async def complete(self, request):
        Path("asked").touch()
"""


@pytest.mark.parametrize("generator", ["query_first", "call_first"])
def test_check_asks_no_model(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], generator: str
) -> None:
    monkeypatch.setenv("APIGEN_ALLOW_TARGETS", "never_asked")
    monkeypatch.syspath_prepend(folder)
    (folder / "never_asked.py").write_text(NEVER)
    (folder / "own" / "model").mkdir(parents=True)
    (folder / "own" / "model" / "never.yaml").write_text("_target_: never_asked.Never\n")
    assert look("check", "--config-dir", "own", "model=never", f"generator={generator}", "style=[simple]") == 0
    told = capsys.readouterr().out
    assert "model      never/asked\n" in re.sub(" +\n", "\n", told)
    assert "judge      never/asked\n" in re.sub(" +\n", "\n", told)
    assert not (folder / "asked").exists()


@pytest.mark.parametrize("verb", ["apis", "check"])
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--alll",), "There is no option `--alll`"),
        (("-m",), "not at a sweep"),
        (("nope=1",), "nope"),
        (("sources.tools.path=nowhere.json",), "nowhere.json"),
        (("requests=0",), "requests"),
        (("source=nope",), "source/nope"),
    ],
)
def test_mistakes_are_told_in_one_message(
    capfd: pytest.CaptureFixture[str], verb: str, arguments: tuple[str, ...], told: str
) -> None:
    assert look(verb, *arguments) == 2
    captured = capfd.readouterr()
    assert captured.err.startswith(f"apigen {verb}: ")
    assert told in captured.err
    assert "Error executing job" not in captured.err


def test_help_is_ours(capsys: pytest.CaptureFixture[str]) -> None:
    for verb, part in (("apis", "--refused"), ("check", "--cfg job")):
        assert main([verb, "--help"]) == 0
        told = capsys.readouterr().out
        assert part in told
        assert "Hydra" not in told
