"""A function that answers with error payloads: calls that do are never drawn, and never pass."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
MOODY = '''
def halve(number: int) -> dict[str, object]:
    """Halve a whole number.

    Args:
        number: The number, an even one.
    """
    return {"error": "odd"} if number % 2 else {"half": number // 2}
'''


@pytest.mark.parametrize(("rules", "odd"), [([], False), (["checkers.execution.error_rules=[]"], True)])
def test_call_first_draws_no_call_that_gives_an_error_payload(
    cli: Cli, tmp_path: Path, rules: list[str], odd: bool
) -> None:
    (tmp_path / "moody.py").write_text(MOODY)
    done = cli(
        "generate", "source=python", "sources.python.path=moody.py", "generator=call_first", "requests=12",
        "style=[simple]", "mode=shadow", "sampling.examples.update=false", *rules,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    query = "SELECT arguments, outcome, reason FROM executions"
    rows = [json.loads(line) for line in cli("sql", query, "--format", "jsonl").stdout.splitlines()]
    numbers = [json.loads(row["arguments"])["number"] if isinstance(row["arguments"], str)
               else row["arguments"]["number"] for row in rows]  # fmt: skip
    assert len(numbers) > 10
    assert any(number % 2 for number in numbers) == odd
    assert {row["outcome"] for row in rows} == {"passed"}
