"""Is all that a writer's JSON Schema allows also allowed by a reader's? A sound subset of draft 2020-12.

Sound: when nothing is found, every value that fits the writer fits the reader. What cannot be judged is refused, with a
reason that says which keyword it was. Known keywords are in docs/contracts.md; annotations do not count.
"""

from collections.abc import Iterator
from functools import reduce
from typing import Any, Final

import msgspec

from agents.domain.contracts.json_parts import (
    Path,
    Root,
    disjoint,
    named,
    permitted_types,
    same,
    shown_types,
)
from agents.domain.contracts.json_ranges import ranges
from agents.domain.contracts.reasons import Reason, at
from agents.domain.schema_check import check
from agents.domain.schema_keywords import SchemaUnusableError

OBJECT_WORDS: Final = frozenset({"properties", "required", "additionalProperties", "minProperties", "maxProperties"})
UNJUDGED: Final = (
    *("not", "if", "then", "else", "patternProperties", "propertyNames", "dependentRequired", "dependentSchemas"),
    *("unevaluatedProperties", "unevaluatedItems", "contains", "minContains", "maxContains", "prefixItems"),
    *("$dynamicRef", "dependencies", "additionalItems"),
)
"""Keywords that are only judged where both sides say the same."""
MAX_WORK: Final = 20_000
"""Pairs of schemas that one check looks at."""


