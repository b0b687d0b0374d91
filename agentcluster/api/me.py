"""``GET /me``: who am I, and where may I do what."""

from typing import Any, cast

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.permissions import LoggedIn
from agentcluster.security.models import Role
from agentcluster.security.permissions import roles_of, visible_projects


class MyProjectSerializer(serializers.Serializer[Any]):
    """A project and the user's role in it."""

    id = serializers.IntegerField()
    slug = serializers.SlugField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)


class MeSerializer(serializers.Serializer[Any]):
    """The user behind the request."""

    username = serializers.CharField()
    name = serializers.CharField()
    is_staff = serializers.BooleanField()
    permissions = serializers.ListField(
        child=serializers.CharField(), help_text="What the user may change in the cluster: `bundles.add_bundle`"
    )
    projects = MyProjectSerializer(many=True)


CLUSTER_APPS = frozenset({"agents", "bundles", "contracts", "gateway", "placement", "policies", "routing"})


class MeView(APIView):
    """The user behind the request, with projects and roles."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="me", responses=MeSerializer, tags=["me"])
    def get(self, request: Request) -> Response:
        """Return the user, and the projects the user sees, by name."""
        user = cast(User, request.user)
        roles = roles_of(user)
        projects = [
            {"id": project.pk, "slug": project.slug, "name": project.name, "role": roles[project.pk].value}
            for project in visible_projects(user).order_by("name")
            if project.pk in roles
        ]
        held = sorted(one for one in user.get_all_permissions() if one.partition(".")[0] in CLUSTER_APPS)
        return Response(
            {
                "username": user.get_username(),
                "name": user.get_full_name() or user.get_username(),
                "is_staff": user.is_staff,
                "permissions": held,
                "projects": projects,
            }
        )
