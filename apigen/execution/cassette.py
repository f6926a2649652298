"""Record and replay: results of calls kept in a cassette, keyed by all that determines them.

    execution=live       calls are made
    execution=record     calls are made, and what came of them is kept, in place of what was kept before
    execution=replay     no call is made: results come from the cassette; one that it does not hold is `not_recorded`

Only what says something about the call is kept, no error of the infrastructure. Calls of classes with state depend on
the calls before them: they are neither recorded nor replayed, but always made. The idea is that of VCR (Ruby).
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from pydantic import Field

from apigen.component import Component
from apigen.execution.executor import ExecutionSession, Executor
from apigen.execution.tape import Tape
from apigen.reasons import Reason
from apigen.records import Api, Call, ExecutionResult, Implementation, Json, Outcome, canonical_json

UNRELATED = frozenset({"policy", "auth", "safe", "idempotent", "read_only", "destructive"})
"""Options that say whether and how a call may be made, not what is asked."""
CONFINEMENT = frozenset({"env", "headers_env", "network", "read", "write", "allow_private"})
"""The like of an MCP server."""


class Execution(Component):
    """Whether calls are made, recorded or replayed.

    Fields:
        mode: `live` makes calls; `record` makes them and keeps the results; `replay` makes none.
        cassette: the SQLite file that results are kept in; several processes may use it at once.
        kinds: the kinds of implementations that are recorded and replayed; calls of others are always made.
        on_missing: what a replayed call is that the cassette does not hold: an `error`, reason `not_recorded`.
    """

    mode: Literal["live", "record", "replay"] = "live"
    cassette: str = Field("outputs/cassette.sqlite", min_length=1)
    kinds: tuple[str, ...] = ("http", "mcp")
    on_missing: Literal["error"] = "error"

    def applied(self, executors: Sequence[Executor]) -> list[Executor]:
        """The executors as this mode has them work."""
        if self.mode == "live":
            return list(executors)
        return [
            TapedExecutor(executor=one, mode=self.mode, cassette=self.cassette) if one.kind in self.kinds else one
            for one in executors
        ]


class TapedExecutor(Executor):
    """Another executor, with a cassette before it."""

    executor: Executor
    mode: Literal["record", "replay"]
    cassette: str

    @property
    def kind(self) -> str:
        return self.executor.kind

    async def open(self, apis: Sequence[Api]) -> ExecutionSession:
        """Open the cassette, and the executor for what is really called: nothing of it is needed for replaying.

        Raises:
            StorageError: the cassette cannot be opened, or there is none to replay.
            ConfigError: see the executor.
        """
        tape = Tape.open(self.cassette, writable=self.mode == "record")
        live = [api for api in apis if self.mode == "record" or not recordable(api)]
        try:
            session = await self.executor.open(live) if live else None
        except BaseException:
            tape.close()
            raise
        return TapedSession(session, tape, replaying=self.mode == "replay")


class TapedSession(ExecutionSession):
    """Made by `TapedExecutor.open`."""

    def __init__(self, session: ExecutionSession | None, tape: Tape, *, replaying: bool) -> None:
        self.session = session
        self._tape = tape
        self._replaying = replaying
        shown = "replayed" if replaying else "recorded"
        self.isolation = f"{shown}, {session.isolation}" if session and session.isolation else shown

    async def call(self, api: Api, call: Call, position: int = 0) -> ExecutionResult:
        """See `ExecutionSession.call`."""
        if not recordable(api):
            assert self.session is not None
            return await self.session.call(api, call, position)
        if self._replaying:
            return await self._replayed(api, call, position)
        assert self.session is not None
        result = await self.session.call(api, call, position)
        if result.outcome is Outcome.error:
            return result
        result = result.model_copy(update={"recorded_at": made_at()})
        return await self._tape.record(key(api, call), api, call, result)

    async def sequence(self, steps: Sequence[tuple[Api, Call]]) -> tuple[ExecutionResult, ...]:
        """See `ExecutionSession.sequence`."""
        live = [position for position, (api, _) in enumerate(steps) if not recordable(api)]
        results = {p: await self.call(*step, p) for p, step in enumerate(steps) if p not in live}
        if live:
            assert self.session is not None
            made = await self.session.sequence([steps[position] for position in live])
            results |= {p: one.model_copy(update={"position": p}) for p, one in zip(live, made, strict=True)}
        return tuple(results[position] for position in range(len(steps)))

    async def _replayed(self, api: Api, call: Call, position: int) -> ExecutionResult:
        found = await self._tape.find(key(api, call))
        if found is None:
            return ExecutionResult(
                position=position, name=call.name, outcome=Outcome.error, how="not_executed",
                reason=Reason.not_recorded, message=f"{self._tape.path} holds no result of this call",
            )  # fmt: skip
        how = found.how if found.how == "not_executed" else "replayed"
        return found.model_copy(update={"position": position, "name": call.name, "how": how})

    async def close(self) -> None:
        """See `ExecutionSession.close`."""
        try:
            if self.session is not None:
                await self.session.close()
        finally:
            self._tape.close()


def recordable(api: Api) -> bool:
    """Whether a call's result depends on nothing but the call."""
    return api.implementation is not None and not api.stateful


def key(api: Api, call: Call) -> str:
    """SHA-256 of all that determines the result of a call, and of nothing else.

    That is the implementation, the version of the API's document, and the arguments. What the source allows and how it
    authenticates is no part of it, so that a cassette can be replayed where no secret is known.
    """
    one = api.implementation
    assert one is not None
    parts: list[Json] = [one.kind, one.target, _asked(one), api.document_hash, call.arguments]
    return hashlib.sha256(canonical_json(parts).encode("utf-8", "backslashreplace")).hexdigest()


def made_at() -> str:
    """The time, UTC, as it stands in results."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat()


def _asked(one: Implementation) -> dict[str, Json]:
    asked = {name: value for name, value in one.options.items() if name not in UNRELATED and value is not None}
    policy, server = one.options.get("policy"), asked.get("server")
    if isinstance(policy, dict) and policy.get("headers"):
        asked["headers"] = policy["headers"]
    if isinstance(server, dict):
        asked["server"] = {name: value for name, value in server.items() if name not in CONFINEMENT}
    return asked
