"""The docs cannot drift: every command of README and docs/ is executed, and the reference pages are the code's."""

import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from local_models import real_model
from openai_fake import OpenAIFake, Reply

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    "README.md",
    "docs/extending.md",
    "docs/data-model.md",
    "docs/execution.md",
    "docs/runs.md",
    pytest.param("docs/local-models.md", marks=real_model),
]
BLOCK = re.compile(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```$", re.M | re.S)
MADE_ELSEWHERE = ("make ", ". .venv")
"""Commands of a checkout; the make targets have tests of their own."""


class Block(NamedTuple):
    """A fenced block: its language, the file it is, its text."""

    language: str
    title: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    for language, title, text in BLOCK.findall((ROOT / page).read_text("utf-8")):
        yield Block(language, title, text)


def commands(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip() and not line.startswith(("#", *MADE_ELSEWHERE)):
            yield line


@pytest.mark.parametrize("page", PAGES)
def test_every_command_runs(page: str, tmp_path: Path, openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply("[]")]
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
        "OPENAI_BASE_URL": openai_server.url,
    }
    ran = 0
    for block in blocks(page):
        if block.title:
            (tmp_path / block.title).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / block.title).write_text(block.text, "utf-8")
        elif block.language == "bash":
            for command in commands(block.text):
                if exported := re.fullmatch(r"export (\w+)=(\S+)", command):
                    environment[exported[1]] = exported[2]
                    continue
                words = shlex.split(command.replace("http://localhost:8000/v1", environment["OPENAI_BASE_URL"]))
                assert words[0] == "apigen", f"a command of another program: {command}"
                words = [sys.executable, "-m", "apigen", *words[1:]]
                done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
                assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
                ran += 1
        elif block.language == "sql":
            words = [sys.executable, "-m", "apigen", "sql", block.text]
            done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, f"{block.text}\n{done.stderr}"
            ran += 1
    assert ran


def test_the_make_targets_of_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"`?make (\w+)`?", text)):
        assert re.search(rf"^{target}:", makefile, re.M), target


@pytest.mark.parametrize("page", ["README.md", "docs/extending.md", "docs/configuration.md", "benchmarks/README.md"])
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", BLOCK.sub("", (ROOT / page).read_text("utf-8"))):
        if "://" not in target:
            assert (ROOT / page).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("page", ["configuration.md", "data-model.md", "reasons.md"])
def test_reference_pages_are_what_the_code_says(page: str) -> None:
    made = runpy.run_path(str(ROOT / "docs" / "reference.py"))
    assert (ROOT / "docs" / page).read_text("utf-8") == made["PAGES"][page](), "run: python docs/reference.py"
