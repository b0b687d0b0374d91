"""The circuit breakers of agent versions as one process that makes calls uses them (features E3): an engine worker, or a gateway.

The worker judges by its own calls, publishes a change, and takes over those of others within ``TICK_S``. Who made a breaker
half-open sends the probes; should it have none to send, another takes its place after the same time.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import msgspec

from agentcluster.clock import monotonic, now_ms, time_of_day
from agentcluster.errors import AgentClusterError
from agentcluster.streams import breakers as shared
from agentcluster.streams.run_log import RunLog
from agentcluster.tasks import end
from agents.domain.breaker import CODE, Breaker, Status, is_failure
from agents.domain.calls import CallError, CallReply
from agents.domain.policy import CircuitBreaker, PolicySet, Subject
from agents.policies import live

logger = logging.getLogger(__name__)

TICK_S: Final = 0.5
FIGURES_S: Final = 2.0
NO_DEMAND_S: Final = 5.0
"""A worker that has no calls for an agent leaves it so long to others to try it again."""
FORGET_MS: Final = 3_600_000
FIGURES_MS: Final = 600_000
LOST_MAX: Final = 1000
TRIAL_MS: Final = 1000
"""While it is being tried, others ask again after so long."""

Key = tuple[str, str]
_decoder: Final = msgspec.json.Decoder(Status)


class Breakers:
    """All breakers this worker knows of; ``changed`` is called with the agent's name after a change."""

    def __init__(self, log: RunLog, worker: str) -> None:
        """Share through ``log``'s Redis."""
        self._log, self._worker = log, worker
        self._known: dict[Key, Breaker] = {}
        self._specs: dict[Key, CircuitBreaker] = {}
        self._wanted: set[Key] = set()
        self._asking: set[Key] = set()
        self._lost: dict[str, None] = {}
        """Instances whose loss was counted: a dead node with a hundred calls has failed once."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._told_s = 0.0
        self.troubled: set[Key] = set()
        """Those that are not closed."""
        self.changed: Callable[[str], None] = lambda _: None
        live.on_change(self._policies_changed)

    def spec(self, key: Key) -> CircuitBreaker:
        """Return the policy that holds for an agent version."""
        found = self._specs.get(key)
        if found is None:
            found = self._specs[key] = live.spec("circuit_breaker", Subject(agent=key[0], version=key[1]))
        return found

    def allows(self, agent: str, version: str) -> bool:
        """Return whether a call may go to this version now."""
        key = (agent, version)
        return key not in self.troubled or self._known[key].allows(self.spec(key))

    def begin(self, agent: str, version: str) -> None:
        """Note that a call goes there."""
        if (agent, version) in self.troubled:
            self._known[agent, version].begin()

    def ask(self, agent: str, version: str) -> bool:
        """Try an agent version again if it is time to; True while that is being settled: ask again in a moment."""
        key = (agent, version)
        self._wanted.add(key)
        if key in self._asking:
            return True
        breaker = self._known[key]
        if not breaker.due(monotonic()):
            return False
        self._propose(key, breaker.half_open(now_ms(), self.spec(key)))
        return True

    def refusal(self, agent: str, version: str) -> CallError:
        """Return the error of a call that may not go there, with when to try again."""
        breaker = self._known[agent, version]
        status = breaker.status
        rests_ms = max(100, int(breaker.rests_s(monotonic()) * 1000))
        if status.state == "half_open":
            rests_ms = min(rests_ms, TRIAL_MS)
        now = now_ms()
        name = f"{agent}@{version}"
        state = "being tried with a few calls" if status.state == "half_open" else "open"
        message = (
            f"The breaker of {name} is {state} since {time_of_day(status.since_ms, now)}: {status.reason} "
            f"Next try at {time_of_day(now + rests_ms, now)}."
        )
        data = {"agent": agent, "version": version, "retry_after_ms": rests_ms, "since_ms": status.since_ms}
        return CallError(CODE, message, retryable=True, data=data)

    def record(self, agent: str, version: str, instance: str, reply: CallReply) -> None:
        """Count what came of a call."""
        key, error = (agent, version), reply.error
        failed = error is not None and is_failure(error)
        if error is not None and not failed:
            return
        if error is not None and error.code == "node_lost" and self._is_known_loss(instance):
            return
        breaker = self._known.get(key)
        if breaker is None:
            breaker = self._known[key] = Breaker(agent, version, self._worker)
        took_ms = max(0, reply.finished_ms - reply.received_ms)
        why = error.code if error is not None else ""
        spec = self.spec(key)
        proposed = breaker.record(monotonic(), now_ms(), spec, failed=failed, took_ms=took_ms, why=why)
        if proposed is not None:
            self._propose(key, proposed)

    async def run(self) -> None:
        """Take over what others change, try again what is due, say what was seen; until cancelled."""
        while True:
            try:
                await self._tick()
            except AgentClusterError as error:
                logger.warning("the breakers cannot be read: %s", error.message)
            except Exception:
                logger.exception("the breakers cannot be read")
            await asyncio.sleep(TICK_S)

    async def stop(self) -> None:
        """End what is under way."""
        live.forget(self._policies_changed)
        await end(*self._tasks)

    async def sweep(self) -> None:
        """Forget what has been closed for long, and figures of long ago."""
        now = now_ms()
        known = [(value.name, _decoder.decode(value.data)) for value in await shared.read(self._log)]
        old = [name for name, status in known if status.state == "closed" and now - status.since_ms > FORGET_MS]
        await shared.forget(self._log, old)
        said = await shared.figures(self._log)
        gone = [name for name, data in said.items() if now - msgspec.json.decode(data)["at_ms"] > FIGURES_MS]
        await shared.forget_figures(self._log, gone)

    async def _tick(self) -> None:
        values = await shared.read(self._log)
        for value in values:
            self._adopt(_decoder.decode(value.data))
        there = {value.name for value in values}
        now = monotonic()
        for key in [*self.troubled]:
            breaker, name = self._known[key], "@".join(key)
            if name not in there and key not in self._asking:
                # Redis has lost it: what this worker knows is as good as what anybody knows.
                self._propose(key, msgspec.structs.replace(breaker.status, number=breaker.status.number + 1))
            elif breaker.due(now) and (key in self._wanted or breaker.due(now - NO_DEMAND_S)):
                self.ask(*key)
        if now - self._told_s >= FIGURES_S:
            self._told_s = now
            await self._tell_figures(now)

    async def _tell_figures(self, now: float) -> None:
        said = {}
        for key, breaker in [*self._known.items()]:
            seen = breaker.figures(now, self.spec(key))
            if seen.calls:
                said["@".join(key)] = msgspec.json.encode(
                    {"calls": seen.calls, "failures": seen.failures, "p95_ms": seen.p95_ms, "at_ms": now_ms()}
                )
        await shared.tell_figures(self._log, self._worker, said)

    def _propose(self, key: Key, status: Status) -> None:
        if key not in self._asking:
            self._asking.add(key)
            task = asyncio.get_running_loop().create_task(self._publish(key, status))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _publish(self, key: Key, status: Status) -> None:
        name = "@".join(key)
        try:
            value = shared.Value(name, status.number, msgspec.json.encode(status))
            holds = await shared.switch(self._log, name, status.number - 1, value)
        except AgentClusterError as error:
            logger.warning("the breaker of %s cannot be told to others: %s", name, error.message)
            return
        finally:
            self._asking.discard(key)
        self._adopt(_decoder.decode(holds.data), told=True)

    def _adopt(self, status: Status, *, told: bool = False) -> None:
        key = (status.agent, status.version)
        breaker = self._known.get(key)
        if breaker is None:
            if status.state == "closed":
                return
            breaker = self._known[key] = Breaker(*key, self._worker)
        rests_s = min(max(0.0, (status.until_ms - now_ms()) / 1000), self.spec(key).open_s)
        if not breaker.adopt(status, monotonic(), rests_s):
            if told:
                self.changed(status.agent)
            return
        level = logging.WARNING if status.state == "open" else logging.INFO
        logger.log(level, "the breaker of %s@%s is %s: %s", *key, status.state.replace("_", "-"), status.reason)
        self._wanted.discard(key)
        (self.troubled.discard if status.state == "closed" else self.troubled.add)(key)
        self.changed(status.agent)

    def _is_known_loss(self, instance: str) -> bool:
        if instance in self._lost:
            return True
        self._lost[instance] = None
        if len(self._lost) > LOST_MAX:
            del self._lost[next(iter(self._lost))]
        return False

    def _policies_changed(self, _: PolicySet) -> None:
        self._specs.clear()
