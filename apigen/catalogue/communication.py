"""Functions for communication products: messages, telephony, signalling codes and contact centres."""

import math
import re
from typing import Annotated, Literal
from urllib.parse import quote

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

CATEGORY = "Communication"

_MORSE = {
    "A": ".-",
    "B": "-...",
    "C": "-.-.",
    "D": "-..",
    "E": ".",
    "F": "..-.",
    "G": "--.",
    "H": "....",
    "I": "..",
    "J": ".---",
    "K": "-.-",
    "L": ".-..",
    "M": "--",
    "N": "-.",
    "O": "---",
    "P": ".--.",
    "Q": "--.-",
    "R": ".-.",
    "S": "...",
    "T": "-",
    "U": "..-",
    "V": "...-",
    "W": ".--",
    "X": "-..-",
    "Y": "-.--",
    "Z": "--..",
    "0": "-----",
    "1": ".----",
    "2": "..---",
    "3": "...--",
    "4": "....-",
    "5": ".....",
    "6": "-....",
    "7": "--...",
    "8": "---..",
    "9": "----.",
    ".": ".-.-.-",
    ",": "--..--",
    "?": "..--..",
    "/": "-..-.",
    "-": "-....-",
    "@": ".--.-.",
    "!": "-.-.--",
    ":": "---...",
}
_NATO_WORDS = (
    "Alfa",
    "Bravo",
    "Charlie",
    "Delta",
    "Echo",
    "Foxtrot",
    "Golf",
    "Hotel",
    "India",
    "Juliett",
    "Kilo",
    "Lima",
    "Mike",
    "November",
    "Oscar",
    "Papa",
    "Quebec",
    "Romeo",
    "Sierra",
    "Tango",
    "Uniform",
    "Victor",
    "Whiskey",
    "X-ray",
    "Yankee",
    "Zulu",
)
_DIGIT_WORDS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = "\f^{}\\[~]|€"


def _message_parts(weights: list[int], single_limit: int, part_limit: int) -> int:
    if sum(weights) <= single_limit:
        return 1
    parts, used = 1, 0
    for weight in weights:
        if used + weight > part_limit:
            parts, used = parts + 1, 0
        used += weight
    return parts


def morse_code_encode(text: Annotated[str, MinLen(1)], word_separator: str = " / ") -> str:
    """Translate text into international Morse code.

    Args:
        text: Letters A to Z, digits, spaces and the signs . , ? / - @ ! :
        word_separator: Text put between two words.

    Returns:
        The code in dots and dashes, letters separated by a space.

    Raises:
        ValueError: If the text is blank or has a character without a code.

    Examples:
        >>> morse_code_encode(text="SOS")
        '... --- ...'
        >>> morse_code_encode(text="Call me", word_separator=" | ")
        '-.-. .- .-.. .-.. | -- .'
    """
    words = text.upper().split()
    unknown = sorted(set("".join(words)) - _MORSE.keys())
    if not words or unknown:
        raise ValueError(f"no Morse code for: {' '.join(unknown)}" if words else "text must not be blank")
    return word_separator.join(" ".join(_MORSE[char] for char in word) for word in words)


def morse_code_decode(morse: Annotated[str, MinLen(1)]) -> str:
    """Translate international Morse code into text.

    Args:
        morse: Dots and dashes; letters separated by spaces, words by a slash.

    Returns:
        The text in capital letters.

    Raises:
        ValueError: If the code is blank or has an unknown group.

    Examples:
        >>> morse_code_decode(morse=".... . .-.. .--.")
        'HELP'
        >>> morse_code_decode(morse="--. --- / .-- . ... -")
        'GO WEST'
    """
    letters = {code: letter for letter, code in _MORSE.items()}
    words = [word.split() for word in morse.split("/") if word.strip()]
    for group in (group for word in words for group in word):
        if group not in letters:
            raise ValueError(f"not a Morse code group: {group}")
    if not words:
        raise ValueError("morse must not be blank")
    return " ".join("".join(letters[group] for group in word) for word in words)


def nato_phonetic_spelling(text: Annotated[str, MinLen(1)], separator: str = " ") -> str:
    """Spell out letters and digits with the NATO phonetic alphabet, for example to read a code on the phone.

    Args:
        text: Letters A to Z and digits; other characters are skipped.
        separator: Text put between two code words.

    Returns:
        The code words.

    Raises:
        ValueError: If the text has neither letters nor digits.

    Examples:
        >>> nato_phonetic_spelling(text="KX7")
        'Kilo X-ray Seven'
        >>> nato_phonetic_spelling(text="B-204 Q", separator=", ")
        'Bravo, Two, Zero, Four, Quebec'
    """
    chars = re.findall(r"[A-Z0-9]", text.upper())
    if not chars:
        raise ValueError("text needs at least one letter A to Z or digit")
    return separator.join(_DIGIT_WORDS[int(char)] if char.isdigit() else _NATO_WORDS[ord(char) - 65] for char in chars)


