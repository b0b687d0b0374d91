"""People who may change policies, and those who may not."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from rest_framework.test import APIClient

from agents.domain.policy import PolicySet
from agents.policies import live
from agents.registry.register import register
from agents.tools import builtin


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """No test leaves policies behind in this process."""
    monkeypatch.setattr(live, "_known", live._Known(PolicySet()))
    monkeypatch.setattr(live, "_listeners", [])


@pytest.fixture
def client_of():
    def make(user):
        client = APIClient()
        client.force_authenticate(user)
        return client

    return make


@pytest.fixture
def staff(db):
    return User.objects.create_user("ada", is_staff=True)


@pytest.fixture
def api(client_of, staff):
    return client_of(staff)


@pytest.fixture
def reader(client_of, db):
    return client_of(User.objects.create_user("rob"))


@pytest.fixture
def partner(db):
    user = User.objects.create_user("pat")
    user.groups.add(Group.objects.create(name="partners"))
    return user


@pytest.fixture
def allowed(db):
    user = User.objects.create_user("hal")
    user.user_permissions.add(Permission.objects.get(codename="add_policysetversion"))
    return user


@pytest.fixture
def registry(db):
    for manifest in builtin(["json", "text"]):
        register(manifest)


def put(client, name, number, body, **query):
    """Put a policy, having seen the set ``number``."""
    address = f"/api/v1/policies/{name}" + (f"?note={query['note']}" if query else "")
    return client.put(address, body, headers={"If-Match": f'"{number}"'})
