"""Random streams named by what they are for. There is no global random state anywhere in apigen.

A stream is a pure function of its name, so request 17 draws the same values whatever was drawn before it.
"""

import hashlib
import random


def derived_seed(*name: str | int) -> int:
    """A seed in 0 … 2**31 - 1 (what providers accept), determined by `name` alone."""
    text = "/".join(str(part) for part in name)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 33


def stream(*name: str | int) -> random.Random:
    """A random generator determined by `name` alone, equal on every platform and Python version supported."""
    text = "/".join(str(part) for part in name)
    return random.Random(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big"))
