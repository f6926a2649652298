"""What a run has in its database when it is continued: which requests are done, what is to be made again, and the sums.

Everything is read by a handful of queries whose cost grows with the run, and little of it is kept: of a run of 600,000
candidates a few hundred thousand numbers and the examples that later prompts may show.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apigen.errors import StorageError
from apigen.records import Call, Candidate, Example, Json
from apigen.storage.database import PATIENCE, busy, connect, extend, patiently

BATCH = 10_000
MEMORY = "128MB"
NOT_ITS_FAULT = (
    "Permission denied", "Operation not permitted", "Read-only file system", "read-only mode", "No space left",
    "Disk quota", "File too large", "Too many open files", "Out of Memory", "failed to allocate",
)  # fmt: skip
"""What an error says that is none of the file's."""

_PROBES = "SELECT * REPLACE (arguments::VARCHAR AS arguments, result::VARCHAR AS result) FROM probes"
_ERRORS = """
    SELECT candidate, checker, reason, coalesce(retries, 0), prompt_tokens, completion_tokens, cost
    FROM verdicts WHERE outcome = 'error'"""
_UNJUDGED = """
    SELECT candidate, request, position, style, query, calls::VARCHAR AS calls, text, read, problem, problem_detail
    FROM candidates WHERE candidate IN (SELECT candidate FROM verdicts WHERE outcome = 'error')
    ORDER BY request, position"""
_VERIFIED = """
    SELECT o.candidate, c.request, c.style, c.functions, c.depth
    FROM outcomes o JOIN candidates c USING (candidate)
    WHERE o.outcome = 'passed'
    ORDER BY c.request, c.position"""
_RETRIED = """
    SELECT candidate FROM candidates WHERE request IN (SELECT request FROM requests WHERE retries > 0)
    UNION SELECT candidate FROM verdicts WHERE retries > 0"""
_EXAMPLES = """
    SELECT c.candidate, c.style, c.query, c.calls::VARCHAR, r.apis, c.depth, c.parents
    FROM candidates c JOIN requests r USING (request) WHERE list_contains(?, c.candidate)"""
_SPENT = """
    SELECT sum(prompt_tokens), sum(completion_tokens), sum(cost), count(*) - count(cost), count(*)
    FROM (SELECT prompt_tokens, completion_tokens, cost FROM requests WHERE model IS NOT NULL AND cached IS NOT TRUE
          UNION ALL
          SELECT prompt_tokens, completion_tokens, cost FROM verdicts WHERE model IS NOT NULL AND cached IS NOT TRUE)"""


class Damaged(StorageError):
    """A database that can only be made again."""


