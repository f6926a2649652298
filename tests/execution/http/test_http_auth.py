"""Secrets come from the environment when a request is sent, and are in nothing that is told afterwards."""

import base64
import json
import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from rude_server import RudeServer, Seen, echo, reply

from apigen.errors import ConfigError
from apigen.execution import HttpExecutor
from apigen.reasons import Reason
from apigen.records import Api, ExecutionResult, Outcome
from apigen.sources import OpenAPISource

Made = Callable[..., ExecutionResult]
Http = Callable[..., Api]
InSession = Callable[..., list[ExecutionResult]]

SECRET = "s3cret/with spaces+&"
KINDS: dict[str, dict[str, str]] = {
    "header": {"kind": "api_key", "in": "header", "name": "X-Key", "env": "A_KEY"},
    "query": {"kind": "api_key", "in": "query", "name": "api key", "env": "A_KEY"},
    "cookie": {"kind": "api_key", "in": "cookie", "name": "sid", "env": "A_KEY"},
    "bearer": {"kind": "bearer", "env": "A_KEY"},
    "basic": {"kind": "basic", "user_env": "A_USER", "password_env": "A_KEY"},
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", SECRET)
    monkeypatch.setenv("A_USER", "alice")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_put_in_and_nothing_tells_it(
    server: RudeServer, call: Made, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.on("/", echo)
    result = call("GET /", {"q": "x"}, arguments={"q": "query", "c": "cookie"}, policy={"auth": [KINDS[kind]]})
    pair = base64.b64encode(f"alice:{SECRET}".encode()).decode()
    seen = server.seen[0]
    assert {
        "header": lambda: seen.headers["x-key"] == SECRET,
        "query": lambda: parse_qs(seen.query) == {"q": ["x"], "api key": [SECRET]},
        "cookie": lambda: seen.headers["cookie"] == f"sid={SECRET}",
        "bearer": lambda: seen.headers["authorization"] == f"Bearer {SECRET}",
        "basic": lambda: seen.headers["authorization"] == f"Basic {pair}",
    }[kind]()
    assert result.outcome is Outcome.passed
    told = result.model_dump_json() + caplog.text
    assert "s3cret" not in told
    assert pair not in told
    assert "***" in told


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_errors_that_quote_the_request_do_not_tell_it(server: RudeServer, call: Made, kind: str, status: int) -> None:
    def tell(seen: Seen, connection: socket.socket) -> None:
        connection.sendall(reply(f"bad: {seen.target} {seen.headers}", status, "text/plain"))

    server.on("/", tell)
    assert "s3cret" not in call("GET /", policy={"auth": [KINDS[kind]]}).model_dump_json()


def test_a_secret_at_the_edge_of_an_excerpt_is_not_halved(server: RudeServer, call: Made) -> None:
    for before in range(170, 205):
        server.on("/", reply("x" * before + SECRET, 400, "text/plain"))
        assert "s3cr" not in call("GET /", policy={"auth": [KINDS["bearer"]]}).message


@pytest.mark.parametrize("status", [401, 402, 403])
def test_refused_keys_are_errors(server: RudeServer, call: Made, status: int) -> None:
    server.on("/", reply('{"message": "no"}', status))
    result = call("GET /", policy={"auth": [KINDS["bearer"]]})
    assert (result.outcome, result.reason, len(server.seen)) == (Outcome.error, Reason.authentication, 1)
    assert result.error_type == f"HTTP {status}"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_variable_that_is_not_set_is_said_at_once(
    monkeypatch: pytest.MonkeyPatch, call: Made, value: str | None
) -> None:
    monkeypatch.setenv("A_KEY", value) if value is not None else monkeypatch.delenv("A_KEY")
    with pytest.raises(ConfigError, match="`A_KEY` is not set") as error:
        call("GET /", policy={"auth": [KINDS["bearer"]]})
    assert "export A_KEY" in str(error.value)
    assert "sources.test.auth" in str(error.value)


def test_a_variable_that_no_header_can_hold_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, call: Made
) -> None:
    monkeypatch.setenv("A_KEY", "hidden\r\nX: y")
    with pytest.raises(ConfigError) as error:
        call("GET /", policy={"auth": [KINDS["bearer"]]})
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize("place", ["header", "cookie"])
def test_a_key_needs_a_name_that_can_be_sent(call: Made, place: str) -> None:
    with pytest.raises(ConfigError, match="no name of a"):
        call("GET /", policy={"auth": [{"kind": "api_key", "in": place, "name": "my key:", "env": "A_KEY"}]})


@pytest.mark.parametrize("place", ["header", "query", "cookie"])
def test_a_call_cannot_set_what_authenticates(server: RudeServer, call: Made, place: str) -> None:
    name = KINDS[place]["name"]
    result = call("GET /", {"k": "mine"}, arguments={"k": {"in": place, "name": name}}, policy={"auth": [KINDS[place]]})
    assert (result.outcome, result.reason, server.seen) == (Outcome.rejected, Reason.blocked, [])


def oauth(server: RudeServer, **more: str) -> dict[str, Any]:
    auth = {"kind": "oauth2", "token_url": f"{server.url}/token", "client_id_env": "A_USER", "scope": "read write"}
    return {"auth": [auth | {"client_secret_env": "A_KEY"} | more]}


def token(text: str, **more: Any) -> bytes:
    return reply(json.dumps({"access_token": text, "token_type": "bearer"} | more))


def test_a_token_is_got_once_and_used(
    server: RudeServer, other: RudeServer, executor: HttpExecutor, http: Http, in_session: InSession
) -> None:
    other.on("/token", token("first-token", expires_in=3600))
    server.on("/", echo)
    api = http(f"GET {server.url}/", policy=oauth(other))
    results = in_session(executor, [(api, {})] * 3)
    assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer first-token"] * 3
    assert [seen.method for seen in other.seen] == ["POST"]
    asked = other.seen[0]
    assert parse_qs(asked.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["read write"]}
    assert asked.headers["authorization"].startswith("Basic ")
    assert all("first-token" not in result.model_dump_json() for result in results)


def test_the_client_may_be_named_in_the_body(server: RudeServer, call: Made) -> None:
    server.on("/token", token("some-token"))
    server.on("/", reply("1"))
    assert call("GET /", policy=oauth(server, client_auth="body")).result == 1
    fields = parse_qs(server.seen[0].body.decode())
    assert (fields["client_id"], fields["client_secret"]) == (["alice"], [SECRET])
    assert "authorization" not in server.seen[0].headers


def test_an_audience_is_sent_if_there_is_one(server: RudeServer, call: Made) -> None:
    server.on("/token", token("some-token"))
    server.on("/", reply("1"))
    assert call("GET /", policy=oauth(server, audience="https://api.example.com/", scope="")).result == 1
    asked = parse_qs(server.seen[0].body.decode())
    assert asked == {"grant_type": ["client_credentials"], "audience": ["https://api.example.com/"]}


def test_what_a_source_says_of_its_clients_reaches_the_token_server(
    server: RudeServer, tmp_path: Path, executor: HttpExecutor, in_session: InSession
) -> None:
    server.on("/token", token("some-token"))
    server.on("/things", reply("[1]"))
    (tmp_path / "api.json").write_text(
        json.dumps(
            {
                "openapi": "3.0.3",
                "info": {"title": "T", "version": "1"},
                "servers": [{"url": server.url}],
                "paths": {"/things": {"get": {"summary": "Things."}}},
            }
        )
    )
    [auth] = oauth(server, client_auth="body", audience="things")["auth"]
    source = OpenAPISource(document=str(tmp_path / "api.json"), allow_private=True, auth=[auth])
    [result] = in_session(executor, [(source.load("mine").apis[0], {})])
    assert result.result == [1]
    fields = parse_qs(server.seen[0].body.decode())
    assert {name: value[0] for name, value in fields.items()} == {
        "grant_type": "client_credentials", "scope": "read write", "audience": "things", "client_id": "alice",
        "client_secret": SECRET,
    }  # fmt: skip
    assert server.seen[1].headers["authorization"] == "Bearer some-token"


@pytest.mark.parametrize(("expires", "tokens"), [(1e-9, 2), ("1e-9", 2), (0, 1), (None, 1), ("soon", 1), (60, 1)])
def test_a_token_at_its_end_is_renewed(
    server: RudeServer, executor: HttpExecutor, http: Http, in_session: InSession, expires: Any, tokens: int
) -> None:
    server.on("/token", token("first-token", expires_in=expires), token("other-token"))
    server.on("/", echo)
    in_session(executor, [(http(f"GET {server.url}/", policy=oauth(server)), {})] * 2)
    used = [seen.headers["authorization"] for seen in server.seen if seen.path == "/"]
    assert used == ["Bearer first-token", "Bearer first-token" if tokens == 1 else "Bearer other-token"]


def test_a_token_that_is_refused_is_asked_for_anew_once(server: RudeServer, call: Made) -> None:
    server.on("/token", token("old-token"), token("new-token"))
    server.on("/", reply("no", 401), echo)
    assert call("GET /", policy=oauth(server)).outcome is Outcome.passed
    assert server.seen[-1].headers["authorization"] == "Bearer new-token"
    server.on("/", reply("no", 401))
    server.seen.clear()
    assert call("GET /", policy=oauth(server)).reason is Reason.authentication
    assert len(server.seen) == 4


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply('{"error": "invalid_client"}', 401), Reason.authentication),
        (reply('{"error": "invalid_scope"}', 400), Reason.authentication),
        (reply('{"token": "x"}'), Reason.authentication),
        (reply('{"access_token": "a\\nb"}'), Reason.authentication),
        (reply("<html>", type="text/html"), Reason.authentication),
        (reply("", 302, Location="/elsewhere"), Reason.authentication),
        (reply("", 500), Reason.api_unavailable),
    ],
)
def test_no_token_no_call(server: RudeServer, call: Made, answer: bytes, reason: Reason) -> None:
    server.on("/token", answer)
    result = call("GET /", policy=oauth(server))
    assert (result.outcome, result.reason, result.error_type) == (Outcome.error, reason, "OAuth2Error")
    assert {seen.path for seen in server.seen} == {"/token"}
    assert "s3cret" not in result.model_dump_json()


def test_a_token_server_is_looked_at_like_any_host(server: RudeServer, call: Made) -> None:
    server.on("/token", token("some-token"))
    policy = oauth(server) | {"allow_private": False, "allowed_hosts": ["api.example.com"]}
    result = call("GET https://api.example.com/", policy=policy)
    assert (result.outcome, server.seen) == (Outcome.error, [])
    assert "private" in result.message
