"""Household, kitchen, hobby and personal planning helpers."""

import math
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

CATEGORY = "Lifestyle"

_ZODIAC = (
    (1, 20, "Aquarius"), (2, 19, "Pisces"), (3, 21, "Aries"), (4, 20, "Taurus"), (5, 21, "Gemini"), (6, 21, "Cancer"),
    (7, 23, "Leo"), (8, 23, "Virgo"), (9, 23, "Libra"), (10, 23, "Scorpio"), (11, 22, "Sagittarius"),
    (12, 22, "Capricorn"),
)  # fmt: skip


class RecipeIngredient(TypedDict):
    """A quantity of one ingredient in the unit the recipe uses."""

    name: str
    quantity: float
    unit: str


class Houseplant(TypedDict):
    """A plant, the day it was last watered (YYYY-MM-DD) and the days between waterings."""

    name: str
    last_watered: str
    interval_days: int


def _parse_date(text: str) -> date:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(f"not a calendar date in the form YYYY-MM-DD: {text!r}") from None
    if not 1900 <= day.year <= 2200:
        raise ValueError(f"year must lie between 1900 and 2200: {text!r}")
    return day


def recipe_scale_ingredients(
    ingredients: Annotated[list[RecipeIngredient], MinLen(1), MaxLen(100)],
    original_servings: Annotated[int, Ge(1), Le(500)],
    target_servings: Annotated[int, Ge(1), Le(500)],
) -> list[dict[str, str | float]]:
    """Scale the ingredient quantities of a recipe from one number of servings to another.

    Args:
        ingredients: Ingredients with "name", "quantity" above 0 and "unit" (any unit, kept as it is).
        original_servings: Servings the recipe is written for, from 1 to 500.
        target_servings: Servings wanted, from 1 to 500.

    Returns:
        The ingredients with scaled "quantity", rounded to 2 decimals.

    Raises:
        ValueError: If there is no ingredient, a quantity is not positive, or a serving count is below 1.

    Examples:
        >>> recipe_scale_ingredients(
        ...     ingredients=[
        ...         {"name": "flour", "quantity": 250, "unit": "g"}, {"name": "egg", "quantity": 2, "unit": "pc"}
        ...     ],
        ...     original_servings=4, target_servings=6,
        ... )
        [{'name': 'flour', 'quantity': 375.0, 'unit': 'g'}, {'name': 'egg', 'quantity': 3.0, 'unit': 'pc'}]
        >>> recipe_scale_ingredients(
        ...     ingredients=[{"name": "coconut milk", "quantity": 0.4, "unit": "l"}],
        ...     original_servings=6, target_servings=2,
        ... )
        [{'name': 'coconut milk', 'quantity': 0.13, 'unit': 'l'}]
    """
    if not ingredients or min(original_servings, target_servings) < 1:
        raise ValueError("ingredients and serving counts of at least 1 are needed")
    if any(item["quantity"] <= 0 for item in ingredients):
        raise ValueError("ingredient quantities must be positive")
    factor = target_servings / original_servings
    return [
        {"name": item["name"], "quantity": round(item["quantity"] * factor, 2), "unit": item["unit"]}
        for item in ingredients
    ]


def oven_temperature_settings(
    temperature: Annotated[float, Gt(0), Le(600)],
    scale: Literal["celsius", "fahrenheit", "gas_mark"],
    fan_reduction_c: Annotated[int, Ge(0), Le(40)] = 20,
) -> dict[str, float]:
    """Translate a conventional oven temperature into Celsius, Fahrenheit, gas mark and the fan-oven setting.

    Args:
        temperature: Temperature or gas mark on the given scale; gas marks run from 1 to 10.
        scale: Scale of the given value.
        fan_reduction_c: Degrees Celsius by which a fan oven is set lower, from 0 to 40.

    Returns:
        "celsius", "fahrenheit" and "fan_celsius", each rounded to 5 degrees, and the nearest "gas_mark".

    Raises:
        ValueError: If the temperature lies outside 135 to 260 degrees Celsius or 1 to 10 gas marks.

    Examples:
        >>> oven_temperature_settings(temperature=180, scale="celsius")
        {'celsius': 180, 'fahrenheit': 355, 'gas_mark': 4, 'fan_celsius': 160}
        >>> oven_temperature_settings(temperature=7, scale="gas_mark", fan_reduction_c=15)
        {'celsius': 220, 'fahrenheit': 425, 'gas_mark': 7, 'fan_celsius': 205}
    """
    if scale == "gas_mark":
        fahrenheit = 250 + 25 * temperature
    else:
        fahrenheit = temperature if scale == "fahrenheit" else temperature * 9 / 5 + 32
    if not 275 <= fahrenheit <= 500:
        raise ValueError("the temperature must lie between 135 and 260 degrees Celsius (gas mark 1 to 10)")
    celsius = (fahrenheit - 32) * 5 / 9
    return {
        "celsius": 5 * round(celsius / 5),
        "fahrenheit": 5 * round(fahrenheit / 5),
        "gas_mark": round((fahrenheit - 250) / 25),
        "fan_celsius": 5 * round((celsius - fan_reduction_c) / 5),
    }


