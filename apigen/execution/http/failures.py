"""Every end of a call that gives no result, as one exception inside this package."""

from apigen.reasons import MEANINGS, Family, Reason
from apigen.records import Outcome


class Failure(Exception):
    """A call ended without a result.

    Args:
        reason: the code; those of the infrastructure make the outcome an error, others a rejection.
        message: what happened, without secrets.
        error_type: `HTTP 404`, or the kind of network error.
        transient: the same request may succeed later.
        sent: the server may have begun to act on the request.
        retry_after: seconds that the server asked to wait, if it did.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        error_type: str = "",
        *,
        transient: bool = False,
        sent: bool = True,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.error_type = error_type
        self.transient = transient
        self.sent = sent
        self.retry_after = retry_after

    @property
    def outcome(self) -> Outcome:
        """Rejected, or error if the reason says nothing about the data."""
        return Outcome.error if MEANINGS[self.reason].family is Family.infrastructure else Outcome.rejected


class Unmade(Failure):
    """The request was not made at all: the policy forbids it, or the arguments cannot be put into it."""


def blocked(message: str) -> Unmade:
    """The source's policy does not allow the request."""
    return Unmade(Reason.blocked, message, sent=False)
