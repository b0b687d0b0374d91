"""Can an Avro reader schema read what a writer schema wrote? The rules of schema resolution, with every reason.

Source: Apache Avro 1.12 specification, "Schema Resolution" and "Aliases"; decimals as under "Logical Types". Names are
compared without their namespace, as the specification allows for records, enums and fixed. A change of another
logical type is refused as well: the bytes can be read, but they mean something else.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from agents.domain.contracts.reasons import Reason, at

PRIMITIVES: Final = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
PROMOTIONS: Final[Mapping[str, frozenset[str]]] = {
    "int": frozenset({"long", "float", "double"}),
    "long": frozenset({"float", "double"}),
    "float": frozenset({"double"}),
    "string": frozenset({"bytes"}),
    "bytes": frozenset({"string"}),
}
"""What a writer's type may be read as, besides itself."""
NAMED: Final = frozenset({"record", "error", "enum", "fixed"})

Schema = Any
Path = tuple[str | int, ...]


def collect(schema: Schema, names: dict[str, Schema] | None = None, space: str = "") -> dict[str, Schema]:
    """Return the named types of a schema by their full names (the first of each name wins)."""
    names = {} if names is None else names
    if isinstance(schema, list):
        for branch in schema:
            collect(branch, names, space)
    elif isinstance(schema, dict):
        kind = schema.get("type")
        if kind in NAMED:
            full = full_name(schema, space)
            names.setdefault(full, schema)
            space = full.rpartition(".")[0]
            for field in schema.get("fields", []):
                collect(field["type"], names, space)
        elif kind == "array":
            collect(schema["items"], names, space)
        elif kind == "map":
            collect(schema["values"], names, space)
        elif isinstance(kind, dict | list):
            collect(kind, names, space)
    return names


def full_name(schema: Mapping[str, Any], space: str) -> str:
    """Return the full name of a named type that stands in the namespace ``space``."""
    name: str = schema["name"]
    if "." in name:
        return name
    inner = schema.get("namespace", space)
    return f"{inner}.{name}" if inner else name


class Side:
    """A schema with its named types, so that names in it can be looked up."""

    def __init__(self, schema: Schema, names: dict[str, Schema]) -> None:
        """``names``: those of the schema and of what it refers to."""
        self.schema, self.names = schema, names

    def at(self, schema: Schema, space: str) -> tuple[Schema, str]:
        """Return the schema that stands there, names followed, and the namespace inside it."""
        while True:
            if isinstance(schema, str) and schema not in PRIMITIVES:
                full = schema if "." in schema or not space else f"{space}.{schema}"
                full = full if full in self.names else schema
                schema, space = self.names[full], full.rpartition(".")[0]
                return schema, space
            if isinstance(schema, dict):
                kind = schema["type"]
                if kind in NAMED:
                    return schema, full_name(schema, space).rpartition(".")[0]
                if isinstance(kind, dict | list) or (kind not in PRIMITIVES and kind not in ("array", "map")):
                    schema = kind
                    continue
            return schema, space


