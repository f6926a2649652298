"""Classes with state: an orderly shop, one whose state is hardly JSON, one that is given its state, one that is odd."""

import os
import threading
import time
from dataclasses import dataclass
from typing import Any


@dataclass
class Offer:
    item: str
    price: float


class Shop:
    """A shop with a cart.

    Examples:
        >>> shop = Shop()
        >>> shop.put("pear", count=2)
        2
    """

    def __init__(self, stock: dict[str, int] | None = None, offer: Offer | None = None) -> None:
        self.stock = {"apple": 3, "pear": 2} if stock is None else stock
        self.cart: dict[str, int] = {}
        self.offer = offer
        self._visits = 0

    def put(self, item: str, count: int = 1) -> int:
        """Put an item into the cart.

        Args:
            item: Name of the item.
            count: How many of it.
        """
        self.stock[item] -= count
        if self.stock[item] < 0:
            raise ValueError(f"not enough of {item}")
        self.cart[item] = self.cart.get(item, 0) + count
        return self.cart[item]

    def count(self, item: str) -> int:
        """Count an item in the cart.

        Args:
            item: Name of the item.
        """
        self._visits += 1
        return self.cart.get(item, 0)

    def price(self, item: str) -> float | None:
        """Tell the price of an item on offer.

        Args:
            item: Name of the item.
        """
        return self.offer.price if self.offer and self.offer.item == item else None

    @staticmethod
    def tax(net: float) -> float:
        """Compute the tax on a net price.

        Args:
            net: The price without tax.
        """
        return net / 5

    @classmethod
    def title(cls, prefix: str) -> str:
        """Give the title of the shop.

        Args:
            prefix: What stands before it.
        """
        return prefix + cls.__name__

    @property
    def total(self) -> int:
        """Items in the cart."""
        return sum(self.cart.values())

    def untold(self, item: str) -> str:
        return item

    def untyped(self, item):  # type: ignore[no-untyped-def]
        """Take anything."""
        return item

    def process(self, item: str) -> int:
        """Tell the number of the process, and say something.

        Args:
            item: Name of the item.
        """
        print(item)
        return os.getpid()

    def sleep(self, seconds: float) -> None:
        """Sleep.

        Args:
            seconds: How long.
        """
        time.sleep(seconds)

    def leave(self, status: int) -> None:
        """End the process.

        Args:
            status: With which status.
        """
        os._exit(status)


class Hall(Shop):
    """A bigger shop; its state is hardly JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        self.seen: set[str] = set()
        self.orders = {1: Offer("apple", 1.5)}
        self.own = self
        self.shops = [Shop({"plum": 1})]

    def put(self, item: str, count: int = 1) -> int:
        self.seen.add(item)
        return super().put(item, count)

    def order(self, number: int, price: float) -> None:
        """Change the price of an order.

        Args:
            number: Of the order.
            price: The new one.
        """
        self.orders[number].price = price


class Ledger:
    """Given its state by a method, and telling it by another."""

    def __init__(self) -> None:
        self._entries: list[int] = []

    def _load(self, state: dict[str, Any]) -> None:
        self._entries = state["entries"]

    def told(self) -> dict[str, Any]:
        """Tell the entries."""
        return {"entries": self._entries}

    def append(self, amount: int) -> int:
        """Append an amount.

        Args:
            amount: In cents.
        """
        self._entries.append(amount)
        return len(self._entries)


class Closed:
    """Cannot be made."""

    def __init__(self) -> None:
        raise OSError("closed today")

    def knock(self, times: int) -> int:
        """Knock.

        Args:
            times: How often.
        """
        return times


class Mute(Shop):
    """Does not tell its state."""

    def telling(self) -> None:
        raise RuntimeError("no")
