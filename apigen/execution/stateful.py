"""Calls that share an instance: which of a candidate's calls go together, and what a worker tells of them.

APIs of a class with state have `Implementation.options` of their own: `class` (its name in the module of the target),
`initial_state`, `load_state` and `state`. Calls under equal options are made in order on one fresh instance.
"""

from collections.abc import Sequence
from typing import Any

from apigen.execution.answers import decode, read_answer
from apigen.execution.differences import differences
from apigen.reasons import Reason
from apigen.records import Api, Call, Implementation, Json, Outcome, canonical_json

AS_BEFORE = b"{}"
UNKNOWN = {"state": None, "note": "the state is not known: it could not be read"}


def groups(steps: Sequence[tuple[Api, Call]]) -> list[list[int]]:
    """Positions of the calls that are made together, in order; a call without state is alone."""
    found: dict[str, list[int]] = {}
    for position, (api, _) in enumerate(steps):
        one = api.implementation
        key = str(position)
        if api.stateful and one is not None:
            key = canonical_json([one.target.rpartition(":")[0], list(one.path), one.options])
        found.setdefault(key, []).append(position)
    return list(found.values())


def class_target(target: str, implementation: Implementation) -> str:
    """`module:Class` of a method's target."""
    return f"{target.rpartition(':')[0]}:{implementation.options['class']}"


def instance_settings(target: str, implementation: Implementation) -> dict[str, Json]:
    """How a worker makes the instance."""
    options = implementation.options
    return {
        "class": class_target(target, implementation),
        "initial_state": options.get("initial_state") or {},
        "load_state": options.get("load_state"),
        "state": options.get("state"),
    }


def read_sequence(header: dict[str, Any], answer: bytes, calls: int) -> list[dict[str, Any]]:
    """The fields of the `ExecutionResult` of each call, from a worker's reply (see `zygote.sequence`).

    A call is done if its answer and the state after it are told. The first that is not ended the sequence; those after
    it were not made, and have the same reason.
    """
    lines = answer.split(b"\n")[:-1]
    state = _state(lines[0]) if lines else None
    if state is None:
        return [_no_instance(header, lines[0] if lines else b"") for _ in range(calls)]
    results: list[dict[str, Any]] = []
    for told, after in list(zip(lines[1::2], lines[2::2], strict=False))[:calls]:
        fields = read_answer({"reason": None, "output": ""}, told)
        state_after = state if after == AS_BEFORE else _state(after) or UNKNOWN
        results.append(fields | _effect(state, state_after))
        state = state_after
    left = calls - len(results)
    if left:
        spent = sum(fields["duration"] for fields in results)
        ended = read_answer({**header, "duration": max(0.0, header.get("duration", 0.0) - spent)}, b"")
        results.append(ended | {"state_before": state["state"]})
        results += [_not_made(ended) for _ in range(left - 1)]
    last = min(calls - left, calls - 1)  # the output is that of all of them
    results[last]["output"] = header.get("output", "")
    return results


def _state(line: bytes) -> dict[str, Any] | None:
    """A state as it was told; None if the line tells none."""
    try:
        told = decode(line.decode())
        return {"state": told["state"], "note": str(told["note"])[:1000]}
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _effect(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The states around a call and its mark; no mark if one of them is not known."""
    known = before["state"] is not None and after["state"] is not None
    changes = differences(before["state"], after["state"]) if known else None
    return {
        "state_before": before["state"],
        "state_after": after["state"],
        "state_note": after["note"] or before["note"],
        "changes": changes,
        "effect": None if changes is None else "write" if changes else "read",
    }


def _no_instance(header: dict[str, Any], line: bytes) -> dict[str, Any]:
    """There was no instance to call: a mistake in the source, which says nothing about the call."""
    told = read_answer({"reason": None, "output": header.get("output", "")}, line)
    why = header["message"] if header["reason"] else told["message"]
    if told["reason"] is not Reason.worker_lost and header["reason"] != Reason.worker_lost:
        why = f"no instance could be made with its initial state: {why}"
    lost = {"outcome": Outcome.error, "reason": Reason.worker_lost, "message": why, "error_type": ""}
    return told | lost | {"how": "not_executed"}


def _not_made(ended: dict[str, Any]) -> dict[str, Any]:
    message = f"not made: a call before it ended the sequence ({ended['message']})"
    return {**ended, "how": "not_executed", "message": message, "duration": 0.0, "output": ""}
