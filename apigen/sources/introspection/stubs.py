"""Types from stub files (typeshed for the standard library, installed stub packages), for code without annotations.

Stubs are parsed, never run (library `typeshed_client`). Their types are rewritten into plain type text for
`typestrings.schema_of`: aliases and type variables are replaced by what they stand for, protocols such as
`SupportsIndex` by the JSON type that satisfies them.
"""

import ast
import inspect
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

MAX_ALIASES = 8
"""Aliases of aliases that are followed."""

UNKNOWN_DEFAULT = object()
"""Stands for a default that the stub writes as `...`."""

_PLAIN = {
    **dict.fromkeys(("SupportsIndex", "SupportsInt", "ConvertibleToInt", "Integral"), "int"),
    **dict.fromkeys(("_LiteralInteger", "_PositiveInteger", "_NegativeInteger"), "int"),
    **dict.fromkeys(("SupportsFloat", "ConvertibleToFloat", "_SupportsFloatOrIndex", "SupportsAbs"), "float"),
    **dict.fromkeys(("Number", "Real", "Rational", "_Number", "_NumberT", "_SupportsTrunc"), "float"),
    **dict.fromkeys(("SupportsRichComparison", "SupportsRichComparisonT", "SupportsDunderLT"), "float"),
    **dict.fromkeys(("StrPath", "StrOrBytesPath", "FileDescriptorOrPath", "PathLike"), "str"),
    **dict.fromkeys(("SupportsKeysAndGetItem", "SupportsItems"), "dict"),
    **dict.fromkeys(("SupportsIter", "SupportsLenAndGetItem", "SupportsGetItem", "_SizedIterable"), "Sequence"),
    "object": "Any",
    "Incomplete": "Any",
    "Unused": "Any",
    "Hashable": "Any",
}
_VOCABULARY = {"typing", "typing_extensions", "collections.abc", "builtins", "types", "datetime", "decimal", "uuid"}


@dataclass(frozen=True)
class StubFunction:
    """One definition of a function in a stub: its signature with types as plain text in the annotations."""

    signature: inspect.Signature
    returns: str = ""


@dataclass
class Stubs:
    """Finds stubs on `search_path` and in the typeshed that `typeshed_client` carries."""

    search_path: list[str] = field(default_factory=lambda: list(sys.path))

    of_sources: bool = False
    """Whether the source of the modules that are loaded counts as their stub."""

    @cached_property
    def _resolver(self) -> Any:
        import typeshed_client  # parses much; only needed for code without annotations

        paths = [Path(entry) for entry in self.search_path if entry]
        context = typeshed_client.get_search_context(search_path=paths)
        return _resolver_of_sources(context) if self.of_sources else typeshed_client.Resolver(context)

    def expanded(self, module: str, text: str) -> str:
        """The type text with the aliases of `module` replaced by what they stand for."""
        try:
            return self._text(tuple(module.split(".")), ast.parse(text, mode="eval").body)
        except Exception:  # whatever stands in the annotation or the source
            return text

    def functions(self, module: str, name: str) -> list[StubFunction]:
        """The definitions of `module.name`: several if it is overloaded, none if there is no stub."""
        try:
            home, node = self._look_up(tuple(module.split(".")), name)
            nodes = node.definitions if hasattr(node, "definitions") else [node]
            found = [(home, n) for n in nodes if isinstance(n, ast.FunctionDef)]
            return [self._function(home, n) for home, n in found]
        except Exception:  # a stub that cannot be read is as good as none
            return []

    def _look_up(self, module: tuple[str, ...], name: str) -> tuple[tuple[str, ...], Any]:
        """Where the stub defines `name`, and the syntax tree there."""
        found = self._resolver.get_name(module, name)
        if hasattr(found, "info"):
            return found.source_module, found.info.ast
        return module, getattr(found, "ast", None)

    def _function(self, module: tuple[str, ...], node: ast.FunctionDef) -> StubFunction:
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
        kinds: list[Any] = [inspect.Parameter.POSITIONAL_ONLY] * len(arguments.posonlyargs)
        kinds += [inspect.Parameter.POSITIONAL_OR_KEYWORD] * len(arguments.args)
        parameters = [
            self._parameter(module, *parts) for parts in zip(positional, defaults, kinds, strict=True)
        ]  # fmt: skip
        if arguments.vararg:
            parameters.append(inspect.Parameter(arguments.vararg.arg, inspect.Parameter.VAR_POSITIONAL))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            parameters.append(self._parameter(module, argument, default, inspect.Parameter.KEYWORD_ONLY))
        if arguments.kwarg:
            parameters.append(inspect.Parameter(arguments.kwarg.arg, inspect.Parameter.VAR_KEYWORD))
        return StubFunction(inspect.Signature(parameters), self._text(module, node.returns) if node.returns else "")

    def _parameter(
        self, module: tuple[str, ...], argument: ast.arg, default: ast.expr | None, kind: Any
    ) -> inspect.Parameter:
        text = self._text(module, argument.annotation) if argument.annotation else inspect.Parameter.empty
        value: Any = inspect.Parameter.empty
        if default is not None:
            try:
                value = ast.literal_eval(default)
            except ValueError:
                value = UNKNOWN_DEFAULT
            value = UNKNOWN_DEFAULT if value is ... else value
        return inspect.Parameter(argument.arg, kind, default=value, annotation=text)

    def _text(self, module: tuple[str, ...], annotation: ast.expr) -> str:
        return ast.unparse(_Plain(self, module).visit(_copy(annotation)))


