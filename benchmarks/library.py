"""Twenty small pure functions with one call each: the API library of the pipeline benchmark."""

import math


def add_numbers(a: float, b: float) -> float:
    """Add two numbers.

    Args:
        a: First number.
        b: Second number.
    """
    return a + b


def circle_area(radius: float) -> float:
    """Compute the area of a circle.

    Args:
        radius: Radius in metres.
    """
    return math.pi * radius**2


def fahrenheit_from_celsius(celsius: float) -> float:
    """Convert a temperature from Celsius to Fahrenheit.

    Args:
        celsius: Temperature in degrees Celsius.
    """
    return celsius * 9 / 5 + 32


def factorial_of(n: int) -> int:
    """Compute the factorial of a whole number.

    Args:
        n: The number, not negative.
    """
    return math.factorial(n)


def is_prime_number(n: int) -> bool:
    """Tell whether a whole number is prime.

    Args:
        n: The number.
    """
    return n > 1 and all(n % i for i in range(2, math.isqrt(n) + 1))


def count_words(text: str) -> int:
    """Count the words of a text.

    Args:
        text: The text.
    """
    return len(text.split())


def reverse_text(text: str) -> str:
    """Reverse a text.

    Args:
        text: The text.
    """
    return text[::-1]


def mean_of(values: list[float]) -> float:
    """Compute the mean of some numbers.

    Args:
        values: The numbers.
    """
    return sum(values) / len(values)


def median_of(values: list[float]) -> float:
    """Compute the median of some numbers.

    Args:
        values: The numbers.
    """
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def body_mass_index(weight_kg: float, height_m: float) -> float:
    """Compute the body mass index.

    Args:
        weight_kg: Weight in kilograms.
        height_m: Height in metres.
    """
    return weight_kg / height_m**2


def compound_interest(principal: float, rate: float, years: int) -> float:
    """Compute what a deposit grows to with yearly compounding.

    Args:
        principal: The deposit.
        rate: Yearly rate as a fraction.
        years: Number of years.
    """
    return principal * (1 + rate) ** years


def greatest_common_divisor(a: int, b: int) -> int:
    """Compute the greatest common divisor of two whole numbers.

    Args:
        a: First number.
        b: Second number.
    """
    return math.gcd(a, b)


def fibonacci_number(n: int) -> int:
    """Compute a number of the Fibonacci sequence.

    Args:
        n: Its place, from 0.
    """
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def slug_of(text: str) -> str:
    """Turn a title into a slug for addresses.

    Args:
        text: The title.
    """
    return "-".join(text.lower().split())


def count_vowels(text: str) -> int:
    """Count the vowels of a text.

    Args:
        text: The text.
    """
    return sum(letter in "aeiou" for letter in text.lower())


def point_distance(x1: float, y1: float, x2: float, y2: float) -> float:
    """Compute the distance of two points in the plane.

    Args:
        x1: First point, x.
        y1: First point, y.
        x2: Second point, x.
        y2: Second point, y.
    """
    return math.hypot(x2 - x1, y2 - y1)


def power_of(base: float, exponent: int) -> float:
    """Raise a number to a power.

    Args:
        base: The number.
        exponent: The power.
    """
    return base**exponent


def days_in_month(year: int, month: int) -> int:
    """Count the days of a month.

    Args:
        year: The year.
        month: The month, 1 to 12.
    """
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]


def upper_case(text: str) -> str:
    """Write a text in capitals.

    Args:
        text: The text.
    """
    return text.upper()


def multiply_numbers(a: float, b: float) -> float:
    """Multiply two numbers.

    Args:
        a: First number.
        b: Second number.
    """
    return a * b


CALLS: dict[str, dict[str, object]] = {
    "add_numbers": {"a": 2, "b": 3},
    "circle_area": {"radius": 2.5},
    "fahrenheit_from_celsius": {"celsius": 21},
    "factorial_of": {"n": 6},
    "is_prime_number": {"n": 97},
    "count_words": {"text": "the quick brown fox"},
    "reverse_text": {"text": "hello world"},
    "mean_of": {"values": [1, 2, 3]},
    "median_of": {"values": [5, 1, 9]},
    "body_mass_index": {"weight_kg": 70, "height_m": 1.8},
    "compound_interest": {"principal": 1000, "rate": 0.05, "years": 10},
    "greatest_common_divisor": {"a": 48, "b": 18},
    "fibonacci_number": {"n": 20},
    "slug_of": {"text": "Hello Big World"},
    "count_vowels": {"text": "banana split"},
    "point_distance": {"x1": 0, "y1": 0, "x2": 3, "y2": 4},
    "power_of": {"base": 2, "exponent": 10},
    "days_in_month": {"year": 2024, "month": 2},
    "upper_case": {"text": "please speak up"},
    "multiply_numbers": {"a": 4, "b": 5},
}
