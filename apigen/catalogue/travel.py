"""Trip planning: distances, flight times, stays, luggage and shared costs."""

import math
import re
from calendar import monthrange
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

CATEGORY = "Travel"

_EARTH_RADIUS_KM = 6371.0088
_COMPASS_POINTS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")


class FlightLeg(TypedDict):
    """One flight of an itinerary; times are UTC, written YYYY-MM-DD HH:MM."""

    origin: str
    destination: str
    departure_utc: str
    arrival_utc: str


class StayPeriod(TypedDict):
    """A stay in a territory; both the entry and the exit day count."""

    entry_date: str
    exit_date: str


class LuggagePiece(TypedDict):
    """Outer dimensions in centimetres and weight in kilograms."""

    length_cm: float
    width_cm: float
    height_cm: float
    weight_kg: float


class TripExpense(TypedDict):
    """An amount one traveller paid for the whole group."""

    payer: str
    amount: float


def _parse_date(text: str) -> date:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(f"not a calendar date in the form YYYY-MM-DD: {text!r}") from None
    if not 1900 <= day.year <= 2200:
        raise ValueError(f"year must lie between 1900 and 2200: {text!r}")
    return day


def _parse_timestamp(text: str) -> datetime:
    day, _, clock = text.partition(" ")
    return datetime.combine(_parse_date(day), datetime.min.time()) + timedelta(minutes=_parse_clock(clock))


def _parse_clock(text: str) -> int:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text, re.ASCII)
    if match is None:
        raise ValueError(f"not a 24-hour time in the form HH:MM: {text!r}")
    return int(match[1]) * 60 + int(match[2])


def _parse_utc_offset(text: str) -> int:
    match = re.fullmatch(r"([+-])(\d{2}):([0-5]\d)", text, re.ASCII)
    if match is None:
        raise ValueError(f"not a UTC offset in the form +HH:MM or -HH:MM: {text!r}")
    minutes = (int(match[2]) * 60 + int(match[3])) * (-1 if match[1] == "-" else 1)
    if not -12 * 60 <= minutes <= 14 * 60:
        raise ValueError(f"UTC offset must lie between -12:00 and +14:00: {text!r}")
    return minutes


def flight_great_circle_distance(
    origin_latitude: Annotated[float, Ge(-90), Le(90)],
    origin_longitude: Annotated[float, Ge(-180), Le(180)],
    destination_latitude: Annotated[float, Ge(-90), Le(90)],
    destination_longitude: Annotated[float, Ge(-180), Le(180)],
    unit: Literal["km", "mi", "nmi"] = "km",
) -> float:
    """Compute the great-circle distance between two points on Earth with the haversine formula.

    Args:
        origin_latitude: Latitude of the start in decimal degrees, north positive, from -90 to 90.
        origin_longitude: Longitude of the start in decimal degrees, east positive, from -180 to 180.
        destination_latitude: Latitude of the destination in decimal degrees, from -90 to 90.
        destination_longitude: Longitude of the destination in decimal degrees, from -180 to 180.
        unit: Unit of the result: kilometres ("km"), statute miles ("mi") or nautical miles ("nmi").

    Returns:
        The distance in the chosen unit, rounded to 1 decimal.

    Raises:
        ValueError: If a latitude or longitude lies outside its range.

    Examples:
        >>> flight_great_circle_distance(
        ...     origin_latitude=48.8566, origin_longitude=2.3522,
        ...     destination_latitude=40.7128, destination_longitude=-74.006,
        ... )
        5837.2
        >>> flight_great_circle_distance(
        ...     origin_latitude=51.47, origin_longitude=-0.4543,
        ...     destination_latitude=1.3644, destination_longitude=103.9915, unit="nmi",
        ... )
        5875.5
    """
    if max(abs(origin_latitude), abs(destination_latitude)) > 90:
        raise ValueError("latitudes must lie between -90 and 90 degrees")
    if max(abs(origin_longitude), abs(destination_longitude)) > 180:
        raise ValueError("longitudes must lie between -180 and 180 degrees")
    phi1, phi2 = math.radians(origin_latitude), math.radians(destination_latitude)
    half_delta_lambda = math.radians(destination_longitude - origin_longitude) / 2
    chord = math.sin((phi2 - phi1) / 2) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_delta_lambda) ** 2
    kilometres = 2 * _EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))
    return round(kilometres / {"km": 1.0, "mi": 1.609344, "nmi": 1.852}[unit], 1)


