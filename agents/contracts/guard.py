"""Holds messages to their contracts: on sending, before delivery, and what agents take and give (features B1, B2).

The wire form is in docs/wire.md: the payload as the contract says, behind the id of its schema; the envelope in headers.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from agentcluster.clock import now_ms
from agentcluster.envelope import Message, SchemaRef
from agentcluster.messaging import Bus
from agentcluster.streams.memory import Executor
from agents.contracts.errors import MessageBrokenError
from agents.contracts.formats import ContractSchema, SchemaType
from agents.contracts.formats.base import BrokenError, Fault
from agents.contracts.headers import Envelope, announced, read, written
from agents.contracts.live import ContractBook
from agents.contracts.rejections import Rejections, Sent
from agents.contracts.wire import BadFrameError, frame, unframe
from agents.domain.contracts.binding import Binding


class Sealed(NamedTuple):
    """A message as it goes on the wire."""

    data: bytes
    headers: dict[str, str]


class Written(NamedTuple):
    """What an agent takes or gives, as its contract has it: defaults are filled in.

    ``framed``: how it travels; empty where it does as JSON.
    """

    value: Any
    framed: bytes = b""


class Guard:
    """One for each process that sends or takes messages."""

    def __init__(self, bus: Bus, redis: Executor) -> None:
        """Follow the contracts on ``bus`` once started; keep what is rejected in ``redis``."""
        self.book = ContractBook(bus)
        self._rejections = Rejections(bus, redis)

    async def start(self) -> None:
        """Begin to follow the contracts in use."""
        await self.book.start()

    async def stop(self) -> None:
        """Follow no more."""
        await self.book.stop()

    async def seal(self, subject: str, data: bytes, headers: Mapping[str, str], by: str = "") -> Sealed | None:
        """Return JSON as the subject's contract wants it on the wire; None when there is no contract.

        What is framed already is checked and left as it is. ``headers`` may not say that it is something else. ``by``
        says who sends it. MessageBrokenError says which field breaks the contract; the message is kept for inspection.
        ContractUnavailableError: try again.
        """
        binding = self.book.bindings.of_subject(subject)
        if binding is None:
            return None
        try:
            body, schema_id = await self._written(binding, data, headers)
        except BrokenError as error:
            raise await self._broken(binding, error.faults, Sent("send", subject, data, headers, by)) from error
        return Sealed(body, written(binding, schema_id, headers))

    async def open(self, subject: str, data: bytes, headers: Mapping[str, str], by: str = "") -> Message[Any] | None:
        """Return a message that came on a subject, its payload as JSON value; None when there is no contract.

        Plain JSON is taken under a JSON contract, too. Headers of the envelope may be absent, but not wrong.
        MessageBrokenError, ContractUnavailableError as ``seal``.
        """
        binding = self.book.bindings.of_subject(subject)
        if binding is None:
            return None
        try:
            value, schema_id, envelope = await self._decoded(binding, data, headers)
        except BrokenError as error:
            raise await self._broken(binding, error.faults, Sent("deliver", subject, data, headers, by)) from error
        return Message(
            envelope.trace_id,
            envelope.timestamp or now_ms(),
            SchemaRef(binding.contract, binding.accepted.get(schema_id, binding.version)),
            value,
        )

    async def agent_schema(self, agent: str, side: str) -> ContractSchema | None:
        """Return the schema there is for an agent's ``input`` or ``output``; ContractUnavailableError."""
        binding = self.book.bindings.of_agent(agent, side)
        return None if binding is None else await self.book.schema(binding.schema_id)

    async def agent_value(self, agent: str, side: str, value: Any, by: str = "", *, large: bool = False) -> Written:
        """Return an agent's ``input`` or ``output`` as its contract has it; MessageBrokenError, ContractUnavailableError.

        ``value`` is JSON with its large parts in their places; what is ``large`` is done in a thread.
        """
        binding = self.book.bindings.of_agent(agent, side)
        if binding is None:
            return Written(value)
        schema = await self.book.schema(binding.schema_id)
        try:
            if large:
                return await asyncio.to_thread(_as_written, schema, binding.schema_id, value)
            return _as_written(schema, binding.schema_id, value)
        except BrokenError as error:
            sent = Sent(side, binding.contract, msgspec.json.encode(value), {}, by)
            raise await self._broken(binding, error.faults, sent) from error

    async def agent_input(self, agent: str, framed: bytes, by: str = "") -> Any:
        """Return the value of an agent's input that came framed, as the newest version has it; errors as above."""
        name = f"agent.{agent}.input"
        binding = self.book.bindings.of_agent(agent, "input")
        try:
            schema_id, payload = _framed(binding, framed)
            newest = schema_id if binding is None else binding.schema_id
            return (await self.book.reading(schema_id, newest, native=True))(payload)
        except BrokenError as error:
            gone = Binding(name, name, SchemaType.AVRO, 0, "")
            raise await self._broken(binding or gone, error.faults, Sent("input", name, framed, {}, by)) from error

    async def _written(self, binding: Binding, data: bytes, headers: Mapping[str, str]) -> tuple[bytes, int]:
        if data[:1] == b"\0":
            _, schema_id, _ = await self._decoded(binding, data, headers)
            return data, schema_id
        read(binding, binding.schema_id, headers)
        schema = await self.book.schema(binding.schema_id)
        return frame(binding.schema_id, schema.encode(_json(data))), binding.schema_id

    async def _decoded(self, binding: Binding, data: bytes, headers: Mapping[str, str]) -> tuple[Any, int, Envelope]:
        if binding.schema_type == SchemaType.JSON and data[:1] != b"\0":
            schema_id, payload = announced(binding, headers), data
        else:
            schema_id, payload = _framed(binding, data)
        envelope = read(binding, schema_id, headers)
        decode = await self.book.reading(schema_id, binding.schema_id)
        return decode(payload), schema_id, envelope

    async def _broken(self, binding: Binding, faults: tuple[Fault, ...], sent: Sent) -> MessageBrokenError:
        first = faults[0]
        message = (
            f"The message on {sent.subject} breaks the contract {binding.contract} {binding.version}: "
            f"{first.field or 'as a whole'}: {first.message}"
        )
        await self._rejections.keep(binding, faults, sent)
        errors = [{"field": fault.field, "message": fault.message, "code": "contract_broken"} for fault in faults]
        return MessageBrokenError(message, errors=errors, contract=binding.contract, version=binding.version)


def _as_written(schema: ContractSchema, schema_id: int, value: Any) -> Written:
    data = schema.encode(value)
    if schema.schema_type is SchemaType.JSON:
        return Written(value)
    return Written(schema.decode(data, native=True), frame(schema_id, data))


def _framed(binding: Binding | None, data: bytes) -> tuple[int, bytes]:
    try:
        schema_id, payload = unframe(data)
    except BadFrameError as error:
        kind = f"{binding.schema_type.lower()} " if binding else ""
        raise BrokenError(Fault("", f"{error.message} Messages of {kind}contracts need it.")) from error
    if binding is not None and schema_id not in binding.accepted:
        raise BrokenError(Fault("", f"schema {schema_id} is no version of {binding.contract}"))
    return schema_id, payload


def _json(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenError(Fault("", f"it is not JSON: {error}")) from error
