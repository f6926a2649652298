"""Helpers for developers and writers: encodings, hashes, schedules, text templates, tables and colors."""

import base64
import binascii
import difflib
import fnmatch
import hashlib
import json
import math
import re
import string
import uuid
from datetime import datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from annotated_types import Ge, Le, MaxLen, MinLen

CATEGORY = "Tools"


def text_line_diff(
    before: str,
    after: str,
    context_lines: Annotated[int, Ge(0), Le(20)] = 3,
) -> dict[str, int | float | list[str]]:
    """Compare two texts line by line and list the changes in unified diff notation.

    Args:
        before: The old text.
        after: The new text.
        context_lines: Unchanged lines shown around a change, 0 to 20.

    Returns:
        An object with the counts `added` and `removed`, the `similarity` of the texts from 0 to 1 (rounded to
        4 decimals) and the `diff` lines, each beginning with "+", "-", "@@" or a space.

    Raises:
        ValueError: If the number of context lines is out of range.

    Examples:
        >>> text_line_diff(before="red\\ngreen\\nblue", after="red\\nyellow\\nblue", context_lines=0)
        {'added': 1, 'removed': 1, 'similarity': 0.6667, 'diff': ['@@ -2 +2 @@', '-green', '+yellow']}
        >>> text_line_diff(before="milk\\neggs", after="milk\\neggs\\nflour")
        {'added': 1, 'removed': 0, 'similarity': 0.8, 'diff': ['@@ -1,2 +1,3 @@', ' milk', ' eggs', '+flour']}
    """
    if not 0 <= context_lines <= 20:
        raise ValueError("context_lines must lie between 0 and 20")
    old, new = before.splitlines(), after.splitlines()
    diff = list(difflib.unified_diff(old, new, lineterm="", n=context_lines))[2:]
    return {
        "added": sum(line.startswith("+") for line in diff),
        "removed": sum(line.startswith("-") for line in diff),
        "similarity": round(difflib.SequenceMatcher(None, old, new).ratio(), 4),
        "diff": diff,
    }


def _cron_field(field: str, lowest: int, highest: int) -> set[int]:
    values: set[int] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([0-9]{1,2}))?", part)
        if match is None:
            raise ValueError(f"cannot read the cron field {field!r}")
        first, last, step = match.groups()
        start = lowest if first is None else int(first)
        open_end = first is None or (last is None and step is not None)
        end = highest if open_end else int(last or start)
        if not lowest <= start <= end <= highest or step in ("0", "00"):
            raise ValueError(f"the cron field {field!r} is out of range {lowest}-{highest}")
        values.update(range(start, end + 1, int(step or 1)))
    return values


def cron_upcoming_runs(
    expression: str,
    after: str,
    count: Annotated[int, Ge(1), Le(20)] = 1,
) -> list[str]:
    """List the next times at which a five-field cron expression fires.

    Args:
        expression: Minute, hour, day of month, month and day of week (0 to 7, 0 and 7 are Sunday), separated by spaces;
            numbers, ranges, lists, steps and asterisks are understood, names are not.
        after: Local time after which to look, YYYY-MM-DDTHH:MM.
        count: How many times to list, 1 to 20.

    Returns:
        The times in order, YYYY-MM-DDTHH:MM. If both day fields are restricted, a day matching either one counts.

    Raises:
        ValueError: If the expression or the time is malformed, or the expression does not fire within 30 years.

    Examples:
        >>> cron_upcoming_runs(expression="30 9 * * 1-5", after="2024-03-08T10:00", count=2)
        ['2024-03-11T09:30', '2024-03-12T09:30']
        >>> cron_upcoming_runs(expression="*/15 0 29 2 *", after="2024-03-01T00:00")
        ['2028-02-29T00:00']
    """
    fields = expression.split()
    if len(fields) != 5 or not 1 <= count <= 20:
        raise ValueError("the expression must have five fields and count must lie between 1 and 20")
    limits = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
    minutes, hours, days, months, week = (
        _cron_field(field, *limit) for field, limit in zip(fields, limits, strict=True)
    )
    weekdays = {day % 7 for day in week}
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    start = datetime.fromisoformat(after)
    if start.year > 9950 or start.tzinfo is not None:
        raise ValueError("after must be a local time before the year 9951")
    runs: list[str] = []
    for offset in range(30 * 366):
        day = start.date() + timedelta(days=offset)
        in_month, in_week = day.day in days, day.isoweekday() % 7 in weekdays
        if day.month not in months or not (in_month or in_week if either else in_month and in_week):
            continue
        times = (
            datetime(day.year, day.month, day.day, hour, minute) for hour in sorted(hours) for minute in sorted(minutes)
        )
        runs.extend(time.isoformat(timespec="minutes") for time in times if time > start)
        if len(runs) >= count:
            return runs[:count]
    raise ValueError("the expression does not fire often enough within 30 years")


