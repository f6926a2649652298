"""Finds the JSON in a model's answer: what is thought, what is prose, what stands in fences.

The text is walked once, from left to right. What a value covers is never looked at again, so that a fence or a
`<think>` within a string is only a string. After a value that breaks, the walk goes on at the next fence at the start
of a line, and nowhere else; if everything so far turns out to be a thought (a closing tag follows), after its end.
"""

import re
from dataclasses import dataclass, field

from apigen.reading.jsontext import Scanner
from apigen.reading.pieces import Broken, Piece, ReadKind
from apigen.reasons import Reason


@dataclass(slots=True)
class Passage:
    """Values that follow each other with nothing but space and commas between them.

    `leading`: only space, thoughts and a fence precede it in the text; `opening`: nothing precedes it in its fence or
    the text. `broken` holds what makes the passage as a whole unreadable (brackets that do not balance), while a value
    that breaks says so itself.
    """

    start: int
    fenced: bool
    leading: bool
    opening: bool
    end: int = 0
    pieces: list[Piece] = field(default_factory=list)
    broken: Broken | None = None

    @property
    def incomplete(self) -> Broken | None:
        """What ended the passage before its time, if anything did."""
        return self.broken or self.pieces[-1].broken


@dataclass(slots=True)
class Answer:
    """The passages of a text, and what stands around them.

    `unfinished_thought` is the offset of a thought that does not end; `prose` the extents of plain text.
    """

    passages: list[Passage] = field(default_factory=list)
    prose: list[tuple[int, int]] = field(default_factory=list)
    thought: bool = False
    unfinished_thought: int | None = None

    @property
    def kinds(self) -> frozenset[ReadKind]:
        """How every item of this text was read, whatever else is true of it."""
        if not self.thought and not self.prose:
            return frozenset()
        found = {ReadKind.think: self.thought, ReadKind.prose: bool(self.prose)}
        return frozenset(kind for kind, present in found.items() if present)


_THOUGHT = r"(?:think|thinking|thought|reasoning)\s*>"
_LANDMARK = re.compile(
    rf"(?P<fence>`{{3,}}|~{{3,}})|(?P<open><{_THOUGHT})|(?P<close></{_THOUGHT})|[\[{{]", re.IGNORECASE
)
_CLOSING = re.compile(rf"</{_THOUGHT}", re.IGNORECASE)
_FENCE_INFO = re.compile(r"[ \t]*([A-Za-z][\w+.\-]*)?")
_FENCE_LINE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})", re.MULTILINE)
_BRACKETS = re.compile(r"[\[ \t\r\n]*")
_QUOTED_KEY = re.compile(r"\{\s*[\"']")
_BARE_KEY = re.compile(r"\{\s*\w+\s*:")
_REMARK = re.compile(r"\[\s*(?!(?:true|false|null|True|False|None|NaN|Infinity)\b)[^\W\d]|\{[\w .\-]{1,80}\}")
_SEPARATOR = re.compile(r"[ \t\r\n]*(,?)[ \t\r\n]*")


def find_passages(text: str, max_depth: int) -> Answer:
    """All passages of `text`, in order."""
    scanner = Scanner(text, max_depth)
    return _only_value(text, scanner) or _Walk(text, scanner).answer()


def _only_value(text: str, scanner: Scanner) -> Answer | None:
    """What the walk would find in a text that is nothing but one flawless value; None of any other text."""
    start = len(text) - len(text.lstrip())
    piece = scanner.read_strictly(start) if text.startswith(("[", "{"), start) else None
    if piece is None or not piece.root.value or text[piece.end :].strip():
        return None
    return Answer([Passage(start, fenced=False, leading=True, opening=True, end=piece.end, pieces=[piece])])


