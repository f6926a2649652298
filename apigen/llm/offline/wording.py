"""What a function does, as words for a request: a verb phrase and, where it has one, the thing asked for.

"Calculates the pixel density of a screen." gives the verb phrase "calculate the pixel density of a screen" and the noun
phrase "the pixel density of a screen".
"""

import re
from functools import lru_cache
from typing import NamedTuple

from apigen.llm.offline.prompts import Function
from apigen.values.naming import words_of

_KNOWN_VERBS = frozenset((
    "abbreviate", "add", "align", "allocate", "analyse", "analyze", "apply", "arrange", "assess", "assign",
    "balance", "break", "build", "calculate", "capitalize", "check", "choose", "classify", "clean", "compare",
    "complete", "compute", "compress", "convert", "correct", "count", "create", "cut", "decode", "decrypt",
    "deduplicate", "derive", "describe", "detect", "determine", "divide", "draw", "encode", "encrypt", "estimate",
    "evaluate", "expand", "explain", "extract", "fetch", "fill", "filter", "find", "fit", "flatten", "forecast",
    "format", "generate", "get", "give", "group", "guess", "identify", "insert", "interpolate", "join", "label",
    "lay", "list", "locate", "look", "make", "mark", "match", "measure", "merge", "mix", "move", "name",
    "normalize", "order", "pack", "parse", "pick", "plan", "predict", "print", "produce", "project", "propose",
    "provide", "query", "rank", "rate", "read", "rebalance", "recommend", "reduce", "remove", "render", "repeat",
    "replace", "report", "retrieve", "return", "reverse", "rotate", "round", "scale", "schedule", "score",
    "search", "select", "send", "separate", "shift", "show", "shuffle", "simplify", "simulate", "smooth", "solve",
    "sort", "split", "suggest", "sum", "summarize", "swap", "take", "tell", "test", "tokenize", "track",
    "transform", "translate", "transpose", "trim", "turn", "unpack", "update", "validate", "verify", "work",
    "wrap", "write", "settle", "spell", "run", "raise", "book", "cancel", "open", "close", "set", "delete",
    "obtain", "perform", "redact", "mask", "escape", "unescape", "strip", "substitute", "truncate", "invert",
    "factor", "integrate", "differentiate", "hash", "sign", "decompose", "sample", "weigh", "distribute", "adjust",
    "combine", "collect", "inspect", "download", "upload",
))  # fmt: skip
_THING_VERBS = frozenset((
    "calculate", "compute", "determine", "find", "get", "give", "return", "estimate", "obtain", "retrieve", "fetch",
    "evaluate", "measure", "provide", "derive", "predict", "forecast", "tell",
))  # fmt: skip
_PREFIX = re.compile(
    r"^(?:this|the|a|an)?\s*(?:function|tool|api|endpoint|method|operation|helper|utility|service)?\s*"
    r"(?:(?:that|which|to|is used to|can be used to|used to|allows you to|lets you|will|can)\s+)", re.I)  # fmt: skip
_SUBJECT = re.compile(r"^(?:this|the)\s+(?:function|tool|api|endpoint|method|operation|service)\s+", re.I)
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)'\"])[.!?](?=\s|$)|\n\s*\n|;| — | - |: (?=[A-Z\[{`'\"])")
_ASIDE = re.compile(r"\s*\([^()]*\)|\s*\[[^\[\]]*\]|`{1,2}|\*{1,2}")
_EXAMPLE = re.compile(
    r",?\s*\b(?:such as|for example|for instance|e\.\s?g\.|i\.\s?e\.|like|from|including|without)?\s*"
    r"(?<!\w)['\"‘“][^'\"’”]*['\"’”](?!\w)(?:\s*(?:,|or|and)\s*(?<!\w)['\"‘“][^'\"’”]*['\"’”](?!\w))*")  # fmt: skip
_HTML = re.compile(r"</?[a-z][^<>]*>")
_URL = re.compile(r"\S*(?:://|<[^>]*>|\{[^}]*\})\S*")
_LONG_TAIL = re.compile(
    r",\s*(?:counting|rounded|assuming|with|using|where|which|in order|not counting|as in|for example|based|if|e\.g"
    r"|as on|from the|given|when|and (?:how|say|whether|its)|without)\b.*$"
)
_IRREGULAR = {
    "does": "do", "has": "have", "is": "be", "goes": "go", "applies": "apply", "tries": "try", "copies": "copy",
    "multiplies": "multiply", "simplifies": "simplify", "classifies": "classify", "identifies": "identify",
    "verifies": "verify", "modifies": "modify", "queries": "query", "guesses": "guess", "passes": "pass",
    "processes": "process", "searches": "search", "matches": "match", "fetches": "fetch", "mixes": "mix",
    "fixes": "fix", "hashes": "hash", "expresses": "express", "compresses": "compress", "assesses": "assess",
    "converts": "convert", "switches": "switch", "indexes": "index", "flashes": "flash",
}  # fmt: skip
_PRODUCT_WORDS = frozenset(("api", "endpoint", "service", "tool", "function", "method"))
_LONGEST = 130


