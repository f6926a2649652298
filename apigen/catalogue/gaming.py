"""Functions for games: ratings, dice, cards, words, tournaments and player progress."""

import re
from collections import Counter
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

CATEGORY = "Gaming"

_SCRABBLE_LETTERS = {1: "AEILNORSTU", 2: "DG", 3: "BCMP", 4: "FHVWY", 5: "K", 8: "JX", 10: "QZ"}
_CARD_RANKS = ("2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K", "A")


def dice_notation_statistics(notation: Annotated[str, MinLen(2)]) -> dict[str, float]:
    """Describe a roll in dice notation such as '2d6+3' by its lowest, highest and average total.

    Args:
        notation: Dice terms like '3d8' or 'd20' and whole numbers, joined by '+' or '-'.

    Returns:
        An object with 'minimum', 'maximum', 'average' and 'standard_deviation', rounded to 2 decimals.

    Raises:
        ValueError: If the notation is malformed or has dice without sides.

    Examples:
        >>> dice_notation_statistics(notation="2d6+3")
        {'minimum': 5, 'maximum': 15, 'average': 10.0, 'standard_deviation': 2.42}
        >>> dice_notation_statistics(notation="d20 + 1d4 - 2")
        {'minimum': 0, 'maximum': 22, 'average': 11.0, 'standard_deviation': 5.87}
    """
    compact = notation.lower().replace(" ", "")
    if not re.fullmatch(r"[+-]?(\d{0,4}d\d{1,4}|\d{1,6})([+-](\d{0,4}d\d{1,4}|\d{1,6}))*", compact):
        raise ValueError(f"not dice notation: {notation}")
    minimum = maximum = 0
    variance = 0.0
    for sign, count_text, die, sides_text in re.findall(r"([+-]?)(\d*)(d?)(\d*)", compact)[:-1]:
        count, sides = int(count_text or 1), int(sides_text or 1)
        if sides == 0 or (die and count == 0):
            raise ValueError("dice need at least one side and a count of at least one")
        low, high = (count, count * sides) if sign != "-" else (-count * sides, -count)
        minimum += low
        maximum += high
        variance += count * (sides**2 - 1) / 12
    return {
        "minimum": minimum,
        "maximum": maximum,
        "average": round((minimum + maximum) / 2, 2),
        "standard_deviation": round(variance**0.5, 2),
    }


def dice_sum_probability(
    dice: Annotated[int, Ge(1), Le(20)],
    target: Annotated[int, Ge(1)],
    sides: Annotated[int, Ge(2), Le(100)] = 6,
    comparison: Literal["exactly", "at least", "at most"] = "exactly",
) -> float:
    """Calculate the probability, in percent, that the sum of several fair dice meets a target.

    Args:
        dice: Number of dice (1 to 20).
        target: Sum to compare with.
        sides: Sides of each die (2 to 100).
        comparison: Whether the sum must equal, reach or not exceed the target.

    Returns:
        The probability in percent, rounded to 4 decimals.

    Raises:
        ValueError: If the number of dice or sides is out of range or the comparison is unknown.

    Examples:
        >>> dice_sum_probability(dice=2, target=7)
        16.6667
        >>> dice_sum_probability(dice=3, target=20, sides=8, comparison="at least")
        6.8359
    """
    if not (1 <= dice <= 20 and 2 <= sides <= 100):
        raise ValueError("dice must be between 1 and 20, sides between 2 and 100")
    ways = {0: 1}
    for _ in range(dice):
        sums: Counter[int] = Counter()
        for total, count in ways.items():
            for face in range(1, sides + 1):
                sums[total + face] += count
        ways = dict(sums)
    if comparison == "exactly":
        favourable = ways.get(target, 0)
    elif comparison == "at least":
        favourable = sum(count for total, count in ways.items() if total >= target)
    elif comparison == "at most":
        favourable = sum(count for total, count in ways.items() if total <= target)
    else:
        raise ValueError(f"unknown comparison: {comparison}")
    return round(100 * favourable / sum(ways.values()), 4)