def sms_segment_count(message: Annotated[str, MinLen(1)]) -> dict[str, str | int]:
    """Count the SMS segments a text message is billed as, and name its encoding.

    Args:
        message: The text of the message.

    Returns:
        An object with 'encoding' ('GSM-7' or 'UCS-2'), 'units' (7-bit or 16-bit characters used) and 'segments'.

    Raises:
        ValueError: If the message is empty.

    Examples:
        >>> sms_segment_count(message="Your parcel arrives today between 14:00 and 16:00.")
        {'encoding': 'GSM-7', 'units': 50, 'segments': 1}
        >>> sms_segment_count(message="Спасибо за заказ! Мы позвоним вам завтра утром, чтобы уточнить время доставки.")
        {'encoding': 'UCS-2', 'units': 78, 'segments': 2}
    """
    if not message:
        raise ValueError("message must not be empty")
    if all(char in _GSM_BASIC or char in _GSM_EXTENDED for char in message):
        weights = [2 if char in _GSM_EXTENDED else 1 for char in message]
        return {"encoding": "GSM-7", "units": sum(weights), "segments": _message_parts(weights, 160, 153)}
    weights = [2 if ord(char) > 0xFFFF else 1 for char in message]
    return {"encoding": "UCS-2", "units": sum(weights), "segments": _message_parts(weights, 70, 67)}


def split_email_address(address: Annotated[str, MinLen(3), MaxLen(320)]) -> dict[str, str | None]:
    """Split an e-mail address into mailbox, sub-address tag and domain.

    Args:
        address: The address, with or without a display name, such as 'Ana Silva <ana+news@example.com>'.

    Returns:
        An object with 'display_name', 'mailbox', 'tag' (text after '+') and 'domain' (lower case); null where absent.

    Raises:
        ValueError: If the address is malformed.

    Examples:
        >>> split_email_address(address="ana.silva+news@Example.com")
        {'display_name': None, 'mailbox': 'ana.silva', 'tag': 'news', 'domain': 'example.com'}
        >>> split_email_address(address="Support Desk <help@shop.example.org>")
        {'display_name': 'Support Desk', 'mailbox': 'help', 'tag': None, 'domain': 'shop.example.org'}
    """
    named = re.fullmatch(r'\s*"?([^"<>]*?)"?\s*<([^<>]+)>\s*', address)
    name, plain = (named[1] or None, named[2]) if named else (None, address.strip())
    label = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    atom = r"[\w!#$%&'*/=?^`{|}~-]+"
    match = re.fullmatch(rf"({atom}(?:\.{atom})*)(?:\+([\w.+-]+))?@((?:{label}\.)+[A-Za-z]{{2,}})", plain)
    if not match:
        raise ValueError(f"not an e-mail address: {address}")
    return {"display_name": name, "mailbox": match[1], "tag": match[2], "domain": match[3].lower()}


