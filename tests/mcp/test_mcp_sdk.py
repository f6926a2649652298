"""The SDK is an extra: nothing imports it before a server is spoken to, and without it the remedy is told."""

import asyncio
import subprocess
import sys

import pytest
from mcp_servers import plain

from apigen.errors import ConfigError, SourceError
from apigen.execution import McpExecutor


def test_importing_sources_and_executors_does_not_import_the_sdk() -> None:
    program = "import sys, apigen.sources, apigen.execution; print({'mcp', 'anyio'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_without_the_sdk_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.types", None)
    with pytest.raises(SourceError) as of_source:
        plain().load("mine")
    with pytest.raises(ConfigError) as of_executor:
        asyncio.run(McpExecutor().open([]))
    assert of_source.value.remedy == of_executor.value.remedy == "pip install 'apigen-datasets[mcp]'"
