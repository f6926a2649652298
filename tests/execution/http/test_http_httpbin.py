"""A well-known server that nobody here wrote: httpbin. And TLS, with a certificate made on the spot."""

import shutil
import ssl
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from apigen.reasons import Reason
from apigen.records import ExecutionResult, Outcome

Made = Callable[..., ExecutionResult]


@pytest.fixture(scope="module")
def httpbin() -> Iterator[str]:
    """Its address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        app = pytest.importorskip("httpbin").app
        serving = pytest.importorskip("werkzeug.serving")
    server = serving.make_server("127.0.0.1", 0, app, threaded=True, request_handler=_quiet(serving))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _quiet(serving: Any) -> Any:
    return type("Quiet", (serving.WSGIRequestHandler,), {"log": lambda self, *_: None})


def test_arguments_arrive(httpbin: str, call: Made) -> None:
    arguments = {"a": "query", "list": "query", "n": "path", "h": {"in": "header", "name": "X-Test"}}
    given = {"a": "ü & ?", "list": [1, 2], "n": "x/y z", "h": "hello"}
    result = call(f"GET {httpbin}/anything/{{n}}", given, arguments=arguments).result
    assert result["args"] == {"a": "ü & ?", "list": ["1", "2"]}
    assert result["headers"]["X-Test"] == "hello"
    assert unquote(result["url"]).startswith(f"{httpbin}/anything/x/y z?")


@pytest.mark.parametrize(
    ("content_type", "where", "expected"),
    [
        ("application/json", "json", {"a": [1, {"b": None}], "c": "ü"}),
        ("application/x-www-form-urlencoded", "form", {"a": ["1", '{"b":null}'], "c": "ü"}),
        ("multipart/form-data", "form", {"a": ["1", '{"b":null}'], "c": "ü"}),
    ],
)
def test_bodies_arrive(httpbin: str, call: Made, content_type: str, where: str, expected: Any) -> None:
    given = {"a": [1, {"b": None}], "c": "ü"}
    result = call(
        f"POST {httpbin}/post", given, arguments={"a": "body", "c": "body"},
        body={"content_type": content_type}, policy={"allow_writes": True},
    )  # fmt: skip
    assert result.result[where] == expected


def test_files_arrive(httpbin: str, call: Made) -> None:
    result = call(
        f"POST {httpbin}/post", {"f": "content"}, arguments={"f": "body"}, body={"content_type": "multipart/form-data"},
        policy={"allow_writes": True}, schemas={"f": {"type": "string", "format": "binary"}},
    )  # fmt: skip
    assert result.result["files"] == {"f": "content"}


@pytest.mark.parametrize(
    ("path", "check"),
    [
        ("json", lambda r: r["slideshow"]["title"] == "Sample Slide Show"),
        ("xml", lambda r: r.startswith("<?xml") if isinstance(r, str) else "slideshow" in r),
        ("html", lambda r: "Herman Melville" in r),
        ("encoding/utf8", lambda r: "∮" in r),
        ("deny", lambda r: "YOU SHOULDN'T BE HERE" in r),
        ("gzip", lambda r: r["gzipped"] is True),
        ("deflate", lambda r: r["deflated"] is True),
        ("image/png", lambda r: r["content_type"] == "image/png" and r["bytes"] > 1000),
        ("bytes/64?seed=1", lambda r: r["bytes"] == 64),
        ("stream/2", lambda r: [item["id"] for item in r] == [0, 1]),
        ("drip?numbytes=3&duration=0.03&delay=0", lambda r: r["bytes"] == 3),
        ("redirect/2", lambda r: r["url"].endswith("/get")),
        ("absolute-redirect/2", lambda r: r["url"].endswith("/get")),
        ("uuid", lambda r: len(r["uuid"]) == 36),
        ("cookies/set?a=1", lambda r: r == {"cookies": {}}),
    ],
)
def test_answers_of_every_kind(httpbin: str, call: Made, path: str, check: Callable[[Any], bool]) -> None:
    result = call(f"GET {httpbin}/{path}", settings={"max_bytes": 50_000})
    assert result.outcome is Outcome.passed, result
    assert check(result.result), result.result


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("status/404", Reason.not_found),
        ("status/418", Reason.runtime_error),
        ("status/500", Reason.api_unavailable),
        ("redirect/9", Reason.too_many_redirects),
        ("redirect-to?url=http%3A%2F%2F169.254.169.254%2F", Reason.blocked),
        ("bytes/20000", Reason.result_too_large),
        ("stream-bytes/20000", Reason.result_too_large),
        ("delay/5", Reason.api_timeout),
        ("drip?numbytes=5&duration=4&delay=0", Reason.timeout),
        ("hidden-basic-auth/u/p", Reason.not_found),
        ("bearer", Reason.authentication),
    ],
)
def test_failures_of_every_kind(httpbin: str, call: Made, path: str, reason: Reason) -> None:
    assert call(f"GET {httpbin}/{path}", settings={"timeout": 1.5}).reason is reason


def test_authentication(httpbin: str, call: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIN_USER", "alice")
    monkeypatch.setenv("BIN_PASSWORD", "pa:ss wörd")
    basic = {"kind": "basic", "user_env": "BIN_USER", "password_env": "BIN_PASSWORD"}
    result = call(f"GET {httpbin}/basic-auth/alice/pa%3Ass%20w%C3%B6rd", policy={"auth": [basic]})
    assert result.result["authenticated"] is True
    result = call(f"GET {httpbin}/bearer", policy={"auth": [{"kind": "bearer", "env": "BIN_PASSWORD"}]})
    assert result.result == {"authenticated": True, "token": "***"}


@pytest.fixture
def certified(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """An HTTPS server's port, and its certificate, which holds for `localhost` only."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run([*command.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = HTTPServer(("127.0.0.1", 0), _Hello)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port, certificate
    server.shutdown()
    thread.join()
    server.server_close()


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(self.headers["Host"].encode())

    def log_message(self, *_: Any) -> None:
        pass


def test_certificates_are_verified(certified: tuple[int, Path], call: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    port, certificate = certified
    unknown = call(f"GET https://localhost:{port}/")
    assert (unknown.outcome, unknown.reason) == (Outcome.error, Reason.api_unavailable)
    assert "certificate" in unknown.message
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert call(f"GET https://localhost:{port}/").result == f"localhost:{port}"
    assert "certificate" in call(f"GET https://127.0.0.1:{port}/").message


def test_a_redirect_may_not_give_up_encryption(
    certified: tuple[int, Path], call: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, certificate = certified
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def redirect(self: _Hello) -> None:
        self.send_response(302)
        self.send_header("Location", f"http://localhost:{port}/")
        self.end_headers()

    monkeypatch.setattr(_Hello, "do_GET", redirect)
    result = call(f"GET https://localhost:{port}/")
    assert (result.outcome, result.reason) == (Outcome.rejected, Reason.blocked)
    assert "https to http" in result.message
