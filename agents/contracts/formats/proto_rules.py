"""Can a reader's ``.proto`` read what a writer's wrote? By field number, as the bytes are.

Sources: the Protobuf guides "Updating a Message Type" and "Enums", and the rules of the Confluent Schema Registry, from
which this differs where a value would be lost in silence. docs/contracts.md lists the rules.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorSet,
)

from agents.domain.contracts.reasons import Reason, at

_F: Final = FieldDescriptorProto
_GROUPS: Final = (
    frozenset({_F.TYPE_INT32, _F.TYPE_INT64, _F.TYPE_UINT32, _F.TYPE_UINT64, _F.TYPE_BOOL, _F.TYPE_ENUM}),
    frozenset({_F.TYPE_SINT32, _F.TYPE_SINT64}),
    frozenset({_F.TYPE_FIXED32, _F.TYPE_SFIXED32}),
    frozenset({_F.TYPE_FIXED64, _F.TYPE_SFIXED64}),
)
"""Types that share an encoding: one can be read as the other (numbers that do not fit are cut off)."""
_NAMED: Final = frozenset({_F.TYPE_MESSAGE, _F.TYPE_GROUP})
_WELL_KNOWN: Final = ".google.protobuf."
Path = tuple[str, ...]


class _Types:
    """The types of a file and of all it imports, by full name; ``closed`` enums take none but their own values."""

    def __init__(self, files: FileDescriptorSet) -> None:
        self.messages: dict[str, DescriptorProto] = {}
        self.enums: dict[str, EnumDescriptorProto] = {}
        self.closed: set[str] = set()
        for file in files.file:
            space = f".{file.package}" if file.package else ""
            self._collect(space, file.message_type, file.enum_type, closed=file.syntax in ("", "proto2"))

    def _collect(self, space: str, messages: Any, enums: Any, *, closed: bool) -> None:
        for each in enums:
            self.enums[f"{space}.{each.name}"] = each
            self.closed |= {f"{space}.{each.name}"} if closed else set()
        for each in messages:
            name = f"{space}.{each.name}"
            self.messages[name] = each
            self._collect(name, each.nested_type, each.enum_type, closed=closed)

    def path(self, name: str) -> Path:
        """Return a message type's name and those of the types around it, without its package."""
        names = name.split(".")[1:]
        outer = next(end for end in range(1, len(names) + 1) if f".{'.'.join(names[:end])}" in self.messages)
        return tuple(names[outer - 1 :])


class _Comparison:
    """One look at a reader and a writer. Each pair of message types that stands or is read for another is looked at once."""

    def __init__(self, reader: FileDescriptorSet, writer: FileDescriptorSet) -> None:
        self._files = reader.file[-1], writer.file[-1]
        self._reader, self._writer = _Types(reader), _Types(writer)
        self._seen: set[tuple[str, str]] = set()
        self._waiting: deque[tuple[str, str]] = deque()

    def reasons(self) -> Iterator[Reason]:
        reader, writer = self._files
        spaces = [f".{file.package}" if file.package else "" for file in self._files]
        yield from self._messages((), spaces[0], reader.message_type, spaces[1], writer.message_type)
        while self._waiting:
            yield from self._pair(*self._waiting.popleft())

    def _messages(self, path: Path, wanted: str, readers: Any, given: str, writers: Any) -> Iterator[Reason]:
        known = {each.name: each for each in readers}
        for writer in writers:
            reader = known.get(writer.name)
            if reader is None:
                if not writer.options.map_entry:
                    message = f"the message type {writer.name} is not there any more."
                    yield at((*path, writer.name), "message_removed", message, None, writer.name)
                continue
            names = f"{wanted}.{reader.name}", f"{given}.{writer.name}"
            yield from self._pair(*names)
            here = (*path, writer.name)
            yield from self._messages(here, names[0], reader.nested_type, names[1], writer.nested_type)

    def _pair(self, reader: str, writer: str) -> Iterator[Reason]:
        if (reader, writer) in self._seen:
            return
        self._seen.add((reader, writer))
        path = self._writer.path(writer)
        yield from _fields(path, self._reader.messages[reader], self._writer.messages[writer], self._field)

    def _field(self, path: Path, reader: FieldDescriptorProto, writer: FieldDescriptorProto) -> Iterator[Reason]:
        here = (*path, writer.name)
        wanted, given = _type(reader), _type(writer)
        if not _readable(reader, writer):
            message = f"the field “{writer.name}” ({writer.number}) is {given}, which cannot be read as {wanted}."
            yield at(here, "field_type_changed", message, wanted, given)
        elif writer.label == _F.LABEL_REPEATED and reader.label != _F.LABEL_REPEATED:
            message = f"the field “{writer.name}” may come many times, of which only the last would be kept."
            yield at(here, "label_changed", message, "singular", "repeated")
        elif reader.type == _F.TYPE_ENUM and reader.type_name in self._reader.closed:
            known, sent = self._reader.enums[reader.type_name], self._writer.enums.get(writer.type_name)
            yield from _closed(here, known, sent, writer.name)
        elif reader.type in _NAMED and not reader.type_name.startswith(_WELL_KNOWN):
            self._waiting.append((reader.type_name, writer.type_name))


