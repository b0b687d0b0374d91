"""Every NATS subject and key-value bucket, in one place. Names are versioned (features B1)."""

from typing import Final

CLUSTER_STATE: Final = "cluster-state"
"""Bucket of node heartbeats, key ``nodes/<node-id>``, entries live 10 s."""

AGENT_MANIFESTS: Final = "agent-manifests"
"""Bucket of agent manifests, key = the 64 hex digits of the agent's identity."""

NODE_KEY_PREFIX: Final = "nodes/"


def invoke(instance_or_agent: str) -> str:
    """Where an instance (by its id) or any instance of an agent (by its name, queue group) takes calls."""
    return f"agent.{instance_or_agent}.invoke.v1"


def control(instance: str) -> str:
    """Where an instance takes ``CallControl``: cancel a call, ask for a call's result."""
    return f"agent.{instance}.control.v1"


def worker_replies(worker: str) -> str:
    """The inbox (prefix) an engine worker listens on for call replies."""
    return f"engine.{worker}.replies.v1"


AGENT_STATUS: Final = "agent.status.v1"
"""Life-cycle announcements: a node came, left, or changed what it hosts."""
