"""Sweeps that were cut off go on: the same sweep typed again finds the folder of the one before it.

While a sweep goes on its folder holds a mark with the overrides that it was started with; a sweep that comes to its end
takes the mark away. Its finished jobs are not run again.
"""

import fcntl
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from apigen.config import as_written

MARK = "sweep.json"

_held: dict[Path, int] = {}
"""Open locks of the marks of this process's sweeps, so that a sweep that is going on is left alone."""


def begin(config: Any) -> None:
    """Let the sweep that `config` describes go on in the folder of the same one that was cut off, if there is one."""
    from omegaconf import open_dict, read_write

    typed = as_written(config.hydra.overrides.task)
    never = any(override.partition("=")[::2] == ("resume", "never") for override in typed)
    found = None if never else _cut_off(Path(config.output_dir), typed)
    if found is not None:
        with read_write(config), open_dict(config):
            config.hydra.sweep.dir = str(found)
            # each job's configuration is composed anew, from the overrides
            config.hydra.overrides.hydra.append(f"hydra.sweep.dir={_quoted(str(found))}")
        print(f"going on with the sweep in {found} (resume=never begins anew)", flush=True)
    _hold(Path(config.hydra.sweep.dir), typed)


def _quoted(text: str) -> str:
    """As Hydra's grammar reads text that may hold anything."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def end(folder: Path) -> None:
    """The sweep in `folder` has come to its end, unless one of its jobs has not."""
    lock = _held.pop(folder, None)
    with suppress(OSError):
        if all(json.loads(card.read_text())["status"] == "finished" for card in folder.glob("*/run.json")):
            (folder / MARK).unlink(missing_ok=True)
    if lock is not None:
        os.close(lock)


def _cut_off(output_dir: Path, typed: list[str]) -> Path | None:
    """The newest folder of a sweep with the same overrides that did not come to its end."""
    for mark in sorted(output_dir.rglob(MARK), key=lambda path: path.stat().st_mtime, reverse=True):
        with suppress(OSError, ValueError):
            if json.loads(mark.read_text("utf-8")) == typed and _free(mark):
                return mark.parent
    return None


def _free(mark: Path) -> bool:
    lock = os.open(mark, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _hold(folder: Path, typed: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / MARK
    mark.write_text(json.dumps(typed, ensure_ascii=False), "utf-8")
    lock = os.open(mark, os.O_RDONLY | os.O_CLOEXEC)
    with suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    _held[folder] = lock
