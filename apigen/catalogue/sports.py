"""Sports scoring, race pacing, ratings and fixture lists."""

import math
import re
from typing import Annotated, Literal, TypedDict

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

CATEGORY = "Sports"


class MatchResult(TypedDict):
    """The final score of one match between two teams."""

    home: str
    away: str
    home_goals: int
    away_goals: int


def _parse_duration(text: str) -> int:
    match = re.fullmatch(r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)", text, re.ASCII)
    if match is None:
        raise ValueError(f"not a duration in the form H:MM:SS or MM:SS: {text!r}")
    seconds = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    if seconds == 0:
        raise ValueError("a race time must be longer than zero")
    return seconds


def _format_duration(seconds: float) -> str:
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def running_pace_from_time(
    distance_km: Annotated[float, Gt(0), Le(1000)],
    finish_time: str,
    pace_unit: Literal["km", "mile"] = "km",
) -> dict[str, str | float]:
    """Compute the average running pace and speed of a run from its distance and time.

    Args:
        distance_km: Distance in kilometres, above 0 and up to 1000.
        finish_time: Time taken, written H:MM:SS or MM:SS.
        pace_unit: Distance the pace refers to: per kilometre ("km") or per statute mile ("mile").

    Returns:
        "pace" as M:SS per unit, rounded to the second, and "speed_kmh" rounded to 2 decimals.

    Raises:
        ValueError: If the time is malformed or the distance is not positive.

    Examples:
        >>> running_pace_from_time(distance_km=10, finish_time="47:30")
        {'pace': '4:45', 'speed_kmh': 12.63}
        >>> running_pace_from_time(distance_km=42.195, finish_time="3:29:15", pace_unit="mile")
        {'pace': '7:59', 'speed_kmh': 12.1}
    """
    if distance_km <= 0:
        raise ValueError("distance_km must be positive")
    seconds = _parse_duration(finish_time)
    per_km = seconds / distance_km
    pace = per_km * (1.609344 if pace_unit == "mile" else 1.0)
    return {"pace": _format_duration(pace), "speed_kmh": round(3600 / per_km, 2)}


def even_race_splits(
    distance_km: Annotated[float, Gt(0), Le(250)],
    target_time: str,
    split_km: Annotated[float, Gt(0), Le(50)] = 5.0,
) -> list[dict[str, str | float]]:
    """List the cumulative split times of a race run at an even pace.

    Args:
        distance_km: Race distance in kilometres, above 0 and up to 250.
        target_time: Target finish time, written H:MM:SS or MM:SS.
        split_km: Distance between split points in kilometres, at least a hundredth of the race distance.

    Returns:
        Entries with "distance_km" and "elapsed" (H:MM:SS or M:SS), the last one being the finish.

    Raises:
        ValueError: If the time is malformed, or the split distance is too short or longer than the race.

    Examples:
        >>> even_race_splits(distance_km=10, target_time="50:00")
        [{'distance_km': 5.0, 'elapsed': '25:00'}, {'distance_km': 10.0, 'elapsed': '50:00'}]
        >>> even_race_splits(  # doctest: +NORMALIZE_WHITESPACE
        ...     distance_km=21.0975, target_time="1:45:00", split_km=7
        ... )
        [{'distance_km': 7, 'elapsed': '34:50'}, {'distance_km': 14, 'elapsed': '1:09:41'}, {'distance_km': 21,
        'elapsed': '1:44:31'}, {'distance_km': 21.0975, 'elapsed': '1:45:00'}]
    """
    if distance_km <= 0 or not distance_km / 100 <= split_km <= distance_km:
        raise ValueError("split_km must lie between a hundredth of the race distance and the race distance")
    seconds = _parse_duration(target_time)
    marks = [round(i * split_km, 4) for i in range(1, math.ceil(round(distance_km / split_km, 9)))]
    return [
        {"distance_km": mark, "elapsed": _format_duration(seconds * mark / distance_km)}
        for mark in [*marks, float(distance_km)]
    ]


