"""Drain a node, let it take work again, or end it (features A3)."""

from typing import Any, Literal

from django.contrib.auth.models import User

from agentcluster.security import audit
from agents.cluster.control import NodeControl
from agents.placement import access, nodes


def operate_node(user: User, named: str, action: Literal["drain", "resume", "stop"]) -> dict[str, Any]:
    """Tell the node with this id or name, and return its answer once it has heard.

    Raises ``NotAllowedError``, ``UnknownNodeError``, ``AmbiguousNodeError``, ``NodeGoneError``, ``BusUnavailableError``.
    """
    access.require_operate(user)
    node = nodes.find_node(named)
    answer = nodes.order(node.node_id, NodeControl(action, by=user.get_username()))
    audit.announce(user, f"node.{action}", node.node_id, node.name)
    return answer