class Wording(NamedTuple):
    """How to ask for a function: `verb_phrase` always; `thing` ("the ...", "how many ...") or empty; `plural` thing."""

    verb_phrase: str
    thing: str = ""
    plural: bool = False

    @property
    def clause(self) -> bool:
        """Whether the thing is a question itself: "how many tiles to buy", "whether a number is prime"."""
        return bool(re.match(r"(how|what|when|which|who|where|why|whether|if|at which|at what|in which)\b", self.thing))


@lru_cache(maxsize=4096)
def wording_of(name: str, description: str) -> Wording:
    """Read the wording off the first sentence of a description, or off the name if that has no verb."""
    sentence = _first_sentence(description)
    words = sentence.split(" ")
    verb = base_form(words[0])
    if verb is None or len(words) < 2:
        return _from_name(name, sentence)
    rest = " ".join(words[1:])
    if verb in ("check", "test", "verify", "validate", "tell", "say", "determine", "see") and rest.startswith(
        ("if ", "whether ")
    ):
        return Wording(f"{verb} {rest}", re.sub(r"^if ", "whether ", rest))
    thing = rest if verb in _THING_VERBS else ""
    if thing and not re.match(r"(the|a|an|all|how|what|when|which|who|where|whether|at|in)\b", thing):
        thing = f"the {thing}" if thing[:1].islower() else thing
    return Wording(f"{verb} {rest}", thing, _is_plural(thing))


def wording(function: Function) -> Wording:
    """The wording of `function`."""
    return wording_of(function.name, function.description)


def _first_sentence(description: str) -> str:
    text = " ".join(description.split("\n\n")[0].split())
    text = _SENTENCE_END.split(text, maxsplit=1)[0]
    text = _HTML.sub("", text)
    text = _URL.sub("", _EXAMPLE.sub("", _ASIDE.sub("", text)))
    text = _PREFIX.sub("", text) if not _starts_with_verb(text) else text
    text = " ".join(_SUBJECT.sub("", text).split()).strip(" .,:;-")
    shorter = _LONG_TAIL.sub("", text)
    text = shorter if len(shorter.split()) >= 4 else text
    text = re.split(r":\s", text, maxsplit=1)[0] if len(text.split(":")[0].split()) >= 3 else text
    if len(text) > _LONGEST:
        text = (
            text[:_LONGEST].rsplit(" ", 1)[0].rstrip(" ,")
            if "," not in text[40:_LONGEST]
            else text[:_LONGEST].rsplit(",", 1)[0]
        )
    return text


def _starts_with_verb(text: str) -> bool:
    return base_form(text.split(" ", 1)[0]) is not None


def base_form(word: str) -> str | None:
    """The verb in its base form: `Returns` is `return`; None if it is not known to be a verb."""
    word = word.lower().rstrip(",")
    if word in _KNOWN_VERBS:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, base in (("ies", "y"), ("es", ""), ("es", "e"), ("s", ""), ("ing", ""), ("ing", "e")):
        if word.endswith(ending) and word[: -len(ending)] + base in _KNOWN_VERBS:
            return word[: -len(ending)] + base
    return None


def _from_name(name: str, sentence: str) -> Wording:
    words = list(words_of(name)) or [name]
    verb = base_form(words[0]) if len(words) > 1 else None
    if verb is not None:
        rest = " ".join(words[1:])
        plain = rest.startswith(("to ", "by ", "all "))
        thing = f"the {rest}" if verb in _THING_VERBS and not plain else ""
        return Wording(f"{verb} {rest}" if plain else f"{verb} the {rest}", thing, _is_plural(thing))
    if words[0] in ("is", "has", "are"):
        return Wording(f"check whether it {' '.join(words)}", f"whether it {' '.join(words)}")
    thing = _noun_phrase(sentence) or f"the {' '.join(words)}"
    return Wording(f"get {thing}", thing, _is_plural(thing))


def _noun_phrase(sentence: str) -> str:
    """A description without a verb ("Weather data API for cities") as a noun phrase, or nothing."""
    words = [word for word in sentence.split(" ") if word.lower() not in _PRODUCT_WORDS]
    if not 2 <= len(words) <= 9 or not all(re.fullmatch(r"[A-Za-z][\w'/-]*,?", word) for word in words):
        return ""
    if words[0].lower() in ("the", "a", "an"):
        return " ".join([words[0].lower(), *words[1:]])
    first = words[0] if words[0][1:] != words[0][1:].lower() else words[0].lower()
    return " ".join(["the", first, *words[1:]])


def _is_plural(thing: str) -> bool:
    head = re.split(
        r" (?:of|in|on|for|at|that|which|to|from|between|by|with|after|before|an?|the|as) ", thing, maxsplit=1
    )[0]
    last = head.split(" ")[-1].rstrip(",")
    return " and " in head or (
        last.endswith("s") and not last.endswith(("ss", "us", "is")) and last not in ("bmi", "radius", "series")
    )