def bread_dough_formula(
    dough_weight_g: Annotated[float, Gt(0), Le(1000000)],
    hydration_percent: Annotated[float, Ge(30), Le(120)] = 65,
    salt_percent: Annotated[float, Ge(0), Le(5)] = 2,
    yeast_percent: Annotated[float, Ge(0), Le(10)] = 1,
) -> dict[str, float]:
    """Compute the flour, water, salt and yeast for a bread dough of a given weight from baker's percentages.

    Args:
        dough_weight_g: Total weight of the dough in grams, above 0.
        hydration_percent: Water as a percentage of the flour weight, from 30 to 120.
        salt_percent: Salt as a percentage of the flour weight, from 0 to 5.
        yeast_percent: Yeast as a percentage of the flour weight, from 0 to 10.

    Returns:
        "flour_g", "water_g", "salt_g" and "yeast_g" in grams, rounded to 1 decimal.

    Raises:
        ValueError: If the weight is not positive or a percentage is negative.

    Examples:
        >>> bread_dough_formula(dough_weight_g=840)
        {'flour_g': 500.0, 'water_g': 325.0, 'salt_g': 10.0, 'yeast_g': 5.0}
        >>> bread_dough_formula(dough_weight_g=1000, hydration_percent=75, salt_percent=2.2, yeast_percent=0.5)
        {'flour_g': 562.7, 'water_g': 422.1, 'salt_g': 12.4, 'yeast_g': 2.8}
    """
    if dough_weight_g <= 0 or min(hydration_percent, salt_percent, yeast_percent) < 0:
        raise ValueError("the dough weight must be positive and percentages must not be negative")
    flour = dough_weight_g / (1 + (hydration_percent + salt_percent + yeast_percent) / 100)
    return {
        "flour_g": round(flour, 1),
        "water_g": round(flour * hydration_percent / 100, 1),
        "salt_g": round(flour * salt_percent / 100, 1),
        "yeast_g": round(flour * yeast_percent / 100, 1),
    }


def room_paint_needed(
    room_length_m: Annotated[float, Gt(0), Le(100)],
    room_width_m: Annotated[float, Gt(0), Le(100)],
    wall_height_m: Annotated[float, Gt(0), Le(20)],
    openings_m2: Annotated[float, Ge(0), Le(1000)] = 0.0,
    coats: Annotated[int, Ge(1), Le(5)] = 2,
) -> dict[str, float]:
    """Compute the wall area of a rectangular room and the litres of paint it takes at 10 m² per litre and coat.

    Args:
        room_length_m: Length of the room in metres, above 0.
        room_width_m: Width of the room in metres, above 0.
        wall_height_m: Height of the walls in metres, above 0.
        openings_m2: Area of doors and windows to leave out, in square metres.
        coats: Number of coats, from 1 to 5.

    Returns:
        "wall_area_m2" (2 decimals) and "paint_litres", rounded up to half a litre.

    Raises:
        ValueError: If a dimension is not positive or the openings exceed the walls.

    Examples:
        >>> room_paint_needed(room_length_m=5, room_width_m=4, wall_height_m=2.5, openings_m2=4.2)
        {'wall_area_m2': 40.8, 'paint_litres': 8.5}
        >>> room_paint_needed(room_length_m=3.2, room_width_m=2.8, wall_height_m=2.4, coats=1)
        {'wall_area_m2': 28.8, 'paint_litres': 3.0}
    """
    if min(room_length_m, room_width_m, wall_height_m) <= 0:
        raise ValueError("room dimensions must be positive")
    area = 2 * (room_length_m + room_width_m) * wall_height_m - openings_m2
    if area <= 0:
        raise ValueError("the openings must be smaller than the walls")
    return {"wall_area_m2": round(area, 2), "paint_litres": math.ceil(round(area * coats / 10 * 2, 6)) / 2}


