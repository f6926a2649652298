"""The judge: the paper's five questions, answered by rules from the text of the prompt alone (APIGen, section 3.2).

What a call gives must be said in the query, in one of the ways people write it; what the query names must be used by a
call. Words of functions and query are weak evidence, and never fail a pair alone.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from apigen.llm.offline.leaves import Path, leaves
from apigen.llm.offline.mentions import Mentions, Number, folded, mentions_of, rounded, squashed
from apigen.llm.offline.prompts import Asked, Function
from apigen.llm.offline.requests import too_few
from apigen.llm.offline.said import NUMBERS_INSIDE, number_said, stands_in, text_said
from apigen.records import Json

_ANSWERS = ("yes", "no", "none", "true", "false")
_ERROR_KEYS = ("error", "errors", "error_message", "exception", "traceback")
_LETTERS = re.compile(r"[a-z]{3,}")


class Judgement(NamedTuple):
    """The answers to the five questions, and why."""

    thought: str
    serves_query: bool = True
    right_functions: bool = True
    right_number_of_calls: bool = True
    results_fit: bool = True
    no_errors: bool = True

    @property
    def passed(self) -> bool:
        """Whether all five answers are yes."""
        return all(self[1:])

    def answer(self, five_questions: bool) -> dict[str, Json]:
        """The JSON object to answer with."""
        if five_questions:
            return {**self._asdict(), "pass": self.passed}
        return {"thought": self.thought, "pass": self.passed}

    def flipped(self) -> "Judgement":
        """The opposite verdict, as a judge that errs would give it."""
        if self.passed:
            return self._replace(thought="The calls do not seem to do what the query asks for.", serves_query=False)
        return Judgement("The calls do what the query asks for.")


class _Given(NamedTuple):
    """One value of a call: where it stands, and what its parameter is."""

    call: int
    path: Path
    value: Json
    schema: dict[str, Json]
    default: bool


def judge(asked: Asked) -> Judgement:
    """Judge the calls of a prompt against its query and results."""
    calls = [call for call in asked.calls if isinstance(call, dict) and isinstance(call.get("name"), str)]
    by_name = {function.name: function for function in asked.functions}
    if error := _first_error(asked.results):
        return Judgement(f"A call ended in an error: {error}", no_errors=False)
    if len(calls) != len(asked.calls) or not calls:
        return Judgement("There are no calls that could be read.", right_number_of_calls=False)
    if unknown := next((call["name"] for call in calls if call["name"] not in by_name), None):
        return Judgement(f"The function {unknown} is not among the functions.", right_functions=False)
    mentions = mentions_of(asked.query)
    given = [given for place, call in enumerate(calls) for given in _given(place, call, by_name[call["name"]])]
    known = _Known.of(given, asked.functions)
    unsaid = [one for one in given if not _said(one, mentions, known)]
    unused = _unused(mentions, given, known)
    if not (unsaid or unused) and (more := too_few(asked.query, [call["name"] for call in calls], asked.functions)):
        return Judgement(f"The query asks for {more}, more than is called.", right_number_of_calls=False)
    return _verdict(calls, given, unsaid, unused)


def _verdict(calls: list[dict[str, Json]], given: list[_Given], unsaid: list[_Given], unused: list[str]) -> Judgement:
    if unsaid and unused:
        return Judgement(
            f"The query says {_shown(unused)}, but the call gives {_place(unsaid[0], calls)}.", serves_query=False
        )
    if unsaid:
        extra = len(calls) > 1 and _whole_call(unsaid, given)
        if extra:
            return Judgement(
                f"The query does not ask for the call with {_place(unsaid[0], calls)}.", right_number_of_calls=False
            )
        return Judgement(f"The query does not say {_place(unsaid[0], calls)}.", serves_query=False)
    if unused:
        return Judgement(f"The query asks for {_shown(unused)}, which no call uses.", right_number_of_calls=False)
    return Judgement("Every value of the calls is in the query, and all that the query asks for is called.")


def _whole_call(unsaid: list[_Given], given: list[_Given]) -> bool:
    """Whether most values of one call are unsaid: the call as such was not asked for."""
    place = unsaid[0].call
    own = [one for one in given if one.call == place]
    return 2 * len([one for one in unsaid if one.call == place]) >= len(own)


def _place(one: _Given, calls: list[dict[str, Json]]) -> str:
    return f"{'.'.join(str(part) for part in one.path)} = {str(one.value)[:80]!r} of {calls[one.call]['name']}"


def _shown(unused: list[str]) -> str:
    return " and ".join(text[:80] for text in unused[:3])


def _first_error(results: Iterable[Json]) -> str:
    """The first error among the results: by keys at the top, never by words in text."""
    for result in results:
        inner = result.get("result") if isinstance(result, dict) else None
        for holder in (result, inner):
            if isinstance(holder, dict):
                for key in _ERROR_KEYS:
                    value = holder.get(key)
                    if value is True or (isinstance(value, str | list | dict) and value):
                        return str(value)[:200]
                if holder.get("status") in ("error", "failed", "failure") or holder.get("isError") is True:
                    return str(holder)[:200]
    return ""


def _given(place: int, call: dict[str, Json], function: Function) -> Iterator[_Given]:
    arguments = call.get("arguments")
    for name, value in (arguments if isinstance(arguments, dict) else {}).items():
        schema = function.properties.get(name, {})
        default = "default" in schema and schema["default"] == value and not isinstance(value, bool)
        for path, leaf in leaves(value):
            if not (isinstance(leaf, bool) or leaf is None or leaf == ""):
                yield _Given(place, (name, *path), leaf, schema, default)


def _said(one: _Given, mentions: Mentions, known: "_Known") -> bool:
    """Whether the query says the value in some form, or need not."""
    if isinstance(one.value, int | float):
        return one.default or number_said(one.value, mentions)
    text = folded(str(one.value))
    if not text or text_said(text, mentions):
        return True
    options = _options(one.schema)
    if options:  # people paraphrase a choice; another choice named outright contradicts it
        return not any(_named_outright(other, text, mentions, known) for other in options)
    return one.default


def _named_outright(other: str, text: str, mentions: Mentions, known: "_Known") -> bool:
    """Whether the query names a choice that neither a call nor a document accounts for."""
    if other == text or len(other) < 2 or not stands_in(other, mentions.text):
        return False
    return not any(stands_in(other, own) for own in known.texts) and not stands_in(other, known.summaries)


def _options(schema: dict[str, Json]) -> tuple[str, ...]:
    """The closed choice of a parameter, or of its items."""
    for part in (schema, schema.get("items"), *(schema.get("anyOf") or ())):
        if isinstance(part, dict) and isinstance(part.get("enum"), list):
            return tuple(folded(option) for option in part["enum"] if isinstance(option, str))
    return ()


class _Known(NamedTuple):
    """What may stand in a query without being asked for: the calls' own values, and the words of the documents."""

    numbers: frozenset[float]
    texts: tuple[str, ...]
    joined: str
    documents: str
    summaries: str
    explained: frozenset[float]

    @classmethod
    def of(cls, given: list[_Given], functions: tuple[Function, ...]) -> "_Known":
        """Collect it from the calls' values and from the documents."""
        texts = [folded(str(one.value)) for one in given if isinstance(one.value, str)]
        texts += [folded(str(part)) for one in given for part in one.path[1:] if isinstance(part, str)]
        numbers = {rounded(one.value) for one in given if isinstance(one.value, int | float)}
        numbers |= {rounded(float(n)) for text in texts for n in NUMBERS_INSIDE.findall(text) if len(n) < 300}
        explained: frozenset[float] = frozenset()
        for function in functions:
            explained |= _explained(" ".join((function.name, *function.properties)), function.description)
        documents = " ".join(
            _document(function.name, function.description, str(function.properties)) for function in functions
        )
        summaries = " ".join(_document(function.name, function.description, "") for function in functions)
        return cls(frozenset(numbers), tuple(texts), " ".join(texts), documents, summaries, explained)


