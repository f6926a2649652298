"""Draw a value from a JSON Schema by what its name and description mean.

A sketch is made from the schema, then tested against it; a sketch that does not fit is drawn anew. The random numbers
used are those of `random.Random` that are the same on every platform and Python version.
"""

import copy
import random
from typing import Any

from apigen.errors import ApigenError
from apigen.records import Json
from apigen.values import texts, vocabulary
from apigen.values.fitting import fits
from apigen.values.naming import label_of
from apigen.values.order import in_order
from apigen.values.patterns import matching
from apigen.values.scalars import numeric, string

_TRIES = 24
_DEPTH = 7
_OPTIONAL_RATE = 0.5
MALFORMED = (TypeError, ValueError, AttributeError, LookupError, OverflowError)
"""What a schema that is no schema leads to; sources refuse such documents, other callers may not."""


class NoValue(ApigenError):
    """No value that fits could be drawn: the schema allows none, or one that only its author can guess."""


def draw(name: str, schema: Json, rng: random.Random, *, description: str = "", function: str = "") -> Json:
    """Draw a value for the parameter `name` that fits `schema` and is plausible for what it is called.

    Args:
        name: the parameter's name; its words say what it means (`pickup_date`, `amountUsd`).
        schema: JSON Schema (Draft 2020-12); local `$ref`s are followed, others allow nothing.
        rng: the only source of chance.
        description: of the parameter, if `schema` has none.
        function: name and description of the function, a last hint at the meaning.

    Raises:
        NoValue: no fitting value was found in several tries.
    """
    for _ in range(_TRIES):
        try:
            value = Sketch(schema, rng, function).value(name, schema, description)
        except MALFORMED as error:
            raise NoValue(f"the schema of `{name}` is malformed: {error}") from error
        if fits(schema, value):
            return value
    raise NoValue(f"no value found for `{name}` that fits its schema")


def properties_of(schema: dict[str, Json]) -> dict[str, Json]:
    """The `properties` of an object schema, or nothing if they are not a mapping."""
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


