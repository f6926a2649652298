"""Functions for hobbies, crafts and everyday tasks that fit no other category."""

import math
import re
from datetime import date
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

CATEGORY = "Other"

_PHASES = (
    "new moon",
    "waxing crescent",
    "first quarter",
    "waxing gibbous",
    "full moon",
    "waning gibbous",
    "last quarter",
    "waning crescent",
)
_BAND_COLORS = ("black", "brown", "red", "orange", "yellow", "green", "blue", "violet", "grey", "white")
_BAND_TOLERANCES = {"brown": 1.0, "red": 2.0, "green": 0.5, "blue": 0.25, "violet": 0.1, "gold": 5.0, "silver": 10.0}


def knitting_cast_on_stitches(
    width_cm: Annotated[float, Gt(0)],
    stitches_per_10_cm: Annotated[float, Gt(0)],
    pattern_multiple: Annotated[int, Ge(1)] = 1,
    edge_stitches: Annotated[int, Ge(0)] = 0,
) -> int:
    """Calculate how many stitches to cast on for a knitted piece, fitting the pattern repeat.

    Args:
        width_cm: Finished width in centimetres.
        stitches_per_10_cm: Gauge in stitches per 10 centimetres.
        pattern_multiple: Number of stitches of one pattern repeat.
        edge_stitches: Stitches outside the repeats, both edges together.

    Returns:
        The number of stitches: the edge stitches plus the nearest number of whole repeats, at least one.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> knitting_cast_on_stitches(width_cm=50, stitches_per_10_cm=22)
        110
        >>> knitting_cast_on_stitches(width_cm=30, stitches_per_10_cm=18.5, pattern_multiple=6, edge_stitches=4)
        58
    """
    if width_cm <= 0 or stitches_per_10_cm <= 0 or pattern_multiple < 1 or edge_stitches < 0:
        raise ValueError("width and gauge must be positive, the multiple at least 1, edge stitches not negative")
    wanted = width_cm * stitches_per_10_cm / 10 - edge_stitches
    return max(1, math.floor(wanted / pattern_multiple + 0.5)) * pattern_multiple + edge_stitches


def lunar_phase_on_date(day: str) -> dict[str, str | float]:
    """Estimate the phase of the moon at noon UTC of a day from the mean lunar month.

    Args:
        day: The day, YYYY-MM-DD.

    Returns:
        An object with 'phase' (one of eight names), 'age_days' since the new moon and 'illumination_percent', rounded
        to 1 decimal; the true moon may be up to a day ahead or behind.

    Raises:
        ValueError: If the day is not a valid date.

    Examples:
        >>> lunar_phase_on_date(day="2024-04-08")
        {'phase': 'new moon', 'age_days': 29.1, 'illumination_percent': 0.2}
        >>> lunar_phase_on_date(day="2019-07-20")
        {'phase': 'waning gibbous', 'age_days': 17.9, 'illumination_percent': 89.5}
    """
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        raise ValueError(f"not a date in the form YYYY-MM-DD: {day}")
    synodic_month = 29.530588853
    days_since_new_moon = date.fromisoformat(day).toordinal() + 0.5 - (date(2000, 1, 6).toordinal() + 18.2333 / 24)
    age = days_since_new_moon % synodic_month
    return {
        "phase": _PHASES[math.floor(age / synodic_month * 8 + 0.5) % 8],
        "age_days": round(age, 1),
        "illumination_percent": round(50 * (1 - math.cos(2 * math.pi * age / synodic_month)), 1),
    }


def resistor_value_from_bands(bands: Annotated[list[str], MinLen(4), MaxLen(5)]) -> dict[str, float]:
    """Read the resistance and tolerance of a resistor from its four or five colour bands.

    Args:
        bands: Colours in reading order: black, brown, red, orange, yellow, green, blue, violet, grey, white, gold,
            silver; the last two bands are multiplier and tolerance.

    Returns:
        An object with 'ohms' and 'tolerance_percent'.

    Raises:
        ValueError: If the number of bands is wrong or a colour does not fit its place.

    Examples:
        >>> resistor_value_from_bands(bands=["yellow", "violet", "red", "gold"])
        {'ohms': 4700.0, 'tolerance_percent': 5.0}
        >>> resistor_value_from_bands(bands=["brown", "black", "black", "silver", "brown"])
        {'ohms': 1.0, 'tolerance_percent': 1.0}
    """
    colors = ["grey" if band.strip().lower() == "gray" else band.strip().lower() for band in bands]
    if len(colors) not in (4, 5):
        raise ValueError("four or five bands are needed")
    *digits, multiplier, tolerance = colors
    exponents = {**{color: power for power, color in enumerate(_BAND_COLORS)}, "gold": -1, "silver": -2}
    if any(color not in _BAND_COLORS for color in digits) or multiplier not in exponents:
        raise ValueError("the digit and multiplier bands have an impossible colour")
    if tolerance not in _BAND_TOLERANCES:
        raise ValueError(f"not a tolerance colour: {tolerance}")
    significant = int("".join(str(_BAND_COLORS.index(color)) for color in digits))
    ohms = round(significant * 10.0 ** exponents[multiplier], 2)
    return {"ohms": ohms, "tolerance_percent": _BAND_TOLERANCES[tolerance]}


