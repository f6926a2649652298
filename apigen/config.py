"""From YAML to components: Hydra composes, OmegaConf resolves, and everything is plain data from then on.

Text from models and APIs never enters OmegaConf, which would resolve `${oc.env:KEY}` inside it. Secrets stand in a
configuration as references to the environment only; a literal one is refused before anything is written.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from apigen.component import ALLOW_VARIABLE, build, suggestion
from apigen.errors import ConfigError
from apigen.pipeline import Pipeline

SECRET = re.compile(r"(^|_)(api)?(key|token|secret|password|passwd|credential|authorization)s?$")
REFERENCE = re.compile(
    r"""^((bearer|basic|token)\s+)?
    \$\{\s*oc\.env:\s*[A-Za-z_][A-Za-z0-9_]*\s*(,\s*(null|none|empty|''|"")?\s*)?\}$""",
    re.IGNORECASE | re.VERBOSE,
)
"""A reference to the environment; a default in it may only say that there is no key (local servers want `EMPTY`)."""
VARIABLES = re.compile(r"_env\.[^.]+$")
VARIABLE = re.compile(r"^[A-Z_][A-Z0-9_]*$")
"""Below a key that ends in `_env`, such as `headers_env.Authorization`, stand names of environment variables."""
NUMBER = re.compile(r"^[-+]?\d{1,8}(\.\d*)?$|^(true|false)$", re.IGNORECASE)
LINK = re.compile(r"^\$\{([\w.\[\]@-]+)\}$")
KNOWN_FORM = re.compile(
    r"\b(sk-(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|AIza[A-Za-z0-9_-]{30,}|AKIA[A-Z0-9]{16})\b"
    r"|\b[Bb]earer\s+(?!\$\{)[A-Za-z0-9._~+/-]{16,}"
)
"""Values that are keys by their form, whatever they are called."""
INNER = re.compile(r"""([\w-]+)['"]?\s*[:=]\s*['"]?(\$\{[^{}]*\}|[^\s,'"{}\[\]]+)""")
"""Key and value within an override such as `model={api_key: …}`."""


def conf_folder() -> Path:
    """The shipped configuration: inside the installed package, or beside it in a checkout.

    Raises:
        ConfigError: it is in neither place.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "conf", package.parent / "conf"):
        if (folder / "config.yaml").is_file():
            return folder
    raise ConfigError("The shipped configuration is missing.", where=str(package), remedy="install apigen anew")


def pipeline(config: Any) -> Pipeline:
    """The pipeline that a composed configuration describes.

    Args:
        config: a DictConfig, as Hydra hands it to a job.

    Raises:
        ConfigError: with every mistake found.
    """
    allow_own_code()
    judge_like_generator(config)
    refuse_secrets(config)
    built = build(resolved(config))
    if not isinstance(built, Pipeline):
        raise ConfigError(
            "The configuration describes no pipeline.", where="_target_", remedy="do not change `_target_`"
        )
    return built


def stored_pipeline(text: str, run: str) -> Pipeline:
    """The pipeline of a finished run, with the offline model in place of its models: no key for them is needed.

    Args:
        text: the configuration in JSON as it is stored with the run, secrets as references to the environment.

    Raises:
        ConfigError: it cannot be used here and now, with every mistake found.
    """
    import json

    from omegaconf import OmegaConf

    plain = json.loads(text or "{}")
    if not isinstance(plain, dict) or "sources" not in plain:
        raise ConfigError("The run does not say how it was configured.", where=run, remedy="choose a newer run")
    offline = {"_target_": "apigen.llm.OfflineModel"}
    return pipeline(OmegaConf.create({**plain, "model": offline, "judge": offline}))


def judge_like_generator(config: Any) -> None:
    """Let a judge that is the generator's model be it altogether: all that it leaves open comes from there.

    `model=openai/x model.base_url=…` chooses both, and need not be typed twice. Where several models generate, the
    first of them judges.
    """
    plain = unresolved(config)
    model, judge = plain.get("model"), plain.get("judge")
    if not (isinstance(model, dict) and isinstance(judge, dict)) or model.get("_target_") != judge.get("_target_"):
        return
    if "models" in model and not judge.get("models"):  # of several models, the first judges
        config.judge = next(iter(model["models"].values()), judge)
        return
    another = "???" not in judge.values() and judge.get("model") != model.get("model")
    if another or judge.get("base_url", "???") not in ("???", None):
        return  # nor does a key of the generator's go to a server that only the judge names
    for key, value in judge.items():
        if value in ("???", None, {}) and model.get(key, "???") != "???":
            config.judge[key] = f"${{model.{key}}}"