def scrabble_word_score(
    word: Annotated[str, MinLen(1), MaxLen(15)],
    word_multiplier: Annotated[int, Ge(1), Le(27)] = 1,
    letter_multipliers: dict[str, int] | None = None,
    tiles_from_rack: Annotated[int, Ge(0), Le(7)] = 0,
) -> int:
    """Score a word with English Scrabble letter values and premium squares.

    Args:
        word: The word, 1 to 15 letters A to Z.
        word_multiplier: Product of the word premiums, such as 2 or 3.
        letter_multipliers: Letter premiums by position in the word, counted from 1 as text, such as {"3": 2}.
        tiles_from_rack: Tiles the player laid down; all 7 earn the bonus of 50 points.

    Returns:
        The score in points.

    Raises:
        ValueError: If the word has other characters, or a position or multiplier is out of range.

    Examples:
        >>> scrabble_word_score(word="quiz")
        22
        >>> scrabble_word_score(word="JOKER", word_multiplier=2, letter_multipliers={"1": 3})
        64
    """
    if not re.fullmatch(r"[A-Za-z]{1,15}", word):
        raise ValueError("word must have 1 to 15 letters A to Z")
    if not (1 <= word_multiplier <= 27 and 0 <= tiles_from_rack <= 7):
        raise ValueError("word_multiplier must be 1 to 27 and tiles_from_rack 0 to 7")
    values = {letter: points for points, letters in _SCRABBLE_LETTERS.items() for letter in letters}
    points = [values[letter] for letter in word.upper()]
    for position, factor in (letter_multipliers or {}).items():
        if not position.isdecimal() or not 1 <= int(position) <= len(word) or factor < 1:
            raise ValueError(f"invalid letter multiplier: {position}")
        points[int(position) - 1] *= factor
    return sum(points) * word_multiplier + (50 if tiles_from_rack == 7 else 0)


def poker_hand_category(cards: Annotated[list[str], MinLen(5), MaxLen(5)]) -> str:
    """Name the category of a five-card poker hand.

    Args:
        cards: Five different cards, each a rank (2 to 10, J, Q, K, A) followed by a suit (S, H, D, C), such as '10H'.

    Returns:
        The category, from 'high card' to 'royal flush'.

    Raises:
        ValueError: If there are not five different, valid cards.

    Examples:
        >>> poker_hand_category(cards=["10H", "JH", "QH", "KH", "AH"])
        'royal flush'
        >>> poker_hand_category(cards=["4S", "4D", "9C", "9H", "9S"])
        'full house'
    """
    hand = [card.strip().upper() for card in cards]
    if len(set(hand)) != 5 or any(card[:-1] not in _CARD_RANKS or card[-1:] not in "SHDC" for card in hand):
        raise ValueError("five different cards such as '10H' or 'AS' are needed")
    ranks = sorted(_CARD_RANKS.index(card[:-1]) for card in hand)
    flush = len({card[-1] for card in hand}) == 1
    straight = ranks == list(range(ranks[0], ranks[0] + 5)) or ranks == [0, 1, 2, 3, 12]
    if straight and flush:
        return "royal flush" if ranks[0] == 8 else "straight flush"
    groups = sorted(Counter(ranks).values(), reverse=True)
    if groups[0] == 4:
        return "four of a kind"
    if groups == [3, 2]:
        return "full house"
    if flush or straight:
        return "flush" if flush else "straight"
    names = {(3, 1): "three of a kind", (2, 2): "two pair", (2, 1): "one pair"}
    return names.get((groups[0], groups[1]), "high card")


