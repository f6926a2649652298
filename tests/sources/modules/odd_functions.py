# ruff: noqa: B008, RUF013, UP007, UP045
"""Functions with signatures of every kind, for the tests of the Python source.

>>> from_module_docstring(3)
4
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import math
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    NewType,
    Optional,
    SupportsFloat,
    TypedDict,
    Union,
)

from annotated_types import Ge, Le, MinLen
from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from nowhere import Missing

    Amount = Union[int, float]

CATEGORY = "Odd"
_MISSING = object()


class Colour(enum.Enum):
    red = "red"
    blue = "blue"


@dataclasses.dataclass
class Point:
    """A point."""

    x: float
    y: float = 0.0


@dataclasses.dataclass
class Node:
    """Contains itself."""

    child: Node | None = None


class Place(NamedTuple):
    latitude: float
    longitude: float


class Line(TypedDict):
    title: str
    price: float


class Person(BaseModel):
    """A person."""

    name: str
    title: str = Field("", description="How to address them.")
    home: Optional[Point] = None


UserId = NewType("UserId", int)
Numbers = list[float]


def plain(a: int, b: float, c: str, d: bool) -> str:
    """Join four values."""
    return f"{a}{b}{c}{d}"


def defaults(
    a: int = 1,
    b: float = 1,
    c: Optional[str] = None,
    d: str = None,
    e: float = math.inf,
    f: Any = _MISSING,
    g: Colour = Colour.blue,
    h: Point = Point(1, 2),
    i: tuple[int, int] = (1, 2),
    j: Callable[[], int] = int,
    k: date = date(2024, 1, 2),
    m: Decimal = Decimal("1.5"),
    n: int = "auto",
) -> int:
    """Show defaults of every kind."""
    return a


def keyword_only(a: int, *, unit: str = "m", exact: bool) -> str:
    """Take parameters by keyword only."""
    return unit


def positional_only(a: int, b: Any = None, c: int = 2, /, d: int = 3) -> int:
    """Take parameters by position only."""
    return a


def needs_args(*values: float, scale: float = 1) -> float:
    """Add any number of values."""
    return sum(values)


def optional_args(first: float, *more: float, **options: str) -> float:
    """Add values to a first one."""
    return first


def no_docstring(a: int) -> int:
    return a


def wrong_docstring(a: int) -> int:
    """Do something.

    Args:
        a: The right one.
        b (int): Does not exist.
        c (str, optional): Neither does this.
    """
    return a


def untyped(a, b=1):
    """Take a parameter without any type."""
    return a


def typed_by_numpy_docstring(x, method="linear", *, weights=None, other=None):
    """Interpolate
    values.

    Use them well.

    Not this paragraph.

    Parameters
    ----------
    x, y : array_like
        The values.
    method : {'linear', 'cubic'}, optional
        How to do it.
    weights : list of float or None
        Their
        weights.

    Returns
    -------
    float
    """
    return x


def typed_by_google_docstring(text, times):
    """Repeat a text.

    Args:
        text (str): The text.
        times (int): How often.
    """
    return text * times


def typed_by_sphinx_docstring(text, times):
    """Repeat a text.

    :param str text: The text.
    :param times: How often.
    :type times: int
    """
    return text * times


def nested(
    rows: list[dict[str, list[int]]],
    pairs: Mapping[str, tuple[int, str]],
    tags: set[str],
    names: Collection[str],
    any_of: int | str | None,
    many: Sequence[SupportsFloat],
    some: Iterable[Literal["a", "b"]],
) -> dict[str, list[int]]:
    """Take nested containers."""
    return {}


def constrained(
    n: Annotated[int, Ge(1), Le(10)],
    xs: Annotated[list[float], MinLen(2)],
    code: Annotated[str, Field(pattern="^[A-Z]+$", description="In capitals.")],
    city: Annotated[str, "The city to look at."] = "Rome",
    one: Literal["only"] = "only",
) -> int:
    """Take constrained values."""
    return n


def objects(person: Person, lines: list[Line], place: Place, point: Point, colour: Colour) -> Person:
    """Take objects of every kind."""
    return person


def converted(d: date, dt: datetime, t: time, m: Decimal, u: uuid.UUID, p: Path, i: UserId, n: Numbers) -> date:
    """Take values that are written as text."""
    return d


def takes_bytes(data: bytes) -> int:
    """Count bytes."""
    return len(data)


def takes_text_or_bytes(data: str | bytes) -> int:
    """Count characters."""
    return len(data)


def takes_callable(f: Callable[[int], int]) -> int:
    """Call a function."""
    return f(1)


def takes_recursive(node: Node) -> int:
    """Take a type that contains itself."""
    return 1


def takes_complex(z: complex) -> float:
    """Take a complex number."""
    return abs(z)


def takes_missing(a: list[Missing]) -> int:
    """Take a type that is only there for type checkers."""
    return 1


def takes_alias(amount: Amount, rest: list[Missing] | None = None) -> float:
    """Take an alias that is only there for type checkers."""
    return float(amount)


def takes_any(a: Any) -> int:
    """Take anything."""
    return 1


async def is_async(a: int) -> int:
    """Be asynchronous."""
    return a


async def is_async_generator(a: int) -> AsyncIterator[int]:
    """Be an asynchronous generator."""
    yield a


def is_generator(a: int) -> Iterator[int]:
    """Be a generator."""
    yield a


def gives_iterator(a: int) -> Iterator[int]:
    """Give an iterator."""
    return iter([a])


def gives_bytes(a: str) -> bytes:
    """Give bytes."""
    return a.encode()


def no_parameters() -> int:
    """Need nothing."""
    return 1


def from_module_docstring(n: int) -> int:
    """Add one."""
    return n + 1


def with_examples(n: int, *, words: Sequence[str] = (), on: date | None = None) -> str:
    """Show how it is called.

    >>> with_examples(1)
    '1'
    >>> print(with_examples(2, words=("a", "b")))
    2
    >>> odd_functions.with_examples(3, on=date(2024, 5, 6))
    '3'
    >>> given = [4, 5]
    >>> sorted(with_examples(n=4, words=["x"]) for _ in given)
    ['4', '4']
    >>> with_examples(n=1)
    '1'
    >>> with_examples(given)
    Traceback (most recent call last):
    TypeError: a list
    >>> with_examples(unknown)
    >>> with_examples("six")
    >>> with_examples(7, colour="red")
    >>> with_examples(*given)
    """
    return str(n)


@functools.lru_cache
def cached(n: int) -> int:
    """Remember its results."""
    return n


def _decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@_decorated
def wrapped(n: int, m: Point | None = None) -> int:
    """Be wrapped by a decorator."""
    return n


half = functools.partial(with_examples, 1)


class Callable_:
    """Is no function."""

    def method(self, a: int) -> int:
        """Is none either."""
        return a


def _private(a: int) -> int:
    """Is private."""
    return a
