"""Nodes and instances in the panel: seen as they are now, given orders one by one or in bulk."""

from collections.abc import Callable
from typing import Any, Final, Literal, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as render_page
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agentcluster.errors import AgentClusterError
from agents.admin import render
from agents.api.live import Live, look
from agents.cluster.heartbeat import HostedInstance, NodeStatus, Process
from agents.domain.health import Health
from agents.domain.lifecycle import LifeState
from agents.placement.access import may_operate
from agents.placement.actions.operate_instance import operate_instance
from agents.placement.actions.operate_node import operate_node

_COLOURS: Final = {Health.ACTIVE: "green", Health.UNREACHABLE: "amber", Health.FAILED: "red"}
_STATES: Final = {
    LifeState.IDLE: _("Idle"),
    LifeState.RUNNING: _("Running"),
    LifeState.STOPPING: _("Stopping"),
    LifeState.STOPPED: _("Stopped"),
}
NODE_ORDERS: Final = ("drain", "resume", "stop")
INSTANCE_ORDERS: Final = ("restart", "migrate", "stop")


def nodes_page(request: HttpRequest) -> HttpResponse:
    """Show them; a POST gives the order ``node:<action>`` or ``instance:<action>`` to all that were chosen."""
    if request.method == "POST":
        _order(request)
        return HttpResponseRedirect(reverse("admin:placement_nodes"))
    live = look()
    context = {
        **admin.site.each_context(request),
        "title": _("Nodes and instances"),
        "live": live,
        "nodes": [_node(node) for node in live.nodes],
        "instances": _instances(live),
        "may_operate": may_operate(cast(User, request.user)),
    }
    return render_page(request, "admin/placement/nodes.html", context)


def _order(request: HttpRequest) -> None:
    kind, _colon, order = request.POST.get("order", "").partition(":")
    user = cast(User, request.user)
    work: Callable[[str], Any]
    if kind == "node" and order in NODE_ORDERS:
        node_order = cast(Literal["drain", "resume", "stop"], order)
        work = lambda chosen: operate_node(user, chosen, node_order)  # noqa: E731 - one of two, chosen here
    elif kind == "instance" and order in INSTANCE_ORDERS:
        instance_order = cast(Literal["restart", "migrate", "stop"], order)
        work = lambda chosen: operate_instance(user, chosen, instance_order)  # noqa: E731 - as above
    else:
        messages.error(request, _("Choose what is to be done."))
        return
    done = 0
    for chosen in request.POST.getlist(kind):
        try:
            work(chosen)
            done += 1
        except AgentClusterError as error:
            messages.error(request, f"{chosen}: {error.message}")
    if done:
        messages.success(request, ngettext("%d order was given.", "%d orders were given.", done) % done)


def _node(node: Any) -> dict[str, Any]:
    state = str(_("draining") if node.draining and node.status is Health.ACTIVE else _(node.status.value))
    return {
        "id": node.node_id,
        "heading": render.two_lines(node.name, f"{node.host} · {node.role}"),
        "state": render.badge(state, "amber" if node.draining else _COLOURS[node.status]),
        "load": f"{node.load} %",
        "calls": f"{node.slots.busy} / {node.slots.max}",
        "memory": f"{node.memory_mib} MiB",
        "sandbox": str(_("yes") if node.runtime.sandbox else _("no")),
        "sandbox_reason": node.runtime.reason,
        "region": node.region or "-",
    }


def _instance_state(node: NodeStatus, hosted: HostedInstance) -> str:
    if node.status is Health.FAILED:
        return str(_("failed"))
    if hosted.trouble and hosted.state is LifeState.RUNNING:
        return render.badge(str(_("starting again")), "red")
    return str(_STATES[hosted.state])


def _process(process: Process | None) -> str:
    if process is None:
        return "-"
    restarts = ngettext("%d restart", "%d restarts", process.restarts) % process.restarts
    return f"{process.memory_mib:.0f} MiB, {restarts}"


def _instances(live: Live) -> list[dict[str, Any]]:
    return [
        {
            "id": hosted.instance,
            "agent": f"{hosted.name}@{hosted.version}",
            "node": node.name,
            "state": _instance_state(node, hosted),
            "trouble": hosted.trouble or (hosted.process.reason if hosted.process else ""),
            "process": _process(hosted.process),
            "slot": hosted.slot if hosted.slot >= 0 else "-",
            "calls": f"{hosted.in_flight} / {hosted.concurrency}",
        }
        for node in live.nodes
        for hosted in node.agents
    ]
