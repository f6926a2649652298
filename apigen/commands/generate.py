"""`apigen generate`: make a verified dataset."""

import asyncio
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apigen.commands import composition
from apigen.config import override_map, pipeline, unresolved
from apigen.errors import UserError
from apigen.reporting.live import monitor
from apigen.reporting.summary import print_comparison, print_summary
from apigen.storage import run_name


def main(arguments: Sequence[str]) -> int:
    """Run the verb; returns the exit code."""
    jobs: list[tuple[Path, Path, str]] = []
    composition.run("generate", lambda config: jobs.append(_job(config)), arguments)
    if len(jobs) > 1:
        print_comparison(jobs[0][0], [run for _, _, run in jobs])
    return 130 if any(status == "interrupted" for status in _statuses) else 0


_statuses: list[str] = []


def _job(config: Any) -> tuple[Path, Path, str]:
    """One run, in the folder that Hydra made for it."""
    from hydra.core.hydra_config import HydraConfig

    settings = HydraConfig.get()
    folder = Path(settings.runtime.output_dir)
    try:
        built = pipeline(config)
    except UserError:
        _remove_copies(folder, settings)
        raise
    output_dir = Path(built.output_dir)
    run = run_name(folder, output_dir)
    overrides = [str(override) for override in settings.overrides.task]
    status = asyncio.run(
        built.run(folder, run, monitor(), overrides=override_map(overrides), config=unresolved(config))
    )
    _statuses.append(status)
    print_summary(output_dir, run)
    if status == "interrupted" and str(settings.mode).endswith("MULTIRUN"):
        raise KeyboardInterrupt
    sys.stdout.flush()
    return output_dir, folder, run


def _remove_copies(folder: Path, settings: Any) -> None:
    """A configuration that cannot be used leaves nothing behind: it may hold what must not be written."""
    if settings.output_subdir:
        shutil.rmtree(folder / settings.output_subdir, ignore_errors=True)
    (folder.parent / "multirun.yaml").unlink(missing_ok=True)
    for empty in (folder, folder.parent):
        if empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()
