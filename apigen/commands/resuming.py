"""Which run a command means: a new one, or one that has not come to its end.

`apigen generate resume=RUN` continues a run by its stored configuration; the same command typed again finds the run by
that configuration. Whoever holds the lock of a run's folder is at work there, so that no run is written to twice.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from apigen.config import override_map
from apigen.errors import ConfigError, StorageError
from apigen.storage import OVER, Card, Place, cards, run_folders, run_name

CHANGEABLE = ("requests", "concurrency", "grace", "budget", "target", "cache")
"""Keys that a run may be continued with: they do not change its plan."""
OF_MODELS = (
    "timeout", "retries", "requests_per_minute", "tokens_per_minute", "max_in_flight", "base_url", "api_key",
    "price_per_million_input", "price_per_million_output",
)  # fmt: skip
NOT_COMPARED = ("resume",)


def named_run(overrides: Sequence[str]) -> str | None:
    """The run that `resume=RUN` names; None if it names none."""
    value = override_map(overrides).get("resume", "auto").strip("'\"")
    return None if value in ("auto", "never") else value


def place_named(run: str, output_dir: Path) -> tuple[Place, Card]:
    """The place of the run called `run`, taken, and its card.

    Raises:
        StorageError: there is no such run, it cannot be continued, or it is going on.
    """
    folder = output_dir / run
    found = {run_name(path, output_dir): path for path, _ in cards(output_dir)} if output_dir.is_dir() else {}
    place = Place.at(found.get(run, folder), run)
    if place.card is None:
        raise StorageError(
            f"There is no run called `{run}` in {output_dir} that can be continued.",
            where="resume",
            remedy=_known(found, output_dir),
        )
    if not place.take():
        raise StorageError(f"The run `{run}` is going on in another process.", where=str(place.folder))
    return place, place.card


def _known(found: Mapping[str, Path], output_dir: Path) -> str:
    if found:
        return f"`apigen runs` lists them; the newest is {next(iter(found))}"
    if output_dir.is_dir() and run_folders(output_dir):
        return "the runs there are of an older version; start anew"
    return "apigen generate … starts one; output_dir=… names another folder"


def changed(card: Card, overrides: Sequence[str]) -> tuple[Card, Any]:
    """The card with what `overrides` change, and the configuration to go on with.

    Raises:
        ConfigError: an override would change the plan, or is no `key=value`.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    changes = [*card.changes]
    for override in overrides:
        key, separator, _ = override.lstrip("+").partition("=")
        if key in ("resume", "output_dir"):
            continue
        if not separator or not _changeable(key):
            raise ConfigError(
                f"`{override}` cannot be changed in a run that is continued: it would be another run.",
                where=key,
                remedy=f"these can be: {', '.join(CHANGEABLE)}, and of model and judge {', '.join(OF_MODELS)}",
            )
        changes.append(override.lstrip("+"))
    try:
        config = OmegaConf.merge(dict(card.config), OmegaConf.from_dotlist(changes))
    except (OmegaConfBaseException, ValueError) as error:
        raise ConfigError(str(error).splitlines()[0], where="resume") from error
    return replace(card, changes=changes, status="running"), config


def _changeable(key: str) -> bool:
    first, _, rest = key.partition(".")
    if first in ("model", "judge"):
        return rest in OF_MODELS
    return first in CHANGEABLE


def place_for(folder: Path, output_dir: Path, new: Card, resume: str) -> tuple[Place, Card]:
    """The place, taken, and card for a command whose own folder would be `folder`.

    Raises:
        StorageError: the folder holds another run and was chosen by the user, or cannot be written to.
    """
    there = Place.at(folder, run_name(folder, output_dir))
    if there.card is not None and _same(there.card, new) and resume != "never" and there.take():
        return there, there.card  # a sweep that goes on, or hydra.run.dir
    if resume != "never" and (found := _unfinished(output_dir, new)) is not None:
        return found
    for number in itertools.count(1):
        path = folder if number == 1 else folder.with_name(f"{folder.name}-{number}")
        place = Place(path, run_name(path, output_dir))
        if not any(path.glob("run.*")) and place.take():
            if not any(path.glob("run.*")):
                return place, new
            place.leave()
    raise AssertionError("unreachable")


def _unfinished(output_dir: Path, new: Card) -> tuple[Place, Card] | None:
    """The newest run with the configuration of `new` that has not come to its end and that nobody is at work on."""
    if not output_dir.is_dir():
        return None
    for folder, card in cards(output_dir):
        if card.status != OVER and card.version == new.version and _same(card, new):
            place = Place(folder, run_name(folder, output_dir), card)
            if place.take():
                return place, card
    return None


def _same(card: Card, new: Card) -> bool:
    return _compared(card.config) == _compared(new.config)


def _compared(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key not in NOT_COMPARED}
