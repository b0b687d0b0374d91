"""``/deployments``: how many instances of which agent version, and where."""

from typing import cast

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.pages import CursorPages
from agentcluster.api.permissions import LoggedIn
from agents.placement.actions.deploy import deploy
from agents.placement.actions.roll_back import roll_back
from agents.placement.actions.undeploy import undeploy
from agents.placement.api.rows import Row, Sight, deployment_row, is_of_interest
from agents.placement.api.schemas import (
    DeploymentBody,
    DeploymentChangeListSerializer,
    DeploymentListSerializer,
    DeploymentSerializer,
    RollbackBody,
)
from agents.placement.models import Change, Deployment


class DeploymentsView(APIView):
    """All deployments."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="list_deployments",
        tags=["deployments"],
        responses=DeploymentListSerializer,
        parameters=[
            OpenApiParameter("agent", str),
            OpenApiParameter("all", bool, description="Those without instances, too"),
        ],
    )
    def get(self, request: Request) -> Response:
        """Return the deployments that have instances or want some, by agent; the last changed version first."""
        rows = Deployment.objects.select_related("changed_by")
        if agent := request.query_params.get("agent", ""):
            rows = rows.filter(agent=agent)
        sight = Sight()
        everything = request.query_params.get("all", "") == "true"
        shown = [deployment_row(row, sight) for row in rows if everything or is_of_interest(row, sight)]
        return Response(
            {"next": None, "previous": None, "results": shown, "live": sight.known, "live_detail": sight.detail}
        )


class DeploymentView(APIView):
    """One deployment."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="set_deployment",
        tags=["deployments"],
        request=DeploymentBody,
        responses=DeploymentSerializer,
        examples=[OpenApiExample("Three in Europe", {"replicas": 3, "where": {"region": "eu"}}, request_only=True)],
    )
    def put(self, request: Request, agent: str, version: str) -> Response:
        """Have so many instances; nodes that qualify start them, or end those that are too many. Staff only."""
        body = DeploymentBody(data=request.data)
        body.is_valid(raise_exception=True)
        row = deploy(cast(User, request.user), agent, version, **body.validated_data)
        return Response(deployment_row(row, Sight()))

    @extend_schema(operation_id="end_deployment", tags=["deployments"], responses=DeploymentSerializer)
    def delete(self, request: Request, agent: str, version: str) -> Response:
        """End all instances; calls at work finish, and they stay until another version's that start now are up."""
        row = undeploy(cast(User, request.user), agent, version)
        return Response(deployment_row(row, Sight()))


class RollbackView(APIView):
    """Replacing."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="roll_back_deployment", tags=["deployments"], request=RollbackBody, responses=DeploymentSerializer
    )
    def post(self, request: Request, agent: str) -> Response:
        """Give `version` the replicas of the agent's other versions; these end once its instances are up."""
        body = RollbackBody(data=request.data)
        body.is_valid(raise_exception=True)
        row = roll_back(cast(User, request.user), agent, body.validated_data["version"])
        return Response(deployment_row(row, Sight()))


class ChangesView(APIView):
    """History."""

    permission_classes = [LoggedIn]
    page_order = "-id"

    @extend_schema(
        operation_id="list_deployment_changes",
        tags=["deployments"],
        responses=DeploymentChangeListSerializer,
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
    )
    def get(self, request: Request, agent: str) -> Response:
        """Return what was changed in the agent's deployments, newest first."""
        rows = Change.objects.filter(deployment__agent=agent).select_related("deployment", "by")
        pages = CursorPages()
        page = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([_change_row(change) for change in page])


def _change_row(change: Change) -> Row:
    return {
        "version": change.deployment.version,
        "action": change.action,
        "replicas": change.replicas,
        "where": change.where,
        "weight": change.weight,
        "by": change.by_name or None,
        "why": change.why,
        "at": change.at,
    }
