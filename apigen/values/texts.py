"""Strings by meaning: what `city`, `invoice_date` or `isbn` should hold, looked up by the words of the name."""

import base64
import random
import re
from collections.abc import Callable
from functools import lru_cache

from apigen.values import vocabulary as v

Drawer = Callable[[random.Random], str]


def _of(options: tuple[str, ...]) -> Drawer:
    return lambda rng: rng.choice(options)


def _date(rng: random.Random) -> str:
    return f"{rng.randint(2019, 2026)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def _birth_date(rng: random.Random) -> str:
    return f"{rng.randint(1955, 2005)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def _clock(rng: random.Random) -> str:
    return f"{rng.randint(6, 22):02}:{rng.choice((0, 5, 10, 15, 20, 30, 40, 45, 50)):02}"


def _date_dots(rng: random.Random) -> str:
    return f"{rng.randint(1, 28):02}.{rng.randint(1, 12):02}.{rng.randint(2019, 2026)}"


def _date_us(rng: random.Random) -> str:
    return f"{rng.randint(1, 12):02}/{rng.randint(1, 28):02}/{rng.randint(2019, 2026)}"


def _full_name(rng: random.Random) -> str:
    return f"{rng.choice(v.FIRST_NAMES)} {rng.choice(v.LAST_NAMES)}"


def _email(rng: random.Random) -> str:
    return f"{rng.choice(v.FIRST_NAMES).lower()}.{rng.choice(v.LAST_NAMES).lower()}@{rng.choice(v.DOMAINS[:2])}"


def _url(rng: random.Random) -> str:
    return f"https://{rng.choice(v.DOMAINS)}/{rng.choice(v.TAGS)}/{rng.choice(v.WORDS)}"


def _phone(rng: random.Random) -> str:
    return f"+1 202 555 01{rng.randint(10, 99)}"


def _digits(rng: random.Random, count: int) -> str:
    return "".join(str(rng.randint(0, 9)) for _ in range(count))


def _hex(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789abcdef") for _ in range(count))


def _colour(rng: random.Random) -> str:
    return "#" + _hex(rng, 6).upper()


def _uuid(rng: random.Random) -> str:
    return f"{_hex(rng, 8)}-{_hex(rng, 4)}-4{_hex(rng, 3)}-{rng.choice('89ab')}{_hex(rng, 3)}-{_hex(rng, 12)}"


def _ean13(body: str) -> str:
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(body))
    return body + str(-total % 10)


def _isbn(rng: random.Random) -> str:
    return _ean13("978" + str(rng.randint(0, 3)) + _digits(rng, 8))


def _luhn(rng: random.Random) -> str:
    body = "4" + _digits(rng, 14)
    doubled = (int(d) * (2 - place % 2) for place, d in enumerate(body))
    return body + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def _iban(rng: random.Random) -> str:
    account = _digits(rng, 18)
    return f"DE{98 - int(account + '131400') % 97:02}{account}"


def _ipv4(rng: random.Random) -> str:
    return f"192.168.{rng.randint(0, 20)}.{rng.randint(1, 254)}"


def _ipv6(rng: random.Random) -> str:
    return f"2001:db8::{rng.randint(1, 0xFFFF):x}"


def _text(rng: random.Random) -> str:
    return " ".join(rng.sample(v.SENTENCES, rng.choice((1, 1, 2))))


def _ordinal_code(prefix: str) -> Drawer:
    return lambda rng: f"{prefix}-{rng.randint(100, 9999)}"


