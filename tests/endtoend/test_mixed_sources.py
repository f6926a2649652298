"""One run over Python functions, a REST API and an MCP server, also when it is killed at random moments."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("mcp")

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
MCP_SERVER = Path(__file__).resolve().parents[1] / "mcp" / "servers" / "official.py"
FUNCTIONS = '''
def double(number: int) -> int:
    """Double a whole number.

    Args:
        number: The number.

    Examples:
        >>> double(21)
        42
    """
    return 2 * number
'''


class Shop(BaseHTTPRequestHandler):
    """A small REST API."""

    def do_GET(self) -> None:
        item = parse_qs(urlsplit(self.path).query).get("item", [""])[0]
        body = json.dumps({"item": item, "price": len(item)}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def arguments(tmp_path: Path, shop: str) -> list[str]:
    item = {"name": "item", "in": "query", "required": True, "description": "Name of the item.",
            "schema": {"type": "string", "example": "pear"}}  # fmt: skip
    operation = {"operationId": "get_price", "summary": "Look up the price of an item.", "parameters": [item],
                 "responses": {"200": {"description": "The price."}}}  # fmt: skip
    document = {"openapi": "3.0.3", "info": {"title": "Shop", "version": "1"}, "servers": [{"url": shop}],
                "paths": {"/price": {"get": operation}}}  # fmt: skip
    (tmp_path / "shop.json").write_text(json.dumps(document))
    (tmp_path / "functions.py").write_text(FUNCTIONS)
    server = tmp_path / "official.py"  # a copy: its processes are told from those of other tests by its place
    server.write_text(MCP_SERVER.read_text())
    return [
        "generate", "source=[python,openapi,mcp]", "sources.python.path=functions.py",
        "sources.openapi.document=shop.json", "sources.openapi.allow_private=true",
        f"sources.mcp.command={sys.executable}", f"sources.mcp.args=['{server}',stdio]",
        "sources.mcp.include=[add]", "sampling.examples.update=false",
    ]  # fmt: skip


def test_all_kinds_are_called_in_one_run(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments, "requests=25")
    assert done.returncode == 0, done.stderr
    query = (
        "SELECT source, bool_and(how = 'executed') AS made, count(*) AS n FROM executions JOIN apis USING (run, api) "
    )
    rows = json.loads(cli("sql", query + "WHERE outcome = 'passed' GROUP BY source", "--format", "json").stdout)
    assert {row["source"] for row in rows} == {"python", "openapi", "mcp"}
    assert all(row["made"] for row in rows)


def marked(mark: str) -> list[str]:
    """Processes with `mark` in their command line or working folder's name."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            if entry.name != str(os.getpid()) and mark in line and (entry / "stat").read_text().split()[2] != "Z":
                found.append(line)
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_killed_at_random_moments(cli: Cli, arguments: list[str], tmp_path: Path) -> None:
    rng = random.Random(7)
    for trial in range(4):
        process = subprocess.Popen(
            [sys.executable, "-m", "apigen", *arguments, f"name=killed{trial}", "requests=3000", "concurrency=8"],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while process.poll() is None and not list(tmp_path.glob(f"outputs/killed{trial}-*/run.duckdb")):
            time.sleep(0.05)
        time.sleep(2 * rng.random())
        process.kill()
        process.wait()
    deadline = time.monotonic() + 30
    while (left := marked(tmp_path.name)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == []
    runs = cli("runs")
    assert runs.returncode == 0, runs.stderr
    lost = (
        "SELECT count(*) AS n FROM candidates WHERE request NOT IN (SELECT request FROM requests r WHERE r.run = run)"
    )
    assert cli("sql", lost, "--format", "csv").stdout.split()[1] == "0"
