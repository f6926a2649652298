"""Schemas of alternatives: one of several types, one of several values."""

from collections.abc import Iterable

from apigen.records import Json, canonical_json

Schema = dict[str, Json]

NULL: Schema = {"type": "null"}


def union(schemas: Iterable[Schema]) -> Schema:
    """One schema for a value that fits any of `schemas`: flat, nothing twice, values of enums joined, null last."""
    members: dict[str, Schema] = {}
    values: list[Json] = []
    for schema in schemas:
        for member in schema["anyOf"] if schema.keys() == {"anyOf"} else [schema]:
            if not member:
                return {}
            if member.keys() <= {"type", "enum"} and "enum" in member:
                values += member["enum"]
                member = {"enum": ...}
            members.setdefault("enum" if "enum" in member else canonical_json(member), member)
    if values:
        members["enum"] = literal(values)
    if canonical_json({"type": "number"}) in members:
        members.pop(canonical_json({"type": "integer"}), None)
    found = sorted(members.values(), key=lambda member: member == NULL)
    return found[0] if len(found) == 1 else {"anyOf": found}


def literal(values: Iterable[Json]) -> Schema:
    """The schema of one of `values`, with their type if they share one."""
    distinct = {canonical_json(value): value for value in values}
    kinds = {_json_type(value) for value in distinct.values()}
    if kinds == {"null"}:
        return dict(NULL)
    if kinds == {"boolean"} and len(distinct) == 2:
        return {"type": "boolean"}
    kinds = {"number"} if kinds == {"integer", "number"} else kinds
    shared: Schema = {"type": kinds.pop()} if len(kinds) == 1 else {}
    return {**shared, "enum": list(distinct.values())}


def _json_type(value: Json) -> str:
    names: dict[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    return names[type(value)]
