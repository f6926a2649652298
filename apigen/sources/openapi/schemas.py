"""OpenAPI schemas → self-contained Draft 2020-12: references resolved, `allOf` merged, circles cut.

What cannot be expressed, is circular, or lies too deep is left out where a call can do without it, with a note; where
it cannot, the API is refused. So every value of the schema that comes out is one of the schema that was written.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from apigen.reasons import Reason
from apigen.records import Json
from apigen.sources.alternatives import literal
from apigen.sources.documents import UnusableDocument
from apigen.sources.openapi.keywords import plain, plain_keywords, types_of
from apigen.sources.openapi.parts import (
    Leaf,
    Limits,
    Part,
    TooManyNodes,
    file_schema,
    is_composite,
    is_file,
    listed,
    named,
    nullable,
)
from apigen.sources.openapi.reading import Fault, shown
from apigen.sources.openapi.references import References
from apigen.sources.openapi.wording import plain_text

Schema = dict[str, Json]

_MAX_NESTING = 60
_STRUCTURE = ("$ref", "allOf")
_ALTERNATIVES = frozenset({"oneOf", "anyOf"})


class Expansion:
    """Expands the schemas of one operation and gathers notes.

    Args:
        direction: `request` leaves out what is read-only and deprecated, `response` what is write-only.
        files: whether text in the format `binary` is a file, as in forms; files are given in base64.
    """

    def __init__(
        self,
        references: References,
        limits: Limits,
        direction: Literal["request", "response"] = "request",
        files: bool = False,
    ) -> None:
        self.references = references
        self.limits = limits
        self.direction = direction
        self.files = files
        self.nodes = 0
        self.notes: list[str] = []

    def schema(self, part: Part, place: str, depth: int = 0) -> Schema:
        """The schema in its new form.

        Raises:
            UnusableDocument: it cannot be expressed.
            TooManyNodes: it is too large for the limits.
        """
        return self.merged(self.leaves(part, place), place, depth)

    def leaves(self, part: Part, place: str) -> list[Leaf]:
        """The schemas that must all hold: the node's own keywords, what its `$ref` names, and those of `allOf`."""
        return list(self._leaves(part, place, 0))

    def _leaves(self, part: Part, place: str, level: int) -> Iterator[Leaf]:
        node = part.node
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise TooManyNodes
        if isinstance(node, Fault):
            raise UnusableDocument(Reason.unparsable, f"{place}: {node.text}")
        if node is True:
            return
        if not isinstance(node, dict):
            raise UnusableDocument(Reason.invalid_schema, f"{place}: `{shown(node)}` is not a schema")
        if level > _MAX_NESTING:
            raise UnusableDocument(Reason.invalid_schema, f"{place}: the schema is nested too deep")
        own = {key: value for key, value in node.items() if key not in _STRUCTURE}
        if own:
            yield own, part
        if isinstance(ref := node.get("$ref"), str):
            yield from self._leaves(self._target(ref, part, place), place, level + 1)
        for member in listed(node.get("allOf")):
            yield from self._leaves(Part(member, part.base, part.trail, is_member=True), place, level + 1)

    def _target(self, ref: str, part: Part, place: str) -> Part:
        try:
            found = self.references.target(ref, part.base)
        except UnusableDocument as problem:
            raise UnusableDocument(problem.reason, f"{place}: {problem}") from problem
        node = found.node
        if part.is_member and isinstance(node, dict) and self._leads_back(node, found.base, (*part.trail, found.uri)):
            # a member names its parent for the properties, and the parent its members as alternatives
            node = {key: value for key, value in node.items() if key not in _ALTERNATIVES}
        elif part.trail.count(found.uri) > self.limits.rounds:
            raise UnusableDocument(Reason.unsupported_type, f"{place}: {ref} contains itself")
        return Part(node, found.base, (*part.trail, found.uri))

    def _leads_back(self, node: Mapping[str, Json], base: str, trail: tuple[str, ...]) -> bool:
        """Whether one of a schema's alternatives is among those that led to it."""
        members = [member for key in _ALTERNATIVES for member in listed(node.get(key)) if isinstance(member, dict)]
        refs = [member["$ref"] for member in members if isinstance(member.get("$ref"), str)]
        return any(self.references.target(ref, base).uri in trail for ref in refs)

    def merged(self, leaves: list[Leaf], place: str, depth: int, required: bool = True) -> Schema:
        """One schema for values that fit all leaves."""
        if place.count(".") > _MAX_NESTING:
            raise UnusableDocument(Reason.invalid_schema, f"{place}: the schema is nested too deep")
        nodes = [node for node, _ in leaves]
        found = self.typed(nodes, place)
        self.plain(found, nodes, place)
        self.text(found, nodes)
        if found.get("contentEncoding"):
            return file_schema(found.get("description", ""))
        if depth > self.limits.depth and is_composite(nodes):
            raise UnusableDocument(Reason.unsupported_type, f"{place} lies too deep")
        self.objects(found, leaves, place, depth)
        self.arrays(found, leaves, place, depth, required)
        self.alternatives(found, leaves, place, depth)
        return found

    def typed(self, nodes: list[Mapping[str, Json]], place: str) -> Schema:
        """The types in common, `nullable` told by the outermost schema or by all that name a type."""
        try:
            names = types_of(nodes)
        except ValueError as error:
            raise UnusableDocument(Reason.invalid_schema, f"{place}: {error}") from error
        if names is None:
            kinds = {"object": ("properties", "additionalProperties"), "array": ("items",)}
            names = [kind for kind, keys in kinds.items() if any(node.get(key) for node in nodes for key in keys)][:1]
            return {"type": names[0], **nullable(nodes)} if names else dict(nullable(nodes))
        if not names:
            raise UnusableDocument(Reason.invalid_schema, f"{place}: the parts of `allOf` have no type in common")
        if self.direction == "request" and self._is_file(names, nodes):
            if not self.files:
                raise UnusableDocument(Reason.unsupported_type, f"{place}: a file, which only forms and bodies can be")
            return {"type": "string", "contentEncoding": "base64"}
        if "file" in names:
            return {}
        return {"type": names[0] if len(names) == 1 else names, **nullable(nodes)}

    def _is_file(self, names: list[str], nodes: list[Mapping[str, Json]]) -> bool:
        binary = any(
            node.get("format") == "binary" or (node.get("contentMediaType") and not node.get("contentEncoding"))
            for node in nodes
        )
        return "file" in names or (self.files and "string" in names and binary)

    def plain(self, found: Schema, nodes: list[Mapping[str, Json]], place: str) -> None:
        """Enum, bounds, defaults and examples."""
        keywords, notes = plain_keywords(nodes)
        found |= keywords
        self.notes += [f"{place}: {note}" for note in notes]
        if "enum" in found:
            self.enum(found, place)
        for key in ("default", "example"):
            value = next((node[key] for node in nodes if key in node and plain(node[key])), ...)
            if value is not ...:
                found["default" if key == "default" else "examples"] = value if key == "default" else [value]
        listed = next((node["examples"] for node in nodes if isinstance(node.get("examples"), list)), None)
        if listed and plain(listed):
            found["examples"] = listed[:3]
        if "examples" in found and len(str(found["examples"])) > self.limits.text:
            del found["examples"]

    def enum(self, found: Schema, place: str) -> None:
        distinct: list[Json] = []
        seen: set[str] = set()
        for value in found["enum"]:
            if not (repr(value) in seen or seen.add(repr(value))):  # type: ignore[func-returns-value]
                distinct.append(value)
        if len(distinct) > self.limits.values and self.direction == "request":
            self.notes.append(f"{place}: {self.limits.values} of {len(distinct)} values of the enum are kept")
            distinct = distinct[: self.limits.values]
        found["enum"] = distinct
        if not distinct:
            del found["enum"]
        elif "type" not in found and all(isinstance(value, str | int | float | bool) for value in distinct):
            found |= literal(distinct)

    def text(self, found: Schema, nodes: list[Mapping[str, Json]]) -> None:
        for key in ("description", "title"):
            written = next((node[key] for node in nodes if isinstance(node.get(key), str)), "")
            if text := plain_text(written, self.limits.text):
                found["description"] = text
                return

    def objects(self, found: Schema, leaves: list[Leaf], place: str, depth: int) -> None:
        """Properties, which of them are required, and what else the object may hold."""
        properties: dict[str, list[Leaf]] = {}
        required = {name: None for node, _ in leaves for name in listed(node.get("required")) if isinstance(name, str)}
        for node, part in leaves:
            for name, written in named(node.get("properties")).items():
                if isinstance(written, dict) and written.get("required") is True:
                    required[name] = None
                inner = Part(written, part.base, part.trail)
                self.property(properties, required, name, inner, f"{place}.{name}".lstrip("."))
        kept: Schema = {}
        for name, own in properties.items():
            self.add_property(kept, name, own, f"{place}.{name}".lstrip("."), name in required, depth)
        if kept:
            found["properties"] = kept
        names = [name for name in required if name in kept or not properties]  # `anyOf: [{required: [a]}, ...]`
        if missing := [name for name in required if properties and name not in properties]:
            self.notes += [
                f"{place}: `{name}` is required, but not described: left out".lstrip(": ") for name in missing
            ]
        if names:
            found["required"] = names
        self.additional(found, leaves, place, depth)

    def property(self, found: dict[str, list[Leaf]], required: dict[str, None], name: str, part: Part, at: str) -> None:
        """Add the leaves of a property, unless it does not travel in this direction or an optional one is broken."""
        try:
            leaves = self.leaves(part, at)
        except UnusableDocument as problem:
            if name in required:
                raise
            self.leave_out(problem)
            return
        unwanted = "readOnly" if self.direction == "request" else "writeOnly"
        if any(node.get(unwanted) is True for node, _ in leaves):
            required.pop(name, None)
            found.pop(name, None)
        elif any(node.get("deprecated") is True for node, _ in leaves) and name not in required:
            self.notes.append(f"left out, being deprecated: {at}")
        else:
            found.setdefault(name, []).extend(leaves)

    def add_property(self, kept: Schema, name: str, leaves: list[Leaf], at: str, required: bool, depth: int) -> None:
        try:
            kept[name] = self.merged(leaves, at, depth if required else depth + 1, required)
        except UnusableDocument as problem:
            if required:
                raise
            self.leave_out(problem)

    def leave_out(self, problem: UnusableDocument) -> None:
        self.notes.append(f"left out, being optional: {problem}")

    def additional(self, found: Schema, leaves: list[Leaf], place: str, depth: int) -> None:
        for node, part in leaves:
            written = node.get("additionalProperties")
            if written is False:
                found["additionalProperties"] = False
            elif isinstance(written, dict) and written and "additionalProperties" not in found:
                try:
                    inner = self.schema(Part(written, part.base, part.trail), f"{place}.*", depth + 1)
                except UnusableDocument as problem:
                    self.leave_out(problem)
                    inner = False  # type: ignore[assignment]
                if inner != {}:
                    found["additionalProperties"] = inner

    def arrays(self, found: Schema, leaves: list[Leaf], place: str, depth: int, required: bool) -> None:
        """The items. If they cannot be expressed, an array that must be given stays empty."""
        items = [Part(node["items"], p.base, p.trail) for node, p in leaves if isinstance(node.get("items"), dict)]
        first = [[Part(i, p.base, p.trail) for i in listed(node.get("prefixItems"))] for node, p in leaves]
        at = f"{place}[]"
        try:
            if items:
                found["items"] = self.merged([leaf for part in items for leaf in self.leaves(part, at)], at, depth)
            if parts := next(filter(None, first), None):
                found["prefixItems"] = [self.schema(part, at, depth) for part in parts]
        except UnusableDocument as problem:
            if not required or found.get("minItems", 0) > 0:
                raise
            self.leave_out(problem)
            found.pop("items", None)
            found["maxItems"] = 0

    def alternatives(self, found: Schema, leaves: list[Leaf], place: str, depth: int) -> None:
        """`oneOf` and `anyOf`, both as `anyOf`; several of them side by side as `allOf`. `not` only if it is plain."""
        groups = []
        for node, part in leaves:
            for key in ("oneOf", "anyOf"):
                if members := listed(node.get(key)):
                    parts = [Part(member, part.base, part.trail) for member in members]
                    groups.append(self.alternative(parts, place, depth))
            forbidden = node.get("not")
            if isinstance(forbidden, dict) and forbidden.keys() <= {"enum", "const", "required"} and plain(forbidden):
                found["not"] = dict(forbidden)
        groups = [group for group in groups if {} not in group]
        if len(groups) == 1 and len(groups[0]) == 1 and not found.keys() & groups[0][0].keys() - {"type"}:
            found |= groups[0][0]
        elif len(groups) == 1:
            found["anyOf"] = groups[0]
        elif groups:
            found["allOf"] = [{"anyOf": group} for group in groups]

    def alternative(self, parts: Sequence[Part], place: str, depth: int) -> list[Schema]:
        """Those of the alternatives that can be expressed, each once."""
        found: list[Schema] = []
        problems: list[UnusableDocument] = []
        for part in parts:
            try:
                schema = self.schema(part, place, depth)
                if is_file(schema):
                    raise UnusableDocument(Reason.unsupported_type, f"{place}: a file as one of several alternatives")
            except UnusableDocument as problem:
                problems.append(problem)
                continue
            if schema not in found:
                found.append(schema)
        if problems and not [schema for schema in found if schema != {"type": "null"}]:
            raise problems[0]
        self.notes += [f"an alternative is left out: {problem}" for problem in problems]
        return found