_NAMED: tuple[tuple[str, Drawer], ...] = (
    (r"\bisbn", _isbn),
    (r"\b(ean|gtin|barcode)\b", lambda rng: _ean13("40" + _digits(rng, 10))),
    (r"\biban\b", _iban),
    (r"\b(credit )?card number\b|\bpan\b", _luhn),
    (r"\buuid|guid\b", _uuid),
    (r"\b(birth ?date|date of birth|dob|birthday|born)\b", _birth_date),
    (r"\b(date ?time|timestamp)\b", lambda rng: f"{_date(rng)}T{_clock(rng)}:00"),
    (r"\b(time ?zone|tz)\b", _of(v.TIME_ZONES)),
    (r"\b(date|day|deadline|checkin|checkout|check in|check out)$|\b(date|deadline)\b", _date),
    (r"\bweek ?day\b", _of(v.WEEKDAYS)),
    (r"\bmonth$", _of(v.MONTHS)),
    (r"\b(time|clock)$|\btime (of day|start|end)", _clock),
    (r"\be ?mail\b", _email),
    (r"\b(phone|mobile|telephone|tel|fax)\b", _phone),
    (r"\b(url|uri|link|href|website|webpage|homepage)\b", _url),
    (r"\b(domain|host|hostname)\b", _of(v.DOMAINS)),
    (r"\bipv6\b", _ipv6),
    (r"\b(ip|ipv4)\b|\bip address\b", _ipv4),
    (r"\bmac( address)?$", lambda rng: ":".join(_hex(rng, 2) for _ in range(6))),
    (r"\b(country|nation)\b.*\bcode\b|\bcountry code|\biso country", _of(v.COUNTRY_CODES)),
    (r"\bcurrenc|\b(base|quote|target|source)$", _of(v.CURRENCIES)),
    (r"\blang(uage)?\b.*\bcode\b|\blang$", _of(v.LANGUAGE_CODES)),
    (r"\blocale\b", _of(v.LOCALES)),
    (r"\blanguage\b", _of(v.LANGUAGES)),
    (r"\b(airport|iata)\b", _of(v.AIRPORTS)),
    (r"\b(ticker|stock|symbol)\b", _of(v.TICKERS)),
    (r"\b(city|town|location|place|destination|origin|from city|to city)\b", _of(v.CITIES)),
    (r"\b(country|nation|nationality)\b", _of(v.COUNTRIES)),
    (r"\b(zip|postal|postcode|zipcode)\b", _of(v.POSTCODES)),
    (r"\b(address|street)\b", _of(v.STREETS)),
    (r"\b(hex|colou?r hex|rgb)\b", _colour),
    (r"\bcolou?r\b", _of(v.COLOURS)),
    (r"\b(user ?name|login|handle|nickname)\b", lambda rng: rng.choice(v.FIRST_NAMES).lower() + _digits(rng, 2)),
    (r"\bpassword|passphrase\b", lambda rng: f"{rng.choice(v.WORDS).title()}-{rng.choice(v.WORDS)}-{_digits(rng, 2)}"),
    (r"\b(first|given) name|forename\b", _of(v.FIRST_NAMES)),
    (r"\b(last|family) name|surname\b", _of(v.LAST_NAMES)),
    (r"\b(file|filename|file name)\b", _of(v.FILES)),
    (r"\b(company|organi[sz]ation|employer|vendor|supplier|brand|merchant|customer)\b", _of(v.COMPANIES)),
    (r"\b(product|item|article|goods|part)\b", _of(v.PRODUCTS)),
    (r"\b(sku|product code|item code|part number)\b", _ordinal_code("SKU")),
    (r"\b(team|club)\b", _of(v.TEAMS)),
    (r"\bsport\b", _of(v.SPORTS)),
    (r"\bgenre\b", _of(v.GENRES)),
    (r"\b(title|headline|book|film|movie|song|album|track|show|series)\b", _of(v.TITLES)),
    (r"\b(job|profession|occupation|role)\b", _of(v.JOBS)),
    (r"\b(food|ingredient|meal)\b", _of(v.FOODS)),
    (r"\bchord\b", _of(v.CHORDS)),
    (r"\b(note|root|tonic|key|pitch) ?(name)?$", _of(v.NOTE_NAMES)),
    (r"\b(formula|compound)\b", _of(v.FORMULAS)),
    (r"\b(dna|sequence|genome)\b", lambda rng: "".join(rng.choice("ACGT") for _ in range(rng.randint(8, 14)))),
    (r"\b(binary|bits|bitstring)\b", lambda rng: "1" + "".join(rng.choice("01") for _ in range(rng.randint(4, 9)))),
    (r"\bhexadecimal\b", lambda rng: _hex(rng, 4).upper()),
    (r"\broman\b", _of(("XIV", "MCMXCIV", "LXXII", "MMXXIV", "CDXLIV", "XXXIX"))),
    (r"\bexpression\b", _of(v.EXPRESSIONS)),
    (r"\bversion\b", lambda rng: f"{rng.randint(0, 4)}.{rng.randint(0, 12)}.{rng.randint(0, 20)}"),
    (r"\b(hash ?tag|tag|topic|keyword|slug|category|subject|theme)\b", _of(v.TAGS)),
    (r"\b(id|identifier|reference|ref|order|invoice|ticket|account|number|no|code)$", _ordinal_code("A")),
    (r"\b(comment|note|notes|remark|reason|memo|instructions)\b", _of(v.NOTES)),
    (r"\bunits?\b", _of(("kg", "cm", "m", "km", "g", "l"))),
    (r"\b(delimiter|separator|sep)\b", _of((",", ";", "-", "|"))),
    (r"\b(suffix|prefix)\b", _of(("pre", "new", "final", "draft"))),
    (r"\b(person|author|artist|actor|director|player|employee|owner|contact|guest|sender|recipient|student)\b",
     _full_name),
    (r"\b(letter|char|character|initial)$", lambda rng: rng.choice("abcdefghijklmnoprstuw")),
    (r"\bwords?\b|\b(pattern|query|search|term|needle|substring|anagram|guess|answer|string a|string b)\b",
     _of(v.WORDS)),
    (r"\b(text|sentence|paragraph|message|content|body|post|review|document|description|summary|bio|caption|lyrics"
     r"|tweet|string|input|phrase|quote|transcript)\b", _text),
    (r"\bname$", _of(v.FIRST_NAMES)),
)  # fmt: skip
_RULES = tuple((re.compile(pattern), drawer) for pattern, drawer in _NAMED)