class Resolution:
    """One look at a reader and a writer; pairs that were seen are not looked at again, so types may hold themselves."""

    def __init__(self, reader: Side, writer: Side) -> None:
        """Take both sides."""
        self._reader, self._writer = reader, writer
        self._seen: set[tuple[int, int]] = set()

    def reasons(self) -> Iterator[Reason]:
        """Yield why the reader cannot read what the writer sends."""
        yield from self._match((), self._reader.schema, "", self._writer.schema, "")

    def _match(self, path: Path, reader: Schema, rspace: str, writer: Schema, wspace: str) -> Iterator[Reason]:
        reader, rspace = self._reader.at(reader, rspace)
        writer, wspace = self._writer.at(writer, wspace)
        if isinstance(writer, list):
            for branch in writer:
                yield from self._branch(path, reader, rspace, branch, wspace)
        elif isinstance(reader, list):
            yield from self._into_union(path, reader, rspace, writer, wspace)
        else:
            yield from self._single(path, reader, rspace, writer, wspace)

    def _branch(self, path: Path, reader: Schema, rspace: str, branch: Schema, wspace: str) -> Iterator[Reason]:
        """A branch the writer may send must be readable, whatever the others are."""
        found = [*self._match(path, reader, rspace, branch, wspace)]
        if found and not isinstance(reader, list) and found[0].rule == "type_changed" and found[0].path == _at(path):
            shown, taken = _shown(self._writer.at(branch, wspace)[0]), _shown(reader)
            message = f"it may be {shown}, which {taken} does not take."
            yield at(path, "union_branch_missing", message, taken, shown)
        else:
            yield from found

    def _into_union(
        self, path: Path, reader: list[Schema], rspace: str, writer: Schema, wspace: str
    ) -> Iterator[Reason]:
        nearest: list[Reason] = []
        for branch in reader:
            seen = {*self._seen}
            found = [*self._match(path, branch, rspace, writer, wspace)]
            if not found:
                return
            self._seen = seen
            if not any(reason.rule == "type_changed" and reason.path == _at(path) for reason in found):
                nearest = nearest or found
        if nearest:
            yield from nearest
            return
        taken = ", ".join(_shown(self._reader.at(branch, rspace)[0]) for branch in reader)
        message = f"it may be {_shown(writer)}, but only {taken} can be read."
        yield at(path, "union_branch_missing", message, taken, _shown(writer))

    def _single(self, path: Path, reader: Schema, rspace: str, writer: Schema, wspace: str) -> Iterator[Reason]:
        wanted, given = kind_of(reader), kind_of(writer)
        if wanted != given:
            if wanted not in PROMOTIONS.get(given, ()):
                message = f"it is {_shown(writer)}, which cannot be read as {_shown(reader)}."
                yield at(path, "type_changed", message, _shown(reader), _shown(writer))
            return
        yield from _logical(path, reader, writer)
        if wanted == "array":
            yield from self._match((*path, "[]"), reader["items"], rspace, writer["items"], wspace)
        elif wanted == "map":
            yield from self._match((*path, "[]"), reader["values"], rspace, writer["values"], wspace)
        elif wanted in NAMED:
            yield from self._named(path, reader, rspace, writer, wspace)

    def _named(self, path: Path, reader: Schema, rspace: str, writer: Schema, wspace: str) -> Iterator[Reason]:
        if not same_name(reader, writer):
            message = f"its type is called {_last(writer['name'])}, not {_last(reader['name'])}; an alias can tie them."
            yield at(path, "name_changed", message, _last(reader["name"]), _last(writer["name"]))
            return
        kind = kind_of(reader)
        if kind == "fixed" and reader["size"] != writer["size"]:
            message = f"it has {writer['size']} bytes, not {reader['size']}."
            yield at(path, "fixed_size_changed", message, reader["size"], writer["size"])
        elif kind == "enum":
            yield from _enum(path, reader, writer)
        elif kind == "record" and (id(reader), id(writer)) not in self._seen:
            self._seen.add((id(reader), id(writer)))
            yield from self._record(path, reader, rspace, writer, wspace)

    def _record(self, path: Path, reader: Schema, rspace: str, writer: Schema, wspace: str) -> Iterator[Reason]:
        sent = {field["name"]: field for field in writer["fields"]}
        for field in reader["fields"]:
            here = (*path, field["name"])
            known = next((sent[name] for name in (field["name"], *field.get("aliases", ())) if name in sent), None)
            if known is not None:
                yield from self._match(here, field["type"], rspace, known["type"], wspace)
            elif "default" not in field:
                message = f"the field “{field['name']}” is not in them and has no default."
                shown = _shown(self._reader.at(field["type"], rspace)[0])
                yield at(here, "field_without_default", message, shown, None)


def reasons(reader: Side, writer: Side) -> Iterator[Reason]:
    """Yield why ``reader`` cannot read what ``writer`` sends."""
    return Resolution(reader, writer).reasons()


def kind_of(schema: Schema) -> str:
    """Return the type's name; an error is a record."""
    kind: str = schema["type"] if isinstance(schema, dict) else schema
    return "record" if kind == "error" else kind


def same_name(reader: Mapping[str, Any], writer: Mapping[str, Any]) -> bool:
    """Whether the writer's type goes by a name or alias of the reader's."""
    name = _last(writer["name"])
    return name in {_last(each) for each in (reader["name"], *reader.get("aliases", ()))}


def _enum(path: Path, reader: Schema, writer: Schema) -> Iterator[Reason]:
    missing = [symbol for symbol in writer["symbols"] if symbol not in reader["symbols"]]
    if missing and "default" not in reader:
        listed = ", ".join(missing[:10])
        message = f"it may be {listed}, which the enum does not have, and the enum has no default."
        yield at(path, "enum_symbol_missing", message, reader["symbols"], writer["symbols"])


def _logical(path: Path, reader: Schema, writer: Schema) -> Iterator[Reason]:
    wanted, given = _logical_of(reader), _logical_of(writer)
    if wanted and given and wanted != given:
        yield at(path, "logical_type_changed", f"it means {given}, not {wanted}.", wanted, given)


def _logical_of(schema: Schema) -> str:
    if not isinstance(schema, dict) or not isinstance(schema.get("logicalType"), str):
        return ""
    name: str = schema["logicalType"]
    return f"decimal({schema.get('precision')}, {schema.get('scale', 0)})" if name == "decimal" else name


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _at(path: Path) -> str:
    return at(path, "", "").path


def _shown(schema: Schema) -> str:
    if isinstance(schema, list):
        return "union"
    if isinstance(schema, dict) and schema["type"] in NAMED:
        return f"{kind_of(schema)} {_last(schema['name'])}"
    return kind_of(schema)
