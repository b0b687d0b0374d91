"""Placement's part of ``/api/v1/``."""

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view

from agents.placement.api.deployments import ChangesView, DeploymentsView, DeploymentView, RollbackView
from agents.placement.api.operations import (
    DrainView,
    EndedView,
    InstanceActionView,
    LogsView,
    MigrateView,
    NodeView,
    StopView,
)


@extend_schema_view(post=extend_schema(operation_id="restart_instance"))
class RestartView(InstanceActionView):
    """Ends an instance and starts another in its place, on the same node."""

    action = "restart"


@extend_schema_view(post=extend_schema(operation_id="stop_instance"))
class StopInstanceView(InstanceActionView):
    """Ends an instance; one of a deployment is started again by a node that qualifies."""

    action = "stop"


urlpatterns = [
    path("deployments", DeploymentsView.as_view(), name="api-deployments"),
    path("deployments/<slug:agent>/rollback", RollbackView.as_view()),
    path("deployments/<slug:agent>/changes", ChangesView.as_view()),
    path("deployments/<slug:agent>/<str:version>", DeploymentView.as_view()),
    path("nodes/<slug:node>", NodeView.as_view(), name="api-node"),
    path("nodes/<slug:node>/drain", DrainView.as_view()),
    path("nodes/<slug:node>/stop", StopView.as_view()),
    path("instances/ended", EndedView.as_view()),
    path("instances/<slug:instance>/restart", RestartView.as_view()),
    path("instances/<slug:instance>/migrate", MigrateView.as_view()),
    path("instances/<slug:instance>/stop", StopInstanceView.as_view()),
    path("instances/<slug:instance>/logs", LogsView.as_view()),
]
