"""People with tokens, and a client that others wrote."""

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from agentcluster.security import tokens
from agentcluster.security.models import Membership, Project, Role


@pytest.fixture(autouse=True)
def _redis(settings, redis_url):
    settings.REDIS_URL = redis_url


@pytest.fixture
def editor(db):
    user = User.objects.create_user("ada")
    project = Project.objects.create(slug="sales", name="Sales")
    Membership.objects.create(project=project, user=user, role=Role.EDITOR)
    return user


@pytest.fixture
def viewer(db):
    return User.objects.create_user("vera")


@pytest.fixture
def staff(db):
    """Staff with no role in any project."""
    return User.objects.create_user("sam", is_staff=True)


@pytest.fixture
def binder(db):
    """Whoever holds the permission, and is neither staff nor in a project."""
    user = User.objects.create_user("bob")
    user.user_permissions.add(Permission.objects.get(codename="bind_contract"))
    return user


@pytest.fixture
def other_editor(db):
    """Editor of another project."""
    user = User.objects.create_user("otto")
    project = Project.objects.create(slug="other", name="Other")
    Membership.objects.create(project=project, user=user, role=Role.EDITOR)
    return user


@pytest.fixture
def member(editor):
    """Viewer of the project whose editor is ``editor``."""
    user = User.objects.create_user("mia")
    Membership.objects.create(project=Project.objects.get(slug="sales"), user=user, role=Role.VIEWER)
    return user


@pytest.fixture
def administrator(db):
    return User.objects.create_superuser("root")


@pytest.fixture
def client_of():
    def make(user):
        client = APIClient()
        if user is not None:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.create(user, 'test')}")
        return client

    return make


@pytest.fixture
def api(client_of, editor):
    return client_of(editor)


@pytest.fixture
def admin_api(client_of, administrator):
    return client_of(administrator)
