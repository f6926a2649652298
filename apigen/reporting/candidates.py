"""Candidates in full: query, tools, calls with results, every verdict, and where it all came from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from apigen.errors import StorageError
from apigen.reporting.calls import call_line, first_line, loads
from apigen.reporting.screen import Screen, screen
from apigen.reporting.selection import Wanted, chosen
from apigen.reporting.text import line, passage, plural
from apigen.storage import Reader, newest_run, open_runs

Row = Mapping[str, Any]
STYLES = {"passed": "green", "verified": "green", "rejected": "red", "error": "yellow"}
LONG = 2000
"""Characters of a query or text that are shown."""
SHORT = 400
"""Characters of a result, message or detail that are shown."""


def print_candidates(output_dir: Path, run: str | None, wanted: Wanted, *, prompt: bool = False) -> None:
    """Print the candidates wanted of a run, by default the newest.

    Args:
        prompt: print prompt and answer of each candidate's request as well.

    Raises:
        UserError: the run, an id, or a name to filter by does not exist.
    """
    run = run or newest_run(output_dir) or ""
    with open_runs(output_dir, only=[run] if run else ()) as reader:
        names = [row[0] for row in reader.query("SELECT run FROM runs ORDER BY run").rows]
        if len(names) > 1:
            raise StorageError(
                f"`{run}` names {len(names)} runs.", where="--run", remedy=f"--run {names[0]}, or another of them"
            )
        ids = chosen(reader, wanted, run)
        shown = [_candidate(reader, one) for one in ids]
        counts = dict(reader.query("SELECT outcome, count(*) FROM outcomes GROUP BY outcome").rows)
    out = screen()
    for candidate in shown:
        _print(out, candidate, run, prompt)
    _foot(out, wanted, len(shown), counts, run)


def _foot(out: Screen, wanted: Wanted, shown: int, counts: Mapping[str, int], run: str) -> None:
    told = ", ".join(f"{counts.get(key, 0):,} {word}" for key, word in _WORDS.items())
    if not shown:
        what = "candidate that matches" if wanted.failed or wanted.style else "verified entry"
        hint = "" if wanted.failed or not counts else "; apigen show --rejected shows why"
        out.print(f"{run} has no {what}: {told}{hint}")
    else:
        out.print(Text(f"\n{plural(shown, 'candidate')} of {run} shown; it has {told}", style="dim"))


_WORDS = {"passed": "verified", "rejected": "rejected", "error": "not judged because of errors"}


def _candidate(reader: Reader, candidate: str) -> dict[str, Any]:
    """One candidate with everything that belongs to it."""
    one = _rows(reader, "SELECT * FROM candidates WHERE candidate = ?", candidate)[0]
    request = _rows(reader, "SELECT * FROM requests WHERE request = ?", one["request"])
    offered = request[0]["apis"] if request else []
    apis = _rows(
        reader, "SELECT api, description, parameters FROM apis WHERE admitted AND list_contains(?, api)", offered
    )
    return one | {
        "outcome": _rows(reader, "SELECT outcome FROM outcomes WHERE candidate = ?", candidate)[0]["outcome"],
        "sent": request[0] if request else {},
        "apis": sorted(apis, key=lambda api: offered.index(api["api"])),
        "executions": _rows(reader, "SELECT * FROM executions WHERE candidate = ? ORDER BY position", candidate),
        "verdicts": _rows(reader, "SELECT * FROM verdicts WHERE candidate = ? ORDER BY position", candidate),
    }


def _rows(reader: Reader, query: str, value: Any) -> list[dict[str, Any]]:
    found = reader.query(query, [value])
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def _print(out: Screen, candidate: Row, run: str, prompt: bool) -> None:
    outcome = "verified" if candidate["outcome"] == "passed" else candidate["outcome"]
    head = Text(f"{candidate['candidate']}  ", style="bold")
    head.append(outcome, style=STYLES.get(outcome, ""))
    head.append(f"  {line(candidate['style'] or '', 40)}  {run}")
    out.print()
    out.print(head, soft_wrap=True)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True, min_width=9)
    grid.add_column(overflow="fold", ratio=1)
    for name, content in _parts(candidate):
        grid.add_row(name, content)
    out.print(grid)
    if prompt:
        _prompt(out, candidate["sent"])


def _parts(candidate: Row) -> Iterator[tuple[str, str | Text]]:
    if candidate["query"] is not None:
        yield "query", passage(candidate["query"], LONG)
    for label, api in _labelled("tools", candidate["apis"]):
        parameters = loads(api["parameters"])
        yield label, first_line(api["api"], parameters if isinstance(parameters, dict) else {}, api["description"])
    calls = loads(candidate["calls"])
    results = {row["position"]: row for row in candidate["executions"]}
    for label, (position, call) in _labelled("calls", list(enumerate(calls if isinstance(calls, list) else []))):
        yield label, call_line(call, LONG)
        if position in results:
            yield "", _result(results[position])
            if results[position]["effect"] == "write":
                yield "", Text(f"  changed {_changes(results[position]['changes'])}", style="dim")
    if calls is None:
        yield "text", passage(candidate["text"] or "", LONG)
    for label, verdict in _labelled("verdicts", candidate["verdicts"]):
        yield label, _verdict(verdict)
    if candidate["problem"] and not candidate["verdicts"]:
        yield "problem", candidate["problem"]
    yield "origin", _origin(candidate)
    if candidate["injected"]:
        yield "injected", f"{', '.join(candidate['injected'])} (put in on purpose by the offline model)"


def _labelled(label: str, items: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Each item, the first of them with the label."""
    for number, item in enumerate(items):
        yield label if number == 0 else "", item