def base64_text_codec(
    text: str,
    direction: Literal["encode", "decode"] = "encode",
    url_safe: bool = False,
) -> str:
    """Encode a text as Base64 or decode it back, as UTF-8.

    Args:
        text: The plain text to encode or the Base64 text to decode; missing padding is supplied.
        direction: Whether to encode or decode.
        url_safe: Whether to use the URL-safe alphabet with "-" and "_", without padding when encoding.

    Returns:
        The encoded or decoded text.

    Raises:
        ValueError: If the direction is unknown or the text to decode is not Base64 of a UTF-8 text.

    Examples:
        >>> base64_text_codec(text="Hello, world!")
        'SGVsbG8sIHdvcmxkIQ=='
        >>> base64_text_codec(text="c3ViamVjdHM_Xw", direction="decode", url_safe=True)
        'subjects?_'
    """
    alternative = b"-_" if url_safe else b"+/"
    if direction == "encode":
        encoded = base64.b64encode(text.encode(), alternative).decode()
        return encoded.rstrip("=") if url_safe else encoded
    if direction != "decode":
        raise ValueError(f"unknown direction: {direction}")
    allowed = set(string.ascii_letters + string.digits + alternative.decode())
    body = text.strip().rstrip("=")
    if not set(body) <= allowed:
        raise ValueError("the text holds characters outside the Base64 alphabet")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), alternative).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(f"the text is not Base64 of a UTF-8 text: {error}") from error


def text_hash_digest(
    text: str,
    algorithm: Literal["md5", "sha1", "sha256", "sha512", "blake2b"] = "sha256",
    length: Annotated[int, Ge(4), Le(128)] | None = None,
) -> str:
    """Compute the hexadecimal digest of a text encoded as UTF-8.

    Args:
        text: The text to hash.
        algorithm: Hash function.
        length: Number of hexadecimal characters to keep from the front, 4 to 128; by default all.

    Returns:
        The digest in lower-case hexadecimal characters.

    Raises:
        ValueError: If the algorithm is unknown or the length is out of range.

    Examples:
        >>> text_hash_digest(text="abc")
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
        >>> text_hash_digest(text="The quick brown fox jumps over the lazy dog", algorithm="md5", length=12)
        '9e107d9d372b'
    """
    if algorithm not in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        raise ValueError(f"unknown algorithm: {algorithm}")
    if length is not None and not 4 <= length <= 128:
        raise ValueError("length must lie between 4 and 128")
    return hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()[:length]


