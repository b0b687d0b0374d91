"""Agents as the API shows them (docs/wire.md)."""

from typing import Any

import msgspec

from agents.api.live import Live
from agents.domain.manifest import Manifest
from agents.models import Agent, AgentVersion
from agents.registry.catalogue import newest

Row = dict[str, Any]


def agent_row(agent: Agent, live_instances: int | None) -> Row:
    """Return an agent loaded by ``catalogue.with_newest``."""
    version = newest(agent)
    return {
        "name": agent.name,
        "title": agent.title,
        "description": agent.description,
        "category": agent.category,
        "icon": agent.icon,
        "enabled": agent.enabled,
        "capabilities": version.manifest["capabilities"] if version else [],
        "latest": version_row(version) if version else None,
        "live_instances": live_instances,
    }


def version_row(version: AgentVersion) -> Row:
    """Return a version; the schemas are those of its intent."""
    manifest = msgspec.convert(version.manifest, Manifest)
    limits = manifest.limits
    return {
        "version": version.version,
        "identity": version.identity,
        "intent": {"input": version.intent_schema.input, "output": version.intent_schema.output},
        "limits": {name: getattr(limits, name) for name in limits.__struct_fields__},
        "cpu_bound": manifest.cpu_bound,
    }


def instance_rows(name: str, live: Live) -> list[Row]:
    """Return the instances of an agent, on whatever node, healthy or not."""
    return [
        {
            "instance": hosted.instance,
            "node": node.name,
            "node_id": node.node_id,
            "status": node.status.value,
            "state": hosted.state.value,
            "version": hosted.version,
            "in_flight": hosted.in_flight,
            "concurrency": hosted.concurrency,
            "process": msgspec.to_builtins(hosted.process),
        }
        for node in live.nodes
        for hosted in node.agents
        if hosted.name == name
    ]
