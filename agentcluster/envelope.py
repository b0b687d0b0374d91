"""The envelope every message on the bus travels in (features B1)."""

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class SchemaRef(msgspec.Struct, frozen=True):
    """The contract a payload follows: its subject and semantic version."""

    subject: str
    version: str = "1.0.0"


class Message(msgspec.Struct, Generic[T], frozen=True):
    """A typed message: ``timestamp`` is wall clock in ms; ``trace_id`` is 32 hex digits."""

    trace_id: str
    timestamp: int
    schema: SchemaRef
    payload: T