def race_time_prediction(
    known_distance_km: Annotated[float, Ge(0.1), Le(250)],
    known_time: str,
    target_distance_km: Annotated[float, Ge(0.1), Le(250)],
    fatigue_exponent: Annotated[float, Ge(1.0), Le(1.2)] = 1.06,
) -> str:
    """Predict a finish time at another distance from a known result with Riegel's formula.

    Args:
        known_distance_km: Distance of the known result in kilometres, from 0.1 to 250.
        known_time: Time of the known result, written H:MM:SS or MM:SS.
        target_distance_km: Distance to predict for in kilometres, from 0.1 to 250.
        fatigue_exponent: Riegel exponent, from 1.0 (no fatigue) to 1.2.

    Returns:
        The predicted time as H:MM:SS, or M:SS below one hour, rounded to the second.

    Raises:
        ValueError: If the time is malformed or a distance is not positive.

    Examples:
        >>> race_time_prediction(known_distance_km=10, known_time="45:00", target_distance_km=21.0975)
        '1:39:17'
        >>> race_time_prediction(
        ...     known_distance_km=21.0975, known_time="1:38:20", target_distance_km=42.195, fatigue_exponent=1.08
        ... )
        '3:27:53'
    """
    if known_distance_km <= 0 or target_distance_km <= 0:
        raise ValueError("distances must be positive")
    return _format_duration(_parse_duration(known_time) * (target_distance_km / known_distance_km) ** fatigue_exponent)


def elo_rating_update(
    player_rating: Annotated[float, Ge(0), Le(4000)],
    opponent_rating: Annotated[float, Ge(0), Le(4000)],
    result: Literal["win", "draw", "loss"],
    k_factor: Annotated[float, Gt(0), Le(100)] = 20,
) -> dict[str, float]:
    """Compute the Elo expectation of a game and the ratings of both players after it.

    Args:
        player_rating: Rating of the player before the game, from 0 to 4000.
        opponent_rating: Rating of the opponent before the game, from 0 to 4000.
        result: Result from the player's point of view.
        k_factor: Largest rating change a single game can cause, above 0 and up to 100.

    Returns:
        "expected_score" (4 decimals), "player_rating" and "opponent_rating" after the game (1 decimal).

    Raises:
        ValueError: If the result is unknown.

    Examples:
        >>> elo_rating_update(player_rating=1500, opponent_rating=1700, result="win")
        {'expected_score': 0.2403, 'player_rating': 1515.2, 'opponent_rating': 1684.8}
        >>> elo_rating_update(player_rating=2105, opponent_rating=1980, result="draw", k_factor=10)
        {'expected_score': 0.6725, 'player_rating': 2103.3, 'opponent_rating': 1981.7}
    """
    scores = {"win": 1.0, "draw": 0.5, "loss": 0.0}
    if result not in scores:
        raise ValueError(f"result must be win, draw or loss, not {result!r}")
    expected = 1 / (1 + 10 ** ((opponent_rating - player_rating) / 400))
    change = k_factor * (scores[result] - expected)
    return {
        "expected_score": round(expected, 4),
        "player_rating": round(player_rating + change, 1),
        "opponent_rating": round(opponent_rating - change, 1),
    }


def league_standings(
    matches: Annotated[list[MatchResult], MinLen(1)],
    points_for_win: Annotated[int, Ge(1), Le(10)] = 3,
    points_for_draw: Annotated[int, Ge(0), Le(10)] = 1,
) -> list[dict[str, str | int]]:
    """Build a league table from match results, ranked by points, goal difference, goals scored and team name.

    Args:
        matches: Results with "home" and "away" team names and "home_goals" and "away_goals".
        points_for_win: Points for a win, from 1 to 10.
        points_for_draw: Points for a draw, from 0 to 10.

    Returns:
        One entry per team, best first, with "team", "played", "points", "goals_for" and "goal_difference".

    Raises:
        ValueError: If there is no match, a team plays itself, or a goal count is negative.

    Examples:
        >>> league_standings(matches=[  # doctest: +NORMALIZE_WHITESPACE
        ...     {"home": "Rovers", "away": "United", "home_goals": 2, "away_goals": 1},
        ...     {"home": "United", "away": "City", "home_goals": 0, "away_goals": 0},
        ... ])
        [{'team': 'Rovers', 'played': 1, 'points': 3, 'goals_for': 2, 'goal_difference': 1}, {'team': 'City',
        'played': 1, 'points': 1, 'goals_for': 0, 'goal_difference': 0}, {'team': 'United', 'played': 2, 'points': 1,
        'goals_for': 1, 'goal_difference': -1}]
        >>> league_standings(  # doctest: +NORMALIZE_WHITESPACE
        ...     matches=[{"home": "Harbour", "away": "Valley", "home_goals": 3, "away_goals": 3}], points_for_draw=2
        ... )
        [{'team': 'Harbour', 'played': 1, 'points': 2, 'goals_for': 3, 'goal_difference': 0}, {'team': 'Valley',
        'played': 1, 'points': 2, 'goals_for': 3, 'goal_difference': 0}]
    """
    if not matches:
        raise ValueError("at least one match is needed")
    totals: dict[str, list[int]] = {}
    for match in matches:
        home, away, scored, conceded = match["home"], match["away"], match["home_goals"], match["away_goals"]
        if home == away or min(scored, conceded) < 0:
            raise ValueError(f"a match needs two different teams and goal counts of 0 or more: {dict(match)}")
        for team, made, against in ((home, scored, conceded), (away, conceded, scored)):
            points = points_for_win if made > against else points_for_draw if made == against else 0
            row = totals.setdefault(team, [0, 0, 0, 0])
            totals[team] = [a + b for a, b in zip(row, (1, points, made, made - against), strict=True)]
    ranking = sorted(totals.items(), key=lambda item: (-item[1][1], -item[1][3], -item[1][2], item[0]))
    return [
        {"team": team, "played": played, "points": points, "goals_for": made, "goal_difference": difference}
        for team, (played, points, made, difference) in ranking
    ]


