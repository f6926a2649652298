"""Weather comfort, air quality, energy, water and biodiversity calculations."""

import math
from datetime import datetime
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

CATEGORY = "Environment"


class AqiBreakpoint(TypedDict):
    """One band of an air quality index: a concentration range and the index range it maps to."""

    concentration_low: float
    concentration_high: float
    index_low: int
    index_high: int


class TransportLeg(TypedDict):
    """A stretch travelled by one mode of transport."""

    mode: str
    distance_km: float


class DailyTemperature(TypedDict):
    """Lowest and highest temperature of a day in degrees Celsius."""

    min_c: float
    max_c: float


class NoiseExposure(TypedDict):
    """Time spent at one sound level, in dB(A) and hours."""

    level_db: float
    hours: float


class CompostMaterial(TypedDict):
    """A compost ingredient with its dry mass in kilograms and its carbon and nitrogen content in percent."""

    dry_mass_kg: float
    carbon_percent: float
    nitrogen_percent: float


def air_quality_index(
    concentration: Annotated[float, Ge(0), Le(100000)],
    breakpoints: Annotated[list[AqiBreakpoint], MinLen(1), MaxLen(20)],
) -> int:
    """Compute an air quality index from a pollutant concentration by linear interpolation between breakpoints.

    Args:
        concentration: Measured concentration, in the unit of the breakpoints, 0 or more.
        breakpoints: Bands of the index scale with "concentration_low", "concentration_high", "index_low" and
            "index_high", from the lowest band to the highest; a value between two bands counts towards the upper one.

    Returns:
        The index as a whole number.

    Raises:
        ValueError: If a band is empty or the concentration lies outside all bands.

    Examples:
        >>> air_quality_index(concentration=22.0, breakpoints=[
        ...     {"concentration_low": 0.0, "concentration_high": 9.0, "index_low": 0, "index_high": 50},
        ...     {"concentration_low": 9.1, "concentration_high": 35.4, "index_low": 51, "index_high": 100},
        ... ])
        75
        >>> air_quality_index(concentration=60, breakpoints=[
        ...     {"concentration_low": 0, "concentration_high": 54, "index_low": 0, "index_high": 50},
        ...     {"concentration_low": 55, "concentration_high": 70, "index_low": 51, "index_high": 100},
        ... ])
        67
    """
    if any(band["concentration_high"] <= band["concentration_low"] for band in breakpoints):
        raise ValueError("every band must end at a higher concentration than it starts")
    band = next((b for b in breakpoints if concentration <= b["concentration_high"]), None)
    if band is None or concentration < min(b["concentration_low"] for b in breakpoints):
        raise ValueError("the concentration lies outside all bands")
    width = band["concentration_high"] - band["concentration_low"]
    share = max(0.0, concentration - band["concentration_low"]) / width
    return round(band["index_low"] + share * (band["index_high"] - band["index_low"]))


def heat_index_felt_temperature(
    temperature_c: Annotated[float, Ge(20), Le(55)],
    relative_humidity: Annotated[float, Ge(0), Le(100)],
) -> float:
    """Compute the heat index, the temperature felt in warm humid air, with the US National Weather Service method.

    Args:
        temperature_c: Air temperature in the shade in degrees Celsius, from 20 to 55.
        relative_humidity: Relative humidity in percent, from 0 to 100.

    Returns:
        The heat index in degrees Celsius, rounded to 1 decimal.

    Raises:
        ValueError: If temperature or humidity lies outside its range.

    Examples:
        >>> heat_index_felt_temperature(temperature_c=32, relative_humidity=70)
        40.4
        >>> heat_index_felt_temperature(temperature_c=26.5, relative_humidity=40)
        26.4
    """
    if not 20 <= temperature_c <= 55 or not 0 <= relative_humidity <= 100:
        raise ValueError("temperature_c must lie between 20 and 55, relative_humidity between 0 and 100")
    t, rh = temperature_c * 9 / 5 + 32, relative_humidity
    index = (0.5 * (t + 61 + (t - 68) * 1.2 + rh * 0.094) + t) / 2
    if index >= 80:
        index = (
            -42.379 + 2.04901523 * t + 10.14333127 * rh - 0.22475541 * t * rh - 0.00683783 * t**2
            - 0.05481717 * rh**2 + 0.00122874 * t**2 * rh + 0.00085282 * t * rh**2 - 0.00000199 * t**2 * rh**2
        )  # fmt: skip
        if rh < 13 and t <= 112:
            index -= (13 - rh) / 4 * math.sqrt((17 - abs(t - 95)) / 17)
        elif rh > 85 and t <= 87:
            index += (rh - 85) / 10 * (87 - t) / 5
    return round((index - 32) * 5 / 9, 1)


