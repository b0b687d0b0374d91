"""The figures on the admin panel's first page (wiring)."""

from collections import Counter
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.admin import figures as live_figures
from agents.admin.node_table import node_table
from agents.domain.health import Health
from agents.models import Agent, AgentVersion
from designer.models import OPEN_STATUSES, Run, RunStatus

UNKNOWN = _("unknown while NATS is away")


def figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add ``cards``, ``nodes`` and ``live`` to the context (the ``DASHBOARD_CALLBACK`` of django-unfold)."""
    live = live_figures.live()
    context.update(
        title=_("Overview"), cards=[_agents(), _nodes(), _work(), *_runs()], nodes=node_table(live.nodes), live=live
    )
    return context


def _agents() -> dict[str, Any]:
    enabled, total = Agent.objects.filter(enabled=True).count(), Agent.objects.count()
    versions = AgentVersion.objects.count()
    return {
        "title": _("Agents"),
        "figure": enabled,
        "note": _("%(off)d disabled, %(versions)d versions") % {"off": total - enabled, "versions": versions},
        "href": reverse("admin:agents_agent_changelist"),
    }


def _nodes() -> dict[str, Any]:
    live = live_figures.live()
    states = Counter(node.status for node in live.nodes)
    note: Any = _("%(away)d unreachable, %(failed)d failed") % {
        "away": states[Health.UNREACHABLE],
        "failed": states[Health.FAILED],
    }
    return {
        "title": _("Nodes at work"),
        "figure": states[Health.ACTIVE] if live.known else "?",
        "note": note if live.known else UNKNOWN,
    }


def _work() -> dict[str, Any]:
    live = live_figures.live()
    active = [node.slots for node in live.nodes if node.status is Health.ACTIVE]
    busy, most = sum(slots.busy for slots in active), sum(slots.max for slots in active)
    return {
        "title": _("Calls in work"),
        "figure": busy if live.known else "?",
        "note": _("of %d at once") % most if live.known else UNKNOWN,
    }


def _runs() -> list[dict[str, Any]]:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Run.objects.filter(created_at__gte=midnight).order_by().values("status").annotate(number=Count("id"))
    today = {row["status"]: row["number"] for row in rows}
    running = Run.objects.filter(status__in=OPEN_STATUSES).count()
    return [
        {"title": _("Runs going on"), "figure": running, "note": _("whenever they began")},
        {
            "title": _("Runs begun today"),
            "figure": sum(today.values()),
            "note": _("%(completed)d completed, %(failed)d failed, %(cancelled)d cancelled")
            % {
                "completed": today.get(RunStatus.COMPLETED, 0),
                "failed": today.get(RunStatus.FAILED, 0),
                "cancelled": today.get(RunStatus.CANCELLED, 0),
            },
        },
    ]
