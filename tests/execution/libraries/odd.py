"""Functions of every shape: signatures, arguments that are no plain JSON, results of every type."""

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import math
import typing
import uuid
from pathlib import Path

import pydantic


# signatures
def plain(a: int, b: int = 2):
    return [a, b]


def positional_only(a, b=5, c=7, /):
    return [a, b, c]


def keyword_only(*, a, b=2):
    return [a, b]


def mixed(a, /, b, *, c=3):
    return [a, b, c]


def open_ended(a, **others):
    return {"a": a, **others}


def with_rest(a, *rest):
    return [a, list(rest)]


def unresolved(day: datetime.date, other: "NoSuchName" = None):  # noqa: F821
    return [day.year, other]


def textual(day: "datetime.date"):
    return day.year


@functools.lru_cache
def cached(a: int) -> int:
    return a


def _wrap(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@_wrap
def decorated(day: datetime.date) -> int:
    return day.month


partial = functools.partial(plain, b=9)


class Holder:
    @staticmethod
    def static(a: int) -> int:
        return a + 1

    @classmethod
    def of_class(cls, a: int) -> str:
        return f"{cls.__name__} {a}"


async def coroutine(a: int) -> int:
    return a


def generator(a: int):
    yield a


# arguments that are no plain JSON
class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.0


class Order(pydantic.BaseModel):
    item: str
    count: int = pydantic.Field(ge=1)


class Span(typing.NamedTuple):
    low: int
    high: int


class Movie(typing.TypedDict):
    title: str
    day: datetime.date


def takes_enum(colour: Colour) -> str:
    return colour.name


def takes_dataclass(point: Point) -> str:
    return type(point).__name__ + str(point.x)


def takes_model(order: Order) -> int:
    return order.count + 1


def takes_date(day: datetime.date = None) -> str:  # noqa: RUF013 - as people write it
    return "none" if day is None else day.strftime("%A")


def takes_datetime(moment: datetime.datetime) -> int:
    return moment.hour


def takes_decimal(amount: decimal.Decimal) -> str:
    return str(amount + decimal.Decimal("0.1"))


def takes_uuid(key: uuid.UUID) -> int:
    return key.version


def takes_path(file: Path) -> str:
    return file.suffix


def takes_set(numbers: set[int]) -> int:
    return len(numbers)


def takes_tuple(pair: tuple[int, str]) -> str:
    return type(pair).__name__


def takes_span(span: Span) -> int:
    return span.high - span.low


def takes_typed_dict(movie: Movie) -> int:
    return movie["day"].year


def takes_list(points: list[Point]) -> float:
    return sum(point.x for point in points)


def takes_optional(colour: Colour | None = None) -> str:
    return "none" if colour is None else colour.name


def takes_by_position(*values):
    return list(values)


takes_by_position.__signature__ = "none, as some built-ins have"


# results
def returns(kind: str):
    circle: list = []
    circle.append(circle)
    deep: list = []
    for _ in range(100):
        deep = [deep]
    return {
        "none": None,
        "tuple": (1, (2,)),
        "named": Span(1, 2),
        "dataclass": Point(1.0),
        "model": Order(item="tea", count=2),
        "enum": Colour.RED,
        "date": datetime.date(2024, 2, 29),
        "datetime": datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC),
        "timedelta": datetime.timedelta(minutes=1),
        "decimal": decimal.Decimal("1.10"),
        "path": Path("/a/b"),
        "counter": collections.Counter("aab"),
        "unicode": "héllo ☃ \x00",
        "big": 2**200,
        "nan": math.nan,
        "infinity": [math.inf],
        "set": {1},
        "bytes": b"x",
        "object": object(),
        "function": len,
        "keys": {1: 2},
        "surrogate": "\ud800",
        "circle": circle,
        "deep": deep,
        "huge": 10**5000,
        "array": array.array("i", [1]),
    }[kind]


def lying():
    class Lying(dict):
        def items(self):
            return [("a", object())]

        def __len__(self):
            raise RuntimeError

    return Lying(a=1)


def doubling():
    items: list = [1]
    for _ in range(60):
        items = [items, items]
    return items


def large(size: int) -> str:
    return "x" * size


def raising_property():
    @dataclasses.dataclass
    class Bad:
        a: int

        def __getattribute__(self, name):
            raise KeyboardInterrupt

    return Bad(1)
