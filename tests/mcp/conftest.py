"""The official SDK's server, and what tells a test's processes from others. Without the SDK nothing is tested."""

import sys
import uuid
from collections.abc import Iterator

import pytest
from mcp_servers import SERVERS, over_http

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
    with over_http(sys.executable, str(SERVERS / "official.py"), "PORT") as address:
        yield address
