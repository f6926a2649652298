"""What costs nothing to answer loads nothing heavy."""

import json
import subprocess
import sys

import pytest

HEAVY = {"hydra", "omegaconf", "litellm", "duckdb", "pydantic", "rich", "jinja2", "jsonschema"}
PROGRAM = """
import contextlib, io, json, sys
from apigen.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    code = main(json.loads(sys.argv[1]))
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 0),
        (["--help"], 0),
        (["--version"], 0),
        (["generat"], 2),
        *(([verb, "--help"], 0) for verb in ("runs", "costs", "show", "sql", "apis", "check", "reverify", "cache")),
        (["sql", "--nope"], 2),
    ],
)
def test_nothing_heavy_is_imported(arguments: list[str], code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(arguments)], capture_output=True, text=True, check=True
    )
    given, modules = json.loads(done.stdout)
    assert given == code
    assert HEAVY.isdisjoint(modules)
