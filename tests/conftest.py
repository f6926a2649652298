"""Fixtures for all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from offline_server import OfflineServer
from openai_fake import OpenAIFake


@pytest.fixture(autouse=True, scope="session")
def _cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or fills the response cache of whoever runs the tests; fixtures of wider scope share this one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APIGEN_CACHE", str(tmp_path_factory.mktemp("session-cache")))
        yield


@pytest.fixture(autouse=True)
def response_cache(
    _cache_of_the_tests: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder of the response cache of one test, empty at first."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("APIGEN_CACHE", str(folder))
    return folder


@pytest.fixture
def openai_server() -> Iterator[OpenAIFake]:
    """A server on a free port of this machine that speaks OpenAI's protocol, to be told how to answer."""
    server = OpenAIFake()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def server() -> Iterator[OfflineServer]:
    """A server in a process of its own, behind which is the offline model, to be told how to misbehave."""
    server = OfflineServer()
    yield server
    server.stop()
