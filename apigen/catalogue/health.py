"""Body measures, energy needs, dosing schedules and other health calculations for general information."""

import math
import re
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

CATEGORY = "Health"


class AlcoholicDrink(TypedDict):
    """A serving: volume in millilitres and strength in percent by volume."""

    volume_ml: float
    abv_percent: float


def _parse_date(text: str) -> date:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(f"not a calendar date in the form YYYY-MM-DD: {text!r}") from None
    if not 1900 <= day.year <= 2200:
        raise ValueError(f"year must lie between 1900 and 2200: {text!r}")
    return day


def _parse_clock(text: str) -> int:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text, re.ASCII)
    if match is None:
        raise ValueError(f"not a 24-hour time in the form HH:MM: {text!r}")
    return int(match[1]) * 60 + int(match[2])


def body_mass_index(
    weight_kg: Annotated[float, Gt(0), Le(500)],
    height_cm: Annotated[float, Ge(50), Le(260)],
) -> dict[str, float | str]:
    """Compute the body mass index of an adult in kg/m² and its WHO weight class.

    Args:
        weight_kg: Body weight in kilograms, above 0 and up to 500.
        height_cm: Height in centimetres, from 50 to 260.

    Returns:
        "bmi" rounded to 1 decimal and "category", which follows from the unrounded value.

    Raises:
        ValueError: If weight or height lies outside its range.

    Examples:
        >>> body_mass_index(weight_kg=70, height_cm=175)
        {'bmi': 22.9, 'category': 'normal weight'}
        >>> body_mass_index(weight_kg=98.5, height_cm=168)
        {'bmi': 34.9, 'category': 'obesity class I'}
    """
    if not 0 < weight_kg <= 500 or not 50 <= height_cm <= 260:
        raise ValueError("weight_kg must be above 0 and up to 500, height_cm between 50 and 260")
    bmi = weight_kg / (height_cm / 100) ** 2
    classes = (
        (18.5, "underweight"), (25, "normal weight"), (30, "overweight"),
        (35, "obesity class I"), (40, "obesity class II"),
    )  # fmt: skip
    category = next((name for limit, name in classes if bmi < limit), "obesity class III")
    return {"bmi": round(bmi, 1), "category": category}


def basal_metabolic_rate(
    sex: Literal["female", "male"],
    weight_kg: Annotated[float, Gt(0), Le(500)],
    height_cm: Annotated[float, Ge(100), Le(260)],
    age_years: Annotated[int, Ge(15), Le(110)],
    formula: Literal["mifflin_st_jeor", "harris_benedict"] = "mifflin_st_jeor",
) -> int:
    """Estimate basal metabolic rate, the energy a resting body uses, in kilocalories per day.

    Args:
        sex: Biological sex the formula is fitted for.
        weight_kg: Body weight in kilograms, above 0 and up to 500.
        height_cm: Height in centimetres, from 100 to 260.
        age_years: Age in completed years, from 15 to 110.
        formula: Mifflin-St Jeor, or Harris-Benedict as revised in 1984.

    Returns:
        Kilocalories per day, rounded to a whole number.

    Raises:
        ValueError: If the inputs lie so far apart that the estimate is not positive.

    Examples:
        >>> basal_metabolic_rate(sex="male", weight_kg=80, height_cm=180, age_years=30)
        1780
        >>> basal_metabolic_rate(
        ...     sex="female", weight_kg=62, height_cm=167, age_years=45, formula="harris_benedict"
        ... )
        1343
    """
    if formula == "mifflin_st_jeor":
        rate = 10 * weight_kg + 6.25 * height_cm - 5 * age_years + (5 if sex == "male" else -161)
    elif sex == "male":
        rate = 88.362 + 13.397 * weight_kg + 4.799 * height_cm - 5.677 * age_years
    else:
        rate = 447.593 + 9.247 * weight_kg + 3.098 * height_cm - 4.330 * age_years
    if rate <= 0:
        raise ValueError("no metabolic rate can be estimated for these measurements")
    return round(rate)


