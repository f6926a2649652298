"""Query styles and prompt templates: ranges that make sense, templates that are checked before anything is spent."""

from collections import Counter
from typing import Any

import pytest
from doubles import SIMPLE, api

from apigen.errors import ConfigError
from apigen.randomness import stream
from apigen.sampling import PromptTemplate, QueryStyle
from apigen.sampling.prompt import PromptSampler
from apigen.sampling.style import StyleSampler

RANGES: dict[str, Any] = {"apis": (1, 1), "calls": (1, 1), "functions": (1, 1), "instruction": "One call."}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"apis": (3, 2)}, "3 is more than 2"),
        ({"calls": (0, 1)}, "greater than or equal to 1"),
        ({"functions": (2, 2)}, "2 different functions need as many APIs"),
        ({"functions": (2, 2), "calls": (2, 2)}, "2 different functions need as many APIs"),
        ({"weight": -1}, "greater than or equal to 0"),
        ({"weight": float("inf")}, "finite"),
        ({"instruction": ""}, "at least 1 character"),
    ],
)
def test_a_style_that_nobody_can_fulfil_is_refused(changes: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        QueryStyle(**(RANGES | changes))


def test_styles_are_drawn_by_weight() -> None:
    styles = {"a": QueryStyle(**RANGES, weight=3), "b": QueryStyle(**RANGES), "c": QueryStyle(**RANGES, weight=0)}
    sampler = StyleSampler(styles, [api()])
    counts = Counter(sampler.sample(stream(i)).name for i in range(1000))
    assert set(counts) == {"a", "b"}
    assert 680 < counts["a"] < 820


def test_no_style_with_a_weight_is_refused() -> None:
    with pytest.raises(ConfigError, match="No query style has a weight"):
        StyleSampler({"a": QueryStyle(**RANGES, weight=0)}, [api()])


def test_a_style_for_more_apis_than_there_are_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="`pair` offers at least 2 APIs, and 1 were admitted") as caught:
        StyleSampler({"pair": QueryStyle(**(RANGES | {"apis": (2, 4)}))}, [api()])
    assert caught.value.where == "styles.pair.apis"


def render(template: str, **settings: Any) -> str:
    return PromptTemplate(template=template, **settings).render(stream(1), SIMPLE, (api(category="Math"),), 3)


def test_a_template_may_use_style_pairs_functions_and_category() -> None:
    text = render("{{ style }} {{ pairs }} {{ functions | join(',') }} {{ category }}\n")
    assert text == "simple 3 add Math"


@pytest.mark.parametrize("template", ["Be brief.", " Be brief.\n", "Be brief.{# a remark #}", "Be{{ ' ' }}brief."])
def test_a_template_without_variables_is_its_text(template: str) -> None:
    assert render(template) == render(template, variables={"unused": ["a"]}) == "Be brief."


def test_ends_of_lines_become_alike() -> None:
    assert render("Be brief.\r\nBe kind.") == "Be brief.\nBe kind."


def test_variables_are_drawn_anew_for_each_request() -> None:
    prompt = PromptTemplate(template="as {{ who }}", variables={"who": ["a", "b", "c"]})
    texts = {prompt.render(stream(i), SIMPLE, (api(),), 1) for i in range(30)}
    assert texts == {"as a", "as b", "as c"}


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"template": "{{ style "}, "not valid Jinja, line 1"),
        ({"template": "a\n{% if %}"}, "not valid Jinja, line 2"),
        ({"template": "{% endfor %}"}, "not valid Jinja"),
        ({"template": "{{ x | nofilter }}", "variables": {"x": ["a"]}}, "not valid Jinja.*nofilter"),
        ({"template": "{{ stile }}"}, "undefined variable `stile`; did you mean `style`"),
        ({"template": "{{ who }}", "variables": {"who": []}}, "`who` has no values"),
        ({"template": ""}, "at least 1 character"),
    ],
)
def test_a_template_is_checked_before_it_is_used(settings: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        PromptTemplate(**settings)


@pytest.mark.parametrize("template", ["{{ functions[5] }}", "{{ 1 / 0 }}", "{{ functions.x.y }}"])
def test_a_template_that_fails_in_use_is_named(template: str) -> None:
    with pytest.raises(ConfigError, match="cannot be rendered") as caught:
        render(template)
    assert template in str(caught.value.remedy)


@pytest.mark.parametrize("template", ["{{ ''.__class__ }}", "{{ style.__init__.__globals__ }}"])
def test_a_template_cannot_reach_the_program(template: str) -> None:
    with pytest.raises(ConfigError, match="cannot be rendered"):
        render(template)


def test_prompts_are_drawn_by_weight() -> None:
    prompts = {"a": PromptTemplate(template="a", weight=3), "b": PromptTemplate(template="b")}
    counts = Counter(PromptSampler(prompts).sample(stream(i))[0] for i in range(1000))
    assert 680 < counts["a"] < 820


def test_no_prompt_with_a_weight_is_refused() -> None:
    with pytest.raises(ConfigError, match="No prompt template has a weight"):
        PromptSampler({"a": PromptTemplate(template="a", weight=0)})
