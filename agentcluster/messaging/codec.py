"""``Message[T]`` on the wire: JSON by msgspec, and the W3C trace context in the headers (features B1)."""

from typing import Any, Generic, TypeVar

import msgspec

from agentcluster.clock import now_ms
from agentcluster.envelope import Message, SchemaRef
from agentcluster.ids import new_span_id
from agentcluster.messaging.errors import BadMessageError
from agentcluster.messaging.outbox import Headers

T = TypeVar("T")
_encoder = msgspec.json.Encoder()


class Codec(Generic[T]):
    """Writes and reads the messages of one contract: a payload type and the schema it is announced by."""

    def __init__(self, payload: type[T], subject: str, version: str = "1.0.0") -> None:
        """``subject`` and ``version`` (semantic) name the contract."""
        self.schema = SchemaRef(subject, version)
        self._major = version.partition(".")[0]
        envelope: Any = Message[payload]  # type: ignore[valid-type]
        self._decoder: msgspec.json.Decoder[Message[T]] = msgspec.json.Decoder(envelope)

    def encode(self, payload: T, trace_id: str) -> bytes:
        """Return the message; ``trace_id`` is 32 hex digits."""
        return _encoder.encode(Message(trace_id, now_ms(), self.schema, payload))

    def encode_raw(self, payload: bytes, trace_id: str) -> bytes:
        """Return the message around a payload that is JSON already."""
        return _encoder.encode(Message(trace_id, now_ms(), self.schema, msgspec.Raw(payload)))

    def decode(self, data: bytes) -> Message[T]:
        """Return the message; BadMessageError when it is no JSON, of another contract or of another major version."""
        try:
            message = self._decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise BadMessageError(f"This is no message of {self.schema.subject}: {error}.") from error
        if message.schema != self.schema:
            self._check(message.schema)
        return message

    def _check(self, schema: SchemaRef) -> None:
        if schema.subject != self.schema.subject or schema.version.partition(".")[0] != self._major:
            raise BadMessageError(
                f"This is a message of {schema.subject} {schema.version}, not {self.schema.subject} {self._major}.x."
            )


def traceparent(trace_id: str) -> Headers:
    """Return the header that makes the receiver's work part of this trace, as a new span (W3C Trace Context)."""
    return {"traceparent": f"00-{trace_id}-{new_span_id()}-01"}
