"""Fixtures for all tests."""

from collections.abc import Iterator

import pytest
from openai_fake import OpenAIFake


@pytest.fixture
def openai_server() -> Iterator[OpenAIFake]:
    """A server on a free port of this machine that speaks OpenAI's protocol, to be told how to answer."""
    server = OpenAIFake()
    yield server
    server.stop()
