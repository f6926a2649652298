"""Python functions as APIs: those of an installed library, or of a user's own file or folder.

The code is imported and described in a process of its own (`inspector`); here its findings become `Api` records.
"""

import hashlib
import os
import sys
from collections import Counter, defaultdict
from typing import Literal, Self

from pydantic import Field, model_validator

from apigen.errors import SourceError
from apigen.reasons import Reason
from apigen.records import Api, Implementation, Json, Refusal
from apigen.sources.inspector import Failure, Findings, inspect_modules
from apigen.sources.introspection.process import Request
from apigen.sources.source import Loaded, Source
from apigen.sources.user_code import locate


class PythonSource(Source):
    """Public, typed, documented functions of Python modules.

    Attributes:
        module: importable name, such as `statistics`; exactly one of `module` and `path` is given.
        path: a `.py` file or a folder, relative to the working directory.
        recursive: whether submodules of a package are read too.
        include: patterns of `module.function` (or of the function's name alone) to take; `*` and `?` stand for others.
        exclude: patterns of functions not to take.
        category: of all functions; default: the constant `CATEGORY` of the module, else `Other`.
        naming: `function` calls an API as its function; `module` puts the last part of the module before it.
        stubs: whether types are looked up in stub files where the code has no annotations.
        doctests: whether doctests are read as examples of calls.
        limit: at most so many functions, spread over the modules; which ones does not depend on the others' order.
        timeout: seconds that the import and description of one module may take.
        install: what to `pip install` if the module is missing.
    """

    module: str | None = None
    path: str | None = None
    recursive: bool = True
    include: list[str] = ["*"]
    exclude: list[str] = []
    category: str | None = None
    naming: Literal["function", "module"] = "function"
    stubs: bool = True
    doctests: bool = True
    limit: int | None = Field(default=None, ge=1)
    timeout: float = Field(default=60, gt=0)
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

    def load(self, name: str) -> Loaded:
        """Import the modules in a process of its own and describe their functions.

        Raises:
            SourceError: there is no such module or file, it cannot be imported, or holds no function to take.
        """
        request = self._request()
        findings = inspect_modules(request, self.timeout)
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
                remedy=self._remedy(first),
            )
        if findings.records or findings.failures:
            return
        if self.include != ["*"] or self.exclude:
            raise SourceError(
                f"No function of `{given}` is left by `include` and `exclude`",
                where=where,
                remedy="change `include` and `exclude`: patterns of `module.function`, with `*` for anything",
            )
        raise SourceError(
            f"`{given}` holds no public function",
            where=where,
            remedy="functions count if they are defined in the module and their names do not begin with `_`",
        )

    def _remedy(self, failure: Failure) -> str:
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
        parts = [record["module"].split(".") for record in records]
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
            implementation=Implementation(kind="python", target=record["target"], path=(place,) if place else ()),
            examples=tuple(record["examples"]),
            notes=tuple(record["notes"]),
        )

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
            detail=f"{failure.detail}; try: {self._remedy(failure)}",
            source=source,
            category=self.category or "Other",
        )


def _hash(*parts: str) -> str:
    return hashlib.sha256(".".join(parts).encode()).hexdigest()