def wind_chill_felt_temperature(
    temperature_c: Annotated[float, Ge(-60), Le(10)],
    wind_speed: Annotated[float, Gt(0), Le(300)],
    wind_unit: Literal["km/h", "m/s", "mph", "kn"] = "km/h",
) -> float:
    """Compute the wind chill temperature felt in cold wind with the North American formula of 2001.

    Args:
        temperature_c: Air temperature in degrees Celsius, from -60 to 10.
        wind_speed: Wind speed 10 metres above ground, at least 4.8 km/h.
        wind_unit: Unit of the wind speed.

    Returns:
        The wind chill temperature in degrees Celsius, rounded to 1 decimal.

    Raises:
        ValueError: If it is warmer than 10 degrees or the wind is below 4.8 km/h, where wind chill is not defined.

    Examples:
        >>> wind_chill_felt_temperature(temperature_c=-10, wind_speed=20)
        -17.9
        >>> wind_chill_felt_temperature(temperature_c=2.5, wind_speed=11, wind_unit="m/s")
        -4.0
    """
    kmh = wind_speed * {"km/h": 1.0, "m/s": 3.6, "mph": 1.609344, "kn": 1.852}[wind_unit]
    if temperature_c > 10 or kmh < 4.8:
        raise ValueError("wind chill is defined up to 10 degrees Celsius and from 4.8 km/h of wind")
    power = math.pow(kmh, 0.16)
    return round(13.12 + 0.6215 * temperature_c - 11.37 * power + 0.3965 * temperature_c * power, 1)


def dew_point_temperature(
    temperature_c: Annotated[float, Ge(-45), Le(60)],
    relative_humidity: Annotated[float, Ge(1), Le(100)],
) -> dict[str, float]:
    """Compute the dew point and the absolute humidity of air with the Magnus formula.

    Args:
        temperature_c: Air temperature in degrees Celsius, from -45 to 60.
        relative_humidity: Relative humidity in percent, from 1 to 100.

    Returns:
        "dew_point_c" (1 decimal) and "absolute_humidity_g_m3", the grams of water in a cubic metre (2 decimals).

    Raises:
        ValueError: If temperature or humidity lies outside its range.

    Examples:
        >>> dew_point_temperature(temperature_c=25, relative_humidity=50)
        {'dew_point_c': 13.9, 'absolute_humidity_g_m3': 11.49}
        >>> dew_point_temperature(temperature_c=4.5, relative_humidity=88)
        {'dew_point_c': 2.7, 'absolute_humidity_g_m3': 5.78}
    """
    if not -45 <= temperature_c <= 60 or not 1 <= relative_humidity <= 100:
        raise ValueError("temperature_c must lie between -45 and 60, relative_humidity between 1 and 100")
    gamma = math.log(relative_humidity / 100) + 17.625 * temperature_c / (243.04 + temperature_c)
    vapour_pressure_pa = 610.94 * math.exp(gamma)
    return {
        "dew_point_c": round(243.04 * gamma / (17.625 - gamma), 1),
        "absolute_humidity_g_m3": round(vapour_pressure_pa / (461.5 * (temperature_c + 273.15)) * 1000, 2),
    }


