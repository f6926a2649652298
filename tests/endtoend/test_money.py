"""Money through a whole run: estimated before, counted, compared after, not paid for twice, and stopped by a budget."""

import json
import re
from pathlib import Path

import pytest
from openai_fake import OpenAIFake, Reply

from apigen.cli import main
from apigen.storage import open_runs

TOOL = {
    "name": "add",
    "description": "Add two whole numbers.",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}
PAIR = {"query": "What is 17 plus 4?", "answers": [{"name": "add", "arguments": {"a": 17, "b": 4}}]}


@pytest.fixture
def generate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], openai_server: OpenAIFake
) -> object:
    """Runs `apigen` with a model at $100 a million tokens, whose answers have 10 + 5 tokens; what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("APIGEN_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tools.json").write_text(json.dumps([TOOL]))
    openai_server.replies = [Reply(json.dumps([PAIR]))]

    def run(verb: str, *overrides: str) -> str:
        settings = [
            "source=tools", "sources.tools.path=tools.json", "style=[simple]", "generator.pairs=[1,1]",
            "checker=[format]", "model=openai_server", "model.model=m", f"model.base_url={openai_server.url}",
            "model.price_per_million_input=100", "model.price_per_million_output=100", "concurrency=1", "requests=10",
        ]  # fmt: skip
        assert main([verb, *settings, *overrides]) == 0
        return re.sub(r"[ \n]+", " ", capsys.readouterr().out)

    return run


def test_estimated_counted_compared_and_not_paid_for_twice(
    generate: object, tmp_path: Path, openai_server: OpenAIFake, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(generate)
    told = generate("generate", "name=first")
    assert "10 requests, 150 tokens, $0.0150" in told
    assert "(assumed)" in told
    assert len(openai_server.received) == 10
    told = generate("check", "requests=100", "seed=1", "budget.max_tokens=750")
    assert "measured on first-" in told
    assert "1,500 tokens, $0.1500" in told
    assert "budget.max_tokens=750 ends it first, after about 50 of 100 requests" in told
    assert "the response cache holds" not in told
    told = generate("check", "requests=20")
    assert "holds the answers to 10 of the first 20 requests: about $0.0150 of generation is paid already" in told
    assert "the response cache holds" not in generate("check", "cache.mode=off")
    assert "the response cache holds" not in generate("check", "model.temperature=0.1")
    told = generate("generate", "name=second")  # the same requests under another name
    assert len(openai_server.received) == 10
    assert "$0.0150 (100.0% of it) was paid by earlier runs: 10 of 10 answers came from the response cache" in told
    assert "(measured on first-" in told
    assert "tokens ×1, cost ×1" in told
    with open_runs(Path("outputs")) as reader:
        rows = reader.query("SELECT split_part(run, '-', 1), cost, paid, saved FROM costs ORDER BY run").rows
    assert [(run, *map(pytest.approx, figures)) for run, *figures in rows] == [
        ("first", 0.015, 0.015, 0.0), ("second", 0.015, 0.0, 0.015),
    ]  # fmt: skip
    assert main(["costs", "--by", "run"]) == 0
    assert "the response cache gave 10 answers and saved $0.0150; $0.0150 was paid" in capsys.readouterr().out


def test_a_run_that_its_budget_stopped_goes_on_as_the_summary_says(
    generate: object, openai_server: OpenAIFake, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(generate)
    told = generate("generate", "budget.max_requests=4")
    assert "stopped after 4 of 10 requests" in told
    assert "as a part of 10 requests" in told
    command = re.search(r"to go on: apigen (generate resume=\S+ budget\.max_requests=8)", told)
    assert command is not None
    assert main(command[1].split()) == 0
    told = re.sub(r"[ \n]+", " ", capsys.readouterr().out)
    assert "resumed 1 time stopped after 8 of 10 requests" in told
    assert len(openai_server.received) == 8
