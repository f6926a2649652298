"""Targets: cells, which requests help, and when a cell is given up."""

import pytest
from doubles import api, sample
from pydantic import ValidationError

from apigen.errors import ConfigError
from apigen.pipeline.target import IDLE, Tally, Target
from apigen.reasons import Reason
from apigen.records import Outcome, Sample, Style, Verdict

STYLES, CATEGORIES = ["simple", "parallel"], ["Math", "Text"]


def asks(style: str = "simple", *categories: str) -> Sample:
    apis = [api(f"f{i}", category=category) for i, category in enumerate(categories or ("Math",))]
    return sample(*apis, style=Style(name=style, apis=(1, 9), calls=(1, 9), functions=(1, 9), instruction="x"))


def rejected(reason: Reason) -> Verdict:
    return Verdict(candidate="a", stage="s", checker="c", position=0, outcome=Outcome.rejected, reason=reason)


def tally(patience: int = 3, **target: object) -> Tally:
    made = Target(**target)
    return Tally(made.cells(STYLES, CATEGORIES), patience)


def test_a_number_stands_for_every_cell() -> None:
    assert Target(verified=9, per_style=2, per_category={"Math": 4}).cells(STYLES, CATEGORIES) == {
        ("all", ""): 9, ("style", "parallel"): 2, ("style", "simple"): 2, ("category", "Math"): 4,
    }  # fmt: skip


def test_no_target_is_given_by_default() -> None:
    assert not Target().given
    assert Target(per_style={"simple": 1}).given


@pytest.mark.parametrize(
    ("target", "known"), [({"per_style": {"smple": 1}}, "simple"), ({"per_category": {"Mth": 1}}, "Math")]
)
def test_an_unknown_cell_is_told_with_those_that_there_are(target: dict[str, object], known: str) -> None:
    with pytest.raises(ConfigError) as error:
        tally(**target)
    assert known in str(error.value)
    assert f"target.{next(iter(target))}" in str(error.value)


@pytest.mark.parametrize("odd", [{"verified": 0}, {"per_style": {"simple": 0}}, {"patience": 0}, {"verified": "many"}])
def test_a_target_is_a_number_of_entries(odd: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Target(**odd)


def test_it_is_over_once_all_cells_are_full() -> None:
    made = tally(verified=2, per_style={"parallel": 1})
    made.count("simple", ["Math"], 2)
    assert not made.over
    assert not made.helps(asks("simple"))
    assert made.helps(asks("parallel"))
    made.count("parallel", ["Text", "Text"])
    assert made.over
    assert made.shortfalls() == []
    assert (made.reached, made.wanted) == (2, 2)


def test_a_request_helps_if_it_offers_what_is_wanted() -> None:
    made = tally(per_category={"Text": 1})
    assert not made.helps(asks("simple", "Math"))
    assert made.helps(asks("simple", "Math", "Text"))
    made.count("simple", ["Math"])
    assert not made.over


def test_a_cell_that_brings_nothing_is_given_up_and_said_why() -> None:
    made = tally(per_style=1)
    for _ in range(3):
        assert made.helps(asks("parallel"))
        made.done(asks("parallel"), [rejected(Reason.argument_type), rejected(Reason.argument_type)])
    assert not made.helps(asks("parallel"))
    made.count("simple", ["Math"])
    assert made.over
    (told,) = made.shortfalls()
    assert told == ("style parallel: 0 of 1, mostly argument_type (6); given up after 3 requests without any")


def test_an_entry_renews_patience() -> None:
    made = tally(per_style={"simple": 2})
    for _ in range(2):
        for _ in range(2):
            made.done(asks("simple"), [])
        made.count("simple", [])
    assert made.shortfalls() == []


def test_a_request_that_failed_counts_with_its_reason() -> None:
    made = tally(verified=5)
    for _ in range(3):
        made.done(asks(), [], Reason.model_unavailable)
    assert made.over
    assert "mostly model_unavailable (3)" in made.shortfalls()[0]


def test_a_cell_that_no_request_asks_for_ends_the_run() -> None:
    made = tally(per_category={"Text": 1})
    for _ in range(IDLE * 3):
        assert not made.over
        assert not made.helps(asks("simple", "Math"))
        made.skipped()
    assert made.over
    assert made.shortfalls() == [
        "category Text: 0 of 1; given up, none of the last 300 requests of the plan asks for any"
    ]