KINDS: dict[str, Drawer] = {
    "date": _date,
    "date-time": lambda rng: f"{_date(rng)}T{_clock(rng)}:00",
    "date-minutes": lambda rng: f"{_date(rng)}T{_clock(rng)}",
    "date-space-minutes": lambda rng: f"{_date(rng)} {_clock(rng)}",
    "utc-offset": _of(("+01:00", "-05:00", "+09:00", "+05:30", "+00:00", "-08:00")),
    "year-month": lambda rng: _date(rng)[:7],
    "date-dots": _date_dots,
    "date-us": _date_us,
    "time-seconds": lambda rng: f"{_clock(rng)}:{rng.randint(0, 59):02}",
    "clock": _clock,
    "currency": _of(v.CURRENCIES),
    "country-code": _of(v.COUNTRY_CODES),
    "language-code": _of(v.LANGUAGE_CODES),
    "time-zone": _of(v.TIME_ZONES),
    "colour": _colour,
    "phone": _phone,
    "word": _of(v.WORDS),
    "sentence": _text,
}
"""Drawers by the formats that descriptions name (`hints.FORMATS`), and two plain ones."""

FORMATS: dict[str, Drawer] = {
    "date": _date,
    "date-time": lambda rng: f"{_date(rng)}T{_clock(rng)}:00Z",
    "time": lambda rng: f"{_clock(rng)}:00Z",
    "duration": lambda rng: rng.choice(("PT30M", "PT1H15M", "P2D", "P1W", "PT45S")),
    "email": _email,
    "idn-email": _email,
    "hostname": _of(v.DOMAINS),
    "idn-hostname": _of(v.DOMAINS),
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "uri": _url,
    "url": _url,
    "iri": _url,
    "uri-reference": _url,
    "iri-reference": _url,
    "uri-template": lambda rng: f"https://{rng.choice(v.DOMAINS)}/{{id}}",
    "uuid": _uuid,
    "json-pointer": lambda rng: f"/{rng.choice(v.WORDS)}/{rng.randint(0, 5)}",
    "relative-json-pointer": lambda rng: f"{rng.randint(0, 3)}/{rng.choice(v.WORDS)}",
    "regex": lambda rng: rng.choice((r"^[a-z]+$", r"\d{4}", r"[A-Z]\w+")),
    "byte": lambda rng: base64.b64encode(rng.choice(v.SENTENCES).encode()).decode(),
    "color": _colour,
    "phone": _phone,
}
"""Drawers by JSON Schema `format`."""


@lru_cache(maxsize=8192)
def by_words(words: str) -> Drawer | None:
    """The drawer for a parameter whose words are `words`, if they say what it holds."""
    return next((drawer for pattern, drawer in _RULES if pattern.search(words)), None)
