"""Requests written for calls: sentence patterns over the wording of the functions and the stated arguments."""

import random
import re
from collections.abc import Sequence

from apigen.llm.offline import stating, tone
from apigen.llm.offline.prompts import Function
from apigen.llm.offline.wording import Wording, wording
from apigen.records import Json

Call = tuple[Function, dict[str, Json]]

_OPENERS = {
    "command": ("", "Please ", "Could you ", "Can you ", "I need you to ", "Would you ", "I need to ", "I'd like to ",
                "Help me ", "I want to "),
    "indirect": ("I'm trying to ", "I was hoping to ", "It would help me a lot to ", "I still have to ",
                 "I'm not sure how to ", "I've been asked to "),
}  # fmt: skip
_THING_OPENERS = {
    "the": ("What {is} {thing}", "I need {thing}", "Please give me {thing}", "Could you tell me {thing}",
            "What {is} {thing}", "I'd like to know {thing}"),
    "clause": ("Can you tell me {thing}", "I'd like to know {thing}", "Could you work out {thing}",
               "Please find out {thing}", "I need to know {thing}"),
    "indirect": ("I was wondering about {thing}", "I'm curious about {thing}", "I'm still missing {thing}",
                 "It would help to know {thing}"),
    "indirect clause": ("I was wondering {thing}", "I'm trying to find out {thing}", "It would help to know {thing}",
                        "I'm not sure {thing}"),
}  # fmt: skip
_QUESTION = re.compile(r"^(what|could|can|would|how|which|when|who|where|is|are|will|do|does)\b", re.I)
_VAGUE = ("Need this one worked out", "Figure this out", "What do you get", "Same thing as usual", "Can this be sorted",
          "Give me the result")  # fmt: skip
_LINKS = ("Also, ", "In addition, ", "Then ", "Next, ", "On top of that, ", "And one more thing: ")
_AGAIN = ("Do the same for ", "Then repeat it for ", "Also run it for ", "And once more for ", "I need the same for ")


def write(calls: Sequence[Call], writing: str, rng: random.Random) -> str:
    """One request that asks for all of `calls`, every argument value stated.

    Args:
        calls: the function and arguments of each call, in order.
        writing: the writing style; an unknown one is `realistic`.
    """
    if not calls:
        return "Hello!"
    same = all(function.name == calls[0][0].name for function, _ in calls)
    body = _repeated(calls, writing, rng) if same and len(calls) > 1 else _sequence(calls, writing, rng)
    return stating.plain(tone.toned(body, writing, rng)).strip()


def _sequence(calls: Sequence[Call], writing: str, rng: random.Random) -> str:
    """One sentence a call, joined by what comes first, next and last."""
    sentences = [_sentence(call, writing, rng) for call in calls]
    if writing == "concise":
        return " ".join(sentences)
    links = rng.sample(_LINKS, min(len(_LINKS), len(sentences) - 1)) if len(sentences) > 1 else []
    linked = [sentences[0]]
    for place, sentence in enumerate(sentences[1:]):
        link = links[place % len(links)]
        linked.append(link + _lowered(sentence))
    return " ".join(linked)


def _repeated(calls: Sequence[Call], writing: str, rng: random.Random) -> str:
    """The same thing asked several times with other arguments."""
    function = calls[0][0]
    details = [_details(call, rng) for call in calls]
    if not all(details):
        return _sequence(calls, writing, rng)
    lead = _lead(wording(function), writing, rng)
    long = sum(map(len, details)) > 160
    form = rng.randrange(4)
    if form == 0 and not long:
        places = ("first", "then", "and finally") if len(calls) == 3 else ("first", *["then"] * (len(calls) - 1))
        return _ended(
            f"{lead}, " + ", ".join(f"{place} with {text}" for place, text in zip(places, details, strict=True))
        )
    if form <= 1 or long:
        cases = (" " if long else "; ").join(
            f"({place}) {text}{'.' if long else ''}" for place, text in enumerate(details, 1)
        )
        number = stating.SMALL[len(calls)] if len(calls) < len(stating.SMALL) else "several"
        return f"{lead} for {number} cases: {cases}{'' if long else '.'}"
    first = _ended(f"{lead} with {details[0]}" if not details[0].startswith(_PREPOSITIONS) else f"{lead} {details[0]}")
    again = rng.sample(_AGAIN, min(len(calls) - 1, len(_AGAIN)))
    return " ".join([first, *(f"{again[i % len(again)]}{text}." for i, text in enumerate(details[1:]))])


_PREPOSITIONS = ("from ", "to ", "on ", "in ", "as of ", "for ")


def _sentence(call: Call, writing: str, rng: random.Random) -> str:
    function, arguments = call
    parts = [stating.stated(function, name, value, rng) for name, value in arguments.items()]
    lead = _lead(wording(function), writing, rng)
    if writing == "concise":
        return f"{lead}: {', '.join(part.short for part in parts)}." if parts else f"{lead}."
    adverbs = [part.adverb for part in parts if part.adverb][:3]
    commands = [part.command for part in parts if part.command]
    others = [part for part in parts if not part.adverb and not part.command]
    extra = [part for part in parts if part.adverb][3:]
    others += extra
    text = " ".join([lead, *adverbs])
    long = sum(len(part.phrase) for part in others) > 110 or len(others) > 3
    tail = f" Please {stating.enumerated(commands)}." if commands else ""
    if others and (long or rng.random() < 0.2):
        return f"{_ended(text)} {_capital(stating.enumerated([part.clause for part in others]))}.{tail}"
    if others:
        text += (
            " "
            + rng.choice(("with", "with", "given", "for"))
            + " "
            + stating.enumerated([part.phrase for part in others])
        )
    return _ended(text) + tail


def _details(call: Call, rng: random.Random) -> str:
    function, arguments = call
    return stating.enumerated([stating.stated(function, name, value, rng).phrase for name, value in arguments.items()])


def _lead(words: Wording, writing: str, rng: random.Random) -> str:
    """The request without its details and without a full stop."""
    if writing == "ambiguous":
        return rng.choice(_VAGUE)
    if writing == "concise":
        return _capital(
            re.sub(r"^(the|a|an) ", "", words.thing) if words.thing and not words.clause else words.verb_phrase
        )
    indirect = writing == "indirect"
    if words.thing and rng.random() < 0.65:
        kind = ("indirect " if indirect else "") + "clause" if words.clause else "indirect" if indirect else "the"
        opener = rng.choice(_THING_OPENERS[kind])
        return opener.format(thing=words.thing) if "{is}" not in opener else opener.format(
            thing=words.thing, is_="", **{"is": "are" if words.plural else "is"})  # fmt: skip
    opener = rng.choice(_OPENERS["indirect" if indirect else "command"])
    return opener + words.verb_phrase if opener else _capital(words.verb_phrase)


def _ended(text: str) -> str:
    return text + ("?" if _QUESTION.match(text) else ".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lowered(sentence: str) -> str:
    """`sentence` to stand after a link; names, acronyms and "I" keep their capital."""
    first = sentence.split(" ", 1)[0]
    return (
        sentence
        if first in ("I", "I'd", "I'm", "I've") or first[1:] != first[1:].lower()
        else sentence[:1].lower() + sentence[1:]
    )
