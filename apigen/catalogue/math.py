"""Number theory, algebra, geometry, probability and numerical integration."""

import math
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

CATEGORY = "Math"


def prime_factorization(number: Annotated[int, Ge(2), Le(10**12)]) -> dict[str, int]:
    """Factor a whole number into primes.

    Args:
        number: The number to factor, 2 to 1000000000000.

    Returns:
        The exponent of every prime factor by the prime written as text, in ascending order.

    Raises:
        ValueError: If the number is out of range.

    Examples:
        >>> prime_factorization(number=360)
        {'2': 3, '3': 2, '5': 1}
        >>> prime_factorization(number=1000003)
        {'1000003': 1}
    """
    if not 2 <= number <= 10**12:
        raise ValueError("number must lie between 2 and 1000000000000")
    factors: dict[str, int] = {}
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            factors[str(divisor)] = factors.get(str(divisor), 0) + 1
            number //= divisor
        divisor += 1 if divisor == 2 else 2
    if number > 1:
        factors[str(number)] = factors.get(str(number), 0) + 1
    return factors


def _checked_square(matrix: list[list[float]]) -> list[list[Fraction]]:
    size = len(matrix)
    if not 1 <= size <= 10 or any(len(row) != size for row in matrix):
        raise ValueError("the matrix must be square with 1 to 10 rows")
    return [[Fraction(value) for value in row] for row in matrix]


def linear_system_solution(
    coefficients: Annotated[list[list[float]], MinLen(1), MaxLen(10)],
    constants: Annotated[list[float], MinLen(1), MaxLen(10)],
) -> list[float]:
    """Solve a system of linear equations with as many equations as unknowns.

    Args:
        coefficients: Square matrix of coefficients, one row per equation, up to 10 by 10.
        constants: Right-hand side of every equation.

    Returns:
        The values of the unknowns in order, rounded to 6 decimals.

    Raises:
        ValueError: If the shapes do not fit or the system has no unique solution.

    Examples:
        >>> linear_system_solution(coefficients=[[2, 1], [1, -1]], constants=[7, -1])
        [2.0, 3.0]
        >>> linear_system_solution(coefficients=[[1, 1, 1], [0, 2, 5], [2, 5, -1]], constants=[6, -4, 27])
        [5.0, 3.0, -2.0]
    """
    rows = _checked_square(coefficients)
    if len(constants) != len(rows):
        raise ValueError("there must be one constant per equation")
    for row, constant in zip(rows, constants, strict=True):
        row.append(Fraction(constant))
    for column in range(len(rows)):
        pivot = next((index for index in range(column, len(rows)) if rows[index][column] != 0), None)
        if pivot is None:
            raise ValueError("the system has no unique solution")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for index, row in enumerate(rows):
            if index != column:
                factor = row[column] / rows[column][column]
                rows[index] = [a - factor * b for a, b in zip(row, rows[column], strict=True)]
    return [round(float(row[-1] / row[index]), 6) for index, row in enumerate(rows)]


def matrix_determinant(matrix: Annotated[list[list[float]], MinLen(1), MaxLen(10)]) -> float:
    """Compute the determinant of a square matrix.

    Args:
        matrix: Square matrix as a list of rows, up to 10 by 10.

    Returns:
        The determinant, rounded to 6 decimals.

    Raises:
        ValueError: If the matrix is not square or too large.

    Examples:
        >>> matrix_determinant(matrix=[[3, 8], [4, 6]])
        -14.0
        >>> matrix_determinant(matrix=[[6, 1, 1], [4, -2, 5], [2, 8, 7]])
        -306.0
    """
    rows = _checked_square(matrix)
    determinant = Fraction(1)
    for column in range(len(rows)):
        pivot = next((index for index in range(column, len(rows)) if rows[index][column] != 0), None)
        if pivot is None:
            return 0.0
        if pivot != column:
            rows[column], rows[pivot] = rows[pivot], rows[column]
            determinant = -determinant
        determinant *= rows[column][column]
        for index in range(column + 1, len(rows)):
            factor = rows[index][column] / rows[column][column]
            rows[index] = [a - factor * b for a, b in zip(rows[index], rows[column], strict=True)]
    return round(float(determinant), 6)


