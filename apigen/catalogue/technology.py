"""Networks, storage, displays, radio links, electronics and software versions."""

import ipaddress
import math
import re
import struct
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen

CATEGORY = "Technology"


def ipv4_subnet_summary(cidr: str) -> dict[str, str | int]:
    """Describe an IPv4 network: address range, masks and number of usable hosts.

    Args:
        cidr: An address with prefix length such as 192.168.1.77/26; host bits may be set.

    Returns:
        An object with `network`, `broadcast`, `netmask`, `wildcard_mask`, `first_host`, `last_host` and `usable_hosts`.

    Raises:
        ValueError: If the address or the prefix length is malformed or the prefix length is missing.

    Examples:
        >>> ipv4_subnet_summary(cidr="192.168.1.77/26")  # doctest: +NORMALIZE_WHITESPACE
        {'network': '192.168.1.64/26', 'broadcast': '192.168.1.127', 'netmask': '255.255.255.192', 'wildcard_mask':
        '0.0.0.63', 'first_host': '192.168.1.65', 'last_host': '192.168.1.126', 'usable_hosts': 62}
        >>> ipv4_subnet_summary(cidr="10.0.0.0/8")  # doctest: +NORMALIZE_WHITESPACE
        {'network': '10.0.0.0/8', 'broadcast': '10.255.255.255', 'netmask': '255.0.0.0', 'wildcard_mask':
        '0.255.255.255', 'first_host': '10.0.0.1', 'last_host': '10.255.255.254', 'usable_hosts': 16777214}
    """
    if "/" not in cidr:
        raise ValueError("the prefix length is missing, write for example 192.168.1.0/24")
    network = ipaddress.IPv4Network(cidr, strict=False)
    reserved = 1 if network.prefixlen < 31 else 0
    return {
        "network": str(network),
        "broadcast": str(network.broadcast_address),
        "netmask": str(network.netmask),
        "wildcard_mask": str(network.hostmask),
        "first_host": str(network.network_address + reserved),
        "last_host": str(network.broadcast_address - reserved),
        "usable_hosts": network.num_addresses - 2 * reserved,
    }


def ipv4_address_plan(
    network: str,
    host_counts: Annotated[dict[str, Annotated[int, Ge(1)]], MinLen(1)],
) -> dict[str, str]:
    """Divide an IPv4 network into subnets just large enough for the hosts of every segment (VLSM).

    Args:
        network: The network to divide, such as 10.1.0.0/22.
        host_counts: Number of hosts needed by segment name.

    Returns:
        The subnet of every segment in CIDR notation, largest segments first from the start of the network.

    Raises:
        ValueError: If the network is malformed, a count is not positive or the segments do not fit.

    Examples:
        >>> ipv4_address_plan(network="192.168.10.0/24", host_counts={"office": 100, "guests": 50, "printers": 10})
        {'office': '192.168.10.0/25', 'guests': '192.168.10.128/26', 'printers': '192.168.10.192/28'}
        >>> ipv4_address_plan(network="10.1.0.0/22", host_counts={"lab": 200, "link": 2})
        {'lab': '10.1.0.0/24', 'link': '10.1.1.0/30'}
    """
    block = ipaddress.IPv4Network(network)
    if not host_counts or min(host_counts.values()) < 1:
        raise ValueError("every segment needs at least one host")
    plan: dict[str, str] = {}
    address, end = int(block.network_address), int(block.broadcast_address)
    for name, hosts in sorted(host_counts.items(), key=lambda entry: (-entry[1], entry[0])):
        host_bits = (hosts + 1).bit_length()
        if address + 2**host_bits - 1 > end:
            raise ValueError(f"the segment {name} does not fit into {network}")
        plan[name] = f"{ipaddress.IPv4Address(address)}/{32 - host_bits}"
        address += 2**host_bits
    return plan


_SEMVER = re.compile(
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?",
    re.ASCII,
)


def _semver_key(version: str) -> tuple[list[int], bool, list[tuple[bool, int, str]]]:
    match = _SEMVER.fullmatch(version.removeprefix("v"))
    if match is None or len(version) > 200:
        raise ValueError(f"{version!r} is not a semantic version")
    *numbers, suffix = match.groups()
    labels = [
        (not label.isdigit(), int(label) if label.isdigit() else 0, label)
        for label in (suffix or "").split(".")
        if label
    ]
    return [int(number) for number in numbers], suffix is None, labels