def floor_tiles_needed(
    room_length_m: Annotated[float, Gt(0)],
    room_width_m: Annotated[float, Gt(0)],
    tile_length_cm: Annotated[float, Gt(0)],
    tile_width_cm: Annotated[float, Gt(0)],
    waste_percent: Annotated[float, Ge(0), Le(100)] = 10,
) -> int:
    """Calculate how many tiles to buy for a rectangular floor, by area with an allowance for waste.

    Args:
        room_length_m: Length of the room in metres.
        room_width_m: Width of the room in metres.
        tile_length_cm: Length of a tile in centimetres.
        tile_width_cm: Width of a tile in centimetres.
        waste_percent: Extra for cuts and breakage in percent (0 to 100).

    Returns:
        The number of tiles, rounded up.

    Raises:
        ValueError: If a size is not positive or the waste is out of range.

    Examples:
        >>> floor_tiles_needed(room_length_m=4, room_width_m=3, tile_length_cm=30, tile_width_cm=30)
        147
        >>> floor_tiles_needed(
        ...     room_length_m=2.4, room_width_m=1.8, tile_length_cm=60, tile_width_cm=30, waste_percent=0
        ... )
        24
    """
    if min(room_length_m, room_width_m, tile_length_cm, tile_width_cm) <= 0 or not 0 <= waste_percent <= 100:
        raise ValueError("sizes must be positive and waste_percent between 0 and 100")
    tiles = room_length_m * room_width_m * 10000 / (tile_length_cm * tile_width_cm) * (1 + waste_percent / 100)
    return math.ceil(round(tiles, 6))