class Sketch:
    """One drawing of values that should fit, untested. Values of one sketch belong together.

    Args:
        root: the schema that local references point into.
        rng: the only source of chance.
        function: name and description of the function.
    """

    def __init__(self, root: Json, rng: random.Random, function: str) -> None:
        self.root, self.rng, self.function = root, rng, function
        self.size = rng.choice((2, 3, 3, 4, 5))  # sibling lists are often of equal length
        self.keys: list[str] = []  # sibling mappings often have the same keys

    def value(self, name: str, schema: Json, description: str = "", depth: int = 0) -> Json:
        """Draw a value for `name`.

        Raises:
            NoValue: the schema allows no value.
        """
        if schema is False:
            raise NoValue(f"`{name}` allows no value")
        if not isinstance(schema, dict):
            schema = {}
        schema = self._resolved(schema, depth)
        description = str(schema.get("description") or description)
        if "const" in schema:
            return copy.deepcopy(schema["const"])
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            options = [option for option in schema["enum"] if option is not None]
            return copy.deepcopy(self.rng.choice(options or schema["enum"]))
        examples = schema.get("examples")
        if isinstance(examples, list) and examples and self.rng.random() < 0.6:
            return copy.deepcopy(self.rng.choice(examples))
        return self._typed(name, schema, description, depth)

    def _resolved(self, schema: dict[str, Json], depth: int) -> dict[str, Json]:
        """`schema` with its references, `allOf` and one branch of `anyOf` or `oneOf` merged in."""
        for _ in range(16):
            if "$ref" in schema:
                target = self._target(str(schema["$ref"]))
                schema = _merged({k: v for k, v in schema.items() if k != "$ref"}, target)
            elif schema.get("allOf"):
                parts, schema = schema["allOf"], {k: v for k, v in schema.items() if k != "allOf"}
                for part in parts:
                    schema = _merged(schema, self._resolved(part, depth) if isinstance(part, dict) else {})
            else:
                key = next((k for k in ("anyOf", "oneOf") if schema.get(k)), None)
                if key is None:
                    return schema
                schema = _merged({k: v for k, v in schema.items() if k != key}, self._branch(schema[key], depth))
        raise NoValue("references without end")

    def _target(self, reference: str) -> dict[str, Json]:
        node = self.root
        if not reference.startswith("#"):
            raise NoValue(f"`$ref` to {reference}")
        for part in filter(None, reference[1:].split("/")):
            part = part.replace("~1", "/").replace("~0", "~")
            node = node.get(part) if isinstance(node, dict) else None
        if not isinstance(node, dict):
            raise NoValue(f"`$ref` to {reference}, which is not there")
        return node

    def _branch(self, options: list[Json], depth: int) -> dict[str, Json]:
        usable = [
            o for o in options if isinstance(o, dict) and o.get("type") != "null" and o.get("const", 0) is not None
        ]
        if depth >= _DEPTH - 2:  # end a recursive schema: the plainest branch
            usable = [o for o in usable if not {"$ref", "properties", "items"} & o.keys()] or usable
        if not usable:
            return {"type": "null"} if {"type": "null"} in options else {}
        found: dict[str, Json] = self.rng.choice(usable)
        return found

    def _typed(self, name: str, schema: dict[str, Json], description: str, depth: int) -> Json:
        kind = _kind(schema, self.rng)
        match kind:
            case "object":
                return self._object(name, schema, depth)
            case "array":
                return self._array(name, schema, description, depth)
            case "string":
                return string(name, schema, description, self.function, self.rng)
            case "boolean":
                return self.rng.random() < 0.5
            case "null":
                return None
            case "integer" | "number":
                return numeric(name, schema, description, kind == "integer", self.rng)
        # no type: a number if the words mean one, else text
        drawer = texts.by_words(label_of(name))
        return drawer(self.rng) if drawer else self.rng.choice(vocabulary.WORDS)

    def _object(self, name: str, schema: dict[str, Json], depth: int) -> dict[str, Json]:
        properties = properties_of(schema)
        required = [str(key) for key in schema.get("required") or () if isinstance(key, str)]
        chosen = list(required)
        for key in properties:
            if key not in required and depth < _DEPTH and self.rng.random() < _OPTIONAL_RATE:
                chosen.append(key)
        self._add_dependent(schema, chosen)
        found = {
            key: self.value(key, properties.get(key, {}), "", depth + 1) for key in _in_schema_order(properties, chosen)
        }
        self._add_entries(name, schema, found, depth)
        return in_order(found)

    def _add_dependent(self, schema: dict[str, Json], chosen: list[str]) -> None:
        dependent = schema.get("dependentRequired")
        for key in chosen:  # grows while walked: what is added may depend on more
            if isinstance(dependent, dict):
                chosen.extend(extra for extra in dependent.get(key, ()) if extra not in chosen)

    def _add_entries(self, name: str, schema: dict[str, Json], found: dict[str, Json], depth: int) -> None:
        """Entries of a mapping: keys that are not named in the schema."""
        fewest, most = int(schema.get("minProperties") or 0), int(schema.get("maxProperties") or 50)
        values = schema.get("additionalProperties")
        by_pattern = schema.get("patternProperties")
        pattern = next(iter(by_pattern), None) if isinstance(by_pattern, dict) else None
        if pattern is not None and isinstance(by_pattern, dict):
            values = by_pattern[pattern]
        open_mapping = isinstance(values, dict) and not properties_of(schema)
        wanted = max(fewest, min(self.rng.randint(2, 3), most) if open_mapping and depth < _DEPTH else 0)
        names = schema.get("propertyNames")
        item = _singular(name)
        for attempt in range(wanted * 4):
            if len(found) >= wanted:
                break
            shared = open_mapping and not names and pattern is None and attempt < len(self.keys)
            key = self.keys[attempt] if shared else self._key(item, names, pattern)
            found.setdefault(key, self.value(item, values if isinstance(values, dict) else {}, "", depth + 1))
        if open_mapping and depth == 0:
            self.keys = list(found)

    def _key(self, name: str, names: Json, pattern: str | None) -> str:
        if pattern is not None:
            return matching(pattern, self.rng) or self.rng.choice(vocabulary.WORDS)
        if isinstance(names, dict) and names:
            return str(self.value(name, {"type": "string", **names}, "", _DEPTH))
        drawer = texts.by_words(label_of(name))
        people = drawer is None or "friend" in name or "name" in name
        return self.rng.choice(vocabulary.FIRST_NAMES) if people or drawer is None else drawer(self.rng)

    def _array(self, name: str, schema: dict[str, Json], description: str, depth: int) -> list[Json]:
        prefix = schema.get("prefixItems")
        found = [self.value(name, item, description, depth + 1) for item in prefix] if isinstance(prefix, list) else []
        items = schema.get("items", {})
        if items is False or (found and items == {}):
            return found
        fewest, most = int(schema.get("minItems") or 0), schema.get("maxItems")
        size = max(self.size, fewest) if depth < _DEPTH - 2 else fewest
        size = min(size, int(most)) if most is not None else size
        unique = bool(schema.get("uniqueItems"))
        varied = unique or _kind(_plain(items), self.rng, choose=False) == "string"
        item_name = _singular(name)
        for attempt in range(size * 6):
            if len(found) >= size:
                break
            item = self.value(item_name, items, description, depth + 1)
            if item not in found or not (unique or (varied and attempt < size * 3)):
                found.append(item)
        if isinstance(schema.get("contains"), dict) and found:
            found[-1] = self.value(item_name, schema["contains"], description, depth + 1)
        return _as_described(found, description)