def round_robin_schedule(
    teams: Annotated[list[str], MinLen(2), MaxLen(40)],
    return_legs: bool = False,
) -> list[list[str]]:
    """Draw up a round-robin fixture list in which every team meets every other team, by the circle method.

    Args:
        teams: Distinct team names, from 2 to 40; with an odd number one team rests each round.
        return_legs: Whether to add a second half with home and away swapped.

    Returns:
        The rounds in order, each a list of fixtures written "Home - Away".

    Raises:
        ValueError: If there are fewer than two teams or names repeat.

    Examples:
        >>> round_robin_schedule(teams=["Lions", "Bears", "Hawks", "Wolves"])  # doctest: +NORMALIZE_WHITESPACE
        [['Lions - Wolves', 'Hawks - Bears'], ['Hawks - Lions', 'Bears - Wolves'], ['Lions - Bears', 'Wolves -
        Hawks']]
        >>> round_robin_schedule(teams=["Red", "Blue", "Green"], return_legs=True)
        [['Green - Blue'], ['Green - Red'], ['Red - Blue'], ['Blue - Green'], ['Red - Green'], ['Blue - Red']]
    """
    if len(teams) < 2 or len(set(teams)) != len(teams):
        raise ValueError("at least two distinct team names are needed")
    ring: list[str | None] = [*teams, None] if len(teams) % 2 else [*teams]
    half = len(ring) // 2
    rounds: list[list[tuple[str, str]]] = []
    for number in range(len(ring) - 1):
        fixtures: list[tuple[str, str]] = []
        for i, (first, second) in enumerate(zip(ring[:half], reversed(ring[half:]), strict=True)):
            if first is not None and second is not None:
                fixtures.append((second, first) if (number if i == 0 else i) % 2 else (first, second))
        rounds.append(fixtures)
        ring = [ring[0], ring[-1], *ring[1:-1]]
    if return_legs:
        rounds += [[(away, home) for home, away in fixtures] for fixtures in rounds]
    return [[f"{home} - {away}" for home, away in fixtures] for fixtures in rounds]


def knockout_first_round(seeded_entrants: Annotated[list[str], MinLen(2), MaxLen(128)]) -> dict[str, list[str]]:
    """Pair the first round of a seeded knockout tournament and name the top seeds that receive a bye.

    Args:
        seeded_entrants: Distinct names from the first seed to the last, from 2 to 128.

    Returns:
        "matches" written "Higher seed - Lower seed" in bracket order and "byes" in seed order.

    Raises:
        ValueError: If there are fewer than two entrants or names repeat.

    Examples:
        >>> knockout_first_round(seeded_entrants=["Kim", "Osei", "Duarte", "Novak"])
        {'matches': ['Kim - Novak', 'Osei - Duarte'], 'byes': []}
        >>> knockout_first_round(seeded_entrants=["Iga", "Coco", "Elena", "Jess", "Paula", "Qinwen"])
        {'matches': ['Jess - Paula', 'Elena - Qinwen'], 'byes': ['Iga', 'Coco']}
    """
    count = len(seeded_entrants)
    if count < 2 or len(set(seeded_entrants)) != count:
        raise ValueError("at least two distinct entrants are needed")
    order = [1]
    while len(order) < count:
        size = 2 * len(order) + 1
        order = [seed for pair in ((s, size - s) for s in order) for seed in pair]
    pairs = [sorted(order[i : i + 2]) for i in range(0, len(order), 2)]
    return {
        "matches": [f"{seeded_entrants[a - 1]} - {seeded_entrants[b - 1]}" for a, b in pairs if b <= count],
        "byes": [seeded_entrants[a - 1] for a, b in sorted(pairs) if b > count],
    }


