"""The breakers of those who could take a call: whether one of them lets it through, and who waits to know."""

from collections.abc import Sequence

from agentcluster.clock import monotonic
from agents.domain.calls import CallError
from agents.domain.scoring import InstanceInfo
from agents.routing.worker_breakers import Breakers
from designer.engine.queues import Waiter, Waiting


class BreakerGate:
    """Stands before the instances of one worker's calls; lets everything through where there are no breakers."""

    def __init__(self, breakers: Breakers | None) -> None:
        """Ask ``breakers``."""
        self._breakers = breakers
        self._settling: dict[str, Waiting] = {}
        """By call id: those who ask again once it is settled whether a breaker lets calls through."""

    def allows(self, agent: str, version: str) -> bool:
        """Return whether a call may go to this version now."""
        return self._breakers is None or self._breakers.allows(agent, version)

    def passed(self, instances: Sequence[InstanceInfo]) -> Sequence[InstanceInfo]:
        """Return those of ``instances`` that calls may go to."""
        breakers = self._breakers
        if breakers is None or not breakers.troubled:
            return instances
        return [info for info in instances if breakers.allows(info.agent, info.version)]

    def begin(self, agent: str, version: str) -> None:
        """Note that a call goes there."""
        if self._breakers is not None and self._breakers.troubled:
            self._breakers.begin(agent, version)

    def refused(self, call_id: str, listed: Sequence[InstanceInfo], waiter: Waiter) -> Waiting | CallError | None:
        """Return why no call may go to any of ``listed``; None when one may, or nobody is there at all."""
        breakers = self._breakers
        if breakers is None or not breakers.troubled:
            return None
        found = {(info.agent, info.version): None for info in listed}
        if not found or any(breakers.allows(*key) for key in found):
            return None
        settling = {key for key in found if breakers.ask(*key)}
        if settling:
            why = "Trying whether calls go through again."
            return self._settling.setdefault(call_id, Waiting(waiter, monotonic(), "breaker_open", why))
        return min((breakers.refusal(*key) for key in found), key=lambda error: int(error.data["retry_after_ms"]))

    def settled(self) -> None:
        """Let those ask again who wait to know."""
        settling, self._settling = self._settling, {}
        for waiting in settling.values():
            waiting.waiter.wake()

    def withdraw(self, call_id: str) -> None:
        """Forget a call that is no longer wanted."""
        self._settling.pop(call_id, None)