def _resolver_of_sources(context: Any) -> Any:
    """A resolver that reads the source of loaded modules as stubs, wherever they were loaded from."""
    from typeshed_client.parser import parse_ast
    from typeshed_client.resolver import Module, Resolver

    known: dict[Any, Module] = {}

    class Sources(Resolver):
        def get_module(self, module_name: Any) -> Module:
            file = getattr(sys.modules.get(".".join(module_name)), "__file__", None) or ""
            if not file.endswith(".py"):
                return super().get_module(module_name)
            if module_name not in known:
                source, is_init = Path(file), file.endswith("__init__.py")
                tree = ast.parse(source.read_bytes())
                known[module_name] = Module(
                    parse_ast(tree, context, module_name, file_path=source, is_init=is_init), context
                )
            return known[module_name]

    return Sources(context)


class _Plain(ast.NodeTransformer):
    """Rewrites an annotation of stub module `module` into types that need no look-up."""

    def __init__(self, stubs: Stubs, module: tuple[str, ...], depth: int = 0) -> None:
        self.stubs, self.module, self.depth = stubs, module, depth

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, str):  # a quoted annotation
            try:
                return self._visited(ast.parse(node.value, mode="eval").body)
            except SyntaxError:
                return node
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.Name(_PLAIN[node.attr]) if node.attr in _PLAIN else node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in _PLAIN:
            return ast.Name(_PLAIN[node.id])
        home, meaning = self.stubs._look_up(self.module, node.id)
        if meaning is None or ".".join(home) in _VOCABULARY:
            return node
        value = _alias(meaning)
        if value is None or self.depth >= MAX_ALIASES:
            return node
        return _Plain(self.stubs, home, self.depth + 1)._visited(_copy(value))

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        name = ast.unparse(node.value).rpartition(".")[2]
        if name == "Literal":
            return node
        if _PLAIN.get(name) in ("int", "float", "str"):
            return ast.Name(_PLAIN[name])
        self.generic_visit(node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        return _without_narrower(node)

    def _visited(self, node: ast.expr) -> ast.expr:
        visited: ast.expr = self.visit(node)
        return visited


def _alias(meaning: Any) -> ast.expr | None:
    """What an alias or a type variable stands for; None if the name is neither."""
    value: Any = getattr(meaning, "value", None)  # Assign, AnnAssign and (Python 3.12) TypeAlias
    if not isinstance(value, ast.expr):
        return None
    if isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "TypeVar":
        bound = next((keyword.value for keyword in value.keywords if keyword.arg == "bound"), None)
        members = value.args[1:] or ([bound] if bound is not None else [ast.Name("Any")])
        joined = members[0]
        for member in members[1:]:
            joined = ast.BinOp(joined, ast.BitOr(), member)
        return joined
    return value if isinstance(value, ast.Name | ast.Attribute | ast.Subscript | ast.BinOp | ast.Constant) else None


def _without_narrower(union: ast.BinOp) -> ast.expr:
    """`float | int | Decimal` → `float`: every JSON number is one."""
    members: list[ast.expr] = []
    pending: list[ast.expr] = [union]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.BinOp):
            pending += [node.right, node.left]
        else:
            members.append(node)
    names = {ast.unparse(member) for member in members}
    covered = {"int", "bool", "Decimal", "Fraction"} if "float" in names else {"bool"} if "int" in names else set()
    kept: dict[str, ast.expr] = {}
    for member in members:
        text = ast.unparse(member)
        if text not in covered:
            kept.setdefault(text, member)
    joined, *rest = kept.values()
    for member in rest:
        joined = ast.BinOp(joined, ast.BitOr(), member)
    return joined


def _copy(node: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(node), mode="eval").body
