"""Redirects are followed hop by hop, each looked at like the first address."""

from collections.abc import Callable

import pytest
from rude_server import RudeServer, echo, reply

from apigen.reasons import Reason
from apigen.records import ExecutionResult, Outcome

Made = Callable[..., ExecutionResult]


def to(location: str, status: int = 302) -> bytes:
    return reply("moved", status, Location=location)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_of_reads_are_followed(server: RudeServer, call: Made, status: int) -> None:
    server.on("/a/old", to("../b/new?x=1#part", status))
    server.on("/b/new", echo)
    assert call("GET /a/old").result["target"] == "/b/new?x=1"


@pytest.mark.parametrize(("status", "method", "body"), [(302, "GET", ""), (303, "GET", ""), (307, "POST", '{"a":1}')])
def test_redirects_of_writes(server: RudeServer, call: Made, status: int, method: str, body: str) -> None:
    server.on("/old", to("/new", status))
    server.on("/new", echo)
    result = call("POST /old", {"a": 1}, arguments={"a": "body"}, body={}, policy={"allow_writes": True}).result
    assert (result["method"], result["body"], "content-type" in result["headers"]) == (method, body, bool(body))


def test_circles_and_long_ways_end(server: RudeServer, call: Made) -> None:
    server.on("/a", to("/b"))
    server.on("/b", to("/a"))
    result = call("GET /a")
    assert (result.outcome, result.reason, len(server.seen)) == (Outcome.rejected, Reason.too_many_redirects, 2)
    for number in range(9):
        server.on(f"/{number}", to(f"/{number + 1}"))
    server.seen.clear()
    result = call("GET /0", settings={"max_redirects": 3})
    assert (result.reason, len(server.seen)) == (Reason.too_many_redirects, 4)
    assert call("GET /0", settings={"max_redirects": 0}).reason is Reason.too_many_redirects


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/", "http://evil.example.com/", "//evil.example.com/x", "file:///etc/passwd",
        "javascript:alert(1)", "gopher://127.0.0.1:70/", "http://user:pw@127.0.0.1/", "http://[::1", "http://127.0.0.1:22/",
        "http://a b/", "ftp://127.0.0.1/",
    ],
)  # fmt: skip
def test_redirects_do_not_lead_out(server: RudeServer, call: Made, location: str) -> None:
    server.on("/", to(location))
    result = call("GET /")
    assert (result.outcome, result.reason, result.how) == (Outcome.rejected, Reason.blocked, "executed")
    assert len(server.seen) == 1


def test_an_allowed_host_with_a_private_address_is_not_reached(server: RudeServer, call: Made) -> None:
    server.on("/", to("http://169.254.169.254/"))
    result = call("GET /", policy={"allowed_hosts": ["127.0.0.1", "169.254.169.254"]})
    assert (result.reason, len(server.seen)) == (Reason.blocked, 1)


@pytest.mark.parametrize("location", ["", "/same path/ü?q=ü &x", "?page=2", "/x%2Fy"])
def test_odd_locations(server: RudeServer, call: Made, location: str) -> None:
    expected = {"": None, "?page=2": "/old?page=2", "/x%2Fy": "/x%2Fy"}.get(
        location, "/same%20path/%C3%BC?q=%C3%BC%20&x"
    )
    server.on("/old", to(location.encode().decode("latin-1")), echo)
    server.on("/same%20path/%C3%BC", echo)
    server.on("/same%20path/%C3%83%C2%BC", echo)
    server.on("/x%2Fy", echo)
    result = call("GET /old")
    if expected is None:
        assert result.reason is Reason.too_many_redirects
    else:
        assert result.result["target"] == expected


def test_a_redirect_without_an_address_is_the_apis_fault(server: RudeServer, call: Made) -> None:
    server.on("/", reply("", 302))
    result = call("GET /")
    assert (result.outcome, result.reason, result.error_type) == (Outcome.rejected, Reason.runtime_error, "HTTP 302")


AUTH = [
    {"kind": "bearer", "env": "TOKEN"},
    {"kind": "api_key", "in": "header", "name": "X-Key", "env": "KEY"},
    {"kind": "api_key", "in": "query", "name": "key", "env": "KEY"},
    {"kind": "api_key", "in": "cookie", "name": "session", "env": "KEY"},
]


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "tok-secret-1")
    monkeypatch.setenv("KEY", "key-secret-2")


@pytest.mark.usefixtures("secrets")
def test_secrets_do_not_go_to_another_origin(server: RudeServer, other: RudeServer, call: Made) -> None:
    server.on("/", to(f"{other.url}/there"))
    other.on("/there", echo)
    hosts = [f"127.0.0.1:{server.port}", f"127.0.0.1:{other.port}"]
    result = call("GET /", {"c": "mine"}, arguments={"c": "cookie"}, policy={"auth": AUTH, "allowed_hosts": hosts})
    assert result.outcome is Outcome.passed
    assert server.seen[0].headers["authorization"] == "Bearer tok-secret-1"
    seen = other.seen[0]
    assert not {"authorization", "x-key", "cookie"} & seen.headers.keys()
    assert "secret" not in seen.target


@pytest.mark.usefixtures("secrets")
def test_secrets_stay_with_the_same_origin(server: RudeServer, call: Made) -> None:
    server.on("/", to("/there?page=2&key=key-secret-2"))
    server.on("/there", reply("[]"))
    assert call("GET /", policy={"auth": AUTH}).outcome is Outcome.passed
    seen = server.seen[1]
    assert (seen.target, seen.headers["x-key"]) == ("/there?page=2&key=key-secret-2", "key-secret-2")
    assert (seen.headers["authorization"], seen.headers["cookie"]) == ("Bearer tok-secret-1", "session=key-secret-2")


@pytest.mark.usefixtures("secrets")
def test_a_server_cannot_pass_a_secret_on_in_the_address(server: RudeServer, other: RudeServer, call: Made) -> None:
    server.on("/", to(f"{other.url}/?stolen=key-secret-2"))
    hosts = [f"127.0.0.1:{server.port}", f"127.0.0.1:{other.port}"]
    result = call("GET /", policy={"auth": AUTH, "allowed_hosts": hosts})
    assert (result.reason, other.seen) == (Reason.blocked, [])
    assert "secret-2" not in result.message