def _kind(schema: dict[str, Json], rng: random.Random, *, choose: bool = True) -> str | None:
    """The JSON type to draw; null only if there is no other."""
    kind = schema.get("type")
    if isinstance(kind, list):
        options = [k for k in kind if k != "null"] or kind
        return str(rng.choice(options)) if choose else str(options[0])
    if kind is not None:
        return str(kind)
    for key, implied in (("properties", "object"), ("required", "object"), ("additionalProperties", "object"),
                         ("items", "array"), ("prefixItems", "array"), ("minItems", "array"), ("pattern", "string"),
                         ("format", "string"), ("minLength", "string"), ("maxLength", "string"),
                         ("minimum", "number"), ("maximum", "number"), ("multipleOf", "number")):  # fmt: skip
        if key in schema:
            return implied
    return None


def _plain(schema: Json) -> dict[str, Json]:
    return schema if isinstance(schema, dict) else {}


def _merged(own: dict[str, Json], other: dict[str, Json]) -> dict[str, Json]:
    both: dict[str, Any] = {**other, **own}
    if properties_of(own) and properties_of(other):
        both["properties"] = {**properties_of(other), **properties_of(own)}
    if own.get("required") and other.get("required"):
        both["required"] = list(dict.fromkeys([*own["required"], *other["required"]]))
    return both


def _singular(name: str) -> str:
    if name.endswith("ies") and len(name) > 4:
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us", "is")) and len(name) > 3 else name


def _in_schema_order(properties: dict[str, Json], chosen: list[str]) -> list[str]:
    return [key for key in properties if key in chosen] + [key for key in chosen if key not in properties]


def _as_described(items: list[Json], description: str) -> list[Json]:
    """Numbers sorted, or adding up to 1 or 100, if the description asks for it."""
    if not items or not all(isinstance(i, int | float) and not isinstance(i, bool) for i in items):
        return items
    text = description.lower()
    if any(word in text for word in ("ascending", "increasing", "sorted", "chronological")):
        return sorted(items)
    for total in (1, 100):
        if any(
            f"{cue} {total}" in text.replace(f"{total}.", f"{total}")
            for cue in ("sum to", "add up to", "sums to", "sum up to")
        ):
            return _adding_up(items, total)
    return items


def _adding_up(items: list[Json], total: int) -> list[Json]:
    decimals = 2 if total == 1 else 0
    shares = [round(abs(i) * total / (sum(map(abs, items)) or 1), decimals) for i in items]
    shares[-1] = round(total - sum(shares[:-1]), decimals)
    return shares
