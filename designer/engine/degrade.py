"""Answers in the place of an agent's, by policy (features E4): a value, an earlier answer, a cheaper agent, or later.

Policies are asked only once something went wrong; without a policy for cached answers none are kept.
"""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError
from agentcluster.streams import keys
from agentcluster.streams.run_log import RunLog
from agentcluster.tasks import end
from agents.domain.breaker import CODE
from agents.domain.calls import INLINE_LIMIT, CallError
from agents.domain.policy import CircuitBreaker, Degrade, PolicySet, Subject
from agents.policies import live
from designer.domain.degrading import Instead
from designer.domain.pending import PendingCall
from designer.engine.projects import project_of
from designer.engine.queues import Waiter, Waiting

logger = logging.getLogger(__name__)

LOOK_S: Final = 0.5
PROJECTS_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that was not sent, and what policy gives in its place."""

    error: CallError
    instead: Instead | None = None


@dataclass(slots=True)
class _Look:
    waiting: Waiting
    found: Instead | None = None
    done: bool = False


class Degrading:
    """What policy says for calls that went wrong, as one engine worker carries it out."""

    def __init__(self, log: RunLog) -> None:
        """Keep and find earlier answers through ``log``'s Redis."""
        self._log = log
        self._looks: dict[str, _Look] = {}
        self._later: dict[str, Waiting] = {}
        self._alarms: dict[str, asyncio.TimerHandle] = {}
        """By call id: one timer each, however often the call is looked at meanwhile."""
        self._projects: OrderedDict[str, str] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self.keeps = False
        """Whether any policy wants answers kept."""
        self._policies_changed(live.current())
        live.on_change(self._policies_changed)

    def refused(self, call: PendingCall, error: CallError, waiter: Waiter, workflow_id: str) -> Refused | Waiting:
        """Return what becomes of a call that cannot be sent; ask again when ``waiter`` is woken.

        A call by capability or intent names no agent: then the policy for the one that ``error`` is about holds.
        """
        agent = call.agent or str(error.data.get("agent", ""))
        spec = _spec(agent, call.version or str(error.data.get("version", "")), error)
        if spec is None:
            return Refused(error)
        if spec.answer == "later" and error.code == CODE:
            return self._until_later(call, error, waiter)
        if spec.answer != "cached":
            return Refused(error, _instead(spec, agent, call.version))
        look = self._looks.get(call.call_id)
        if look is None:
            look = self._looks[call.call_id] = _Look(
                Waiting(waiter, monotonic(), "degrade", "Looking for an earlier answer.")
            )
            self._spawn(self._look(look, workflow_id, agent, call.input))
        return Refused(error, look.found) if look.done else look.waiting

    async def failed(self, agent: str, version: str, value: Any, error: CallError, workflow_id: str) -> Instead | None:
        """Return what takes the place of a failed call's error, should it be the last attempt."""
        spec = _spec(agent, version, error)
        if spec is None:
            return None
        if spec.answer == "cached":
            return await self._find(workflow_id, agent, value)
        return _instead(spec, agent, version)

    def keep(self, agent: str, version: str, value: Any, output: Any, workflow_id: str) -> None:
        """Keep a good answer where policy wants it given again."""
        spec: Degrade = live.spec("degrade", Subject(agent=agent, version=version))
        if spec.answer == "cached":
            self._spawn(self._keep(workflow_id, agent, value, output, spec.cached_for_s))

    def withdraw(self, call_id: str) -> None:
        """Forget a call that was settled, or is no longer wanted."""
        self._looks.pop(call_id, None)
        self._later.pop(call_id, None)
        alarm = self._alarms.pop(call_id, None)
        if alarm is not None:
            alarm.cancel()

    def breaker_changed(self) -> None:
        """Let those ask again who wait for a breaker."""
        for waiting in self._later.values():
            waiting.waiter.wake()

    async def stop(self) -> None:
        """Look no more."""
        live.forget(self._policies_changed)
        await end(*self._tasks)

    def _until_later(self, call: PendingCall, error: CallError, waiter: Waiter) -> Waiting:
        waiting = self._later.get(call.call_id)
        if waiting is None:
            waiting = self._later[call.call_id] = Waiting(waiter, monotonic(), CODE, error.message, announced=True)
        waiting.message = error.message
        if call.call_id not in self._alarms:
            pause_s = error.data.get("retry_after_ms", 1000) / 1000
            self._alarms[call.call_id] = asyncio.get_running_loop().call_later(pause_s, self._wake, call.call_id)
        return waiting

    def _wake(self, call_id: str) -> None:
        self._alarms.pop(call_id, None)
        waiting = self._later.get(call_id)
        if waiting is not None:
            waiting.waiter.wake()

    async def _look(self, look: _Look, workflow_id: str, agent: str, value: Any) -> None:
        look.found = await self._find(workflow_id, agent, value)
        look.done = True
        look.waiting.waiter.wake()

    async def _find(self, workflow_id: str, agent: str, value: Any) -> Instead | None:
        try:
            async with asyncio.timeout(LOOK_S):
                kept = await self._log.command("GET", await self._key(workflow_id, agent, value))
            return None if kept is None else Instead("cached", msgspec.json.decode(kept))
        except Exception as error:
            logger.warning("the earlier answers of %s cannot be looked at: %r", agent, error)
            return None

    async def _keep(self, workflow_id: str, agent: str, value: Any, output: Any, ttl_s: float) -> None:
        try:
            data = msgspec.json.encode(output)
            if len(data) <= INLINE_LIMIT:
                async with asyncio.timeout(LOOK_S):
                    key = await self._key(workflow_id, agent, value)
                    await self._log.command("SET", key, data, "PX", max(1, int(ttl_s * 1000)))
        except (AgentClusterError, TimeoutError, TypeError, ValueError) as error:
            logger.warning("an answer of %s cannot be kept: %r", agent, error)
        except Exception:
            logger.exception("an answer of %s cannot be kept", agent)

    async def _key(self, workflow_id: str, agent: str, value: Any) -> str:
        project = self._projects.get(workflow_id)
        if project is None:
            project = self._projects[workflow_id] = await asyncio.to_thread(project_of, workflow_id)
            if len(self._projects) > PROJECTS_MAX:
                self._projects.popitem(last=False)
        same = msgspec.json.encode(["degrade", project, agent, value], order="deterministic")
        return keys.cache(hashlib.sha256(same).hexdigest())

    def _policies_changed(self, policies: PolicySet) -> None:
        self.keeps = any(
            policy.kind == "degrade" and policy.enabled and policy.spec.get("answer") == "cached"
            for policy in policies.policies
        )

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _spec(agent: str, version: str, error: CallError) -> Degrade | None:
    spec: Degrade = live.spec("degrade", Subject(agent=agent, version=version))
    wanted = spec.answer != "error" and error.code != "cancelled" and (error.code in spec.on or "*" in spec.on)
    return spec if wanted else None


def _instead(spec: Degrade, agent: str, version: str) -> Instead | None:
    if spec.answer == "value":
        return Instead("value", spec.value)
    if spec.answer == "agent":
        name, _, number = spec.agent.partition("@")
        # Itself is no help, unless it is another version.
        return Instead("agent", agent=name, version=number) if name and (name, number) != (agent, version) else None
    breaker: CircuitBreaker = live.spec("circuit_breaker", Subject(agent=agent, version=version))
    return Instead("later", after_ms=int(breaker.open_s * 1000))
