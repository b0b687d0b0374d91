"""How much the node takes on: bounded at work, bounded in waiting, by agent and for the whole node (features E1)."""

from collections.abc import Callable

from agents.domain.policy import Subject
from agents.node.call import Call
from agents.node.hosted import HostedAgent
from agents.policies import live


class Admission:
    """Starts calls while there is room, lets some wait, refuses the rest."""

    def __init__(self, limit: int, start: Callable[[Call], None]) -> None:
        """At most ``limit`` calls run on the node at a time; ``start`` begins one and must not fail."""
        self.limit = limit
        self.busy = 0
        self._agents: list[HostedAgent] = []
        self._start = start

    def add(self, hosted: HostedAgent) -> None:
        """Give an instance its turn among the others."""
        self._agents.append(hosted)

    def remove(self, hosted: HostedAgent) -> None:
        """Forget an instance that has no calls left."""
        self._agents.remove(hosted)

    def offer(self, call: Call) -> bool:
        """Start the call or let it wait, behind those that came before; False when there is no room for either."""
        hosted = call.hosted
        while hosted.waiting and self._room(hosted):
            self._begin(hosted.waiting.popleft())
        if self._room(hosted):
            self._begin(call)
            return True
        if len(hosted.waiting) >= hosted.queue_limit:
            return False
        hosted.waiting.append(call)
        return True

    def readmit(self) -> None:
        """The bounds may have changed: start what there is room for now, agent by agent in turn."""
        while self._start_other():
            pass

    def release(self, hosted: HostedAgent) -> None:
        """A call has ended: start whatever its place is good for."""
        hosted.running -= 1
        self.busy -= 1
        if hosted.waiting and self._room(hosted):
            self._begin(hosted.waiting.popleft())
        elif self.busy == self.limit - 1:
            self._start_other()

    def withdraw(self, call: Call) -> bool:
        """Forget a call that waits; False when it is not waiting (any more)."""
        try:
            call.hosted.waiting.remove(call)
        except ValueError:
            return False
        return True

    def _room(self, hosted: HostedAgent) -> bool:
        return self.busy < self.limit and hosted.running < most_calls(hosted)

    def _begin(self, call: Call) -> None:
        call.hosted.running += 1
        self.busy += 1
        self._start(call)

    def _start_other(self) -> bool:
        """Give a place to the next agent in turn that has something waiting and may start it; False when none has."""
        for place, hosted in enumerate(self._agents):
            if hosted.waiting and self._room(hosted):
                self._agents.append(self._agents.pop(place))
                self._begin(hosted.waiting.popleft())
                return True
        return False


def most_calls(hosted: HostedAgent) -> int:
    """Return how many calls an instance works on at a time: what its manifest says, or fewer where a policy says so."""
    manifest = hosted.manifest
    subject = Subject(agent=manifest.name, version=manifest.version, instance=hosted.instance)
    if live.policy("admission", subject, "instance") is None:
        return manifest.limits.concurrency
    bound: int = live.spec("admission", subject, "instance").concurrent
    return min(manifest.limits.concurrency, bound)