def _relative_luminance(color: str) -> float:
    digits = color.strip().removeprefix("#")
    if re.fullmatch(r"[0-9a-fA-F]{3}", digits):
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch(r"[0-9a-fA-F]{6}", digits):
        raise ValueError(f"{color!r} is not a hexadecimal color")
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def wcag_contrast_check(
    foreground: str,
    background: str = "#FFFFFF",
    large_text: bool = False,
) -> dict[str, float | bool]:
    """Compute the contrast ratio of two colors and check it against the WCAG 2 levels AA and AAA.

    Args:
        foreground: Text color in hexadecimal notation, #RRGGBB or #RGB.
        background: Background color in the same notation.
        large_text: Whether the text is large (18 point, or 14 point bold), for which lower limits hold.

    Returns:
        An object with the `ratio` from 1 to 21 (rounded to 2 decimals), `passes_aa` and `passes_aaa`.

    Raises:
        ValueError: If a color is malformed.

    Examples:
        >>> wcag_contrast_check(foreground="#000000")
        {'ratio': 21.0, 'passes_aa': True, 'passes_aaa': True}
        >>> wcag_contrast_check(foreground="#767676", background="#FFF", large_text=True)
        {'ratio': 4.54, 'passes_aa': True, 'passes_aaa': True}
    """
    darker, lighter = sorted((_relative_luminance(foreground), _relative_luminance(background)))
    ratio = (lighter + 0.05) / (darker + 0.05)
    return {
        "ratio": round(ratio, 2),
        "passes_aa": ratio >= (3 if large_text else 4.5),
        "passes_aaa": ratio >= (4.5 if large_text else 7),
    }


def url_with_query_parameters(
    url: Annotated[str, MinLen(1)],
    parameters: Annotated[dict[str, str], MinLen(1)],
    keep_existing: bool = True,
) -> str:
    """Add query parameters to a web address, with percent encoding.

    Args:
        url: Absolute address with scheme and host.
        parameters: Values by parameter name; a name that the address already has is replaced.
        keep_existing: Whether the other parameters of the address are kept.

    Returns:
        The address with its new query string; a fragment is preserved.

    Raises:
        ValueError: If the address lacks a scheme or a host or there are no parameters.

    Examples:
        >>> url_with_query_parameters(url="https://shop.example/search?page=2", parameters={"q": "green tea"})
        'https://shop.example/search?page=2&q=green+tea'
        >>> url_with_query_parameters(
        ...     url="https://example.org/a?x=1&y=2#top", parameters={"x": "9"}, keep_existing=False
        ... )
        'https://example.org/a?x=9#top'
    """
    parts = urlsplit(url)
    if not parts.scheme or not parts.netloc or not parameters:
        raise ValueError("the address needs a scheme and a host, and there must be a parameter")
    existing = parse_qsl(parts.query, keep_blank_values=True) if keep_existing else []
    pairs = [(name, value) for name, value in existing if name not in parameters]
    return parts._replace(query=urlencode([*pairs, *parameters.items()])).geturl()


def name_based_uuid(
    name: Annotated[str, MinLen(1)],
    namespace: Literal["dns", "url", "oid", "x500"] = "url",
) -> str:
    """Derive the version 5 UUID of a name, which is the same for the same name every time.

    Args:
        name: The name, such as a domain or an address.
        namespace: Standard namespace in which the name is unique.

    Returns:
        The UUID in lower case with hyphens.

    Raises:
        ValueError: If the name is empty or the namespace is unknown.

    Examples:
        >>> name_based_uuid(name="python.org", namespace="dns")
        '886313e1-3b8a-5372-9b90-0c9aee199e5d'
        >>> name_based_uuid(name="https://example.com/orders/17")
        '2c6180c3-3c5d-5827-824c-e8783afd3ddc'
    """
    namespaces = {
        "dns": uuid.NAMESPACE_DNS,
        "url": uuid.NAMESPACE_URL,
        "oid": uuid.NAMESPACE_OID,
        "x500": uuid.NAMESPACE_X500,
    }
    if not name or namespace not in namespaces:
        raise ValueError("the name must not be empty and the namespace must be dns, url, oid or x500")
    return str(uuid.uuid5(namespaces[namespace], name))


