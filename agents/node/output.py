"""From what an agent returned to what goes into the reply: JSON, checked, with large values as artifacts."""

from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agentcluster.errors import AgentClusterError
from agents.domain.calls import INLINE_LIMIT, CallError
from agents.domain.schema_check import check
from agents.node.failures import of_schema

TOTAL_LIMIT: Final = 512 * 1024
"""A reply's output is at most this many bytes, however many fields it has."""
ANY_OBJECT: Final = {"type": "object"}

_encoder = msgspec.json.Encoder()
Prepared = msgspec.Raw | CallError


class InvalidOutputError(AgentClusterError):
    """The agent's output is no JSON."""

    code = "invalid_output"

    def __init__(self, error: CallError) -> None:
        """``error`` is what the caller is told."""
        super().__init__(error.message)
        self.error = error


def prepare(schema: Any, output: Any) -> Prepared:
    """Return the output as it goes into the reply, or the error ``invalid_output`` (blocking: may write files)."""
    try:
        data = encode(output)
    except InvalidOutputError as error:
        return error.error
    return finish(schema, output, data)


def encode(output: Any) -> bytes:
    """Return the output as JSON; InvalidOutputError when it is none."""
    try:
        return _encoder.encode(output)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidOutputError(CallError("invalid_output", f"The agent's output is no JSON: {error}.")) from error


def finish(schema: Any, output: Any, data: bytes) -> Prepared:
    """Check ``output``, whose JSON is ``data``, and move what is too large to the artifact store."""
    if (
        not fits_plainly(schema, output)
        and check(schema, output)
        and (problems := check(schema, msgspec.json.decode(data)))
    ):
        return of_schema(problems, code="invalid_output", what="The agent's output does not fit its schema:")
    return msgspec.Raw(data if len(data) <= INLINE_LIMIT else _shrunk(data))


def fits_plainly(schema: Any, value: Any) -> bool:
    """Return whether a value fits a schema that asks for nothing, or for any object, without the cost of a check."""
    return not schema or (schema == ANY_OBJECT and isinstance(value, dict))


def _shrunk(data: bytes) -> bytes:
    if data[:1] != b"{":
        return _encoder.encode(_stored("output", data))
    fields = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    total = 0
    kept: dict[str, Any] = {}
    for name, value in sorted(fields.items(), key=lambda field: len(bytes(field[1]))):
        size = len(bytes(value))
        if size > INLINE_LIMIT or total + size > TOTAL_LIMIT:
            kept[name] = _stored(name, bytes(value))
            continue
        kept[name] = value
        total += size
    return _encoder.encode({name: kept[name] for name in fields})


def _stored(name: str, data: bytes) -> dict[str, Any]:
    return artifacts.put_bytes(data, "application/json", f"{name}.json").to_value()