def semver_sort_versions(
    versions: Annotated[list[str], MinLen(1), MaxLen(500)],
    newest_first: bool = False,
    include_prereleases: bool = True,
) -> list[str]:
    """Sort software versions by the precedence rules of Semantic Versioning 2.0.

    Args:
        versions: Versions such as 1.4.0 or 2.0.0-rc.1, optionally with a leading v; up to 500.
        newest_first: Whether the newest version comes first.
        include_prereleases: Whether versions with a prerelease suffix are kept.

    Returns:
        The versions in order; versions of equal precedence keep their order.

    Raises:
        ValueError: If there are no versions, more than 500, or one is malformed.

    Examples:
        >>> semver_sort_versions(versions=["1.10.0", "1.2.0", "1.10.0-rc.1", "1.9.3"])
        ['1.2.0', '1.9.3', '1.10.0-rc.1', '1.10.0']
        >>> semver_sort_versions(
        ...     versions=["v2.0.0", "v2.1.0-beta", "v1.12.4"], newest_first=True, include_prereleases=False
        ... )
        ['v2.0.0', 'v1.12.4']
    """
    if not 1 <= len(versions) <= 500:
        raise ValueError("there must be 1 to 500 versions")
    keys = {version: _semver_key(version) for version in versions}
    kept = [version for version in versions if include_prereleases or keys[version][1]]
    return sorted(kept, key=lambda version: keys[version], reverse=newest_first)


def data_transfer_time(
    size_gigabytes: Annotated[float, Gt(0)],
    speed_megabits: Annotated[float, Gt(0)],
    overhead_percent: Annotated[float, Ge(0), Lt(100)] = 0.0,
) -> dict[str, float | str]:
    """Estimate how long a file takes to transfer over a connection.

    Args:
        size_gigabytes: Amount of data in decimal gigabytes (10^9 bytes).
        speed_megabits: Speed of the connection in megabits per second.
        overhead_percent: Share of the speed lost to protocol overhead in percent, 0 to below 100.

    Returns:
        An object with `seconds` (rounded to 1 decimal) and `text` such as "1 h 06 min 40 s".

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> data_transfer_time(size_gigabytes=50, speed_megabits=100)
        {'seconds': 4000.0, 'text': '1 h 06 min 40 s'}
        >>> data_transfer_time(size_gigabytes=1.5, speed_megabits=25, overhead_percent=10)
        {'seconds': 533.3, 'text': '0 h 08 min 54 s'}
    """
    if size_gigabytes <= 0 or speed_megabits <= 0 or not 0 <= overhead_percent < 100:
        raise ValueError("size and speed must be positive and the overhead must lie between 0 and below 100")
    seconds = size_gigabytes * 8000 / (speed_megabits * (1 - overhead_percent / 100))
    minutes, rest = divmod(math.ceil(round(seconds, 6)), 60)
    return {"seconds": round(seconds, 1), "text": f"{minutes // 60} h {minutes % 60:02d} min {rest:02d} s"}


