"""Deployments as the API answers them."""

from typing import Any

from agentcluster.errors import UnavailableError
from agents.cluster import snapshot
from agents.domain.placement import Board, Slot, short
from agents.domain.slot_choice import standing
from agents.placement import nodes
from agents.placement.models import Deployment

Row = dict[str, Any]


class Sight:
    """What is seen of the cluster at this moment; without NATS nothing is, and ``detail`` says why."""

    def __init__(self) -> None:
        """Look once, for all rows of an answer."""
        self.known, self.detail = True, ""
        self.board, self.alive, self.sites = Board(), dict[str, str](), []
        self.troubles = dict[str, str]()
        try:
            self.board, self.alive, self.sites = snapshot.board(), nodes.living(), nodes.sites()
            self.troubles = nodes.troubles()
        except UnavailableError as error:
            self.known, self.detail = False, error.message


def deployment_row(row: Deployment, sight: Sight) -> Row:
    """Return a deployment with its slots."""
    version = (row.agent, short(row.identity))
    held = sight.board.slots_of(version)
    told = sight.board.wanted.get(version)
    found = standing(sight.board, version, sight.sites, lambda slot: nodes.is_free(slot, sight.alive), sight.troubles)
    status, reason = found.status, found.reason
    if not sight.known:
        status, reason = "starting" if row.replicas else "none", sight.detail
    elif told is None or told.revision < row.revision:
        status, reason = "starting" if row.replicas else "none", "The nodes are being told."
    return {
        "agent": row.agent,
        "version": row.version,
        "identity": row.identity,
        "digest": row.identity.rpartition(":")[2],
        "replicas": row.replicas,
        "ready": found.ready,
        "where": row.where,
        "weight": row.weight,
        "status": status,
        "reason": reason,
        "slots": [_slot_row(number, slot, sight) for number, slot in sorted(held.items())],
        "changed_by": row.changed_by_name or None,
        "why": row.why,
        "changed_at": row.changed_at,
    }


def _slot_row(number: int, slot: Slot, sight: Sight) -> Row:
    trouble, state = sight.troubles.get(slot.instance, ""), str(slot.state)
    if nodes.is_free(slot, sight.alive):
        state = "lost"
    elif trouble and state == "running":
        state = "restarting"
    return {
        "number": number,
        "node": sight.alive.get(slot.node, ""),
        "node_id": slot.node,
        "instance": slot.instance,
        "state": state,
        "trouble": slot.trouble or trouble,
        "since_ms": slot.since_ms,
    }


def is_of_interest(row: Deployment, sight: Sight) -> bool:
    """Return whether a deployment has instances, or is to have some."""
    return bool(row.replicas or sight.board.slots_of((row.agent, short(row.identity))))
