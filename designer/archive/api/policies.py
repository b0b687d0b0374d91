"""How long runs are kept: read, set, try out."""

from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.errors import NotFoundError
from agentcluster.security.permissions import visible_projects
from designer.actions.delete_retention_policy import delete_retention_policy
from designer.actions.save_retention_policy import require_owner, save_retention_policy
from designer.api.finding import find_project, user_of
from designer.api.parsers import BoundedJSONParser
from designer.archive.expiry import TERMINAL, Expiry, policies, policy_of
from designer.archive.models import RetentionPolicy

MAX_COUNT: Final = 100_000
"""A preview counts so far."""
MAX_DAYS: Final = 36_500
_EXAMPLE: Final = OpenApiExample(
    "Keep failed runs longer",
    {"project": "sales", "statuses": ["failed"], "keep_days": 365, "keep_newest": 10, "labels": {}},
    request_only=True,
)


class PolicySchema(serializers.Serializer[Any]):
    """A retention policy."""

    id = serializers.IntegerField(read_only=True)
    project = serializers.SlugField(
        source="project.slug", default=None, allow_null=True, help_text="Null: all projects"
    )
    statuses = serializers.ListField(
        child=serializers.ChoiceField(sorted(TERMINAL)), default=list, help_text="How the runs ended; empty: in any way"
    )
    labels = serializers.DictField(
        child=serializers.CharField(max_length=200), default=dict, help_text="Labels the runs have, all of them"
    )
    keep_days = serializers.IntegerField(
        min_value=0, max_value=MAX_DAYS, allow_null=True, help_text="Days after the end; null: for ever"
    )
    keep_newest = serializers.IntegerField(
        min_value=0, max_value=MAX_COUNT, default=0, help_text="So many of each workflow's newest are kept in any case"
    )
    enabled = serializers.BooleanField(default=True)


class Preview(serializers.Serializer[Any]):
    """What a policy would delete now."""

    runs = serializers.IntegerField(help_text="Runs it would delete now")
    more = serializers.BooleanField(help_text="Whether there are more than were counted")


class PoliciesView(GenericAPIView[RetentionPolicy]):
    """The policies you see: those of your projects and those for all."""

    serializer_class = PolicySchema
    queryset = RetentionPolicy.objects.none()
    parser_classes = [BoundedJSONParser]
    page_order = "id"

    @extend_schema(operation_id="list_retention_policies", responses=PolicySchema(many=True), tags=["retention"])
    def get(self, request: Request) -> Response:
        """List policies. Of those that match a run its project's stand before the others; the longest one decides."""
        page = self.paginate_queryset(_visible(request))
        return self.get_paginated_response(PolicySchema(page or [], many=True).data)

    @extend_schema(
        operation_id="create_retention_policy",
        request=PolicySchema,
        responses={201: PolicySchema},
        examples=[_EXAMPLE],
        tags=["retention"],
    )
    def post(self, request: Request) -> Response:
        """Add a policy: as an owner of its project, or for all projects as a superuser."""
        policy, changes = RetentionPolicy(), _changes(request)
        policy.project = changes.pop("project", None)
        saved = save_retention_policy(user_of(request), policy, **changes)
        return Response(dict(PolicySchema(saved).data), status=201)


class PolicyView(APIView):
    """One policy."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(operation_id="get_retention_policy", responses=PolicySchema, tags=["retention"])
    def get(self, request: Request, policy_id: int) -> Response:
        """Read one retention policy."""
        return Response(dict(PolicySchema(_find(request, policy_id)).data))

    @extend_schema(
        operation_id="update_retention_policy", request=PolicySchema, responses=PolicySchema, tags=["retention"]
    )
    def patch(self, request: Request, policy_id: int) -> Response:
        """Change a policy; what is not named stays."""
        policy = _find(request, policy_id)
        saved = save_retention_policy(user_of(request), policy, **_changes(request, partial=True))
        return Response(dict(PolicySchema(saved).data))

    @extend_schema(operation_id="delete_retention_policy", responses={204: None}, tags=["retention"])
    def delete(self, request: Request, policy_id: int) -> Response:
        """Delete a policy. Runs that no policy is about are kept for ever."""
        delete_retention_policy(user_of(request), _find(request, policy_id))
        return Response(status=204)


class PreviewView(APIView):
    """What a policy would do."""

    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="preview_retention_policy",
        request=PolicySchema,
        responses=Preview,
        examples=[_EXAMPLE],
        tags=["retention"],
    )
    def post(self, request: Request) -> Response:
        """Count the runs that a policy would delete now, beside those there are. Nothing is changed."""
        policy = RetentionPolicy(**_changes(request))
        require_owner(user_of(request), policy.project)
        tried = policy_of(policy)
        count = 0
        for page in Expiry([*policies(), tried], timezone.now()).pages():
            count += sum(by.pk == tried.pk for _, by in page)
            if count >= MAX_COUNT:
                break
        return Response({"runs": min(count, MAX_COUNT), "more": count >= MAX_COUNT})


def _changes(request: Request, *, partial: bool = False) -> dict[str, Any]:
    body = PolicySchema(data=request.data, partial=partial)
    body.is_valid(raise_exception=True)
    given = dict(body.validated_data)
    if "project" in given:
        slug = (given["project"] or {}).get("slug")
        given["project"] = find_project(user_of(request), slug) if slug else None
    return given


def _visible(request: Request) -> Any:
    theirs = Q(project__isnull=True) | Q(project__in=visible_projects(user_of(request)))
    return RetentionPolicy.objects.select_related("project").filter(theirs)


def _find(request: Request, policy_id: int) -> RetentionPolicy:
    policy: RetentionPolicy | None = _visible(request).filter(pk=policy_id).first()
    if policy is None:
        raise NotFoundError("There is no such policy, or you may not see it.")
    return policy