Fields = Callable[[Path, FieldDescriptorProto, FieldDescriptorProto], Iterator[Reason]]


def reasons(reader: FileDescriptorSet, writer: FileDescriptorSet) -> Iterator[Reason]:
    """Yield why ``reader`` cannot read what ``writer`` sends: files, each with all it imports before it."""
    wanted, given = reader.file[-1].message_type, writer.file[-1].message_type
    if wanted and given and wanted[0].name != given[0].name:
        message = f"the first message type of the file is {given[0].name}, not {wanted[0].name}; it is the one messages are of."
        yield at((), "first_message_changed", message, wanted[0].name, given[0].name)
    yield from _Comparison(reader, writer).reasons()


def _fields(path: Path, reader: DescriptorProto, writer: DescriptorProto, field_of: Fields) -> Iterator[Reason]:
    wanted = {field.number: field for field in reader.field}
    given = {field.number: field for field in writer.field}
    by_name = {field.name: field for field in reader.field}
    for number, field in given.items():
        other = wanted.get(number)
        moved = by_name.get(field.name)
        if moved is not None and moved.number != number:
            message = f"the field “{field.name}” has the number {number}, not {moved.number}; numbers never change."
            yield at((*path, field.name), "field_number_changed", message, moved.number, number)
        if other is None:
            if _in_oneof(field):
                message = f"the field “{field.name}” of a oneof is not there any more, so its choice would be lost."
                yield at((*path, field.name), "oneof_field_removed", message, None, field.name)
        elif moved is not None and moved.number != number:
            message = f"number {number} is the field “{field.name}”, but “{other.name}” takes it."
            yield at((*path, other.name), "field_number_reused", message, other.name, field.name)
        else:
            yield from field_of(path, other, field)
    yield from _required(path, wanted, given)
    yield from _oneofs(path, reader, wanted, writer, given)


def _closed(
    path: Path, reader: EnumDescriptorProto, writer: EnumDescriptorProto | None, field: str
) -> Iterator[Reason]:
    known = {value.number for value in reader.value}
    sent = [] if writer is None else [value for value in writer.value if value.number not in known]
    if writer is None or sent:
        listed = ", ".join(f"{value.name} ({value.number})" for value in sent) or "any number"
        message = f"the field “{field}” may be {listed}, which the enum {reader.name} does not have."
        yield at(path, "enum_value_missing", message, [value.name for value in reader.value], listed)


def _readable(reader: FieldDescriptorProto, writer: FieldDescriptorProto) -> bool:
    if reader.type == writer.type:
        if reader.type not in _NAMED:
            return True
        known = [field.type_name.startswith(_WELL_KNOWN) for field in (reader, writer)]
        return known[0] == known[1] and _last(reader.type_name) == _last(writer.type_name)
    if writer.type == _F.TYPE_STRING and reader.type == _F.TYPE_BYTES:
        return True
    return any(reader.type in group and writer.type in group for group in _GROUPS)


def _required(path: Path, wanted: Mapping[int, Any], given: Mapping[int, Any]) -> Iterator[Reason]:
    for number, field in wanted.items():
        other = given.get(number)
        if field.label == _F.LABEL_REQUIRED and (other is None or other.label != _F.LABEL_REQUIRED):
            message = f"the field “{field.name}” is required, but may be missing in them."
            shown = "missing" if other is None else "optional"
            yield at((*path, field.name), "required_added", message, "required", shown)


def _oneofs(
    path: Path,
    reader: DescriptorProto,
    wanted: Mapping[int, Any],
    writer: DescriptorProto,
    given: Mapping[int, Any],
) -> Iterator[Reason]:
    """Two fields that both may be set cannot be read where only one of them may."""
    for index, oneof in enumerate(reader.oneof_decl):
        inside = [field for field in wanted.values() if _in_oneof(field) and field.oneof_index == index]
        sent = [given[field.number] for field in inside if field.number in given]
        free = [field for field in sent if not _in_oneof(field)]
        groups = {field.oneof_index for field in sent if _in_oneof(field)}
        if len(free) + len(groups) > 1:
            names = ", ".join(field.name for field in sent)
            message = f"the fields {names} may be set together, but only one of the oneof “{oneof.name}” is kept."
            yield at((*path, oneof.name), "moved_into_oneof", message, oneof.name, names)


def _in_oneof(field: FieldDescriptorProto) -> bool:
    return field.HasField("oneof_index") and not field.proto3_optional


def _type(field: FieldDescriptorProto) -> str:
    if field.type_name:
        return _last(field.type_name)
    name: str = _F.Type.Name(field.type)
    return name.removeprefix("TYPE_").lower()


def _last(name: str) -> str:
    return name.rpartition(".")[2]
