"""Looking at single JSON Schemas: references, types, what two schemas can never both allow."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

Path = tuple[str | int, ...]

TYPES: Final = frozenset({"null", "boolean", "integer", "fraction", "string", "array", "object"})
"""The types, with numbers split into whole ones and others."""
OTHER: Final = "the other schema"
_OF: Final = {"number": frozenset({"integer", "fraction"})}
_VALUE_TYPES: Final = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}


class Root:
    """A whole schema, into which its references lead."""

    def __init__(self, whole: Any) -> None:
        """``whole`` is a boolean or an object."""
        self.whole = whole

    def at(self, schema: Any) -> Any:
        """Return the schema with its reference followed; None when that leads nowhere or in a circle."""
        seen = set()
        while isinstance(schema, dict) and "$ref" in schema:
            target = schema["$ref"]
            if target in seen:
                return None
            seen.add(target)
            found = self._find(target)
            rest = {word: value for word, value in schema.items() if word not in ("$ref", *_QUIET)}
            schema = {"allOf": [found], **rest} if rest and found is not None else found
        return schema

    def _find(self, target: Any) -> Any:
        if not isinstance(target, str) or not target.startswith("#"):
            return None
        found = self.whole
        for part in target[1:].split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and name in found:
                found = found[name]
            elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
                found = found[int(name)]
            else:
                return None
        return found if isinstance(found, dict | bool) else None

    def key(self, schema: Any) -> str:
        """Return the schema's content, by which it is known."""
        return canonical(schema)

    def local(self, schema: Any) -> bool:
        """Whether nothing in it refers to elsewhere."""
        return '"$ref"' not in canonical(schema) and '"$dynamicRef"' not in canonical(schema)

    def same_defs(self, other: "Root") -> bool:
        """Whether references mean the same in both."""
        return all(same(_defs(self.whole, word), _defs(other.whole, word)) for word in ("$defs", "definitions"))

    def whole_with(self, schema: Any) -> Any:
        """Return a schema that can stand alone, with the definitions its references lead to."""
        if not isinstance(schema, dict) or self.local(schema):
            return schema
        if not isinstance(self.whole, dict):
            return schema
        kept = {word: self.whole[word] for word in ("$defs", "definitions") if word in self.whole}
        return {**schema, **kept}


_QUIET: Final = frozenset({
    *("title", "description", "$comment", "examples", "default", "deprecated", "readOnly", "writeOnly"),
    *("$schema", "$id", "$anchor", "$defs", "definitions"),
})  # fmt: skip
"""Keywords that say nothing about which values fit."""


def canonical(schema: Any) -> str:
    """Return the schema as JSON with sorted keys."""
    return msgspec.json.encode(schema, order="sorted").decode()


def _defs(whole: Any, word: str) -> Any:
    return whole.get(word) if isinstance(whole, dict) else None


def same(one: Any, other: Any) -> bool:
    """Whether two schemas have the same content."""
    return canonical(one) == canonical(other)


def named(path: Path) -> str:
    """Return what a sentence calls the place."""
    names = [str(part) for part in path]
    return f"“{'.'.join(names)}”" if names else "the message"


def permitted_types(schema: Any) -> frozenset[str]:
    """Return the types a value may have, as far as ``type``, ``const`` and ``enum`` say."""
    if not isinstance(schema, dict):
        return frozenset() if schema is False else TYPES
    given = schema.get("type", sorted(TYPES))
    listed = [given] if isinstance(given, str) else given
    found = frozenset(kind for name in listed for kind in _OF.get(name, {name}))
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if values is not None:
        found &= frozenset(_type_of(value) for value in values)
    return found


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, float):
        return "integer" if value.is_integer() else "fraction"
    return _VALUE_TYPES[type(value)]


def shown_types(types: frozenset[str]) -> str:
    """Return the types as people write them."""
    if types >= TYPES:
        return "value"
    names = {"number" if kind == "fraction" else kind for kind in types}
    return " or ".join(sorted(names - {"integer"} if "number" in names else names)) or "nothing"


def disjoint(one: Any, other: Any) -> bool:
    """Whether it is certain that no value fits both: by type, or by a required property with other named values."""
    if one is False or other is False:
        return True
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    if not permitted_types(one) & permitted_types(other):
        return True
    if _apart(one, other):
        return True
    if permitted_types(one) & permitted_types(other) != frozenset({"object"}):
        return False
    shared = {*one.get("required", ())} & {*other.get("required", ())}
    mine, theirs = one.get("properties", {}), other.get("properties", {})
    return any(_apart(mine.get(name), theirs.get(name)) for name in shared)


def _apart(one: Any, other: Any) -> bool:
    mine, theirs = _named_values(one), _named_values(other)
    return mine is not None and theirs is not None and not mine & theirs


def _named_values(schema: Any) -> frozenset[str] | None:
    if not isinstance(schema, dict):
        return None
    if "const" in schema:
        return frozenset({canonical(schema["const"])})
    return frozenset(map(canonical, schema["enum"])) if "enum" in schema else None


def pointed(schema: Any, places: Mapping[str, str], base: str) -> Any:
    """Return a copy in which references to names lead to their ``places``, and those into itself begin at ``base``."""
    if isinstance(schema, list):
        return [pointed(each, places, base) for each in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {word: pointed(value, places, base) for word, value in schema.items()}
    target = schema.get("$ref")
    if isinstance(target, str):
        name, _, fragment = target.partition("#")
        if not name:
            copy["$ref"] = (base or "#") + fragment
        elif name in places:
            copy["$ref"] = "#/$defs/" + escaped(places[name]) + fragment
    return copy


def both(one: Any, other: Any) -> Any:
    """Return a schema that asks for what ``one`` and ``other`` ask for, with the references of each leading into it."""
    if not isinstance(one, dict):
        return one if one is False else other
    definitions = one.get("$defs", {})
    place = OTHER
    while place in definitions:
        place += "'"
    target = f"#/$defs/{escaped(place)}"
    return {
        **one,
        "allOf": [*one.get("allOf", ()), {"$ref": target}],
        "$defs": {**definitions, place: pointed(other, {}, target)},
    }


def escaped(name: str) -> str:
    """Return a name as it stands in a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
