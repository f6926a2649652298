"""Functions for entertainment products: films, series, shows, seats and quiz nights."""

import math
import re
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Gt, Le, MinLen

CATEGORY = "Entertainment"


class Film(TypedDict):
    """A film and its running time."""

    title: str
    minutes: int


class QuizScore(TypedDict):
    """The points of a quiz team, round by round."""

    team: str
    rounds: list[float]


def movie_marathon_schedule(
    films: Annotated[list[Film], MinLen(1)], start_time: str, break_minutes: Annotated[int, Ge(0), Le(240)] = 15
) -> list[dict[str, str]]:
    """Plan a film marathon: when each film starts and ends, with a break after each.

    Args:
        films: Films in showing order, each with 'title' and 'minutes' (running time).
        start_time: Start of the first film, 24-hour HH:MM.
        break_minutes: Pause between two films in minutes (0 to 240).

    Returns:
        Objects with 'title', 'start' and 'end' (24-hour HH:MM, past midnight counting on from 00:00).

    Raises:
        ValueError: If there are no films, or a time, running time or break is invalid.

    Examples:
        >>> movie_marathon_schedule(films=[{"title": "Alien", "minutes": 117}], start_time="18:30")
        [{'title': 'Alien', 'start': '18:30', 'end': '20:27'}]
        >>> movie_marathon_schedule(
        ...     films=[{"title": "Heat", "minutes": 170}, {"title": "Up", "minutes": 96}],
        ...     start_time="20:00",
        ...     break_minutes=20,
        ... )
        [{'title': 'Heat', 'start': '20:00', 'end': '22:50'}, {'title': 'Up', 'start': '23:10', 'end': '00:46'}]
    """
    if not films or any(film["minutes"] < 1 for film in films):
        raise ValueError("at least one film is needed and running times must be positive")
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", start_time):
        raise ValueError(f"start_time is not a 24-hour HH:MM time: {start_time}")
    if not 0 <= break_minutes <= 240:
        raise ValueError("break_minutes must be between 0 and 240")
    clock = int(start_time[:2]) * 60 + int(start_time[3:])
    plan = []
    for film in films:
        end = clock + film["minutes"]
        start_label, end_label = (f"{moment // 60 % 24:02}:{moment % 60:02}" for moment in (clock, end))
        plan.append({"title": film["title"], "start": start_label, "end": end_label})
        clock = end + break_minutes
    return plan


def series_binge_days(
    episodes: Annotated[int, Ge(1)],
    minutes_per_episode: Annotated[float, Gt(0)],
    hours_per_day: Annotated[float, Gt(0), Le(24)],
    skip_minutes_per_episode: Annotated[float, Ge(0)] = 0,
) -> int:
    """Calculate how many days it takes to watch a series, watching only whole episodes each day.

    Args:
        episodes: Number of episodes.
        minutes_per_episode: Running time of an episode in minutes.
        hours_per_day: Hours of watching per day (up to 24).
        skip_minutes_per_episode: Minutes saved per episode by skipping intro and credits.

    Returns:
        The number of days.

    Raises:
        ValueError: If a value is out of range or not even one episode fits into a day.

    Examples:
        >>> series_binge_days(episodes=62, minutes_per_episode=47, hours_per_day=3)
        21
        >>> series_binge_days(episodes=24, minutes_per_episode=24, hours_per_day=1, skip_minutes_per_episode=4)
        8
    """
    if episodes < 1 or not 0 < hours_per_day <= 24 or skip_minutes_per_episode < 0:
        raise ValueError("episodes must be at least 1, hours_per_day above 0 and at most 24, skipping not negative")
    length = minutes_per_episode - skip_minutes_per_episode
    if length <= 0:
        raise ValueError("an episode must be longer than the skipped part")
    per_day = int(hours_per_day * 60 / length + 1e-9)
    if per_day == 0:
        raise ValueError("not even one episode fits into a day")
    return math.ceil(episodes / per_day)


