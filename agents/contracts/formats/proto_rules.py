"""Can a reader's ``.proto`` read what a writer's wrote? By field number, as the bytes are.

Sources: the Protobuf guides "Updating a Message Type" and "Enums", and the rules of the Confluent Schema Registry, from
which this differs where a value would be lost in silence. docs/contracts.md lists the rules.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
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
_COUNTED: Final = frozenset({_F.TYPE_STRING, _F.TYPE_BYTES, *_NAMED})
Path = tuple[str, ...]
Enums = tuple[Mapping[str, EnumDescriptorProto], Mapping[str, EnumDescriptorProto]]
"""Those of the reader that take none but their own values, and all of the writer; by full name."""


def reasons(reader: FileDescriptorProto, writer: FileDescriptorProto) -> Iterator[Reason]:
    """Yield why ``reader`` cannot read what ``writer`` sends."""
    if reader.message_type and writer.message_type and reader.message_type[0].name != writer.message_type[0].name:
        message = (
            f"the first message type of the file is {writer.message_type[0].name}, not {reader.message_type[0].name}; "
            "it is the one messages are of."
        )
        yield at((), "first_message_changed", message, reader.message_type[0].name, writer.message_type[0].name)
    closed = _enums(reader) if reader.syntax in ("", "proto2") else {}  # those of proto3 take any number
    yield from _messages((), reader.message_type, writer.message_type, (closed, _enums(writer)))


def _enums(file: FileDescriptorProto) -> Mapping[str, EnumDescriptorProto]:
    """Return the enums of a file by full name."""
    found: dict[str, EnumDescriptorProto] = {}
    waiting: list[tuple[str, Any]] = [(f".{file.package}" if file.package else "", file)]
    while waiting:
        prefix, holder = waiting.pop()
        found |= {f"{prefix}.{each.name}": each for each in holder.enum_type}
        inner = holder.message_type if isinstance(holder, FileDescriptorProto) else holder.nested_type
        waiting += [(f"{prefix}.{each.name}", each) for each in inner]
    return found


def _messages(path: Path, readers: Any, writers: Any, enums: Enums) -> Iterator[Reason]:
    known = {each.name: each for each in readers}
    for writer in writers:
        reader = known.get(writer.name)
        if reader is None:
            if not writer.options.map_entry:
                message = f"the message type {writer.name} is not there any more."
                yield at((*path, writer.name), "message_removed", message, None, writer.name)
            continue
        here = (*path, writer.name)
        yield from _fields(here, reader, writer, enums)
        yield from _messages(here, reader.nested_type, writer.nested_type, enums)


def _fields(path: Path, reader: DescriptorProto, writer: DescriptorProto, enums: Enums) -> Iterator[Reason]:
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
            yield from _field(path, other, field, enums)
    yield from _required(path, wanted, given)
    yield from _oneofs(path, reader, wanted, writer, given)


def _field(path: Path, reader: FieldDescriptorProto, writer: FieldDescriptorProto, enums: Enums) -> Iterator[Reason]:
    here = (*path, writer.name)
    wanted, given = _type(reader), _type(writer)
    if not _readable(reader, writer):
        message = f"the field “{writer.name}” ({writer.number}) is {given}, which cannot be read as {wanted}."
        yield at(here, "field_type_changed", message, wanted, given)
    elif writer.label == _F.LABEL_REPEATED and reader.label != _F.LABEL_REPEATED:
        message = f"the field “{writer.name}” may come many times, of which only the last would be kept."
        yield at(here, "label_changed", message, "singular", "repeated")
    elif reader.type == _F.TYPE_ENUM and reader.type_name in enums[0]:
        yield from _closed(here, enums[0][reader.type_name], enums[1].get(writer.type_name), writer.name)


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
        return reader.type not in _NAMED or _last(reader.type_name) == _last(writer.type_name)
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