def initial_compass_bearing(
    origin_latitude: Annotated[float, Ge(-90), Le(90)],
    origin_longitude: Annotated[float, Ge(-180), Le(180)],
    destination_latitude: Annotated[float, Ge(-90), Le(90)],
    destination_longitude: Annotated[float, Ge(-180), Le(180)],
) -> dict[str, float | str]:
    """Compute the initial great-circle bearing from one point on Earth to another, in degrees and as a compass point.

    Args:
        origin_latitude: Latitude of the start in decimal degrees, north positive, from -90 to 90.
        origin_longitude: Longitude of the start in decimal degrees, east positive, from -180 to 180.
        destination_latitude: Latitude of the destination in decimal degrees, from -90 to 90.
        destination_longitude: Longitude of the destination in decimal degrees, from -180 to 180.

    Returns:
        "bearing_degrees" clockwise from true north (0 to below 360, 1 decimal) and "compass_point" of the 16-wind rose.

    Raises:
        ValueError: If both points are the same or a coordinate lies outside its range.

    Examples:
        >>> initial_compass_bearing(
        ...     origin_latitude=52.52, origin_longitude=13.405,
        ...     destination_latitude=41.9028, destination_longitude=12.4964,
        ... )
        {'bearing_degrees': 183.7, 'compass_point': 'S'}
        >>> initial_compass_bearing(
        ...     origin_latitude=35.6762, origin_longitude=139.6503,
        ...     destination_latitude=37.7749, destination_longitude=-122.4194,
        ... )
        {'bearing_degrees': 54.4, 'compass_point': 'NE'}
    """
    if max(abs(origin_latitude), abs(destination_latitude)) > 90:
        raise ValueError("latitudes must lie between -90 and 90 degrees")
    if max(abs(origin_longitude), abs(destination_longitude)) > 180:
        raise ValueError("longitudes must lie between -180 and 180 degrees")
    if (origin_latitude, origin_longitude) == (destination_latitude, destination_longitude):
        raise ValueError("origin and destination are the same point")
    phi1, phi2 = math.radians(origin_latitude), math.radians(destination_latitude)
    delta = math.radians(destination_longitude - origin_longitude)
    east = math.sin(delta) * math.cos(phi2)
    north = math.cos(phi1) * math.sin(phi2) - math.sin(phi1) * math.cos(phi2) * math.cos(delta)
    bearing = round(math.degrees(math.atan2(east, north)) % 360, 1) % 360
    return {"bearing_degrees": bearing, "compass_point": _COMPASS_POINTS[round(bearing / 22.5) % 16]}


def flight_arrival_local_time(
    departure_local: str,
    duration_minutes: Annotated[int, Ge(1), Le(1500)],
    origin_utc_offset: str,
    destination_utc_offset: str,
) -> dict[str, str | int]:
    """Compute the local date and time at which a flight lands, given its duration and both UTC offsets.

    Args:
        departure_local: Local departure date and 24-hour time at the origin, written YYYY-MM-DD HH:MM.
        duration_minutes: Flight duration in minutes, from 1 to 1500.
        origin_utc_offset: UTC offset at the origin, written +HH:MM or -HH:MM.
        destination_utc_offset: UTC offset at the destination, written +HH:MM or -HH:MM.

    Returns:
        "arrival_local" (YYYY-MM-DD HH:MM) and "day_change", the number of calendar days after the departure day.

    Raises:
        ValueError: If a time or an offset is malformed or the duration lies outside its range.

    Examples:
        >>> flight_arrival_local_time(
        ...     departure_local="2025-03-14 22:15", duration_minutes=760,
        ...     origin_utc_offset="+01:00", destination_utc_offset="+08:00",
        ... )
        {'arrival_local': '2025-03-15 17:55', 'day_change': 1}
        >>> flight_arrival_local_time(
        ...     departure_local="2025-07-01 10:30", duration_minutes=600,
        ...     origin_utc_offset="+09:00", destination_utc_offset="-07:00",
        ... )
        {'arrival_local': '2025-07-01 04:30', 'day_change': 0}
    """
    if not 1 <= duration_minutes <= 1500:
        raise ValueError("duration_minutes must lie between 1 and 1500")
    departure = _parse_timestamp(departure_local)
    shift = _parse_utc_offset(destination_utc_offset) - _parse_utc_offset(origin_utc_offset)
    arrival = departure + timedelta(minutes=duration_minutes + shift)
    return {
        "arrival_local": arrival.strftime("%Y-%m-%d %H:%M"),
        "day_change": (arrival.date() - departure.date()).days,
    }