def bayesian_film_rating(
    average_rating: Annotated[float, Ge(0), Le(10)],
    vote_count: Annotated[int, Ge(0)],
    minimum_votes: Annotated[int, Ge(1)] = 1000,
    overall_mean: Annotated[float, Ge(0), Le(10)] = 6.5,
) -> float:
    """Calculate the weighted rating of a film, pulled towards the mean of all films when it has few votes.

    Args:
        average_rating: Average of the film's own votes, 0 to 10.
        vote_count: Number of votes for the film.
        minimum_votes: Votes at which the film's own average weighs as much as the mean.
        overall_mean: Mean rating of all films, 0 to 10.

    Returns:
        The weighted rating, rounded to 2 decimals.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> bayesian_film_rating(average_rating=8.9, vote_count=500)
        7.3
        >>> bayesian_film_rating(average_rating=8.2, vote_count=45000, minimum_votes=5000, overall_mean=7.0)
        8.08
    """
    if not (0 <= average_rating <= 10 and 0 <= overall_mean <= 10) or vote_count < 0 or minimum_votes < 1:
        raise ValueError("ratings must be between 0 and 10, vote_count at least 0, minimum_votes at least 1")
    weight = vote_count / (vote_count + minimum_votes)
    return round(weight * average_rating + (1 - weight) * overall_mean, 2)


def box_office_break_even(
    production_budget: Annotated[float, Gt(0)],
    marketing_cost: Annotated[float, Ge(0)] = 0,
    studio_share_percent: Annotated[float, Gt(0), Le(100)] = 50,
    gross_so_far: Annotated[float, Ge(0)] = 0,
) -> dict[str, float | bool]:
    """Calculate the box-office gross at which a film recovers its costs, and how much is still missing.

    Args:
        production_budget: Cost of making the film, in any currency.
        marketing_cost: Cost of advertising and prints, same currency.
        studio_share_percent: Part of the ticket revenue that goes to the studio, in percent.
        gross_so_far: Ticket revenue so far, same currency.

    Returns:
        An object with 'break_even_gross', 'still_needed' (both rounded to 2 decimals) and 'profitable'.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> box_office_break_even(production_budget=60000000, marketing_cost=30000000)
        {'break_even_gross': 180000000.0, 'still_needed': 180000000.0, 'profitable': False}
        >>> box_office_break_even(production_budget=8000000, studio_share_percent=40, gross_so_far=23500000)
        {'break_even_gross': 20000000.0, 'still_needed': 0.0, 'profitable': True}
    """
    if production_budget <= 0 or min(marketing_cost, gross_so_far) < 0 or not 0 < studio_share_percent <= 100:
        raise ValueError("the budget must be positive, costs not negative, the share above 0 and at most 100 percent")
    needed = (production_budget + marketing_cost) * 100 / studio_share_percent
    return {
        "break_even_gross": round(needed, 2),
        "still_needed": round(max(0.0, needed - gross_so_far), 2),
        "profitable": gross_so_far > needed,
    }


def find_adjacent_seats(
    seat_map: Annotated[list[str], MinLen(1)],
    party_size: Annotated[int, Ge(1)],
    prefer: Literal["front", "back"] = "back",
) -> list[str]:
    """Find seats next to each other for a party, as close to the middle of a row as possible.

    Args:
        seat_map: Rows from front to back (at most 26), one character per seat: '.' for free, 'X' for taken.
        party_size: Number of seats needed.
        prefer: Whether rows at the front or at the back are tried first.

    Returns:
        Seat labels such as 'B4' (row A is in front, seats count from 1); an empty list if no row has room.

    Raises:
        ValueError: If the map is empty, too large or has other characters, or the party is smaller than 1.

    Examples:
        >>> find_adjacent_seats(seat_map=["..XX..", ".X....", "X.XX.X"], party_size=2)
        ['B3', 'B4']
        >>> find_adjacent_seats(seat_map=["...X.", "....."], party_size=3, prefer="front")
        ['A1', 'A2', 'A3']
    """
    if not 1 <= len(seat_map) <= 26 or any(set(row) - {".", "X"} for row in seat_map):
        raise ValueError("seat_map needs 1 to 26 rows of '.' and 'X'")
    if party_size < 1:
        raise ValueError("party_size must be at least 1")
    rows = list(enumerate(seat_map))
    for index, row in reversed(rows) if prefer == "back" else rows:
        starts = [first for first in range(len(row) - party_size + 1) if "X" not in row[first : first + party_size]]
        if starts:
            best = min(starts, key=lambda first: abs(2 * first + party_size - len(row)))
            return [f"{chr(65 + index)}{seat + 1}" for seat in range(best, best + party_size)]
    return []