class _Walk:
    def __init__(self, text: str, scanner: Scanner) -> None:
        self._text = text
        self._scanner = scanner
        self._answer = Answer()
        self._pos = 1 if text.startswith("\ufeff") else 0
        self._fence = ""
        self._fresh = True  # nothing but space since the text, a fence or the end of a thought
        self._leading = True
        self._thought_end: int | None = None

    def answer(self) -> Answer:
        while (landmark := _LANDMARK.search(self._text, self._pos)) is not None:
            self._plain(landmark.start())
            if landmark["fence"]:
                self._at_fence(landmark)
            elif landmark["open"]:
                self._at_thought(landmark.end())
            elif landmark["close"]:
                self._end_thought(landmark.end())
            else:
                self._at_bracket(landmark.start())
        self._plain(len(self._text))
        return self._answer

    def _plain(self, end: int) -> None:
        """Note what stands between here and `end`."""
        if self._text[self._pos : end].strip():
            self._answer.prose.append((self._pos, end))
            self._fresh = self._leading = False
        self._pos = end

    def _at_fence(self, landmark: re.Match[str]) -> None:
        mark = landmark["fence"][0]
        info = _FENCE_INFO.match(self._text, landmark.end())
        self._pos = info.end() if info else landmark.end()
        if self._fence in ("", mark):
            self._fence = mark if not self._fence or (info and info[1]) else ""
        self._fresh = bool(self._fence)

    def _at_thought(self, start: int) -> None:
        closing = _CLOSING.search(self._text, start)
        self._answer.thought = True
        if closing is None:
            self._answer.unfinished_thought = start
            self._pos = len(self._text)
        else:
            self._pos = closing.end()

    def _end_thought(self, end: int) -> None:
        """A closing tag without its opening one: all before it was thought."""
        self._answer = Answer(thought=True)
        self._pos = end
        self._fence = ""
        self._fresh = self._leading = True

    def _at_bracket(self, start: int) -> None:
        if self._looks_like_json(start) or (self._fresh and not _REMARK.match(self._text, start)):
            self._passage(start)
            return
        brackets = _BRACKETS.match(self._text, start)
        end = brackets.end() if brackets and self._text[start] == "[" else start + 1
        self._plain(end)

    def _looks_like_json(self, start: int) -> bool:
        """Whether a bracket within prose begins a value and not a [note] or a {placeholder}."""
        brackets = _BRACKETS.match(self._text, start)
        brace = brackets.end() if brackets else start
        if _QUOTED_KEY.match(self._text, brace):
            return True
        line = self._text.rfind("\n", max(0, start - 80), start) + 1
        return not self._text[max(line, start - 80) : start].strip() and bool(_BARE_KEY.match(self._text, brace))

    def _passage(self, start: int) -> None:
        passage = Passage(start, bool(self._fence), self._leading, self._fresh)
        self._fresh = self._leading = False
        following: int | None = start
        while following is not None:
            piece = self._scanner.read(following)
            passage.pieces.append(piece)
            self._pos = passage.end = piece.end
            following = None if piece.broken else self._following(passage)
        if passage.incomplete is None:
            self._answer.passages.append(passage)
        else:
            self._resume(passage, passage.incomplete)

    def _following(self, passage: Passage) -> int | None:
        """Where the next value of this passage begins, if it has one."""
        separator = _SEPARATOR.match(self._text, self._pos)
        assert separator is not None
        start = separator.end()
        char = self._text[start : start + 1]
        if char in ("[", "{") and (separator[1] or self._fence or self._looks_like_json(start)):
            return start
        if char and (char in "]}:," or (separator[1] and char in "\"'")):
            detail = f"brackets or commas do not fit: {self._text[start : start + 20]!r} follows a complete value"
            passage.broken = Broken(Reason.invalid_json, start, detail)
        elif separator[1]:
            self._pos = start if not char else self._pos
        return None

    def _resume(self, passage: Passage, broken: Broken) -> None:
        """Find the place to go on at, after a passage that broke."""
        thought_end = None if passage.leading else self._last_thought_end()
        if thought_end is not None and thought_end > passage.start:
            self._end_thought(thought_end)
            return
        fence = _FENCE_LINE.search(self._text, broken.offset)
        self._pos = passage.end = fence.start() if fence else len(self._text)
        self._answer.passages.append(passage)

    def _last_thought_end(self) -> int | None:
        if self._thought_end is None:
            ends = [closing.end() for closing in _CLOSING.finditer(self._text)]
            self._thought_end = ends[-1] if ends else -1
        return self._thought_end
