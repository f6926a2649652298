"""What came of requests in an earlier run with the same models: the measured yields that an estimate is made from."""

import contextlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apigen.errors import UserError

LOOKED_AT = 12
"""Earlier runs looked at, the newest first."""
ENOUGH = 5
"""Answered requests below which a run says nothing."""
MOSTLY_ASKED = 0.95
"""Share of answers that were really asked for, from which on the time that a run took says how long the next will."""

_REQUESTS = """
    SELECT style, count(*) AS requests, sum(prompt_tokens) / count(prompt_tokens) AS prompt_tokens,
        sum(completion_tokens) / sum(pairs) FILTER (completion_tokens IS NOT NULL) AS completion_tokens,
        sum(items) / sum(pairs) AS candidates,
        CASE WHEN count(*) = count(cost) THEN sum(cost) / nullif(sum(prompt_tokens + completion_tokens), 0) END AS cost,
        avg(latency) AS latency, avg(CASE WHEN cached THEN 0 ELSE 1 END) AS asked
    FROM requests WHERE outcome = 'passed' GROUP BY GROUPING SETS ((style), ())"""
_JUDGED = """
    SELECT c.style, count(v.candidate) / count(DISTINCT c.candidate) AS judgements,
        avg(v.prompt_tokens) AS prompt_tokens, avg(v.completion_tokens) AS completion_tokens,
        CASE WHEN count(v.candidate) = count(v.cost)
             THEN sum(v.cost) / nullif(sum(v.prompt_tokens + v.completion_tokens), 0) END AS cost,
        avg(v.duration) FILTER (NOT coalesce(v.cached, false)) AS latency
    FROM candidates c LEFT JOIN verdicts v
    ON v.run = c.run AND v.candidate = c.candidate AND v.model IS NOT NULL AND v.prompt_tokens IS DISTINCT FROM 0
    GROUP BY GROUPING SETS ((c.style), ())"""
_VERIFIED = """
    SELECT style, count(*) FILTER (outcome = 'passed') / nullif(count(*) FILTER (outcome <> 'error'), 0) AS verified
    FROM outcomes GROUP BY GROUPING SETS ((style), ())"""
_ERRORS = "SELECT avg(CASE WHEN outcome = 'error' THEN 1 ELSE 0 END) FROM requests"


@dataclass(frozen=True)
class Yield:
    """What one style gave, on the average; None where it is not known.

    Tokens of the prompt are for a request, those of the answer and `candidates` for each pair asked for. `judgements`
    and `verified` are for a candidate, tokens of the judge for a judgement. Costs are US dollars for a token of prompt
    or answer, latencies seconds.
    """

    prompt_tokens: float | None
    completion_tokens: float | None
    candidates: float
    cost: float | None
    latency: float | None
    judgements: float
    judge_prompt_tokens: float | None
    judge_completion_tokens: float | None
    judge_cost: float | None
    judge_latency: float | None
    verified: float | None


@dataclass(frozen=True)
class Measured:
    """The yields of an earlier run by style; those of all styles together stand under None.

    `work` is the seconds of one worker for a request; None if the time of that run says nothing. `errors` is the share
    of requests that ended in one.
    """

    run: str
    styles: Mapping[str | None, Yield]
    work: float | None
    errors: float

    def of(self, style: str) -> Yield:
        """The yield of `style`, or of all styles if that run had none of it."""
        return self.styles.get(style) or self.styles[None]


@dataclass(frozen=True)
class Like:
    """What an earlier run must have (`model`, `judge`; None: any judge) and should have in common with the next."""

    model: str
    judge: str | None
    strategy: str
    checkers: Sequence[str]
    mode: str
    styles: Collection[str]

    def nearness(self, row: Mapping[str, Any], styles: Collection[str]) -> tuple[bool, ...] | None:
        """How near a run is, the more the greater; None if it says nothing about the next."""
        if row["model"] != self.model or (self.judge is not None and row["judge"] != self.judge):
            return None
        return (
            row["strategy"] == self.strategy,
            set(self.styles) <= set(styles),
            list(row["checkers"] or ()) == list(self.checkers) and row["mode"] == self.mode,
        )


