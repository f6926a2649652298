"""A server that can be told to misbehave, and calls to it."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from rude_server import RudeServer

from apigen.execution import HttpExecutor
from apigen.records import Api, Call, ExecutionResult, Implementation

Made = Callable[..., ExecutionResult]


def http_api(target: str, schemas: dict[str, Any] | None = None, **options: Any) -> Api:
    """An API of kind http. Arguments are `name="place"` or a whole description; the policy allows this machine."""
    arguments = {
        name: {"in": place, "name": name} if isinstance(place, str) else {"name": name} | place
        for name, place in options.pop("arguments", {}).items()
    }
    policy = {"source": "test", "allow_private": True} | options.pop("policy", {})
    return Api(
        name="api",
        description="An API under test.",
        parameters={"type": "object", "properties": schemas or {}},
        implementation=Implementation(
            kind="http", target=target, options={"arguments": arguments, "policy": policy} | options
        ),
    )


@pytest.fixture
def server() -> Iterator[RudeServer]:
    server = RudeServer()
    yield server
    server.stop()


@pytest.fixture
def other() -> Iterator[RudeServer]:
    """Another origin."""
    server = RudeServer()
    yield server
    server.stop()


@pytest.fixture
def executor() -> HttpExecutor:
    """Short waits, and limits that tests can reach."""
    return HttpExecutor(timeout=5, backoff=0.001, max_bytes=10_000, max_events=3, retries=1, breaker_failures=100)


@pytest.fixture
def in_session() -> Callable[..., list[ExecutionResult]]:
    """Make calls one after the other in one session."""

    def make(executor: HttpExecutor, calls: Sequence[tuple[Api, dict[str, Any]]]) -> list[ExecutionResult]:
        async def run() -> list[ExecutionResult]:
            async with await executor.open([api for api, _ in calls]) as session:
                return [await session.call(api, Call(name=api.name, arguments=given)) for api, given in calls]

        return asyncio.run(run())

    return make


@pytest.fixture
def call(
    server: RudeServer, executor: HttpExecutor, in_session: Callable[..., list[ExecutionResult]]
) -> Callable[..., ExecutionResult]:
    """Call `METHOD /path` of the server; `given` are the arguments of the call."""

    def make(target: str, given: dict[str, Any] | None = None, settings: dict[str, Any] | None = None, **options: Any):
        method, _, path = target.partition(" ")
        api = http_api(path if "://" in path else f"{server.url}{path}", **options)
        assert api.implementation
        full = api.implementation.model_copy(update={"target": f"{method} {api.implementation.target}"})
        changed = executor.model_copy(update=settings or {})
        return in_session(changed, [(api.model_copy(update={"implementation": full}), given or {})])[0]

    return make


@pytest.fixture
def http() -> Callable[..., Api]:
    return http_api
