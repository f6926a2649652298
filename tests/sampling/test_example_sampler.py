"""Example sampler: seeds read strictly, their share kept, verified entries let in within bounds."""

import json
from pathlib import Path
from typing import Any

import pytest
from doubles import SIMPLE, example
from hypothesis import given
from hypothesis import strategies as st

from apigen.errors import ConfigError
from apigen.randomness import stream
from apigen.sampling import ExampleSampler

GOOD: dict[str, Any] = {
    "id": "s1", "style": "simple", "query": "1 + 2?", "answers": [{"name": "add", "arguments": {"a": 1, "b": 2}}],
}  # fmt: skip


def loaded(tmp_path: Path, text: str | bytes) -> dict[str, list[Any]]:
    file = tmp_path / "seeds.jsonl"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return ExampleSampler(seeds=[str(file)]).load()  # type: ignore[return-value]


def line(**changes: Any) -> str:
    return json.dumps(GOOD | changes, ensure_ascii=False)


def test_seeds_are_read_by_style(tmp_path: Path) -> None:
    seeds = loaded(tmp_path, f"{line()}\n\n{line(id='s2', style='parallel')}\n")
    assert {style: [one.id for one in found] for style, found in seeds.items()} == {
        "simple": ["s1"],
        "parallel": ["s2"],
    }


def test_a_folder_gives_all_its_files_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text(line(id="b"))
    (tmp_path / "a.jsonl").write_text(line(id="a"))
    (tmp_path / "notes.txt").write_text("none")
    assert [one.id for one in ExampleSampler(seeds=[str(tmp_path)]).load()["simple"]] == ["a", "b"]


def test_the_shipped_seeds_cover_the_four_styles() -> None:
    seeds = ExampleSampler().load()
    assert set(seeds) == {"simple", "multiple", "parallel", "parallel_multiple"}
    assert all(one.is_seed for found in seeds.values() for one in found)


def test_no_seeds_are_no_mistake() -> None:
    assert ExampleSampler(seeds=[]).load() == {}


def test_windows_line_ends_byte_order_marks_and_line_separators_within_a_query_do_no_harm(tmp_path: Path) -> None:
    query = "one\u2028two\x85three"
    seeds = loaded(tmp_path, b"\xef\xbb\xbf" + f"{line(query=query)}\r\n{line(id='s2')}\r\n".encode())
    assert [one.query for one in seeds["simple"]] == [query, "1 + 2?"]


def test_an_entry_of_an_earlier_run_is_a_seed_like_any_other(tmp_path: Path) -> None:
    (seed,) = loaded(tmp_path, line(depth=3, parents=["x"]))["simple"]
    assert (seed.depth, seed.parents, seed.is_seed) == (0, (), True)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "Expecting property name"),
        ("[1]", "valid dictionary"),
        (line(query=3), "query: Input should be a valid string"),
        (line(query="  "), "a query and at least one call"),
        (line(answers=[]), "a query and at least one call"),
        (line(answers=[{"name": "f", "args": {}}]), r"answers\.0\.args: Extra inputs"),
        (line(styl="simple"), "styl: Extra inputs"),
        ('{"id": "s1"}', "style: Field required"),
        (line(answers=[{"name": "f", "arguments": {"x": float("nan")}}]), "not JSON compliant"),
        (line(answers="LONE").replace('"LONE"', r'[{"name": "f", "arguments": {"x": "\ud800"}}]'), "surrogates"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_a_line_that_is_no_seed_is_told_with_its_place(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(ConfigError, match=what) as caught:
        loaded(tmp_path, f"{line(id='s0')}\n{text}\n")
    assert str(caught.value.where).endswith("seeds.jsonl, line 2")
    assert '"answers"' in str(caught.value.remedy)


def test_two_seeds_of_one_id_are_told_with_both_places(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the id `s1` is that of .*line 1 too") as caught:
        loaded(tmp_path, f"{line()}\n{line(query='Other?')}")
    assert "line 2" in str(caught.value.where)


def test_a_file_that_is_no_utf8_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        loaded(tmp_path, b"\xff\xfe{}")


@pytest.mark.parametrize(
    "place", ["nowhere.jsonl", "no_such_package:seeds", "apigen.catalogue:nowhere", "json:x", ":x"]
)
def test_a_place_without_seeds_is_named(place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ExampleSampler(seeds=[place]).load()
    assert place.partition(":")[0] in str(caught.value)
    assert caught.value.where == "sampling.examples.seeds"


SEEDS = {"simple": [example(f"s{i}") for i in range(6)]}
VERIFIED = {"simple": [example(f"v{i}", depth=1) for i in range(20)]}


@given(
    st.integers(0, 6), st.integers(0, 4), st.sampled_from([0.5, 0.6, 0.75, 0.9, 1.0]), st.integers(), st.integers(0, 6)
)
def test_seeds_keep_their_share(low: int, more: int, share: float, number: int, own: int) -> None:
    sampler = ExampleSampler(count=(low, low + more), seed_share=share)
    seeds = {"simple": SEEDS["simple"][:own]}
    chosen = sampler.sample(stream(number), SIMPLE, seeds, VERIFIED)
    originals = sum(one.is_seed for one in chosen)
    assert originals >= share * len(chosen)
    assert len(chosen) <= low + more
    assert len({one.id for one in chosen}) == len(chosen)


def test_verified_entries_are_used() -> None:
    chosen = [one for i in range(50) for one in ExampleSampler().sample(stream(i), SIMPLE, SEEDS, VERIFIED)]
    assert 0 < sum(not one.is_seed for one in chosen) < len(chosen) / 2


def test_examples_are_of_the_style_asked_for() -> None:
    seeds = SEEDS | {"parallel": [example("p", "parallel")]}
    verified = {"parallel": [example("vp", "parallel", depth=1)] * 5}
    for i in range(20):
        assert all(one.style == "simple" for one in ExampleSampler().sample(stream(i), SIMPLE, seeds, verified))


def test_without_update_verified_entries_stay_out() -> None:
    sampler = ExampleSampler(update=False)
    assert all(one.is_seed for i in range(20) for one in sampler.sample(stream(i), SIMPLE, SEEDS, VERIFIED))


def test_without_seeds_there_are_no_examples() -> None:
    assert ExampleSampler().sample(stream(1), SIMPLE, {}, VERIFIED) == ()


@pytest.mark.parametrize("settings", [{"count": (3, 2)}, {"count": (-1, 2)}, {"seed_share": 0.4}, {"max_depth": 0}])
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        ExampleSampler(**settings)
