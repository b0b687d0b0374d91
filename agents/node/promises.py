"""Holding calls to the contracts there are for agents: what they take and give, with large values in their places."""

import asyncio
from typing import Any, Literal

import msgspec

from agents.contracts.formats import ContractSchema
from agents.contracts.guard import Guard
from agents.domain.calls import INLINE_LIMIT, CallError
from agents.domain.contracts.json_parts import both
from agents.node.call import Call, Outcome
from agents.node.claims import ClaimError, may_hold_claims, read_input
from agents.node.failures import from_exception

Side = Literal["input", "output"]


class Promises:
    """Those of the agents on one node."""

    def __init__(self, contracts: Guard) -> None:
        """Follow ``contracts``, which the caller starts and stops."""
        self._contracts = contracts

    def concern(self, agent: str) -> bool:
        """Whether there is a contract for what the agent takes or gives."""
        return self._contracts.book.bindings.has_agent(agent)

    async def refuse(self, call: Call) -> Outcome | None:
        """Return the outcome of a call whose input breaks its contract, None when it may go on.

        Large values stand in the call's input from then on where the contract wants values, also when the agent's own
        schema takes anything.
        """
        data = bytes(call.request.input)
        schema = await self._contracts.agent_schema(call.hosted.name, "input")
        if schema is None:
            return None
        try:
            value = await _whole(call.hosted.manifest.intent.input, schema, data)
        except ClaimError as error:
            return Outcome(error=error.error, kept=False)
        broken = await self._check(call, "input", value, data)
        if broken is not None:
            return Outcome(error=broken, kept=False)
        if may_hold_claims(data):
            call.request = msgspec.structs.replace(call.request, input=msgspec.Raw(msgspec.json.encode(value)))
        return None

    async def checked(self, call: Call, outcome: Outcome) -> Outcome:
        """Return the outcome, or the error that its output breaks its contract."""
        schema = await self._contracts.agent_schema(call.hosted.name, "output") if outcome.error is None else None
        if schema is None:
            return outcome
        data = msgspec.json.encode(outcome.output)
        try:
            value = await _whole(call.hosted.manifest.intent.output, schema, data)
        except ClaimError as error:
            message = f"The output cannot be held to its contract: {error.message}"
            return Outcome(error=CallError(error.error.code, message, field=error.error.field))
        broken = await self._check(call, "output", value, data)
        return outcome if broken is None else Outcome(error=broken)

    async def _check(self, call: Call, side: Side, value: Any, data: bytes) -> CallError | None:
        """Return how the value, whose JSON travelled as ``data``, breaks the contract; what is large, in a thread."""
        large = len(data) > INLINE_LIMIT or may_hold_claims(data)
        broken = await self._contracts.check_agent(call.hosted.name, side, value, call.call_id, large=large)
        return None if broken is None else from_exception(broken, call.call_id)


async def _whole(own: Any, contract: ContractSchema, data: bytes) -> Any:
    """Return the value in ``data`` (JSON) with its large parts where the agent or the contract wants values; ClaimError."""
    if not may_hold_claims(data):
        return read_input(True, data)
    return await asyncio.to_thread(lambda: read_input(both(own, contract.shape()), data))