def byte_size_label(
    size_bytes: Annotated[int, Ge(0)],
    units: Literal["binary", "decimal"] = "binary",
    decimals: Annotated[int, Ge(0), Le(3)] = 1,
) -> str:
    """Write a number of bytes as a short readable size.

    Args:
        size_bytes: Size in bytes.
        units: "binary" counts in steps of 1024 (KiB, MiB), "decimal" in steps of 1000 (kB, MB).
        decimals: Number of decimals, 0 to 3; sizes below one step are written in whole bytes.

    Returns:
        The size with its unit, such as "1.5 GiB".

    Raises:
        ValueError: If the size is negative, the units are unknown or the decimals are out of range.

    Examples:
        >>> byte_size_label(size_bytes=1536000)
        '1.5 MiB'
        >>> byte_size_label(size_bytes=2750000000, units="decimal", decimals=2)
        '2.75 GB'
    """
    if size_bytes < 0 or not 0 <= decimals <= 3:
        raise ValueError("size_bytes must not be negative and decimals must lie between 0 and 3")
    if units not in ("binary", "decimal"):
        raise ValueError(f"unknown units: {units}")
    step, names = (
        (1024, ["KiB", "MiB", "GiB", "TiB", "PiB"]) if units == "binary" else (1000, ["kB", "MB", "GB", "TB", "PB"])
    )
    if size_bytes < step:
        return f"{size_bytes} B"
    size, power = size_bytes / step, 0
    while round(size, decimals) >= step and power < len(names) - 1:
        size, power = size / step, power + 1
    return f"{size:.{decimals}f} {names[power]}"


def password_entropy_estimate(
    password: Annotated[str, MinLen(1), MaxLen(128)],
    guesses_per_second: Annotated[float, Ge(1)] = 1e10,
) -> dict[str, float | str | int]:
    """Estimate the strength of a randomly chosen password in bits and the average time to guess it.

    Args:
        password: The password, 1 to 128 characters; patterns and dictionary words are not recognized.
        guesses_per_second: Guesses an attacker tries per second, at least 1.

    Returns:
        An object with `alphabet_size`, `entropy_bits` (1 decimal), `years_to_guess` (on average, 4 significant digits)
        and a `rating`: "weak" below 50 bits, "fair" below 75, "strong" from 75 on.

    Raises:
        ValueError: If the password is empty or too long, or the rate is below 1.

    Examples:
        >>> password_entropy_estimate(password="sunshine")
        {'alphabet_size': 26, 'entropy_bits': 37.6, 'years_to_guess': 3.309e-07, 'rating': 'weak'}
        >>> password_entropy_estimate(password="k7#Vq9!mZx2@", guesses_per_second=1000)
        {'alphabet_size': 95, 'entropy_bits': 78.8, 'years_to_guess': 8561000000000.0, 'rating': 'strong'}
    """
    if not 1 <= len(password) <= 128 or guesses_per_second < 1:
        raise ValueError("the password must have 1 to 128 characters and guesses_per_second must be at least 1")
    classes = [string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation + " "]
    size = sum(len(group) for group in classes if any(character in group for character in password))
    if any(character not in "".join(classes) for character in password):
        size += 100
    bits = len(password) * math.log2(size)
    years = 2 ** (bits - 1) / guesses_per_second / (365.25 * 86400)
    return {
        "alphabet_size": size,
        "entropy_bits": round(bits, 1),
        "years_to_guess": float(f"{years:.4g}"),
        "rating": "weak" if bits < 50 else "fair" if bits < 75 else "strong",
    }


