"""The agents whom a call would reach now: registered, switched on, and running somewhere."""

from typing import NamedTuple

import msgspec

from agents.bundles.state import usable
from agents.cluster import snapshot
from agents.domain.health import Health
from agents.domain.lifecycle import LifeState
from agents.domain.manifest import Manifest
from agents.models import AgentVersion


class Standing(NamedTuple):
    """A manifest for each agent that runs, and the newest of each that is registered but runs nowhere."""

    live: tuple[Manifest, ...]
    away: tuple[Manifest, ...]
    older: frozenset[str]
    """Those of ``live`` that are registered in a newer version, which runs nowhere."""


def manifests() -> Standing:
    """Return each agent in its newest version that takes calls at this moment; BusUnavailableError without NATS."""
    running = {
        (hosted.name, hosted.version)
        for node in snapshot.read()
        if node.status is Health.ACTIVE
        for hosted in node.agents
        if hosted.state is LifeState.RUNNING and not hosted.trouble
    }
    rows = usable(AgentVersion.objects.filter(agent__enabled=True)).select_related("agent")
    live: dict[str, AgentVersion] = {}
    newest: dict[str, AgentVersion] = {}
    for row in rows.order_by("agent__name", "prerelease", "-sort_key"):
        name = row.agent.name
        newest.setdefault(name, row)
        if (name, row.version) in running:
            live.setdefault(name, row)
    return Standing(
        tuple(_manifest(row) for row in live.values()),
        tuple(_manifest(row) for name, row in newest.items() if name not in live),
        frozenset(name for name, row in live.items() if row.pk != newest[name].pk),
    )


def _manifest(row: AgentVersion) -> Manifest:
    return msgspec.convert(row.manifest, Manifest)
