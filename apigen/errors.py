"""What can go wrong, by who can mend it.

    ApigenError
    ├── UserError            the user can mend it: says what, where and what to do next; exit code 2, no traceback
    │   ├── ConfigError      a key, value, group or template of the configuration
    │   ├── SourceError      an API source that cannot be read at all
    │   └── StorageError     a run folder or database that cannot be opened or written
    └── ModelError           a model gave no usable answer: infrastructure, never a verdict on the data

A bad sample is none of these: it is data, kept as a rejected candidate with its reason (`apigen.reasons`).
"""

from apigen.reasons import Reason


class ApigenError(Exception):
    """Base of all errors that apigen raises on purpose."""


class UserError(ApigenError):
    """A mistake that the user can mend.

    Args:
        what: what is wrong, one sentence.
        where: the config key, file or command it was found at.
        remedy: what to type or change next.
    """

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.remedy:
            lines.append(f"  try:   {self.remedy}")
        return "\n".join(lines)


class ConfigError(UserError):
    """The configuration cannot be used as it is."""


class SourceError(UserError):
    """An API source cannot be read at all (single bad documents are refused instead, see `Refusal`)."""


class StorageError(UserError):
    """A run folder or its database cannot be opened, read or written."""


class ModelError(ApigenError):
    """A model gave no usable answer.

    Args:
        reason: one of the infrastructure codes of `apigen.reasons`.
        message: the provider's words, without secrets.
        retryable: whether the same request may succeed later.
        retry_after: seconds the provider asked to wait, if it did.
        status: HTTP status of the provider's answer; None if there was none.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message
        self.retryable = retryable
        self.retry_after = retry_after
        self.status = status
