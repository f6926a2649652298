"""Prompt sampler: in which manner the queries are to be written (APIGen, section 3.2).

A template is a Jinja text. It may use `style` (name of the query style), `pairs` (how many are asked for), `functions`
(names of the offered APIs), `category` (that of the first of them), and its own `variables`, of which one value each is
drawn for a request.
"""

import random
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from apigen.component import Component, suggestion
from apigen.errors import ConfigError
from apigen.records import Api, Style

if TYPE_CHECKING:
    from jinja2 import Template

VARIABLES = ("style", "pairs", "functions", "category")


def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=False)


def _used_variables(template: str) -> set[str]:
    """The variables that a template uses.

    Raises:
        ValueError: it is not valid Jinja.
    """
    if _is_plain(template):
        return set()
    from jinja2 import TemplateSyntaxError, meta

    environment = _environment()
    try:
        return meta.find_undeclared_variables(environment.parse(template))
    except TemplateSyntaxError as error:
        raise ValueError(f"the template is not valid Jinja, line {error.lineno}: {error.message}") from error


def _is_plain(template: str) -> bool:
    """Whether there is nothing for Jinja to do in a template: it is the same text for all requests."""
    return "{" not in template and "\r" not in template  # Jinja makes all ends of lines alike


class PromptTemplate(Component):
    """One manner of writing queries: a template, its share in the mix, and the values of its own variables."""

    template: str = Field(min_length=1)
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    variables: dict[str, list[str]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _variables_are_known(self) -> Self:
        known = {*VARIABLES, *self.variables}
        for name in sorted(_used_variables(self.template) - known):
            raise ValueError(f"the template uses the undefined variable `{name}`{suggestion(name, sorted(known))}")
        for name, values in self.variables.items():
            if not values:
                raise ValueError(f"the variable `{name}` has no values to draw from")
        return self

    @cached_property
    def _compiled(self) -> "Template":
        compiled: Template = _environment().from_string(self.template)
        return compiled

    def render(self, rng: random.Random, style: Style, apis: tuple[Api, ...], pairs: int) -> str:
        """The template's text for one request.

        Raises:
            ConfigError: the template fails for this request.
        """
        drawn = {name: rng.choice(values) for name, values in self.variables.items()}
        if _is_plain(self.template):
            return self.template.strip()
        names = [api.name for api in apis]
        values = {"style": style.name, "pairs": pairs, "functions": names, "category": apis[0].category}
        try:
            return self._compiled.render(values | drawn).strip()
        except Exception as error:  # a template can fail in as many ways as a program
            raise ConfigError(
                f"The prompt template cannot be rendered: {error}",
                where="prompts",
                remedy=f"mend the template that begins {self.template[:60]!r}",
            ) from error


class PromptSampler:
    """Draws a prompt template by weight.

    Raises:
        ConfigError: no template has a weight above 0.
    """

    def __init__(self, prompts: Mapping[str, PromptTemplate]) -> None:
        active = {name: prompt for name, prompt in prompts.items() if prompt.weight > 0}
        if not active:
            raise ConfigError("No prompt template has a weight above 0.", where="prompts", remedy="prompt=[concise]")
        self._names = list(active)
        self._prompts = list(active.values())
        self._weights = [prompt.weight for prompt in active.values()]

    def sample(self, rng: random.Random) -> tuple[str, PromptTemplate]:
        """Name and template."""
        index = rng.choices(range(len(self._names)), self._weights)[0]
        return self._names[index], self._prompts[index]
