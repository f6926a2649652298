"""`apigen generate`: make a verified dataset, or go on with one."""

import asyncio
import contextlib
import gc
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback

from apigen.commands import composition
from apigen.commands.composed import MULTIRUN, parted
from apigen.commands.resuming import changed, named_run, place_for, place_named
from apigen.config import as_written, override_map, pipeline, refuse_secret_overrides, unresolved
from apigen.errors import ConfigError, UserError
from apigen.pipeline import Pipeline
from apigen.reporting.live import monitor
from apigen.reporting.summary import print_comparison, print_summary
from apigen.storage import OVER, Card, Place, run_folders, run_name


def main(arguments: Sequence[str]) -> int:
    """Run the verb; returns the exit code."""
    statuses: list[str] = []
    flags, overrides = parted(arguments)
    run = named_run(overrides)
    if run is None or any(flag in ("-h", "--help") for flag in flags):
        composition.run(lambda config: statuses.append(_job(config)), [*flags, *overrides])
    else:
        statuses.append(_named(run, flags, overrides))
    return 130 if "interrupted" in statuses else 0


class CompareRuns(Callback):
    """Hydra's callback around a sweep: one that was cut off goes on where it was; at the end one table compares the
    runs, whatever launcher ran them."""

    def on_multirun_start(self, config: Any, **kwargs: Any) -> None:
        """A sweep begins: it goes on in the folder of the same sweep if that did not come to its end."""
        from apigen.commands.sweeps import begin

        begin(config)

    def on_multirun_end(self, config: Any, **kwargs: Any) -> None:
        """All jobs of the sweep are done."""
        from apigen.commands.sweeps import end

        sweep, output_dir = Path(config.hydra.sweep.dir), Path(config.output_dir)
        end(sweep)
        runs = [run_name(folder, output_dir) for folder in run_folders(sweep)]
        if runs:
            print_comparison(output_dir, sorted(runs, key=_job_number))


def _job_number(run: str) -> tuple[int, str]:
    last = run.rpartition("/")[2]
    return (int(last) if last.isdecimal() else 0, run)


def _named(run: str, flags: Sequence[str], overrides: Sequence[str]) -> str:
    """Continue the run called `run`; its status."""
    if flags:
        several = "a sweep is continued by typing it again" if flags[0] in MULTIRUN else "leave it out"
        raise ConfigError(f"`resume={run}` continues one run, as it was configured.", where=flags[0], remedy=several)
    refuse_secret_overrides(overrides)
    output_dir = Path(override_map(overrides).get("output_dir", "outputs").strip("'\""))
    place, card = place_named(run, output_dir)
    with contextlib.closing(_Left(place)):
        card, config = changed(card, overrides)
        return _run(place, card, pipeline(config), output_dir)


def _job(config: Any) -> str:
    """One run, in the folder that Hydra made for it or in that of the run that it continues; its status."""
    from hydra.core.hydra_config import HydraConfig

    settings = HydraConfig.get()
    folder = Path(settings.runtime.output_dir)
    with _nothing_left_behind(folder, settings):
        built = pipeline(config)  # all mistakes are told before anything is touched
        output_dir = Path(built.output_dir)
        if not folder.resolve().is_relative_to(output_dir.resolve()):  # the user chose hydra.run.dir
            output_dir = folder.parent
        new = Card.new(unresolved(config), override_map(as_written(settings.overrides.task)))
        place, card = place_for(folder, output_dir, new, str(config.resume))
        with contextlib.closing(_Left(place)):
            if card.status == OVER:
                print(f"{place.run}: finished already", file=sys.stderr)
                return OVER
            if card is not new:
                print(f"going on with {place.run}, which was {_how(card)} (resume=never begins anew)", file=sys.stderr)
            if place.folder != folder:
                _remove_unless_taken(folder, settings)
            status = _run(place, card, built, output_dir)
    if status == "interrupted" and str(settings.mode).endswith("MULTIRUN"):
        raise KeyboardInterrupt
    return status


def _how(card: Card) -> str:
    return "cut off" if card.status == "running" else card.status


class _Left:
    """Lets others at a place once it is closed."""

    def __init__(self, place: Place) -> None:
        self.close = place.leave


def _run(place: Place, card: Card, built: Pipeline, output_dir: Path) -> str:
    built.fetch()
    gc.freeze()  # what starting made is not looked at again
    try:
        status = asyncio.run(built.run(place, card, monitor()))
    finally:
        gc.unfreeze()
    print_summary(output_dir, place.run)
    for told in filter(None, (built.model.report, built.judge.report)):
        print(told)
    sys.stdout.flush()
    return status


@contextlib.contextmanager
def _nothing_left_behind(folder: Path, settings: Any) -> Iterator[None]:
    """A configuration that cannot be used leaves no files: Hydra's copies may hold what must not be written."""
    try:
        yield
    except UserError:
        if not any(folder.glob("run.*")):
            (folder.parent / "multirun.yaml").unlink(missing_ok=True)
            _remove_if_empty(folder, settings)
        raise


def _remove_unless_taken(folder: Path, settings: Any) -> None:
    """Remove what Hydra made, unless another command of the same second has the folder for its run."""
    own = Place(folder, folder.name)
    if own.take():
        with contextlib.closing(_Left(own)):
            if not any(folder.glob("run.*")):
                _remove_if_empty(folder, settings)


def _remove_if_empty(folder: Path, settings: Any) -> None:
    """Remove what Hydra made for a job that has put nothing there."""
    if settings.output_subdir:
        shutil.rmtree(folder / settings.output_subdir, ignore_errors=True)
    (folder / ".lock").unlink(missing_ok=True)
    for empty in (folder, folder.parent):
        if empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()
