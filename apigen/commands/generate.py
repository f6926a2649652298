"""`apigen generate`: make a verified dataset."""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback

from apigen.commands import composition
from apigen.commands.composed import parted
from apigen.config import as_written, override_map, pipeline, unresolved
from apigen.errors import UserError
from apigen.reporting.live import monitor
from apigen.reporting.summary import print_comparison, print_summary
from apigen.storage import run_folders, run_name


def main(arguments: Sequence[str]) -> int:
    """Run the verb; returns the exit code."""
    statuses: list[str] = []
    flags, overrides = parted(arguments)
    composition.run(lambda config: statuses.append(_job(config)), [*flags, *overrides])
    return 130 if "interrupted" in statuses else 0


class CompareRuns(Callback):
    """Hydra's callback at the end of a sweep: one table compares its runs, whatever launcher ran them."""

    def on_multirun_end(self, config: Any, **kwargs: Any) -> None:
        """All jobs of the sweep are done."""
        sweep, output_dir = Path(config.hydra.sweep.dir), Path(config.output_dir)
        runs = [run_name(folder, output_dir) for folder in run_folders(sweep)]
        if runs:
            print_comparison(output_dir, sorted(runs, key=_job_number))


def _job_number(run: str) -> tuple[int, str]:
    last = run.rpartition("/")[2]
    return (int(last) if last.isdecimal() else 0, run)


def _job(config: Any) -> str:
    """One run, in the folder that Hydra made for it; its status."""
    from hydra.core.hydra_config import HydraConfig

    settings = HydraConfig.get()
    folder = Path(settings.runtime.output_dir)
    with _nothing_left_behind(folder, settings):
        built = pipeline(config)
        output_dir = Path(built.output_dir)
        if not folder.resolve().is_relative_to(output_dir.resolve()):  # the user chose hydra.run.dir
            output_dir = folder.parent
        run = run_name(folder, output_dir)
        overrides = override_map(as_written(settings.overrides.task))
        status = asyncio.run(built.run(folder, run, monitor(), overrides=overrides, config=unresolved(config)))
    print_summary(output_dir, run)
    sys.stdout.flush()
    if status == "interrupted" and str(settings.mode).endswith("MULTIRUN"):
        raise KeyboardInterrupt
    return status


@contextlib.contextmanager
def _nothing_left_behind(folder: Path, settings: Any) -> Iterator[None]:
    """A configuration that cannot be used leaves no files: Hydra's copies may hold what must not be written."""
    try:
        yield
    except UserError:
        if not any(folder.glob("run.duckdb*")):
            if settings.output_subdir:
                shutil.rmtree(folder / settings.output_subdir, ignore_errors=True)
            (folder.parent / "multirun.yaml").unlink(missing_ok=True)
            for empty in (folder, folder.parent):
                if empty.is_dir() and not any(empty.iterdir()):
                    empty.rmdir()
        raise