def blackjack_hand_value(cards: Annotated[list[str], MinLen(1)]) -> dict[str, int | bool]:
    """Calculate the best value of a blackjack hand, counting each ace as 11 or 1.

    Args:
        cards: Ranks of the cards: 2 to 10, J, Q, K or A.

    Returns:
        An object with 'value', 'soft' (an ace counts as 11), 'blackjack' (21 with two cards) and 'bust' (over 21).

    Raises:
        ValueError: If the hand is empty or has an unknown rank.

    Examples:
        >>> blackjack_hand_value(cards=["A", "K"])
        {'value': 21, 'soft': True, 'blackjack': True, 'bust': False}
        >>> blackjack_hand_value(cards=["A", "7", "9"])
        {'value': 17, 'soft': False, 'blackjack': False, 'bust': False}
    """
    ranks = [card.strip().upper() for card in cards]
    if not ranks or any(rank not in _CARD_RANKS for rank in ranks):
        raise ValueError("cards must be ranks 2 to 10, J, Q, K or A")
    hard = sum(1 if rank == "A" else min(10, _CARD_RANKS.index(rank) + 2) for rank in ranks)
    soft = "A" in ranks and hard + 10 <= 21
    value = hard + 10 if soft else hard
    return {"value": value, "soft": soft, "blackjack": value == 21 and len(ranks) == 2, "bust": value > 21}


def player_level_progress(
    total_xp: Annotated[int, Ge(0)],
    first_level_xp: Annotated[int, Ge(1)] = 100,
    growth_factor: Annotated[float, Ge(1), Le(3)] = 1.5,
    max_level: Annotated[int, Ge(2), Le(200)] = 100,
) -> dict[str, int | float]:
    """Determine a player's level from experience points when each level costs more than the one before.

    Args:
        total_xp: Experience points earned in all.
        first_level_xp: Points needed to get from level 1 to level 2.
        growth_factor: Factor by which the cost grows per level (1 to 3); costs are rounded to whole points.
        max_level: Highest level (2 to 200).

    Returns:
        An object with 'level', 'xp_into_level', 'xp_to_next' (0 at the highest level) and
        'progress_percent' (rounded to 2 decimals).

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> player_level_progress(total_xp=300)
        {'level': 3, 'xp_into_level': 50, 'xp_to_next': 175, 'progress_percent': 22.22}
        >>> player_level_progress(total_xp=2600, first_level_xp=500, growth_factor=1.2)
        {'level': 4, 'xp_into_level': 780, 'xp_to_next': 84, 'progress_percent': 90.28}
    """
    if total_xp < 0 or first_level_xp < 1 or not 1 <= growth_factor <= 3 or not 2 <= max_level <= 200:
        raise ValueError("total_xp must be at least 0, first_level_xp 1, growth_factor 1 to 3, max_level 2 to 200")
    level, remaining, cost = 1, total_xp, first_level_xp
    while level < max_level and remaining >= cost:
        remaining -= cost
        level += 1
        cost = round(first_level_xp * growth_factor ** (level - 1))
    if level == max_level:
        return {"level": level, "xp_into_level": remaining, "xp_to_next": 0, "progress_percent": 100.0}
    progress = round(100 * remaining / cost, 2)
    return {"level": level, "xp_into_level": remaining, "xp_to_next": cost - remaining, "progress_percent": progress}


def word_guess_feedback(guess: Annotated[str, MinLen(1)], answer: Annotated[str, MinLen(1)]) -> str:
    """Mark a guess in a five-letter-style word puzzle letter by letter.

    Args:
        guess: The guessed word, letters only.
        answer: The hidden word, of the same length.

    Returns:
        One character per letter: 'G' right place, 'Y' in the word but elsewhere, '-' not in the word; a repeated
        letter is marked only as often as the hidden word has it.

    Raises:
        ValueError: If the words differ in length or have other characters than letters.

    Examples:
        >>> word_guess_feedback(guess="crane", answer="caper")
        'GYY-Y'
        >>> word_guess_feedback(guess="allow", answer="loyal")
        'YYYY-'
    """
    guess, answer = guess.lower(), answer.lower()
    if len(guess) != len(answer) or not (guess.isalpha() and answer.isalpha()):
        raise ValueError("guess and answer must be words of the same length")
    pairs = list(zip(guess, answer, strict=True))
    unmatched = Counter(hidden for letter, hidden in pairs if letter != hidden)
    marks = ""
    for letter, hidden in pairs:
        if letter == hidden:
            marks += "G"
        elif unmatched[letter] > 0:
            unmatched[letter] -= 1
            marks += "Y"
        else:
            marks += "-"
    return marks


