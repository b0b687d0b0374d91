"""Room at agent instances: who gets the next free slot, and who waits, first come first served."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from agentcluster.clock import monotonic
from agents.cluster.view import ClusterView
from agents.domain.scoring import InstanceInfo, choose
from designer.domain.run import PendingCall

SHUN_S: Final = 2.0
"""An instance that did not listen gets nothing for this long, unless it is heard of."""
ANNOUNCE_S: Final = 2.0
"""A wait for a free slot is worth an event when it has lasted this long."""

Key = tuple[str, str]


class Waiter(Protocol):
    """Whoever wants a slot; woken when one is kept for it, or when there is something to say about its waiting."""

    def wake(self) -> None:
        """Ask ``Capacity.place`` again."""


@dataclass(slots=True)
class Waiting:
    """A call that has no slot yet, and why; ``announced`` once the wait is long enough to be told."""

    waiter: Waiter
    since: float
    code: str = ""
    message: str = ""
    announced: bool = False


class Capacity:
    """Counts this worker's calls at each instance and keeps them within the instance's concurrency."""

    def __init__(self, view: ClusterView) -> None:
        """Choose among the instances in ``view``."""
        self._view = view
        self._busy: dict[str, int] = defaultdict(int)
        self._queues: dict[Key, OrderedDict[str, Waiting]] = {}
        self._granted: dict[str, InstanceInfo] = {}
        self._shunned: dict[str, float] = {}
        self._turn = 0

    def place(self, call: PendingCall, waiter: Waiter) -> InstanceInfo | Waiting:
        """Take a slot for ``call``, or join the queue; asking again keeps the place in it."""
        granted = self._granted.pop(call.call_id, None)
        if granted is not None:
            return granted
        key = (call.agent, call.version)
        queue = self._queues.get(key)
        if not queue:
            chosen = self._choose(key)
            if chosen is not None:
                self._busy[chosen.instance] += 1
                return chosen
            queue = self._queues.setdefault(key, OrderedDict())
        waiting = queue.get(call.call_id)
        if waiting is None:
            waiting = queue[call.call_id] = Waiting(waiter, monotonic())
        self._explain(key, waiting)
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
            self._grant(lambda key: key[0] == agent)

    def withdraw(self, call_id: str, agent: str, version: str) -> None:
        """Forget a call that is no longer wanted: its place in the queue or the slot kept for it."""
        granted = self._granted.pop(call_id, None)
        if granted is not None:
            self.release(granted.instance, agent)
        queue = self._queues.get((agent, version))
        if queue is not None:
            queue.pop(call_id, None)

    def shun(self, instance: str) -> None:
        """Prefer other instances for a while: this one did not listen."""
        self._shunned[instance] = monotonic() + SHUN_S

    def heard(self, instance: str) -> None:
        """Trust an instance again."""
        if self._shunned:
            self._shunned.pop(instance, None)

    def alternative(self, agent: str, version: str) -> bool:
        """Return whether a call could go to some instance right now."""
        return self._choose((agent, version)) is not None

    def cluster_changed(self) -> None:
        """Look again at everything that waits."""
        self._grant(lambda _: True)

    def sweep(self) -> None:
        """Let shunned instances have another chance and tell those who have waited long."""
        now = monotonic()
        for instance in [instance for instance, until in self._shunned.items() if until <= now]:
            del self._shunned[instance]
        if self._queues:
            self._grant(lambda _: True)
        for key, queue in self._queues.items():
            for waiting in queue.values():
                if not waiting.announced and now - waiting.since >= ANNOUNCE_S:
                    self._explain(key, waiting)
                    waiting.announced = True
                    waiting.waiter.wake()

    def _choose(self, key: Key) -> InstanceInfo | None:
        instances = self._view.instances_of(*key)
        if self._shunned:
            instances = [info for info in instances if info.instance not in self._shunned]
        self._turn += 1
        chosen = choose(instances, self._busy, self._turn)
        if chosen is None or self._busy.get(chosen.instance, 0) < chosen.concurrency:
            return chosen
        return next((info for info in instances if self._busy.get(info.instance, 0) < info.concurrency), None)

    def _grant(self, wanted: Callable[[Key], bool]) -> None:
        for key in [key for key in self._queues if wanted(key)]:
            queue = self._queues[key]
            while queue:
                chosen = self._choose(key)
                if chosen is None:
                    break
                call_id, waiting = queue.popitem(last=False)
                self._busy[chosen.instance] += 1
                self._granted[call_id] = chosen
                waiting.waiter.wake()
            if not queue:
                del self._queues[key]

    def _explain(self, key: Key, waiting: Waiting) -> None:
        instances = self._view.instances_of(*key)
        name = f"{key[0]} {key[1]}".strip()
        if instances:
            waiting.code = "agent_busy"
            waiting.message = (
                f"All instances of {name} are busy ({len(instances)} in sight); the next free one takes it."
            )
            return
        waiting.code = "no_instance"
        waiting.message = f"No live node hosts {name}. The step starts as soon as one does."
        waiting.announced = True
