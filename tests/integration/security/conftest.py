import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from agentcluster.security.models import Membership, Project, Role


@pytest.fixture(autouse=True)
def _no_guesses_yet():
    cache.clear()


@pytest.fixture
def project(db) -> Project:
    return Project.objects.create(slug="sales", name="Sales")


@pytest.fixture
def member(project):
    def make(role: Role | None, name: str = "") -> User:
        user = User.objects.create_user(name or f"the-{role}")
        if role is not None:
            Membership.objects.create(project=project, user=user, role=role)
        return user

    return make


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)
