"""The calls of one run to REST APIs: limits before each request, retries after those that may succeed later."""

import asyncio
import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from apigen.errors import ConfigError
from apigen.execution.beginning import begins, listening
from apigen.execution.executor import ExecutionSession
from apigen.execution.http.auth import Keyring
from apigen.execution.http.building import Request, build
from apigen.execution.http.contents import Contents
from apigen.execution.http.exchange import Exchange
from apigen.execution.http.failures import Failure, Unmade, blocked
from apigen.execution.http.limits import Breaker, HostLimits, wait_before
from apigen.execution.http.operation import Operation, Policy, read_operation
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Implementation, Json, Outcome

if TYPE_CHECKING:
    from apigen.execution.http.executor import HttpExecutor


class HttpSession(ExecutionSession):
    """Made by `HttpExecutor.open`.

    Args:
        apis: those that may be called; the environment variables that their sources name are read now.

    Raises:
        ConfigError: one of these variables is not set.
    """

    def __init__(self, executor: "HttpExecutor", apis: Sequence[Api], keyring: Keyring) -> None:
        self.executor = executor
        self.keyring = keyring
        self._exchange = Exchange(executor, keyring)
        self._operations: dict[int, tuple[Implementation, Operation]] = {}
        self._hosts: dict[str, HostLimits] = {}
        self._breakers: dict[str, Breaker] = {}
        self._random = random.Random()  # for waits between attempts only
        self._closed = False
        self.isolation = _isolation([self._known(api) for api in apis if api.implementation])

    async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
        """See `ExecutionSession.call`."""
        clock = _Clock()
        place: dict[str, Any] = {"position": position, "name": call.name}
        try:
            if api.implementation is None:
                raise Unmade(Reason.not_executable, "the API has no implementation", sent=False)
            operation = self._opened(api.implementation)
            _check_policy(operation)
            request = build(operation, call.arguments, api.properties)
            with listening(clock.restart):
                contents = await self._guarded(operation, request)
        except Failure as failure:
            return ExecutionResult(
                **place,
                outcome=failure.outcome,
                how="not_executed" if isinstance(failure, Unmade) else "executed",
                reason=failure.reason,
                error_type=failure.error_type,
                message=self.keyring.redacted_text(failure.message),
                duration=clock.seconds,
            )
        return ExecutionResult(
            **place,
            outcome=Outcome.passed,
            message=contents.note,
            result=self.keyring.redacted(contents.result),
            duration=clock.seconds,
        )

    async def close(self) -> None:
        """Close all connections; calls made from now on are errors."""
        self._closed = True
        await self._exchange.close()

    def _known(self, api: Api) -> Operation | None:
        """The operation of an API, its secrets read; None if its calls will be refused."""
        assert api.implementation is not None
        try:
            return self._operation(api.implementation)
        except Failure:
            return None

    def _operation(self, implementation: Implementation) -> Operation:
        if id(implementation) not in self._operations:
            operation = read_operation(implementation)
            self.keyring.take(operation.policy)
            self._operations[id(implementation)] = implementation, operation
        return self._operations[id(implementation)][1]

    def _opened(self, implementation: Implementation) -> Operation:
        """The operation of an API, which the session may not have been opened for."""
        try:
            return self._operation(implementation)
        except ConfigError as error:
            raise Failure(Reason.authentication, error.what, "ConfigError", sent=False) from None

    async def _guarded(self, operation: Operation, request: Request) -> Contents:
        """The contents of the answer, unless the source is being given a rest."""
        settings, loop = self.executor, asyncio.get_running_loop()
        breaker = self._breakers.setdefault(
            operation.breaker, Breaker(settings.breaker_failures, settings.breaker_pause)
        )
        if not breaker.admits(loop.time()):
            raise Failure(
                Reason.api_unavailable,
                f"not called: {breaker.failures} calls of this source in a row failed, so it is given a rest",
                "SourcePaused",
                sent=False,
            )
        worked: bool | None = None
        try:
            contents = await self._repeated(operation, request)
            worked = True
            return contents
        except Failure as failure:
            worked = None if isinstance(failure, Unmade) else failure.outcome is Outcome.rejected
            raise
        finally:
            breaker.record(loop.time(), worked)

    async def _repeated(self, operation: Operation, request: Request) -> Contents:
        """The contents of the answer to the last attempt."""
        repeatable = operation.repeatable or any(name.lower() == "idempotency-key" for name in request.headers)
        for attempt in range(1, self.executor.retries + 2):
            try:
                return await self._authenticated(operation, request)
            except Failure as failure:
                last = attempt > self.executor.retries
                if last or not failure.transient or (failure.sent and not repeatable):
                    raise
                if failure.retry_after is None:
                    await asyncio.sleep(wait_before(attempt, self.executor.backoff, self._random))
        raise AssertionError("unreachable")

    async def _authenticated(self, operation: Operation, request: Request) -> Contents:
        """One attempt; a token that the server refuses is asked for anew, once."""
        try:
            return await self._attempt(operation, request)
        except Failure as failure:
            if failure.error_type != "HTTP 401" or not self.keyring.forget(operation.policy):
                raise
        return await self._attempt(operation, request)

    async def _attempt(self, operation: Operation, request: Request) -> Contents:
        policy, loop = operation.policy, asyncio.get_running_loop()
        limits = self._hosts.setdefault(request.origin.authority, HostLimits(self.executor.concurrency_per_host))
        async with limits.turn(policy.rate or self.executor.rate_per_host):
            if self._closed:
                raise Failure(Reason.api_unavailable, "the session is closed", "SessionClosed", sent=False)
            try:
                added = await self.keyring.added(policy, self._fetch)
                begins()
                return await self._exchange.make(request, policy, added)
            except Failure as failure:
                if failure.retry_after is not None and failure.transient:
                    limits.pause(loop.time(), failure.retry_after)
                raise

    async def _fetch(self, request: Request, policy: Policy) -> Json:
        """The answer to a request for a token: its host is the one that the source names, and no other."""
        own = Policy(allow_private=policy.allow_private, timeout=policy.timeout)
        return (await self._exchange.make(request, own, follow=False)).result


class _Clock:
    """The time of the last attempt of a call: that of waiting, for turns and between attempts, tells nothing of it."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self._started = time.perf_counter()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._started


def _check_policy(operation: Operation) -> None:
    if operation.writes and not operation.policy.allow_writes:
        raise blocked(f"{operation.method} may change something (the source allows it with `allow_writes: true`)")
    if not operation.policy.allows(operation.origin, operation.origin):
        raise blocked(f"the host of {operation.origin} is not among the source's `allowed_hosts`")


def _isolation(operations: Sequence[Operation | None]) -> str:
    policies = [operation.policy for operation in operations if operation]
    private = "private addresses allowed" if any(p.allow_private for p in policies) else "no private addresses"
    writes = "writes allowed" if any(p.allow_writes for p in policies) else "reads only"
    return f"allowed hosts only, {private}, {writes}"