def loot_drop_chance(
    drop_rate_percent: Annotated[float, Gt(0), Le(100)],
    attempts: Annotated[int, Ge(1), Le(1000000)],
    guaranteed_after: Annotated[int, Ge(1)] | None = None,
) -> float:
    """Calculate the chance of getting a random item at least once in a number of attempts.

    Args:
        drop_rate_percent: Chance per attempt in percent, above 0 and at most 100.
        attempts: Number of attempts (1 to 1,000,000).
        guaranteed_after: Attempt at which the item is certain (a pity rule), if there is one.

    Returns:
        The chance in percent, rounded to 4 decimals.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> loot_drop_chance(drop_rate_percent=2, attempts=50)
        63.583
        >>> loot_drop_chance(drop_rate_percent=0.6, attempts=90, guaranteed_after=90)
        100.0
    """
    if not 0 < drop_rate_percent <= 100 or not 1 <= attempts <= 1_000_000:
        raise ValueError("drop_rate_percent must be above 0 and at most 100, attempts 1 to 1,000,000")
    if guaranteed_after is not None:
        if guaranteed_after < 1:
            raise ValueError("guaranteed_after must be at least 1")
        if attempts >= guaranteed_after:
            return 100.0
    return round(100 * (1 - (1 - drop_rate_percent / 100) ** attempts), 4)


def mouse_cm_per_full_turn(
    mouse_dpi: Annotated[int, Ge(50), Le(50000)],
    sensitivity: Annotated[float, Gt(0)],
    yaw_degrees: Annotated[float, Gt(0), Le(1)] = 0.022,
) -> float:
    """Calculate how many centimetres a mouse must move to turn 360 degrees in a shooter game.

    Args:
        mouse_dpi: Mouse resolution in counts per inch (50 to 50000).
        sensitivity: Sensitivity set in the game.
        yaw_degrees: Degrees the view turns per mouse count at sensitivity 1.

    Returns:
        The distance in centimetres, rounded to 2 decimals.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> mouse_cm_per_full_turn(mouse_dpi=800, sensitivity=1.5)
        34.64
        >>> mouse_cm_per_full_turn(mouse_dpi=1600, sensitivity=0.35, yaw_degrees=0.07)
        23.33
    """
    if not 50 <= mouse_dpi <= 50000 or sensitivity <= 0 or not 0 < yaw_degrees <= 1:
        raise ValueError("mouse_dpi must be 50 to 50000, sensitivity positive, yaw_degrees above 0 and at most 1")
    return round(360 / (mouse_dpi * sensitivity * yaw_degrees) * 2.54, 2)


def minesweeper_hint_grid(field: Annotated[list[str], MinLen(1)]) -> list[str]:
    """Fill a minefield with the number of mines around every empty square.

    Args:
        field: Rows of equal length with '*' for a mine and '.' for an empty square.

    Returns:
        The rows with digits 0 to 8 in place of the empty squares.

    Raises:
        ValueError: If the field is empty, ragged or has other characters.

    Examples:
        >>> minesweeper_hint_grid(field=["*..", "...", "..*"])
        ['*10', '121', '01*']
        >>> minesweeper_hint_grid(field=["*.*.", "...."])
        ['*2*1', '1211']
    """
    if not field or not field[0] or any(len(row) != len(field[0]) or set(row) - {".", "*"} for row in field):
        raise ValueError("field needs rows of equal length made of '.' and '*'")
    mines = {(y, x) for y, row in enumerate(field) for x, square in enumerate(row) if square == "*"}

    def hint(y: int, x: int) -> str:
        around = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)}
        return "*" if (y, x) in mines else str(len(around & mines))

    return ["".join(hint(y, x) for x in range(len(row))) for y, row in enumerate(field)]


