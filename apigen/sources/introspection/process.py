"""Import modules and describe their functions as plain data. Runs in a process of its own (see `inspector`).

Whatever a module does when it is imported happens here and not in the engine. Each finding is one JSON line, written
the moment it is known, so that the engine knows what was being imported if this process is lost.
"""

import fnmatch
import functools
import importlib
import importlib.util
import inspect
import json
import os
import pkgutil
import sys
import traceback
import types
import typing
from collections.abc import Iterator
from typing import Any, BinaryIO

import typing_extensions

from apigen.reasons import Reason
from apigen.records import Json
from apigen.sources.introspection import docstrings
from apigen.sources.introspection.classes import classes_of, found_class, methods_of, misfit
from apigen.sources.introspection.doctests import examples_in
from apigen.sources.introspection.request import Request, is_public_module
from apigen.sources.introspection.signatures import Refused, describe
from apigen.sources.introspection.stubs import StubFunction, Stubs

_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, functools._lru_cache_wrapper)


def main(request_file: str, descriptor: int) -> None:
    """Answer the request in `request_file` with JSON lines on `descriptor`, then end the process at once."""
    os.set_inheritable(descriptor, False)
    with open(request_file, encoding="utf-8") as file:
        request = Request(**json.load(file))
    for own in ("docstring_parser", "typeshed_client"):  # now, before a user's file can take their place
        importlib.import_module(own)
    sys.argv = [""]
    interpreter_path = sys.path[:-1]  # the last one was added to find apigen itself
    sys.path[:0] = request.front
    sys.path += [entry for entry in request.back if entry not in sys.path]
    if sys.version_info < (3, 12):
        typing.TypedDict = typing_extensions.TypedDict  # pydantic reads only this one there
    with os.fdopen(descriptor, "wb") as out:
        _Introspection(request, out, {*request.front, *request.back} - {*interpreter_path}).run()
        out.flush()
        os._exit(0)  # no exit handlers and no waiting for threads of the imported modules


class _Introspection:
    def __init__(self, request: Request, out: BinaryIO, added: set[str]) -> None:
        self.request, self.out, self.added = request, out, added
        self.stubs, self.sources = Stubs(), Stubs(of_sources=True)
        self.seen: set[int] = set()
        self.owner: type | None = None

    def run(self) -> None:
        for name, file in self.request.targets:
            for module in self.modules(name, file):
                tools = self.methods(module) if self.request.class_name else self.functions(module)
                found = list(tools)
                if module.__name__ not in self.request.known:
                    records = [self.record(module, exported, function, file) for exported, function in found]
                    place = _place(module)
                    place = place if place in self.added else ""
                    self.tell({"module": module.__name__, "place": place, "records": records})
        self.tell({"done": True})

    def tell(self, finding: dict[str, Json]) -> None:
        text = json.dumps(finding, ensure_ascii=False)
        self.out.write(text.encode("utf-8", "replace") + b"\n")  # lone surrogates become `?`
        self.out.flush()

    def modules(self, name: str, file: str = "") -> Iterator[types.ModuleType]:
        """The module and, if wanted, its public submodules; a failing one is told and skipped."""
        if name in self.request.lost:
            return
        self.tell({"importing": name})
        try:
            module = _import(name, file)
        except BaseException as error:  # modules raise, or call sys.exit
            self.tell({"failed": name, "detail": _what_happened(error), "missing": _missing(error)})
            return
        yield module
        if self.request.recursive and hasattr(module, "__path__"):
            for inner in sorted(pkgutil.iter_modules(module.__path__), key=lambda found: found.name):
                if is_public_module(inner.name):
                    yield from self.modules(f"{module.__name__}.{inner.name}")

    def functions(self, module: types.ModuleType) -> Iterator[tuple[str, Any]]:
        """Public functions of the module by the name it exports them under, each once."""
        listed = getattr(module, "__all__", None)
        names = [n for n in listed if isinstance(n, str)] if isinstance(listed, list | tuple) else None
        package = module.__name__.partition(".")[0]
        for name in names or [n for n in list(vars(module)) if isinstance(n, str)]:
            try:
                function = getattr(module, name)
                home = getattr(function, "__module__", None) or ""
                top = str(home).partition(".")[0]  # `bisect` has its functions from `_bisect`
                own = bool(names) or top in (package, f"_{package}") or isinstance(function, functools.partial)
                if name.startswith("_") or not own or not _is_function(function) or id(function) in self.seen:
                    continue
                places = {name, f"{module.__name__}.{name}", f"{home}.{name}"}
            except Exception:  # lazy attributes and odd objects may fail when touched
                continue
            if _matches(places, self.request.include) and not _matches(places, self.request.exclude):
                self.seen.add(id(function))
                yield name, function

    def methods(self, module: types.ModuleType) -> Iterator[tuple[str, Any]]:
        """Public methods of the class, if this is the first module that has it."""
        name = str(self.request.class_name)
        self.tell({"classes": classes_of(module)})
        if self.owner is not None or (owner := found_class(module, name)) is None:
            return
        self.owner = owner
        self.tell({"class": name, "misfit": misfit(owner, self.request.initial_state, self.request.load_state)})
        for method, function in methods_of(owner, {*self.request.skipped}):
            places = {method, f"{name}.{method}", f"{module.__name__}.{name}.{method}"}
            if _matches(places, self.request.include) and not _matches(places, self.request.exclude):
                yield method, function

    def record(self, module: types.ModuleType, name: str, function: Any, file: str) -> dict[str, Json]:
        """All about one function, or why it is refused."""
        home = sys.modules.get(str(getattr(function, "__module__", "")), module)
        category = getattr(home, "CATEGORY", None) or getattr(module, "CATEGORY", None)
        record: dict[str, Json] = {
            "name": name,
            "module": module.__name__,
            "owner": self.request.class_name or "",
            "target": f"{file or module.__name__}:{'.'.join(filter(None, (self.request.class_name, name)))}",
            "category": category if isinstance(category, str) else None,
        }
        try:
            return {**record, **self.description(module, name, function)}
        except Refused as refused:
            reason, detail = refused.reason, refused.detail
        except Exception as error:  # whatever a user's objects do when looked at: the others go on
            reason, detail = Reason.unsupported_signature, f"it cannot be read: {_what_happened(error)}"
        return {**record, "reason": reason.value, "detail": detail, "document": _document(name, function)}

    def description(self, module: types.ModuleType, name: str, function: Any) -> dict[str, Json]:
        owner = self.owner
        text = docstrings.docstring_of(function) or docstrings.docstring_of(getattr(owner, name, None))
        words = docstrings.read(text)
        if isinstance(function, functools.partial):
            raise Refused(Reason.unsupported_signature, "it is a functools.partial: write a `def` with a docstring")
        home = str(getattr(function, "__module__", None) or module.__name__)
        places = [] if owner else [(module.__name__, name), (home, getattr(function, "__name__", name))]
        stubs = self.found_in_stubs(places)
        described = describe(function, words, stubs, functools.partial(self.sources.expanded, home))
        if not words.description:
            raise Refused(Reason.no_description, "it has no docstring, or one that does not say what it does: add one")
        around = [docstrings.docstring_of(thing) for thing in (owner, module) if thing is not None]
        texts = [text, *around] if self.request.doctests else []
        return {
            "description": words.description,
            "parameters": described.parameters,
            "returns": described.returns,
            "notes": described.notes,
            "examples": examples_in(texts, name, described.signature, described.parameters),
        }

    def found_in_stubs(self, places: list[tuple[str, str]]) -> list[StubFunction]:
        """The stub of a function that is known as `name` of `module`, at the first place that has one."""
        found = [self.stubs.functions(module, name) for module, name in places] if self.request.stubs else []
        return next(filter(None, found), [])


