"""What the tests of MCP share: the hand-written server as a source, and the processes that it leaves."""

import sys
import time
from pathlib import Path

from apigen.sources import McpSource

SERVERS = Path(__file__).parent / "mcp" / "servers"


def plain(mode: str = "", *args: str, **keys: object) -> McpSource:
    """The source for the hand-written server."""
    return McpSource.model_validate(
        {"command": sys.executable, "args": [str(SERVERS / "plain.py"), mode, *args], "timeout": 20.0, **keys}
    )


def processes(marker: str) -> list[str]:
    """Command lines that hold the marker."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if marker.encode() in line:
            found.append(f"{folder.name}: {line!r}")
    return found


def all_ended(marker: str) -> bool:
    """Whether no process with the marker is left, or soon will be."""
    for _ in range(2000):
        if not processes(marker):
            return True
        time.sleep(0.01)
    return False