def macronutrient_targets(
    daily_kcal: Annotated[float, Ge(500), Le(10000)],
    protein_percent: Annotated[float, Ge(0), Le(100)] = 20,
    fat_percent: Annotated[float, Ge(0), Le(100)] = 30,
) -> dict[str, int]:
    """Convert a daily energy target and its split into grams of protein, fat and carbohydrate.

    Args:
        daily_kcal: Energy target in kilocalories per day, from 500 to 10000.
        protein_percent: Share of the energy from protein, in percent.
        fat_percent: Share of the energy from fat, in percent; carbohydrate supplies the rest.

    Returns:
        "protein_g", "fat_g" and "carbohydrate_g" per day in whole grams (4, 9 and 4 kcal per gram).

    Raises:
        ValueError: If the two shares are negative or add up to more than 100 percent.

    Examples:
        >>> macronutrient_targets(daily_kcal=2000)
        {'protein_g': 100, 'fat_g': 67, 'carbohydrate_g': 250}
        >>> macronutrient_targets(daily_kcal=2750, protein_percent=30, fat_percent=25)
        {'protein_g': 206, 'fat_g': 76, 'carbohydrate_g': 309}
    """
    if min(protein_percent, fat_percent) < 0 or protein_percent + fat_percent > 100:
        raise ValueError("protein and fat shares must not be negative or exceed 100 percent together")
    rest = 100 - protein_percent - fat_percent
    return {
        "protein_g": round(daily_kcal * protein_percent / 400),
        "fat_g": round(daily_kcal * fat_percent / 900),
        "carbohydrate_g": round(daily_kcal * rest / 400),
    }


def heart_rate_training_zones(
    age_years: Annotated[int, Ge(10), Le(100)],
    resting_heart_rate: Annotated[int, Ge(30), Le(110)] | None = None,
    max_formula: Literal["fox", "tanaka"] = "tanaka",
) -> dict[str, list[int]]:
    """Compute five heart-rate training zones in beats per minute from age and, if known, resting heart rate.

    Args:
        age_years: Age in years, from 10 to 100.
        resting_heart_rate: Resting rate in beats per minute, from 30 to 110; if given, the zones use the heart-rate
            reserve (Karvonen), otherwise percentages of the maximum.
        max_formula: Estimate of the maximum: "fox" is 220 - age, "tanaka" is 208 - 0.7 x age.

    Returns:
        "zone_1" (50-60 percent) to "zone_5" (90-100 percent), each as [lower, upper] in whole beats per minute.

    Raises:
        ValueError: If the resting rate is not below the estimated maximum.

    Examples:
        >>> heart_rate_training_zones(age_years=40)
        {'zone_1': [90, 108], 'zone_2': [108, 126], 'zone_3': [126, 144], 'zone_4': [144, 162], 'zone_5': [162, 180]}
        >>> heart_rate_training_zones(age_years=28, resting_heart_rate=58, max_formula="fox")
        {'zone_1': [125, 138], 'zone_2': [138, 152], 'zone_3': [152, 165], 'zone_4': [165, 179], 'zone_5': [179, 192]}
    """
    maximum = 220.0 - age_years if max_formula == "fox" else 208 - 0.7 * age_years
    floor = resting_heart_rate or 0
    if floor >= maximum:
        raise ValueError("the resting heart rate must be below the estimated maximum")
    bounds = [round(floor + (maximum - floor) * percent / 100) for percent in range(50, 101, 10)]
    return {f"zone_{i + 1}": [bounds[i], bounds[i + 1]] for i in range(5)}


