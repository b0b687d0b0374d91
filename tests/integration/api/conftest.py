"""People, projects, agents and clients for tests of the REST API."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from agentcluster.security.models import Membership, Project, Role
from agents.registry.register import register
from agents.tools import builtin
from tests.integration.api import graphs


@pytest.fixture
def registry(db):
    for manifest in builtin(["file-reader", "csv-parse", "http-client"]):
        register(manifest)


@pytest.fixture
def project(db):
    return Project.objects.create(slug="sales", name="Sales")


@pytest.fixture
def member(project):
    """Makes a user with a role in the project (None: in none)."""

    def make(role=Role.EDITOR, name="ada"):
        user = User.objects.create_user(name)
        if role:
            Membership.objects.create(project=project, user=user, role=role)
        return user

    return make


@pytest.fixture
def client_of():
    def make(user):
        client = APIClient()
        client.force_authenticate(user)
        return client

    return make


@pytest.fixture
def editor(member):
    return member(Role.EDITOR)


@pytest.fixture
def api(client_of, editor):
    return client_of(editor)


@pytest.fixture
def with_redis(settings, redis_url):
    settings.REDIS_URL = redis_url


@pytest.fixture
def workflow(api, registry):
    """A workflow whose draft can run, as the API answers it."""
    answer = api.post("/api/v1/workflows", {"title": "Greet", "graph": graphs.greeting()})
    assert answer.status_code == 201, answer.content
    return answer.json()


@pytest.fixture
def published(api, workflow):
    answer = api.post(f"/api/v1/workflows/{workflow['id']}/publish", {}, headers={"If-Match": '"1"'})
    assert answer.status_code == 201, answer.content
    return workflow