def resolved(config: Any) -> dict[str, Any]:
    """Plain data with all interpolations resolved.

    Raises:
        ConfigError: a value is missing, or an interpolation leads nowhere.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        missing = sorted(str(key) for key in OmegaConf.missing_keys(config))
        plain = OmegaConf.to_container(config, resolve=True)
    except OmegaConfBaseException as error:
        key = str(getattr(error, "full_key", "") or "")
        text = str(error).splitlines()[0]
        variable = re.search(r"Environment variable '([^']+)' not found", text)
        if variable:
            raise ConfigError(
                f"The environment variable {variable[1]} is not set.", where=key, remedy=f"export {variable[1]}=…"
            ) from error
        raise ConfigError(text, where=key) from error
    missing = [key for key in missing if not key.startswith("judge.") or f"model.{key[6:]}" not in missing]
    if missing:
        raise ConfigError(
            f"A value is missing: {', '.join(missing)}.",
            where=missing[0],
            remedy=f"{missing[0]}=…   on the command line",
        )
    if not isinstance(plain, dict):
        raise ConfigError("The configuration is not a mapping.")
    return {str(key): value for key, value in plain.items()}


def unresolved(config: Any) -> dict[str, Any]:
    """Plain data with interpolations as they are written: what is stored with a run."""
    from omegaconf import OmegaConf

    plain: dict[str, Any] = OmegaConf.to_container(config, resolve=False)  # type: ignore[assignment]
    return plain


def refuse_secrets(config: Any) -> None:
    """Refuse a configuration that holds a secret literally.

    Raises:
        ConfigError: naming the key, never the value.
    """
    for key, value in _leaves(unresolved(config), ""):
        if _literal_secret(key, value):
            raise _secret_error(key)


def refuse_secret_overrides(overrides: Sequence[str]) -> None:
    """Refuse a secret on the command line, before Hydra writes the overrides to its files.

    Raises:
        ConfigError: naming the key, never the value.
    """
    for override in overrides:
        key, separator, value = override.lstrip("+~").partition("=")
        value = value.strip()
        inner = [(key, value.strip("'\""))]
        if value.startswith(("{", "[")):
            inner = [(f"{key}.{name}", text) for name, text in INNER.findall(value)]
        if separator and any(_literal_secret(name, text) for name, text in (*inner, ("", value))):
            raise _secret_error(key)


def _literal_secret(key: str, value: Any) -> bool:
    text = str(value)
    if KNOWN_FORM.search(text):
        return True
    if not _names_secret(key) or value is None or isinstance(value, bool | int | float):
        return False
    if VARIABLES.search(key) and VARIABLE.match(text):
        return False
    link = LINK.match(text)
    linked = link is not None and _names_secret(link[1])  # what it names is looked at in its own place
    plain = text in ("", "null", "???") or NUMBER.match(text)
    return not plain and not REFERENCE.match(text) and not linked


def _names_secret(key: str) -> bool:
    """Whether a key is called like a secret: `model.api_key`, `headers.X-Api-Key`, `apiKeys[0]`."""
    name = re.sub(r"\[\d+\]", "", key).rpartition(".")[2]
    return bool(SECRET.search(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()))


def _secret_error(key: str) -> ConfigError:
    return ConfigError(
        f"A secret is given literally at `{key}`; it would be written to the run's files.",
        where=key,
        remedy=f"export MY_KEY=… and {key}='${{oc.env:MY_KEY}}'",
    )


def _leaves(node: Any, key: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _leaves(value, f"{key}.{name}" if key else str(name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _leaves(value, f"{key}[{index}]")
    else:
        yield key, node


def allow_own_code() -> None:
    """Let components in the working directory be found, if the user allows any of their own."""
    here = os.getcwd()
    if os.environ.get(ALLOW_VARIABLE) and here not in sys.path:
        sys.path.append(here)


def as_written(overrides: Any) -> list[str]:
    """Hydra's list of overrides with references to the environment as they are; reading its items resolves them."""
    from omegaconf import OmegaConf

    return list(map(str, OmegaConf.to_container(overrides, resolve=False) or []))


def override_map(overrides: Sequence[str]) -> dict[str, str]:
    """Command-line overrides as key and value."""
    pairs = (override.lstrip("+~").partition("=") for override in overrides)
    return {key: value for key, _, value in pairs}


def _is_mapping(known: Mapping[str, Any], key: str) -> bool:
    node: Any = known
    for part in key.split("."):
        node = node.get(part) if isinstance(node, dict) else None
    return isinstance(node, dict)


def hydra_advice(error: Exception, known: Mapping[str, Any] | None = None) -> ConfigError:
    """An error of Hydra or OmegaConf as one clear message."""
    lines = [line.rstrip() for line in str(error).splitlines() if line.strip()]
    lines = [
        line for line in lines if not line.startswith(("To append to your", "Key '", "    full_key", "    object"))
    ]
    text = lines[0] if lines else type(error).__name__
    unknown = re.search(r"Could not override '([^']+)'", text)
    if unknown:
        key, keys = unknown[1], [key for key, _ in _leaves(known or {}, "")]
        if _is_mapping(known or {}, key):
            return ConfigError(
                f"`{key}` is a mapping; its entries are set one by one.", where=key, remedy=f"+{key}.NAME=VALUE"
            )
        return ConfigError(
            f"There is no configuration key `{unknown[1]}`{suggestion(unknown[1], keys) if keys else ''}",
            where=unknown[1],
            remedy="`apigen generate --cfg job` prints all keys; docs/configuration.md explains them",
        )
    return ConfigError("\n  ".join(lines), remedy="`apigen generate --help` lists groups and their choices")