def garden_bed_plant_count(
    bed_length_cm: Annotated[float, Gt(0)],
    bed_width_cm: Annotated[float, Gt(0)],
    spacing_cm: Annotated[float, Gt(0)],
    layout: Literal["square", "staggered"] = "square",
    edge_margin_cm: Annotated[float, Ge(0)] = 0,
) -> int:
    """Count the plants that fit into a rectangular garden bed at a given spacing.

    Args:
        bed_length_cm: Length of the bed in centimetres; rows run along it.
        bed_width_cm: Width of the bed in centimetres.
        spacing_cm: Least distance between two plants in centimetres.
        layout: Square grid, or rows staggered by half the spacing and moved closer together.
        edge_margin_cm: Distance of the outer plants from the edge in centimetres.

    Returns:
        The number of plants.

    Raises:
        ValueError: If a size is out of range or the margin leaves no room.

    Examples:
        >>> garden_bed_plant_count(bed_length_cm=240, bed_width_cm=120, spacing_cm=30, edge_margin_cm=15)
        32
        >>> garden_bed_plant_count(bed_length_cm=200, bed_width_cm=100, spacing_cm=25, layout="staggered")
        43
    """
    length, width = bed_length_cm - 2 * edge_margin_cm, bed_width_cm - 2 * edge_margin_cm
    if spacing_cm <= 0 or edge_margin_cm < 0 or min(length, width) < 0 or min(bed_length_cm, bed_width_cm) <= 0:
        raise ValueError("sizes must be positive and the margin must leave room")
    if layout not in ("square", "staggered"):
        raise ValueError(f"unknown layout: {layout}")
    in_row = math.floor(length / spacing_cm + 1e-9) + 1
    if layout == "square":
        return in_row * (math.floor(width / spacing_cm + 1e-9) + 1)
    rows = math.floor(width / (spacing_cm * math.sqrt(3) / 2) + 1e-9) + 1
    in_offset_row = math.floor((length - spacing_cm / 2) / spacing_cm + 1e-9) + 1
    return in_row * math.ceil(rows / 2) + in_offset_row * (rows // 2)


def fence_materials_list(
    length_m: Annotated[float, Gt(0)],
    post_spacing_m: Annotated[float, Gt(0), Le(10)] = 2.4,
    rails_per_section: Annotated[int, Ge(1), Le(6)] = 2,
    picket_width_cm: Annotated[float, Gt(0)] = 9,
    picket_gap_cm: Annotated[float, Ge(0)] = 5,
) -> dict[str, int]:
    """Count the posts, rails and pickets of a straight picket fence.

    Args:
        length_m: Length of the fence in metres.
        post_spacing_m: Largest distance between posts in metres (up to 10).
        rails_per_section: Rails between two posts (1 to 6).
        picket_width_cm: Width of a picket in centimetres.
        picket_gap_cm: Gap between two pickets in centimetres.

    Returns:
        An object with 'posts', 'rails' and 'pickets'; the pickets are rounded up.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> fence_materials_list(length_m=24)
        {'posts': 11, 'rails': 20, 'pickets': 172}
        >>> fence_materials_list(length_m=10, post_spacing_m=2, picket_width_cm=10, picket_gap_cm=0)
        {'posts': 6, 'rails': 10, 'pickets': 100}
    """
    if length_m <= 0 or not 0 < post_spacing_m <= 10 or not 1 <= rails_per_section <= 6:
        raise ValueError("length must be positive, post_spacing_m above 0 and at most 10, rails_per_section 1 to 6")
    if picket_width_cm <= 0 or picket_gap_cm < 0:
        raise ValueError("picket_width_cm must be positive and picket_gap_cm not negative")
    sections = math.ceil(round(length_m / post_spacing_m, 9))
    pickets = math.ceil(round((length_m * 100 + picket_gap_cm) / (picket_width_cm + picket_gap_cm), 9))
    return {"posts": sections + 1, "rails": sections * rails_per_section, "pickets": pickets}


def iso_paper_size_mm(paper_format: str, landscape: bool = False) -> dict[str, int]:
    """Look up the size of an ISO 216 or ISO 269 paper format in millimetres.

    Args:
        paper_format: Series A, B or C and a number from 0 to 10, such as 'A4', 'B5' or 'C6'.
        landscape: Give the longer side as the width.

    Returns:
        An object with 'width_mm' and 'height_mm'.

    Raises:
        ValueError: If the format is unknown.

    Examples:
        >>> iso_paper_size_mm(paper_format="A4")
        {'width_mm': 210, 'height_mm': 297}
        >>> iso_paper_size_mm(paper_format="C6", landscape=True)
        {'width_mm': 162, 'height_mm': 114}
    """
    match = re.fullmatch(r"([ABC])(\d|10)", paper_format.strip().upper())
    if not match:
        raise ValueError(f"unknown paper format: {paper_format}")
    short, long = {"A": (841, 1189), "B": (1000, 1414), "C": (917, 1297)}[match[1]]
    for _ in range(int(match[2])):
        short, long = long // 2, short
    return {"width_mm": long, "height_mm": short} if landscape else {"width_mm": short, "height_mm": long}


def picture_hook_heights(
    frame_heights_cm: Annotated[list[float], MinLen(1)],
    wire_drop_cm: Annotated[float, Ge(0)] = 5,
    centre_height_cm: Annotated[float, Gt(0), Le(400)] = 145,
) -> list[float]:
    """Calculate at which height above the floor to put the hooks so that all pictures share one centre line.

    Args:
        frame_heights_cm: Heights of the frames in centimetres.
        wire_drop_cm: Distance from the top of a frame down to the taut wire in centimetres, less than half its height.
        centre_height_cm: Height of the centre line above the floor in centimetres (up to 400).

    Returns:
        The height of each hook in centimetres, rounded to 1 decimal, in the order of the frames.

    Raises:
        ValueError: If there are no frames, or a value is out of range.

    Examples:
        >>> picture_hook_heights(frame_heights_cm=[40, 60, 50])
        [160.0, 170.0, 165.0]
        >>> picture_hook_heights(frame_heights_cm=[82.5], wire_drop_cm=8, centre_height_cm=150)
        [183.2]
    """
    if not frame_heights_cm or not 0 < centre_height_cm <= 400:
        raise ValueError("at least one frame is needed and centre_height_cm must be above 0 and at most 400")
    if wire_drop_cm < 0 or any(wire_drop_cm >= height / 2 for height in frame_heights_cm):
        raise ValueError("wire_drop_cm must be at least 0 and less than half the height of every frame")
    return [round(centre_height_cm + height / 2 - wire_drop_cm, 1) for height in frame_heights_cm]


def candle_wax_recipe(
    container_volume_ml: Annotated[float, Gt(0)],
    candle_count: Annotated[int, Ge(1)] = 1,
    fragrance_percent: Annotated[float, Ge(0), Le(15)] = 8,
    wax_density_g_per_ml: Annotated[float, Gt(0), Le(2)] = 0.86,
) -> dict[str, float]:
    """Calculate the wax and fragrance oil for a batch of container candles.

    Args:
        container_volume_ml: Filled volume of one container in millilitres.
        candle_count: Number of candles.
        fragrance_percent: Weight of the fragrance oil in percent of the weight of the wax (0 to 15).
        wax_density_g_per_ml: Density of the finished mixture in grams per millilitre.

    Returns:
        An object with 'wax_g' and 'fragrance_g', each rounded to 1 decimal.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> candle_wax_recipe(container_volume_ml=200, candle_count=6)
        {'wax_g': 955.6, 'fragrance_g': 76.4}
        >>> candle_wax_recipe(container_volume_ml=120, fragrance_percent=10, wax_density_g_per_ml=0.9)
        {'wax_g': 98.2, 'fragrance_g': 9.8}
    """
    if container_volume_ml <= 0 or candle_count < 1 or not 0 <= fragrance_percent <= 15:
        raise ValueError("the volume must be positive, candle_count at least 1, fragrance_percent 0 to 15")
    if not 0 < wax_density_g_per_ml <= 2:
        raise ValueError("wax_density_g_per_ml must be above 0 and at most 2")
    total = container_volume_ml * candle_count * wax_density_g_per_ml
    wax = total / (1 + fragrance_percent / 100)
    return {"wax_g": round(wax, 1), "fragrance_g": round(total - wax, 1)}


def vehicle_vin_check(vin: Annotated[str, MinLen(17), MaxLen(17)]) -> dict[str, str | bool]:
    """Check the check digit of a 17-character vehicle identification number (VIN) and split it into its parts.

    Args:
        vin: The number: digits and letters without I, O and Q.

    Returns:
        An object with 'valid', 'expected_check_digit', 'manufacturer' (characters 1 to 3) and 'serial' (12 to 17).

    Raises:
        ValueError: If the number has another length or forbidden characters.

    Examples:
        >>> vehicle_vin_check(vin="1M8GDM9AXKP042788")
        {'valid': True, 'expected_check_digit': 'X', 'manufacturer': '1M8', 'serial': '042788'}
        >>> vehicle_vin_check(vin="5GZCZ43D13S812715")
        {'valid': True, 'expected_check_digit': '1', 'manufacturer': '5GZ', 'serial': '812715'}
    """
    number = vin.strip().upper()
    if not re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", number):
        raise ValueError("a VIN has 17 digits and letters other than I, O and Q")
    values = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "012345678912345678123457923456789"), strict=True))
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    remainder = sum(values[char] * weight for char, weight in zip(number, weights, strict=True)) % 11
    expected = "X" if remainder == 10 else str(remainder)
    return {
        "valid": number[8] == expected,
        "expected_check_digit": expected,
        "manufacturer": number[:3],
        "serial": number[11:],
    }