def pregnancy_due_date(
    last_period_date: str,
    cycle_length_days: Annotated[int, Ge(20), Le(45)] = 28,
    as_of_date: str | None = None,
) -> dict[str, str | int | None]:
    """Estimate a pregnancy's due date from the last menstrual period, and its progress on a given day.

    Args:
        last_period_date: First day of the last menstrual period, written YYYY-MM-DD.
        cycle_length_days: Usual cycle length in days, from 20 to 45; longer cycles move the due date back.
        as_of_date: Day to report the gestational age for, written YYYY-MM-DD, up to 44 weeks after the period.

    Returns:
        "due_date" (280 days after the period, corrected for the cycle), and "weeks" and "days" of gestation on the
        given day, counted from the equally corrected start; both None if no day is given.

    Raises:
        ValueError: If a date is malformed, the cycle length is out of range, or the day is not within the pregnancy.

    Examples:
        >>> pregnancy_due_date(last_period_date="2025-01-01")
        {'due_date': '2025-10-08', 'weeks': None, 'days': None}
        >>> pregnancy_due_date(last_period_date="2025-02-10", cycle_length_days=31, as_of_date="2025-05-20")
        {'due_date': '2025-11-20', 'weeks': 13, 'days': 5}
    """
    if not 20 <= cycle_length_days <= 45:
        raise ValueError("cycle_length_days must lie between 20 and 45")
    start = _parse_date(last_period_date) + timedelta(days=cycle_length_days - 28)
    due = (start + timedelta(days=280)).isoformat()
    if as_of_date is None:
        return {"due_date": due, "weeks": None, "days": None}
    elapsed = (_parse_date(as_of_date) - start).days
    if not 0 <= elapsed <= 308:
        raise ValueError("as_of_date must lie within 44 weeks of the start of the pregnancy")
    return {"due_date": due, "weeks": elapsed // 7, "days": elapsed % 7}


def body_surface_area(
    weight_kg: Annotated[float, Gt(0), Le(500)],
    height_cm: Annotated[float, Ge(30), Le(260)],
    formula: Literal["mosteller", "du_bois"] = "mosteller",
) -> float:
    """Compute body surface area in square metres from weight and height.

    Args:
        weight_kg: Body weight in kilograms, above 0 and up to 500.
        height_cm: Height in centimetres, from 30 to 260.
        formula: Mosteller or Du Bois formula.

    Returns:
        The body surface area in m², rounded to 2 decimals.

    Raises:
        ValueError: If weight or height is not positive.

    Examples:
        >>> body_surface_area(weight_kg=70, height_cm=170)
        1.82
        >>> body_surface_area(weight_kg=18.5, height_cm=110, formula="du_bois")
        0.75
    """
    if weight_kg <= 0 or height_cm <= 0:
        raise ValueError("weight and height must be positive")
    if formula == "mosteller":
        return round(math.sqrt(weight_kg * height_cm / 3600), 2)
    return round(0.007184 * math.pow(weight_kg, 0.425) * math.pow(height_cm, 0.725), 2)


def creatinine_clearance(
    age_years: Annotated[int, Ge(18), Le(110)],
    weight_kg: Annotated[float, Gt(0), Le(500)],
    serum_creatinine: Annotated[float, Gt(0), Le(3000)],
    sex: Literal["female", "male"],
    creatinine_unit: Literal["mg/dL", "umol/L"] = "mg/dL",
) -> float:
    """Estimate an adult's creatinine clearance in mL/min with the Cockcroft-Gault equation.

    Args:
        age_years: Age in years, from 18 to 110.
        weight_kg: Body weight in kilograms, above 0 and up to 500.
        serum_creatinine: Serum creatinine in the chosen unit, above 0.
        sex: Biological sex; the result is multiplied by 0.85 for "female".
        creatinine_unit: Unit of the serum creatinine (88.4 umol/L are 1 mg/dL).

    Returns:
        The estimated clearance in mL/min, rounded to 1 decimal.

    Raises:
        ValueError: If age, weight or creatinine lies outside its range.

    Examples:
        >>> creatinine_clearance(age_years=60, weight_kg=72, serum_creatinine=1.0, sex="male")
        80.0
        >>> creatinine_clearance(
        ...     age_years=74, weight_kg=58, serum_creatinine=115, sex="female", creatinine_unit="umol/L"
        ... )
        34.7
    """
    if not 18 <= age_years <= 110 or weight_kg <= 0 or serum_creatinine <= 0:
        raise ValueError("age must lie between 18 and 110, weight and creatinine must be positive")
    mg_per_dl = serum_creatinine / (88.4 if creatinine_unit == "umol/L" else 1.0)
    return round((140 - age_years) * weight_kg / (72 * mg_per_dl) * (0.85 if sex == "female" else 1.0), 1)


def hba1c_average_glucose(
    hba1c: Annotated[float, Gt(0), Le(200)],
    hba1c_unit: Literal["percent", "mmol/mol"] = "percent",
) -> dict[str, float]:
    """Convert glycated haemoglobin (HbA1c) into the estimated average blood glucose of the past months (ADAG).

    Args:
        hba1c: HbA1c reading in the chosen unit, corresponding to 3 to 20 percent.
        hba1c_unit: "percent" (NGSP) or "mmol/mol" (IFCC).

    Returns:
        "hba1c_percent" (1 decimal), "glucose_mg_dl" (whole number) and "glucose_mmol_l" (1 decimal).

    Raises:
        ValueError: If the reading is below 3 or above 20 percent.

    Examples:
        >>> hba1c_average_glucose(hba1c=7.0)
        {'hba1c_percent': 7.0, 'glucose_mg_dl': 154, 'glucose_mmol_l': 8.6}
        >>> hba1c_average_glucose(hba1c=48, hba1c_unit="mmol/mol")
        {'hba1c_percent': 6.5, 'glucose_mg_dl': 141, 'glucose_mmol_l': 7.8}
    """
    percent = hba1c if hba1c_unit == "percent" else hba1c / 10.929 + 2.15
    if not 3 <= percent <= 20:
        raise ValueError("the reading must correspond to 3 to 20 percent")
    mg_dl = 28.7 * percent - 46.7
    return {
        "hba1c_percent": round(percent, 1),
        "glucose_mg_dl": round(mg_dl),
        "glucose_mmol_l": round(mg_dl / 18.016, 1),
    }


def body_fat_percentage_navy(
    sex: Literal["female", "male"],
    height_cm: Annotated[float, Ge(100), Le(260)],
    neck_cm: Annotated[float, Ge(15), Le(80)],
    waist_cm: Annotated[float, Ge(30), Le(250)],
    hip_cm: Annotated[float, Ge(30), Le(250)] | None = None,
) -> float:
    """Estimate body fat as a percentage of body weight from tape measurements with the US Navy method.

    Args:
        sex: Biological sex the equation is fitted for.
        height_cm: Height in centimetres, from 100 to 260.
        neck_cm: Neck circumference in centimetres, from 15 to 80.
        waist_cm: Waist circumference in centimetres, from 30 to 250.
        hip_cm: Hip circumference in centimetres, required for "female" and ignored for "male".

    Returns:
        Body fat in percent, rounded to 1 decimal.

    Raises:
        ValueError: If the hip measure is missing for a woman or the measures lead to no sensible percentage.

    Examples:
        >>> body_fat_percentage_navy(sex="male", height_cm=178, neck_cm=38, waist_cm=86)
        17.2
        >>> body_fat_percentage_navy(sex="female", height_cm=165, neck_cm=33, waist_cm=72, hip_cm=97)
        26.4
    """
    if sex == "female" and hip_cm is None:
        raise ValueError("hip_cm is required for female")
    girth = waist_cm - neck_cm + (hip_cm or 0.0 if sex == "female" else 0.0)
    if girth <= 0:
        raise ValueError("the waist must be wider than the neck")
    if sex == "male":
        density = 1.0324 - 0.19077 * math.log10(girth) + 0.15456 * math.log10(height_cm)
    else:
        density = 1.29579 - 0.35004 * math.log10(girth) + 0.221 * math.log10(height_cm)
    percent = 495 / density - 450
    if not 0 < percent < 80:
        raise ValueError("these measurements lead to no sensible body fat percentage")
    return round(percent, 1)


def medication_dose_schedule(
    first_dose: str,
    interval_hours: Annotated[float, Ge(0.5), Le(168)],
    doses: Annotated[int, Ge(1), Le(60)],
) -> list[str]:
    """List the date and time of every dose of a medicine taken at a fixed interval.

    Args:
        first_dose: Date and 24-hour time of the first dose, written YYYY-MM-DD HH:MM.
        interval_hours: Hours between doses, from 0.5 to 168.
        doses: Number of doses, the first included, from 1 to 60.

    Returns:
        The dose times in order, written YYYY-MM-DD HH:MM.

    Raises:
        ValueError: If the first time is malformed or a number lies outside its range.

    Examples:
        >>> medication_dose_schedule(first_dose="2025-04-07 07:30", interval_hours=8, doses=4)
        ['2025-04-07 07:30', '2025-04-07 15:30', '2025-04-07 23:30', '2025-04-08 07:30']
        >>> medication_dose_schedule(first_dose="2025-12-30 21:00", interval_hours=36, doses=3)
        ['2025-12-30 21:00', '2026-01-01 09:00', '2026-01-02 21:00']
    """
    if not 0.5 <= interval_hours <= 168 or not 1 <= doses <= 60:
        raise ValueError("interval_hours must lie between 0.5 and 168, doses between 1 and 60")
    day, _, clock = first_dose.partition(" ")
    start = datetime.combine(_parse_date(day), datetime.min.time()) + timedelta(minutes=_parse_clock(clock))
    return [(start + timedelta(hours=interval_hours * n)).strftime("%Y-%m-%d %H:%M") for n in range(doses)]


def medication_refill_date(
    start_date: str,
    tablets_in_stock: Annotated[int, Ge(1), Le(5000)],
    tablets_per_day: Annotated[float, Gt(0), Le(100)],
    reorder_lead_days: Annotated[int, Ge(0), Le(90)] = 7,
) -> dict[str, str | int]:
    """Compute how long a supply of tablets lasts and when to reorder it.

    Args:
        start_date: First day of taking tablets from the supply, written YYYY-MM-DD.
        tablets_in_stock: Tablets available on that day, from 1 to 5000.
        tablets_per_day: Tablets taken per day, such as 0.5 or 3, above 0.
        reorder_lead_days: Days before the last covered day on which to reorder, from 0 to 90.

    Returns:
        "full_days" covered, "last_covered_date", and "reorder_date", never before the start date.

    Raises:
        ValueError: If the date is malformed or the supply lasts for less than one day or over ten years.

    Examples:
        >>> medication_refill_date(start_date="2025-03-01", tablets_in_stock=90, tablets_per_day=2)
        {'full_days': 45, 'last_covered_date': '2025-04-14', 'reorder_date': '2025-04-07'}
        >>> medication_refill_date(
        ...     start_date="2025-08-15", tablets_in_stock=28, tablets_per_day=0.5, reorder_lead_days=10
        ... )
        {'full_days': 56, 'last_covered_date': '2025-10-09', 'reorder_date': '2025-09-29'}
    """
    start = _parse_date(start_date)
    full_days = math.floor(round(tablets_in_stock / tablets_per_day, 9)) if tablets_per_day > 0 else 0
    if not 1 <= full_days <= 3653:
        raise ValueError("the supply must last at least one day and at most ten years")
    last = start + timedelta(days=full_days - 1)
    reorder = max(start, last - timedelta(days=reorder_lead_days))
    return {"full_days": full_days, "last_covered_date": last.isoformat(), "reorder_date": reorder.isoformat()}


def sleep_cycle_bedtimes(
    wake_time: str,
    cycle_minutes: Annotated[int, Ge(70), Le(120)] = 90,
    minutes_to_fall_asleep: Annotated[int, Ge(0), Le(120)] = 15,
) -> dict[str, str]:
    """Compute the times to go to bed so that waking falls at the end of 4, 5 or 6 full sleep cycles.

    Args:
        wake_time: Wake-up time in 24-hour form HH:MM.
        cycle_minutes: Length of a sleep cycle in minutes, from 70 to 120.
        minutes_to_fall_asleep: Minutes between going to bed and falling asleep, from 0 to 120.

    Returns:
        The bedtimes "four_cycles", "five_cycles" and "six_cycles", each in 24-hour form HH:MM.

    Raises:
        ValueError: If the time is malformed.

    Examples:
        >>> sleep_cycle_bedtimes(wake_time="06:30")
        {'four_cycles': '00:15', 'five_cycles': '22:45', 'six_cycles': '21:15'}
        >>> sleep_cycle_bedtimes(wake_time="08:00", cycle_minutes=100, minutes_to_fall_asleep=5)
        {'four_cycles': '01:15', 'five_cycles': '23:35', 'six_cycles': '21:55'}
    """
    wake = _parse_clock(wake_time)
    bedtimes = {}
    for name, cycles in (("four_cycles", 4), ("five_cycles", 5), ("six_cycles", 6)):
        minute = (wake - cycles * cycle_minutes - minutes_to_fall_asleep) % 1440
        bedtimes[name] = f"{minute // 60:02d}:{minute % 60:02d}"
    return bedtimes


def food_label_energy(
    protein_g: Annotated[float, Ge(0), Le(1000)],
    carbohydrate_g: Annotated[float, Ge(0), Le(1000)],
    fat_g: Annotated[float, Ge(0), Le(1000)],
    fibre_g: Annotated[float, Ge(0), Le(1000)] = 0,
    alcohol_g: Annotated[float, Ge(0), Le(1000)] = 0,
) -> dict[str, int]:
    """Compute the energy of a food in kilocalories and kilojoules from its nutrients, as on EU nutrition labels.

    Args:
        protein_g: Protein in grams (4 kcal or 17 kJ per gram).
        carbohydrate_g: Carbohydrate without fibre in grams (4 kcal or 17 kJ per gram).
        fat_g: Fat in grams (9 kcal or 37 kJ per gram).
        fibre_g: Dietary fibre in grams (2 kcal or 8 kJ per gram).
        alcohol_g: Alcohol in grams (7 kcal or 29 kJ per gram).

    Returns:
        "kcal" and "kj" as whole numbers.

    Raises:
        ValueError: If a quantity is negative.

    Examples:
        >>> food_label_energy(protein_g=3.4, carbohydrate_g=4.8, fat_g=3.5)
        {'kcal': 64, 'kj': 269}
        >>> food_label_energy(protein_g=13.2, carbohydrate_g=58.7, fat_g=7.0, fibre_g=10.1)
        {'kcal': 371, 'kj': 1562}
    """
    grams = (protein_g, carbohydrate_g, fat_g, fibre_g, alcohol_g)
    if min(grams) < 0:
        raise ValueError("nutrient quantities must not be negative")
    kcal = sum(g * factor for g, factor in zip(grams, (4, 4, 9, 2, 7), strict=True))
    kilojoules = sum(g * factor for g, factor in zip(grams, (17, 17, 37, 8, 29), strict=True))
    return {"kcal": round(kcal), "kj": round(kilojoules)}


def blood_alcohol_estimate(
    drinks: Annotated[list[AlcoholicDrink], MinLen(1), MaxLen(30)],
    weight_kg: Annotated[float, Ge(30), Le(300)],
    sex: Literal["female", "male"],
    hours_since_first_drink: Annotated[float, Ge(0), Le(72)] = 0,
) -> float:
    """Estimate blood alcohol in grams per litre (per mille) with the Widmark formula; not a proof of fitness to drive.

    Args:
        drinks: Drinks taken, each with "volume_ml" in millilitres and "abv_percent", the strength in percent by volume.
        weight_kg: Body weight in kilograms, from 30 to 300.
        sex: Biological sex, which sets the distribution factor (0.68 male, 0.55 female).
        hours_since_first_drink: Hours since the first drink, from 0 to 72; 0.15 per mille are broken down per hour.

    Returns:
        The estimated blood alcohol in per mille, rounded to 2 decimals, never below 0.

    Raises:
        ValueError: If there is no drink, or a volume or strength is impossible.

    Examples:
        >>> blood_alcohol_estimate(drinks=[{"volume_ml": 500, "abv_percent": 5.0}], weight_kg=80, sex="male")
        0.36
        >>> blood_alcohol_estimate(
        ...     drinks=[{"volume_ml": 150, "abv_percent": 13.0}, {"volume_ml": 150, "abv_percent": 13.0}],
        ...     weight_kg=62, sex="female", hours_since_first_drink=2,
        ... )
        0.6
    """
    if not drinks or any(d["volume_ml"] <= 0 or not 0 <= d["abv_percent"] <= 100 for d in drinks):
        raise ValueError("every drink needs a positive volume and a strength between 0 and 100 percent")
    grams = sum(d["volume_ml"] * d["abv_percent"] / 100 * 0.789 for d in drinks)
    peak = grams / (weight_kg * (0.68 if sex == "male" else 0.55))
    return round(max(0.0, peak - 0.15 * hours_since_first_drink), 2)
