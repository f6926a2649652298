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
    given, flags, overrides = set[str](), list[str](), list[str]()
    expected = iter(arguments)
    for argument in expected:
        name = argument.partition("=")[0]
        if name in MULTIRUN:
            raise UserError(
                f"`apigen {verb}` looks at one configuration, not at a sweep.", where=argument, remedy="leave it out"
            )
        if argument in own:
            given.add(argument)
        elif argument.startswith("-") and name not in HYDRA:
            from apigen.component import suggestion

            raise UserError(
                f"There is no option `{name}`{suggestion(name, [*own, '--help'])}", remedy=f"apigen {verb} --help"
            )
        else:
            (flags if argument.startswith("-") else overrides).append(argument)
        if argument in VALUED:
            flags.extend(itertools.islice(expected, 1))
    return given, [*flags, *overrides]


def with_pipeline(verb: str, look: "Callable[[Pipeline], None]", arguments: Sequence[str]) -> None:
    """Compose the pipeline that `arguments` describe and look at it; nothing is written.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    from apigen.commands import composition
    from apigen.config import pipeline

    trouble: list[BaseException] = []

    def task(config: Any) -> None:
        try:
            look(pipeline(config))
        except BaseException as error:  # Hydra would print a line of its own
            trouble.append(error)

    composition.run(verb, task, arguments, composition.NO_FILES)
    for error in trouble:
        raise error