def quadratic_equation_roots(a: float, b: float, c: float) -> dict[str, float | str | list[dict[str, float]]]:
    """Find the real or complex roots of the quadratic equation a*x^2 + b*x + c = 0.

    Args:
        a: Coefficient of x squared, not zero.
        b: Coefficient of x.
        c: Constant term.

    Returns:
        An object with the `discriminant`, the `kind` ("two_real", "one_real" or "complex_pair") and the `roots`, each
        with its `real` and `imaginary` part, rounded to 6 decimals; real roots in ascending order.

    Raises:
        ValueError: If a is zero.

    Examples:
        >>> quadratic_equation_roots(a=1, b=-3, c=2)  # doctest: +NORMALIZE_WHITESPACE
        {'discriminant': 1, 'kind': 'two_real', 'roots': [{'real': 1.0, 'imaginary': 0.0}, {'real': 2.0, 'imaginary':
        0.0}]}
        >>> quadratic_equation_roots(a=1, b=2, c=5)  # doctest: +NORMALIZE_WHITESPACE
        {'discriminant': -16, 'kind': 'complex_pair', 'roots': [{'real': -1.0, 'imaginary': 2.0}, {'real': -1.0,
        'imaginary': -2.0}]}
    """
    if a == 0:
        raise ValueError("a must not be zero")
    discriminant = b * b - 4 * a * c
    centre, spread = -b / (2 * a), math.sqrt(abs(discriminant)) / (2 * abs(a))
    if discriminant > 0:
        kind, pairs = "two_real", [(centre - spread, 0.0), (centre + spread, 0.0)]
    elif discriminant == 0:
        kind, pairs = "one_real", [(centre, 0.0)]
    else:
        kind, pairs = "complex_pair", [(centre, spread), (centre, -spread)]
    roots = [{"real": round(real, 6) + 0.0, "imaginary": round(imaginary, 6)} for real, imaginary in pairs]
    return {"discriminant": round(discriminant, 6), "kind": kind, "roots": roots}


def binomial_probability(
    trials: Annotated[int, Ge(1), Le(1000)],
    successes: Annotated[int, Ge(0), Le(1000)],
    success_chance: Annotated[float, Ge(0), Le(1)],
    tail: Literal["exactly", "at_least", "at_most"] = "exactly",
) -> float:
    """Compute the probability of a number of successes in independent trials.

    Args:
        trials: Number of trials, 1 to 1000.
        successes: Number of successes, 0 to the number of trials.
        success_chance: Probability of success in one trial, 0 to 1.
        tail: Whether exactly, at least or at most that many successes are meant.

    Returns:
        The probability between 0 and 1, rounded to 6 decimals.

    Raises:
        ValueError: If a value is out of range or the tail is unknown.

    Examples:
        >>> binomial_probability(trials=10, successes=5, success_chance=0.5)
        0.246094
        >>> binomial_probability(trials=20, successes=3, success_chance=0.1, tail="at_least")
        0.323073
    """
    if not 1 <= trials <= 1000 or not 0 <= successes <= trials or not 0 <= success_chance <= 1:
        raise ValueError("trials must be 1 to 1000, successes 0 to trials and success_chance 0 to 1")
    ranges = {
        "exactly": range(successes, successes + 1),
        "at_least": range(successes, trials + 1),
        "at_most": range(successes + 1),
    }
    if tail not in ranges:
        raise ValueError(f"unknown tail: {tail}")
    chances = (
        math.comb(trials, count) * (success_chance**count * (1 - success_chance) ** (trials - count))
        for count in ranges[tail]
    )
    return round(math.fsum(chances), 6)