def chess_material_balance(fen: Annotated[str, MinLen(15)]) -> dict[str, int | str]:
    """Compare the material of both sides of a chess position in pawn units.

    Pawns count 1, knights and bishops 3, rooks 5 and queens 9.

    Args:
        fen: The position in Forsyth-Edwards notation; only the piece placement (the first field) is needed.

    Returns:
        An object with 'white', 'black' (points) and 'ahead' ('white', 'black' or 'even').

    Raises:
        ValueError: If the placement is not eight ranks of eight squares with one king a side.

    Examples:
        >>> chess_material_balance(fen="r1bqkbnr/pppp1ppp/8/4p3/2B1P3/8/PPPP1PPP/RNBQK1NR w KQkq - 0 3")
        {'white': 39, 'black': 36, 'ahead': 'white'}
        >>> chess_material_balance(fen="8/5k2/8/3q4/8/2R5/1P3K2/8")
        {'white': 6, 'black': 9, 'ahead': 'black'}
    """
    placement = fen.split()[0] if fen.strip() else ""
    squares = re.sub(r"[1-8]", lambda match: "." * int(match[0]), placement)
    if not re.fullmatch(r"[.PNBRQKpnbrqk]{8}(/[.PNBRQKpnbrqk]{8}){7}", squares):
        raise ValueError(f"not a chess position: {fen}")
    if squares.count("K") != 1 or squares.count("k") != 1:
        raise ValueError("each side needs exactly one king")
    values = {"P": 1, "N": 3, "B": 3, "R": 5, "Q": 9}
    white = sum(value * squares.count(piece) for piece, value in values.items())
    black = sum(value * squares.count(piece.lower()) for piece, value in values.items())
    return {
        "white": white,
        "black": black,
        "ahead": "even" if white == black else "white" if white > black else "black",
    }


def weapon_damage_per_second(
    damage_per_hit: Annotated[float, Gt(0)],
    hits_per_second: Annotated[float, Gt(0)],
    critical_chance_percent: Annotated[float, Ge(0), Le(100)] = 0,
    critical_multiplier: Annotated[float, Ge(1)] = 2,
    damage_reduction_percent: Annotated[float, Ge(0), Le(100)] = 0,
) -> float:
    """Calculate the average damage per second of a weapon with critical hits against an armoured target.

    Args:
        damage_per_hit: Damage of a normal hit.
        hits_per_second: Attack speed in hits per second.
        critical_chance_percent: Chance of a critical hit in percent (0 to 100).
        critical_multiplier: Factor by which a critical hit does more damage (at least 1).
        damage_reduction_percent: Part of the damage the target's armour absorbs in percent (0 to 100).

    Returns:
        The average damage per second, rounded to 2 decimals.

    Raises:
        ValueError: If a value is out of range.

    Examples:
        >>> weapon_damage_per_second(damage_per_hit=48, hits_per_second=1.6, critical_chance_percent=25)
        96.0
        >>> weapon_damage_per_second(damage_per_hit=120, hits_per_second=0.8, damage_reduction_percent=35)
        62.4
    """
    if damage_per_hit <= 0 or hits_per_second <= 0 or critical_multiplier < 1:
        raise ValueError("damage and attack speed must be positive, critical_multiplier at least 1")
    if not (0 <= critical_chance_percent <= 100 and 0 <= damage_reduction_percent <= 100):
        raise ValueError("percentages must be between 0 and 100")
    average_hit = damage_per_hit * (1 + critical_chance_percent / 100 * (critical_multiplier - 1))
    return round(average_hit * hits_per_second * (1 - damage_reduction_percent / 100), 2)
