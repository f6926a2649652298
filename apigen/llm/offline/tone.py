"""The writing styles: what is put before, after and into a request; guarded values are never touched."""

import random
import re

from apigen.llm.offline.stating import CLOSE, OPEN

_GREETINGS = (
    "Hey! ", "Hi there, quick one: ", "Hello! ", "Hey, hope you're doing well. ", "Hi! ", "Morning! ",
)  # fmt: skip
_THANKS = (
    " Thanks!", " Thanks a lot!", " Cheers!", " That'd be great, thanks.", " Much appreciated!", "",
)  # fmt: skip
_PERSONAS = (
    "As a nurse, ", "As a small shop owner, ", "As a high-school teacher, ", "Speaking as a freelance designer: ",
    "As a project manager, ", "As a student, ", "I run a family business. ", "As a data analyst, ",
    "I'm a hobby gardener. ", "As a journalist, ", "I'm new at this job. ", "As an engineer, ",
)  # fmt: skip
_BACKGROUNDS = (
    "I've been putting together the material for our next meeting, and it took longer than I thought. My colleague"
    " did most of the groundwork last month, but some details never made it into the notes.",
    "We're reviewing our whole setup at the moment because the old spreadsheet got far too messy. Nobody quite"
    " remembers how the earlier figures came about, so we're going through everything from scratch.",
    "A friend asked me for help with this over lunch, and I promised to come back with a proper answer. I tried to do"
    " it by hand in the evening and gave up when the results didn't agree with each other.",
    "Our team is preparing a short report for the client, who likes to see how every figure was obtained. Most of it"
    " is done by now, apart from the part below that I kept postponing.",
    "I'm getting back to a side project that I had put aside during the summer. There's a checklist on my desk, and"
    " this is one of the last open points before I can close it.",
)
_NEEDS = ("Here's what I need. ", "So here's my question. ", "What I'm after is this. ", "")
_CONTRACTIONS = ((r"\bI would\b", "I'd"), (r"\bI am\b", "I'm"), (r"\bWhat is\b", "What's"), (r"\bdo not\b", "don't"))
_WORD = re.compile(r"[a-z]{4,}")


def toned(body: str, writing: str, rng: random.Random) -> str:
    """`body`, whose values are marked, in the tone of a writing style; unknown styles leave it as it is."""
    match writing:
        case "conversational":
            for formal, spoken in _CONTRACTIONS:
                body = re.sub(formal, spoken, body)
            return rng.choice(_GREETINGS) + body + rng.choice(_THANKS)
        case "persona":
            opening = rng.choice(_PERSONAS)
            return opening + (body if opening.endswith(". ") else _joined(body))
        case "long_context":
            return f"{rng.choice(_BACKGROUNDS)} {rng.choice(_NEEDS)}{body}"
        case "misspelt":
            return misspelt(body, rng)
        case "ambiguous":
            return body[:1].lower() + body[1:] if rng.random() < 0.3 and not body.startswith(OPEN) else body
    return body


def _joined(body: str) -> str:
    """`body` to follow a comma."""
    first = body.split(" ", 1)[0]
    if first in ("I", "I'd", "I'm", "I've") or OPEN in first or first[1:] != first[1:].lower():
        return body
    if first.lower() in ("what", "could", "can", "would", "please", "how", "help"):
        return body[:1].lower() + body[1:]
    return "I need to " + body[:1].lower() + body[1:]


def misspelt(body: str, rng: random.Random) -> str:
    """`body` with a few typing mistakes in its ordinary words, at least one if there is such a word."""
    places = [match.span() for match in _WORD.finditer(_masked(body))]
    if not places:
        return body
    chosen = sorted(rng.sample(places, max(1, min(len(places), len(places) // 6))), reverse=True)
    for start, end in chosen:
        body = body[:start] + _typo(body[start:end], rng) + body[end:]
    return body


def _masked(body: str) -> str:
    """`body` with values, quoted text and words beside them blanked, place by place."""
    pattern = f"{OPEN}[^{CLOSE}]*{CLOSE}|\\S*[{OPEN}{CLOSE}0-9A-Z]\\S*"
    return re.sub(pattern, lambda match: " " * len(match.group()), body)


def _typo(word: str, rng: random.Random) -> str:
    place = rng.randint(1, len(word) - 2)
    match rng.randrange(3):
        case 0:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        case 1:
            return word[:place] + word[place + 1 :]
    return word[:place] + word[place] * 2 + word[place + 1 :]