def bingo_completed_lines(
    card: Annotated[list[list[int]], MinLen(3)], called_numbers: list[int], free_centre: bool = True
) -> list[str]:
    """List the rows, columns and diagonals of a square bingo card that are complete.

    Args:
        card: Rows of the square card (at least 3 by 3), top to bottom; the centre value is ignored if it is free.
        called_numbers: Numbers called so far.
        free_centre: Whether the centre square counts as marked.

    Returns:
        Names such as 'row 1', 'column 3', 'diagonal down' (from top left), 'diagonal up' (from bottom left).

    Raises:
        ValueError: If the card is not square or smaller than 3 by 3.

    Examples:
        >>> bingo_completed_lines(card=[[4, 19, 33], [8, 0, 41], [12, 25, 38]], called_numbers=[8, 41, 4, 38])
        ['row 2', 'diagonal down']
        >>> bingo_completed_lines(card=[[1, 2, 3], [4, 5, 6], [7, 8, 9]], called_numbers=[1, 4, 7], free_centre=False)
        ['column 1']
    """
    size = len(card)
    if size < 3 or any(len(row) != size for row in card):
        raise ValueError("the card must be square and at least 3 by 3")
    called = set(called_numbers)
    marked = [[number in called for number in row] for row in card]
    if free_centre and size % 2:
        marked[size // 2][size // 2] = True
    lines = {f"row {index + 1}": marked[index] for index in range(size)}
    lines |= {f"column {index + 1}": [row[index] for row in marked] for index in range(size)}
    lines["diagonal down"] = [marked[index][index] for index in range(size)]
    lines["diagonal up"] = [marked[size - 1 - index][index] for index in range(size)]
    return [name for name, squares in lines.items() if all(squares)]


def pub_quiz_standings(
    scores: Annotated[list[QuizScore], MinLen(1)], drop_lowest_round: bool = False
) -> list[dict[str, str | int | float]]:
    """Rank quiz teams by their total points; teams with equal totals share a place.

    Args:
        scores: Teams, each with 'team' (name) and 'rounds' (points per round).
        drop_lowest_round: Leave out each team's weakest round (only for teams with at least two rounds).

    Returns:
        Objects with 'place', 'team' and 'points' (rounded to 2 decimals), best first, tied teams by name.

    Raises:
        ValueError: If there are no teams or a team has no rounds.

    Examples:
        >>> pub_quiz_standings(scores=[{"team": "Owls", "rounds": [7, 9]}, {"team": "Foxes", "rounds": [8, 8.5]}])
        [{'place': 1, 'team': 'Foxes', 'points': 16.5}, {'place': 2, 'team': 'Owls', 'points': 16}]
        >>> pub_quiz_standings(
        ...     scores=[{"team": "Reds", "rounds": [5, 2, 9]}, {"team": "Blues", "rounds": [7, 7, 1]}],
        ...     drop_lowest_round=True,
        ... )
        [{'place': 1, 'team': 'Blues', 'points': 14}, {'place': 1, 'team': 'Reds', 'points': 14}]
    """
    if not scores or any(not score["rounds"] for score in scores):
        raise ValueError("at least one team is needed and every team needs a round")
    totals: list[tuple[str, float]] = []
    for score in scores:
        rounds = sorted(score["rounds"])
        counted = rounds[1:] if drop_lowest_round and len(rounds) > 1 else rounds
        totals.append((score["team"], round(sum(counted), 2)))
    totals.sort(key=lambda item: (-item[1], item[0]))
    points = [total for _, total in totals]
    return [{"place": points.index(total) + 1, "team": team, "points": total} for team, total in totals]


def screenplay_running_minutes(
    scene_lengths: Annotated[list[str], MinLen(1)], minutes_per_page: Annotated[float, Gt(0), Le(5)] = 1
) -> float:
    """Estimate the running time of a screenplay from scene lengths given in pages and eighths of a page.

    Args:
        scene_lengths: Lengths such as '2', '5/8' or '1 3/8' pages.
        minutes_per_page: Screen time of one page in minutes, above 0 and at most 5.

    Returns:
        The running time in minutes, rounded to 2 decimals.

    Raises:
        ValueError: If the list is empty, a length is malformed or minutes_per_page is out of range.

    Examples:
        >>> screenplay_running_minutes(scene_lengths=["2 3/8", "5/8", "1"])
        4.0
        >>> screenplay_running_minutes(scene_lengths=["1 4/8", "7/8"], minutes_per_page=1.2)
        2.85
    """
    if not scene_lengths or not 0 < minutes_per_page <= 5:
        raise ValueError("at least one scene is needed, minutes_per_page must be above 0 and at most 5")
    eighths = 0
    for length in scene_lengths:
        match = re.fullmatch(r"(?=\d)(?:(\d+)(?:\s+|$))?(?:([1-7])/8)?", length.strip())
        if not match:
            raise ValueError(f"not a length in pages and eighths: {length}")
        eighths += 8 * int(match[1] or 0) + int(match[2] or 0)
    return round(eighths / 8 * minutes_per_page, 2)


def chinese_zodiac_for_year(year: Annotated[int, Ge(1), Le(9999)]) -> dict[str, str]:
    """Name the animal, element and polarity of the Chinese zodiac year that begins in a Gregorian year.

    Args:
        year: Gregorian year (1 to 9999); days before the lunar New Year still belong to the previous animal.

    Returns:
        An object with 'animal', 'element' and 'polarity' ('Yin' or 'Yang').

    Raises:
        ValueError: If the year is outside 1 to 9999.

    Examples:
        >>> chinese_zodiac_for_year(year=1988)
        {'animal': 'Dragon', 'element': 'Earth', 'polarity': 'Yang'}
        >>> chinese_zodiac_for_year(year=2023)
        {'animal': 'Rabbit', 'element': 'Water', 'polarity': 'Yin'}
    """
    if not 1 <= year <= 9999:
        raise ValueError("year must be between 1 and 9999")
    animals = ["Rat", "Ox", "Tiger", "Rabbit", "Dragon", "Snake", "Horse", "Goat", "Monkey", "Rooster", "Dog", "Pig"]
    elements = ["Wood", "Fire", "Earth", "Metal", "Water"]
    cycle = (year - 4) % 60
    return {
        "animal": animals[cycle % 12],
        "element": elements[cycle % 10 // 2],
        "polarity": "Yin" if cycle % 2 else "Yang",
    }


def concert_ticket_total(
    face_value: Annotated[float, Ge(0)],
    quantity: Annotated[int, Ge(1)],
    service_fee_percent: Annotated[float, Ge(0), Le(100)] = 0,
    facility_fee_per_ticket: Annotated[float, Ge(0)] = 0,
    order_fee: Annotated[float, Ge(0)] = 0,
) -> dict[str, float]:
    """Calculate what an order of event tickets costs with all fees, and the fees' part of it.

    Args:
        face_value: Printed price of one ticket, in any currency.
        quantity: Number of tickets.
        service_fee_percent: Fee on the face value in percent (0 to 100).
        facility_fee_per_ticket: Fixed fee per ticket, same currency.
        order_fee: Fixed fee per order, same currency.

    Returns:
        An object with 'total', 'fees' and 'price_per_ticket', each rounded to 2 decimals.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> concert_ticket_total(face_value=80, quantity=2, service_fee_percent=15, order_fee=4.5)
        {'total': 188.5, 'fees': 28.5, 'price_per_ticket': 94.25}
        >>> concert_ticket_total(face_value=49.9, quantity=4, facility_fee_per_ticket=3)
        {'total': 211.6, 'fees': 12.0, 'price_per_ticket': 52.9}
    """
    if min(face_value, facility_fee_per_ticket, order_fee) < 0 or quantity < 1:
        raise ValueError("prices and fees must not be negative, quantity must be at least 1")
    if not 0 <= service_fee_percent <= 100:
        raise ValueError("service_fee_percent must be between 0 and 100")
    fees = quantity * (face_value * service_fee_percent / 100 + facility_fee_per_ticket) + order_fee
    total = face_value * quantity + fees
    return {"total": round(total, 2), "fees": round(fees, 2), "price_per_ticket": round(total / quantity, 2)}
