"""Functions of every shape and temper, called by the execution tests."""

import array
import builtins
import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import json
import math
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import typing
import uuid
from pathlib import Path

import pydantic

CALLS: list[int] = []


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


# ends
class LibraryError(ValueError):
    """An error of the library that says that a value is wrong."""


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no")


class Shouting(Exception):
    def __str__(self):
        return "\x1b[31m" + "A" * 10_000_000


def raises(kind: str):
    errors = {
        "TypeError": TypeError("wrong"),
        "ValueError": ValueError("wrong"),
        "LibraryError": LibraryError("wrong"),
        "KeyError": KeyError("wrong"),
        "IndexError": IndexError("wrong"),
        "ZeroDivisionError": ZeroDivisionError("wrong"),
        "OverflowError": OverflowError("wrong"),
        "RuntimeError": RuntimeError("wrong"),
        "OSError": OSError("wrong"),
        "TimeoutError": TimeoutError("wrong"),
        "AssertionError": AssertionError("wrong"),
        "StopIteration": StopIteration("wrong"),
        "GeneratorExit": GeneratorExit("wrong"),
        "Unspeakable": Unspeakable(),
        "Shouting": Shouting(),
        "SystemExit": SystemExit(0),
        "KeyboardInterrupt": KeyboardInterrupt(),
        "MemoryError": MemoryError(),
        "ExceptionGroup": ExceptionGroup("wrong", [ValueError("wrong")]),
    }
    raise errors[kind]


def recurses():
    return recurses()


def ends(how: str):
    if how == "exit":
        os._exit(0)
    if how == "status":
        os._exit(7)
    if how == "abort":
        os.abort()
    if how == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    os.kill(os.getpid(), signal.SIGKILL)


def spins():
    while True:
        pass


def sleeps(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def ignores_signals():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGXCPU):
        signal.signal(number, signal.SIG_IGN)
    while True:
        try:
            time.sleep(1)
        except BaseException:
            continue


def stops_itself():
    os.kill(os.getpid(), signal.SIGSTOP)


def allocates(mebibytes: int) -> int:
    return len(bytearray(mebibytes << 20))


def prints(size: int, stream: str = "stdout") -> int:
    print("y" * size, file=getattr(sys, stream))
    return size


def forges(text: str) -> str:
    os.write(3, text.encode("latin-1"))
    os._exit(0)


# traces that a call may leave
def counts() -> int:
    CALLS.append(1)
    return len(CALLS)


def spoils() -> str:
    CALLS.append(1)
    builtins.len = lambda thing: 99
    json.dumps = None
    time.monotonic = None
    os.environ["SPOILT"] = "1"
    os.umask(0)
    os.chdir("/")
    sys.setrecursionlimit(20_000)
    sys.modules["math"] = None
    random.seed(1)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    Path(os.environ["HOME"], "left").write_text("left")
    return "spoilt"


def surroundings() -> dict:
    import math as imported

    return {
        "calls": len(CALLS),
        "length": len([1, 2]),
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "files": os.listdir(),
        "recursion": sys.getrecursionlimit(),
        "math": imported is not None,
        "threads": threading.active_count(),
        "ignored": signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN,
        "umask": os.umask(0o22),
        "json": json.dumps([1]),
    }


def stubborn_files() -> str:
    Path("a/b").mkdir(parents=True)
    Path("a/b/file").write_text("x")
    Path("link").symlink_to("/")
    Path("a/b").chmod(0)
    Path("a").chmod(0)
    Path(".").chmod(0)
    return "left"


def replaces_scratch(target: str) -> str:
    home = os.environ["HOME"]
    os.rmdir(home)
    os.symlink(target, home)
    return "replaced"


def writes(mebibytes: int) -> str:
    Path("big").write_bytes(b"x" * (mebibytes << 20))
    return "written"


def leaves_processes() -> list[int]:
    """A child in the group, and a daemon: forked twice, in a session of its own."""
    child = subprocess.Popen(["sleep", "300"])
    read_end, write_end = os.pipe()
    if os.fork() == 0:
        os.setsid()
        daemon = os.fork()
        if daemon == 0:
            time.sleep(300)
        os.write(write_end, str(daemon).encode())
        os._exit(0)
    os.wait()
    return [child.pid, int(os.read(read_end, 20))]


def connects(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        return "connected"


def environment_of(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_bytes().decode("latin-1")


def descriptors() -> list[int]:
    found = []
    for number in range(64):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found


def parent() -> int:
    return os.getppid()


def kills_worker_once(flag: str) -> str:
    """The first time, the worker dies under the call (by the call's own hand, which is as good as any)."""
    if not os.path.exists(flag):
        Path(flag).touch()
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(30)
    return "done"


def kills_worker() -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(30)


def hash_of(text: str) -> int:
    return hash(text)
