"""Verbs that compose a configuration and look at it: our own flags are taken out before Hydra sees the rest."""

import itertools
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from apigen.errors import UserError

if TYPE_CHECKING:
    from apigen.pipeline import Pipeline

VALUED = ("--cfg", "-c", "--package", "-p", "--config-path", "-cp", "--config-name", "-cn", "--config-dir", "-cd")
HYDRA = (*VALUED, "--resolve", "--hydra-help")
"""Flags of Hydra that go with looking at one configuration; those in `VALUED` take a value."""
MULTIRUN = ("-m", "--multirun")


def own_flags(verb: str, arguments: Sequence[str], own: Collection[str] = ()) -> tuple[set[str], list[str]]:
    """Our flags among the arguments, and what is left for Hydra: its flags first, since it takes them nowhere else.

    Raises:
        UserError: a flag is neither ours nor Hydra's.
    """
    flags, overrides = parted(arguments)
    given = {flag for flag in flags if flag in own}
    for argument in flags:
        name = argument.partition("=")[0]
        if name in MULTIRUN:
            raise UserError(
                f"`apigen {verb}` looks at one configuration, not at a sweep.", where=argument, remedy="leave it out"
            )
        if argument.startswith("-") and argument not in own and name not in HYDRA:
            from apigen.component import suggestion

            raise UserError(
                f"There is no option `{name}`{suggestion(name, [*own, '--help'])}", remedy=f"apigen {verb} --help"
            )
    return given, [*(flag for flag in flags if flag not in own), *overrides]


def parted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Flags with their values, and overrides: Hydra takes flags before the first override only."""
    flags, overrides = list[str](), list[str]()
    expected = iter(arguments)
    for argument in expected:
        (flags if argument.startswith("-") else overrides).append(argument)
        if argument in VALUED:
            flags.extend(itertools.islice(expected, 1))
    return flags, overrides


def with_pipeline(look: "Callable[[Pipeline], None]", arguments: Sequence[str]) -> None:
    """Compose the pipeline that `arguments` describe and look at it; nothing is written.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    from apigen.commands import composition
    from apigen.config import pipeline

    def task(config: Any) -> None:
        look(pipeline(config))

    composition.run(task, arguments, composition.NO_FILES)