def _result(row: Row) -> Text:
    if row["outcome"] == "passed":
        text = Text(f"→ {line(row['result'] or '', SHORT)}", style="green")
        if row["how"] == "replayed" and row["recorded_at"]:
            text.append(f"  (replayed, made {row['recorded_at']:%Y-%m-%d %H:%M} UTC)", style="dim")
        return text
    told = ": ".join(line(part, SHORT) for part in (row["reason"], row["error_type"], row["message"]) if part)
    if row["how"] == "not_executed" and row["reason"] == "not_executable":
        return Text("→ not executed: it has no implementation", style="dim")
    return Text(f"→ {row['outcome']}: {told}", style=STYLES.get(row["outcome"], ""))


def _changes(stored: str | None) -> str:
    """What a call changed of a state: path, before, after."""
    changes = loads(stored)
    told = (f"{one['path']}: {_json(one['before'])} → {_json(one['after'])}" for one in changes or ())
    return line("; ".join(told), SHORT)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _verdict(row: Row) -> Text:
    text = Text(f"{line(row['stage'], 30)}: ")
    text.append(row["outcome"], style=STYLES.get(row["outcome"], ""))
    if row["reason"]:
        text.append(f" {row['reason']}")
    if row["model"]:
        text.append(f" by {line(row['model'], 60)}{' (simulated)' if row['simulated'] else ''}", style="dim")
    limit = LONG if row["reason"] == "checker_failed" else SHORT
    if row["detail"]:
        text.append(f": {line(row['detail'], limit)}")
    return text


def _origin(candidate: Row) -> str:
    sent = candidate["sent"]
    mark = " (simulated)" if candidate["simulated"] else ""
    return ", ".join(
        part
        for part in (
            f"{line(candidate['model'] or 'unknown model', 60)}{mark}",
            f"template {line(sent['template'], 40)}" if sent.get("template") else "",
            f"read {candidate['read']}" if candidate["read"] else "",
            f"depth {candidate['depth']}",
            f"examples {' '.join(line(one, 40) for one in candidate['parents'])}" if candidate["parents"] else "",
        )
        if part
    )


def _prompt(out: Screen, sent: Row) -> None:
    messages = loads(sent.get("messages"))
    for message in messages if isinstance(messages, list) else []:
        print_message(out, str(message.get("role")), str(message.get("content")))
    print_message(out, "answer", sent.get("response") or f"(none: {sent.get('reason')})")


def print_message(out: Screen, role: str, content: str) -> None:
    """One message of a prompt, in full."""
    out.print(Text(f"── {role} ──", style="dim"))
    out.whole(passage(content, len(content)))
