"""The envelope of a message under a contract: it stands in headers (docs/wire.md). What is absent is allowed."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from agentcluster.clock import now_ms
from agents.contracts.formats.base import BrokenError, Fault
from agents.domain.contracts.binding import Binding

CONTENT_TYPES: Final = {"AVRO": "avro/binary", "PROTOBUF": "application/x-protobuf", "JSON": "application/json"}
CONTENT_TYPE: Final = "Content-Type"
SCHEMA_ID: Final = "Schema-Id"
SCHEMA_SUBJECT: Final = "Schema-Subject"
SCHEMA_VERSION: Final = "Schema-Version"
TIMESTAMP: Final = "Message-Timestamp"
TRACE: Final = "traceparent"
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_TRACE: Final = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_LATER: Final = re.compile(rf"(?!00){_TRACE.pattern}-.*")
"""W3C Trace Context: versions after the first may have more parts."""


class Envelope(NamedTuple):
    """What the headers say of a message: its trace (32 hex digits, empty: none), when it was sent (ms, 0: not said)."""

    trace_id: str
    timestamp: int


def written(binding: Binding, schema_id: int, headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a message that goes out, whose other ones are ``headers``."""
    told = {
        CONTENT_TYPE: CONTENT_TYPES[binding.schema_type],
        SCHEMA_ID: str(schema_id),
        SCHEMA_SUBJECT: binding.contract,
        SCHEMA_VERSION: binding.accepted.get(schema_id, binding.version),
        TIMESTAMP: str(now_ms()),
    }
    ours = {name.lower() for name in told}
    return {**{name: text for name, text in headers.items() if name.lower() not in ours}, **told}


def announced(binding: Binding, headers: Mapping[str, str]) -> int:
    """Return the schema of a message whose body does not say: the one in the headers, else the newest; BrokenError."""
    for text in _all(headers, SCHEMA_ID):
        if _NUMBER.fullmatch(text) and int(text) in binding.accepted:
            return int(text)
        raise BrokenError(_fault(SCHEMA_ID, text, f"which is no schema of {binding.contract}"))
    for text in _all(headers, SCHEMA_VERSION):
        found = [schema_id for schema_id, version in binding.accepted.items() if version == text]
        if found:
            return found[-1]
        raise BrokenError(_fault(SCHEMA_VERSION, text, f"which is no version of {binding.contract}"))
    return binding.schema_id


def read(binding: Binding, schema_id: int, headers: Mapping[str, str]) -> Envelope:
    """Return what the headers say; BrokenError when they say something that is no such thing, or of another message."""
    faults = [*_faults(binding, schema_id, headers)]
    if faults:
        raise BrokenError(*faults)
    stamp, trace = next(_all(headers, TIMESTAMP), ""), next(_all(headers, TRACE), "")
    return Envelope(trace.split("-")[1] if trace else "", int(stamp or 0))


def _faults(binding: Binding, schema_id: int, headers: Mapping[str, str]) -> Iterator[Fault]:
    for text in _all(headers, SCHEMA_SUBJECT):
        if text != binding.contract:
            yield _fault(SCHEMA_SUBJECT, text, f"which is not {binding.contract}")
    version = binding.accepted.get(schema_id, binding.version)
    for text in _all(headers, SCHEMA_VERSION):
        if text != version:
            yield _fault(SCHEMA_VERSION, text, f"but the message is of version {version}")
    for text in _all(headers, SCHEMA_ID):
        if not _NUMBER.fullmatch(text) or int(text) != schema_id:
            yield _fault(SCHEMA_ID, text, f"but the message is of schema {schema_id}")
    for text in _all(headers, TIMESTAMP):
        if not _NUMBER.fullmatch(text):
            yield _fault(TIMESTAMP, text, "which is no time in milliseconds")
    for text in _all(headers, TRACE):
        if not _TRACE.fullmatch(text) and not _LATER.fullmatch(text):
            yield _fault(TRACE, text, "which is no W3C trace context")


def _all(headers: Mapping[str, str], wanted: str) -> Iterator[str]:
    return (text for name, text in headers.items() if name.lower() == wanted.lower())


def _fault(header: str, text: str, but: str) -> Fault:
    return Fault("", f"the header {header} says “{text[:60]}”, {but}")
