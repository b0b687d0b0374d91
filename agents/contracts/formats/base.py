"""What schemas of all types have in common."""

import enum
from collections.abc import Iterable
from typing import Any, Final, Protocol

import msgspec

from agents.domain.contracts.reasons import Reason

MAX_SCHEMA_BYTES: Final = 256 * 1024
MAX_REFERENCES: Final = 50
MAX_MESSAGE_DEPTH: Final = 200


class SchemaType(enum.StrEnum):
    """How payloads are written; the names are those of the Confluent Schema Registry."""

    AVRO = "AVRO"
    PROTOBUF = "PROTOBUF"
    JSON = "JSON"


class Reference(msgspec.Struct, frozen=True):
    """Under ``name`` a schema refers to a version of another contract."""

    name: str
    subject: str
    version: int


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with a message: a JSON pointer into it and a sentence."""

    field: str
    message: str


class BrokenError(Exception):
    """The message does not fit the schema."""

    def __init__(self, *faults: Fault) -> None:
        """Take what is wrong, most important first."""
        self.faults = faults
        super().__init__("; ".join(f"{fault.field or '/'}: {fault.message}" for fault in faults))


class ContractSchema(Protocol):
    """A schema that was read."""

    schema_type: SchemaType
    text: str
    """As people read it."""
    canonical: str
    """The same for schemas that say the same."""
    compiled: str
    """What saves reading it again elsewhere; may be empty."""

    def reads(self, writer: Any) -> Iterable[Reason]:
        """Return why messages of ``writer`` (of the same type) cannot be read with this schema."""

    def encode(self, value: Any) -> bytes:
        """Return the payload of a JSON value; BrokenError when it does not fit."""

    def decode(self, data: bytes, writer: Any = None, *, native: bool = False) -> Any:
        """Return the JSON value of a payload; BrokenError when it is none of this schema.

        ``writer``: the schema of the same type, which this one ``reads``, that the payload was written with. Fields it
        lacks get their defaults. ``native``: numbers of any size as numbers, and fields that cannot be absent always there,
        where the type's own JSON (Protobuf) has it otherwise.
        """

    def shape(self, *, decoded: bool = False) -> Any:
        """Return a JSON Schema of the values that ``encode`` takes, or of those that ``decode`` returns."""
