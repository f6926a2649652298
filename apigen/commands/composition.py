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
    import hydra
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
        hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name="config")(carrying)()
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


def known_keys() -> dict[str, Any]:
    """The keys of the default configuration, for suggestions; empty if even that does not compose."""
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from omegaconf import OmegaConf

    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(version_base="1.3", config_dir=str(conf_folder())):
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
