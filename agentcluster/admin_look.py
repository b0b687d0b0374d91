"""How the admin panel looks: names, colours and the side bar of django-unfold (wiring)."""

import os
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def environment(request: HttpRequest) -> list[str] | None:
    """Return the label at the top: the variable ``ENVIRONMENT``, red for production."""
    name = os.environ.get("ENVIRONMENT", "development" if settings.DEBUG else "").strip()
    if not name:
        return None
    return [name, "danger" if name.lower().startswith("prod") else "warning"]


def favicon(request: HttpRequest) -> str:
    """Return the address of the icon."""
    return static("agentcluster/favicon.svg")


def style(request: HttpRequest) -> str:
    """Return the address of the panel's own style sheet."""
    return static("agentcluster/admin.css")


def _link(title: Any, icon: str, model: str, view: str = "", inside: str = "") -> dict[str, Any]:
    """Return an entry of the side bar; ``inside``: the view below its address that has an entry of its own."""
    view = view or f"{model.replace('.', '_')}_changelist"
    link, own = reverse_lazy(f"admin:{view}"), reverse_lazy(f"admin:{inside}") if inside else None

    def active(request: HttpRequest) -> bool:
        return request.path.startswith(str(link)) and not (own and request.path.startswith(str(own)))

    return {
        "title": title,
        "icon": icon,
        "link": link,
        "active": active,
        "permission": lambda request: request.user.has_perm(model.replace(".", ".view_")),
    }


UNFOLD = {
    "SITE_TITLE": "AgentCluster",
    "SITE_HEADER": "AgentCluster",
    "SITE_SUBHEADER": _("Administration"),
    "SITE_URL": "/",
    "SITE_ICON": favicon,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": favicon}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "ENVIRONMENT": environment,
    "DASHBOARD_CALLBACK": "agentcluster.dashboard.figures",
    "STYLES": [style],
    "BORDER_RADIUS": "7px",
    "COLORS": {
        "base": {
            "50": "#f6f7f9",
            "100": "#eff1f5",
            "200": "#e3e6ec",
            "300": "#cbd1db",
            "400": "#98a1b0",
            "500": "#616a79",
            "600": "#485160",
            "700": "#3a424f",
            "800": "#272c36",
            "900": "#15181e",
            "950": "#0e1014",
        },
        "primary": {
            "50": "#f4f5fe",
            "100": "#eceefd",
            "200": "#d9dcfb",
            "300": "#b9bff7",
            "400": "#8f97ee",
            "500": "#5a66ea",
            "600": "#4650d4",
            "700": "#3a43bd",
            "800": "#2f3699",
            "900": "#282d79",
            "950": "#191c4d",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("Registry"),
                "items": [
                    {"title": _("Overview"), "icon": "monitoring", "link": reverse_lazy("admin:index")},
                    _link(_("Agents"), "smart_toy", "agents.agent"),
                    _link(_("Versions"), "deployed_code_history", "agents.agentversion"),
                    _link(_("Bundles"), "deployed_code", "bundles.bundle"),
                    _link(_("Refused uploads"), "gpp_bad", "bundles.refusal"),
                    _link(_("Deployments"), "rocket_launch", "placement.deployment", inside="placement_nodes"),
                    _link(_("Nodes and instances"), "dns", "placement.deployment", "placement_nodes"),
                    _link(_("Signing keys"), "encrypted", "bundles.signingkey"),
                    _link(_("Policies"), "policy", "policies.policysetversion"),
                    _link(_("Contracts"), "contract", "contracts.contract"),
                    _link(_("Capabilities"), "bolt", "agents.capability"),
                    _link(_("Intent schemas"), "schema", "agents.intentschema"),
                ],
            },
            {
                "title": _("Work"),
                "separator": True,
                "items": [
                    _link(_("Workflows"), "account_tree", "designer.workflow"),
                    _link(_("Runs"), "play_circle", "designer.run"),
                    _link(_("Uploads"), "upload_file", "designer.upload"),
                    _link(_("Retention"), "auto_delete", "archive.retentionpolicy"),
                ],
            },
            {
                "title": _("People and access"),
                "separator": True,
                "items": [
                    _link(_("Projects"), "folder_shared", "security.project"),
                    _link(_("Users"), "person", "auth.user"),
                    _link(_("Groups"), "group", "auth.group"),
                    _link(_("API tokens"), "key", "security.apitoken"),
                    _link(_("Login links"), "link", "security.loginlink"),
                    _link(_("Gateway grants"), "hub", "gateway.gatewaygrant"),
                ],
            },
            {
                "title": _("Watch"),
                "separator": True,
                "items": [
                    _link(_("Audit trail"), "history", "designer.auditentry"),
                    _link(_("Locked-out logins"), "lock", "axes.accessattempt"),
                    _link(_("Logins"), "login", "axes.accesslog"),
                ],
            },
        ],
    },
}