def bowling_game_score(
    rolls: Annotated[list[Annotated[int, Ge(0), Le(10)]], MinLen(11), MaxLen(21)],
) -> dict[str, int | list[int]]:
    """Score a complete game of ten-pin bowling from the pins knocked down by every roll.

    Args:
        rolls: Pins per roll in order, 0 to 10 each, for a complete game (11 to 21 rolls, bonus rolls included).

    Returns:
        "total" and "frames", the running total after each of the ten frames.

    Raises:
        ValueError: If a roll is impossible or the game is incomplete or too long.

    Examples:
        >>> bowling_game_score(rolls=[10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10])
        {'total': 300, 'frames': [30, 60, 90, 120, 150, 180, 210, 240, 270, 300]}
        >>> bowling_game_score(rolls=[9, 0, 8, 2, 7, 1, 10, 6, 3, 5, 5, 10, 8, 1, 9, 0, 7, 3, 6])
        {'total': 135, 'frames': [9, 26, 34, 53, 62, 82, 101, 110, 119, 135]}
    """
    frames: list[int] = []
    start = 0
    for number in range(10):
        strike = rolls[start : start + 1] == [10]
        pair = rolls[start : start + 2]
        if any(not 0 <= pins <= 10 for pins in pair) or (not strike and sum(pair) > 10):
            raise ValueError(f"frame {number + 1} knocks down an impossible number of pins")
        needed = 3 if sum(pair) >= 10 or strike else 2
        counted = rolls[start : start + needed]
        if len(counted) < needed:
            raise ValueError("the game is incomplete")
        frames.append((frames[-1] if frames else 0) + sum(counted))
        start += needed if number == 9 else 1 if strike else 2
    fill_is_impossible = strike and counted[1] < 10 and counted[1] + counted[2] > 10
    if start != len(rolls) or not 0 <= counted[-1] <= 10 or fill_is_impossible:
        raise ValueError("the tenth frame has impossible or surplus rolls")
    return {"total": frames[-1], "frames": frames}


def tennis_game_call(point_winners: list[Literal["server", "receiver"]]) -> str:
    """Call the score of a tennis game (advantage rules) from the sequence of point winners.

    Args:
        point_winners: Who won each point so far, in order; an empty list is the start of the game.

    Returns:
        The call with the server's score first, such as "30-15", "deuce", "advantage receiver" or "game server".

    Raises:
        ValueError: If a point winner is unknown or points follow the end of the game.

    Examples:
        >>> tennis_game_call(point_winners=["server", "server", "receiver"])
        '30-15'
        >>> tennis_game_call(
        ...     point_winners=["receiver", "server", "server", "receiver", "server", "receiver", "receiver"]
        ... )
        'advantage receiver'
    """
    names = ("love", "15", "30", "40")
    points = {"server": 0, "receiver": 0}
    for winner in point_winners:
        if max(points.values()) >= 4 and abs(points["server"] - points["receiver"]) >= 2:
            raise ValueError("the game was already won before the last point")
        if winner not in points:
            raise ValueError(f"a point winner must be server or receiver, not {winner!r}")
        points[winner] += 1
    server, receiver = points["server"], points["receiver"]
    leader = "server" if server > receiver else "receiver"
    if max(server, receiver) >= 4 and server != receiver:
        return f"game {leader}" if abs(server - receiver) >= 2 else f"advantage {leader}"
    if server == receiver:
        return "deuce" if server >= 3 else f"{names[server]}-all"
    return f"{names[server]}-{names[receiver]}"