def display_pixel_density(
    width_pixels: Annotated[int, Ge(1)],
    height_pixels: Annotated[int, Ge(1)],
    diagonal_inches: Annotated[float, Gt(0)],
) -> dict[str, float | str]:
    """Compute the pixel density, pixel pitch, size and aspect ratio of a display.

    Args:
        width_pixels: Horizontal resolution in pixels.
        height_pixels: Vertical resolution in pixels.
        diagonal_inches: Diagonal of the visible area in inches.

    Returns:
        An object with `pixels_per_inch` (2 decimals), `pixel_pitch_mm` (4 decimals), `width_cm`, `height_cm`
        (2 decimals), `megapixels` (2 decimals) and `aspect_ratio` such as "16:9".

    Raises:
        ValueError: If a value is not positive.

    Examples:
        >>> display_pixel_density(  # doctest: +NORMALIZE_WHITESPACE
        ...     width_pixels=2560, height_pixels=1440, diagonal_inches=27
        ... )
        {'pixels_per_inch': 108.79, 'pixel_pitch_mm': 0.2335, 'width_cm': 59.77, 'height_cm': 33.62, 'megapixels':
        3.69, 'aspect_ratio': '16:9'}
        >>> display_pixel_density(  # doctest: +NORMALIZE_WHITESPACE
        ...     width_pixels=1170, height_pixels=2532, diagonal_inches=6.1
        ... )
        {'pixels_per_inch': 457.25, 'pixel_pitch_mm': 0.0555, 'width_cm': 6.5, 'height_cm': 14.06, 'megapixels': 2.96,
        'aspect_ratio': '195:422'}
    """
    if min(width_pixels, height_pixels, diagonal_inches) <= 0:
        raise ValueError("resolution and diagonal must be greater than zero")
    density = math.hypot(width_pixels, height_pixels) / diagonal_inches
    divisor = math.gcd(width_pixels, height_pixels)
    return {
        "pixels_per_inch": round(density, 2),
        "pixel_pitch_mm": round(25.4 / density, 4),
        "width_cm": round(width_pixels / density * 2.54, 2),
        "height_cm": round(height_pixels / density * 2.54, 2),
        "megapixels": round(width_pixels * height_pixels / 1e6, 2),
        "aspect_ratio": f"{width_pixels // divisor}:{height_pixels // divisor}",
    }