def text_template_fill(
    template: Annotated[str, MinLen(1)],
    values: dict[str, str],
    missing: Literal["error", "keep", "blank"] = "error",
) -> str:
    """Fill the placeholders of a text template written as {{name}}.

    Args:
        template: Text with placeholders in double braces; names consist of letters, digits and underscores.
        values: Replacement texts by placeholder name.
        missing: What happens to a placeholder without a value: fail, stay as it is or become empty.

    Returns:
        The text with the placeholders replaced.

    Raises:
        ValueError: If a placeholder has no value and `missing` is "error", or `missing` is unknown.

    Examples:
        >>> text_template_fill(
        ...     template="Dear {{name}}, your order {{order}} has shipped.", values={"name": "Mina", "order": "A-17"}
        ... )
        'Dear Mina, your order A-17 has shipped.'
        >>> text_template_fill(template="Hi {{ name }}, code: {{code}}", values={"name": "Leo"}, missing="keep")
        'Hi Leo, code: {{code}}'
    """
    if missing not in ("error", "keep", "blank"):
        raise ValueError(f"unknown way to treat missing values: {missing}")

    def replacement(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values and missing == "error":
            raise ValueError(f"no value for the placeholder {name}")
        return values.get(name, match.group(0) if missing == "keep" else "")

    return re.sub(r"\{\{\s*(\w+)\s*\}\}", replacement, template)


def markdown_table_from_rows(
    headers: Annotated[list[str], MinLen(1)],
    rows: list[list[str]],
    alignment: Literal["left", "center", "right"] = "left",
) -> str:
    """Lay out rows of text as a Markdown table with padded columns.

    Args:
        headers: Column titles.
        rows: Table rows, each with as many cells as there are titles.
        alignment: Alignment of all columns.

    Returns:
        The table as lines joined by line breaks; vertical bars in cells are escaped.

    Raises:
        ValueError: If there are no titles, a row has the wrong number of cells or the alignment is unknown.

    Examples:
        >>> markdown_table_from_rows(headers=["Item", "Qty"], rows=[["Bolts", "12"], ["Nuts", "150"]])
        '| Item  | Qty |\\n| ----- | --- |\\n| Bolts | 12  |\\n| Nuts  | 150 |'
        >>> markdown_table_from_rows(headers=["Total"], rows=[["9.50"]], alignment="right")
        '| Total |\\n| ----: |\\n|  9.50 |'
    """
    if not headers or any(len(row) != len(headers) for row in rows):
        raise ValueError("there must be titles and every row needs as many cells as there are titles")
    if alignment not in ("left", "center", "right"):
        raise ValueError(f"unknown alignment: {alignment}")
    table = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in [headers, *rows]]
    widths = [max(3, *(len(row[column]) for row in table)) for column in range(len(headers))]
    sign = {"left": "<", "center": "^", "right": ">"}[alignment]
    rule = [(":" if sign == "^" else "-") + "-" * (width - 2) + ("-" if sign == "<" else ":") for width in widths]
    padded = [[f"{cell:{sign}{width}}" for cell, width in zip(row, widths, strict=True)] for row in table]
    return "\n".join(f"| {' | '.join(row)} |" for row in [padded[0], rule, *padded[1:]])


def identifier_case_convert(
    identifier: Annotated[str, MinLen(1)],
    style: Literal["snake", "kebab", "camel", "pascal", "constant"],
) -> str:
    """Convert an identifier or phrase to another naming style.

    Args:
        identifier: Name in any style, or words separated by spaces, hyphens, underscores or dots.
        style: Target style: snake_case, kebab-case, camelCase, PascalCase or CONSTANT_CASE.

    Returns:
        The name in the new style.

    Raises:
        ValueError: If the name holds no letters or digits or the style is unknown.

    Examples:
        >>> identifier_case_convert(identifier="parseHTTPResponse", style="snake")
        'parse_http_response'
        >>> identifier_case_convert(identifier="order line-item", style="pascal")
        'OrderLineItem'
    """
    words: list[str] = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+", identifier)
    if not words:
        raise ValueError("the identifier holds no letters or digits")
    lower = [word.lower() for word in words]
    joined = {
        "snake": "_".join(lower),
        "kebab": "-".join(lower),
        "camel": lower[0] + "".join(word.capitalize() for word in lower[1:]),
        "pascal": "".join(word.capitalize() for word in lower),
        "constant": "_".join(lower).upper(),
    }
    if style not in joined:
        raise ValueError(f"unknown style: {style}")
    return joined[style]


