"""APIs from files of function documents: OpenAI tools, xLAM tool lists and rows, BFCL documents and questions.

The APIs have documents only, and no implementation: calls to them cannot be executed.
"""

import glob
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, field_validator

from apigen.errors import SourceError
from apigen.reasons import Reason
from apigen.records import Api, Json, Refusal
from apigen.sources.documents import Found, UnusableDocument, documents, form_of, read
from apigen.sources.jsonfiles import SUFFIXES, Item, NotFinite, read_items
from apigen.sources.source import Loaded, Source

_SHOWN_CHARS = 2000


class _Place(NamedTuple):
    """Where something was found, for messages."""

    file: str
    line: int = 0
    inside: str = ""

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line}" + (f" ({self.inside})" if self.inside else "")


class ToolsSource(Source):
    """Reads function documents from JSON and JSON lines files.

    Attributes:
        path: a file, a folder (its `.json`, `.jsonl` and `.ndjson` files), a glob, or a list of these; relative to the
            working directory.
        package: an installed package in whose folder the paths are, instead of the working directory.
        format: the form of the documents; `auto` recognises it for each by itself.
        category: the category of documents that name none.
        name_style: `underscore` writes `_` for every character other than letters, digits, `_` and `-`.
        defaults: what becomes of a default that does not fit the type of its parameter: `keep` leaves it to admission,
            which refuses the API; `drop` leaves the parameter optional without a default.
        limit: at most so many APIs, the first ones.
        install: what to install if the package is missing, as `pip install` takes it.
    """

    path: str | list[str]
    package: str | None = None
    format: Literal["auto", "openai", "xlam", "bfcl"] = "auto"
    category: str = "Other"
    name_style: Literal["keep", "underscore"] = "keep"
    defaults: Literal["keep", "drop"] = "keep"
    limit: int | None = Field(default=None, ge=1)
    install: str | None = None

    @field_validator("path")
    @classmethod
    def _paths_given(cls, path: str | list[str]) -> str | list[str]:
        if not path or not all(part.strip() for part in ([path] if isinstance(path, str) else path)):
            raise ValueError("a file, folder or glob is needed")
        return path

    def load(self, name: str) -> Loaded:
        """Read all files.

        Raises:
            SourceError: no such file or package, or not one document in all files.
        """
        reading = _Reading(self, name)
        for file, shown in self._files(name):
            reading.file(file, shown)
        if not reading.documents:
            problem = reading.refused[0].detail if reading.refused else "there is no function document in it"
            raise SourceError(
                f"Nothing can be read from the source `{name}`: {problem}",
                where=f"sources.{name}.path={self._paths()}",
                remedy="give JSON or JSON lines with tools, for example"
                ' [{"name": "...", "description": "...", "parameters": {...}}]',
            )
        return Loaded(apis=tuple(reading.apis.values())[: self.limit], refused=tuple(reading.refused))

    def _paths(self) -> list[str]:
        return [self.path] if isinstance(self.path, str) else self.path

    def _files(self, name: str) -> list[tuple[Path, str]]:
        """The files and how to call them, each once, in the order of the paths."""
        root = self._package_folder(name) if self.package else Path()
        found: dict[Path, tuple[Path, str]] = {}
        for path in self._paths():
            files = list(_matching(root, path))
            if not files:
                raise SourceError(
                    f"There is no file `{path}`" + (f" in the package {self.package}" if self.package else ""),
                    where=f"sources.{name}.path",
                    remedy=f"a JSON file, a folder of them or a glob, seen from {root.resolve()}",
                )
            for file in files:
                found.setdefault(file.resolve(), (file, _shown(file, root)))
        return list(found.values())

    def _package_folder(self, name: str) -> Path:
        """The folder of the package, found without importing it."""
        top, *inner = (self.package or "").split(".")
        try:
            spec = importlib.util.find_spec(top) if top else None
        except (ImportError, ValueError):
            spec = None
        for folder in (spec.submodule_search_locations if spec else None) or ():
            if Path(folder, *inner).is_dir():
                return Path(folder, *inner)
        raise SourceError(
            f"The package `{self.package}` is not installed",
            where=f"sources.{name}.package",
            remedy=f"pip install {self.install or top.replace('_', '-')}",
        )


