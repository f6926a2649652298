"""Error payloads inside successful answers, found by keys: `{"error": …}`, `{"ok": false}`; texts are never searched.

A rule looks at one key of the result, which is an object; anything else is no error payload. The first rule that hits
makes a rejection of the result, `error_payload`, with the message that the payload gives.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field, field_validator

from apigen.component import Component
from apigen.reasons import Reason
from apigen.records import ExecutionResult, Json, Outcome, canonical_json

SAYING = ("message", "error_message", "error_description", "error", "errors", "detail", "details", "reason", "msg",
          "description", "title", "info")  # fmt: skip
"""Keys at which payloads say what is wrong."""
SHOWN_CHARS = 500


class ErrorRule(Component):
    """When a key of a result says that the call failed.

    Fields:
        path: the key; dots lead into inner objects, `data.error`.
        when: `present`: it is there, even with null; `truthy`: true, a whole number other than 0, or a text, list
            or object that is not empty (a number with a fraction is a measure, no message); `false`: exactly false;
            `equals`: the value is `value`.
        value: for `equals`; texts are equal whatever their case.
    """

    path: str = Field(min_length=1)
    when: Literal["present", "truthy", "false", "equals"] = "truthy"
    value: Json = None

    @field_validator("when", mode="before")
    @classmethod
    def _yaml_false(cls, value: Json) -> Json:
        """Without quotes, YAML reads `false` as a boolean."""
        return "false" if value is False else value

    def hits(self, result: Json) -> bool:
        """Whether the result is an error payload by this rule."""
        found = _at(result, self.path)
        if not found:
            return False
        value = found[0]
        if self.when == "present":
            return True
        if self.when == "false":
            return value is False
        if self.when == "equals":
            return _folded(value) == _folded(self.value)
        return not isinstance(value, float) and bool(value)


DEFAULT_RULES = (
    ErrorRule(path="error"),
    ErrorRule(path="errors"),
    ErrorRule(path="ok", when="false"),
    ErrorRule(path="success", when="false"),
    ErrorRule(path="status", when="equals", value="error"),
)


def by_rules(rules: Sequence[ErrorRule], result: ExecutionResult) -> ExecutionResult:
    """The result, rejected if it passed and is an error payload by one of the rules."""
    if result.outcome is not Outcome.passed or not isinstance(result.result, Mapping):
        return result
    hit = next((rule for rule in rules if rule.hits(result.result)), None)
    if hit is None:
        return result
    told = f"the result has `{hit.path}`: {_message(result.result, hit.path)}"
    changed = {"outcome": Outcome.rejected, "reason": Reason.error_payload, "message": told, "result": None}
    return result.model_copy(update=changed)


def _at(result: Json, key: str) -> tuple[Json] | None:
    """The value at a key in a tuple, or None if there is none; a key that holds dots itself comes first."""
    if not isinstance(result, Mapping):
        return None
    if key in result:
        return (result[key],)
    outer, dot, inner = key.partition(".")
    return _at(result[outer], inner) if dot and outer in result else None


def _message(result: Json, key: str) -> str:
    """What the payload says is wrong: the value at `key` if it is more than a flag, else what stands beside it."""
    found = _at(result, key)
    value = found[0] if found else None
    said = _said(value)
    if said:
        return _shortened(said)
    outer = key.rpartition(".")[0]
    holder = _at(result, outer) if outer else (result,)
    beside = _said(holder[0]) if holder else ""
    return _shortened(": ".join(part for part in (canonical_json(value), beside) if part))


def _said(value: Json) -> str:
    if isinstance(value, str):
        return "" if value.lower() in ("error", "fail", "failed", "failure") else value
    if isinstance(value, list):
        return "; ".join(filter(None, map(_said, value))) or (canonical_json(value) if value else "")
    if isinstance(value, dict):
        return next((said for name in SAYING if name in value and (said := _said(value[name]))), "")
    return ""


def _folded(value: Json) -> str:
    return canonical_json(value.lower() if isinstance(value, str) else value)


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
