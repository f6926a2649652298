"""The response cache in a run."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from openai_fake import OpenAIFake, Reply

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
ONE = ("requests=1", "checker=[format]")


@pytest.fixture
def unusable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for the cache where no folder can be made."""
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("APIGEN_CACHE", str(tmp_path / "file" / "cache"))
    return tmp_path / "file" / "cache"


def test_a_run_of_answers_that_are_not_kept_needs_no_folder(cli: Cli, unusable: Path) -> None:
    done = cli("generate", *ONE)
    assert done.returncode == 0, done.stderr


def test_an_unusable_folder_is_told_before_anything_is_asked(
    cli: Cli, unusable: Path, tmp_path: Path, openai_server: OpenAIFake
) -> None:
    model = ("model=openai_server", "model.model=m", f"model.base_url={openai_server.url}")
    done = cli("generate", *ONE, *model)
    assert done.returncode == 2
    assert str(unusable) in done.stderr
    assert "cache.mode=off" in done.stderr
    assert openai_server.received == []
    assert not (tmp_path / "outputs").exists() or not list((tmp_path / "outputs").iterdir())
    openai_server.replies = [Reply("[]")]
    assert cli("generate", *ONE, *model, "cache.mode=off").returncode == 0
    assert openai_server.received


def test_a_run_made_again_asks_for_nothing(cli: Cli, tmp_path: Path, openai_server: OpenAIFake) -> None:
    openai_server.replies = [Reply("[]")]
    given = (*ONE, "model=openai_server", "model.model=m", f"model.base_url={openai_server.url}")
    assert cli("generate", *given, "name=a").returncode == 0
    asked = len(openai_server.received)
    assert asked
    assert cli("generate", *given, "name=b", "cache.mode=offline").returncode == 0
    assert len(openai_server.received) == asked
    cached = cli(
        "sql", "SELECT DISTINCT name, cached FROM requests JOIN runs USING (run) ORDER BY 1", "--format", "csv"
    )
    assert cached.stdout.split() == ["name,cached", "a,false", "b,true"]