def redact_contact_details(
    text: Annotated[str, MinLen(1)],
    kinds: Literal["emails", "phones", "both"] = "both",
    placeholder: str = "[redacted]",
) -> str:
    """Replace e-mail addresses and phone numbers in a message by a placeholder.

    Args:
        text: The message.
        kinds: Which contact details to replace; phone numbers are groups of 7 to 15 digits with usual separators.
        placeholder: Text put in their place.

    Returns:
        The message without the contact details.

    Raises:
        ValueError: If the text is empty or the kind unknown.

    Examples:
        >>> redact_contact_details(text="Write to jo@example.com or call +44 20 7946 0018.")
        'Write to [redacted] or call [redacted].'
        >>> redact_contact_details(text="Ring 555-012-3456 or mail sam@example.org", kinds="phones", placeholder="***")
        'Ring *** or mail sam@example.org'
    """
    if not text or kinds not in ("emails", "phones", "both"):
        raise ValueError("text must not be empty and kinds must be 'emails', 'phones' or 'both'")
    if kinds != "phones":
        text = re.sub(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", lambda _: placeholder, text)
    if kinds != "emails":
        text = re.sub(r"(?<![\w+])\+?\(?\d(?:[ ./()-]{0,2}\d){6,14}(?!\w)", lambda _: placeholder, text)
    return text


def vanity_number_to_digits(vanity_number: Annotated[str, MinLen(3), MaxLen(30)], keep_separators: bool = True) -> str:
    """Convert a vanity phone number such as '1-800-FLOWERS' to the digits on a telephone keypad.

    Args:
        vanity_number: The number with letters A to Z, digits and separators.
        keep_separators: Keep spaces, hyphens, dots, plus sign and brackets.

    Returns:
        The number in digits.

    Raises:
        ValueError: If the number has no digit or letter, or has other characters.

    Examples:
        >>> vanity_number_to_digits(vanity_number="1-800-FLOWERS")
        '1-800-3569377'
        >>> vanity_number_to_digits(vanity_number="0800 call now", keep_separators=False)
        '08002255669'
    """
    number = vanity_number.upper()
    if not re.fullmatch(r"[A-Z0-9 .()+-]*[A-Z0-9][A-Z0-9 .()+-]*", number):
        raise ValueError(f"not a vanity number: {vanity_number}")
    digits = number.translate(str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999"))
    return digits if keep_separators else re.sub(r"\D", "", digits)


def international_phone_number(
    national_number: Annotated[str, MinLen(3)],
    country_calling_code: Annotated[int, Ge(1), Le(999)],
    trunk_prefix: str = "0",
) -> str:
    """Convert a phone number in national notation to the international E.164 form.

    Args:
        national_number: The number as dialled within the country; spaces and the signs - . / ( ) are ignored.
        country_calling_code: Calling code of the country without '+', such as 44 (1 to 999).
        trunk_prefix: Digits dialled only within the country and removed here; empty for none.

    Returns:
        The number as '+' and up to 15 digits.

    Raises:
        ValueError: If the number has other characters, or is too short or too long.

    Examples:
        >>> international_phone_number(national_number="020 7946 0018", country_calling_code=44)
        '+442079460018'
        >>> international_phone_number(national_number="(555) 012-3456", country_calling_code=1, trunk_prefix="")
        '+15550123456'
    """
    digits = re.sub(r"[\s./()-]", "", national_number)
    if not re.fullmatch(r"[0-9]+", digits) or not re.fullmatch(r"[0-9]*", trunk_prefix):
        raise ValueError("national_number and trunk_prefix may only have digits and separators")
    if not 1 <= country_calling_code <= 999:
        raise ValueError("country_calling_code must be between 1 and 999")
    result = f"{country_calling_code}{digits.removeprefix(trunk_prefix)}"
    if not 7 <= len(result) <= 15:
        raise ValueError("an international number has 7 to 15 digits")
    return f"+{result}"


def dtmf_key_frequencies(keys: Annotated[str, MinLen(1), MaxLen(40)]) -> list[list[int]]:
    """List the pair of tones, in hertz, that a touch-tone telephone sends for every key.

    Args:
        keys: Keys 0 to 9, *, # and A to D; spaces and hyphens are skipped.

    Returns:
        One [low, high] pair of frequencies per key.

    Raises:
        ValueError: If there is no key or an unknown one.

    Examples:
        >>> dtmf_key_frequencies(keys="5#")
        [[770, 1336], [941, 1477]]
        >>> dtmf_key_frequencies(keys="1-0")
        [[697, 1209], [941, 1336]]
    """
    layout = "123A456B789C*0#D"
    pressed = re.sub(r"[\s-]", "", keys.upper())
    if not pressed or any(key not in layout for key in pressed):
        raise ValueError("keys must be 0 to 9, *, # or A to D")
    low, high = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
    return [[low[layout.index(key) // 4], high[layout.index(key) % 4]] for key in pressed]


def build_mailto_link(
    recipients: Annotated[list[str], MinLen(1)],
    subject: str | None = None,
    body: str | None = None,
    cc: list[str] | None = None,
) -> str:
    """Build a mailto link that opens a prepared e-mail.

    Args:
        recipients: Addresses of the recipients (at least one).
        subject: Subject line.
        body: Text of the message.
        cc: Addresses that get a copy.

    Returns:
        The link, percent-encoded.

    Raises:
        ValueError: If there is no recipient or an address has no '@'.

    Examples:
        >>> build_mailto_link(recipients=["info@example.com"], subject="Opening hours")
        'mailto:info@example.com?subject=Opening%20hours'
        >>> build_mailto_link(recipients=["a@example.org", "b@example.org"], body="Cake & tea?", cc=["c@example.org"])
        'mailto:a@example.org,b@example.org?cc=c@example.org&body=Cake%20%26%20tea%3F'
    """
    copies = cc or []
    if not recipients or not all(re.fullmatch(r"[^@\s,]+@[^@\s,]+", address) for address in recipients + copies):
        raise ValueError("at least one recipient is needed and every address must be like name@domain")
    encoded = [",".join(quote(address, safe="@") for address in group) for group in (recipients, copies)]
    fields = {"cc": encoded[1]}
    fields |= {"subject": quote(subject or "", safe=""), "body": quote(body or "", safe="")}
    query = "&".join(f"{name}={value}" for name, value in fields.items() if value)
    return f"mailto:{encoded[0]}" + (f"?{query}" if query else "")


def fill_message_template(
    template: Annotated[str, MinLen(1)], values: dict[str, str], fallback: str | None = None
) -> str:
    """Fill the {{placeholders}} of a message template.

    Args:
        template: Text with placeholders such as '{{first_name}}'.
        values: Values by placeholder name.
        fallback: Text for placeholders without a value; without it they are an error.

    Returns:
        The finished message.

    Raises:
        ValueError: If the template is empty, or a placeholder has neither value nor fallback.

    Examples:
        >>> fill_message_template(template="Hi {{name}}, see you on {{day}}!", values={"name": "Ida", "day": "Monday"})
        'Hi Ida, see you on Monday!'
        >>> fill_message_template(template="Dear {{title}} {{surname}},", values={"surname": "Okafor"}, fallback="Dr")
        'Dear Dr Okafor,'
    """
    if not template:
        raise ValueError("template must not be empty")
    pattern = re.compile(r"\{\{\s*(\w+)\s*\}\}")
    missing = [name for name in pattern.findall(template) if name not in values]
    if missing and fallback is None:
        raise ValueError(f"no value for: {', '.join(dict.fromkeys(missing))}")
    return pattern.sub(lambda match: values.get(match[1], fallback or ""), template)


def call_centre_service_level(
    calls_per_hour: Annotated[float, Gt(0)],
    handling_seconds: Annotated[float, Gt(0)],
    agents: Annotated[int, Ge(1), Le(2000)],
    target_answer_seconds: Annotated[float, Ge(0)] = 20,
) -> dict[str, float]:
    """Predict the waiting times of a call centre with the Erlang C formula.

    Args:
        calls_per_hour: Incoming calls per hour.
        handling_seconds: Average handling time of a call in seconds.
        agents: Number of agents on duty (1 to 2000), more than the offered traffic in erlangs.
        target_answer_seconds: Time within which calls should be answered, in seconds.

    Returns:
        An object with 'service_level_percent' (calls answered in time), 'average_wait_seconds' and
        'occupancy_percent' (agents' busy time), each rounded to 2 decimals.

    Raises:
        ValueError: If a value is out of range or the agents cannot keep up with the calls.

    Examples:
        >>> call_centre_service_level(calls_per_hour=200, handling_seconds=180, agents=14)
        {'service_level_percent': 88.84, 'average_wait_seconds': 7.84, 'occupancy_percent': 71.43}
        >>> call_centre_service_level(calls_per_hour=60, handling_seconds=300, agents=6, target_answer_seconds=30)
        {'service_level_percent': 46.84, 'average_wait_seconds': 176.25, 'occupancy_percent': 83.33}
    """
    if calls_per_hour <= 0 or handling_seconds <= 0 or not 1 <= agents <= 2000 or target_answer_seconds < 0:
        raise ValueError("calls and handling time must be positive, agents 1 to 2000, target not negative")
    traffic = calls_per_hour * handling_seconds / 3600
    if traffic >= agents:
        raise ValueError(f"{agents} agents cannot handle {traffic:.2f} erlangs")
    blocking = 1.0
    for count in range(1, agents + 1):
        blocking = traffic * blocking / (count + traffic * blocking)
    waiting = blocking / (1 - traffic / agents * (1 - blocking))
    late = waiting * math.exp(-(agents - traffic) * target_answer_seconds / handling_seconds)
    return {
        "service_level_percent": round(100 * (1 - late), 2),
        "average_wait_seconds": round(waiting * handling_seconds / (agents - traffic), 2),
        "occupancy_percent": round(100 * traffic / agents, 2),
    }


def radio_free_space_path_loss(
    distance_km: Annotated[float, Gt(0)],
    frequency_mhz: Annotated[float, Gt(0)],
    antenna_gains_dbi: float = 0,
) -> float:
    """Calculate the loss of a radio link over free space in decibels.

    Args:
        distance_km: Distance between the antennas in kilometres.
        frequency_mhz: Frequency in megahertz.
        antenna_gains_dbi: Sum of the gains of both antennas in dBi, subtracted from the loss.

    Returns:
        The path loss in decibels, rounded to 2 decimals.

    Raises:
        ValueError: If distance or frequency is not positive.

    Examples:
        >>> radio_free_space_path_loss(distance_km=1, frequency_mhz=2400)
        100.05
        >>> radio_free_space_path_loss(distance_km=12.5, frequency_mhz=5800, antenna_gains_dbi=46)
        83.65
    """
    if distance_km <= 0 or frequency_mhz <= 0:
        raise ValueError("distance_km and frequency_mhz must be positive")
    wavelength_km = 299_792.458 / (frequency_mhz * 1e6)
    return round(20 * math.log10(4 * math.pi * distance_km / wavelength_km) - antenna_gains_dbi, 2)
