"""Admission: which of the loaded APIs a run uses, and why not the others.

A model is only offered an API that it can know how to call: named, described, with a valid schema, with defaults that
fit, under a name that no other API of the run has. Whatever is left out is kept as a `Refusal`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field, field_validator

from apigen.component import Component
from apigen.reasons import Reason
from apigen.records import Api, Json, Record, Refusal, canonical_json
from apigen.sources.defaults import fits
from apigen.sources.schemalint import problems
from apigen.sources.source import Loaded

_SHOWN_CHARS = 2000
_MAX_PROBLEMS = 3


class Admitted(Record):
    """The APIs of a run, and the documents that it does not use; each in the order of the sources."""

    apis: tuple[Api, ...] = ()
    refused: tuple[Refusal, ...] = ()


class Problem(Record):
    """Why one API is refused."""

    reason: Reason
    detail: str


class Admission(Component):
    """Decides on every loaded API.

    Attributes:
        allow_no_parameters: whether an API without parameters may be used.
        require_parameter_descriptions: whether every parameter must be described.
        on_duplicate_name: what becomes of a second, different API of the same name: it is refused, or named `x_2`.
            Equal documents are one API in either case.
        name_pattern: a regular expression (Python's) that whole names match.
        probe: whether each API that can be called is called once before a run offers it, and refused if that fails.
        probe_attempts: calls with different arguments until one passes; the first is an example, if there is one.
        probe_timeout: seconds that such a call may take, waiting for its turn not counted; None: the executor's.
    """

    allow_no_parameters: bool = False
    require_parameter_descriptions: bool = False
    on_duplicate_name: Literal["refuse", "rename"] = "refuse"
    name_pattern: str = "^[A-Za-z0-9_.-]{1,64}$"
    probe: bool = False
    probe_attempts: int = Field(3, ge=1)
    probe_timeout: float | None = Field(None, gt=0)

    @field_validator("name_pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return pattern

    def admit(self, loaded: Mapping[str, Loaded]) -> Admitted:
        """Judge what the sources gave.

        Args:
            loaded: what each source gave, by its key in the configuration; earlier ones go first when names collide.
        """
        refused: list[Refusal] = []
        sound: list[Api] = []
        for source, found in loaded.items():
            refused += found.refused
            for api in found.apis:
                api = api if api.source else api.model_copy(update={"source": source})
                if problem := self.problem(api):
                    refused.append(refusal(api, problem))
                else:
                    sound.append(api)
        admitted, duplicates = self._by_name(sound)
        return Admitted(apis=tuple(admitted), refused=(*refused, *duplicates))

    def problem(self, api: Api) -> Problem | None:
        """The first reason against an API as such, or None."""
        try:
            return next(self._problems(api), None)
        except RecursionError:
            return Problem(reason=Reason.invalid_schema, detail="the schema is nested too deep to be checked")

    def _problems(self, api: Api) -> Iterator[Problem]:
        if not re.fullmatch(self.name_pattern, api.name):
            remedy = f"set sources.{api.source}.name_style=underscore if it has it, or admission.name_pattern"
            detail = f"the name does not match {self.name_pattern} ({remedy})"
            yield Problem(reason=Reason.invalid_name, detail=detail)
        if not api.description.strip():
            yield Problem(reason=Reason.no_description, detail="the description is empty")
        if found := list(_schema_problems(api)):
            more = f"; and {len(found) - _MAX_PROBLEMS} more" if len(found) > _MAX_PROBLEMS else ""
            yield Problem(reason=Reason.invalid_schema, detail="; ".join(found[:_MAX_PROBLEMS]) + more)
            return
        if not api.properties and not self.allow_no_parameters:
            detail = "it takes no parameters (set admission.allow_no_parameters=true to use it)"
            yield Problem(reason=Reason.no_parameters, detail=detail)
        for detail in _default_problems(api.parameters, "", api.parameters):
            remedy = f"a ToolsSource can drop such defaults: sources.{api.source}.defaults=drop"
            yield Problem(reason=Reason.default_mismatch, detail=f"{detail} ({remedy})")
        if self.require_parameter_descriptions:
            for name, schema in api.properties.items():
                if not str(schema.get("description", "")).strip():
                    detail = (
                        f"parameter `{name}` has no description (admission.require_parameter_descriptions asks for it)"
                    )
                    yield Problem(reason=Reason.no_description, detail=detail)

    def _by_name(self, apis: list[Api]) -> tuple[list[Api], list[Refusal]]:
        """Equal documents as one; different ones of the same name refused or renamed."""
        distinct: dict[tuple[str, str], Api] = {}
        for api in apis:
            key = api.document_hash, _instance(api)
            known = distinct.setdefault(key, api)
            if api.executable and not known.executable:  # a document that can also be called is worth more
                distinct[key] = api
        names: dict[str, Api] = {}
        taken = {api.name for api in distinct.values()}
        duplicates = []
        for api in distinct.values():
            if api.name in names and self.on_duplicate_name == "refuse":
                duplicates.append(refusal(api, _duplicate(api, names[api.name])))
                continue
            if api.name in names:
                api = _renamed(api, taken)
            taken.add(api.name)
            names[api.name] = api
        return list(names.values()), duplicates


def _instance(api: Api) -> str:
    """What its calls are made on, if that is an instance: equal documents over other initial states are other APIs."""
    one = api.implementation
    return canonical_json([one.target, list(one.path), one.options]) if one is not None and api.stateful else ""


def _schema_problems(api: Api) -> Iterator[str]:
    if api.parameters.get("type") != "object":
        yield f"the type of the parameters is `{str(api.parameters.get('type'))[:60]}`, not `object`"
        return
    if not isinstance(api.parameters.get("properties", {}), dict):
        yield "`properties` is no object of schemas by name"
        return
    for name, schema in api.properties.items():
        if isinstance(schema, bool):
            yield f"{name}: `{str(schema).lower()}` as the schema of a parameter; `{{}}` stands for any value"
    yield from problems(api.parameters)
    try:
        canonical_json(api.document).encode()
    except ValueError as error:
        yield f"the document cannot be written as JSON: {error}"


def _default_problems(node: Json, place: str, root: Mapping[str, Json]) -> Iterator[str]:
    """Defaults that their own schema does not accept, at any depth."""
    if not isinstance(node, dict):
        return
    if "default" in node:
        schema = {key: rule for key, rule in node.items() if key not in ("default", "description")}
        definitions = {key: root[key] for key in ("$defs", "definitions") if key in root}
        if not fits(node["default"], {**definitions, **schema}):
            expected = schema.get("enum") or schema.get("type") or "its schema"
            yield f"the default {str(node['default'])[:60]!r} of `{place}` does not fit {str(expected)[:120]}"
    for name, part in (node.get("properties") or {}).items():
        yield from _default_problems(part, f"{place}.{name}".lstrip("."), root)
    yield from _default_problems(node.get("items"), f"{place}[]", root)


def _duplicate(api: Api, first: Api) -> Problem:
    detail = (
        f"source `{first.source}` has another document of this name, which is used"
        " (set admission.on_duplicate_name=rename to use both)"
    )
    return Problem(reason=Reason.duplicate_name, detail=detail)


def _renamed(api: Api, taken: set[str]) -> Api:
    """The API under the first free name of `x_2`, `x_3`, ..., of at most 64 characters."""
    number = 2
    while (name := f"{api.name[: 63 - len(str(number))]}_{number}") in taken:
        number += 1
    note = f"called `{api.name}` in its source; another API of the run has that name"
    fields = {field: getattr(api, field) for field in Api.model_fields}  # a copy would keep the cached hash
    return Api.model_validate({**fields, "name": name, "notes": (*api.notes, note)})


def refusal(api: Api, problem: Problem) -> Refusal:
    """The document of an API that is not used."""
    try:
        document = str(api.document)[:_SHOWN_CHARS].encode("utf-8", "backslashreplace").decode()
    except RecursionError:
        document = ""
    return Refusal(
        name=api.name.encode("utf-8", "backslashreplace").decode(),
        reason=problem.reason,
        detail=problem.detail.encode("utf-8", "backslashreplace").decode(),
        source=api.source,
        document=document,
        category=api.category,
    )
