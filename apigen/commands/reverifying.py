"""What `apigen reverify` does, apart from its options, so that its help loads nothing."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from apigen.config import stored_pipeline
from apigen.errors import StorageError
from apigen.pipeline import Pipeline
from apigen.pipeline.reverification import Finding, Made, calls_of, finding_rows, reverified
from apigen.reporting.reverified import print_findings
from apigen.storage import RunWriter, newest_run, open_runs, run_folders, run_name


def reverify(output_dir: Path, run: str | None, limit: int | None) -> int:
    """Reverify a run, by default the newest; the exit code.

    Raises:
        UserError: there is no such run, or its configuration, a source or an executor cannot be used here.
    """
    run = run or newest_run(output_dir) or ""
    with open_runs(output_dir, only=[run] if run else ()) as reader:
        found = reader.query("SELECT run, config FROM runs ORDER BY run").rows
        if len(found) != 1:
            names = [name for name, _ in found]
            raise StorageError(
                f"`{run}` names {len(names)} runs.",
                where="RUN",
                remedy=f"apigen reverify {names[0]}, or another of them" if names else "`apigen runs` lists them",
            )
        run, config = found[0]
        made = calls_of(reader, limit)
    findings: list[Finding] = []
    if made:
        findings = asyncio.run(_kept(stored_pipeline(config, run), made, _folder(output_dir, run), run))
    print_findings(run, findings)
    return int(any(one.outcome != "same" for one in findings))


async def _kept(pipeline: Pipeline, made: Sequence[Made], folder: Path, run: str) -> list[Finding]:
    """The findings, written to the run's database."""
    writer = RunWriter(folder, run)
    writer.extend()
    findings = await reverified(pipeline, made)
    await writer.add({"reverifications": finding_rows(findings)})
    await writer.flush()
    return findings


def _folder(output_dir: Path, run: str) -> Path:
    return next(folder for folder in run_folders(output_dir) if run_name(folder, output_dir) == run)
