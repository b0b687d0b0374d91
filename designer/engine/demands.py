"""Where calls may go: by name, by capability, of which version; and which instances that means at a moment."""

from collections.abc import Callable, Sequence

from agents.cluster.view import ClusterView
from agents.domain.scoring import InstanceInfo
from agents.routing.version_choice import VersionChoice
from designer.domain.pending import PendingCall
from designer.engine.queues import Demand


class Demands:
    """Of one worker; ``enabled`` says whether an agent may be found by what it can do."""

    def __init__(self, view: ClusterView, versions: VersionChoice, enabled: Callable[[str], bool]) -> None:
        """Choose versions by ``versions``, among the instances in ``view``."""
        self._view, self._versions, self._enabled = view, versions, enabled

    def of(self, call: PendingCall) -> Demand:
        """Return where a call goes that is no intent."""
        if not call.agent:
            picks = self._versions.picks(call.capability, call.idempotency_key)
            return Demand(capability=call.capability, picks=picks)
        if call.version:
            return Demand(call.agent, call.version)
        version = self._versions.of(call.agent, call.idempotency_key)
        return Demand(call.agent, version, shared=True) if version else Demand(call.agent)

    def listed(self, demand: Demand) -> Sequence[InstanceInfo]:
        """Return the instances in sight that serve a demand, also those that no call may go to now."""
        if demand.instance:
            one = self._view.instance(demand.instance)
            return [] if one is None else [one]
        if not demand.capability:
            return self._view.instances_of(demand.agent, demand.version)
        chosen = dict(demand.picks)
        found = [info for info in self._view.instances_with(demand.capability) if info.agent not in chosen]
        found += [info for pick in demand.picks for info in self._view.instances_of(*pick)]
        return [info for info in found if self._enabled(info.agent)]

    def is_past(self, demand: Demand) -> bool:
        """Return whether those who wait there may be due to other versions meanwhile."""
        if demand.capability:
            return not self._versions.stand(demand.capability, demand.picks)
        there = bool(self._view.instances_of(demand.agent, demand.version))
        return not there if demand.shared else there and not demand.version and self._versions.says(demand.agent)
