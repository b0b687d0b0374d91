"""Holding calls to the contracts there are for agents: what they take and give, with large values in their places."""

import asyncio
from typing import Any

import msgspec

from agents.contracts.calls import fits_inline
from agents.contracts.errors import MessageBrokenError
from agents.contracts.formats import ContractSchema
from agents.contracts.guard import Guard, Written
from agents.contracts.wire import BadFrameError, unpacked
from agents.domain.calls import CallError
from agents.domain.contracts.json_parts import both
from agents.node import output
from agents.node.call import Call, Outcome
from agents.node.claims import ClaimError, may_hold_claims, read_input
from agents.node.failures import from_exception


class Promises:
    """Those of the agents on one node."""

    def __init__(self, contracts: Guard) -> None:
        """Follow ``contracts``, which the caller starts and stops."""
        self._contracts = contracts

    def concern(self, call: Call) -> bool:
        """Whether there is a contract for what the agent takes or gives, or was when the call was made."""
        return self._contracts.book.bindings.has_agent(call.hosted.name) or call.request.input_as != "json"

    async def refuse(self, call: Call) -> Outcome | None:
        """Return the outcome of a call whose input breaks its contract, None when it may go on.

        The call's input is then what the contract makes of it. Large values stand in their places where the contract
        wants values, also when the agent's own schema takes anything.
        """
        data = bytes(call.request.input)
        if (
            call.request.input_as == "json"
            and self._contracts.book.bindings.of_agent(call.hosted.name, "input") is None
        ):
            return None
        try:
            value = await self._taken(call, data)
        except ClaimError as error:
            return Outcome(error=error.error, kept=False)
        except BadFrameError as error:
            return Outcome(error=CallError("invalid_input", error.message), kept=False)
        except MessageBrokenError as error:
            return Outcome(error=from_exception(error, call.call_id), kept=False)
        call.request = msgspec.structs.replace(call.request, input=msgspec.Raw(msgspec.json.encode(value)))
        return None

    async def _taken(self, call: Call, data: bytes) -> Any:
        """Return the input as value; it came in ``data`` as JSON, or framed in Base64."""
        name = call.hosted.name
        if call.request.input_as == "contract":
            return await self._contracts.agent_input(name, unpacked(msgspec.json.decode(data)), call.call_id)
        schema = await self._contracts.agent_schema(name, "input")
        value = await _whole(call.hosted.manifest.intent.input, schema, data)
        large = not fits_inline(data)
        return (await self._contracts.agent_value(name, "input", value, call.call_id, large=large)).value

    async def checked(self, call: Call, outcome: Outcome) -> Outcome:
        """Return the outcome with its output as the contract has it, or the error that it breaks the contract."""
        name = call.hosted.name
        schema = await self._contracts.agent_schema(name, "output") if outcome.error is None else None
        if schema is None:
            return outcome
        data = msgspec.json.encode(outcome.output)
        large = not fits_inline(data)
        try:
            value = await _whole(call.hosted.manifest.intent.output, schema, data)
            written = await self._contracts.agent_value(name, "output", value, call.call_id, large=large)
        except ClaimError as error:
            message = f"The output cannot be held to its contract: {error.message}"
            return Outcome(error=CallError(error.error.code, message, field=error.error.field))
        except MessageBrokenError as error:
            return Outcome(error=from_exception(error, call.call_id))
        return await _with(outcome, written, large=large) if written.framed else outcome


async def _with(outcome: Outcome, written: Written, *, large: bool) -> Outcome:
    """Return the outcome with the output as its contract has it; what is large goes to the artifact store again."""
    data = msgspec.json.encode(written.value)
    if not large and fits_inline(data):
        return msgspec.structs.replace(outcome, output=msgspec.Raw(data), framed=written.framed)
    made = await asyncio.to_thread(output.finish, {}, written.value, data)
    return Outcome(error=made) if isinstance(made, CallError) else msgspec.structs.replace(outcome, output=made)


async def _whole(own: Any, contract: ContractSchema | None, data: bytes) -> Any:
    """Return the value in ``data`` (JSON) with its large parts where the agent or the contract wants values; ClaimError."""
    if not may_hold_claims(data):
        return read_input(True, data)
    wanted = own if contract is None else both(own, contract.shape())
    return await asyncio.to_thread(read_input, wanted, data)