def itinerary_layovers(
    legs: Annotated[list[FlightLeg], MinLen(2)],
    minimum_connection_minutes: Annotated[int, Ge(0), Le(1440)] = 45,
) -> list[dict[str, str | int | bool]]:
    """List the layovers of a multi-leg flight itinerary and say whether each leaves enough connection time.

    Args:
        legs: Flights in travel order, each with "origin" and "destination" airport codes and "departure_utc" and
            "arrival_utc" written YYYY-MM-DD HH:MM in UTC; at least two.
        minimum_connection_minutes: Connection time in minutes that must be available, from 0 to 1440.

    Returns:
        One entry per connection with "airport", "layover_minutes" and "feasible".

    Raises:
        ValueError: If there are fewer than two legs, a leg lands before it departs, or legs do not join up.

    Examples:
        >>> itinerary_layovers(legs=[
        ...     {"origin": "LIS", "destination": "FRA", "departure_utc": "2025-05-02 06:10",
        ...      "arrival_utc": "2025-05-02 09:05"},
        ...     {"origin": "FRA", "destination": "ICN", "departure_utc": "2025-05-02 11:30",
        ...      "arrival_utc": "2025-05-02 22:45"},
        ... ])
        [{'airport': 'FRA', 'layover_minutes': 145, 'feasible': True}]
        >>> itinerary_layovers(minimum_connection_minutes=60, legs=[
        ...     {"origin": "OSL", "destination": "CPH", "departure_utc": "2025-09-10 07:00",
        ...      "arrival_utc": "2025-09-10 08:15"},
        ...     {"origin": "CPH", "destination": "KEF", "departure_utc": "2025-09-10 09:05",
        ...      "arrival_utc": "2025-09-10 12:20"},
        ... ])
        [{'airport': 'CPH', 'layover_minutes': 50, 'feasible': False}]
    """
    if len(legs) < 2:
        raise ValueError("an itinerary with a layover needs at least two legs")
    for leg in legs:
        if _parse_timestamp(leg["arrival_utc"]) <= _parse_timestamp(leg["departure_utc"]):
            raise ValueError(f"the leg {leg['origin']}-{leg['destination']} arrives before it departs")
    layovers: list[dict[str, str | int | bool]] = []
    for inbound, outbound in pairwise(legs):
        if inbound["destination"] != outbound["origin"]:
            raise ValueError(f"arriving at {inbound['destination']} but leaving from {outbound['origin']}")
        gap = _parse_timestamp(outbound["departure_utc"]) - _parse_timestamp(inbound["arrival_utc"])
        minutes = int(gap.total_seconds() // 60)
        feasible = minutes >= minimum_connection_minutes
        layovers.append({"airport": outbound["origin"], "layover_minutes": minutes, "feasible": feasible})
    return layovers


def visa_rolling_days_left(
    stays: list[StayPeriod],
    reference_date: str,
    allowed_days: Annotated[int, Ge(1), Le(366)] = 90,
    window_days: Annotated[int, Ge(1), Le(730)] = 180,
) -> dict[str, int]:
    """Count the days used and left under a rolling-window visa rule such as "90 days in any 180 days".

    Args:
        stays: Stays with "entry_date" and "exit_date" written YYYY-MM-DD; entry and exit days both count.
        reference_date: Last day of the window, written YYYY-MM-DD.
        allowed_days: Days permitted within the window, from 1 to 366.
        window_days: Length of the window in days, ending on the reference date, from 1 to 730.

    Returns:
        "days_used" within the window and "days_left", never below 0.

    Raises:
        ValueError: If a date is malformed or a stay ends before it begins.

    Examples:
        >>> visa_rolling_days_left(
        ...     stays=[{"entry_date": "2025-01-10", "exit_date": "2025-02-08"}], reference_date="2025-06-01"
        ... )
        {'days_used': 30, 'days_left': 60}
        >>> visa_rolling_days_left(
        ...     stays=[
        ...         {"entry_date": "2024-11-20", "exit_date": "2024-12-20"},
        ...         {"entry_date": "2025-03-01", "exit_date": "2025-03-14"},
        ...     ],
        ...     reference_date="2025-05-31", allowed_days=60,
        ... )
        {'days_used': 32, 'days_left': 28}
    """
    last = _parse_date(reference_date).toordinal()
    days_present: set[int] = set()
    for stay in stays:
        entry, leave = _parse_date(stay["entry_date"]).toordinal(), _parse_date(stay["exit_date"]).toordinal()
        if leave < entry:
            raise ValueError(f"the stay starting {stay['entry_date']} ends before it begins")
        days_present.update(range(max(entry, last - window_days + 1), min(leave, last) + 1))
    return {"days_used": len(days_present), "days_left": max(0, allowed_days - len(days_present))}


def road_trip_fuel_cost(
    distance_km: Annotated[float, Gt(0), Le(100000)],
    litres_per_100km: Annotated[float, Gt(0), Le(100)],
    price_per_litre: Annotated[float, Gt(0), Le(1000)],
    passengers: Annotated[int, Ge(1), Le(60)] = 1,
    round_trip: bool = False,
) -> dict[str, float]:
    """Estimate the fuel used and the fuel cost of a car journey, in total and per person.

    Args:
        distance_km: One-way distance in kilometres, above 0.
        litres_per_100km: Fuel consumption in litres per 100 kilometres, above 0.
        price_per_litre: Fuel price per litre in any currency, above 0.
        passengers: Number of people sharing the cost, the driver included, from 1 to 60.
        round_trip: Whether the distance is driven there and back.

    Returns:
        "litres", "total_cost" and "cost_per_person", each rounded to 2 decimals.

    Raises:
        ValueError: If a number is not positive.

    Examples:
        >>> road_trip_fuel_cost(distance_km=585, litres_per_100km=6.2, price_per_litre=1.74)
        {'litres': 36.27, 'total_cost': 63.11, 'cost_per_person': 63.11}
        >>> road_trip_fuel_cost(
        ...     distance_km=310, litres_per_100km=7.5, price_per_litre=1.9, passengers=4, round_trip=True
        ... )
        {'litres': 46.5, 'total_cost': 88.35, 'cost_per_person': 22.09}
    """
    if min(distance_km, litres_per_100km, price_per_litre, passengers) <= 0:
        raise ValueError("distance, consumption, price and passengers must be positive")
    litres = distance_km * (2 if round_trip else 1) * litres_per_100km / 100
    cost = litres * price_per_litre
    return {"litres": round(litres, 2), "total_cost": round(cost, 2), "cost_per_person": round(cost / passengers, 2)}


def luggage_allowance_check(
    pieces: Annotated[list[LuggagePiece], MinLen(1)],
    max_linear_cm: Annotated[float, Gt(0), Le(500)] = 158,
    max_weight_kg: Annotated[float, Gt(0), Le(100)] = 23,
) -> list[dict[str, float | bool]]:
    """Check pieces of luggage against an airline's limits on linear size (length + width + height) and weight.

    Args:
        pieces: Pieces with "length_cm", "width_cm", "height_cm" in centimetres and "weight_kg" in kilograms.
        max_linear_cm: Largest permitted sum of the three dimensions in centimetres.
        max_weight_kg: Largest permitted weight of one piece in kilograms.

    Returns:
        One entry per piece in input order with "linear_cm", "over_size_cm", "over_weight_kg" and "accepted",
        rounded to 1 decimal.

    Raises:
        ValueError: If there is no piece or a measure is not positive.

    Examples:
        >>> luggage_allowance_check(pieces=[{"length_cm": 75, "width_cm": 48, "height_cm": 30, "weight_kg": 24.5}])
        [{'linear_cm': 153, 'over_size_cm': 0.0, 'over_weight_kg': 1.5, 'accepted': False}]
        >>> luggage_allowance_check(
        ...     pieces=[{"length_cm": 55, "width_cm": 38, "height_cm": 22, "weight_kg": 7.4}],
        ...     max_linear_cm=115, max_weight_kg=8,
        ... )
        [{'linear_cm': 115, 'over_size_cm': 0.0, 'over_weight_kg': 0.0, 'accepted': True}]
    """
    if not pieces:
        raise ValueError("at least one piece of luggage is needed")
    report: list[dict[str, float | bool]] = []
    for piece in pieces:
        if min(piece["length_cm"], piece["width_cm"], piece["height_cm"], piece["weight_kg"]) <= 0:
            raise ValueError("dimensions and weights must be positive")
        linear = round(piece["length_cm"] + piece["width_cm"] + piece["height_cm"], 1)
        over_size = round(max(0.0, linear - max_linear_cm), 1)
        over_weight = round(max(0.0, piece["weight_kg"] - max_weight_kg), 1)
        accepted = linear <= max_linear_cm and piece["weight_kg"] <= max_weight_kg
        report.append(
            {"linear_cm": linear, "over_size_cm": over_size, "over_weight_kg": over_weight, "accepted": accepted}
        )
    return report


def hotel_stay_cost(
    check_in: str,
    check_out: str,
    nightly_rate: Annotated[float, Ge(0), Le(1000000)],
    weekend_rate: Annotated[float, Ge(0), Le(1000000)] | None = None,
    city_tax_per_night: Annotated[float, Ge(0), Le(100000)] = 0.0,
) -> dict[str, float | int]:
    """Compute the price of a hotel stay, with an optional rate for Friday and Saturday nights and a nightly city tax.

    Args:
        check_in: Arrival date, written YYYY-MM-DD.
        check_out: Departure date, written YYYY-MM-DD, at least one day and at most 365 days after arrival.
        nightly_rate: Price per night in any currency.
        weekend_rate: Price of a Friday or Saturday night; the nightly rate applies when left out.
        city_tax_per_night: Tax added per night, in the same currency.

    Returns:
        "nights", "weekend_nights", "room_total", "tax_total" and "total"; amounts rounded to 2 decimals.

    Raises:
        ValueError: If a date is malformed or the stay is shorter than 1 or longer than 365 nights.

    Examples:
        >>> hotel_stay_cost(check_in="2025-06-05", check_out="2025-06-09", nightly_rate=120, weekend_rate=150)
        {'nights': 4, 'weekend_nights': 2, 'room_total': 540.0, 'tax_total': 0.0, 'total': 540.0}
        >>> hotel_stay_cost(check_in="2025-11-03", check_out="2025-11-06", nightly_rate=89.5, city_tax_per_night=3.2)
        {'nights': 3, 'weekend_nights': 0, 'room_total': 268.5, 'tax_total': 9.6, 'total': 278.1}
    """
    arrival = _parse_date(check_in)
    nights = (_parse_date(check_out) - arrival).days
    if not 1 <= nights <= 365:
        raise ValueError("check_out must be 1 to 365 days after check_in")
    weekend_nights = sum((arrival + timedelta(days=n)).weekday() in (4, 5) for n in range(nights))
    weekend_price = nightly_rate if weekend_rate is None else weekend_rate
    room_total = (nights - weekend_nights) * nightly_rate + weekend_nights * weekend_price
    tax_total = nights * city_tax_per_night
    return {
        "nights": nights,
        "weekend_nights": weekend_nights,
        "room_total": round(float(room_total), 2),
        "tax_total": round(tax_total, 2),
        "total": round(room_total + tax_total, 2),
    }


def passport_validity_for_trip(
    passport_expiry: str,
    return_date: str,
    required_months: Annotated[int, Ge(0), Le(24)] = 6,
) -> dict[str, str | int | bool]:
    """Check whether a passport stays valid for the required number of months after the end of a trip.

    Args:
        passport_expiry: Last day of validity, written YYYY-MM-DD.
        return_date: Day the traveller leaves the destination, written YYYY-MM-DD.
        required_months: Calendar months of validity required after that day, from 0 to 24.

    Returns:
        "valid", "valid_until_at_least" (the earliest acceptable expiry date) and "spare_days" (negative if too short).

    Raises:
        ValueError: If a date is malformed or required_months lies outside its range.

    Examples:
        >>> passport_validity_for_trip(passport_expiry="2026-02-20", return_date="2025-08-31")
        {'valid': False, 'valid_until_at_least': '2026-02-28', 'spare_days': -8}
        >>> passport_validity_for_trip(passport_expiry="2026-01-15", return_date="2025-10-01", required_months=3)
        {'valid': True, 'valid_until_at_least': '2026-01-01', 'spare_days': 14}
    """
    if not 0 <= required_months <= 24:
        raise ValueError("required_months must lie between 0 and 24")
    expiry, leaving = _parse_date(passport_expiry), _parse_date(return_date)
    year, month0 = divmod(leaving.year * 12 + leaving.month - 1 + required_months, 12)
    needed = date(year, month0 + 1, min(leaving.day, monthrange(year, month0 + 1)[1]))
    return {
        "valid": expiry >= needed,
        "valid_until_at_least": needed.isoformat(),
        "spare_days": (expiry - needed).days,
    }


def jet_lag_recovery_days(origin_utc_offset: str, destination_utc_offset: str) -> dict[str, str | float]:
    """Estimate how many days the body clock needs after a flight: one day per hour eastward, 1.5 hours a day westward.

    Args:
        origin_utc_offset: UTC offset at home, written +HH:MM or -HH:MM.
        destination_utc_offset: UTC offset at the destination, written +HH:MM or -HH:MM.

    Returns:
        "direction" ("eastward", "westward" or "none", the shorter way round the clock), "hours_shifted" and
        "recovery_days", rounded to 1 decimal.

    Raises:
        ValueError: If an offset is malformed or lies outside -12:00 to +14:00.

    Examples:
        >>> jet_lag_recovery_days(origin_utc_offset="+01:00", destination_utc_offset="-05:00")
        {'direction': 'westward', 'hours_shifted': 6.0, 'recovery_days': 4.0}
        >>> jet_lag_recovery_days(origin_utc_offset="-08:00", destination_utc_offset="+09:00")
        {'direction': 'westward', 'hours_shifted': 7.0, 'recovery_days': 4.7}
    """
    minutes = _parse_utc_offset(destination_utc_offset) - _parse_utc_offset(origin_utc_offset)
    hours = ((minutes + 720) % 1440 - 720) / 60
    direction = "eastward" if hours > 0 else "westward" if hours < 0 else "none"
    days = hours if hours > 0 else -hours / 1.5
    return {"direction": direction, "hours_shifted": round(abs(hours), 2), "recovery_days": round(abs(days), 1)}


def road_trip_arrival_time(
    departure_time: str,
    distance_km: Annotated[float, Gt(0), Le(5000)],
    average_speed_kmh: Annotated[float, Ge(5), Le(200)],
    break_every_minutes: Annotated[int, Ge(15), Le(1440)] = 120,
    break_minutes: Annotated[int, Ge(0), Le(240)] = 15,
) -> dict[str, str | int]:
    """Compute when a drive ends if the driver takes a break after every fixed stretch of driving.

    Args:
        departure_time: Departure as a 24-hour time HH:MM.
        distance_km: Distance in kilometres, above 0 and up to 5000.
        average_speed_kmh: Average driving speed in kilometres per hour, from 5 to 200.
        break_every_minutes: Driving minutes between breaks, from 15 to 1440.
        break_minutes: Length of a break in minutes, from 0 to 240.

    Returns:
        "arrival_time" (HH:MM), "days_later", "breaks" and "total_minutes"; driving time is rounded up to full minutes.

    Raises:
        ValueError: If the time is malformed or a number lies outside its range.

    Examples:
        >>> road_trip_arrival_time(departure_time="08:00", distance_km=450, average_speed_kmh=90)
        {'arrival_time': '13:30', 'days_later': 0, 'breaks': 2, 'total_minutes': 330}
        >>> road_trip_arrival_time(
        ...     departure_time="19:30", distance_km=620, average_speed_kmh=100, break_every_minutes=90, break_minutes=20
        ... )
        {'arrival_time': '03:02', 'days_later': 1, 'breaks': 4, 'total_minutes': 452}
    """
    if distance_km <= 0 or average_speed_kmh <= 0 or break_every_minutes <= 0 or break_minutes < 0:
        raise ValueError("distance, speed and break spacing must be positive, the break not negative")
    start = _parse_clock(departure_time)
    driving = math.ceil(round(distance_km / average_speed_kmh * 60, 6))
    breaks = max(0, math.ceil(driving / break_every_minutes) - 1)
    total = driving + breaks * break_minutes
    days, minute = divmod(start + total, 1440)
    arrival = f"{minute // 60:02d}:{minute % 60:02d}"
    return {"arrival_time": arrival, "days_later": days, "breaks": breaks, "total_minutes": total}


def settle_group_trip_expenses(
    expenses: Annotated[list[TripExpense], MinLen(1)],
    travellers: Annotated[list[str], MinLen(2), MaxLen(50)],
) -> list[dict[str, str | float]]:
    """Compute who pays whom so that the costs of a group trip are shared equally.

    Args:
        expenses: Payments made for the group, each with the "payer" and the "amount" in one common currency.
        travellers: Distinct names of everyone sharing the costs; every payer must be among them.

    Returns:
        Transfers with "from", "to" and "amount" rounded to 2 decimals; left-over cents fall to the first travellers.

    Raises:
        ValueError: If a payer is not a traveller, names repeat, or an amount is not positive.

    Examples:
        >>> settle_group_trip_expenses(
        ...     expenses=[{"payer": "Ana", "amount": 90.0}, {"payer": "Ben", "amount": 30.0}],
        ...     travellers=["Ana", "Ben", "Chloe"],
        ... )
        [{'from': 'Chloe', 'to': 'Ana', 'amount': 40.0}, {'from': 'Ben', 'to': 'Ana', 'amount': 10.0}]
        >>> settle_group_trip_expenses(
        ...     expenses=[{"payer": "Mia", "amount": 246.4}, {"payer": "Leo", "amount": 58.0}],
        ...     travellers=["Mia", "Leo"],
        ... )
        [{'from': 'Leo', 'to': 'Mia', 'amount': 94.2}]
    """
    if len(set(travellers)) != len(travellers):
        raise ValueError("traveller names must be distinct")
    paid: Counter[str] = Counter()
    for expense in expenses:
        if expense["payer"] not in travellers or expense["amount"] <= 0:
            raise ValueError(f"every expense needs a travelling payer and a positive amount: {dict(expense)}")
        paid[expense["payer"]] += round(expense["amount"] * 100)
    share, left_over = divmod(sum(paid.values()), len(travellers))
    balance = {name: paid[name] - share - (i < left_over) for i, name in enumerate(travellers)}
    transfers: list[dict[str, str | float]] = []
    while any(balance.values()):
        debtor, creditor = min(balance, key=balance.__getitem__), max(balance, key=balance.__getitem__)
        cents = min(-balance[debtor], balance[creditor])
        balance[debtor] += cents
        balance[creditor] -= cents
        transfers.append({"from": debtor, "to": creditor, "amount": cents / 100})
    return transfers