def json_text_reformat(
    json_text: Annotated[str, MinLen(1)],
    indent: Annotated[int, Ge(0), Le(8)] = 2,
    sort_keys: bool = False,
) -> str:
    """Validate a JSON text and write it again, indented or compact.

    Args:
        json_text: The JSON text.
        indent: Spaces per level, 0 to 8; 0 writes everything on one line without spaces.
        sort_keys: Whether the keys of objects are sorted alphabetically.

    Returns:
        The reformatted JSON text.

    Raises:
        ValueError: If the text is not valid JSON or the indent is out of range.

    Examples:
        >>> json_text_reformat(json_text='{"b": [1, 2], "a": true}', indent=0, sort_keys=True)
        '{"a":true,"b":[1,2]}'
        >>> json_text_reformat(json_text='{"name":"Ada"}')
        '{\\n  "name": "Ada"\\n}'
    """
    if not 0 <= indent <= 8:
        raise ValueError("indent must lie between 0 and 8")
    separators = (",", ": ") if indent else (",", ":")
    return json.dumps(
        json.loads(json_text),
        indent=indent or None,
        separators=separators,
        sort_keys=sort_keys,
        ensure_ascii=False,
        allow_nan=False,
    )


def duration_text_to_seconds(duration: Annotated[str, MinLen(2), MaxLen(60)]) -> float:
    """Read a compact duration such as "1h 30m" and give its length in seconds.

    Args:
        duration: Numbers with the units w, d, h, m, s or ms, each at most once and from large to small.

    Returns:
        The length in seconds, rounded to 3 decimals.

    Raises:
        ValueError: If the text holds anything else or the units are out of order.

    Examples:
        >>> duration_text_to_seconds(duration="1h 30m")
        5400.0
        >>> duration_text_to_seconds(duration="2d4h0.5m250ms")
        187230.25
    """
    seconds = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
    compact = "".join(duration.split()).lower()
    parts = re.findall(r"([0-9]+(?:\.[0-9]+)?)(ms|[wdhms])", compact)
    order = [list(seconds).index(unit) for _, unit in parts]
    if not parts or "".join(map("".join, parts)) != compact or order != sorted(set(order)):
        raise ValueError(f"cannot read the duration {duration!r}")
    return round(sum(float(number) * seconds[unit] for number, unit in parts), 3)


def filter_names_by_glob(
    names: Annotated[list[str], MinLen(1)],
    pattern: Annotated[str, MinLen(1), MaxLen(100)],
    invert: bool = False,
    case_sensitive: bool = True,
) -> list[str]:
    """Select the names that match a shell wildcard pattern.

    Args:
        names: Names such as file names.
        pattern: Pattern in which * stands for any text, ? for one character and [abc] for one of several.
        invert: Whether to select the names that do not match.
        case_sensitive: Whether upper and lower case differ.

    Returns:
        The selected names in their original order.

    Raises:
        ValueError: If there are no names or the pattern is empty or longer than 100 characters.

    Examples:
        >>> filter_names_by_glob(names=["a.py", "b.txt", "test_a.py"], pattern="*.py")
        ['a.py', 'test_a.py']
        >>> filter_names_by_glob(
        ...     names=["IMG_1.JPG", "img_2.jpg", "notes.md"], pattern="img_?.jpg", case_sensitive=False
        ... )
        ['IMG_1.JPG', 'img_2.jpg']
    """
    if not names or not 1 <= len(pattern) <= 100:
        raise ValueError("there must be names, and a pattern of 1 to 100 characters")

    def matches(name: str) -> bool:
        return (
            fnmatch.fnmatchcase(name, pattern) if case_sensitive else fnmatch.fnmatchcase(name.lower(), pattern.lower())
        )

    return [name for name in names if matches(name) != invert]