def raid_array_capacity(
    level: Literal["0", "1", "5", "6", "10"],
    disk_count: Annotated[int, Ge(2), Le(128)],
    disk_terabytes: Annotated[float, Gt(0)],
    hot_spares: Annotated[int, Ge(0), Le(16)] = 0,
) -> dict[str, float]:
    """Compute the usable capacity and fault tolerance of a RAID array of equal disks.

    Args:
        level: RAID level; "1" mirrors all disks, "10" stripes over mirrored pairs.
        disk_count: Number of disks including hot spares, 2 to 128.
        disk_terabytes: Capacity of one disk in terabytes.
        hot_spares: Disks kept in reserve, 0 to 16.

    Returns:
        An object with `usable_terabytes` (2 decimals), `efficiency_percent` (usable share of all disks, 1 decimal) and
        `failures_survived`, the number of disk failures the array survives in any case.

    Raises:
        ValueError: If a value is out of range or the level needs more disks or an even number of them.

    Examples:
        >>> raid_array_capacity(level="5", disk_count=4, disk_terabytes=8)
        {'usable_terabytes': 24, 'efficiency_percent': 75.0, 'failures_survived': 1}
        >>> raid_array_capacity(level="10", disk_count=9, disk_terabytes=4, hot_spares=1)
        {'usable_terabytes': 16, 'efficiency_percent': 44.4, 'failures_survived': 1}
    """
    if not 2 <= disk_count <= 128 or disk_terabytes <= 0 or not 0 <= hot_spares <= 16:
        raise ValueError("disk_count must be 2 to 128, hot_spares 0 to 16 and disk_terabytes positive")
    active = disk_count - hot_spares
    data_disks = {"0": active, "1": 1, "5": active - 1, "6": active - 2, "10": active // 2}
    least = {"0": 2, "1": 2, "5": 3, "6": 4, "10": 4}
    if level not in least:
        raise ValueError(f"unknown level: {level}")
    if active < least[level] or (level == "10" and active % 2):
        raise ValueError(f"level {level} does not work with {active} active disks")
    usable = data_disks[level] * disk_terabytes
    return {
        "usable_terabytes": round(usable, 2),
        "efficiency_percent": round(usable / (disk_count * disk_terabytes) * 100, 1),
        "failures_survived": {"0": 0, "1": active - 1, "5": 1, "6": 2, "10": 1}[level],
    }


def battery_runtime_hours(
    capacity_mah: Annotated[float, Gt(0)],
    voltage: Annotated[float, Gt(0)],
    load_watts: Annotated[float, Gt(0)],
    efficiency_percent: Annotated[float, Gt(0), Le(100)] = 90.0,
    usable_percent: Annotated[float, Gt(0), Le(100)] = 100.0,
) -> float:
    """Estimate how many hours a battery can supply a constant load.

    Args:
        capacity_mah: Rated capacity in milliampere-hours.
        voltage: Nominal battery voltage in volts.
        load_watts: Power drawn by the device in watts.
        efficiency_percent: Efficiency of the voltage conversion in percent.
        usable_percent: Share of the capacity that may be used in percent.

    Returns:
        The runtime in hours, rounded to 2 decimals.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> battery_runtime_hours(capacity_mah=20000, voltage=3.7, load_watts=10)
        6.66
        >>> battery_runtime_hours(
        ...     capacity_mah=100000, voltage=12, load_watts=60, efficiency_percent=100, usable_percent=50
        ... )
        10.0
    """
    if min(capacity_mah, voltage, load_watts) <= 0:
        raise ValueError("capacity, voltage and load must be greater than zero")
    if not (0 < efficiency_percent <= 100 and 0 < usable_percent <= 100):
        raise ValueError("percentages must lie above 0 and up to 100")
    watt_hours = capacity_mah / 1000 * voltage * efficiency_percent / 100 * usable_percent / 100
    return round(watt_hours / load_watts, 2)


def led_series_resistor(
    supply_volts: Annotated[float, Gt(0)],
    led_volts: Annotated[float, Gt(0)],
    led_milliamps: Annotated[float, Gt(0)],
    led_count: Annotated[int, Ge(1), Le(100)] = 1,
) -> dict[str, float]:
    """Compute the series resistor for LEDs in a row and pick the next larger value of the E12 series.

    Args:
        supply_volts: Supply voltage in volts.
        led_volts: Forward voltage of one LED in volts.
        led_milliamps: Wanted current in milliamperes.
        led_count: Number of LEDs in series, 1 to 100.

    Returns:
        An object with `exact_ohms`, `standard_ohms` (E12), `current_milliamps` with the standard resistor and
        `resistor_milliwatts` it dissipates, rounded to 2 decimals.

    Raises:
        ValueError: If a value is out of range or the supply does not exceed the voltage of the LEDs.

    Examples:
        >>> led_series_resistor(supply_volts=5, led_volts=2, led_milliamps=20)
        {'exact_ohms': 150.0, 'standard_ohms': 150.0, 'current_milliamps': 20.0, 'resistor_milliwatts': 60.0}
        >>> led_series_resistor(supply_volts=12, led_volts=3.2, led_milliamps=15, led_count=3)
        {'exact_ohms': 160.0, 'standard_ohms': 180.0, 'current_milliamps': 13.33, 'resistor_milliwatts': 32.0}
    """
    if min(led_volts, led_milliamps) <= 0 or not 1 <= led_count <= 100:
        raise ValueError("led_volts and led_milliamps must be positive and led_count must lie between 1 and 100")
    drop = supply_volts - led_volts * led_count
    if drop <= 0:
        raise ValueError("the supply voltage must exceed the voltage of the LEDs")
    exact = drop / led_milliamps * 1000
    decade = 10.0 ** math.floor(math.log10(exact))
    series = [1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2, 10.0]
    standard = next((value * decade for value in series if value * decade >= exact * (1 - 1e-9)), 10 * decade)
    return {
        "exact_ohms": round(exact, 2),
        "standard_ohms": round(standard, 2),
        "current_milliamps": round(drop / standard * 1000, 2),
        "resistor_milliwatts": round(drop * drop / standard * 1000, 2),
    }


_COLOR_DIGITS = ["black", "brown", "red", "orange", "yellow", "green", "blue", "violet", "grey", "white"]


def resistor_color_code_value(
    bands: Annotated[
        list[
            Literal[
                "black",
                "brown",
                "red",
                "orange",
                "yellow",
                "green",
                "blue",
                "violet",
                "grey",
                "white",
                "gold",
                "silver",
            ]
        ],
        MinLen(4),
        MaxLen(5),
    ],
) -> dict[str, float]:
    """Read the resistance and tolerance of a resistor from its four or five color bands.

    Args:
        bands: Colors from left to right: two or three digits, the multiplier and the tolerance.

    Returns:
        An object with `ohms`, `tolerance_percent`, `minimum_ohms` and `maximum_ohms`, rounded to 4 decimals.

    Raises:
        ValueError: If the number of bands is wrong or a color has no meaning in its place.

    Examples:
        >>> resistor_color_code_value(bands=["yellow", "violet", "red", "gold"])
        {'ohms': 4700.0, 'tolerance_percent': 5.0, 'minimum_ohms': 4465.0, 'maximum_ohms': 4935.0}
        >>> resistor_color_code_value(bands=["brown", "black", "black", "orange", "brown"])
        {'ohms': 100000.0, 'tolerance_percent': 1.0, 'minimum_ohms': 99000.0, 'maximum_ohms': 101000.0}
    """
    tolerances = {
        "brown": 1.0,
        "red": 2.0,
        "green": 0.5,
        "blue": 0.25,
        "violet": 0.1,
        "grey": 0.05,
        "gold": 5.0,
        "silver": 10.0,
    }
    exponents = {color: power for power, color in enumerate(_COLOR_DIGITS)} | {"gold": -1, "silver": -2}
    *digits, multiplier, tolerance = bands
    if len(bands) not in (4, 5) or any(color not in _COLOR_DIGITS for color in digits):
        raise ValueError("a resistor has four or five bands and digit bands cannot be gold or silver")
    if multiplier not in exponents or tolerance not in tolerances:
        raise ValueError(f"the multiplier {multiplier} or the tolerance {tolerance} has no meaning")
    ohms = int("".join(str(_COLOR_DIGITS.index(color)) for color in digits)) * 10.0 ** exponents[multiplier]
    percent = tolerances[tolerance]
    return {
        "ohms": round(ohms, 4),
        "tolerance_percent": percent,
        "minimum_ohms": round(ohms * (1 - percent / 100), 4),
        "maximum_ohms": round(ohms * (1 + percent / 100), 4),
    }


def service_downtime_budget(
    availability_percent: Annotated[float, Gt(0), Le(100)],
    period: Literal["day", "week", "month", "quarter", "year"] = "month",
    downtime_used_minutes: Annotated[float, Ge(0)] = 0.0,
) -> dict[str, float]:
    """Compute how much downtime an availability target allows in a period and how much of it is left.

    Args:
        availability_percent: Availability target in percent, such as 99.9.
        period: Period of the target; a month has 30 days, a quarter 90 and a year 365.
        downtime_used_minutes: Downtime that has already occurred in the period, in minutes.

    Returns:
        An object with `allowed_minutes`, `remaining_minutes` (negative when overspent), rounded to 2 decimals, and
        `used_percent` of the budget, rounded to 1 decimal (0 if nothing is allowed or used).

    Raises:
        ValueError: If a value is out of range or the period is unknown.

    Examples:
        >>> service_downtime_budget(availability_percent=99.9)
        {'allowed_minutes': 43.2, 'remaining_minutes': 43.2, 'used_percent': 0.0}
        >>> service_downtime_budget(availability_percent=99.99, period="year", downtime_used_minutes=20)
        {'allowed_minutes': 52.56, 'remaining_minutes': 32.56, 'used_percent': 38.1}
    """
    days = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
    if not 0 < availability_percent <= 100 or downtime_used_minutes < 0 or period not in days:
        raise ValueError("availability must be above 0 and up to 100, the downtime not negative and the period known")
    allowed = days[period] * 1440 * (100 - availability_percent) / 100
    return {
        "allowed_minutes": round(allowed, 2),
        "remaining_minutes": round(allowed - downtime_used_minutes, 2),
        "used_percent": round(downtime_used_minutes / allowed * 100, 1) if allowed else 0.0,
    }


def mac_address_details(
    mac_address: str,
    notation: Literal["colon", "hyphen", "dot", "plain"] = "colon",
) -> dict[str, str | bool]:
    """Rewrite a MAC address in one notation and decode its address bits.

    Args:
        mac_address: The 48-bit hardware address in any common notation.
        notation: Notation of the result: 00:1a:2b:3c:4d:5e, 00-1a-2b-3c-4d-5e, 001a.2b3c.4d5e or 001a2b3c4d5e.

    Returns:
        An object with the `address` in lower case, the `vendor_prefix` (first three bytes, plain), and the flags
        `multicast` and `locally_administered`.

    Raises:
        ValueError: If the address does not have twelve hexadecimal digits or the notation is unknown.

    Examples:
        >>> mac_address_details(mac_address="001A.2B3C.4D5E")
        {'address': '00:1a:2b:3c:4d:5e', 'vendor_prefix': '001a2b', 'multicast': False, 'locally_administered': False}
        >>> mac_address_details(mac_address="33-33-00-00-00-FB", notation="plain")
        {'address': '3333000000fb', 'vendor_prefix': '333300', 'multicast': True, 'locally_administered': True}
    """
    formats = {"colon": (2, ":"), "hyphen": (2, "-"), "dot": (4, "."), "plain": (12, "")}
    digits = re.sub(r"[:.\s-]", "", mac_address).lower()
    if not re.fullmatch(r"[0-9a-f]{12}", digits) or notation not in formats:
        raise ValueError("the address needs twelve hexadecimal digits and the notation must be known")
    width, separator = formats[notation]
    first_byte = int(digits[:2], 16)
    return {
        "address": separator.join(digits[place : place + width] for place in range(0, 12, width)),
        "vendor_prefix": digits[:6],
        "multicast": bool(first_byte & 1),
        "locally_administered": bool(first_byte & 2),
    }


def video_file_size_estimate(
    duration_minutes: Annotated[float, Gt(0)],
    video_kilobits: Annotated[float, Gt(0)],
    audio_kilobits: Annotated[float, Ge(0)] = 128.0,
    storage_gigabytes: Annotated[float, Gt(0)] | None = None,
) -> dict[str, float]:
    """Estimate the size of a video file from its bit rates and how much footage fits on a storage medium.

    Args:
        duration_minutes: Length of the video in minutes.
        video_kilobits: Bit rate of the picture in kilobits per second.
        audio_kilobits: Bit rate of the sound in kilobits per second.
        storage_gigabytes: Capacity of a storage medium in decimal gigabytes.

    Returns:
        An object with `size_megabytes` (decimal, 2 decimals) and, if a storage capacity is given, the
        `recording_minutes` that fit on it (1 decimal).

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> video_file_size_estimate(duration_minutes=90, video_kilobits=5000)
        {'size_megabytes': 3461.4}
        >>> video_file_size_estimate(
        ...     duration_minutes=2, video_kilobits=50000, audio_kilobits=320, storage_gigabytes=64
        ... )
        {'size_megabytes': 754.8, 'recording_minutes': 169.6}
    """
    if duration_minutes <= 0 or video_kilobits <= 0 or audio_kilobits < 0:
        raise ValueError("duration and video bit rate must be positive, the audio bit rate not negative")
    if storage_gigabytes is not None and storage_gigabytes <= 0:
        raise ValueError("storage_gigabytes must be greater than zero")
    megabytes_per_minute = (video_kilobits + audio_kilobits) * 60 / 8000
    result = {"size_megabytes": round(duration_minutes * megabytes_per_minute, 2)}
    if storage_gigabytes is not None:
        result["recording_minutes"] = round(storage_gigabytes * 1000 / megabytes_per_minute, 1)
    return result


def ieee754_bit_pattern(
    value: float,
    precision: Literal["half", "single", "double"] = "single",
) -> dict[str, str | float]:
    """Show how a number is stored as an IEEE 754 floating-point number.

    Args:
        value: The number to store.
        precision: Format: "half" (16 bit), "single" (32 bit) or "double" (64 bit).

    Returns:
        An object with the `sign`, `exponent` and `fraction` bits, the `hexadecimal` form and the `stored_value`.

    Raises:
        ValueError: If the number is too large for the format or the precision is unknown.

    Examples:
        >>> ieee754_bit_pattern(value=0.15625)  # doctest: +NORMALIZE_WHITESPACE
        {'sign': '0', 'exponent': '01111100', 'fraction': '01000000000000000000000', 'hexadecimal': '3e200000',
        'stored_value': 0.15625}
        >>> ieee754_bit_pattern(value=-2.5, precision="half")
        {'sign': '1', 'exponent': '10000', 'fraction': '0100000000', 'hexadecimal': 'c100', 'stored_value': -2.5}
    """
    formats = {"half": (">e", 5), "single": (">f", 8), "double": (">d", 11)}
    if precision not in formats or not math.isfinite(value):
        raise ValueError("the precision must be half, single or double and the value finite")
    code, exponent_bits = formats[precision]
    try:
        stored = struct.pack(code, value)
    except OverflowError as error:
        raise ValueError(f"{value} is too large for {precision} precision") from error
    bits = f"{int.from_bytes(stored):0{len(stored) * 8}b}"
    return {
        "sign": bits[0],
        "exponent": bits[1 : exponent_bits + 1],
        "fraction": bits[exponent_bits + 1 :],
        "hexadecimal": stored.hex(),
        "stored_value": float(struct.unpack(code, stored)[0]),
    }


def radio_link_budget(
    distance_km: Annotated[float, Gt(0)],
    frequency_mhz: Annotated[float, Gt(0)],
    transmit_power_dbm: float,
    antenna_gains_dbi: float = 0.0,
    receiver_sensitivity_dbm: float = -90.0,
) -> dict[str, float | bool]:
    """Compute the free-space path loss, received power and margin of a radio link.

    Args:
        distance_km: Distance between the antennas in kilometers.
        frequency_mhz: Carrier frequency in megahertz.
        transmit_power_dbm: Power of the transmitter in dBm.
        antenna_gains_dbi: Gains of both antennas together in dBi.
        receiver_sensitivity_dbm: Weakest signal the receiver can use, in dBm.

    Returns:
        An object with `path_loss_db`, `received_power_dbm` and `margin_db`, rounded to 2 decimals, and `link_works`.

    Raises:
        ValueError: If the distance or the frequency is not positive.

    Examples:
        >>> radio_link_budget(distance_km=1, frequency_mhz=2400, transmit_power_dbm=20)
        {'path_loss_db': 100.05, 'received_power_dbm': -80.05, 'margin_db': 9.95, 'link_works': True}
        >>> radio_link_budget(
        ...     distance_km=15,
        ...     frequency_mhz=868,
        ...     transmit_power_dbm=14,
        ...     antenna_gains_dbi=4.3,
        ...     receiver_sensitivity_dbm=-120,
        ... )
        {'path_loss_db': 114.74, 'received_power_dbm': -96.44, 'margin_db': 23.56, 'link_works': True}
    """
    if distance_km <= 0 or frequency_mhz <= 0:
        raise ValueError("distance_km and frequency_mhz must be greater than zero")
    loss = 20 * math.log10(4 * math.pi * distance_km * 1000 * frequency_mhz * 1e6 / 299792458)
    received = transmit_power_dbm + antenna_gains_dbi - loss
    margin = received - receiver_sensitivity_dbm
    return {
        "path_loss_db": round(loss, 2),
        "received_power_dbm": round(received, 2),
        "margin_db": round(margin, 2),
        "link_works": margin >= 0,
    }


def unix_permission_symbols(mode: Annotated[str, MinLen(3), MaxLen(4)]) -> dict[str, str | bool]:
    """Explain a Unix file mode given in octal digits.

    Args:
        mode: Three octal digits for owner, group and others, optionally after one for the special bits, such as 0755.

    Returns:
        An object with `symbolic` such as "rwxr-xr-x", `owner`, `group` and `others` in words, and `world_writable`.

    Raises:
        ValueError: If the mode is not three or four octal digits.

    Examples:
        >>> unix_permission_symbols(mode="750")  # doctest: +NORMALIZE_WHITESPACE
        {'symbolic': 'rwxr-x---', 'owner': 'read, write, execute', 'group': 'read, execute', 'others': 'none',
        'world_writable': False}
        >>> unix_permission_symbols(mode="1777")  # doctest: +NORMALIZE_WHITESPACE
        {'symbolic': 'rwxrwxrwt', 'owner': 'read, write, execute', 'group': 'read, write, execute', 'others': 'read,
        write, execute', 'world_writable': True}
    """
    if not re.fullmatch(r"[0-7]{3,4}", mode):
        raise ValueError("the mode must consist of three or four octal digits")
    special, *digits = (int(digit) for digit in mode.zfill(4))
    symbols, words = "", []
    for digit, flag, letter in zip(digits, (4, 2, 1), "sst", strict=True):
        execute = bool(digit & 1)
        last = (letter if execute else letter.upper()) if special & flag else ("x" if execute else "-")
        symbols += ("r" if digit & 4 else "-") + ("w" if digit & 2 else "-") + last
        rights = [name for bit, name in ((4, "read"), (2, "write"), (1, "execute")) if digit & bit]
        words.append(", ".join(rights) or "none")
    return {
        "symbolic": symbols,
        "owner": words[0],
        "group": words[1],
        "others": words[2],
        "world_writable": bool(digits[2] & 2),
    }
