"""What the tests of MCP share: the hand-written server as a source, those that others wrote, and left processes."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apigen.mcp.server import search_path
from apigen.sources import McpSource

SERVERS = Path(__file__).parent / "mcp" / "servers"
NPM = Path(sys.prefix) / "npm" / "node_modules" / ".bin"
"""Where `make test` installs servers from npm, if there is one."""


def installed(command: str) -> str:
    """The path of a server's command; the test is skipped if it is not installed."""
    path = shutil.which(command, path=os.pathsep.join([str(NPM), search_path()]))
    if path is None:
        pytest.skip(f"{command} is not installed (`make test` installs it; those from npm only if npm is on PATH)")
    return path


def plain(mode: str = "", *args: str, **keys: object) -> McpSource:
    """The source for the hand-written server."""
    return McpSource.model_validate(
        {"command": sys.executable, "args": [str(SERVERS / "plain.py"), mode, *args], "timeout": 20.0, **keys}
    )


@contextlib.contextmanager
def over_http(*command: str) -> Iterator[str]:
    """The address of a server that is started with a free port in place of `PORT`, in its command and environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [str(port) if part == "PORT" else part for part in command],
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(6000):
            with socket.socket() as probe:
                if process.poll() is not None or probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.kill()
        process.wait()


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