def wallpaper_rolls_needed(
    wall_length_m: Annotated[float, Gt(0), Le(1000)],
    wall_height_m: Annotated[float, Ge(0.1), Le(10)],
    pattern_repeat_cm: Annotated[float, Ge(0), Le(200)] = 0.0,
    roll_length_m: Annotated[float, Gt(0), Le(100)] = 10.05,
    roll_width_m: Annotated[float, Gt(0), Le(5)] = 0.53,
) -> dict[str, int]:
    """Compute how many rolls of wallpaper a wall takes, cutting full-height strips that match the pattern.

    Args:
        wall_length_m: Total length of the walls in metres, above 0.
        wall_height_m: Height of the walls in metres, from 0.1 to 10.
        pattern_repeat_cm: Distance after which the pattern repeats in centimetres, 0 for plain paper.
        roll_length_m: Length of a roll in metres, 10.05 for a standard European roll.
        roll_width_m: Width of a roll in metres, 0.53 for a standard European roll.

    Returns:
        "strips" needed, "strips_per_roll" and "rolls".

    Raises:
        ValueError: If a measure is not positive or a roll is shorter than one strip.

    Examples:
        >>> wallpaper_rolls_needed(wall_length_m=14, wall_height_m=2.5)
        {'strips': 27, 'strips_per_roll': 4, 'rolls': 7}
        >>> wallpaper_rolls_needed(wall_length_m=4.2, wall_height_m=2.6, pattern_repeat_cm=64)
        {'strips': 8, 'strips_per_roll': 3, 'rolls': 3}
    """
    if min(wall_length_m, wall_height_m, roll_length_m, roll_width_m) <= 0 or pattern_repeat_cm < 0:
        raise ValueError("wall and roll measures must be positive and the pattern repeat not negative")
    repeat = pattern_repeat_cm / 100
    strip = math.ceil(round(wall_height_m / repeat, 6)) * repeat if repeat else wall_height_m
    per_roll = math.floor(round(roll_length_m / strip, 6))
    if per_roll == 0:
        raise ValueError("a roll is shorter than one strip of wallpaper")
    strips = math.ceil(round(wall_length_m / roll_width_m, 6))
    return {"strips": strips, "strips_per_roll": per_roll, "rolls": math.ceil(strips / per_roll)}


def western_zodiac_sign(birth_date: str) -> str:
    """Name the western (tropical) zodiac sign for a date of birth.

    Args:
        birth_date: Date of birth, written YYYY-MM-DD.

    Returns:
        The English name of the sign, such as "Leo".

    Raises:
        ValueError: If the date is malformed.

    Examples:
        >>> western_zodiac_sign(birth_date="1990-08-12")
        'Leo'
        >>> western_zodiac_sign(birth_date="2001-01-05")
        'Capricorn'
    """
    day = _parse_date(birth_date)
    starts = [name for month, first, name in _ZODIAC if (month, first) <= (day.month, day.day)]
    return starts[-1] if starts else "Capricorn"


def shoe_sizes_from_foot_length(
    foot_length_cm: Annotated[float, Ge(20), Le(35)],
    toe_allowance_cm: Annotated[float, Ge(0), Le(3)] = 1.5,
) -> dict[str, float]:
    """Convert an adult's foot length into shoe sizes on the EU, UK and US scales, from the definitions of the scales.

    Args:
        foot_length_cm: Length of the longer foot in centimetres, from 20 to 35.
        toe_allowance_cm: Room between toe and shoe in centimetres, added to get the length of the last.

    Returns:
        "eu", "uk", "us_men" and "us_women" sizes, rounded to half sizes.

    Raises:
        ValueError: If the foot length lies outside 20 to 35 cm.

    Examples:
        >>> shoe_sizes_from_foot_length(foot_length_cm=26.5)
        {'eu': 42.0, 'uk': 8.0, 'us_men': 9.0, 'us_women': 10.5}
        >>> shoe_sizes_from_foot_length(foot_length_cm=23.8, toe_allowance_cm=1.2)
        {'eu': 37.5, 'uk': 4.5, 'us_men': 5.5, 'us_women': 7.0}
    """
    if not 20 <= foot_length_cm <= 35:
        raise ValueError("foot_length_cm must lie between 20 and 35")
    last = foot_length_cm + toe_allowance_cm
    uk = 3 * last / 2.54 - 25
    sizes = {"eu": 1.5 * last, "uk": uk, "us_men": uk + 1, "us_women": uk + 2.5}
    return {scale: round(size * 2) / 2 for scale, size in sizes.items()}


