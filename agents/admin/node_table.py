"""The nodes in sight as a table of the panel."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from agents.admin import render
from agents.cluster.heartbeat import NodeStatus
from agents.domain.health import Health

_COLOURS = {Health.ACTIVE: "green", Health.UNREACHABLE: "amber", Health.FAILED: "red"}
HEADERS = [_("Node"), _("State"), _("Load"), _("Calls"), _("Agents"), _("Region"), _("Last beat")]


def node_table(nodes: Iterable[NodeStatus]) -> dict[str, Any]:
    """Return ``{"headers", "rows"}`` for django-unfold's table component."""
    return {
        "headers": HEADERS,
        "rows": [
            [
                render.two_lines(node.name, f"{node.host} · {node.role}"),
                render.badge(str(_(node.status.value)), _COLOURS[node.status]),
                f"{node.load} %",
                f"{node.slots.busy} / {node.slots.max}",
                render.chips(f"{hosted.name}@{hosted.version}" for hosted in node.agents),
                node.region or "-",
                _("%.1f s ago") % (node.age_ms / 1000),
            ]
            for node in nodes
        ],
    }