def beaufort_wind_force(
    wind_speed: Annotated[float, Ge(0), Le(500)],
    unit: Literal["m/s", "km/h", "mph", "kn"] = "m/s",
) -> dict[str, int | str]:
    """Classify a wind speed on the Beaufort scale.

    Args:
        wind_speed: Mean wind speed 10 metres above ground, 0 or more.
        unit: Unit of the wind speed.

    Returns:
        "force" from 0 to 12 and its English "description".

    Raises:
        ValueError: If the speed is negative.

    Examples:
        >>> beaufort_wind_force(wind_speed=12.5)
        {'force': 6, 'description': 'strong breeze'}
        >>> beaufort_wind_force(wind_speed=95, unit="km/h")
        {'force': 10, 'description': 'storm'}
    """
    if wind_speed < 0:
        raise ValueError("wind_speed must not be negative")
    names = (
        "calm", "light air", "light breeze", "gentle breeze", "moderate breeze", "fresh breeze", "strong breeze",
        "near gale", "gale", "strong gale", "storm", "violent storm", "hurricane",
    )  # fmt: skip
    limits = (0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7)
    metres_per_second = wind_speed * {"m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704, "kn": 1.852 / 3.6}[unit]
    force = sum(round(metres_per_second, 6) >= limit for limit in limits)
    return {"force": force, "description": names[force]}


def trip_carbon_footprint(
    legs: Annotated[list[TransportLeg], MinLen(1), MaxLen(100)],
    grams_co2e_per_km: dict[str, float],
    travellers: Annotated[int, Ge(1), Le(1000)] = 1,
) -> dict[str, float | dict[str, float]]:
    """Add up the greenhouse gas emissions of a journey by mode of transport, in kilograms of CO2 equivalent.

    Args:
        legs: Stretches of the journey, each with a "mode" and its "distance_km" in kilometres, 0 or more.
        grams_co2e_per_km: Emission factor of each mode in grams of CO2 equivalent per passenger-kilometre.
        travellers: Number of passengers making the journey, from 1 to 1000.

    Returns:
        "total_kg" and "kg_by_mode", rounded to 2 decimals.

    Raises:
        ValueError: If a mode has no emission factor, or a distance or factor is negative.

    Examples:
        >>> trip_carbon_footprint(
        ...     legs=[{"mode": "train", "distance_km": 420}, {"mode": "bus", "distance_km": 35}],
        ...     grams_co2e_per_km={"train": 35, "bus": 97},
        ... )
        {'total_kg': 18.09, 'kg_by_mode': {'train': 14.7, 'bus': 3.4}}
        >>> trip_carbon_footprint(
        ...     legs=[{"mode": "flight", "distance_km": 1250}], grams_co2e_per_km={"flight": 154.5}, travellers=2
        ... )
        {'total_kg': 386.25, 'kg_by_mode': {'flight': 386.25}}
    """
    by_mode: dict[str, float] = {}
    for leg in legs:
        factor = grams_co2e_per_km.get(leg["mode"])
        if factor is None:
            raise ValueError(f"no emission factor for {leg['mode']!r}")
        if factor < 0 or leg["distance_km"] < 0:
            raise ValueError(f"distance and emission factor must not be negative: {leg['mode']!r}")
        by_mode[leg["mode"]] = by_mode.get(leg["mode"], 0.0) + leg["distance_km"] * factor * travellers / 1000
    return {
        "total_kg": round(sum(by_mode.values()), 2),
        "kg_by_mode": {mode: round(mass, 2) for mode, mass in by_mode.items()},
    }


def solar_panel_lifetime_yield(
    peak_power_kw: Annotated[float, Gt(0), Le(100000)],
    annual_irradiation_kwh_m2: Annotated[float, Ge(100), Le(3000)],
    years: Annotated[int, Ge(1), Le(50)] = 25,
    performance_ratio: Annotated[float, Gt(0), Le(1)] = 0.8,
    annual_degradation_percent: Annotated[float, Ge(0), Le(10)] = 0.5,
) -> dict[str, float]:
    """Estimate the electricity a solar power system generates in its first year, its last year and its lifetime.

    Args:
        peak_power_kw: Installed peak power in kilowatts, above 0.
        annual_irradiation_kwh_m2: Yearly irradiation on the panel plane in kWh per square metre, from 100 to 3000.
        years: Years of operation, from 1 to 50.
        performance_ratio: Share of the ideal yield left after losses, above 0 and up to 1.
        annual_degradation_percent: Loss of output from year to year in percent, from 0 to 10.

    Returns:
        "first_year_kwh", "last_year_kwh" and "lifetime_kwh", rounded to whole kilowatt-hours.

    Raises:
        ValueError: If the power is not positive or a ratio lies outside its range.

    Examples:
        >>> solar_panel_lifetime_yield(peak_power_kw=8, annual_irradiation_kwh_m2=1200)
        {'first_year_kwh': 7680, 'last_year_kwh': 6809, 'lifetime_kwh': 180910}
        >>> solar_panel_lifetime_yield(
        ...     peak_power_kw=4.5, annual_irradiation_kwh_m2=1750, years=20, performance_ratio=0.75
        ... )
        {'first_year_kwh': 5906, 'last_year_kwh': 5370, 'lifetime_kwh': 112679}
    """
    if peak_power_kw <= 0 or not 0 < performance_ratio <= 1 or not 0 <= annual_degradation_percent < 100 or years < 1:
        raise ValueError("power and years must be positive, the ratio up to 1 and the degradation below 100 percent")
    first = peak_power_kw * annual_irradiation_kwh_m2 * performance_ratio
    outputs = [first * (1 - annual_degradation_percent / 100) ** year for year in range(years)]
    return {
        "first_year_kwh": round(first),
        "last_year_kwh": round(outputs[-1]),
        "lifetime_kwh": round(sum(outputs)),
    }


def rainwater_harvest_volume(
    roof_area_m2: Annotated[float, Gt(0), Le(100000)],
    monthly_rainfall_mm: Annotated[list[Annotated[float, Ge(0)]], MinLen(1), MaxLen(12)],
    runoff_coefficient: Annotated[float, Gt(0), Le(1)] = 0.85,
    tank_litres: Annotated[float, Gt(0), Le(10000000)] | None = None,
    monthly_use_litres: Annotated[float, Ge(0), Le(10000000)] = 0.0,
) -> dict[str, float]:
    """Simulate month by month how much rainwater a roof collects, and how much is used, spilled and stored.

    Args:
        roof_area_m2: Roof area seen from above in square metres, above 0.
        monthly_rainfall_mm: Rainfall of 1 to 12 consecutive months in millimetres, 0 or more each.
        runoff_coefficient: Share of the rain that reaches the tank, above 0 and up to 1.
        tank_litres: Tank capacity in litres; unlimited when left out. The tank starts empty.
        monthly_use_litres: Water taken from the tank each month in litres, as far as available.

    Returns:
        "collected", "used", "overflow" and "stored" (left at the end) in litres, rounded to 1 decimal.

    Raises:
        ValueError: If there is no month, a rainfall is negative, or area or coefficient lies outside its range.

    Examples:
        >>> rainwater_harvest_volume(roof_area_m2=80, monthly_rainfall_mm=[60, 45, 70])
        {'collected': 11900.0, 'used': 0.0, 'overflow': 0.0, 'stored': 11900.0}
        >>> rainwater_harvest_volume(
        ...     roof_area_m2=120, monthly_rainfall_mm=[90, 20], tank_litres=5000, monthly_use_litres=3000
        ... )
        {'collected': 11220.0, 'used': 6000.0, 'overflow': 1180.0, 'stored': 4040.0}
    """
    if not monthly_rainfall_mm or min(monthly_rainfall_mm) < 0:
        raise ValueError("rainfall of at least one month is needed, and none may be negative")
    if roof_area_m2 <= 0 or not 0 < runoff_coefficient <= 1:
        raise ValueError("the roof area must be positive and the runoff coefficient between 0 and 1")
    stored = collected = used = overflow = 0.0
    for rainfall in monthly_rainfall_mm:
        inflow = rainfall * roof_area_m2 * runoff_coefficient
        drawn = min(stored + inflow, monthly_use_litres)
        surplus = stored + inflow - drawn
        stored = surplus if tank_litres is None else min(surplus, tank_litres)
        collected, used, overflow = collected + inflow, used + drawn, overflow + surplus - stored
    totals = {"collected": collected, "used": used, "overflow": overflow, "stored": stored}
    return {name: round(litres, 1) for name, litres in totals.items()}


def tree_carbon_storage(
    trunk_diameter_cm: Annotated[float, Ge(1), Le(500)],
    height_m: Annotated[float, Ge(1), Le(120)],
    wood_density_g_cm3: Annotated[float, Ge(0.1), Le(1.4)] = 0.6,
) -> dict[str, float]:
    """Estimate the above-ground biomass of a tree and the carbon dioxide stored in it (Chave et al. 2014, tropical).

    Args:
        trunk_diameter_cm: Trunk diameter at breast height (1.3 m) in centimetres, from 1 to 500.
        height_m: Tree height in metres, from 1 to 120.
        wood_density_g_cm3: Oven-dry wood density in g/cm³, from 0.1 to 1.4.

    Returns:
        "biomass_kg", "carbon_kg" (47 percent of the biomass) and "co2_kg" (44/12 of the carbon), 1 decimal.

    Raises:
        ValueError: If a measure is not positive.

    Examples:
        >>> tree_carbon_storage(trunk_diameter_cm=30, height_m=20)
        {'biomass_kg': 581.6, 'carbon_kg': 273.4, 'co2_kg': 1002.3}
        >>> tree_carbon_storage(trunk_diameter_cm=55, height_m=28.5, wood_density_g_cm3=0.72)
        {'biomass_kg': 3205.4, 'carbon_kg': 1506.6, 'co2_kg': 5524.0}
    """
    if min(trunk_diameter_cm, height_m, wood_density_g_cm3) <= 0:
        raise ValueError("diameter, height and wood density must be positive")
    biomass = 0.0673 * math.pow(wood_density_g_cm3 * trunk_diameter_cm**2 * height_m, 0.976)
    carbon = biomass * 0.47
    return {"biomass_kg": round(biomass, 1), "carbon_kg": round(carbon, 1), "co2_kg": round(carbon * 44 / 12, 1)}


def species_diversity_index(species_counts: dict[str, int]) -> dict[str, float | int]:
    """Compute the biodiversity of a sample: richness, Shannon index, evenness and Simpson diversity.

    Args:
        species_counts: Number of individuals observed by species name; each 0 or more, at least one above 0.

    Returns:
        "richness" (species present), "shannon" (natural logarithm), "evenness" (Pielou; 1.0 for a single species) and
        "simpson" (1 - sum of squared shares), rounded to 4 decimals.

    Raises:
        ValueError: If a count is negative or nothing was observed.

    Examples:
        >>> species_diversity_index(species_counts={"oak": 50, "beech": 30, "birch": 20})
        {'richness': 3, 'shannon': 1.0297, 'evenness': 0.9372, 'simpson': 0.62}
        >>> species_diversity_index(species_counts={"blackbird": 12, "robin": 12, "wren": 12, "kestrel": 0})
        {'richness': 3, 'shannon': 1.0986, 'evenness': 1.0, 'simpson': 0.6667}
    """
    if any(count < 0 for count in species_counts.values()) or not any(species_counts.values()):
        raise ValueError("counts must not be negative and at least one individual must be observed")
    total = sum(species_counts.values())
    shares = [count / total for count in species_counts.values() if count]
    shannon = sum(-share * math.log(share) for share in shares)
    return {
        "richness": len(shares),
        "shannon": round(abs(shannon), 4),
        "evenness": round(shannon / math.log(len(shares)), 4) if len(shares) > 1 else 1.0,
        "simpson": round(1 - sum(share**2 for share in shares), 4),
    }


def daylight_duration(day: str, latitude: Annotated[float, Ge(-90), Le(90)]) -> dict[str, float | str]:
    """Compute the length of daylight from sunrise to sunset on a date at a latitude (CBM model, within minutes).

    Args:
        day: Date, written YYYY-MM-DD.
        latitude: Latitude in decimal degrees, north positive, from -90 to 90.

    Returns:
        "hours" of daylight (2 decimals) and "daylight" written H:MM; 0 in polar night and 24 at midnight sun.

    Raises:
        ValueError: If the date is malformed or the latitude out of range.

    Examples:
        >>> daylight_duration(day="2025-06-21", latitude=52.5)
        {'hours': 16.83, 'daylight': '16:50'}
        >>> daylight_duration(day="2025-12-21", latitude=-33.87)
        {'hours': 14.41, 'daylight': '14:25'}
    """
    try:
        day_of_year = datetime.strptime(day, "%Y-%m-%d").timetuple().tm_yday
    except ValueError:
        raise ValueError(f"not a calendar date in the form YYYY-MM-DD: {day!r}") from None
    if not -90 <= latitude <= 90:
        raise ValueError("latitude must lie between -90 and 90 degrees")
    theta = 0.2163108 + 2 * math.atan(0.9671396 * math.tan(0.0086 * (day_of_year - 186)))
    declination = math.asin(0.39795 * math.cos(theta))
    phi = math.radians(max(-89.999, min(89.999, latitude)))
    numerator = math.sin(math.radians(0.8333)) + math.sin(phi) * math.sin(declination)
    cosine = numerator / (math.cos(phi) * math.cos(declination))
    hours = 24 - 24 / math.pi * math.acos(max(-1.0, min(1.0, cosine)))
    minutes = round(hours * 60)
    return {"hours": round(hours, 2), "daylight": f"{minutes // 60}:{minutes % 60:02d}"}


def growing_degree_days(
    daily_temperatures: Annotated[list[DailyTemperature], MinLen(1), MaxLen(366)],
    base_c: Annotated[float, Ge(-10), Le(30)] = 10.0,
    upper_c: Annotated[float, Ge(0), Le(50)] | None = None,
) -> dict[str, float]:
    """Add up the growing degree days of a crop or insect from daily temperature extremes.

    Args:
        daily_temperatures: Days in order with "min_c" and "max_c" in degrees Celsius.
        base_c: Temperature below which nothing grows, in degrees Celsius; lower readings are raised to it.
        upper_c: Temperature above which growth stops rising, in degrees Celsius; higher readings are cut to it.

    Returns:
        "total" and "daily_average" in degree days, rounded to 2 decimals.

    Raises:
        ValueError: If there is no day, a minimum exceeds its maximum, or the upper limit is not above the base.

    Examples:
        >>> growing_degree_days(daily_temperatures=[{"min_c": 12, "max_c": 26}, {"min_c": 8, "max_c": 19}])
        {'total': 13.5, 'daily_average': 6.75}
        >>> growing_degree_days(daily_temperatures=[{"min_c": 18, "max_c": 36}], base_c=8, upper_c=30)
        {'total': 16.0, 'daily_average': 16.0}
    """
    ceiling = math.inf if upper_c is None else upper_c
    if not daily_temperatures or ceiling <= base_c:
        raise ValueError("at least one day is needed, and the upper limit must lie above the base")
    total = 0.0
    for day in daily_temperatures:
        if day["min_c"] > day["max_c"]:
            raise ValueError("a daily minimum must not exceed the maximum")
        low, high = (min(max(reading, base_c), ceiling) for reading in (day["min_c"], day["max_c"]))
        total += (low + high) / 2 - base_c
    return {"total": round(total, 2), "daily_average": round(total / len(daily_temperatures), 2)}


def noise_exposure_dose(
    exposures: Annotated[list[NoiseExposure], MinLen(1), MaxLen(50)],
    criterion_level_db: Annotated[float, Ge(60), Le(100)] = 85,
    exchange_rate_db: Literal[3, 4, 5] = 3,
) -> dict[str, float]:
    """Compute the daily noise dose from times spent at different sound levels, and the equal 8-hour level.

    Args:
        exposures: Stretches of the day with "level_db" in dB(A), from 0 to 140, and "hours", at most 24 in total.
        criterion_level_db: Level that makes up a dose of 100 percent over 8 hours, from 60 to 100 dB(A).
        exchange_rate_db: Increase in level that halves the permitted time, in decibels.

    Returns:
        "dose_percent" and "equivalent_8h_level_db", rounded to 1 decimal.

    Raises:
        ValueError: If levels or hours are impossible or add up to nothing or more than 24 hours.

    Examples:
        >>> noise_exposure_dose(exposures=[{"level_db": 85, "hours": 4}, {"level_db": 88, "hours": 2}])
        {'dose_percent': 100.0, 'equivalent_8h_level_db': 85.0}
        >>> noise_exposure_dose(
        ...     exposures=[{"level_db": 95, "hours": 3}], criterion_level_db=90, exchange_rate_db=5
        ... )
        {'dose_percent': 75.0, 'equivalent_8h_level_db': 87.9}
    """
    if any(not 0 <= e["level_db"] <= 140 or e["hours"] < 0 for e in exposures):
        raise ValueError("levels must lie between 0 and 140 dB(A) and hours must not be negative")
    if not 0 < sum(e["hours"] for e in exposures) <= 24:
        raise ValueError("the hours must add up to more than 0 and at most 24")
    loads = (e["hours"] / 8 * 2.0 ** ((e["level_db"] - criterion_level_db) / exchange_rate_db) for e in exposures)
    dose = sum(loads)
    level = criterion_level_db + exchange_rate_db * math.log2(dose)
    return {"dose_percent": round(dose * 100, 1), "equivalent_8h_level_db": round(level, 1)}


def compost_carbon_nitrogen_ratio(
    materials: Annotated[list[CompostMaterial], MinLen(1), MaxLen(30)],
) -> dict[str, float | bool]:
    """Compute the carbon-to-nitrogen ratio of a compost mix and whether it suits composting (25:1 to 35:1).

    Args:
        materials: Ingredients with "dry_mass_kg" above 0, and "carbon_percent" and "nitrogen_percent" of the dry mass.

    Returns:
        "ratio" of carbon to nitrogen by mass, rounded to 1 decimal, and "suitable".

    Raises:
        ValueError: If a mass is not positive, a percentage is impossible, or the mix holds no nitrogen.

    Examples:
        >>> compost_carbon_nitrogen_ratio(materials=[
        ...     {"dry_mass_kg": 6, "carbon_percent": 45, "nitrogen_percent": 0.8},
        ...     {"dry_mass_kg": 2, "carbon_percent": 42, "nitrogen_percent": 3.0},
        ... ])
        {'ratio': 32.8, 'suitable': True}
        >>> compost_carbon_nitrogen_ratio(
        ...     materials=[{"dry_mass_kg": 10, "carbon_percent": 50, "nitrogen_percent": 0.1}]
        ... )
        {'ratio': 500.0, 'suitable': False}
    """
    for item in materials:
        contents = (item["carbon_percent"], item["nitrogen_percent"])
        if item["dry_mass_kg"] <= 0 or min(contents) < 0 or sum(contents) > 100:
            raise ValueError("masses must be positive and contents between 0 and 100 percent")
    carbon = sum(item["dry_mass_kg"] * item["carbon_percent"] for item in materials)
    nitrogen = sum(item["dry_mass_kg"] * item["nitrogen_percent"] for item in materials)
    if nitrogen == 0:
        raise ValueError("the mix must contain nitrogen")
    ratio = carbon / nitrogen
    return {"ratio": round(ratio, 1), "suitable": 25 <= ratio <= 35}