def _import(name: str, file: str) -> types.ModuleType:
    if not file:
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"no Python file: {file}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and type hints look their module up there
    spec.loader.exec_module(module)
    return module


def _is_function(thing: Any) -> bool:
    """Functions, and objects that stand for one (ufuncs, dispatchers); no classes, type aliases or mere instances."""
    if isinstance(thing, (*_FUNCTIONS, functools.partial)):
        return True
    is_type = isinstance(thing, type) or type(thing).__module__ in ("typing", "typing_extensions", "types")
    named = isinstance(getattr(thing, "__name__", None), str)
    return callable(thing) and not is_type and named and not isinstance(thing, types.ModuleType)


def _matches(places: set[str], patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(place, pattern) for place in places for pattern in patterns)


def _place(module: types.ModuleType) -> str:
    """The folder that holds the module's top package; empty for built-in modules."""
    top = sys.modules.get(module.__name__.partition(".")[0], module)
    folders = [str(folder) for folder in getattr(top, "__path__", [])]
    if folders:
        return os.path.dirname(os.path.abspath(folders[0]))
    file = getattr(top, "__file__", None)
    return os.path.dirname(os.path.abspath(file)) if file else ""


def _missing(error: BaseException) -> str | None:
    return error.name if isinstance(error, ModuleNotFoundError) else None


def _what_happened(error: BaseException) -> str:
    """One line: the error, and where in the module it arose."""
    if isinstance(error, SystemExit):
        what = f"it calls sys.exit({error.code!r})" if error.code is not None else "it calls sys.exit()"
    else:
        lines = _message(error).strip().splitlines()
        what = type(error).__name__ + (f": {lines[-1]}" if lines else "")
    if isinstance(error, SyntaxError):
        return f"{what} ({os.path.basename(error.filename or '?')}, line {error.lineno})"[:500]
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "importlib" not in f.filename]
    if len(frames) > 1 and frames[-1].filename != __file__:
        what += f" ({os.path.basename(frames[-1].filename)}, line {frames[-1].lineno})"
    return what[:500]


def _message(error: BaseException) -> str:
    try:
        return str(error.msg if isinstance(error, SyntaxError) else error)
    except Exception:  # the error's own code
        return "(a message that cannot be printed)"


def _document(name: str, function: Any) -> str:
    """The function's head as text, for people who look at what was refused."""
    try:
        return f"def {name}{inspect.signature(function)}"[:500]
    except Exception:  # no signature, or a default whose repr fails
        return name
