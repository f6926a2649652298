"""Which candidates to show: those named, or a spread over styles and reasons."""

import re
from dataclasses import dataclass

from apigen.component import suggestion
from apigen.errors import UserError
from apigen.storage import Reader

ID = re.compile(r"(\d+)(?:-(\d+))?")


@dataclass(frozen=True)
class Wanted:
    """What is asked for; `stage` and `reason` are those of the first stage that did not pass a candidate."""

    ids: tuple[str, ...] = ()
    style: str | None = None
    rejected: bool = False
    stage: str | None = None
    reason: str | None = None
    limit: int = 5

    @property
    def failed(self) -> bool:
        """Whether candidates that did not pass are wanted."""
        return bool(self.rejected or self.stage or self.reason)


def chosen(reader: Reader, wanted: Wanted, run: str) -> list[str]:
    """Ids of the candidates wanted, of the one run that `reader` was opened over.

    Raises:
        UserError: an id, style, stage or reason does not occur in the run.
    """
    if wanted.ids:
        return list(dict.fromkeys(found for given in wanted.ids for found in _named(reader, given, run)))
    conditions, values = _conditions(wanted)
    rows = reader.query(
        f"""
        SELECT candidate FROM (
            SELECT candidate, row_number() OVER (PARTITION BY style, stage, reason ORDER BY candidate) AS place
            FROM outcomes WHERE {conditions}
        ) ORDER BY place, candidate LIMIT {wanted.limit}
        """,
        values,
    ).rows
    if not rows:
        _check_names(reader, wanted, run)
    return sorted(row[0] for row in rows)


def _conditions(wanted: Wanted) -> tuple[str, list[str]]:
    if not wanted.failed:
        conditions = ["outcome = 'passed'"]
    elif wanted.stage or wanted.reason:
        conditions = ["outcome <> 'passed'"]  # these may name errors of the infrastructure
    else:
        conditions = ["outcome = 'rejected'"]
    given = {"style": wanted.style, "stage": wanted.stage, "reason": wanted.reason}
    values = [value for value in given.values() if value is not None]
    conditions += [f"{name} = ?" for name, value in given.items() if value is not None]
    return " AND ".join(conditions), values


def _named(reader: Reader, given: str, run: str) -> list[str]:
    """The candidates that `given` names: an id, or the number of a request."""
    match = ID.fullmatch(given.strip())
    if match is None:
        exact = reader.query("SELECT candidate FROM candidates WHERE candidate = ?", [given]).rows
        if exact:
            return [given]
        raise UserError(f"`{given}` is no id.", where=run, remedy=f"ids look like {_some_id(reader)}; apigen show")
    request = int(match[1])
    rows = reader.query(
        "SELECT candidate, position FROM candidates WHERE request = ? ORDER BY position", [min(request, 2**62)]
    ).rows
    found = [row[0] for row in rows if match[2] is None or row[1] == int(match[2])]
    if not found:
        raise _unknown(reader, given, request, [row[0] for row in rows], run)
    return found


def _unknown(reader: Reader, given: str, request: int, others: list[str], run: str) -> UserError:
    if others:
        return UserError(f"There is no candidate `{given}`.", where=run, remedy=f"apigen show {' '.join(others)}")
    failed = reader.query("SELECT reason, detail FROM requests WHERE request = ?", [min(request, 2**62)]).rows
    if failed:
        why = f": `{failed[0][0]}`, {failed[0][1]}" if failed[0][0] else ""
        return UserError(f"Request {request} gave no candidate{why}.", where=run, remedy="apigen show --rejected")
    last = reader.query("SELECT max(request) FROM requests").rows[0][0]
    known = f"its requests go from 0 to {last}" if last is not None else "it has no finished request"
    return UserError(
        f"There is no candidate `{given}`: {known}.",
        where=run,
        remedy=f"apigen show {_some_id(reader)}, or --run for another run (`apigen runs` lists them)",
    )


def _some_id(reader: Reader) -> str:
    rows = reader.query("SELECT min(candidate) FROM candidates").rows
    return str(rows[0][0] or "000012-01")


def _check_names(reader: Reader, wanted: Wanted, run: str) -> None:
    """Nothing was found: tell a name that does not occur from one that has no candidates left."""
    for name, value in (("style", wanted.style), ("stage", wanted.stage), ("reason", wanted.reason)):
        if value is None:
            continue
        table = "candidates" if name == "style" else "outcomes"
        known = [row[0] for row in reader.query(f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL").rows]
        if value not in known:
            what = "no candidates of the style" if name == "style" else f"no candidates that failed with the {name}"
            raise UserError(
                f"There are {what} `{value}`{suggestion(value, known)}", where=run, remedy="apigen show --rejected"
            )
