"""The official SDK's server, and what tells a test's processes from others. Without the SDK nothing is tested."""

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

import pytest
from mcp_servers import SERVERS

try:
    import mcp.types  # noqa: F401
except ImportError:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture
def marker() -> str:
    """An argument that tells this test's processes from all others."""
    return f"marker-{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def http_server() -> Iterator[str]:
    """The address of the official SDK's server over HTTP."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(SERVERS / "official.py"), str(port)], env={**os.environ})
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