class _Reading:
    """One reading of a source: what was found so far."""

    def __init__(self, source: ToolsSource, name: str) -> None:
        self.source = source
        self.name = name
        self.apis: dict[str, Api] = {}
        self.refused: list[Refusal] = []
        self.documents = 0
        self.seen: set[str] = set()
        self.original_names: dict[str, str] = {}

    def file(self, file: Path, shown: str) -> None:
        try:
            items = read_items(file)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else f"it is not text: {error}"
            self.refuse(Reason.unparsable, f"the file cannot be read: {reason}", _Place(shown))
            return
        if not items:
            self.refuse(Reason.unparsable, "the file holds nothing", _Place(shown))
        for item in items:
            self.item(item, shown)

    def item(self, item: Item, shown: str) -> None:
        if item.problem:
            self.refuse(Reason.unparsable, item.problem, _Place(shown, item.line))
            return
        for found in documents(item.value):
            self.found(found, _Place(shown, item.line, found.place))

    def found(self, found: Found, place: _Place) -> None:
        written = repr(found.document)
        self.documents += bool(found.document)
        if written in self.seen and not found.problem:
            return
        self.seen.add(written)
        try:
            if found.problem:
                raise UnusableDocument(Reason.unparsable, found.problem)
            api = self.api(found.document)
        except UnusableDocument as problem:
            self.refuse(problem.reason, str(problem), place, found.document)
            return
        self.apis.setdefault(api.document_hash, api)

    def api(self, document: dict[str, Json]) -> Api:
        form = form_of(document)
        if self.source.format not in ("auto", form) and not (self.source.format == "bfcl" and form == "openai"):
            raise UnusableDocument(
                Reason.unparsable,
                f"is written in the form `{form}`, not `{self.source.format}` (`format: auto` reads both)",
            )
        found = read(document, drop_defaults=self.source.defaults == "drop")
        name, notes = self.named(found.name)
        return Api(
            name=name,
            description=found.description,
            parameters=found.parameters,
            returns=found.returns,
            category=found.category or self.source.category,
            source=self.name,
            notes=(*found.notes, *notes),
        )

    def named(self, original: str) -> tuple[str, list[str]]:
        """The name in the style of the source. Two names that become one are no longer told apart: refused."""
        if self.source.name_style == "keep":
            return original, []
        name = re.sub(r"[^A-Za-z0-9_-]", "_", original)
        first = self.original_names.setdefault(name, original)
        if first != original:
            raise UnusableDocument(
                Reason.duplicate_name, f"`{original}` and `{first}` both become `{name}` by `name_style: underscore`"
            )
        return name, [f"called `{original}` in the document"] if name != original else []

    def refuse(self, reason: Reason, detail: str, place: _Place, document: dict[str, Json] | None = None) -> None:
        name = (document or {}).get("name")
        category = (document or {}).get("category")
        self.refused.append(
            Refusal(
                name=_clean(name) if isinstance(name, str) and name.strip() else str(place),
                reason=reason,
                detail=_clean(f"{place}: {detail}"),
                source=self.name,
                document=_clean(_as_text(document))[:_SHOWN_CHARS] if document else "",
                category=_clean(category) if isinstance(category, str) and category else self.source.category,
            )
        )


def _matching(root: Path, path: str) -> Iterator[Path]:
    """The files that a path names."""
    whole = root / Path(path).expanduser()
    if whole.is_file():
        yield whole
    elif whole.is_dir():
        inside = (file for file in sorted(whole.rglob("*")) if file.suffix.lower() in SUFFIXES and file.is_file())
        yield from (file for file in inside if not any(part.startswith(".") for part in file.relative_to(whole).parts))
    else:
        pattern = str(Path(glob.escape(str(root))) / Path(path).expanduser())
        for match in sorted(glob.glob(pattern, recursive=True)):
            if Path(match).is_file():
                yield Path(match)


def _shown(file: Path, root: Path) -> str:
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)


def _as_text(document: dict[str, Json]) -> str:
    import json

    def shown(value: object) -> str:
        return value.text if isinstance(value, NotFinite) else repr(value)

    try:
        return json.dumps(document, ensure_ascii=False, default=shown)
    except (RecursionError, ValueError):
        return "(nested too deep to show)"


def _clean(text: str) -> str:
    """The text without what cannot be written as UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()