@dataclass(frozen=True)
class Unjudged:
    """A candidate that a checker said `error` of, to be judged again: `reasons` by checker, `retries` so far, and
    `paid` by checker: tokens of prompts and answers, and US dollars."""

    candidate: Candidate
    retries: int
    reasons: Mapping[str, str | None]
    paid: Mapping[str, tuple[int | None, int | None, float | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Verified:
    """A verified entry, as far as samplers and targets want to know it. `first` if it came without a retry."""

    id: str
    request: int
    style: str
    functions: tuple[str, ...]
    depth: int
    first: bool


@dataclass
class History:
    """What a run has done so far. All empty for a run that begins.

    `done` are the requests with a row, those among them that ended in an error in `failed` with their retries so far,
    and in `unjudged` the candidates that a checker said `error` of. The rest are sums that progress and budgets begin
    with: `candidates`, those that `passed` every checker, verdicts by stage and outcome, tokens and US dollars (None:
    unknown) that this run paid for, requests `sent`, `seconds` of work.
    """

    done: Collection[int] = frozenset()
    failed: Mapping[int, int] = field(default_factory=dict)
    unjudged: Mapping[int, Sequence[Unjudged]] = field(default_factory=dict)
    stages: Mapping[str, Counter[str]] = field(default_factory=dict)
    apis: Mapping[str, str] = field(default_factory=dict)
    probes: Sequence[Mapping[str, Json]] = ()
    candidates: int = 0
    passed: int = 0
    tokens: int = 0
    cost: float | None = 0.0
    sent: int = 0
    seconds: float = 0.0
    resumed: int = 0
    begun: bool = False
    path: Path | None = None

    def verified(self) -> Iterator[Verified]:
        """The verified entries, in the order of the plan."""
        if self.path is None:
            return
        with _reading(self.path) as connection:
            retried = {name for (name,) in connection.execute(_RETRIED).fetchall()}
            cursor = connection.execute(_VERIFIED)
            while rows := cursor.fetchmany(BATCH):
                for id, request, style, functions, depth in rows:
                    yield Verified(id, request, style, tuple(functions or ()), depth, id not in retried)

    def examples(self, ids: Sequence[str]) -> dict[str, Example]:
        """The verified entries called `ids`, as examples."""
        if self.path is None or not ids:
            return {}
        with _reading(self.path) as connection:
            rows = connection.execute(_EXAMPLES, [list(ids)]).fetchall()
        return {row[0]: _example(*row) for row in rows}


def read_history(path: Path) -> History:
    """The history in the database at `path`.

    Raises:
        Damaged: the file is not a whole database of a run.
        StorageError: it cannot be read now.
    """
    try:
        with _reading(path) as connection:
            extend(connection)
            return _History(connection, path).read()
    except OSError as error:
        raise _unreadable(path, error) from error
    except Exception as error:
        import duckdb

        if isinstance(error, duckdb.Error) and not busy(error):
            if any(text in str(error) for text in NOT_ITS_FAULT):
                raise _unreadable(path, error) from error
            raise _damaged(path, error) from error
        raise


class _History:
    """The queries."""

    def __init__(self, connection: Any, path: Path) -> None:
        self._connection = connection
        self._path = path

    def read(self) -> History:
        self._check()
        run = self._rows("SELECT resumed, seconds, sent FROM runs")
        if not run:
            return History()
        prompt, answer, cost, unknown, sent = self._rows(_SPENT)[0]
        stages = self._stages()
        failed = dict(self._rows("SELECT request, coalesce(retries, 0) FROM requests WHERE outcome = 'error'"))
        return History(
            done={request for (request,) in self._rows("SELECT request FROM requests")},
            failed=failed,
            unjudged=self._unjudged(),
            stages=stages,
            apis=dict(self._rows("SELECT api, document_hash FROM apis WHERE admitted")),
            probes=self._dicts(_PROBES),
            candidates=self._rows("SELECT count(*) FROM candidates")[0][0],
            passed=self._rows("SELECT count(*) FROM outcomes WHERE outcome = 'passed'")[0][0],
            tokens=int((prompt or 0) + (answer or 0)),
            cost=None if unknown else float(cost or 0.0),
            sent=max(int(sent), int(run[0][2] or 0)),
            seconds=float(run[0][1] or 0.0),
            resumed=int(run[0][0] or 0),
            begun=True,
            path=self._path,
        )

    def _check(self) -> None:
        """Read everything once: DuckDB compares each block with its checksum."""
        self._connection.execute(f"SET memory_limit = '{MEMORY}'")
        for (table,) in self._rows("SELECT table_name FROM duckdb_tables()"):
            self._rows(f"SELECT bit_xor(hash(t)) FROM {table} t")

    def _rows(self, sql: str) -> list[Any]:
        rows: list[Any] = self._connection.execute(sql).fetchall()
        return rows

    def _dicts(self, sql: str) -> list[dict[str, Json]]:
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _stages(self) -> dict[str, Counter[str]]:
        stages: dict[str, Counter[str]] = {}
        for stage, outcome, number in self._rows("SELECT stage, outcome, count(*) FROM verdicts GROUP BY ALL"):
            stages.setdefault(stage, Counter())[outcome] = number
        return stages

    def _unjudged(self) -> dict[int, list[Unjudged]]:
        reasons: dict[str, dict[str, str | None]] = {}
        paid: dict[str, dict[str, tuple[int | None, int | None, float | None]]] = {}
        retries: Counter[str] = Counter()
        for candidate, checker, reason, tries, *spent in self._rows(_ERRORS):
            reasons.setdefault(candidate, {})[checker] = reason
            paid.setdefault(candidate, {})[checker] = (spent[0], spent[1], spent[2])
            retries[candidate] = max(retries[candidate], tries)
        found: dict[int, list[Unjudged]] = {}
        for row in self._dicts(_UNJUDGED):
            one = _candidate(row)
            found.setdefault(one.request, []).append(Unjudged(one, retries[one.id], reasons[one.id], paid[one.id]))
        return found


def _candidate(row: Mapping[str, Any]) -> Candidate:
    calls = None if row["calls"] is None else [Call(**call) for call in json.loads(row["calls"])]
    values = dict(row) | {"id": row["candidate"], "calls": calls, "problem_detail": row["problem_detail"] or ""}
    del values["candidate"]
    return Candidate(**values)


def _example(id: str, style: str, query: str, calls: str, apis: Any, depth: int, parents: Any) -> Example:
    answers = tuple(Call(**call) for call in json.loads(calls))
    tools, ancestors = tuple(apis or ()), tuple(parents or ())
    return Example(id=id, style=style, query=query, answers=answers, tools=tools, depth=depth, parents=ancestors)


@contextmanager
def _reading(path: Path) -> Iterator[Any]:
    """A connection for reading, once nobody writes."""
    # not read-only: what a killed process left in the write-ahead log has to be taken in
    connection = patiently(lambda: connect(path), PATIENCE)
    try:
        connection.execute(f"SET memory_limit = '{MEMORY}'")  # of a large run more is spilled beside its file
        yield connection
    finally:
        connection.close()


def _unreadable(path: Path, error: Exception) -> StorageError:
    return StorageError(
        f"The run's database cannot be used: {str(error).splitlines()[0]}",
        where=str(path),
        remedy="free space or fix the permissions of its folder, and go on with it then",
    )


def _damaged(path: Path, error: Exception) -> StorageError:
    return Damaged(f"The run's database is damaged: {str(error).splitlines()[0]}", where=str(path))
