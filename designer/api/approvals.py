"""What people are waited for, over all runs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from agentcluster.security.permissions import Action, allows, roles_of, visible
from designer.actions.approvers import may_decide
from designer.api.control_schemas import OpenApprovalSchema
from designer.api.finding import user_of
from designer.models import OPEN_STATUSES, OpenApproval


class ApprovalFilters(serializers.Serializer[Any]):
    """What narrows the list of open approvals."""

    mine = serializers.BooleanField(required=False, default=False)
    run = serializers.CharField(required=False, max_length=26, help_text="Id of a run")
    workflow = serializers.CharField(required=False, max_length=26, help_text="Id of a workflow")


class ApprovalsView(GenericAPIView[OpenApproval]):
    """The open approvals of the projects you are a member of."""

    serializer_class = OpenApprovalSchema
    queryset = OpenApproval.objects.none()
    page_order = "-id"

    @extend_schema(
        operation_id="list_approvals",
        parameters=[ApprovalFilters],
        responses=OpenApprovalSchema(many=True),
        tags=["runs"],
    )
    def get(self, request: Request) -> Response:
        """List open approvals, newest first; with ``mine=true`` those that you may decide."""
        user = user_of(request)
        filters = ApprovalFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        asked = filters.validated_data
        rows = OpenApproval.objects.filter(run__status__in=OPEN_STATUSES).select_related(
            "run__workflow", "run__project", "run__created_by"
        )
        rows = visible(rows.only(*_COLUMNS), user, "run__project")
        lookups = {"run": "run_id", "workflow": "run__workflow_id"}
        rows = rows.filter(**{lookup: asked[name] for name, lookup in lookups.items() if name in asked})
        roles = roles_of(user)
        able = {project for project, role in roles.items() if allows(role, Action.RUN)}

        if asked["mine"]:
            known = rows.values_list("pk", "approvers", "groups", "run__project_id")
            able_to = [pk for pk, users, groups, home in known if may_decide(user, users, groups, runs=home in able)]
            rows = rows.filter(pk__in=able_to)
        page = self.paginate_queryset(rows) or []
        for row in page:
            vars(row)["mine"] = may_decide(user, row.approvers, row.groups, runs=row.run.project_id in able)
        return self.get_paginated_response(OpenApprovalSchema(page, many=True).data)


_COLUMNS = (
    *("step", "message", "approvers", "groups", "needed", "given", "schema", "since", "due", "run__project__slug"),
    *("run__project_id", "run__workflow__id", "run__workflow__name", "run__workflow__title"),
    "run__created_by__username",
)
