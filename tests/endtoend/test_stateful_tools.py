"""A run over a class with state and functions: fresh instances, stored states, read and write tools told apart."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

SHOP = '''
class Shop:
    """A shop.

    Examples:
        >>> Shop().put(item="pear", count=2)
        1
    """

    def __init__(self, stock: int) -> None:
        self.stock = stock
        self.puts = []

    def put(self, item: str, count: int) -> int:
        """Put a number of an item into the cart.

        Args:
            item: Name of the item.
            count: How many of it.
        """
        if count > 90:
            raise ValueError("too many")
        self.stock -= count
        self.puts.append(item)
        return len(self.puts)

    def search(self, word: str) -> list[str]:
        """Search the cart for a word.

        Args:
            word: Word to search for.
        """
        return [item for item in self.puts if word in item]
'''
BANK = '''
class Bank:
    """A bank."""

    def __init__(self) -> None:
        self.balance = 0.0

    def deposit(self, amount: float) -> float:
        """Deposit an amount of money.

        Args:
            amount: In euros.
        """
        self.balance += amount
        return self.balance


def convert(celsius: float) -> float:
    """Convert degrees Celsius to Fahrenheit.

    Args:
        celsius: The temperature.
    """
    return celsius * 9 / 5 + 32
'''
SOURCES = """\
# @package sources
shop:
  _target_: apigen.sources.PythonSource
  path: shop.py
  class_name: Shop
  initial_state: {stock: 1000}
bank:
  _target_: apigen.sources.PythonSource
  path: bank.py
  class_name: Bank
functions:
  _target_: apigen.sources.PythonSource
  path: bank.py
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "bank.py").write_text(BANK)
    (tmp_path / "conf" / "source").mkdir(parents=True)
    (tmp_path / "conf" / "source" / "mixed.yaml").write_text(SOURCES)
    return tmp_path


def rows(cli: Cli, query: str, *more: str) -> list[dict[str, Any]]:
    found = cli("sql", query, "--format", "jsonl", *more)
    assert found.returncode == 0, found.stderr
    return [json.loads(line) for line in found.stdout.splitlines()]


def generate(cli: Cli, name: str, *more: str) -> str:
    done = cli("generate", "--config-dir", "conf", "source=mixed", "requests=25", "seed=3", f"name={name}", *more)
    assert done.returncode == 0, done.stderr
    return next(row["run"] for row in rows(cli, "SELECT run FROM runs") if row["run"].startswith(f"{name}-"))


def as_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


@pytest.mark.parametrize("strategy", ["query_first", "call_first"])
def test_states_are_stored_and_instances_are_fresh(cli: Cli, folder: Path, strategy: str) -> None:
    run = generate(cli, strategy.replace("_", ""), f"generator={strategy}")
    made = rows(cli, "SELECT * FROM executions WHERE how = 'executed' ORDER BY candidate, position", "--run", run)
    marks = {row["api"]: row["effect"] for row in rows(cli, "SELECT api, effect FROM effects", "--run", run)}
    assert marks == {"put": "write", "search": "read", "deposit": "write"}
    last: dict[tuple[str, str], Any] = {}
    for row in made:
        if row["api"] == "convert":
            assert row["state_before"] is row["state_after"] is row["changes"] is row["effect"] is None
            continue
        owner = "bank" if row["api"] == "deposit" else "shop"
        fresh = {"balance": 0.0} if owner == "bank" else {"stock": 1000, "puts": []}
        before, after = as_json(row["state_before"]), as_json(row["state_after"])
        assert before == last.get((row["candidate"], owner), fresh)
        assert (row["effect"] == "write") == (before != after) == bool(as_json(row["changes"]))
        last[row["candidate"], owner] = after
    assert len({candidate for candidate, _ in last}) > 20
    several = "SELECT candidate FROM executions WHERE api = 'put' GROUP BY candidate HAVING count(*) > 1"
    assert rows(cli, several, "--run", run)


def test_the_same_seed_gives_the_same_states(cli: Cli, folder: Path) -> None:
    query = "SELECT candidate, position, state_before, state_after, changes, effect FROM executions ORDER BY ALL"
    one, other = (rows(cli, query, "--run", generate(cli, f"at{n}", f"concurrency={n}")) for n in (1, 8))
    assert one == other != []
