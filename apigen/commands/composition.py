"""Hydra around a verb: composing, sweeping, `--cfg`, `--config-dir`, tab completion and re-runs are Hydra's own."""

import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

from apigen.config import conf_folder, hydra_advice, refuse_secret_overrides
from apigen.errors import StorageError, UserError
from apigen.llm.hydra_names import register

NO_FILES = ("hydra.run.dir=.", "hydra.output_subdir=null", "hydra.mode=RUN")
"""Overrides for verbs that write no run."""
VERSION_BASE = "1.3"

_GENERATOR = re.compile(r"^(\+{0,2})model@generator=")
"""The other spelling of `model=…`, for those who know `model@judge=…`."""


class _Carried(BaseException):
    """Takes a user's mistake through Hydra, which would print every exception of a job itself."""

    def __init__(self, error: UserError) -> None:
        super().__init__(str(error))
        self.error = error


def run(task: Callable[[Any], Any], arguments: Sequence[str], extra: Sequence[str] = ()) -> None:
    """Let Hydra compose the configuration that `arguments` ask for and hand it to `task`.

    Raises:
        ConfigError: the configuration cannot be composed.
        StorageError: no folder can be made for the run.
    """
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    arguments = [_GENERATOR.sub(r"\1model=", argument) for argument in arguments]
    own = [argument for argument in arguments if not argument.startswith("-")]
    refuse_secret_overrides(own)
    register()
    _completion_without_verb()
    argv, environment = sys.argv, os.environ.get("HYDRA_FULL_ERROR")
    sys.argv = ["apigen", *arguments, *extra]
    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors reach us whole; Hydra would print and exit

    ours = False

    def carrying(config: Any) -> Any:
        nonlocal ours
        ours = True
        try:
            done = task(config)
        except UserError as error:
            raise _Carried(error) from error
        ours = False
        return done

    try:
        _main(carrying, [*arguments, *extra])
    except _Carried as carried:
        raise carried.error from carried.error.__cause__
    except OSError as error:
        if ours:
            raise
        raise StorageError(  # it makes folders and files for a run before the run begins
            f"The run's folder cannot be made: {error.strerror or error}",
            where=str(error.filename or "output_dir"),
            remedy="free space, fix its permissions, or choose another: output_dir=…",
        ) from error
    except (HydraException, OmegaConfBaseException) as error:
        if environment:
            raise
        raise hydra_advice(error, known_keys()) from error
    finally:
        sys.argv = argv
        if environment is None:
            os.environ.pop("HYDRA_FULL_ERROR", None)


def _main(task: Callable[[Any], Any], arguments: list[str]) -> None:
    """What Hydra's main does: at once for one run of overrides alone, by Hydra itself for all else and for mistakes."""
    import hydra

    if any(argument.startswith("-") for argument in arguments) or not _run_once(task, arguments):
        hydra.main(version_base=VERSION_BASE, config_path=str(conf_folder()), config_name="config")(task)()


def _run_once(task: Callable[[Any], Any], overrides: list[str]) -> bool:
    """Compose the configuration and run `task` on it; False, and nothing done, if it is a sweep or does not compose.

    Hydra's main composes every configuration twice: the first time to see whether it is that of a sweep.
    """
    from hydra import initialize_config_dir
    from hydra._internal.callbacks import Callbacks
    from hydra.core.global_hydra import GlobalHydra
    from hydra.core.utils import run_job
    from hydra.errors import HydraException
    from hydra.types import HydraContext, RunMode
    from omegaconf.errors import OmegaConfBaseException

    name = __name__.rpartition(".")[2]  # as Hydra's main calls the job
    with initialize_config_dir(str(conf_folder()), name, VERSION_BASE):
        hydra: Any = GlobalHydra.instance().hydra
        try:
            config = hydra.compose_config("config", overrides, RunMode.RUN, with_log_configuration=True)
        except (HydraException, OmegaConfBaseException):
            return False
        if config.hydra.mode == RunMode.MULTIRUN:
            return False
        config.hydra.mode = RunMode.RUN
        callbacks = Callbacks(config)
        callbacks.on_run_start(config=config, config_name="config")
        context = HydraContext(config_loader=hydra.config_loader, callbacks=callbacks)
        done = run_job(task, config, job_dir_key="hydra.run.dir", job_subdir_key=None, hydra_context=context)
        callbacks.on_run_end(config=config, config_name="config", job_return=done)
        _ = done.return_value  # raises what the task raised
    return True


def known_keys() -> dict[str, Any]:
    """The keys of the default configuration, for suggestions; empty if even that does not compose."""
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from omegaconf import OmegaConf

    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(version_base=VERSION_BASE, config_dir=str(conf_folder())):
            plain: dict[str, Any] = OmegaConf.to_container(compose("config"), resolve=False)  # type: ignore[assignment]
            return plain
    except Exception:
        return {}


def _completion_without_verb() -> None:
    """Hydra's completion knows no verbs: take ours out of the line that the shell hands over."""
    program, _, rest = os.environ.get("COMP_LINE", "").partition(" ")
    verb, _, rest = rest.lstrip().partition(" ")
    if verb in ("generate", "check", "apis"):
        os.environ["COMP_LINE"] = f"{program} {rest}"
        os.environ["COMP_POINT"] = str(len(os.environ["COMP_LINE"]))