def chore_rotation_plan(
    people: Annotated[list[str], MinLen(1), MaxLen(20)],
    chores: Annotated[list[str], MinLen(1), MaxLen(20)],
    weeks: Annotated[int, Ge(1), Le(26)] = 4,
) -> list[dict[str, str]]:
    """Plan a rota that passes household chores on to the next person every week.

    Args:
        people: Distinct names of the people sharing the chores, from 1 to 20.
        chores: Distinct chores, from 1 to 20; in the first week they go to the people in order.
        weeks: Number of weeks to plan, from 1 to 26.

    Returns:
        One entry per week that maps each chore to the person in charge.

    Raises:
        ValueError: If a list is empty or holds repeated names.

    Examples:
        >>> chore_rotation_plan(  # doctest: +NORMALIZE_WHITESPACE
        ...     people=["Nora", "Sam", "Ivy"], chores=["dishes", "bathroom", "bins"], weeks=3
        ... )
        [{'dishes': 'Nora', 'bathroom': 'Sam', 'bins': 'Ivy'}, {'dishes': 'Sam', 'bathroom': 'Ivy', 'bins': 'Nora'},
        {'dishes': 'Ivy', 'bathroom': 'Nora', 'bins': 'Sam'}]
        >>> chore_rotation_plan(  # doctest: +NORMALIZE_WHITESPACE
        ...     people=["Tom", "Lena"], chores=["vacuuming", "laundry", "shopping"], weeks=2
        ... )
        [{'vacuuming': 'Tom', 'laundry': 'Lena', 'shopping': 'Tom'}, {'vacuuming': 'Lena', 'laundry': 'Tom',
        'shopping': 'Lena'}]
    """
    if not people or not chores or len(set(people)) != len(people) or len(set(chores)) != len(chores):
        raise ValueError("people and chores must be non-empty lists of distinct names")
    return [{chore: people[(i + week) % len(people)] for i, chore in enumerate(chores)} for week in range(weeks)]


def houseplant_watering_calendar(
    plants: Annotated[list[Houseplant], MinLen(1), MaxLen(100)],
    start_date: str,
    days: Annotated[int, Ge(1), Le(60)] = 7,
) -> dict[str, list[str]]:
    """List which houseplants need water on which day of a period; overdue plants are due on the first day.

    Args:
        plants: Plants with "name", "last_watered" (YYYY-MM-DD, not after the start) and "interval_days" of at least 1.
        start_date: First day of the period, written YYYY-MM-DD.
        days: Length of the period in days, from 1 to 60.

    Returns:
        The plants to water by date (YYYY-MM-DD); days without watering are left out.

    Raises:
        ValueError: If a date is malformed, an interval is below 1, or a plant was watered after the start.

    Examples:
        >>> houseplant_watering_calendar(
        ...     plants=[
        ...         {"name": "fern", "last_watered": "2025-05-30", "interval_days": 3},
        ...         {"name": "cactus", "last_watered": "2025-05-20", "interval_days": 14},
        ...     ],
        ...     start_date="2025-06-01",
        ... )
        {'2025-06-02': ['fern'], '2025-06-03': ['cactus'], '2025-06-05': ['fern']}
        >>> houseplant_watering_calendar(
        ...     plants=[{"name": "basil", "last_watered": "2025-07-01", "interval_days": 2}],
        ...     start_date="2025-07-04", days=5,
        ... )
        {'2025-07-04': ['basil'], '2025-07-06': ['basil'], '2025-07-08': ['basil']}
    """
    start = _parse_date(start_date)
    due: dict[int, list[str]] = {}
    for plant in plants:
        waited = (start - _parse_date(plant["last_watered"])).days
        if waited < 0 or plant["interval_days"] < 1:
            raise ValueError(f"{plant['name']}: the interval must be at least 1 day and watering not after the start")
        for offset in range(max(0, plant["interval_days"] - waited), days, plant["interval_days"]):
            due.setdefault(offset, []).append(plant["name"])
    return {(start + timedelta(days=offset)).isoformat(): due[offset] for offset in sorted(due)}


