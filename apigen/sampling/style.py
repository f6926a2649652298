"""Query styles: simple, multiple, parallel, parallel_multiple (APIGen, section 3.3), and how they are mixed."""

import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from annotated_types import Ge
from pydantic import Field, model_validator

from apigen.component import Component
from apigen.errors import ConfigError
from apigen.records import Api, Style

Count = Annotated[int, Ge(1)]


class QueryStyle(Component):
    """One query style.

    `weight` is its share in the mix, `apis` how many APIs are offered, `calls` how many calls are right, `functions`
    how many different functions they must use (each an inclusive range), `instruction` what the prompt says about it.
    """

    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    apis: tuple[Count, Count]
    calls: tuple[Count, Count]
    functions: tuple[Count, Count]
    instruction: str = Field(min_length=1)

    @model_validator(mode="after")
    def _ranges_make_sense(self) -> Self:
        for name in ("apis", "calls", "functions"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"`{name}` is a range from low to high, and {low} is more than {high}")
        if self.functions[0] > min(self.apis[1], self.calls[1]):
            raise ValueError(f"{self.functions[0]} different functions need as many APIs offered and calls made")
        return self

    def named(self, name: str) -> Style:
        """The style as a record."""
        return Style(
            name=name, apis=self.apis, calls=self.calls, functions=self.functions, instruction=self.instruction
        )


class StyleSampler:
    """Draws a style by weight.

    Raises:
        ConfigError: no style has a weight above 0, or one offers more APIs than were admitted.
    """

    def __init__(self, styles: Mapping[str, QueryStyle], apis: Sequence[Api]) -> None:
        active = {name: style for name, style in styles.items() if style.weight > 0}
        if not active:
            raise ConfigError("No query style has a weight above 0.", where="styles", remedy="style=[simple,parallel]")
        for name, style in active.items():
            if style.apis[0] > len(apis):
                raise ConfigError(
                    f"The query style `{name}` offers at least {style.apis[0]} APIs, and {len(apis)} were admitted.",
                    where=f"styles.{name}.apis",
                    remedy="add a source, or leave the style out: style=[simple,parallel]; see `apigen apis`",
                )
        self._styles = [style.named(name) for name, style in active.items()]
        self._weights = [style.weight for style in active.values()]

    def sample(self, rng: random.Random) -> Style:
        """One style."""
        return rng.choices(self._styles, self._weights)[0]
