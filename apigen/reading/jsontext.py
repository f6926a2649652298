"""One value out of text that should be JSON: strict where a value is at stake, forgiving only where nothing can change.

Besides JSON (RFC 8259) three departures are read, because they leave no doubt about the value: commas before a closing
bracket, raw control characters in strings, and Python's notation of the same values ('single quotes', True, False,
None), which must not be mixed with JSON's own. Everything else ends the reading at that place, `Broken`; the complete
members of an unfinished list stay usable. Flaws that leave the structure whole (a duplicate key, 1e999, a lone
surrogate) are noted by offset, so that only the item that holds them is lost.

The scanner keeps its own stack and never goes back: time is linear, and nesting cannot exhaust Python's stack.
"""

import re
from collections.abc import Callable
from math import isinf

from apigen.reading.pieces import Broken, Flaw, Frame, Piece, ReadKind
from apigen.reading.strictjson import StrictReader
from apigen.reasons import Reason
from apigen.records import Json

MAX_DIGITS = 4300
"""The longest integer that is read, in digits (Python's own limit for converting text)."""


State = Callable[[], "State | None"]

_SPACE = re.compile(r"[ \t\n\r]*")
_BODY = {quote: re.compile(rf"[^{quote}\\]*") for quote in "\"'"}
_CONTROL = re.compile(r"[\x00-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NUMBER_LIKE = re.compile(r"-?[0-9.eE+\-]*")
_WORD = re.compile(r"-?[^\W\d]\w*")

_SHARED_ESCAPES = {'"': '"', "\\": "\\", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PYTHON_ESCAPES = {"a": "\a", "v": "\v"}
_JSON_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
_PYTHON_WORDS: dict[str, Json] = {"True": True, "False": False, "None": None}
_NON_FINITE = ("NaN", "Infinity", "-Infinity", "-NaN")
_KNOWN_WORDS = (*_JSON_WORDS, *_PYTHON_WORDS, *_NON_FINITE)


class Scanner:
    """Reads values from `text`, one at a time, wherever it is told to begin."""

    def __init__(self, text: str, max_depth: int) -> None:
        self.text = text
        self._max_depth = max_depth
        self._raw_surrogates = not text.isascii() and _SURROGATE.search(text) is not None
        self._strict = StrictReader(text, max_depth)

    def read(self, start: int) -> Piece:
        """Read the list or object that begins at `start` (the offset of its bracket)."""
        return self._strict.read(start) or self.read_carefully(start)

    def read_strictly(self, start: int) -> Piece | None:
        """Read it if it is JSON without any flaw; None if not."""
        return self._strict.read(start)

    def read_carefully(self, start: int) -> Piece:
        """Read it token by token, noting every departure."""
        self._pos = start
        self._frames: list[Frame] = []
        self._python: bool | None = None
        self._inner: Frame | None = None
        self._marks: dict[ReadKind, list[int]] = {}
        self._flaws: list[Flaw] = []
        root = self._push()
        broken = None
        state: State | None = self._first
        try:
            while state is not None:
                state = state()
        except Broken as problem:
            broken = problem
        end = self._pos if broken is None else broken.offset
        return Piece(start, end, root, self._inner, broken, self._marks, self._flaws)

    # states: each reads one token and names the next state; None ends the value

    def _first(self) -> State | None:
        """After an opening bracket: the closing one, a member or a key."""
        frame = self._frames[-1]
        if self._char() == ("]" if isinstance(frame.value, list) else "}"):
            return self._close()
        return self._value if isinstance(frame.value, list) else self._key

    def _value(self) -> State | None:
        char = self._char()
        start = self._pos
        if char in "[{":
            self._push()
            return self._first
        if char in "\"'":
            return self._complete(self._string(), start)
        if char in "-0123456789" and not self.text.startswith(("-I", "-N"), start):
            return self._complete(self._number(), start)
        return self._complete(self._word(), start)

    def _key(self) -> State | None:
        if self._char() not in "\"'":
            raise self._unexpected("a key in quotes")
        start = self._pos
        key = self._string()
        if self._char() != ":":
            raise self._unexpected("`:`")
        self._pos += 1
        frame = self._frames[-1]
        if key in frame.value:
            self._flaws.append(Flaw(start, Reason.duplicate_key, f"the key {_short(key)} stands twice in one object"))
        frame.key = key
        return self._value

    def _after(self) -> State | None:
        """After a member: a comma, or the closing bracket."""
        is_list = isinstance(self._frames[-1].value, list)
        closing = "]" if is_list else "}"
        char = self._char()
        if char == closing:
            return self._close()
        if char != ",":
            raise self._unexpected(f"`,` or `{closing}`")
        comma = self._pos
        self._pos += 1
        if self._char() == closing:
            self._mark(ReadKind.trailing_comma, comma)
            return self._close()
        return self._value if is_list else self._key

    # structure

    def _push(self) -> Frame:
        start = self._pos
        if len(self._frames) >= self._max_depth:
            raise Broken(Reason.too_deep, start, f"nested deeper than {self._max_depth} levels")
        frame = Frame([] if self.text[start] == "[" else {}, start)
        if len(self._frames) == 1 and isinstance(self._frames[0].value, dict) and not self._frames[0].value:
            self._inner = frame
        self._frames.append(frame)
        self._pos += 1
        return frame

    def _close(self) -> State | None:
        frame = self._frames.pop()
        self._pos += 1
        return self._complete(frame.value, frame.start) if self._frames else None

    def _complete(self, value: Json, start: int) -> State:
        frame = self._frames[-1]
        if isinstance(frame.value, list):
            frame.value.append(value)
            if len(self._frames) <= 2:
                frame.spans.append((start, self._pos))
        else:
            frame.value[frame.key] = value
        return self._after

    # tokens

    def _char(self) -> str:
        """The next character that is not white space; the end of the text breaks the value."""
        match = _SPACE.match(self.text, self._pos)
        self._pos = match.end() if match else self._pos
        if self._pos >= len(self.text):
            raise self._ended()
        return self.text[self._pos]

    def _string(self) -> str:
        start, text = self._pos, self.text
        quote = text[start]
        pos = start + 1
        while True:
            match = _BODY[quote].match(text, pos)
            pos = match.end() if match else pos
            if pos >= len(text):
                raise self._ended()
            if text[pos] == quote:
                break
            pos += 2
        body = text[start + 1 : pos]
        self._pos = pos + 1
        if quote == "'":
            self._notation(python=True, offset=start)
        if _CONTROL.search(body):
            self._mark(ReadKind.control_characters, start)
            if "\n" in body or "\r" in body:
                self._notation(python=False, offset=start)
        return self._decoded(body, start)

    def _decoded(self, body: str, start: int) -> str:
        if "\\" in body:
            value = _ESCAPE.sub(lambda match: self._escape(match, start), body)
            if _SURROGATE.search(value):
                paired = value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
                if len(paired) < len(value):  # Python would keep the two halves apart
                    self._notation(python=False, offset=start)
                value = paired
        elif self._raw_surrogates:
            value = body
        else:
            return body
        if _SURROGATE.search(value):
            self._flaws.append(Flaw(start, Reason.invalid_unicode, "a string holds a lone surrogate"))
        return value

    def _escape(self, match: re.Match[str], start: int) -> str:
        name, offset = match[1], start + 1 + match.start()
        if name in _SHARED_ESCAPES:
            return _SHARED_ESCAPES[name]
        if name[0] == "u" and len(name) == 5:
            return chr(int(name[1:], 16))
        if name == "/":
            self._notation(python=False, offset=offset)
            return "/"
        value = "'" if name == "'" else self._python_escape(name, self.text[start])
        if value is None:
            raise Broken(Reason.invalid_json, offset, f"`\\{_short(name)[1:-1]}` is no escape of JSON")
        self._notation(python=True, offset=offset)
        return value

    def _python_escape(self, name: str, quote: str) -> str | None:
        """What `\\name` stands for if this is surely Python: in "C:\\x86" someone forgot to double the backslash."""
        if quote == '"' and not self._python:
            return None
        if name[0] in "xU" and len(name) > 1:
            code = int(name[1:], 16)
            return chr(code) if code <= 0x10FFFF else None
        return _PYTHON_ESCAPES.get(name)

    def _number(self) -> int | float:
        start = self._pos
        like = _NUMBER_LIKE.match(self.text, start)
        token = like.group() if like else ""
        self._pos += len(token)
        if self._pos >= len(self.text):  # its digits may go on after the cut
            raise self._ended()
        number = _NUMBER.fullmatch(token)
        if number is None:
            raise Broken(Reason.invalid_json, start, f"{_short(token)} is no JSON number")
        if number[1] is None and number[2] is None:
            return self._integer(token, start)
        value = float(token)
        if isinf(value):
            self._flaws.append(Flaw(start, Reason.non_finite_number, f"{_short(token)} is beyond the largest float"))
        return value

    def _integer(self, token: str, start: int) -> int:
        try:
            if len(token) <= MAX_DIGITS:
                return int(token)
        except ValueError:  # the interpreter was told to allow fewer digits
            pass
        self._flaws.append(Flaw(start, Reason.invalid_json, f"an integer of {len(token)} digits"))
        return 0

    def _word(self) -> Json:
        start = self._pos
        match = _WORD.match(self.text, start)
        word = match.group() if match else ""
        if word and start + len(word) >= len(self.text) and any(known.startswith(word) for known in _KNOWN_WORDS):
            raise self._ended()
        if word in _JSON_WORDS or word in _PYTHON_WORDS:
            self._notation(python=word in _PYTHON_WORDS, offset=start)
        elif word in _NON_FINITE:
            self._flaws.append(Flaw(start, Reason.non_finite_number, f"{word} is no JSON number"))
        else:
            raise self._unexpected("a value")
        self._pos += len(word)
        return _JSON_WORDS.get(word, _PYTHON_WORDS.get(word))

    # what is noted on the way

    def _notation(self, *, python: bool, offset: int) -> None:
        """Note that something only exists in Python's (or only in JSON's) notation; both in one value are a muddle."""
        if self._python is None:
            self._python = python
        elif self._python is not python:
            raise Broken(Reason.invalid_json, offset, "JSON and Python notation are mixed in one value")
        if python:
            self._mark(ReadKind.python_literal, offset)

    def _mark(self, kind: ReadKind, offset: int) -> None:
        self._marks.setdefault(kind, []).append(offset)

    def _ended(self) -> Broken:
        return Broken(Reason.truncated, len(self.text), "the text ends here")

    def _unexpected(self, expected: str) -> Broken:
        found = self.text[self._pos : self._pos + 20]
        return Broken(Reason.invalid_json, self._pos, f"{expected} should stand before {found!r}")


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
