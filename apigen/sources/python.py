"""Python functions as APIs: those of an installed library, or of a user's own file or folder; or a class's methods.

The code is imported and described in a process of its own (`inspector`); here its findings become `Api` records.
"""

import hashlib
import json
import os
import sys
from collections import Counter, defaultdict
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from apigen.component import suggestion
from apigen.errors import SourceError
from apigen.jail.limits import Limits
from apigen.jail.tiers import Isolation
from apigen.reasons import Reason
from apigen.records import Api, Implementation, Json, Refusal
from apigen.sources.inspector import Failure, Findings, inspect_modules
from apigen.sources.introspection.request import Request
from apigen.sources.source import Loaded, Source
from apigen.sources.user_code import locate


class PythonSource(Source):
    """Public, typed, documented functions of Python modules, or methods of a class of theirs.

    With `class_name`, the methods of that class are the tools: every candidate gets a fresh instance, on which its
    calls are made in order, and the state before and after each call is stored with the difference.

    Attributes:
        module: importable name, such as `statistics`; exactly one of `module` and `path` is given.
        path: a `.py` file or a folder, relative to the working directory.
        class_name: a class of the module; its public methods are the tools, not the module's functions.
        initial_state: what each instance begins with: keyword arguments of the constructor, or see `load_state`.
        load_state: name of a method that is given `initial_state` as its one argument; the constructor gets none then.
        state: name of a method or attribute that gives the state; default: the public attributes of the instance.
        recursive: whether submodules of a package are read too.
        include: patterns of `module.function` (or of the function's name alone) to take; `*` and `?` stand for others.
        exclude: patterns of functions not to take.
        category: of all functions; default: the constant `CATEGORY` of the module, else `Other`.
        naming: `function` calls an API as its function; `module` puts the last part of the module, or the class, before
            it.
        stubs: whether types are looked up in stub files where the code has no annotations.
        doctests: whether doctests are read as examples of calls.
        limit: at most so many functions, spread over the modules; which ones does not depend on the others' order.
        timeout: seconds that the import and description of one module may take.
        limits: what its calls may use where it differs from the executor's settings: `wall_time`, `cpu_time`,
            `memory_mb`, `max_result_bytes`, `max_output_bytes`, `max_file_mb`, `scratch_mb`, `import_timeout`,
            `network`, and `read` (files and folders that they may read beside the library).
        preload: modules to import before it.
        isolation: the jail that the modules are described in, as the executor's of that name.
        install: what to `pip install` if the module is missing.
    """

    module: str | None = None
    path: str | None = None
    class_name: str | None = None
    initial_state: dict[str, Json] | None = None
    load_state: str | None = None
    state: str | None = None
    recursive: bool = True
    include: list[str] = ["*"]
    exclude: list[str] = []
    category: str | None = None
    naming: Literal["function", "module"] = "function"
    stubs: bool = True
    doctests: bool = True
    limit: int | None = Field(default=None, ge=1)
    timeout: float = Field(default=60, gt=0)
    limits: Limits = Limits.model_validate({})
    preload: list[str] = []
    isolation: Isolation = "auto"
    install: str | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.module is None) == (self.path is None):
            raise ValueError("give exactly one of `module` (an installed module) and `path` (a file or folder)")
        if self.module is not None and not all(part.isidentifier() for part in self.module.split(".")):
            raise ValueError(
                f"`module` is a dotted name such as `statistics`, not {self.module!r}; for a file give `path`"
            )
        return self

    @field_validator("initial_state")
    @classmethod
    def _as_json(cls, state: dict[str, Json] | None) -> dict[str, Json] | None:
        try:
            read: dict[str, Json] | None = json.loads(json.dumps(state, allow_nan=False))
        except (TypeError, ValueError) as error:
            raise ValueError(f"it must be JSON: {error}") from error
        return read

    @model_validator(mode="after")
    def _state_of_a_class(self) -> Self:
        if self.class_name is None and (self.initial_state or self.load_state or self.state):
            raise ValueError("`initial_state`, `load_state` and `state` are those of a class: give `class_name` too")
        if self.class_name is not None and not all(part.isidentifier() for part in self.class_name.split(".")):
            raise ValueError(f"`class_name` is the name of a class such as `Shop`, not {self.class_name!r}")
        return self

    def load(self, name: str) -> Loaded:
        """Import the modules in a process of its own and describe their functions, or the methods of the class.

        Raises:
            SourceError: there is no such module, file or class, it cannot be imported, it holds no function to take, or
                the class does not take its initial state.
        """
        request = self._request()
        findings = inspect_modules(
            request, self.timeout, read=self.limits.read, network=bool(self.limits.network), isolation=self.isolation
        )
        self._raise_if_lost(request, findings, f"sources.{name}")
        records = findings.records
        names = self._names(records)
        kept = self._chosen({i: record for i, record in enumerate(records) if "reason" not in record})
        refused = [self._refusal(r, names[i], name) for i, r in enumerate(records) if "reason" in r]
        return Loaded(
            apis=tuple(self._api(records[i], names[i], name, findings.places[records[i]["module"]]) for i in kept),
            refused=(*refused, *(self._not_imported(failure, name) for failure in findings.failures)),
        )

    def _request(self) -> Request:
        targets, front, back = [(self.module or "", "")], [], [os.getcwd()]
        if self.path is not None:
            located = locate(self.path, self.recursive)
            targets, front, back = located.targets, [located.folder], []
        return Request(
            targets=targets,
            front=front,
            back=[os.path.abspath(entry) for entry in sys.path if entry] + back,
            recursive=self.recursive,
            include=self.include,
            exclude=self.exclude,
            stubs=self.stubs,
            doctests=self.doctests,
            class_name=self.class_name,
            skipped=[name for name in (self.load_state, self.state) if name],
            initial_state=self.initial_state or {},
            load_state=self.load_state,
        )

    def _raise_if_lost(self, request: Request, findings: Findings, key: str) -> None:
        """Modules that cannot be imported at all, or hold no function, are mistakes that the user can mend."""
        given = self.path if self.path is not None else self.module
        where = f"{key}.{'module' if self.path is None else 'path'}={given}"
        failed = {failure.module: failure for failure in findings.failures}
        if all(module in failed for module, _ in request.targets):
            first = failed[request.targets[0][0]]
            raise SourceError(
                f"The module `{first.module}` cannot be imported: {first.detail}",
                where=where,
                remedy=self._remedy(first, key),
            )
        self._raise_if_no_class(findings, key)
        if findings.records or findings.failures:
            return
        if self.include != ["*"] or self.exclude:
            raise SourceError(
                f"No function of `{given}` is left by `include` and `exclude`",
                where=where,
                remedy="change `include` and `exclude`: patterns of `module.function`, with `*` for anything",
            )
        holder, held = (self.class_name, "method") if self.class_name else (given, "function")
        raise SourceError(
            f"`{holder}` holds no public {held}",
            where=where,
            remedy=f"{held}s count if they are defined there and their names do not begin with `_`",
        )

    def _raise_if_no_class(self, findings: Findings, key: str) -> None:
        if self.class_name is None:
            return
        where = f"{key}.class_name={self.class_name}"
        if not findings.has_class:
            given = self.path if self.path is not None else self.module
            failed = [f"`{one.module}` cannot be imported: {one.detail}" for one in findings.failures]
            raise SourceError(
                f"`{given}` has no class `{self.class_name}`{suggestion(self.class_name, findings.classes)}",
                where=where,
                remedy=next(iter(failed), "give the name of a class of the module"),
            )
        if findings.misfit:
            raise SourceError(
                f"No `{self.class_name}` can be made: {findings.misfit}",
                where=where,
                remedy=f"{key}.initial_state={{…}} has the arguments of the constructor, or of {key}.load_state=METHOD",
            )

    def _remedy(self, failure: Failure, key: str) -> str:
        if failure.detail.startswith(("FileNotFoundError", "PermissionError")):
            return f"it may read its own code only; let it read more: +{key}.limits.read=[FOLDER]"
        if failure.missing is None:
            return f"`{os.path.basename(sys.executable)} -c 'import {failure.module}'` shows the whole error"
        top = failure.missing.partition(".")[0]
        if self.module is not None and top == self.module.partition(".")[0]:
            return f"pip install {self.install or top}"
        return f"pip install {top}   (`{failure.module}` needs it)"

    def _names(self, records: list[dict[str, Json]]) -> list[str]:
        """The API name of each record. With `naming: module`, names that would be equal get more parts in front."""
        if self.naming == "function":
            return [record["name"] for record in records]
        parts = [[*r["module"].split("."), *filter(None, r["owner"].split("."))] for r in records]
        length = [1] * len(records)
        while True:
            names = ["_".join([*p[-n:], r["name"]]) for p, n, r in zip(parts, length, records, strict=True)]
            counts = Counter(names)
            longer = [i for i, given in enumerate(names) if counts[given] > 1 and length[i] < len(parts[i])]
            if not longer:
                return names
            for i in longer:
                length[i] += 1

    def _chosen(self, apis: dict[int, dict[str, Json]]) -> list[int]:
        """Positions of the functions to take, in order: the first of each module, then the second, by hash."""
        if self.limit is None or len(apis) <= self.limit:
            return list(apis)
        by_module: dict[str, list[int]] = defaultdict(list)
        for i in sorted(apis, key=lambda i: _hash(apis[i]["module"], apis[i]["name"])):
            by_module[apis[i]["module"]].append(i)
        ranked = sorted((rank, _hash(module), i) for module, found in by_module.items() for rank, i in enumerate(found))
        return sorted(i for _, _, i in ranked[: self.limit])

    def _api(self, record: dict[str, Json], api_name: str, source: str, place: str) -> Api:
        return Api(
            name=api_name,
            description=record["description"],
            parameters=record["parameters"],
            returns=record["returns"],
            category=self.category or record["category"] or "Other",
            source=source,
            implementation=Implementation(
                kind="python", target=record["target"], path=(place,) if place else (), options=self._options()
            ),
            examples=tuple(record["examples"]),
            notes=tuple(record["notes"]),
        )

    def _options(self) -> dict[str, Json]:
        limits = self.limits.model_dump(exclude_unset=True)
        granted: dict[str, Json] = {"limits": limits} if limits else {}
        if self.preload:
            granted["preload"] = self.preload
        if self.class_name is None:
            return granted
        return granted | {
            "class": self.class_name,
            "initial_state": self.initial_state or {},
            "load_state": self.load_state,
            "state": self.state,
        }

    def _refusal(self, record: dict[str, Json], api_name: str, source: str) -> Refusal:
        return Refusal(
            name=api_name,
            reason=Reason(record["reason"]),
            detail=record["detail"],
            source=source,
            document=record["document"],
            category=self.category or record["category"] or "Other",
        )

    def _not_imported(self, failure: Failure, source: str) -> Refusal:
        return Refusal(
            name=failure.module,
            reason=Reason.import_failed,
            detail=f"{failure.detail}; try: {self._remedy(failure, f'sources.{source}')}",
            source=source,
            category=self.category or "Other",
        )


def _hash(*parts: str) -> str:
    return hashlib.sha256(".".join(parts).encode()).hexdigest()