def measured(output_dir: Path, like: Like) -> Measured | None:
    """The yields of the run below `output_dir` that is nearest to `like`; of equally near ones, of the newest.

    None if there is none. Runs that cannot be read at once are left out.
    """
    from apigen.storage import open_runs, run_folders, run_name

    newest = _newest(run_folders(output_dir))[:LOOKED_AT]
    if not newest:
        return None
    best: tuple[tuple[bool, ...], str, Mapping[str, Any]] | None = None
    for folder, row, styles in _known(newest):
        near = like.nearness(row, styles)
        if near is not None and (best is None or near > best[0]):
            best = near, run_name(folder, output_dir), row
    if best is None:
        return None
    with contextlib.suppress(UserError), open_runs(output_dir, only=[best[1]], memory="128MB") as reader:
        rows = [_by_style(reader.query(sql)) for sql in (_REQUESTS, _JUDGED, _VERIFIED)]
        errors = reader.query(_ERRORS).rows[0][0] or 0.0
        return Measured(best[1], _yields(*rows), _work(best[2], rows[0][None]), errors)
    return None


def _newest(folders: Sequence[Path]) -> list[Path]:
    from apigen.storage.database import FILE

    written: dict[Path, int] = {}
    for folder in folders:
        with contextlib.suppress(OSError):  # it may be removed meanwhile
            written[folder] = (folder / FILE).stat().st_mtime_ns
    return sorted(written, key=lambda folder: written[folder], reverse=True)


def _known(folders: Sequence[Path]) -> Iterator[tuple[Path, Mapping[str, Any], Collection[str]]]:
    """The row in `runs` and the styles of each run that has enough answers."""
    from apigen.storage.database import FILE, connect

    asked = "SELECT style, count(*) FROM requests WHERE outcome = 'passed' GROUP BY style"
    for folder in folders:
        with contextlib.suppress(Exception), connect(folder / FILE, read_only=True) as connection:
            styles = dict(connection.execute(asked).fetchall())
            cursor = connection.execute("SELECT * FROM runs")
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
            if rows and sum(styles.values()) >= ENOUGH:
                yield folder, dict(zip(names, rows[0], strict=True)) | {"answered": sum(styles.values())}, styles


def _by_style(result: Any) -> dict[str | None, dict[str, Any]]:
    return {row[0]: dict(zip(result.columns[1:], row[1:], strict=True)) for row in result.rows}


def _yields(
    requests: Mapping[str | None, Mapping[str, Any]],
    judged: Mapping[str | None, Mapping[str, Any]],
    verified: Mapping[str | None, Mapping[str, Any]],
) -> dict[str | None, Yield]:
    found: dict[str | None, Yield] = {}
    for style, asked in requests.items():
        judge, passed = judged.get(style, {}), verified.get(style, {})
        found[style] = Yield(
            prompt_tokens=asked["prompt_tokens"],
            completion_tokens=asked["completion_tokens"],
            candidates=asked["candidates"] or 0.0,
            cost=asked["cost"],
            latency=asked["latency"],
            judgements=judge.get("judgements") or 0.0,
            judge_prompt_tokens=judge.get("prompt_tokens"),
            judge_completion_tokens=judge.get("completion_tokens"),
            judge_cost=judge.get("cost"),
            judge_latency=judge.get("latency"),
            verified=passed.get("verified"),
        )
    return found


def _work(row: Mapping[str, Any], asked: Mapping[str, Any]) -> float | None:
    """Seconds of one worker for a request. Answers from the cache take no time, so a run of those says nothing."""
    seconds = row.get("seconds")
    if seconds is None and row.get("status") == "finished" and row["started_at"] and row["finished_at"]:
        seconds = (row["finished_at"] - row["started_at"]).total_seconds()
    if not seconds or asked["asked"] < MOSTLY_ASKED:
        return None
    workers = 1 if row["simulated"] else _concurrency(row.get("config"))
    return float(seconds) * workers / int(row["answered"]) if workers else None


def _concurrency(config: str | None) -> int | None:
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        found = json.loads(config or "").get("concurrency")
        return found if isinstance(found, int) and found > 0 else None
    return None
