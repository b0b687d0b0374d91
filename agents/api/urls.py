"""The registry's part of ``/api/v1/``."""

from django.urls import path

from agents.api.agents import AgentsView, AgentView
from agents.api.nodes import NodesView

urlpatterns = [
    path("agents", AgentsView.as_view(), name="api-agents"),
    path("agents/<slug:name>", AgentView.as_view(), name="api-agent"),
    path("nodes", NodesView.as_view(), name="api-nodes"),
]
