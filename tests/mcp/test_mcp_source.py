"""Tools of MCP servers as APIs: what is read of them, and what is said when a server cannot be used."""

import http.server
import sys
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest
from mcp_servers import SERVERS, all_ended, plain

from apigen.component import build
from apigen.errors import ConfigError, SourceError
from apigen.reasons import Reason
from apigen.sources import Admission, McpSource


def test_every_page_of_the_tools_is_read() -> None:
    loaded = plain(allow_writes=True).load("plain")
    names = [api.name for api in loaded.apis]
    assert names[0] == "echo"
    assert names[-1] == "also_as_task"
    assert len(names) == 31


def test_a_tool_becomes_an_api() -> None:
    (api,) = plain(include=["weather"], category="Weather").load("plain").apis
    assert (api.name, api.description, api.category, api.source) == ("weather", "Does weather.", "Weather", "plain")
    assert api.parameters["properties"] == {"text": {"type": "string", "description": "Any text."}}
    assert api.required == ("text",)
    assert api.returns is not None
    assert api.returns["required"] == ["degrees"]
    assert api.implementation is not None
    assert (api.implementation.kind, api.implementation.target) == ("mcp", "weather")
    assert api.implementation.options["read_only"] is True
    assert api.implementation.options["server"]["command"] == sys.executable


def test_closed_parameters_stay_closed() -> None:
    (api,) = plain(include=["strict"]).load("plain").apis
    assert api.parameters["additionalProperties"] is False


@pytest.mark.parametrize(
    ("tool", "read_only", "destructive", "idempotent"),
    [("echo", True, False, True), ("write", False, False, False), ("unmarked", False, True, False)],
)
def test_what_the_server_says_of_a_tool_is_kept(
    tool: str, read_only: bool, destructive: bool, idempotent: bool
) -> None:
    (api,) = plain(include=[tool], allow_writes=True).load("plain").apis
    assert api.implementation is not None
    options = api.implementation.options
    assert (options["read_only"], options["destructive"], options["idempotent"]) == (read_only, destructive, idempotent)


def test_a_tool_that_may_write_is_refused_unless_allowed() -> None:
    loaded = plain(include=["write", "unmarked", "echo"]).load("plain")
    assert [api.name for api in loaded.apis] == ["echo", "unmarked"]  # the server is confined to what is granted
    (refusal,) = loaded.refused
    assert (refusal.name, refusal.reason) == ("write", Reason.blocked)
    assert "sources.plain.allow_writes=true" in refusal.detail


def test_names_are_made_valid_and_those_that_become_one_are_refused() -> None:
    loaded = plain(include=["odd*"]).load("plain")
    (api,) = loaded.apis
    assert api.name == "odd_name_with_spaces"
    assert api.implementation is not None
    assert api.implementation.target == "odd name/with spaces"
    assert [refusal.reason for refusal in loaded.refused] == [Reason.duplicate_name]


def test_a_bad_schema_costs_its_own_tool_only() -> None:
    loaded = plain(include=["echo", "not_a_schema"]).load("plain")
    assert [api.name for api in loaded.apis] == ["echo"]
    assert [(refusal.name, refusal.reason) for refusal in loaded.refused] == [("not_a_schema", Reason.invalid_schema)]


def test_a_tool_that_can_only_be_called_as_a_task_is_refused() -> None:
    loaded = plain(include=["*_as_task"]).load("plain")
    assert [api.name for api in loaded.apis] == ["also_as_task"]
    [refusal] = loaded.refused
    assert (refusal.name, refusal.reason) == ("only_as_task", Reason.unsupported_signature)


def test_include_exclude_and_limit() -> None:
    loaded = plain(include=["*weather", "echo"], exclude=["no_*"], limit=2).load("plain")
    assert [api.name for api in loaded.apis] == ["echo", "weather"]


def test_the_apis_are_admitted() -> None:
    admitted = Admission().admit({"plain": plain(include=["echo", "weather"]).load("plain")})
    assert [api.name for api in admitted.apis] == ["echo", "weather"]


def test_a_cursor_that_goes_in_circles_ends() -> None:
    assert plain("circle", include=["echo"]).load("plain").apis


def test_a_banner_on_stdout_is_passed_over() -> None:
    assert plain("banner", include=["echo"]).load("plain").apis


def test_a_server_is_listed_from_within_an_event_loop() -> None:
    import asyncio

    async def inside() -> int:
        return len(plain(include=["echo"]).load("plain").apis)

    assert asyncio.run(inside()) == 1


