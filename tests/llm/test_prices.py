"""Prices: from the configuration, from litellm's table without importing it, or unknown."""

import json
import subprocess
import sys

import pytest

from apigen.llm import LiteLLM, OfflineModel, OpenAIServer
from apigen.llm import prices as module
from apigen.llm.mixture import Mixture
from apigen.llm.prices import Price, price_of, table_price


def server(**changes: object) -> OpenAIServer:
    return OpenAIServer.model_validate({"model": "m", "base_url": "http://127.0.0.1:1/v1"} | changes)


def test_prices_of_the_configuration_come_first() -> None:
    given = {"price_per_million_input": 2.0, "price_per_million_output": 8.0}
    assert price_of(server(**given)) == Price(2.0, 8.0, "configuration")
    assert price_of(LiteLLM(model="openai/gpt-4o-mini", **given)) == Price(2.0, 8.0, "configuration")  # type: ignore[arg-type]
    assert price_of(server(price_per_million_input=0.0, price_per_million_output=0.0)) == Price(0, 0, "configuration")
    assert Price(2.0, 8.0, "").of(500_000, 250_000) == 3.0


def test_what_nobody_knows_is_unknown_and_the_offline_model_is_free() -> None:
    assert price_of(server()) is None
    assert price_of(LiteLLM(model="hosted_vllm/gpt-4o-mini")) is None
    assert price_of(LiteLLM(model="openai/no-such-model")) is None
    assert price_of(OfflineModel()) == Price(0, 0, "simulated")


def test_a_mixture_costs_the_mean_of_its_members() -> None:
    free = OfflineModel()
    dear = server(price_per_million_input=4.0, price_per_million_output=8.0)
    mixed = Mixture(models={"dear": dear, "free": free}, weights={"dear": 3})
    assert price_of(mixed) == Price(3.0, 6.0, "configuration, simulated")
    assert price_of(Mixture(models={"dear": dear, "unknown": server()})) is None
    assert price_of(Mixture(models={"dear": dear, "unknown": server()}, weights={"unknown": 0})) == price_of(dear)


@pytest.mark.parametrize("name", ["openai/gpt-4o-mini", "azure/gpt-4o-mini", "vertex_ai/gemini-2.0-flash"])
def test_the_table_is_that_of_litellm(name: str) -> None:
    table = json.loads(module._table())
    entry = table.get(name) or table[name.partition("/")[2]]
    price = table_price(name)
    assert price is not None
    assert (price.input, price.output) == pytest.approx(
        (1e6 * entry["input_cost_per_token"], 1e6 * entry["output_cost_per_token"])
    )


def test_every_entry_of_the_table_is_found_under_its_name() -> None:
    """What the text search finds is what parsing the whole table finds."""
    table = json.loads(module._table())
    for name, entry in list(table.items())[::20]:
        assert module._entry.__wrapped__(name) == entry, name


def test_the_same_name_at_another_provider_has_no_price(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"litellm_provider": "anthropic", "input_cost_per_token": 1e-06, "output_cost_per_token": 5e-06}
    text = json.dumps({"claude-x": entry, "odd": {"litellm_provider": "openai", "input_cost_per_second": 1}}, indent=4)
    monkeypatch.setattr(module, "_table", lambda: text.encode())
    monkeypatch.setattr(module, "_entry", module._entry.__wrapped__)
    assert table_price("anthropic/claude-x") == Price(1.0, 5.0, "litellm's table")
    assert table_price("openrouter/claude-x") is None
    assert table_price("openai/odd") is None
    monkeypatch.setattr(module, "_table", lambda: b"")
    assert table_price("anthropic/claude-x") is None


def test_litellm_is_not_imported() -> None:
    program = (
        "import sys; from apigen.llm.prices import table_price; "
        "print(table_price('openai/gpt-4o-mini') is not None, 'litellm' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
