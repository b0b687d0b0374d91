"""Protobuf contracts: ``.proto`` text read by protoc, or a Base64 FileDescriptorProto as Confluent's clients send it.

A message is one of the file's first message type unless it says otherwise; its JSON is that of ProtoJSON, with the
names the fields have in the file.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any, Final

from google.protobuf import json_format, message_factory
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, Message

from agents.contracts.errors import BadContractError
from agents.contracts.formats import proto_compiler, proto_rules, proto_shape, proto_text, proto_values
from agents.contracts.formats.base import BrokenError, ContractSchema, Fault, SchemaType
from agents.contracts.wire import BadFrameError, read_indexes, write_indexes
from agents.domain.contracts.reasons import Reason

MAX_DEPTH: Final = 100


class ProtobufSchema:
    """A file of messages with those it imports."""

    schema_type = SchemaType.PROTOBUF

    def __init__(self, text: str, files: FileDescriptorSet) -> None:
        """``files``: the imported ones first, the schema's own last."""
        self.text = text
        self.files = files
        self.file: FileDescriptorProto = files.file[-1]
        self.compiled = base64.b64encode(files.SerializeToString(deterministic=True)).decode()
        self.canonical = base64.b64encode(_essence(self.file)).decode()
        self._pool = _pool(files)
        if not self.file.message_type:
            raise BadContractError("The file holds no message type.", field="/schema")

    @classmethod
    def parse(cls, text: str, references: Mapping[str, ContractSchema], compiled: str = "") -> "ProtobufSchema":
        """See ``formats.parse``."""
        if compiled:
            return cls(text, FileDescriptorSet.FromString(base64.b64decode(compiled)))
        known = {name: other for name, other in references.items() if isinstance(other, ProtobufSchema)}
        serialized = _descriptor(text)
        if serialized is not None:
            files = proto_compiler.completed(serialized, {name: other.files for name, other in known.items()})
            return cls(proto_text.written(files.file[-1]), files)
        return cls(text, proto_compiler.compile(text, _sources(known)))

    @property
    def serialized(self) -> str:
        """The file's descriptor in Base64, as Confluent's clients ask for it with ``format=serialized``."""
        return base64.b64encode(self.file.SerializeToString(deterministic=True)).decode()

    def reads(self, writer: "ProtobufSchema") -> Iterable[Reason]:
        """See ``ContractSchema``."""
        return proto_rules.reasons(self.files, writer.files)

    def encode(self, value: Any) -> bytes:
        """See ``ContractSchema``."""
        message = self._message(self._names([0]))
        if not isinstance(value, dict) and not message.DESCRIPTOR.full_name.startswith("google.protobuf."):
            raise BrokenError(Fault("", "it must be an object"))
        try:
            json_format.ParseDict(value, message, max_recursion_depth=MAX_DEPTH)
            data: bytes = message.SerializeToString(deterministic=True)
        except (json_format.Error, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise BrokenError(_fault(str(error))) from error
        except Exception as error:  # EncodeError of a missing required field stands in different modules by version
            raise BrokenError(_fault(str(error))) from error
        return write_indexes([0]) + data

    def decode(self, data: bytes, writer: "ProtobufSchema | None" = None, *, native: bool = False) -> Any:
        """See ``ContractSchema``."""
        try:
            indexes, rest = read_indexes(data)
            message = self._message((writer or self)._names(indexes))
            message.ParseFromString(rest)
            if not message.IsInitialized():
                missing = ", ".join(message.FindInitializationErrors())
                raise BrokenError(Fault("", f"required fields are missing: {missing}"))
            if native:
                return proto_values.native(message, self._pool)
            return json_format.MessageToDict(message, preserving_proto_field_name=True, descriptor_pool=self._pool)
        except (
            DecodeError,
            BadFrameError,
            json_format.Error,
            KeyError,
            ValueError,
            TypeError,
            RecursionError,
        ) as error:
            raise BrokenError(Fault("", f"it is no Protobuf message of this schema: {error}"[:300])) from error

    def shape(self, *, decoded: bool = False) -> Any:
        """See ``ContractSchema``."""
        return proto_shape.json_schema_of(self._descriptor(self._names([0])), decoded=decoded)

    def _names(self, indexes: list[int]) -> list[str]:
        """Return the names of a message type and of those around it, the outermost first."""
        types, names = self.file.message_type, []
        for index in indexes:
            if index >= len(types):
                raise BadFrameError(f"The message says it is type {indexes} of the file, which there is not.")
            names.append(types[index].name)
            types = types[index].nested_type
        return names

    def _descriptor(self, names: list[str]) -> Any:
        return self._pool.FindMessageTypeByName(".".join([*filter(None, [self.file.package]), *names]))

    def _message(self, names: list[str]) -> Message:
        made: Message = message_factory.GetMessageClass(self._descriptor(names))()
        return made


def _essence(file: FileDescriptorProto) -> bytes:
    """Return what makes the file what it is: not its name, nor names protoc writes down only for JSON."""
    copy = FileDescriptorProto()
    copy.CopyFrom(file)
    copy.ClearField("name")
    copy.ClearField("source_code_info")
    waiting = [*copy.message_type]
    while waiting:
        each = waiting.pop()
        waiting += each.nested_type
        for field in [*each.field, *each.extension]:
            if field.json_name == proto_text.json_name(field.name):
                field.ClearField("json_name")
    made: bytes = copy.SerializeToString(deterministic=True)
    return made


def _descriptor(text: str) -> FileDescriptorProto | None:
    """Return the file a Base64 text holds, None when it is no such text."""
    try:
        data = base64.b64decode(text, validate=True)
        file = FileDescriptorProto.FromString(data)
    except (binascii.Error, ValueError, DecodeError):
        return None
    return file if file.message_type or file.enum_type else None


def _pool(files: FileDescriptorSet) -> DescriptorPool:
    pool = DescriptorPool()
    try:
        for file in files.file:
            pool.Add(file)
        for file in files.file:
            pool.FindFileByName(file.name)
    except (TypeError, KeyError, ValueError) as error:
        raise BadContractError(f"The file's types do not fit together: {error}"[:500], field="/schema") from error
    return pool


def _sources(known: Mapping[str, "ProtobufSchema"]) -> dict[str, str]:
    """Return the text of every file there is to import, by name."""
    sources = {file.name: proto_text.written(file) for other in known.values() for file in other.files.file[:-1]}
    return sources | {name: other.text for name, other in known.items()}


def _fault(said: str) -> Fault:
    """Find the field in what the library says, such as “Failed to parse items field: …” or “at "Order.total"”."""
    message = said[:300] or "it does not fit the message type"
    _, _, path = message.partition('at "')
    names = path.partition('"')[0].split(".")[1:] if path else []
    if not names and message.startswith("Failed to parse "):
        names = [message.removeprefix("Failed to parse ").partition(" ")[0]]
    return Fault("".join(f"/{name.replace('[', '/').replace(']', '')}" for name in names if name), message)
