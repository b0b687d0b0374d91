"""Restart, move or stop one instance (features A3)."""

from typing import Any, Literal

from django.contrib.auth.models import User

from agentcluster.security import audit
from agents.cluster.control import NodeControl
from agents.placement import access, nodes


def operate_instance(
    user: User, instance: str, action: Literal["restart", "migrate", "stop"], to: str = ""
) -> dict[str, Any]:
    """Tell the instance's node, and return its answer once it has heard; ``to``: the node (id or name) it moves to.

    Raises ``NotAllowedError``, ``InstanceGoneError``, ``UnknownNodeError``, ``NodeRefusedError`` (``illegal_move`` with
    both states, ``own_instance``, ``nobody_takes_it``), ``NodeGoneError``, ``BusUnavailableError``.
    """
    access.require_operate(user)
    node, hosted = nodes.find_instance(instance)
    target = nodes.find_node(to).node_id if to else ""
    told = NodeControl("stop_instance" if action == "stop" else action, instance, target, by=user.get_username())
    answer = nodes.order(node.node_id, told)
    audit.announce(user, f"instance.{action}", instance, hosted.name, node=node.name, to=to)
    return answer
