"""Calls to agents with an Avro or Protobuf contract, as the caller writes and reads them (docs/wire.md).

Input and output travel framed as any message under a contract, in Base64, since the envelope around them is JSON. What
cannot travel so (a schema that is not here yet, references to large values, what breaks the contract) goes as JSON: the
node holds it to the contract all the same.
"""

from typing import Final

import msgspec

from agentcluster.artifacts.reference import KEY
from agentcluster.messaging import BadMessageError
from agents.contracts.formats import SchemaType
from agents.contracts.formats.base import BrokenError
from agents.contracts.live import ContractBook
from agents.contracts.wire import BadFrameError, frame, packed, unframe, unpacked
from agents.domain.calls import INLINE_LIMIT, CallReply, CallRequest

_MARK: Final = f'"{KEY}"'.encode()


class CallPayloads:
    """Those of one caller. ``book`` is started and stopped by whoever made it."""

    def __init__(self, book: ContractBook) -> None:
        """Write and read as the contracts in ``book`` say."""
        self._book = book

    def request(self, request: CallRequest) -> CallRequest:
        """Return the request as it goes to the node."""
        bindings = self._book.bindings
        if not bindings.has_agent(request.agent):
            return request
        asking = msgspec.structs.replace(request, output_as="contract")
        binding = bindings.of_agent(request.agent, "input")
        if binding is None or binding.schema_type == SchemaType.JSON:
            return asking
        schema, data = self._book.at_hand(binding.schema_id), msgspec.json.encode(request.input)
        if schema is None or not fits_inline(data):
            return asking
        try:
            payload = schema.encode(msgspec.json.decode(data))
        except BrokenError:
            return asking
        return msgspec.structs.replace(asking, input=packed(frame(binding.schema_id, payload)), input_as="contract")

    def reply(self, reply: CallReply) -> CallReply:
        """Return a reply with its output as JSON value; BadMessageError when it cannot be read here and now."""
        if reply.output_as == "json":
            return reply
        try:
            schema_id, payload = unframe(unpacked(reply.output))
            schema = self._book.at_hand(schema_id)
            if schema is None:
                raise BadMessageError(f"Schema {schema_id}, in which the output is written, is not here yet.")
            output = schema.decode(payload, native=True)
        except (BadFrameError, BrokenError) as error:
            raise BadMessageError(f"The output cannot be read: {error}") from error
        return msgspec.structs.replace(reply, output=output, output_as="json")


def fits_inline(data: bytes) -> bool:
    """Whether a value, by its JSON, travels as its contract says: it is not large, nor holds references."""
    return len(data) <= INLINE_LIMIT and _MARK not in data
