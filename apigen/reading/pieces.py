"""What is known of a value while and after it is read: its kind, its members with their extents, its flaws."""

from dataclasses import dataclass, field
from enum import StrEnum

from apigen.reasons import Reason
from apigen.records import Json


class ReadKind(StrEnum):
    """How an item was read; several may apply, in this order."""

    strict = "strict"
    fence = "fence"
    prose = "prose"
    think = "think"
    trailing_comma = "trailing_comma"
    control_characters = "control_characters"
    python_literal = "python_literal"
    concatenated = "concatenated"
    salvaged = "salvaged"


class Broken(Exception):
    """Reading ended at `offset`: what stands there leaves the value in doubt."""

    def __init__(self, reason: Reason, offset: int, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.offset = offset
        self.detail = detail


@dataclass(slots=True)
class Frame:
    """A list or object that is being read. `spans` are the extents of a list's complete members."""

    value: list[Json] | dict[str, Json]
    start: int
    spans: list[tuple[int, int]] = field(default_factory=list)
    key: str = ""


@dataclass(slots=True)
class Flaw:
    """Something at `offset` that makes the item around it unusable, though the text goes on well formed."""

    offset: int
    reason: Reason
    detail: str


@dataclass(slots=True)
class Piece:
    """One value as found from `start` to `end`. `broken` is set if it could not be read to its end.

    `root` is the outermost list or object; `inner` the list that is the value of an outermost object's first key.
    `marks` are the offsets at which each forgiving rule was used.
    """

    start: int
    end: int
    root: Frame
    inner: Frame | None
    broken: Broken | None
    marks: dict[ReadKind, list[int]]
    flaws: list[Flaw]
