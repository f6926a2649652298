"""A worker's reply as the fields of an `ExecutionResult`.

The worker's part (the header) is trusted. The child's part was written in the process that ran the function, and may be
forged by it: it is only data, and what it can say is limited.
"""

import json
from typing import Any

from apigen.reasons import MEANINGS, Family, Reason
from apigen.records import Outcome

# A child may tell these of itself; everything else that it writes is no answer.
TOLD = {reason for reason in Reason if MEANINGS[reason].family is Family.execution} | {
    Reason.argument_type, Reason.missing_argument, Reason.unknown_argument, Reason.worker_lost,
}  # fmt: skip


def _refuse(name: str) -> None:
    raise ValueError(name)


decode = json.JSONDecoder(parse_constant=_refuse).decode
"""JSON text → value; ValueError for NaN and infinities too."""


def read_answer(header: dict[str, Any], answer: bytes) -> dict[str, Any]:
    """Outcome, reason, result and the rest, from the header and the child's unread answer."""
    common = {"duration": header.get("duration", 0.0), "output": header.get("output", "")}
    if header["reason"]:
        return common | _end(Reason(header["reason"]), header["message"])
    try:
        told = decode(answer.decode())
        if "result" in told:
            if b"\\u" in answer:  # escapes can spell lone surrogates
                json.dumps(told["result"], ensure_ascii=False).encode()
            return common | {"outcome": Outcome.passed, "result": told["result"], "duration": _seconds(told)}
        if told["reason"] in TOLD:
            return common | {"duration": _seconds(told)} | _told(told)
    except (ValueError, LookupError, TypeError, RecursionError):
        pass
    return common | _end(Reason.crash, "its process ended before the function returned")


def _seconds(told: dict[str, Any]) -> float:
    nanoseconds = told["duration"]
    if type(nanoseconds) is not int or not 0 <= nanoseconds < 1 << 63:
        raise ValueError
    return nanoseconds / 1e9


def _told(told: dict[str, Any]) -> dict[str, Any]:
    return _end(Reason(told["reason"]), str(told.get("message", ""))[:500], str(told.get("error_type", ""))[:500])


def _end(reason: Reason, message: str, error_type: str = "") -> dict[str, Any]:
    outcome = Outcome.error if reason is Reason.worker_lost else Outcome.rejected
    return {"outcome": outcome, "reason": reason, "message": message, "error_type": error_type}
