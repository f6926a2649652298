"""API sampler: balanced coverage, category weights, distractors, all from the request's own stream."""

from collections import Counter

import pytest
from doubles import api

from apigen.errors import ConfigError
from apigen.randomness import stream
from apigen.records import Api, Style
from apigen.sampling import ApiSampler
from apigen.sampling.api import ApiPool, Similarity

ONE = Style(name="simple", apis=(1, 1), calls=(1, 1), functions=(1, 1), instruction="x")
SOME = Style(name="multiple", apis=(2, 4), calls=(1, 1), functions=(1, 1), instruction="x")
MANY = [api(f"f{i:02}", category="Math" if i < 5 else "Music") for i in range(20)]


def drawn(pool: ApiPool, requests: range, style: Style = ONE) -> list[tuple[Api, ...]]:
    return [pool.sample(stream("test", i), i, style) for i in requests]


def test_balanced_covers_every_api_once_a_round() -> None:
    pool = ApiSampler().over(MANY, seed=1)
    for turn in range(3):
        names = [offered[0].name for offered in drawn(pool, range(20 * turn, 20 * turn + 20))]
        assert sorted(names) == [one.name for one in MANY]


def test_rounds_and_seeds_have_orders_of_their_own() -> None:
    pool = ApiSampler().over(MANY, seed=1)
    first, second = drawn(pool, range(20)), drawn(pool, range(20, 40))
    assert first != second
    assert first != drawn(ApiSampler().over(MANY, seed=2), range(20))


def test_a_request_does_not_depend_on_those_before_it() -> None:
    in_order = drawn(ApiSampler().over(MANY, seed=1), range(50), SOME)
    alone = drawn(ApiSampler().over(MANY, seed=1), range(49, 50), SOME)
    assert in_order[49] == alone[0]


def test_with_distractors_balanced_still_covers_every_api() -> None:
    offered = drawn(ApiSampler().over(MANY, seed=1), range(20), SOME)
    assert {one.name for group in offered for one in group} == {one.name for one in MANY}


def test_the_number_of_apis_is_that_of_the_style_and_none_comes_twice() -> None:
    offered = drawn(ApiSampler().over(MANY, seed=1), range(100), SOME)
    assert {len(group) for group in offered} == {2, 3, 4}
    assert all(len({one.name for one in group}) == len(group) for group in offered)


def test_fewer_apis_than_the_style_wants_are_all_offered() -> None:
    assert all(len(group) == 2 for group in drawn(ApiSampler().over(MANY[:2], seed=1), range(20), SOME))


def test_the_one_asked_for_stands_anywhere_among_its_distractors() -> None:
    pool = ApiSampler().over(MANY, seed=1)
    firsts = drawn(pool, range(20))
    places = {group.index(firsts[i][0]) for i, group in enumerate(drawn(pool, range(20), SOME))}
    assert len(places) > 1


def test_uniform_draws_each_anew() -> None:
    counts = Counter(g[0].name for g in drawn(ApiSampler(strategy="uniform").over(MANY, seed=1), range(2000)))
    assert set(counts) == {one.name for one in MANY}
    assert 60 < min(counts.values()) <= max(counts.values()) < 140


def test_categories_are_drawn_by_weight() -> None:
    sampler = ApiSampler(category_weights={"Math": 3, "Music": 1, "Absent": 9})
    counts = Counter(g[0].category for g in drawn(sampler.over(MANY, seed=1), range(1000)))
    assert 680 < counts["Math"] < 820
    assert set(counts) == {"Math", "Music"}


def test_a_category_of_weight_zero_is_never_asked_for() -> None:
    sampler = ApiSampler(category_weights={"Math": 0, "Music": 1})
    assert {g[0].category for g in drawn(sampler.over(MANY, seed=1), range(200))} == {"Music"}


@pytest.mark.parametrize("weights", [{"Math": 0}, {"Cooking": 1}])
def test_weights_that_leave_nothing_are_refused_with_what_there_is(weights: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="No admitted API is in a category") as caught:
        ApiSampler(category_weights=weights).over(MANY, seed=1)
    assert "Math, Music" in str(caught.value)


@pytest.mark.parametrize("weight", [-1.0, float("inf"), float("nan")])
def test_a_weight_is_a_number_from_zero(weight: float) -> None:
    with pytest.raises(ValueError, match="category_weights"):
        ApiSampler(category_weights={"Math": weight})


def test_no_apis_is_an_error_of_the_user() -> None:
    with pytest.raises(ConfigError, match="No API was admitted") as caught:
        ApiSampler().over([], seed=1)
    assert "apigen apis" in str(caught.value.remedy)


WEATHER = [
    api("weather_today", {"city": {}}, description="Get the weather forecast of a city today."),
    api("weather_week", {"city": {}}, description="Get the weather forecast of a city for a week."),
    api("weatherAlerts", {"region": {}}, description="Storm and rain alerts."),
    *(
        api(f"thing{i}", {f"part{i}": {}}, description=f"Something {'xyz'[i % 3] * 4} different {i}.")
        for i in range(30)
    ),
]


def test_similar_documents_are_near_whatever_way_their_names_are_written() -> None:
    assert Similarity(WEATHER).neighbours(0, 2) == [1, 2]


def test_similar_distractors_come_from_the_nearest() -> None:
    pool = ApiSampler(distractors="similar", neighbours=2).over(WEATHER, seed=1)
    pair = Style(name="multiple", apis=(3, 3), calls=(1, 1), functions=(1, 1), instruction="x")
    for request in range(33):
        offered = {one.name for one in pool.sample(stream("test", request), request, pair)}
        if "weather_today" in offered and "weather_week" in offered:
            assert "weatherAlerts" in offered
    at_home = [i for i in range(33) if pool.sample(stream("test", i), i, ONE)[0].name == "weather_today"]
    assert {one.name for one in pool.sample(stream("test", at_home[0]), at_home[0], pair)} == {
        "weather_today", "weather_week", "weatherAlerts",
    }  # fmt: skip


def test_similar_share_is_the_share_of_similar_distractors() -> None:
    alike = [api(f"weather{i}", description="Weather forecast of a city.") for i in range(12)]
    other = [api(f"thing{i}", description=f"Word{i} item{i}.") for i in range(100)]
    pool = ApiSampler(distractors="similar", similar_share=0.5).over([*alike, *other], seed=1)
    five = Style(name="multiple", apis=(5, 5), calls=(1, 1), functions=(1, 1), instruction="x")
    similar = total = 0
    for request in range(112 * 8):
        rng = stream("test", request)
        offered = pool.sample(rng, request, five)
        if pool.sample(stream("test", request), request, ONE)[0].name.startswith("weather"):
            similar += sum(one.name.startswith("weather") for one in offered) - 1
            total += 4
    assert 0.4 < similar / total < 0.68


def test_apis_without_a_word_in_common_get_random_distractors() -> None:
    strange = [api(f"函数{i}", {}, description="説明") for i in range(5)]
    pool = ApiSampler(distractors="similar").over(strange, seed=1)
    assert all(2 <= len(group) <= 4 for group in drawn(pool, range(20), SOME))