def cricket_required_run_rate(
    target_runs: Annotated[int, Ge(1), Le(1000)],
    current_runs: Annotated[int, Ge(0), Le(1000)],
    overs_bowled: str,
    total_overs: Annotated[int, Ge(1), Le(100)] = 50,
) -> dict[str, int | float]:
    """Compute the runs, the balls left and the required run rate in a limited-overs cricket chase.

    Args:
        target_runs: Runs needed to win the match, from 1 to 1000.
        current_runs: Runs scored so far by the chasing side, below the target.
        overs_bowled: Overs bowled in cricket notation "O.B", where B is the balls of the current over, 0 to 5.
        total_overs: Overs per innings, from 1 to 100.

    Returns:
        "runs_needed", "balls_left", and "required_rate" and "current_rate" in runs per over (2 decimals).

    Raises:
        ValueError: If the overs are malformed, no ball is left, or the target has been reached.

    Examples:
        >>> cricket_required_run_rate(target_runs=287, current_runs=141, overs_bowled="27.4")
        {'runs_needed': 146, 'balls_left': 134, 'required_rate': 6.54, 'current_rate': 5.1}
        >>> cricket_required_run_rate(target_runs=166, current_runs=98, overs_bowled="12.0", total_overs=20)
        {'runs_needed': 68, 'balls_left': 48, 'required_rate': 8.5, 'current_rate': 8.17}
    """
    match = re.fullmatch(r"(\d{1,3})(?:\.([0-5]))?", overs_bowled, re.ASCII)
    if match is None:
        raise ValueError(f"not an over count in the form O.B: {overs_bowled!r}")
    bowled = int(match[1]) * 6 + int(match[2] or 0)
    balls_left, runs_needed = total_overs * 6 - bowled, target_runs - current_runs
    if balls_left <= 0 or runs_needed <= 0:
        raise ValueError("the innings is over: no balls left or the target has been reached")
    return {
        "runs_needed": runs_needed,
        "balls_left": balls_left,
        "required_rate": round(runs_needed * 6 / balls_left, 2),
        "current_rate": round(current_runs * 6 / bowled, 2) if bowled else 0.0,
    }


def stableford_points(
    strokes: Annotated[list[Annotated[int, Ge(1), Le(20)]], MinLen(1), MaxLen(18)],
    pars: Annotated[list[Annotated[int, Ge(3), Le(6)]], MinLen(1), MaxLen(18)],
    stroke_indexes: Annotated[list[int], MinLen(1), MaxLen(18)],
    handicap: Annotated[int, Ge(0), Le(54)] = 0,
) -> dict[str, int | list[int]]:
    """Score a round of golf in Stableford points, giving handicap strokes by stroke index.

    Args:
        strokes: Strokes played on each hole, in order of play.
        pars: Par of each hole, 3 to 6.
        stroke_indexes: Difficulty rank of each hole, a permutation of 1 to the number of holes (1 is hardest).
        handicap: Strokes received over these holes, from 0 to 54.

    Returns:
        "total" and "points" per hole: 2 for a net par, one more per net stroke under, never below 0.

    Raises:
        ValueError: If the lists differ in length or the stroke indexes are not a permutation.

    Examples:
        >>> stableford_points(strokes=[5, 4, 3, 6], pars=[4, 4, 3, 5], stroke_indexes=[1, 3, 4, 2], handicap=3)
        {'total': 9, 'points': [2, 3, 2, 2]}
        >>> stableford_points(
        ...     strokes=[4, 3, 5, 8, 4, 4, 3, 5, 4], pars=[4, 3, 5, 4, 4, 4, 3, 5, 4],
        ...     stroke_indexes=[3, 9, 5, 1, 7, 2, 8, 4, 6],
        ... )
        {'total': 16, 'points': [2, 2, 2, 0, 2, 2, 2, 2, 2]}
    """
    holes = len(pars)
    if len(strokes) != holes or sorted(stroke_indexes) != list(range(1, holes + 1)) or holes == 0:
        raise ValueError("strokes, pars and stroke indexes must cover the same holes, each index once")
    full, extra = divmod(handicap, holes)
    points = [
        max(0, 2 + par + full + (index <= extra) - played)
        for played, par, index in zip(strokes, pars, stroke_indexes, strict=True)
    ]
    return {"total": sum(points), "points": points}


