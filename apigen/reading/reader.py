"""Reads a model's answer into items, losing nothing and guessing nothing.

Around the JSON nearly everything is forgiven: prose, fences, thoughts, several values in a row. Inside it only what
`jsontext` names. An item is an object: a member of a list, of the one list that a wrapping object holds
(`{"pairs": [...]}`), or a value of its own. Where an answer is cut off, its complete items are kept; after a place that
cannot be read nothing is, up to the end of the text or of the fenced block: finding back in would be guessing.

Integers of any length up to 4300 digits stay exact; numbers with a fraction or exponent become Python floats, so that
0.1234567890123456789012 is read as the nearest float.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from pydantic import Field

from apigen.component import Component
from apigen.reading.passages import Answer, Passage, find_passages
from apigen.reading.pieces import Flaw, Frame, Piece, ReadKind
from apigen.reasons import Reason
from apigen.records import Json, Record

SHOWN_CHARS = 20_000
UNREADABLE = "unreadable"

_SEPARATORS = re.compile(r"[ \t\r\n,\]]*")
_APOSTROPHE = "['’]"
_REFUSAL = re.compile(
    rf"""\bI(?:{_APOSTROPHE}m|\ am)?\ (?:(?:really|very|so)\ )?(?:(?:sorry|afraid),?\ (?:but\ )?(?:that\ )?I\ )?
    (?:can(?:not|{_APOSTROPHE}t|\ not)|won{_APOSTROPHE}t|will\ not|(?:am\ |{_APOSTROPHE}m\ )?(?:not\ able|unable)\ to
       |must\ decline\ to|have\ to\ decline\ to|decline\ to)
    \ (?:\w+\ )?(?:help|assist|comply|provide|generate|create|produce|write|fulfil|fulfill|answer|complete|do|continue
       |support|engage|process|respond)\b""",
    re.IGNORECASE | re.VERBOSE,
)


class Item(Record):
    """One thing read from a model's answer.

    `value` is an object, or None if `problem` is set. `kind` says how it was read: the `ReadKind`s that apply, joined
    by `+` in their order, or `unreadable`. `text` is its own part of the answer, verbatim up to 20,000 characters;
    `detail` says what is wrong and at which character of the answer.
    """

    value: Json
    kind: str
    text: str
    problem: Reason | None = None
    detail: str = ""


class Reading(Component):
    """How answers of models are read.

    `max_chars` and `max_depth` bound what is looked at; `allowed` are the departures from strict JSON that are
    accepted, items read in other ways are rejected as `read_not_allowed`. `strict` is always allowed.
    """

    max_chars: int = Field(default=10_000_000, ge=1)
    max_depth: int = Field(default=64, ge=1, le=200)
    allowed: tuple[ReadKind, ...] = tuple(ReadKind)

    def read(
        self, text: str, *, truncated: bool = False, fields: Sequence[str] = ("query", "answers")
    ) -> tuple[Item, ...]:
        """All items of `text`, good and bad, in order; never none.

        Args:
            text: what the model answered.
            truncated: whether the provider said that the answer was cut off (finish reason `length`).
            fields: keys that an item is expected to have. They tell an item from an object that wraps a list of items,
                and the answer from JSON that is merely quoted in the prose beside it.
        """
        return self._items(text, truncated, fields, unwrap=True)

    def read_object(self, text: str, *, truncated: bool = False, fields: Sequence[str] = ()) -> Item:
        """The one object of `text`, as `read` reads it; more than one, or a list, is `wrong_shape`."""
        items = self._items(text, truncated, fields, unwrap=False)
        if len(items) == 1:
            return items[0]
        return _unreadable(text, Reason.wrong_shape, f"one object was expected, not {len(items)}")

    def _items(self, text: str, truncated: bool, fields: Sequence[str], *, unwrap: bool) -> tuple[Item, ...]:
        if len(text) > self.max_chars:
            return (_unreadable(text, Reason.too_large, f"{len(text)} characters, allowed are {self.max_chars}"),)
        answer = find_passages(text, self.max_depth)
        if not answer.passages:
            return (_without_json(text, answer, truncated),)
        reader = _Items(text, fields if unwrap else None)
        passages = _chosen(answer.passages, fields)
        kinds = answer.kinds
        if sum(len(passage.pieces) for passage in passages) > 1:
            kinds |= {ReadKind.concatenated}
        items = [self._allowed(item) for passage in passages for item in reader.of_passage(passage, kinds)]
        return tuple(items) or (_unreadable(text, Reason.empty_response, "the list is empty"),)

    def _allowed(self, item: Item) -> Item:
        if item.kind == ReadKind.strict:
            return item
        excess = [kind for kind in item.kind.split("+") if kind not in {*self.allowed, ReadKind.strict}]
        if item.problem or not excess:
            return item
        detail = f"reading.allowed does not list {', '.join(excess)}"
        return item.model_copy(update={"value": None, "problem": Reason.read_not_allowed, "detail": detail})


class _Items:
    """Turns the values of passages into items. `fields` None: a list or a wrapping object is not looked into."""

    def __init__(self, text: str, fields: Sequence[str] | None) -> None:
        self._text = text
        self._fields = fields

    def of_passage(self, passage: Passage, kinds: Iterable[ReadKind]) -> list[Item]:
        shared = {*kinds, ReadKind.fence} if passage.fenced else {*kinds}
        if passage.broken:
            broken = passage.broken
            return [self._rest(passage.start, passage.end, broken.reason, broken.detail, broken.offset)]
        return [item for piece in passage.pieces for item in self._of_piece(piece, shared, passage.end)]

    def _of_piece(self, piece: Piece, kinds: set[ReadKind], passage_end: int) -> list[Item]:
        frame = None if self._fields is None else _listed(piece, self._fields)
        if piece.broken:
            return self._of_broken(piece, frame, kinds, passage_end)
        if frame is None:
            return [self._item(piece.root.value, (piece.start, piece.end), kinds, piece)]
        return self._members(frame, piece, kinds)

    def _of_broken(self, piece: Piece, frame: Frame | None, kinds: set[ReadKind], passage_end: int) -> list[Item]:
        """The complete members of an unfinished list, and one item for what follows them."""
        broken = piece.broken
        assert broken is not None
        members, rest = [], piece.start
        if frame is not None and frame.spans:
            members = self._members(frame, piece, kinds | {ReadKind.salvaged})
            separators = _SEPARATORS.match(self._text, frame.spans[-1][1])
            rest = separators.end() if separators else rest
            if rest >= passage_end:
                return members
        return [*members, self._rest(rest, passage_end, broken.reason, broken.detail, broken.offset)]

    def _members(self, frame: Frame, piece: Piece, kinds: set[ReadKind]) -> list[Item]:
        if not frame.spans:
            return []
        first, last = frame.spans[0][0], frame.spans[-1][1]
        outer = next((flaw for flaw in piece.flaws if not first <= flaw.offset < last), None)
        if outer is not None:
            return [self._rest(piece.start, piece.end, outer.reason, outer.detail, outer.offset)]
        shared = kinds | {kind for kind, at in piece.marks.items() if at[0] < first or at[-1] >= last}
        return [self._item(value, span, shared, piece) for value, span in zip(frame.value, frame.spans, strict=True)]

    def _item(self, value: Json, span: tuple[int, int], kinds: set[ReadKind], piece: Piece) -> Item:
        flaw = _first_flaw(piece.flaws, span)
        if flaw is not None:
            return self._rest(*span, flaw.reason, flaw.detail, flaw.offset)
        if not isinstance(value, dict):
            return self._rest(*span, Reason.wrong_shape, "an object was expected", span[0])
        own = {
            kind
            for kind, offsets in piece.marks.items()
            if bisect_left(offsets, span[0]) < bisect_left(offsets, span[1])
        }
        return Item(value=value, kind=_joined(kinds | own), text=_shown(self._text[span[0] : span[1]]))

    def _rest(self, start: int, end: int, problem: Reason, detail: str, offset: int) -> Item:
        return _unreadable(self._text[start : min(end, start + SHOWN_CHARS)], problem, f"{detail} (character {offset})")


def _listed(piece: Piece, fields: Sequence[str]) -> Frame | None:
    """The list whose members are the items: the value itself, or the only list in an object that wraps it."""
    root, inner = piece.root, piece.inner
    if isinstance(root.value, list):
        return root
    key = next(iter(root.value), root.key)
    if inner is None or not isinstance(inner.value, list) or len(root.value) > 1 or key != root.key or key in fields:
        return None
    first = inner.value[0] if inner.value else {}
    if not isinstance(first, dict):
        return None
    # An unfinished object may yet turn out to be something else than a wrapper: only items that look like items count.
    return inner if not piece.broken or any(name in first for name in fields) else None


def _chosen(passages: list[Passage], fields: Sequence[str]) -> list[Passage]:
    """The passages that are the answer: JSON quoted in the prose beside it is not."""
    if len(passages) == 1:
        return passages
    marked = [(passage, _has_field(passage, fields)) for passage in passages]
    if not any(has_field for _, has_field in marked):
        return passages
    fenced = any(has_field and passage.fenced for passage, has_field in marked)
    return [p for p, marks in marked if p.opening or ((p.fenced or not fenced) and (p.incomplete or marks))]


def _has_field(passage: Passage, fields: Sequence[str]) -> bool:
    for piece in passage.pieces:
        frame = _listed(piece, fields)
        values = [piece.root.value] if frame is None else frame.value
        if any(isinstance(value, dict) and any(name in value for name in fields) for value in values):
            return True
    return False


def _without_json(text: str, answer: Answer, truncated: bool) -> Item:
    prose = " ".join(text[start:end].strip() for start, end in answer.prose)
    if answer.unfinished_thought is not None:
        return _unreadable(text, Reason.truncated, f"the thought does not end (character {answer.unfinished_thought})")
    if truncated and text.strip():
        return _unreadable(text, Reason.truncated, "the answer was cut off before any JSON")
    if not prose:
        detail = "nothing but a thought" if answer.thought else "the answer is empty"
        return _unreadable(text, Reason.empty_response, detail)
    if _REFUSAL.search(prose[:2000]):
        return _unreadable(text, Reason.refusal, "the model declined")
    return _unreadable(text, Reason.invalid_json, "no JSON object or list in the answer")


def _first_flaw(flaws: list[Flaw], span: tuple[int, int]) -> Flaw | None:
    if not flaws:
        return None
    index = bisect_left(flaws, span[0], key=lambda flaw: flaw.offset)
    return flaws[index] if index < len(flaws) and flaws[index].offset < span[1] else None


def _joined(kinds: set[ReadKind]) -> str:
    if not kinds:
        return ReadKind.strict
    return "+".join(kind for kind in ReadKind if kind in kinds) or ReadKind.strict


def _unreadable(text: str, problem: Reason, detail: str) -> Item:
    return Item(value=None, kind=UNREADABLE, text=_shown(text), problem=problem, detail=_shown(detail))


def _shown(text: str) -> str:
    """The beginning of `text`, with lone surrogates spelled out: what is stored must be UTF-8."""
    shown = text[:SHOWN_CHARS]
    return shown if shown.isascii() else shown.encode("utf-8", "backslashreplace").decode("utf-8")
