"""Prices of models, known without asking anybody: from the configuration, else from litellm's table.

The table is a JSON file of 3 MB inside the package litellm. It is read without importing litellm, which would take
seconds, and only the entry that is wanted is parsed.
"""

import functools
import importlib.util
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from apigen.llm.model import Model

TABLE = "model_prices_and_context_window_backup.json"
ENTRY_CHARS = 50_000
"""More than any entry of the table is long."""


class Price(NamedTuple):
    """US dollars for a million tokens, and who says so."""

    input: float
    output: float
    source: str

    def of(self, prompt_tokens: float, completion_tokens: float) -> float:
        """US dollars for so many tokens."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1_000_000


def price_of(model: Model) -> Price | None:
    """The price of a model's answers; None if nobody knows it. That of a mixture is the mean of its members'."""
    from apigen.llm.mixture import Mixture

    if isinstance(model, Mixture):
        return _mean(model.models, model.weights)
    if model.simulated:
        return Price(0.0, 0.0, "simulated")
    input = getattr(model, "price_per_million_input", None)
    output = getattr(model, "price_per_million_output", None)
    if input is not None and output is not None:
        return Price(input, output, "configuration")
    from apigen.llm.litellm_model import LiteLLM

    return table_price(model.model) if isinstance(model, LiteLLM) else None


def _mean(models: Mapping[str, Model], weights: Mapping[str, float]) -> Price | None:
    """The price of models by their weights (1 if not given); None if that of any is unknown."""
    shares = {name: weights.get(name, 1.0) for name in models if weights.get(name, 1.0) > 0}
    prices = {name: price_of(models[name]) for name in shares}
    known = {name: price for name, price in prices.items() if price is not None}
    if len(known) < len(shares):
        return None
    total = sum(shares.values())
    input = sum(shares[name] * price.input for name, price in known.items()) / total
    output = sum(shares[name] * price.output for name, price in known.items()) / total
    return Price(input, output, ", ".join(dict.fromkeys(price.source for price in known.values())))


def table_price(name: str) -> Price | None:
    """The price in litellm's table of the model that litellm calls `name`, `provider/model`."""
    provider, _, short = name.partition("/")
    entry = _entry(name)
    if entry is None and short:
        entry = _entry(short)
        if entry is not None and not str(entry.get("litellm_provider", "")).startswith(provider):
            return None  # the same model elsewhere may have another price
    if entry is None:
        return None
    found = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in found):
        return None
    return Price(1e6 * found[0], 1e6 * found[1], "litellm's table")  # type: ignore[operator]


@functools.lru_cache(maxsize=64)
def _entry(name: str) -> dict[str, Any] | None:
    """The entry of the table that is called `name`, if there is one."""
    found = re.search(re.escape(json.dumps(name).encode()) + rb"\s*:\s*(?={)", _table())
    if found is None:
        return None
    text = _table()[found.end() : found.end() + ENTRY_CHARS].decode("utf-8", "replace")
    try:
        entry, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


@functools.cache
def _table() -> bytes:
    """The file; empty if there is none where this version of litellm is."""
    spec = importlib.util.find_spec("litellm")
    try:
        return (Path(spec.origin).parent / TABLE).read_bytes() if spec and spec.origin else b""
    except OSError:
        return b""