def quarterback_passer_rating(
    attempts: Annotated[int, Ge(1), Le(10000)],
    completions: Annotated[int, Ge(0), Le(10000)],
    yards: Annotated[int, Ge(-1000), Le(100000)],
    touchdowns: Annotated[int, Ge(0), Le(1000)],
    interceptions: Annotated[int, Ge(0), Le(1000)],
) -> float:
    """Compute the NFL passer rating of a quarterback on its scale from 0 to 158.3.

    Args:
        attempts: Passes attempted, at least 1.
        completions: Passes completed, no more than attempted.
        yards: Passing yards.
        touchdowns: Touchdown passes, no more than completions.
        interceptions: Passes intercepted, no more than the incomplete passes.

    Returns:
        The passer rating rounded to 1 decimal.

    Raises:
        ValueError: If the counts contradict each other.

    Examples:
        >>> quarterback_passer_rating(attempts=30, completions=20, yards=250, touchdowns=2, interceptions=1)
        100.7
        >>> quarterback_passer_rating(attempts=20, completions=18, yards=300, touchdowns=4, interceptions=0)
        158.3
    """
    if attempts < 1 or completions + interceptions > attempts or touchdowns > completions:
        raise ValueError("the pass counts contradict each other")
    parts = (
        (completions / attempts - 0.3) * 5,
        (yards / attempts - 3) * 0.25,
        touchdowns / attempts * 20,
        2.375 - interceptions / attempts * 25,
    )
    return round(sum(min(2.375, max(0.0, part)) for part in parts) / 6 * 100, 1)


def one_rep_max_estimate(
    weight_kg: Annotated[float, Gt(0), Le(600)],
    repetitions: Annotated[int, Ge(1), Le(20)],
    formula: Literal["epley", "brzycki", "lombardi"] = "epley",
) -> float:
    """Estimate the heaviest weight an athlete can lift once from a set of several repetitions.

    Args:
        weight_kg: Weight lifted in kilograms, above 0 and up to 600.
        repetitions: Repetitions completed with that weight, from 1 to 20.
        formula: Estimation formula.

    Returns:
        The estimated one-repetition maximum in kilograms, rounded to 1 decimal.

    Raises:
        ValueError: If the weight is not positive or the repetitions lie outside 1 to 20.

    Examples:
        >>> one_rep_max_estimate(weight_kg=100, repetitions=5)
        116.7
        >>> one_rep_max_estimate(weight_kg=82.5, repetitions=8, formula="brzycki")
        102.4
    """
    if weight_kg <= 0 or not 1 <= repetitions <= 20:
        raise ValueError("the weight must be positive and the repetitions between 1 and 20")
    if repetitions == 1:
        return round(float(weight_kg), 1)
    if formula == "brzycki":
        return round(weight_kg * 36 / (37 - repetitions), 1)
    factor = 1 + repetitions / 30 if formula == "epley" else float(repetitions) ** 0.1
    return round(weight_kg * factor, 1)


def cycling_speed_from_cadence(
    chainring_teeth: Annotated[int, Ge(10), Le(70)],
    sprocket_teeth: Annotated[int, Ge(9), Le(60)],
    cadence_rpm: Annotated[float, Gt(0), Le(250)],
    wheel_circumference_mm: Annotated[float, Ge(500), Le(3000)] = 2105,
) -> dict[str, float]:
    """Compute a bicycle's gear ratio, development and speed from gearing, cadence and wheel size.

    Args:
        chainring_teeth: Teeth on the front chainring, from 10 to 70.
        sprocket_teeth: Teeth on the rear sprocket, from 9 to 60.
        cadence_rpm: Pedalling cadence in revolutions per minute, above 0.
        wheel_circumference_mm: Rolling circumference of the rear wheel in millimetres, 2105 for a 700x25C tyre.

    Returns:
        "gear_ratio" and "development_m" (metres per pedal turn), 2 decimals, and "speed_kmh", 1 decimal.

    Raises:
        ValueError: If a value is not positive.

    Examples:
        >>> cycling_speed_from_cadence(chainring_teeth=50, sprocket_teeth=17, cadence_rpm=90)
        {'gear_ratio': 2.94, 'development_m': 6.19, 'speed_kmh': 33.4}
        >>> cycling_speed_from_cadence(
        ...     chainring_teeth=34, sprocket_teeth=28, cadence_rpm=75, wheel_circumference_mm=2130
        ... )
        {'gear_ratio': 1.21, 'development_m': 2.59, 'speed_kmh': 11.6}
    """
    if min(chainring_teeth, sprocket_teeth, cadence_rpm, wheel_circumference_mm) <= 0:
        raise ValueError("teeth, cadence and wheel circumference must be positive")
    ratio = chainring_teeth / sprocket_teeth
    development = ratio * wheel_circumference_mm / 1000
    return {
        "gear_ratio": round(ratio, 2),
        "development_m": round(development, 2),
        "speed_kmh": round(development * cadence_rpm * 0.06, 1),
    }
