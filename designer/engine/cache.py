"""Outputs of equal calls, kept for a while: asked for before a call is placed, kept after its end is durable.

Equal are calls of one project with the same key (the input, unless the node says otherwise) to the same agent version.
A call by capability asks for all agent versions that could get it; an intent counts as one agent for the same goal,
capabilities, constraints and criteria. Redis trouble is a miss. Steps without a cache cost nothing.
"""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.db import Error as DatabaseError

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError
from agentcluster.streams import keys
from agentcluster.streams.run_log import RunLog
from agentcluster.tasks import end
from agents.domain.calls import INLINE_LIMIT
from designer.domain.pending import PendingCall
from designer.engine.capacity import Capacity
from designer.engine.projects import project_of
from designer.engine.queues import Waiter, Waiting

logger = logging.getLogger(__name__)

LOOK_S: Final = 0.5
"""A look that takes longer is a miss."""
TTL_MAX_S: Final = 30 * 24 * 3600.0
AGENTS_MAX: Final = 32
PROJECTS_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Hit:
    """The cache holds the output of an equal call."""

    output: Any


@dataclass(slots=True)
class _Look:
    waiting: Waiting
    found: Hit | None = None
    done: bool = False


class CallCache:
    """The cache as one engine worker uses it."""

    def __init__(self, log: RunLog, capacity: Capacity) -> None:
        """Look through ``log``'s connection; ``capacity`` says which agents a call could go to."""
        self._log, self._capacity = log, capacity
        self._looks: dict[str, _Look] = {}
        self._projects: OrderedDict[str, str] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def look(self, call: PendingCall, workflow_id: str, waiter: Waiter) -> Hit | Waiting | None:
        """Return what the cache holds for ``call``, None when nothing; while it is asked, ask again when woken."""
        look = self._looks.get(call.call_id)
        if look is None:
            look = self._looks[call.call_id] = _Look(Waiting(waiter, monotonic(), "cache", "Looking into the cache."))
            self._spawn(self._find(call, workflow_id, look))
        return look.found if look.done else look.waiting

    def withdraw(self, call_id: str) -> None:
        """Forget what was found for a call that was placed, or is no longer wanted."""
        self._looks.pop(call_id, None)

    def keep(self, call: PendingCall, workflow_id: str, agent: tuple[str, str], output: Any) -> None:
        """Keep what ``agent`` (name, version) gave; outputs of over 64 KB are not kept."""
        if call.cache is None or call.cache.ttl_s <= 0:
            return
        try:
            data = msgspec.json.encode(output)
        except (TypeError, ValueError):
            return
        if len(data) <= INLINE_LIMIT:
            self._spawn(self._store(call, workflow_id, agent, data, min(call.cache.ttl_s, TTL_MAX_S)))

    async def stop(self) -> None:
        """Look no more."""
        await end(*self._tasks)

    async def _find(self, call: PendingCall, workflow_id: str, look: _Look) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                project = await self._project(workflow_id)
                wanted = [keys.cache(digest(project, agent, call)) for agent in self._agents(call)]
                found = await asyncio.gather(*(self._log.command("GET", key) for key in wanted))
            kept = next((data for data in found if data is not None), None)
            look.found = None if kept is None else Hit(msgspec.json.decode(kept))
        except (AgentClusterError, DatabaseError, TimeoutError, msgspec.MsgspecError) as error:
            logger.warning("call %s: the cache cannot be asked: %r", call.call_id, error)
        look.done = True
        look.waiting.waiter.wake()

    async def _store(
        self, call: PendingCall, workflow_id: str, agent: tuple[str, str], data: bytes, ttl_s: float
    ) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                key = keys.cache(digest(await self._project(workflow_id), agent, call))
                await self._log.command("SET", key, data, "PX", max(1, int(ttl_s * 1000)))
        except (AgentClusterError, DatabaseError, TimeoutError) as error:
            logger.warning("call %s: its output cannot be cached: %r", call.call_id, error)

    def _agents(self, call: PendingCall) -> list[tuple[str, str]]:
        """Return the agent versions a call could go to."""
        if call.intent is not None:
            return [("", "")]
        if call.agent and call.version:
            return [(call.agent, call.version)]
        return self._capacity.could_go(call)[:AGENTS_MAX]

    async def _project(self, workflow_id: str) -> str:
        known = self._projects.get(workflow_id)
        if known is None:
            known = self._projects[workflow_id] = await asyncio.to_thread(project_of, workflow_id)
            if len(self._projects) > PROJECTS_MAX:
                self._projects.popitem(last=False)
        return known

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def digest(project: str, agent: tuple[str, str], call: PendingCall) -> str:
    """Return what equal calls have in common, as 64 hex digits; ``agent`` (name, version) does not count for intents."""
    key = call.input if call.cache is None or call.cache.key is None else call.cache_key
    who: list[Any] = [*agent]
    if call.intent is not None:
        intent = call.intent
        who = ["intent", intent.goal, sorted(intent.capabilities), intent.constraints, intent.success_criteria]
    return hashlib.sha256(msgspec.json.encode([1, project, who, key], order="deterministic")).hexdigest()
