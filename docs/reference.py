"""Write the reference pages from the code: configuration.md, data-model.md and reasons.md.

    python docs/reference.py            writes them
    python docs/reference.py --check    says which are out of date, exit code 1

The pages hold what the code says: fields and docstrings of the components, the YAML files of `conf/`, the columns of
the database with their comments, and the reason codes with their meanings.
"""

import importlib
import inspect
import json
import re
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apigen.component import Component
from apigen.config import conf_folder
from apigen.reasons import MEANINGS, Family
from apigen.storage.schema import TABLES
from apigen.storage.views import VIEWS

HERE = Path(__file__).resolve().parent
GENERATED = "<!-- Written by docs/reference.py from the code. Change the code, not this page. -->\n"

GROUPS = {
    "source": ("sources", "Where the APIs come from. Several at once: `source=[catalogue,humanize]`."),
    "admission": ("admission", "Which API documents may be used."),
    "style": ("styles", "Query styles and their mix."),
    "prompt": ("prompts", "Prompt templates: the manner in which queries are written."),
    "sampling": ("sampling", "API sampler and example sampler."),
    "generator": ("generator", "The generation strategy, and how model text is read."),
    "model": ("model` and `judge", "The models: `model=…` sets both, `model@judge=…` the judge alone."),
    "checker": ("checkers", "The checkers, in order: `checker=[format,execution,semantic]`."),
    "executor": ("executors", "How calls are made."),
    "execution": ("execution", "Whether calls are made, recorded or replayed."),
    "experiment": ("", "Whole settings under one name: `experiment=quickstart`."),
}

INTRO = """\
# Configuration

A run is one Hydra composition. `apigen generate --cfg job` prints it, `apigen check` explains it and spends nothing.
Every key can be set on the command line (`requests=200 checkers.format.profile=paper`), every group chosen
(`style=[simple,parallel]`), and anything swept with `-m` (`-m seed=1,2,3 model=offline,openai/gpt-4o-mini`). Folders
of your own are added with `--config-dir my_conf`; they hold the same groups. A file of a multi-choice group starts with
its package line (`# @package sources`) and nests its settings under a key of its own.

Secrets stand in YAML as references only: `api_key: ${oc.env:MY_KEY}`. A literal one is refused.

`_target_` names the class that a mapping becomes. Classes outside `apigen.` must be allowed by the environment variable
`APIGEN_ALLOW_TARGETS=my_package` (comma-separated); code in the working directory is found then.
"""


def configuration() -> str:
    """The page configuration.md."""
    parts = [GENERATED, INTRO, "\n## Top level\n", *_yaml(conf_folder() / "config.yaml")]
    parts += _component(_class("apigen.pipeline.Pipeline"))
    for group, (key, text) in GROUPS.items():
        title = f"## {group}" + (f"  (key `{key}`)" if key else "")
        parts.append(f"\n{title}\n\n{text}\n")
        parts += _group(group)
    return "\n".join(parts).rstrip() + "\n"


def _group(group: str) -> Iterator[str]:
    files = sorted((conf_folder() / group).rglob("*.yaml"))
    names = [file.relative_to(conf_folder() / group).with_suffix("").as_posix() for file in files]
    yield f"Choices: {', '.join(f'`{name}`' for name in names)}\n"
    targets: dict[str, Path] = {}
    for file in files:
        for target in re.findall(r"_target_: (\S+)", file.read_text("utf-8")):
            targets.setdefault(target, file)
    shown = set()
    for target, file in targets.items():
        if file not in shown:
            yield from _yaml(file)
            shown.add(file)
        yield from _component(_class(target))
    if group == "experiment":
        for file in files:
            yield from _yaml(file)


def _yaml(file: Path) -> Iterator[str]:
    yield f"`conf/{file.relative_to(conf_folder()).as_posix()}`\n\n```yaml\n{file.read_text('utf-8').rstrip()}\n```\n"


def _component(cls: type[Component]) -> Iterator[str]:
    yield f"### `{cls.__module__.split('.')[0]}.{cls.__module__.split('.')[1]}.{cls.__name__}`\n"
    yield inspect.cleandoc(cls.__doc__ or "") + "\n"
    if cls.model_fields:
        yield "| key | type | default |\n|---|---|---|"
        for name, field in cls.model_fields.items():
            default = (
                "required" if field.is_required() else f"`{_default(field.get_default(call_default_factory=True))}`"
            )
            yield f"| `{name}` | {_type(field.annotation)} | {default} |"
        yield ""


def _default(value: Any) -> str:
    if isinstance(value, Component):
        return type(value).__name__
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_default(item) for item in value) + "]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(value)


def _type(hint: Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type(a) for a in arguments)
    if hint is type(None):
        return "null"
    if origin is typing.Annotated:
        return _type(arguments[0])
    if origin in (list, tuple):
        inner = [_type(a) for a in arguments if a is not ...]
        return f"[{', '.join(inner)}]" if origin is tuple else f"list of {inner[0]}"
    if origin is dict:
        return f"mapping of {_type(arguments[1])}"
    name = getattr(hint, "__name__", str(hint))
    return {"str": "text", "int": "integer", "float": "number", "bool": "boolean", "Any": "anything"}.get(
        name, f"`{name}`"
    )


def _class(target: str) -> type[Component]:
    module, _, name = target.rpartition(".")
    found: type[Component] = getattr(importlib.import_module(module), name)
    return found


def data_model() -> str:
    """The page data-model.md."""
    text = (HERE / "data-model.intro.md").read_text("utf-8")
    parts = [GENERATED, text, "\n## Views\n"]
    for view in VIEWS:
        parts.append(f"### {view.name}\n\n{view.comment}\n\n| column | meaning |\n|---|---|")
        parts += [f"| `{name}` | {comment} |" for name, comment in view.columns.items()]
        parts.append("")
    parts.append("## Tables\n")
    for table in TABLES:
        parts.append(f"### {table.name}\n\n{table.comment}\n\n| column | type | meaning |\n|---|---|---|")
        parts += [f"| `{c.name}` | {c.type} | {c.comment} |" for c in table.columns]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def reasons() -> str:
    """The page reasons.md."""
    parts = [GENERATED, "# Reason codes\n"]
    parts.append(
        "Every API that is refused, every candidate that does not pass, and every step that cannot be done carries\n"
        "one of these codes. SQL groups by them: `SELECT reason, sum(candidates) FROM reasons GROUP BY reason`.\n"
    )
    for family in Family:
        parts.append(f"## {family.value}\n\n| code | meaning |\n|---|---|")
        parts += [f"| `{code}` | {meaning.text} |" for code, meaning in MEANINGS.items() if meaning.family is family]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


PAGES = {"configuration.md": configuration, "data-model.md": data_model, "reasons.md": reasons}


def main() -> int:
    """Write or check the pages."""
    stale = []
    for name, page in PAGES.items():
        path, text = HERE / name, page()
        if not path.is_file() or path.read_text("utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, "utf-8")
    if "--check" in sys.argv and stale:
        print(f"out of date: {', '.join(stale)}; run: python docs/reference.py")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
