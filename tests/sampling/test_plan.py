"""The plan: request i is a pure function of the run's seed, its number, and the examples that it may see."""

from collections import Counter
from typing import Any

from doubles import api, example

from apigen.records import Sample
from apigen.sampling import ApiSampler, ExampleSampler, Plan, PromptTemplate, QueryStyle, Sampling

STYLES = {
    "simple": QueryStyle(apis=(1, 1), calls=(1, 1), functions=(1, 1), instruction="One."),
    "multiple": QueryStyle(apis=(2, 4), calls=(1, 1), functions=(1, 1), instruction="One of several."),
}
PROMPTS = {
    "short": PromptTemplate(template="Short."),
    "as": PromptTemplate(template="As {{ w }}", variables={"w": ["a", "b"]}),
}
APIS = [api(f"f{i}") for i in range(10)]


def plan(seed: int = 0, **settings: Any) -> Plan:
    sampling = Sampling(apis=ApiSampler(**settings), examples=ExampleSampler())
    return Plan(seed, (3, 5), sampling, STYLES, PROMPTS, APIS)


def samples(one: Plan, numbers: range) -> list[Sample]:
    return [one.sample(number) for number in numbers]


def test_equal_plans_give_equal_requests_in_whatever_order_they_are_asked() -> None:
    forward, backward = samples(plan(), range(30)), samples(plan(), range(29, -1, -1))
    assert forward == backward[::-1]


def test_another_seed_gives_another_plan() -> None:
    assert samples(plan(0), range(5)) != samples(plan(1), range(5))


def test_a_setting_of_one_sampler_leaves_the_style_drawn_before_it_alone() -> None:
    usual, other = samples(plan(), range(20)), samples(plan(strategy="uniform"), range(20))
    assert [one.style.name for one in usual] == [one.style.name for one in other]


def test_every_request_has_a_seed_of_its_own() -> None:
    assert len({one.seed for one in samples(plan(), range(200))}) == 200


def test_the_plan_covers_apis_styles_templates_and_pairs() -> None:
    drawn = samples(plan(), range(60))
    first_round = Counter(one.name for sample in drawn[:10] for one in sample.apis)
    assert set(first_round) == {one.name for one in APIS}
    assert {one.style.name for one in drawn} == {"simple", "multiple"}
    assert {one.template for one in drawn} == {"short", "as"}
    assert {one.pairs for one in drawn} == {3, 4, 5}
    assert {one.instruction for one in drawn} == {"Short.", "As a", "As b"}


def test_verified_entries_change_the_examples_and_not_what_is_drawn_before_them() -> None:
    verified = {"simple": [example(f"v{i}", depth=1) for i in range(30)]}
    bare = samples(plan(), range(20))
    fed = [plan().sample(number, verified) for number in range(20)]
    assert [(one.style, one.apis, one.seed) for one in fed] == [(one.style, one.apis, one.seed) for one in bare]
    assert any(not shown.is_seed for one in fed for shown in one.examples)
    assert {one.depth for one in bare} == {1}
    assert {one.depth for one in fed} == {1, 2}