def polygon_area_and_centroid(
    vertices: Annotated[list[Annotated[list[float], MinLen(2), MaxLen(2)]], MinLen(3)],
) -> dict[str, float | list[float]]:
    """Compute the area, perimeter and centroid of a simple polygon from its corner points.

    Args:
        vertices: Corner points as [x, y] pairs in order around the polygon, at least three.

    Returns:
        An object with `area`, `perimeter` and `centroid` ([x, y]), rounded to 4 decimals.

    Raises:
        ValueError: If there are fewer than three points, a point is not a pair or the area is zero.

    Examples:
        >>> polygon_area_and_centroid(vertices=[[0, 0], [4, 0], [4, 3], [0, 3]])
        {'area': 12.0, 'perimeter': 14.0, 'centroid': [2.0, 1.5]}
        >>> polygon_area_and_centroid(vertices=[[0, 0], [6, 0], [0, 6]])
        {'area': 18.0, 'perimeter': 20.4853, 'centroid': [2.0, 2.0]}
    """
    if len(vertices) < 3 or any(len(point) != 2 for point in vertices):
        raise ValueError("a polygon needs at least three points of two coordinates")
    doubled = moment_x = moment_y = perimeter = 0.0
    for (x1, y1), (x2, y2) in zip(vertices, vertices[1:] + vertices[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        doubled += cross
        moment_x += (x1 + x2) * cross
        moment_y += (y1 + y2) * cross
        perimeter += math.hypot(x2 - x1, y2 - y1)
    if doubled == 0:
        raise ValueError("the polygon has no area")
    return {
        "area": round(abs(doubled) / 2, 4),
        "perimeter": round(perimeter, 4),
        "centroid": [round(moment_x / (3 * doubled), 4), round(moment_y / (3 * doubled), 4)],
    }


def best_rational_approximation(
    value: float,
    max_denominator: Annotated[int, Ge(1), Le(10**9)] = 100,
) -> dict[str, int | float | str]:
    """Find the fraction closest to a decimal number whose denominator stays within a limit.

    Args:
        value: The number to approximate.
        max_denominator: Largest denominator allowed, 1 to 1000000000.

    Returns:
        An object with `numerator`, `denominator`, `text` such as "22/7" and `error` (fraction minus value, rounded to
        12 decimals).

    Raises:
        ValueError: If the value is not finite or the limit is out of range.

    Examples:
        >>> best_rational_approximation(value=3.14159265, max_denominator=10)
        {'numerator': 22, 'denominator': 7, 'text': '22/7', 'error': 0.001264492857}
        >>> best_rational_approximation(value=0.625)
        {'numerator': 5, 'denominator': 8, 'text': '5/8', 'error': 0.0}
    """
    if not math.isfinite(value) or not 1 <= max_denominator <= 10**9:
        raise ValueError("value must be finite and max_denominator between 1 and 1000000000")
    fraction = Fraction(value).limit_denominator(max_denominator)
    return {
        "numerator": fraction.numerator,
        "denominator": fraction.denominator,
        "text": f"{fraction.numerator}/{fraction.denominator}",
        "error": round(float(fraction - Fraction(value)), 12),
    }


def distinct_arrangement_count(
    items: Annotated[list[str], MinLen(1), MaxLen(100)],
    circular: bool = False,
) -> int:
    """Count the distinct orders of a collection in which some items may be alike.

    Args:
        items: The items, 1 to 100; equal texts are interchangeable.
        circular: Whether the items stand in a circle, where rotations count as one; all items must then differ.

    Returns:
        The number of distinguishable arrangements.

    Raises:
        ValueError: If there are no items, more than 100, or a circle holds equal items.

    Examples:
        >>> distinct_arrangement_count(items=["B", "A", "N", "A", "N", "A"])
        60
        >>> distinct_arrangement_count(items=["Ann", "Ben", "Cy", "Di", "Ed"], circular=True)
        24
    """
    if not 1 <= len(items) <= 100:
        raise ValueError("there must be 1 to 100 items")
    counts = Counter(items)
    if circular:
        if len(counts) < len(items):
            raise ValueError("items in a circle must all be different")
        return math.factorial(len(items) - 1)
    return math.factorial(len(items)) // math.prod(math.factorial(count) for count in counts.values())


def chinese_remainder_solution(
    remainders: Annotated[list[int], MinLen(1), MaxLen(20)],
    moduli: Annotated[list[Annotated[int, Ge(1)]], MinLen(1), MaxLen(20)],
) -> dict[str, int]:
    """Find the smallest whole number that leaves given remainders when divided by given moduli.

    Args:
        remainders: Remainder for every modulus.
        moduli: Positive moduli in the same order; they need not be coprime.

    Returns:
        An object with the smallest non-negative `solution` and the `period` after which solutions repeat.

    Raises:
        ValueError: If the lists differ in length, a modulus is not positive or the conditions contradict each other.

    Examples:
        >>> chinese_remainder_solution(remainders=[2, 3, 2], moduli=[3, 5, 7])
        {'solution': 23, 'period': 105}
        >>> chinese_remainder_solution(remainders=[1, 3], moduli=[4, 6])
        {'solution': 9, 'period': 12}
    """
    if not moduli or len(remainders) != len(moduli) or min(moduli) < 1:
        raise ValueError("there must be one remainder per modulus and the moduli must be positive")
    solution, period = 0, 1
    for remainder, modulus in zip(remainders, moduli, strict=True):
        common = math.gcd(period, modulus)
        gap = remainder - solution
        if gap % common:
            raise ValueError("the conditions contradict each other")
        step = gap // common * pow(period // common, -1, modulus // common)
        solution += period * (step % (modulus // common))
        period = period // common * modulus
    return {"solution": solution, "period": period}


def polynomial_derivative_value(
    coefficients: Annotated[list[float], MinLen(1), MaxLen(50)],
    x: float,
    order: Annotated[int, Ge(0), Le(49)] = 1,
) -> dict[str, float | list[float]]:
    """Differentiate a polynomial and evaluate the derivative at a point.

    Args:
        coefficients: Coefficients from the highest power down to the constant, up to 50.
        x: Point of evaluation.
        order: How many times to differentiate, 0 for the polynomial itself.

    Returns:
        An object with the `derivative` (coefficients from the highest power down) and its `value` at x, rounded to
        6 decimals.

    Raises:
        ValueError: If the number of coefficients or the order is out of range.

    Examples:
        >>> polynomial_derivative_value(coefficients=[1, -6, 11, -6], x=2)
        {'derivative': [3, -12, 11], 'value': -1.0}
        >>> polynomial_derivative_value(coefficients=[2, 0, -5], x=1.5, order=2)
        {'derivative': [4], 'value': 4.0}
    """
    if not 1 <= len(coefficients) <= 50 or not 0 <= order <= 49:
        raise ValueError("coefficients must hold 1 to 50 values and order must lie between 0 and 49")
    derivative = list(coefficients)
    for _ in range(order):
        degree = len(derivative) - 1
        derivative = [value * (degree - place) for place, value in enumerate(derivative[:-1])] or [0]
    value = 0.0
    for coefficient in derivative:
        value = value * x + coefficient
    return {"derivative": derivative, "value": round(value, 6)}


def triangle_from_sides(
    side_a: Annotated[float, Gt(0)],
    side_b: Annotated[float, Gt(0)],
    side_c: Annotated[float, Gt(0)],
) -> dict[str, float | str]:
    """Compute the angles, area and kind of a triangle from its three side lengths.

    Args:
        side_a: Length of side a.
        side_b: Length of side b, in the same unit.
        side_c: Length of side c, in the same unit.

    Returns:
        An object with `angle_a`, `angle_b`, `angle_c` (degrees, opposite the sides), `area`, the `sides` kind
        ("equilateral", "isosceles" or "scalene") and the `angles` kind ("acute", "right" or "obtuse"). Numbers are
        rounded to 4 decimals.

    Raises:
        ValueError: If a side is not positive or the sides cannot form a triangle.

    Examples:
        >>> triangle_from_sides(side_a=3, side_b=4, side_c=5)
        {'angle_a': 36.8699, 'angle_b': 53.1301, 'angle_c': 90.0, 'area': 6.0, 'sides': 'scalene', 'angles': 'right'}
        >>> triangle_from_sides(side_a=7, side_b=7, side_c=7)
        {'angle_a': 60.0, 'angle_b': 60.0, 'angle_c': 60.0, 'area': 21.2176, 'sides': 'equilateral', 'angles': 'acute'}
    """
    short, middle, long = sorted((side_a, side_b, side_c))
    if short <= 0 or short + middle <= long:
        raise ValueError("the sides must be positive and each shorter than the other two together")

    def opposite_angle(side: float, left: float, right: float) -> float:
        cosine = (left * left + right * right - side * side) / (2 * left * right)
        return round(math.degrees(math.acos(max(-1.0, min(1.0, cosine)))), 4)

    half = (short + middle + long) / 2
    largest = opposite_angle(long, short, middle)
    return {
        "angle_a": opposite_angle(side_a, side_b, side_c),
        "angle_b": opposite_angle(side_b, side_a, side_c),
        "angle_c": opposite_angle(side_c, side_a, side_b),
        "area": round(math.sqrt(max(0.0, half * (half - short) * (half - middle) * (half - long))), 4),
        "sides": {1: "equilateral", 2: "isosceles", 3: "scalene"}[len({side_a, side_b, side_c})],
        "angles": "right" if largest == 90 else "acute" if largest < 90 else "obtuse",
    }


def sampled_curve_integral(
    x_values: Annotated[list[float], MinLen(2)],
    y_values: Annotated[list[float], MinLen(2)],
    rule: Literal["trapezoid", "simpson"] = "trapezoid",
) -> float:
    """Integrate a sampled curve numerically.

    Args:
        x_values: Sample positions in strictly ascending order, at least two.
        y_values: Value of the curve at every position.
        rule: "trapezoid" for any spacing, "simpson" for an odd number of equally spaced samples.

    Returns:
        The area under the curve, rounded to 6 decimals.

    Raises:
        ValueError: If the lists do not match, the positions do not ascend or the rule does not fit the samples.

    Examples:
        >>> sampled_curve_integral(x_values=[0, 1, 3], y_values=[2, 4, 4])
        11.0
        >>> sampled_curve_integral(x_values=[0, 1, 2, 3, 4], y_values=[0, 1, 4, 9, 16], rule="simpson")
        21.333333
    """
    widths = [right - left for left, right in pairwise(x_values)]
    if len(x_values) != len(y_values) or not widths or min(widths) <= 0:
        raise ValueError("there must be two or more samples at ascending positions, one y value for each")
    if rule == "trapezoid":
        pairs = zip(widths, y_values, y_values[1:], strict=False)
        return round(sum(width * (left + right) / 2 for width, left, right in pairs), 6)
    if rule != "simpson":
        raise ValueError(f"unknown rule: {rule}")
    if len(widths) % 2 or max(widths) - min(widths) > 1e-9 * max(widths):
        raise ValueError("the simpson rule needs an odd number of equally spaced samples")
    ends = y_values[0] + y_values[-1]
    return round(widths[0] / 3 * (ends + 4 * sum(y_values[1:-1:2]) + 2 * sum(y_values[2:-1:2])), 6)


def angle_between_vectors(
    first: Annotated[list[float], MinLen(2)],
    second: Annotated[list[float], MinLen(2)],
    unit: Literal["degrees", "radians"] = "degrees",
) -> dict[str, float]:
    """Compute the angle between two vectors together with their dot product and cosine similarity.

    Args:
        first: Components of the first vector, at least two.
        second: Components of the second vector, as many as the first has.
        unit: Unit of the angle.

    Returns:
        An object with `angle`, `dot_product` and `cosine_similarity`, rounded to 6 decimals.

    Raises:
        ValueError: If the vectors differ in length, one is zero or the unit is unknown.

    Examples:
        >>> angle_between_vectors(first=[1, 0], second=[1, 1])
        {'angle': 45.0, 'dot_product': 1, 'cosine_similarity': 0.707107}
        >>> angle_between_vectors(first=[1, 2, 3], second=[-2, 1, 0], unit="radians")
        {'angle': 1.570796, 'dot_product': 0, 'cosine_similarity': 0.0}
    """
    if len(first) != len(second) or len(first) < 2:
        raise ValueError("the vectors must have the same number of components, at least two")
    if unit not in ("degrees", "radians"):
        raise ValueError(f"unknown unit: {unit}")
    lengths = math.hypot(*first) * math.hypot(*second)
    if lengths == 0:
        raise ValueError("a zero vector has no direction")
    dot = sum(a * b for a, b in zip(first, second, strict=True))
    cosine = max(-1.0, min(1.0, dot / lengths))
    angle = math.acos(cosine)
    return {
        "angle": round(math.degrees(angle) if unit == "degrees" else angle, 6),
        "dot_product": round(dot, 6),
        "cosine_similarity": round(cosine, 6),
    }


def radix_conversion(
    digits: Annotated[str, MinLen(1), MaxLen(200)],
    from_base: Annotated[int, Ge(2), Le(36)],
    to_base: Annotated[int, Ge(2), Le(36)] = 10,
) -> str:
    """Convert a whole number from one positional numeral system to another.

    Args:
        digits: The number as text with an optional minus sign; letters A to Z stand for the digits 10 to 35.
        from_base: Base in which the digits are written, 2 to 36.
        to_base: Base of the result, 2 to 36.

    Returns:
        The number in the new base, in upper case without prefix.

    Raises:
        ValueError: If a base is out of range or a digit does not exist in the base.

    Examples:
        >>> radix_conversion(digits="FF", from_base=16)
        '255'
        >>> radix_conversion(digits="-755", from_base=8, to_base=2)
        '-111101101'
    """
    if not 2 <= from_base <= 36 or not 2 <= to_base <= 36:
        raise ValueError("bases must lie between 2 and 36")
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    body = digits.upper().removeprefix("-")
    if not 1 <= len(body) <= 200 or any(character not in alphabet[:from_base] for character in body):
        raise ValueError(f"{digits!r} is not a number in base {from_base}")
    number, result = int(body, from_base), ""
    while number:
        number, remainder = divmod(number, to_base)
        result = alphabet[remainder] + result
    sign = "-" if digits.startswith("-") and result else ""
    return sign + (result or "0")