def dog_age_in_human_years(
    age_years: Annotated[float, Gt(0), Le(30)],
    size: Literal["small", "medium", "large", "giant"] = "medium",
) -> float:
    """Estimate a dog's age in human years: 15 for the first year, 9 for the second, then 4 to 7 a year by size.

    Args:
        age_years: The dog's age in years, above 0 and up to 30.
        size: Size of the breed; each year after the second counts 4 (small), 5, 6 or 7 (giant) human years.

    Returns:
        The comparable human age in years, rounded to 1 decimal.

    Raises:
        ValueError: If the age is not above 0 and at most 30.

    Examples:
        >>> dog_age_in_human_years(age_years=5)
        39.0
        >>> dog_age_in_human_years(age_years=8.5, size="large")
        63.0
    """
    if not 0 < age_years <= 30:
        raise ValueError("age_years must be above 0 and at most 30")
    later = {"small": 4, "medium": 5, "large": 6, "giant": 7}[size]
    return round(15.0 * min(age_years, 1) + 9 * min(max(age_years - 1, 0), 1) + later * max(age_years - 2, 0), 1)


def habit_streaks(completed_dates: Annotated[list[str], MinLen(1)], as_of_date: str) -> dict[str, int]:
    """Compute the current and the longest streak of consecutive days on which a habit was kept.

    Args:
        completed_dates: Days on which the habit was kept, written YYYY-MM-DD, in any order.
        as_of_date: Day of the report, written YYYY-MM-DD; later entries are ignored.

    Returns:
        "current_streak" in days (still running if the habit was last kept on the report day or the day before),
        "longest_streak" in days, and "total_days" kept.

    Raises:
        ValueError: If there is no date or a date is malformed.

    Examples:
        >>> habit_streaks(completed_dates=["2025-05-01", "2025-05-02", "2025-05-04"], as_of_date="2025-05-05")
        {'current_streak': 1, 'longest_streak': 2, 'total_days': 3}
        >>> habit_streaks(completed_dates=["2025-01-30", "2025-01-31", "2025-02-01"], as_of_date="2025-02-10")
        {'current_streak': 0, 'longest_streak': 3, 'total_days': 3}
    """
    if not completed_dates:
        raise ValueError("at least one completed date is needed")
    today = _parse_date(as_of_date).toordinal()
    kept = sorted({day for text in completed_dates if (day := _parse_date(text).toordinal()) <= today})
    run = longest = previous = 0
    for day in kept:
        run = run + 1 if day == previous + 1 else 1
        longest, previous = max(longest, run), day
    return {"current_streak": run if previous >= today - 1 else 0, "longest_streak": longest, "total_days": len(kept)}


def aquarium_water_volume(
    length_cm: Annotated[float, Gt(0), Le(1000)],
    width_cm: Annotated[float, Gt(0), Le(1000)],
    height_cm: Annotated[float, Gt(0), Le(1000)],
    glass_thickness_mm: Annotated[float, Ge(0), Le(100)] = 0.0,
    fill_percent: Annotated[float, Gt(0), Le(100)] = 100,
) -> dict[str, float]:
    """Compute the water volume of a rectangular open-top aquarium in litres and US gallons.

    Args:
        length_cm: Outer length in centimetres, above 0.
        width_cm: Outer width in centimetres, above 0.
        height_cm: Outer height in centimetres, above 0.
        glass_thickness_mm: Thickness of the glass in millimetres, taken off four sides and the bottom.
        fill_percent: Percentage of the inner height that is filled with water.

    Returns:
        "litres" and "us_gallons", rounded to 1 decimal.

    Raises:
        ValueError: If a measure is not positive or the glass leaves no room for water.

    Examples:
        >>> aquarium_water_volume(length_cm=80, width_cm=35, height_cm=40)
        {'litres': 112.0, 'us_gallons': 29.6}
        >>> aquarium_water_volume(length_cm=120, width_cm=40, height_cm=50, glass_thickness_mm=10, fill_percent=90)
        {'litres': 197.7, 'us_gallons': 52.2}
    """
    glass = glass_thickness_mm / 10
    inner = (length_cm - 2 * glass, width_cm - 2 * glass, height_cm - glass)
    if min(inner) <= 0 or not 0 < fill_percent <= 100:
        raise ValueError("the inner dimensions must be positive and fill_percent between 0 and 100")
    litres = math.prod(inner) / 1000 * fill_percent / 100
    return {"litres": round(litres, 1), "us_gallons": round(litres / 3.785411784, 1)}