class Inclusion:
    """One look at a reader and a writer."""

    def __init__(self, reader: Any, writer: Any) -> None:
        """Take two whole schemas; references lead into the one they stand in."""
        self._reader, self._writer = Root(reader), Root(writer)
        self._assumed: set[tuple[str, str]] = set()
        self._work = 0

    def reasons(self) -> Iterator[Reason]:
        """Yield why the reader does not take all that the writer may send."""
        yield from self._within((), self._reader.whole, self._writer.whole)

    def _within(self, path: Path, reader: Any, writer: Any) -> Iterator[Reason]:
        self._work += 1
        if self._work > MAX_WORK:
            yield at(path, "cannot_be_judged", "the schemas have too many alternatives to be compared.")
            return
        reader, writer = self._reader.at(reader), self._writer.at(writer)
        if reader is None or writer is None:
            yield at(path, "cannot_be_judged", "a reference leads nowhere, or only to itself.")
            return
        if writer is False or reader is True or reader == {} or self._known(reader, writer):
            return
        if reader is False:
            yield at(path, "not_allowed", f"{named(path)} may be there, which is not allowed.", False, writer)
            return
        yield from self._both(path, reader, {} if writer is True else writer)

    def _known(self, reader: Any, writer: Any) -> bool:
        """Return whether this pair is looked at already, further up: then it may be taken as given."""
        pair = (self._reader.key(reader), self._writer.key(writer))
        if pair in self._assumed:
            return True
        self._assumed.add(pair)
        return pair[0] == pair[1] and self._reader.local(reader) and self._writer.local(writer)

    def _both(self, path: Path, reader: dict[str, Any], writer: dict[str, Any]) -> Iterator[Reason]:
        alternatives = writer.get("anyOf") or writer.get("oneOf")
        if alternatives:
            base = {word: value for word, value in writer.items() if word not in ("anyOf", "oneOf")}
            for branch in alternatives:
                merged = self._merged(base, branch)
                yield from self._within(path, reader, merged)
            return
        kinds = writer.get("type")
        if isinstance(kinds, list) and len(kinds) > 1 and ("anyOf" in reader or "oneOf" in reader):
            for kind in kinds:
                yield from self._within(path, reader, {**writer, "type": kind})
            return
        if "allOf" in writer:
            yield from self._any_part(path, reader, writer)
            return
        values = [writer["const"]] if "const" in writer else writer.get("enum")
        if values is not None:
            yield from self._values(path, reader, writer, values)
            return
        yield from self._against(path, reader, writer)

    def _merged(self, base: Any, branch: Any) -> Any:
        """Return base and branch as one schema where their keywords do not meet, else as ``allOf``."""
        branch = self._writer.at(branch)
        if base is False or base is True:
            return branch if base else False
        if branch is True or branch == {} or branch is None:
            return base
        if branch is False:
            return False
        if not base:
            return branch
        words = base.keys() | branch.keys()
        together = OBJECT_WORDS & base.keys() and OBJECT_WORDS & branch.keys()
        # These mean something else once they stand beside each other.
        if base.keys() & branch.keys() or together or words & set(UNJUDGED):
            return {"allOf": [base, branch]}
        return {**base, **branch}

    def _any_part(self, path: Path, reader: dict[str, Any], writer: dict[str, Any]) -> Iterator[Reason]:
        """All parts hold, so it is enough when one of them lies within the reader."""
        base = {word: value for word, value in writer.items() if word != "allOf"}
        parts = [*([base] if base else []), *writer["allOf"]]
        merged = reduce(self._merged, parts)
        if not isinstance(merged, dict) or "allOf" not in merged:
            yield from self._within(path, reader, merged)
            return
        nearest: list[Reason] | None = None
        for part in parts:
            assumed = {*self._assumed}
            found = [*self._within(path, reader, part)]
            if not found:
                return
            self._assumed = assumed
            nearest = found if nearest is None or len(found) < len(nearest) else nearest
        yield from nearest or ()

    def _values(self, path: Path, reader: Any, writer: Any, values: list[Any]) -> Iterator[Reason]:
        """Named values are simply tried."""
        try:
            sent = [value for value in values if not check(self._writer.whole_with(writer), value)]
            refused = [value for value in sent if check(self._reader.whole_with(reader), value)]
        except SchemaUnusableError as error:
            yield at(path, "cannot_be_judged", f"the schema cannot be tried on its values: {error.message}")
            return
        if refused:
            listed = ", ".join(msgspec.json.encode(value).decode()[:60] for value in refused[:5])
            rule = "enum_narrowed" if "enum" in reader or "const" in reader else "value_not_allowed"
            taken = reader.get("enum", [reader["const"]] if "const" in reader else None)
            yield at(path, rule, f"{named(path)} may be {listed}, which is not allowed.", taken, values)

    def _against(self, path: Path, reader: dict[str, Any], writer: dict[str, Any]) -> Iterator[Reason]:
        for part in reader.get("allOf", ()):
            yield from self._within(path, part, writer)
        for word in ("anyOf", "oneOf"):
            if word in reader:
                yield from self._some(path, word, reader[word], writer)
        if "const" in reader or "enum" in reader:
            yield from self._only_values(path, reader, writer)
        for word in UNJUDGED:
            if word in reader and not self._agree(word, reader, writer):
                message = f"“{word}” of {named(path)} cannot be judged when it changes; keep it as it was."
                yield at(path, "cannot_be_judged", message, reader[word], writer.get(word))
        wanted, given = permitted_types(reader), permitted_types(writer)
        if not given <= wanted:
            lost = shown_types(given - wanted)
            message = f"{named(path)} may be {lost}, which is not allowed."
            yield at(path, "type_narrowed", message, shown_types(wanted), shown_types(given))
        else:
            yield from ranges(path, reader, writer, given)
        if "array" in given and "array" in wanted and "items" in reader:
            yield from self._within((*path, "[]"), reader["items"], writer.get("items", True))
        if "object" in given and "object" in wanted:
            yield from self._object(path, reader, writer)

    def _agree(self, word: str, reader: dict[str, Any], writer: dict[str, Any]) -> bool:
        """Both say the same, by references that mean the same on both sides."""
        if word not in writer or not same(reader[word], writer[word]):
            return False
        return (self._reader.local(reader[word]) and self._writer.local(writer[word])) or self._reader.same_defs(
            self._writer
        )

    def _some(self, path: Path, word: str, branches: list[Any], writer: dict[str, Any]) -> Iterator[Reason]:
        nearest: list[Reason] | None = None
        for index, branch in enumerate(branches):
            assumed = {*self._assumed}
            found = [*self._within(path, branch, writer)]
            if not found:
                if word == "anyOf" or self._apart(branches, index):
                    return
                message = f"the alternatives of {named(path)} may overlap, so “oneOf” cannot be judged; use “anyOf”."
                yield at(path, "cannot_be_judged", message, branches, writer)
                return
            self._assumed = assumed
            nearest = found if nearest is None or len(found) < len(nearest) else nearest
        message = f"{named(path)} fits none of the alternatives that are allowed."
        yield at(path, "no_alternative", message, branches, writer)
        yield from (nearest or [])[:3]

    def _apart(self, branches: list[Any], index: int) -> bool:
        chosen = self._reader.at(branches[index])
        others = [self._reader.at(each) for place, each in enumerate(branches) if place != index]
        return all(disjoint(chosen, other) for other in others)

    def _only_values(self, path: Path, reader: dict[str, Any], writer: dict[str, Any]) -> Iterator[Reason]:
        given = permitted_types(writer)
        taken = [reader["const"]] if "const" in reader else reader["enum"]
        if given <= {"boolean", "null"}:
            every = [value for kind in given for value in ((True, False) if kind == "boolean" else (None,))]
            if all(any(value is each for each in taken) for value in every):
                return
        message = f"{named(path)} may be any {shown_types(given)}, but only the values of the list are allowed."
        yield at(path, "enum_narrowed", message, taken, shown_types(given))

    def _object(self, path: Path, reader: dict[str, Any], writer: dict[str, Any]) -> Iterator[Reason]:
        wanted, given = reader.get("properties", {}), writer.get("properties", {})
        for name in reader.get("required", ()):
            if name not in writer.get("required", ()):
                message = f"{named((*path, name))} is required, but may be missing in them."
                yield at((*path, name), "required_added", message, "required", "optional")
        others, sent_others = reader.get("additionalProperties", True), writer.get("additionalProperties", True)
        for name, schema in given.items():
            if name in wanted:
                yield from self._within((*path, name), wanted[name], schema)
            elif others is False and self._writer.at(schema) is not False:
                message = f"{named((*path, name))} may be there, which is not allowed."
                yield at((*path, name), "property_removed", message, None, schema)
            else:
                yield from self._within((*path, name), others, schema)
        yield from self._new_properties(path, wanted, given, sent_others)
        if others is False and sent_others is not False:
            message = f"{named(path)} may have properties that no schema names, which is not allowed."
            yield at(path, "additional_properties_closed", message, False, sent_others)
        elif others is not True:
            yield from self._within((*path, "*"), others, sent_others)

    def _new_properties(
        self, path: Path, wanted: dict[str, Any], given: dict[str, Any], sent_others: Any
    ) -> Iterator[Reason]:
        if sent_others is False:
            return
        for name, schema in wanted.items():
            if name in given:
                continue
            if any(True for _ in self._within((*path, name), schema, sent_others)):
                message = (
                    f"{named((*path, name))} has a schema, but may be anything in them: properties that no schema names "
                    "are allowed there. Set additionalProperties to false before you add properties."
                )
                yield at((*path, name), "property_added_to_open_object", message, schema, sent_others)


def reasons(reader: Any, writer: Any) -> Iterator[Reason]:
    """Yield why ``reader`` does not take all that ``writer`` allows."""
    return Inclusion(reader, writer).reasons()
