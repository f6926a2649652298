"""Other words for the same value: codes and the names that people use for them."""

_GROUPS: tuple[tuple[str, ...], ...] = (
    ("usd", "dollar", "dollars", "us dollars", "$", "bucks"),
    ("eur", "euro", "euros", "€"),
    ("gbp", "pounds", "pound", "sterling", "£"),
    ("jpy", "yen", "¥"),
    ("chf", "franc", "francs"),
    ("inr", "rupee", "rupees", "₹"),
    ("cny", "yuan"),
    ("sek", "kronor"),
    ("us", "usa", "united states", "america", "american"),
    ("gb", "uk", "britain", "british", "united kingdom", "england"),
    ("de", "germany", "german"),
    ("fr", "france", "french"),
    ("es", "spain", "spanish"),
    ("it", "italy", "italian"),
    ("pt", "portugal", "portuguese"),
    ("nl", "netherlands", "dutch"),
    ("at", "austria", "austrian"),
    ("ch", "switzerland", "swiss"),
    ("jp", "ja", "japan", "japanese"),
    ("se", "sv", "sweden", "swedish"),
    ("no", "nb", "norway", "norwegian"),
    ("dk", "da", "denmark", "danish"),
    ("pl", "poland", "polish"),
    ("br", "brazil"),
    ("ca", "canada"),
    ("au", "australia"),
    ("in", "india"),
    ("cn", "zh", "china", "chinese"),
    ("en", "english"),
    ("fi", "finland", "finnish"),
    ("ie", "ireland"),
    ("km", "kilometre", "kilometres", "kilometer", "kilometers"),
    ("mi", "mile", "miles"),
    ("m", "metre", "metres", "meter", "meters"),
    ("cm", "centimetre", "centimetres", "centimeter", "centimeters"),
    ("mm", "millimetre", "millimetres", "millimeters"),
    ("kg", "kilo", "kilos", "kilogram", "kilograms"),
    ("g", "gram", "grams"),
    ("lb", "lbs", "pound", "pounds"),
    ("oz", "ounce", "ounces"),
    ("l", "litre", "litres", "liter", "liters"),
    ("ml", "millilitre", "millilitres", "milliliters"),
    ("gal", "gallon", "gallons"),
    ("in", "inch", "inches", '"'),
    ("ft", "foot", "feet"),
    ("c", "celsius", "°c", "centigrade"),
    ("f", "fahrenheit", "°f"),
    ("k", "kelvin"),
    ("h", "hour", "hours"),
    ("min", "minute", "minutes"),
    ("s", "sec", "second", "seconds"),
    ("kmh", "km/h", "kph"),
    ("mph", "miles per hour"),
    ("kn", "kt", "knot", "knots"),
    ("male", "man", "men", "boy", "he", "his", "guy", "husband", "father", "brother", "son"),
    ("female", "woman", "women", "girl", "she", "her", "wife", "mother", "sister", "daughter"),
    ("metric", "kilograms", "centimetres"),
    ("percent", "%", "percentage"),
    ("asc", "ascending", "increasing"),
    ("desc", "descending"),
    ("mon", "monday"),
    ("tue", "tuesday"),
    ("wed", "wednesday"),
    ("thu", "thursday"),
    ("fri", "friday"),
    ("sat", "saturday"),
    ("sun", "sunday"),
    ("+", "plus", "add"),
    ("-", "minus", "hyphen", "dash"),
    ("*", "times", "asterisk"),
    ("/", "slash", "divided"),
    (",", "comma"),
    (";", "semicolon"),
    ("|", "pipe"),
    (" ", "space"),
    ("_", "underscore"),
    ("\t", "tab"),
    (".", "dot"),
)
_BY_WORD: dict[str, frozenset[str]] = {}
for _group in _GROUPS:
    for _word in _group:
        _BY_WORD[_word] = _BY_WORD.get(_word, frozenset()) | frozenset(_group)


def said_otherwise(value: str, words: frozenset[str], text: str) -> bool:
    """Whether a query says `value` by another name.

    Args:
        value: in lower case.
        words: the words of the query, in lower case.
        text: the whole query, in lower case.
    """
    others = _BY_WORD.get(value)
    if others is None:
        return False
    return any(other in words if other.isalpha() else other in text for other in others if other != value)
