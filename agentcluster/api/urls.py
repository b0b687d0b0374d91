"""``/api/``: version 1, the OpenAPI document and its page."""

from django.urls import include, path

from agentcluster.api.docs import DocsView, SchemaView
from agentcluster.api.me import MeView
from agentcluster.api.people import PeopleView

urlpatterns = [
    path("", include("designer.ascode.api.urls")),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    path("v1/me", MeView.as_view(), name="api-me"),
    path("v1/projects/<int:project_id>/people", PeopleView.as_view(), name="api-people"),
    path("v1/", include("agents.api.urls")),
    path("v1/", include("agents.contracts.api.urls")),
    path("v1/", include("agents.gateway.api.urls")),
    path("v1/", include("agents.routing.api.urls")),
    path("v1/", include("agents.placement.api.urls")),
    path("v1/", include("agents.bundles.api.urls")),
    path("v1/", include("agents.policies.api.urls")),
    path("v1/", include("designer.archive.api.urls")),
    path("v1/", include("designer.api.urls")),
    path("v1/", include("designer.triggers.api.urls")),
]
