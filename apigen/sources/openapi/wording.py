"""Names and descriptions that a model can use, from what documents write: HTML, Markdown, operation ids, paths."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html.parser import HTMLParser

MAX_NAME = 64
MAX_DESCRIPTION = 600
_MAX_READ = 20_000

_MARKDOWN = [
    (re.compile(r"^ {0,3}(?:```|~~~).*$", re.M), ""),
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\[[^\]]*\]"), r"\1"),
    (re.compile(r"^\s{0,3}\[[^\]]+\]:\s+\S+.*$", re.M), ""),
    (re.compile(r"<((?:https?|mailto):[^>\s]+)>"), r"\1"),
    (re.compile(r"^\s*\|?[\s:|-]*-{3,}[\s:|-]*$", re.M), ""),
    (re.compile(r"^\s{0,3}#{1,6}\s*(.*?)\s*#*\s*$", re.M), r"\1."),
    (re.compile(r"^\s{0,3}>\s?", re.M), ""),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.S), r"\2"),
    (re.compile(r"(?<![\w*])[*_](?=\S)([^*_\n]+?)(?<=\S)[*_](?![\w*])"), r"\1"),
    (re.compile(r"`+([^`]*)`+"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|~-])"), r"\1"),
]
_MARKED = re.compile(r"[`~\[<|#>*_\\]|---")
_BLOCKS = frozenset({"p", "br", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt"})
_HIDDEN = frozenset({"script", "style"})
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--")
_HTML = re.compile(
    r"</?(?:a|abbr|article|b|big|blockquote|br|caption|center|code|col|dd|del|details|div|dl|dt|em|fieldset|font|footer"
    r"|fullname|h[1-6]|hr|i|img|ins|kbd|li|main|mark|note|ol|p|pre|s|samp|script|section|small|span|strong|style|sub"
    r"|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var)\b[^<>]*>|<!--.*?-->",
    re.I | re.S,
)
_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def plain_text(written: object, limit: int) -> str:
    """Text without HTML, Markdown and what cannot be seen, on one line, of at most `limit` characters."""
    return _plain_text(written, limit) if isinstance(written, str) and limit > 0 else ""


@lru_cache(maxsize=10_000)
def _plain_text(written: str, limit: int) -> str:
    text = written[:_MAX_READ].encode("utf-8", "replace").decode()
    for pattern, replacement in _MARKDOWN if _MARKED.search(text) else ():
        text = pattern.sub(replacement, text)
    if "<" in text or "&" in text:
        text = _without_html(text)
    text = _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()
    return shortened(re.sub(r"([.!?:])\.(?= |$)", r"\1", text), limit)


def shortened(text: str, limit: int) -> str:
    """The text, cut after a sentence if one ends in its second half, else after a word, with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    end = max(head.rfind(". "), head.rfind("! "), head.rfind("? "))
    if end > limit // 2:
        return head[: end + 1]
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:") + "…"


class _Text(HTMLParser):
    """The text of HTML; blocks end with a space."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in _HIDDEN))
        if tag in _BLOCKS:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def _without_html(text: str) -> str:
    """Known tags are taken away; `<id>` and `a < b` are no HTML and stay."""
    known = {found.start() for found in _HTML.finditer(text)}
    kept = _TAG.sub(lambda found: found[0] if found.start() in known else found[0].replace("<", "&lt;"), text)
    parser = _Text()
    parser.feed(kept)
    parser.close()
    return "".join(parser.parts)


def sentence_of(method: str, path: str) -> str:
    """What method and path say, as a sentence: `GET /pets/{id}`, in words."""
    verbs = {"get": "Get", "post": "Create or send", "put": "Replace", "patch": "Change", "delete": "Delete"}
    verb = verbs.get(method, method.capitalize())
    words = [_words(part) for part in path.split("/") if part and "{" not in part]
    given = [_words(name) for name in re.findall(r"{([^}]*)}", path)]
    return f"{verb} {' '.join(words) or 'the root'}" + (f" by {', '.join(given)}" if given else "") + "."


def _words(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", " ", name)
    return " ".join(word if word.isupper() else word.lower() for word in spaced.split())


def words_of(name: str) -> str:
    """An identifier as words: `listPets` is `list pets`."""
    return _words(name)


def title_case(tag: str) -> str:
    """A tag as a category: `pet-store` is `Pet Store`."""
    text = plain_text(tag, 60)
    words = re.sub(r"[_\-\s]+", " ", text).split()
    return " ".join(word[:1].upper() + word[1:] for word in words)


def operation_name(operation_id: object, method: str, path: str, style: str) -> str:
    """A name that models can call: the operation's id if it says something, else method and path in words."""
    if isinstance(operation_id, str):
        if style == "keep" and operation_id.strip():
            return operation_id.strip()
        name = _safe(operation_id)
        if _is_telling(name):
            return _cut(name)
    return _cut(_safe("_".join([method, *_path_words(path)])))


def _safe(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", text)
    return re.sub(r"-*_[_-]*", "_", name).strip("_-")


def _is_telling(name: str) -> bool:
    """Whether a name holds a word: no bare number, no hash."""
    return re.search(r"[A-Za-z]{2}", name) is not None and re.fullmatch(r"(?i)[0-9a-f_-]{16,}", name) is None


def _path_words(path: str) -> Iterator[str]:
    parts = [part for part in re.split(r"[/#&]", path.partition("?")[0]) if part]
    for position, part in enumerate(parts):
        if position < 2 and re.fullmatch(r"(?i)api|rest|v[0-9][0-9._]*", part) and len(parts) > 1:
            continue
        variables = re.findall(r"{([^}]*)}", part)
        rest = re.sub(r"{[^}]*}", " ", part).strip(" .:-")
        if rest:
            yield re.sub(r"\s+", "_", rest)
        yield from (f"by_{name}" for name in variables)


def _cut(name: str) -> str:
    """At most `MAX_NAME` characters, whole words from the start if that leaves enough."""
    if len(name) <= MAX_NAME:
        return name
    end = max(name.rfind("_", 0, MAX_NAME), name.rfind("-", 0, MAX_NAME))
    return name[: end if end > MAX_NAME // 2 else MAX_NAME].strip("_-")


def argument_name(wire: str, style: str) -> str:
    """A parameter's name as an argument: `filter[name]` is `filter_name`, `$top` is `top`."""
    if style == "keep":
        return wire
    name = re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9_.-]+", "_", wire))
    trimmed = name.strip("_.-") if name != wire else name
    return trimmed[:MAX_NAME] or "value"


def unique(name: str, taken: set[str]) -> str:
    """The first free one of `name`, `name_2`, `name_3`, ..., of at most `MAX_NAME` characters; it is taken then."""
    found, number = name, 2
    while found in taken:
        found = f"{name[: MAX_NAME - 1 - len(str(number))]}_{number}"
        number += 1
    taken.add(found)
    return found
