"""People with tokens, and a client that others wrote."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from agentcluster.security import tokens
from agentcluster.security.models import Membership, Project, Role


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
