"""A key never reaches a file or the screen, whatever the server does with it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from openai_fake import OpenAIFake, Reply

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
KEY = "canary-0f1e2d3c4b5a69788796"


@pytest.mark.parametrize("model", ["openai_server", "litellm"])
@pytest.mark.parametrize("behaviour", ["answers", "refuses and repeats the key", "fails and repeats the key"])
def test_no_key_in_files_or_output(
    cli: Cli, tmp_path: Path, openai_server: OpenAIFake, model: str, behaviour: str
) -> None:
    said = f'{{"error": {{"message": "bad key {KEY}"}}}}'
    replies = {
        "answers": Reply("[]"),
        "refuses and repeats the key": Reply(status=401, body=said),
        "fails and repeats the key": Reply(status=500, body=said),
    }
    openai_server.replies = [replies[behaviour]]
    name = "openai/some-model" if model == "litellm" else "some-model"
    done = cli(
        "generate", f"model={model}", f"model.model={name}", f"model.base_url={openai_server.url}",
        "model.api_key='${oc.env:CANARY}'", "model.retries=0", "requests=6", "checker=[format]",
        CANARY=KEY,
    )  # fmt: skip
    assert done.returncode == (2 if behaviour.startswith("refuses") else 0), done.stderr
    assert KEY not in done.stdout + done.stderr
    assert openai_server.received, "the server was asked"
    assert openai_server.received[0].headers["authorization"] == f"Bearer {KEY}"
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    assert cli("sql", "SELECT * FROM runs").returncode == 0