def _unused(mentions: Mentions, given: list[_Given], known: _Known) -> list[str]:
    """Numbers, dates, codes and quoted texts of the query that no call uses and no document explains."""
    found = [number.text for number in mentions.numbers if number.alone and not _number_used(number, known)]
    found += [day for day in sorted(mentions.dates) if not _day_used(day, known)]
    found += [f'"{text}"' for text in mentions.quoted if not _quote_used(text, known)]
    found += [code for code in mentions.codes if not _code_used(code, known)]
    if any(isinstance(one.value, str) and len(one.path) > 1 and not _options(one.schema) for one in given):
        found += _unlisted(mentions, known)
    return found


def _unlisted(mentions: Mentions, known: _Known) -> list[str]:
    """Items of a list of words in the query, two at least, that no call has in its lists."""
    for items in mentions.lists:
        accounted = (*known.texts, known.documents, *_ANSWERS)
        strange = [item for item in items if not any(stands_in(item, text) for text in accounted)]
        if len(strange) >= 2:
            return [", ".join(strange)]
    return []


def _number_used(number: Number, known: _Known) -> bool:
    if not (known.numbers.isdisjoint(number.values) and known.explained.isdisjoint(number.values)):
        return True
    return "/" in number.text and number.text in known.joined


def _code_used(code: str, known: _Known) -> bool:
    if code in known.joined or squashed(code) in squashed(known.joined):
        return True
    return any(stands_in(part, known.documents) for part in (code, *code.split("-")) if any(c.isdigit() for c in part))


def _day_used(day: str, known: _Known) -> bool:
    if day.startswith("0000"):
        return any(day[4:] in text for text in known.texts) or float(day[-2:]) in known.numbers
    if any(day in text or (len(text) >= 7 and text in day) for text in known.texts):
        return True
    return all(float(part) in known.numbers for part in day.split("-") if part)


def _quote_used(text: str, known: _Known) -> bool:
    plain = text.strip(".,!?;: ")
    if not plain or plain in known.joined or any(own in text and len(own) > 0.6 * len(text) for own in known.texts):
        return True
    if not _LETTERS.search(plain) and all(squashed(part) in squashed(known.joined) for part in plain.split()):
        return True
    return plain in known.documents


@lru_cache(maxsize=4096)
def _explained(name: str, description: str) -> frozenset[float]:
    """Numbers that stand in a function's own words, and so in any request for it."""
    numbers = mentions_of(f"{name.replace('_', ' ')} {description}").numbers
    return frozenset(value for number in numbers for value in number.values)


@lru_cache(maxsize=4096)
def _document(name: str, description: str, parameters: str) -> str:
    return folded(f"{name} {description} {parameters}".replace("_", " "))
