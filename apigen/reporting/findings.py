"""What there is to tell of one run, read from its database by a few grouped queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from apigen.storage import Reader


class Share(NamedTuple):
    """How many candidates of a kind there are, and how many of them were verified."""

    name: str
    candidates: int
    verified: int


class Stage(NamedTuple):
    """One row of the funnel; `reasons` are the most frequent with their counts."""

    name: str
    checker: str
    judged: int
    passed: int
    rejected: int
    errors: int
    reasons: tuple[tuple[str, int], ...]


class Trouble(NamedTuple):
    """Errors of one stage with one reason code; `detail` is that of one of them."""

    stage: str
    reason: str
    number: int
    detail: str


class Sample(NamedTuple):
    """A verified entry, to be shown."""

    id: str
    style: str
    query: str
    calls: str


@dataclass(frozen=True)
class Findings:
    """A run in figures. `row` is its row of the table `runs`.

    `cost` is the price of all answers in US dollars, `saved` that of those which another run paid for (`cached` of
    `answers`); both None if unknown. `unexecuted` of the verified entries have a call that was not really made.
    """

    row: dict[str, Any]
    answered: int
    candidates: int
    verified: int
    unexecuted: int
    unread: int
    stages: tuple[Stage, ...]
    styles: tuple[Share, ...]
    models: tuple[Share, ...]
    troubles: tuple[Trouble, ...]
    answers: int
    cached: int
    tokens: int
    cost: float | None
    saved: float | None
    simulated: tuple[str, ...]
    free: bool
    samples: tuple[Sample, ...]

    @property
    def errors(self) -> int:
        """Requests and judgements that the infrastructure failed."""
        return sum(trouble.number for trouble in self.troubles)

    @property
    def asked(self) -> int:
        """Requests answered or failed."""
        return self.answered + sum(t.number for t in self.troubles if t.stage == GENERATION)


GENERATION = "generation"
"""Stage that errors of requests are counted under."""
TOP = 3
"""Reasons shown beside a stage."""
UNEXECUTED = """
    SELECT count(*) FROM outcomes LEFT JOIN (
        SELECT run, candidate, bool_and(how <> 'not_executed') AS made FROM executions GROUP BY run, candidate
    ) USING (run, candidate) WHERE outcome = 'passed' AND NOT coalesce(made, false)
"""


def read_findings(reader: Reader) -> Findings:
    """The findings of the one run that `reader` was opened over."""
    outcomes = reader.query(
        "SELECT style, model, outcome, stage, count(*) FROM outcomes GROUP BY ALL ORDER BY style, model"
    ).rows
    costs = reader.query(
        "SELECT stage, simulated, requests, cached, coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0), "
        "cost, saved FROM costs"
    ).rows
    answered = reader.query("SELECT count(*) FROM requests WHERE outcome = 'passed'").rows[0][0]
    return Findings(
        row=_row(reader),
        answered=answered,
        candidates=sum(number for *_, number in outcomes),
        verified=sum(number for *_, outcome, _, number in outcomes if outcome == "passed"),
        unexecuted=reader.query(UNEXECUTED).rows[0][0],
        unread=sum(number for *_, stage, number in outcomes if stage == "reading"),
        stages=_stages(reader),
        styles=_shares(outcomes, 0),
        models=_shares(outcomes, 1),
        troubles=_troubles(reader),
        answers=sum(row[2] for row in costs),
        cached=sum(row[3] for row in costs),
        tokens=sum(row[4] for row in costs),
        cost=_sum(row[5] for row in costs),
        saved=_sum(row[6] for row in costs),
        simulated=tuple(sorted({stage for stage, simulated, *_ in costs if simulated})),
        free=bool(costs) and all(simulated for _, simulated, *_ in costs),
        samples=_samples(reader),
    )


def _sum(amounts: Iterable[float | None]) -> float | None:
    """The sum; None if a part is unknown."""
    known = list(amounts)
    return None if None in known else sum(amount for amount in known if amount is not None)


def _row(reader: Reader) -> dict[str, Any]:
    found = reader.query("SELECT * FROM runs LIMIT 1")
    return dict(zip(found.columns, found.rows[0], strict=True)) if found.rows else {}


def _shares(outcomes: Sequence[tuple[Any, ...]], column: int) -> tuple[Share, ...]:
    """Candidates and verified ones by style (column 0) or model (1)."""
    counts: dict[str, list[int]] = {}
    for row in outcomes:
        pair = counts.setdefault(str(row[column] or "unknown"), [0, 0])
        pair[0] += row[-1]
        pair[1] += row[-1] * (row[2] == "passed")
    return tuple(Share(name, *pair) for name, pair in counts.items())


def _stages(reader: Reader) -> tuple[Stage, ...]:
    reasons: dict[tuple[Any, Any], list[tuple[str, int]]] = {}
    for position, checker, reason, number in reader.query(
        "SELECT position, checker, reason, count(*) AS n FROM verdicts WHERE outcome <> 'passed' "
        "GROUP BY ALL ORDER BY n DESC, reason"
    ).rows:
        reasons.setdefault((position, checker), []).append((str(reason), number))
    rows = reader.query(
        "SELECT position, stage, checker, judged, passed, rejected, errors FROM funnel ORDER BY position, checker"
    ).rows
    return tuple(
        Stage(stage, checker, judged, passed, rejected, errors, tuple(reasons.get((position, checker), ())[:TOP]))
        for position, stage, checker, judged, passed, rejected, errors in rows
    )


def _troubles(reader: Reader) -> tuple[Trouble, ...]:
    rows = reader.query(
        f"""
        SELECT stage, reason, count(*) AS n, min(detail) AS detail FROM (
            SELECT '{GENERATION}' AS stage, reason, detail FROM requests WHERE outcome = 'error'
            UNION ALL SELECT stage, reason, detail FROM verdicts WHERE outcome = 'error'
        ) GROUP BY stage, reason ORDER BY n DESC, stage, reason
        """
    ).rows
    return tuple(Trouble(stage, str(reason), number, detail or "") for stage, reason, number, detail in rows)


def _samples(reader: Reader) -> tuple[Sample, ...]:
    """Two verified entries, of different styles if there are."""
    rows = reader.query(
        """
        WITH picked AS (
            SELECT run, min(candidate) AS candidate FROM outcomes WHERE outcome = 'passed'
            GROUP BY run, style ORDER BY candidate LIMIT 2
        )
        SELECT candidate, style, query, calls FROM candidates JOIN picked USING (run, candidate) ORDER BY candidate
        """
    ).rows
    return tuple(Sample(*row) for row in rows)
