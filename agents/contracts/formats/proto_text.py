"""A file descriptor written as the ``.proto`` text people read: for schemas that came as a descriptor."""

from collections.abc import Iterator
from typing import Any, Final

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    ServiceDescriptorProto,
)

_F: Final = FieldDescriptorProto
_LABELS: Final = {_F.LABEL_REPEATED: "repeated ", _F.LABEL_REQUIRED: "required "}
_MAX_NUMBER: Final = 2**29


def written(file: FileDescriptorProto) -> str:
    """Return the file as text; custom options and comments are not in it."""
    syntax = file.syntax or "proto2"
    lines = [f'syntax = "{syntax}";' if syntax != "editions" else f"edition = {_edition(file)};"]
    if file.package:
        lines += ["", f"package {file.package};"]
    if file.dependency:
        lines += [""]
    for index, name in enumerate(file.dependency):
        how = "public " if index in file.public_dependency else ""
        lines.append(f'import {how}"{name}";')
    for option, value in _options(file.options):
        lines += ["", f"option {option} = {value};"]
    for enum in file.enum_type:
        lines += ["", *_enum(enum)]
    for message in file.message_type:
        lines += ["", *_message(message, syntax)]
    for extension in file.extension:
        lines += ["", f"extend {extension.extendee} {{", f"  {_field(extension, syntax, {})}", "}"]
    for service in file.service:
        lines += ["", *_service(service)]
    return "\n".join(lines) + "\n"


def json_name(name: str) -> str:
    """Return the name protoc gives a field in JSON unless it is told another."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


def _edition(file: FileDescriptorProto) -> str:
    return f'"{file.edition}"'


def _options(options: Any) -> Iterator[tuple[str, str]]:
    for descriptor, value in options.ListFields():
        if descriptor.is_extension or descriptor.message_type is not None:
            continue
        yield descriptor.name, _literal(descriptor, value)


def _literal(descriptor: Any, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if descriptor.enum_type is not None:
        name: str = descriptor.enum_type.values_by_number[value].name
        return name
    return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" if line else line for line in lines]


def _message(message: DescriptorProto, syntax: str) -> list[str]:
    maps = {f".{each.name}": each for each in message.nested_type if each.options.map_entry}
    body = [f"option {name} = {value};" for name, value in _options(message.options)]
    for enum in message.enum_type:
        body += _enum(enum)
    for nested in message.nested_type:
        if not nested.options.map_entry:
            body += _message(nested, syntax)
    body += _fields(message, syntax, maps)
    body += _reserved(message, _MAX_NUMBER)
    for each in message.extension_range:
        last = "max" if each.end >= _MAX_NUMBER else str(each.end - 1)
        body.append(f"extensions {each.start} to {last};")
    for extension in message.extension:
        body += [f"extend {extension.extendee} {{", f"  {_field(extension, syntax, maps)}", "}"]
    return [f"message {message.name} {{", *_indented(body), "}"]


def _fields(message: DescriptorProto, syntax: str, maps: dict[str, DescriptorProto]) -> list[str]:
    lines: list[str] = []
    opened: set[int] = set()
    for field in message.field:
        if not field.HasField("oneof_index") or field.proto3_optional:
            lines.append(_field(field, syntax, maps))
        elif field.oneof_index not in opened:
            opened.add(field.oneof_index)
            inside = [each for each in message.field if _shares(each, field)]
            body = [_field(each, syntax, maps, plain=True) for each in inside]
            lines += [f"oneof {message.oneof_decl[field.oneof_index].name} {{", *_indented(body), "}"]
    return lines


def _shares(one: FieldDescriptorProto, other: FieldDescriptorProto) -> bool:
    return one.HasField("oneof_index") and not one.proto3_optional and one.oneof_index == other.oneof_index


def _field(field: FieldDescriptorProto, syntax: str, maps: dict[str, DescriptorProto], *, plain: bool = False) -> str:
    entry = next((each for name, each in maps.items() if field.type_name.endswith(name)), None)
    if entry is not None and field.label == _F.LABEL_REPEATED:
        kind, label = f"map<{_type(entry.field[0])}, {_type(entry.field[1])}>", ""
    else:
        optional = "optional " if syntax == "proto2" or field.proto3_optional else ""
        kind, label = _type(field), "" if plain else _LABELS.get(field.label, optional)
    told = [f"{name} = {value}" for name, value in _options(field.options)]
    if field.HasField("default_value"):
        quoted = field.type in (_F.TYPE_STRING, _F.TYPE_BYTES)
        told.insert(0, f"default = {_quoted(field.default_value) if quoted else field.default_value}")
    if field.json_name and field.json_name != json_name(field.name):
        told.append(f"json_name = {_quoted(field.json_name)}")
    shown = f" [{', '.join(told)}]" if told else ""
    return f"{label}{kind} {field.name} = {field.number}{shown};"


def _type(field: FieldDescriptorProto) -> str:
    if field.type_name:
        name: str = field.type_name
        return name
    kind: str = _F.Type.Name(field.type)
    return kind.removeprefix("TYPE_").lower()


def _enum(enum: EnumDescriptorProto) -> list[str]:
    body = [f"option {name} = {value};" for name, value in _options(enum.options)]
    for each in enum.value:
        told = ", ".join(f"{name} = {value}" for name, value in _options(each.options))
        body.append(f"{each.name} = {each.number}{f' [{told}]' if told else ''};")
    body += _reserved(enum, 2**31)
    return [f"enum {enum.name} {{", *_indented(body), "}"]


def _reserved(holder: Any, most: int) -> list[str]:
    # Ranges of messages end before their end, those of enums with it.
    inclusive = 1 if isinstance(holder, DescriptorProto) else 0
    numbers = []
    for each in holder.reserved_range:
        end = each.end - inclusive
        shown = "max" if end >= most - 1 else str(end)
        numbers.append(str(each.start) if end == each.start else f"{each.start} to {shown}")
    lines = [f"reserved {', '.join(numbers)};"] if numbers else []
    if holder.reserved_name:
        lines.append(f"reserved {', '.join(_quoted(name) for name in holder.reserved_name)};")
    return lines


def _service(service: ServiceDescriptorProto) -> list[str]:
    body = []
    for method in service.method:
        given = f"{'stream ' if method.client_streaming else ''}{method.input_type}"
        answer = f"{'stream ' if method.server_streaming else ''}{method.output_type}"
        body.append(f"rpc {method.name}({given}) returns ({answer});")
    return [f"service {service.name} {{", *_indented(body), "}"]
