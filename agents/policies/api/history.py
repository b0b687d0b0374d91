"""``/policies/history``: every set there was, what differs, and the way back. ``/policies/try``: what holds for whom."""

from typing import Any

import msgspec
from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from agentcluster.api.permissions import LoggedIn
from agentcluster.api.preconditions import expected_revision
from agentcluster.errors import BadInputError, ForbiddenError
from agents.domain.policy import PolicySet, Subject
from agents.policies import store
from agents.policies.actions.roll_back import roll_back
from agents.policies.api.body import body_of, only, text
from agents.policies.api.schemas import (
    PolicySetDetail,
    PolicySetDiff,
    PolicySetRow,
    RollBackBody,
    SetSchema,
    TryAnswer,
    TryBody,
)
from agents.policies.api.views import IF_MATCH, PolicyView, changed, may_change, shown, user_of
from agents.policies.comparing import Difference, answers_for, differences
from agents.policies.models import PolicySetVersion

TAGS_MAX = 100
PART_MAX = 200


class HistoryView(GenericAPIView[PolicySetVersion]):
    """All sets, newest first."""

    permission_classes = [LoggedIn]
    serializer_class = PolicySetRow
    queryset = PolicySetVersion.objects.defer("document")
    page_order = "-number"

    @extend_schema(operation_id="list_policy_sets", responses=PolicySetRow(many=True), tags=["policies"])
    def get(self, request: Request) -> Response:
        """List who changed what and when, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(PolicySetRow(page or [], many=True).data)


class VersionView(PolicyView):
    """One set of the history."""

    @extend_schema(operation_id="get_policy_set", responses=PolicySetDetail, tags=["policies"])
    def get(self, request: Request, number: int) -> Response:
        """Return a set as it was."""
        row = store.one(number)
        policies = [shown(policy) for policy in store.as_set(row).policies]
        return Response({**PolicySetRow(row).data, "policies": policies})


class DiffView(PolicyView):
    """What differs between two sets."""

    @extend_schema(operation_id="diff_policy_sets", responses=PolicySetDiff, tags=["policies"])
    def get(self, request: Request, before: int, after: int) -> Response:
        """Return which policies were added, removed or changed, and in which fields; 0 is the set without policies."""
        found = differences(_set(before), _set(after))
        return Response({"differences": [_difference(each) for each in found]})


class RollBackView(PolicyView):
    """The way back."""

    @extend_schema(
        operation_id="roll_back_policies",
        request=RollBackBody,
        responses=SetSchema,
        parameters=[IF_MATCH],
        tags=["policies"],
    )
    def post(self, request: Request) -> Response:
        """Put the policies of an earlier set in force again, under a new number."""
        only(body_of(request), "number", "note")
        number = body_of(request).get("number")
        if type(number) is not int or not 0 <= number < 2**53:
            raise BadInputError("number is that of a set in the history; 0: no policies at all.", field="/number")
        row = roll_back(user_of(request), expected_revision(request), number, note=text(body_of(request), "note"))
        return changed(request, row)


class TryView(PolicyView):
    """Which policy holds."""

    @extend_schema(operation_id="try_policies", request=TryBody, responses=TryAnswer, tags=["policies"])
    def post(self, request: Request) -> Response:
        """Say for an agent, version, instance, region and user which policy of each kind holds, and why; nothing happens."""
        only(body_of(request), "agent", "version", "instance", "region", "user", "tags")
        parts = {name: _part(body_of(request), name) for name in ("agent", "version", "instance", "region")}
        tags = _tags(request)
        found = answers_for(store.newest(), Subject(**parts, tags=tags))
        return Response({"tags": tags, "answers": msgspec.to_builtins(found)})


def _part(body: dict[str, Any], name: str) -> str:
    value = text(body, name)
    if len(value) > PART_MAX:
        raise BadInputError(f"{name} has at most {PART_MAX} characters.", field=f"/{name}")
    return value


def _tags(request: Request) -> tuple[str, ...]:
    name = text(body_of(request), "user")
    given = body_of(request).get("tags", [])
    if name and given:
        raise BadInputError("Name either a user or tags.", field="/user")
    if not isinstance(given, list) or len(given) > TAGS_MAX or not all(isinstance(tag, str) for tag in given):
        raise BadInputError(f"tags is a list of at most {TAGS_MAX} texts.", field="/tags")
    if not name:
        return tuple(given)
    asking = user_of(request)
    if name != asking.get_username() and not may_change(asking):
        raise ForbiddenError("You may look up your own tags only; name tags instead.")
    user = User.objects.filter(username=name).first()
    if user is None:
        raise BadInputError(f"There is no user called “{name[:60]}”.", field="/user")
    return tuple(user.groups.order_by("name").values_list("name", flat=True))


def _set(number: int) -> PolicySet:
    return store.as_set(store.one(number)) if number else PolicySet()


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "name": found.name,
        "change": found.change,
        "before": shown(found.before) if found.before else None,
        "after": shown(found.after) if found.after else None,
        "fields": found.fields,
    }
