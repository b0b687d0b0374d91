"""The engine's side of a call, for tests of the node."""

import asyncio
import itertools
from typing import Any

from agentcluster import subjects
from agentcluster.ids import new_id, new_trace_id
from agentcluster.messaging import Bus, Received
from agents.cluster.protocol import CONTROLS, REPLIES, REQUESTS
from agents.domain.calls import CallControl, CallReply, CallRequest
from agents.node.node import Node

FINAL = ("ok", "error", "unknown")


class Caller:
    """Calls agents of a node and gathers every reply."""

    def __init__(self, bus: Bus, suffix: str) -> None:
        self.bus, self.suffix = bus, suffix
        self.trace_id = new_trace_id()
        self.inbox = f"test.{new_id()}"
        self.replies: list[CallReply] = []
        self.messages: list[Received] = []
        self._counter = itertools.count()
        self._news = asyncio.Event()

    @classmethod
    async def of(cls, bus: Bus, node: Node) -> "Caller":
        caller = cls(bus, node.profile.node_id)
        await bus.subscribe(f"{caller.inbox}.*", caller._on_reply)
        return caller

    def send(self, agent: str, input: Any, call_id: str = "", **fields: Any) -> str:
        call_id = call_id or f"run/{new_id()}/1"
        key = fields.pop("key", f"key-{call_id}")
        request = CallRequest(call_id, key, agent, fields.pop("version", "1.2.0"), input, **fields)
        subject = subjects.invoke(f"{agent}-{self.suffix}")
        self.bus.send(subject, REQUESTS.encode(request, self.trace_id), self._reply())
        return call_id

    def control(self, agent: str, action: Any, call_id: str, reason: str = "") -> None:
        data = CONTROLS.encode(CallControl(action, call_id, reason), self.trace_id)
        self.bus.send(subjects.control(f"{agent}-{self.suffix}"), data, self._reply())

    async def final(self, call_id: str, timeout_s: float = 20.0) -> CallReply:
        async with asyncio.timeout(timeout_s):
            while True:
                for reply in self.replies:
                    if reply.call_id == call_id and reply.status in FINAL:
                        return reply
                self._news.clear()
                await self._news.wait()

    async def call(self, agent: str, input: Any, call_id: str = "", **fields: Any) -> CallReply:
        return await self.final(self.send(agent, input, call_id, **fields))

    def _reply(self) -> str:
        return f"{self.inbox}.{next(self._counter)}"

    def _on_reply(self, message: Received) -> None:
        self.messages.append(message)
        if message.data:
            self.replies.append(REPLIES.decode(message.data).payload)
        self._news.set()
