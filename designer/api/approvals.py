"""What people are waited for, over all runs."""

from datetime import timedelta
from typing import Any, Final

from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet, TextField
from django.db.models.functions import Cast, Coalesce, Left
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from agentcluster.security.permissions import Action, allows, roles_of, visible
from designer.actions.approvers import may_decide
from designer.api.control_schemas import MOST_INPUT, OpenApprovalSchema
from designer.api.finding import user_of
from designer.api.step_titles import StepTitles
from designer.models import OPEN_STATUSES, OpenApproval

_FAR_AWAY: Final = timedelta(days=365 * 1000)


class ApprovalFilters(serializers.Serializer[Any]):
    """What narrows the list of open approvals."""

    mine = serializers.BooleanField(required=False, default=False)
    run = serializers.CharField(required=False, max_length=26, help_text="Id of a run")
    workflow = serializers.CharField(required=False, max_length=26, help_text="Id of a workflow")


class ApprovalsView(GenericAPIView[OpenApproval]):
    """The open approvals of the projects you are a member of."""

    serializer_class = OpenApprovalSchema
    queryset = OpenApproval.objects.none()
    page_order = ("urgency", "id")

    @extend_schema(
        operation_id="list_approvals",
        parameters=[ApprovalFilters],
        responses=OpenApprovalSchema(many=True),
        tags=["runs"],
    )
    def get(self, request: Request) -> Response:
        """List open approvals, the soonest due first, without a date the oldest first; ``mine=true``: yours to decide."""
        user = user_of(request)
        filters = ApprovalFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        asked = filters.validated_data
        rows = OpenApproval.objects.filter(run__status__in=OPEN_STATUSES).select_related(
            "run__workflow", "run__project", "run__created_by"
        )
        rows = visible(_with_urgency(rows.only(*_COLUMNS)), user, "run__project")
        lookups = {"run": "run_id", "workflow": "run__workflow_id"}
        rows = rows.filter(**{lookup: asked[name] for name, lookup in lookups.items() if name in asked})
        roles = roles_of(user)
        able = {project for project, role in roles.items() if allows(role, Action.RUN)}

        if asked["mine"]:
            known = rows.values_list("pk", "approvers", "groups", "run__project_id")
            able_to = [pk for pk, users, groups, home in known if may_decide(user, users, groups, runs=home in able)]
            rows = rows.filter(pk__in=able_to)
        page = self.paginate_queryset(rows) or []
        titles = StepTitles(row.run.version_id for row in page)
        for row in page:
            vars(row)["mine"] = may_decide(user, row.approvers, row.groups, runs=row.run.project_id in able)
            vars(row)["title"] = titles.title(row.run.version_id, row.step)
        return self.get_paginated_response(OpenApprovalSchema(page, many=True).data)


def _with_urgency(rows: QuerySet[OpenApproval]) -> QuerySet[OpenApproval]:
    """Add the moment to sort by, which is never null as a cursor has to stand on it, and the head of the run's input."""
    someday = ExpressionWrapper(F("since") + _FAR_AWAY, output_field=DateTimeField())
    head = Left(Cast("run__input", TextField()), MOST_INPUT + 1)
    return rows.annotate(urgency=Coalesce("due", someday), input_head=head)


_COLUMNS = (
    *("step", "message", "approvers", "groups", "needed", "given", "schema", "since", "due", "run__project__slug"),
    *("run__project_id", "run__version_id", "run__workflow__id", "run__workflow__name", "run__workflow__title"),
    "run__created_by__username",
)
