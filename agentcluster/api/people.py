"""``GET /projects/{id}/people``: whom a step may ask."""

from typing import Any, cast

from django.contrib.auth.models import Group, User
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.permissions import LoggedIn
from agentcluster.security.models import Project, Role
from agentcluster.security.permissions import Action, require

MOST = 500
"""People and groups answered at most: this fills suggestions, it is no directory."""


class PersonSerializer(serializers.Serializer[Any]):
    """A member of a project."""

    username = serializers.CharField()
    name = serializers.CharField(help_text="The full name; the user name where there is none")
    role = serializers.ChoiceField(choices=Role.choices)


class PeopleSerializer(serializers.Serializer[Any]):
    """The members of a project, and the groups they are in, both by name."""

    people = PersonSerializer(many=True)
    groups = serializers.ListField(child=serializers.CharField())


class PeopleView(APIView):
    """The people of a project."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="list_people", responses=PeopleSerializer, tags=["me"])
    def get(self, request: Request, project_id: int) -> Response:
        """List the active members of a project and the groups they are in: whom an approval may name. 500 at most."""
        project = get_object_or_404(Project, pk=project_id)
        require(cast(User, request.user), Action.VIEW, project)
        members = project.memberships.filter(user__is_active=True).select_related("user").order_by("user__username")
        groups = Group.objects.filter(user__memberships__project=project, user__is_active=True).distinct()
        people = [
            {
                "username": member.user.get_username(),
                "name": member.user.get_full_name() or member.user.get_username(),
                "role": member.role,
            }
            for member in members[:MOST]
        ]
        names = list(groups.order_by("name").values_list("name", flat=True)[:MOST])
        return Response({"people": people, "groups": names})
