"""Room at agent instances: who gets the next free slot, and who waits."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from agentcluster.clock import monotonic
from agents.cluster.view import ClusterView
from agents.domain.calls import CallError
from agents.domain.scoring import InstanceInfo, choose
from agents.routing.group_loads import Loads
from agents.routing.version_choice import VersionChoice
from agents.routing.version_weights import DeploymentWeights
from agents.routing.worker_breakers import Breakers
from designer.domain.pending import PendingCall
from designer.engine.breaker_gate import BreakerGate
from designer.engine.demands import Demands
from designer.engine.queues import Demand, SlotQueue, Waiter, Waiting
from designer.engine.rate_limits import RateLimits
from designer.engine.waits import Why, explain, tell, why_waiting

SHUN_S: Final = 2.0
"""An instance that did not listen gets nothing for this long, unless it is heard of."""


class Capacity:
    """Counts this worker's calls at each instance and keeps them within the instance's concurrency."""

    def __init__(
        self,
        view: ClusterView,
        loads: Loads | None = None,
        breakers: Breakers | None = None,
        weights: DeploymentWeights | None = None,
        limits: RateLimits | None = None,
    ) -> None:
        """Choose among the instances in ``view``, by ``loads``, past ``breakers`` that are open, within ``limits``."""
        self._view, self._loads, self._breakers, self._limits = view, loads, breakers, limits
        self.versions = VersionChoice(view, weights, breakers)
        self._where = Demands(view, self.versions, self.enabled)
        if weights is not None:
            weights.changed = self._weights_changed
        if limits is not None:
            limits.came = self._tokens_came
        self._gate = BreakerGate(breakers)
        self._busy: dict[str, int] = defaultdict(int)
        self._queues: dict[Demand, SlotQueue] = {}
        self._demands: dict[str, Demand] = {}
        """By call id: the queue it waits in."""
        self._granted: dict[str, InstanceInfo] = {}
        self._shunned: dict[str, float] = {}
        self._disabled: frozenset[str] | None = None
        self._turn = 0

    def place(self, call: PendingCall, waiter: Waiter, instance: str = "") -> InstanceInfo | Waiting | CallError:
        """Take a slot for ``call``, or join the queue; asking again keeps the place in it.

        ``instance`` names the one that won the auction of an intent; the call goes there or waits for it. An error says
        that the breakers of all that could do it are open.
        """
        granted = self._granted.pop(call.call_id, None)
        if granted is not None:
            return granted
        demand = self._demands.get(call.call_id)
        if demand is not None and not all(self._gate.allows(*each) for each in demand.chosen):
            # The call names no version: another one may take it.
            demand = self._moved(call, demand)
        if demand is None or demand.instance != instance:
            demand = Demand(instance=instance) if instance else self._where.of(call)
        if self._breakers is not None and self._breakers.troubled:
            refused = self._gate.refused(call.call_id, self._where.listed(demand), waiter)
            if isinstance(refused, CallError):
                self._leave_queue(call.call_id)
            if refused is not None:
                return refused
        queue = self._queues.get(demand)
        if not queue:
            chosen = self._choose(demand)
            if chosen is not None:
                self._take(chosen)
                return chosen
            queue = self._queues.setdefault(demand, SlotQueue())
        self._demands[call.call_id] = demand
        waiting = queue.join(call.call_id, call.priority, Waiting(waiter, monotonic()))
        self._want_tokens(demand, queue)
        if not waiting.code:
            explain(waiting, self._why(demand))
        return waiting

    def adopt(self, instance: str) -> None:
        """Count a call that an earlier owner of the run has given to ``instance``."""
        self._busy[instance] += 1

    def release(self, instance: str, agent: str) -> None:
        """Give a slot back and pass it on."""
        self._busy[instance] -= 1
        if not self._busy[instance]:
            del self._busy[instance]
        if self._queues:
            self._grant(lambda demand: demand.agent == agent or not demand.agent)

    def withdraw(self, call_id: str) -> None:
        """Forget a call that is no longer wanted: its place in the queue or the slot kept for it."""
        granted = self._granted.pop(call_id, None)
        if granted is not None:
            self.release(granted.instance, granted.agent)
        self._gate.withdraw(call_id)
        self._leave_queue(call_id)

    def _leave_queue(self, call_id: str) -> None:
        demand = self._demands.pop(call_id, None)
        queue = self._queues.get(demand) if demand else None
        if queue is not None:
            queue.leave(call_id)

    def in_flight(self, instance: str) -> int:
        """Return how many calls this worker has at an instance."""
        return self._busy.get(instance, 0)

    def waiting(self) -> dict[str, float]:
        """Return how many calls wait for room, by ``agent@version``; those that several could take are shared out."""
        counts: dict[str, float] = defaultdict(float)
        for demand, queue in self._queues.items():
            versions = {f"{info.agent}@{info.version}" for info in self._where.listed(demand)}
            calls = sum(waiting.code != "rate_limited" for waiting in queue) if versions else 0
            for version in versions if calls else ():
                counts[version] += calls / len(versions)
        return counts

    def shun(self, instance: str) -> None:
        """Prefer other instances for a while: this one did not listen."""
        self._shunned[instance] = monotonic() + SHUN_S

    def heard(self, instance: str) -> None:
        """Trust an instance again."""
        if self._shunned:
            self._shunned.pop(instance, None)

    def could_go(self, call: PendingCall) -> list[tuple[str, str]]:
        """Return the agents and versions in sight that ``call``, no intent, may be given to."""
        return sorted({(info.agent, info.version) for info in self._where.listed(self._where.of(call))})

    def alternative(self, agent: str, version: str) -> bool:
        """Return whether a call could go to some instance right now."""
        return self._choose(Demand(agent, version)) is not None

    def disable(self, agents: frozenset[str]) -> None:
        """Choose none of these agents by capability or intent; before the first time nobody is chosen that way."""
        if agents != self._disabled:
            self._disabled = agents
            self._grant(lambda demand: bool(demand.capability))
            self._tell(lambda demand: bool(demand.capability))

    def enabled(self, agent: str) -> bool:
        """Return whether an agent may be found by what it can do."""
        return self._disabled is not None and agent not in self._disabled

    def cluster_changed(self) -> None:
        """Look again at everything that waits; whoever waits for an instance that is gone must think of another."""
        self._choose_again(self._where.is_past)
        self._grant(lambda _: True)
        for demand, queue in self._queues.items():
            if demand.instance and self._view.instance(demand.instance) is None:
                for waiting in queue:
                    waiting.waiter.wake()
        self._tell(lambda _: True)

    def breaker_changed(self, agent: str) -> None:
        """Let those think again who wait for an agent whose breaker has changed, or to know whether it lets calls through."""
        self._gate.settled()
        self._grant(lambda demand: demand.agent == agent or not demand.agent)
        for demand, queue in self._queues.items():
            if demand.agent == agent or not demand.agent:
                for waiting in queue:
                    waiting.waiter.wake()

    def usable(self, agent: str, version: str) -> bool:
        """Return whether an agent version may be found by what it can do, and its breaker lets calls through."""
        return self.enabled(agent) and self._gate.allows(agent, version)

    def sweep(self) -> None:
        """Let shunned instances have another chance, and tell those who have waited long or for another reason than before."""
        now = monotonic()
        for instance in [instance for instance, until in self._shunned.items() if until <= now]:
            del self._shunned[instance]
        if self._queues:
            self._grant(lambda _: True)
            self._tell(lambda _: True)

    def _choose(self, demand: Demand) -> InstanceInfo | None:
        instances = self._open_instances(demand)
        if self._limits is not None and self._limits.some and (dry := self._limits.dry(instances)):
            instances = [info for info in instances if (info.agent, info.version) not in dry]
        return self._least_busy(instances)

    def _open_instances(self, demand: Demand) -> Sequence[InstanceInfo]:
        instances = self._instances(demand)
        if self._shunned:
            return [info for info in instances if info.instance not in self._shunned]
        return instances

    def _least_busy(self, instances: Sequence[InstanceInfo]) -> InstanceInfo | None:
        self._turn += 1
        if self._loads is not None and len(instances) > 1:
            best = self._loads.choose(instances, self._busy, self._turn)
            if best is not None:
                return best
            # All full, or what is known of them is too old: then by what they themselves have said last.
        chosen = choose(instances, self._busy, self._turn)
        if chosen is None or self._busy.get(chosen.instance, 0) < chosen.concurrency:
            return chosen
        return next((info for info in instances if self._busy.get(info.instance, 0) < info.concurrency), None)

    def _take(self, chosen: InstanceInfo) -> None:
        self._busy[chosen.instance] += 1
        self._gate.begin(chosen.agent, chosen.version)
        if self._limits is not None:
            self._limits.spend(chosen.agent, chosen.version)

    def _lacking(self, demand: Demand) -> InstanceInfo | None:
        """Return an instance that has room, and would get the call but for the limit of its agent."""
        if self._limits is None or not self._limits.some:
            return None
        instances = self._open_instances(demand)
        dry = self._limits.dry(instances)
        return self._least_busy([info for info in instances if (info.agent, info.version) in dry]) if dry else None

    def _want_tokens(self, demand: Demand, queue: SlotQueue) -> None:
        """Have tokens fetched for those who wait for nothing else: no more than there is room for."""
        lacking = self._lacking(demand)
        if lacking is not None and self._limits is not None:
            same = self._view.instances_of(lacking.agent, lacking.version)
            room = sum(max(0, info.concurrency - self._busy.get(info.instance, 0)) for info in same)
            self._limits.want(lacking.agent, lacking.version, max(1, min(len(queue), room)))

    def _tokens_came(self, agent: str) -> None:
        self._grant(lambda demand: not agent or demand.agent == agent or not demand.agent)

    def _moved(self, call: PendingCall, demand: Demand) -> Demand:
        """Return where a call goes now; it has left the queue of ``demand`` when that is elsewhere."""
        now = self._where.of(call)
        if now != demand:
            self._leave_queue(call.call_id)
        return now

    def _choose_again(self, wanted: Callable[[Demand], bool]) -> None:
        """Have those who wait in such queues ask anew, in their order."""
        for queue in [queue for demand, queue in self._queues.items() if wanted(demand)]:
            while queue:
                call_id, waiting = queue.pop()
                del self._demands[call_id]
                waiting.waiter.wake()

    def _weights_changed(self) -> None:
        self._choose_again(lambda demand: bool(demand.chosen) or self._where.is_past(demand))

    def _instances(self, demand: Demand) -> Sequence[InstanceInfo]:
        return self._gate.passed(self._where.listed(demand))

    def _grant(self, wanted: Callable[[Demand], bool]) -> None:
        """Give free slots to those who wait; of several queues for the same slots the most urgent goes first."""
        demands = [demand for demand in self._queues if wanted(demand)]
        while demands:
            demand = demands[0] if len(demands) == 1 else min(demands, key=lambda each: self._queues[each].order)
            queue = self._queues[demand]
            chosen = self._choose(demand) if queue else None
            if chosen is None:
                demands.remove(demand)
                if queue:
                    self._want_tokens(demand, queue)
                else:
                    del self._queues[demand]
                continue
            call_id, waiting = queue.pop()
            self._demands.pop(call_id, None)
            self._take(chosen)
            self._granted[call_id] = chosen
            waiting.waiter.wake()

    def _tell(self, wanted: Callable[[Demand], bool]) -> None:
        """Tell those who wait why they do, as far as they do not know yet."""
        now = monotonic()
        for demand, queue in self._queues.items():
            if queue and wanted(demand):
                tell(queue, self._why(demand), now)

    def _why(self, demand: Demand) -> Why:
        count = len(self._instances(demand))
        lacking = self._lacking(demand) if count else None
        if lacking is not None and self._limits is not None:
            return Why("rate_limited", self._limits.why(lacking.agent, lacking.version))
        off: list[str] | None = None
        if demand.capability and self._disabled is not None:
            off = sorted({info.agent for info in self._view.instances_with(demand.capability)})
        return why_waiting(demand, count, off)