def test_relative_paths_are_seen_from_the_working_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SERVERS)
    source = McpSource(command=sys.executable, args=["plain.py"], include=["echo"])
    assert source.load("plain").apis


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("exits", "ended with status 2; it says: ImportError: no database driver"),
        ("silent", "did not answer the greeting within 0.5 s"),
        ("flood", "floods stdout"),
        ("old", "1999-01-01"),
        ("no_list", "does not list its tools: no database"),
        ("no_tools", "has no tools"),
    ],
)
def test_a_server_that_cannot_be_used(mode: str, said: str, marker: str) -> None:
    with pytest.raises(SourceError) as caught:
        plain(mode, marker, timeout=0.5 if mode == "silent" else 20).load("mine")
    assert said in caught.value.what
    assert caught.value.where == f"sources.mine.command={sys.executable}"
    assert caught.value.remedy
    assert all_ended(marker)


def test_a_program_that_is_no_server() -> None:
    with pytest.raises(SourceError, match="cannot be used"):
        McpSource(command="cat").load("mine")
    with pytest.raises(SourceError, match="ended with status 0"):
        McpSource(command="true").load("mine")


def test_rubbish_on_stdout_is_shown() -> None:
    with pytest.raises(SourceError, match="Welcome to the shell"):
        plain("rubbish").load("mine")


def test_a_missing_command_is_named_with_what_to_install() -> None:
    with pytest.raises(SourceError, match="no command `no-such-server`") as caught:
        McpSource(command="no-such-server", install="no-such-server-package").load("mine")
    assert caught.value.remedy == "pip install no-such-server-package"


def test_a_granted_variable_must_be_set() -> None:
    with pytest.raises(SourceError, match="NO_SUCH_VARIABLE is not set"):
        plain(env=["NO_SUCH_VARIABLE"]).load("mine")


def test_secrets_do_not_stand_in_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER_TOKEN", "very-secret-value")
    with pytest.raises(SourceError, match=r"cannot log in with \*\*\*") as caught:
        plain("leaks", env=["SERVER_TOKEN"]).load("mine")
    assert "very-secret" not in str(caught.value)


def test_a_folder_that_is_granted_must_exist() -> None:
    with pytest.raises(SourceError, match="no file or folder `no-such-folder`"):
        plain(read=["no-such-folder"]).load("mine")


def test_patterns_that_match_nothing() -> None:
    with pytest.raises(SourceError, match="include") as caught:
        plain(include=["nothing_like_this"]).load("mine")
    assert "echo" in str(caught.value.remedy)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"command": "a", "url": "http://localhost/mcp"},
        {"command": "a", "env": ["KEY=value"]},
        {"url": "ftp://localhost/mcp"},
        {"url": "http://user:word@localhost/mcp"},
        {"url": "http://localhost/mcp", "headers_env": {"Authorization": "Bearer abc"}},
        {"command": "a", "timeout": 0},
    ],
)
def test_keys_that_make_no_sense_are_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        build({"_target_": "apigen.sources.McpSource", **keys}, "sources.mine")


def test_the_official_sdk_over_http(http_server: str) -> None:
    loaded = McpSource(url=http_server, allow_private=True).load("weather")
    assert [api.name for api in loaded.apis] == ["weather", "add", "broken", "huge"]
    assert [(refusal.name, refusal.reason) for refusal in loaded.refused] == [("delete", Reason.blocked)]
    assert set(loaded.apis[0].properties) == {"city", "days"}


def test_a_private_address_is_refused_unless_it_is_allowed(http_server: str) -> None:
    with pytest.raises(SourceError, match="not a public address") as caught:
        McpSource(url=http_server).load("mine")
    assert "allow_private" in str(caught.value.remedy)


class _Handler(http.server.BaseHTTPRequestHandler):
    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {
        "/page": (200, {"Content-Type": "text/html"}, b"<html>"),
        "/login": (401, {}, b""),
        "/moved": (307, {"Location": "http://elsewhere.example/mcp?key=1"}, b""),
        "/failing": (503, {}, b"later"),
        "/zipped": (200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"x"),
    }

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, body = self.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "said", "remedy"),
    [
        ("/page", "text/html", "MCP server"),
        ("/login", "HTTP 401", "headers_env"),
        ("/moved", "redirection", "url: http://elsewhere.example/mcp"),
        ("/failing", "HTTP 503", "address"),
        ("/nowhere", "no MCP server at this address", "/mcp"),
        ("/zipped", "compresses", "address"),
    ],
)
def test_an_address_without_a_server(web: str, path: str, said: str, remedy: str) -> None:
    with pytest.raises(SourceError) as caught:
        McpSource(url=web + path, allow_private=True, timeout=20).load("mine")
    assert said in caught.value.what
    assert remedy in str(caught.value.remedy)


def test_an_address_that_nobody_listens_at() -> None:
    with pytest.raises(SourceError, match="cannot be reached"):
        McpSource(url="http://127.0.0.1:1/mcp", allow_private=True, timeout=20).load("mine")