def epoxy_resin_mix(
    total_ml: Annotated[float, Gt(0)],
    resin_parts: Annotated[float, Gt(0)],
    hardener_parts: Annotated[float, Gt(0)] = 1,
    reserve_percent: Annotated[float, Ge(0), Le(50)] = 0,
) -> dict[str, float]:
    """Divide a wanted volume of epoxy into resin and hardener for a mixing ratio by volume.

    Args:
        total_ml: Volume needed in millilitres.
        resin_parts: Parts of resin in the mixing ratio.
        hardener_parts: Parts of hardener in the mixing ratio.
        reserve_percent: Extra for residue in the cups in percent (0 to 50).

    Returns:
        An object with 'resin_ml' and 'hardener_ml', each rounded to 1 decimal.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> epoxy_resin_mix(total_ml=600, resin_parts=2)
        {'resin_ml': 400.0, 'hardener_ml': 200.0}
        >>> epoxy_resin_mix(total_ml=250, resin_parts=100, hardener_parts=45, reserve_percent=10)
        {'resin_ml': 189.7, 'hardener_ml': 85.3}
    """
    if min(total_ml, resin_parts, hardener_parts) <= 0 or not 0 <= reserve_percent <= 50:
        raise ValueError("volume and parts must be positive, reserve_percent between 0 and 50")
    per_part = total_ml * (1 + reserve_percent / 100) / (resin_parts + hardener_parts)
    return {"resin_ml": round(per_part * resin_parts, 1), "hardener_ml": round(per_part * hardener_parts, 1)}
