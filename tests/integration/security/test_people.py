"""Whom a step of a project may ask."""

import pytest
from django.contrib.auth.models import Group

from agentcluster.security.models import Membership, Project, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(api, project):
    def ask(user):
        api.force_authenticate(user)
        return api.get(f"/api/v1/projects/{project.pk}/people")

    return ask


def test_a_viewer_sees_the_active_members_and_their_groups(people, member):
    viewer, owner, gone = member(Role.VIEWER, "vera"), member(Role.OWNER, "otto"), member(Role.EDITOR, "gone")
    owner.first_name, owner.last_name = "Otto", "Owner"
    owner.save()
    gone.is_active = False
    gone.save()
    for name, users in {"Finance": [owner, viewer], "Left": [gone], "Nobody": []}.items():
        group = Group.objects.create(name=name)
        group.user_set.set(users)
    found = people(viewer).json()
    assert found["people"] == [
        {"username": "otto", "name": "Otto Owner", "role": "owner"},
        {"username": "vera", "name": "vera", "role": "viewer"},
    ]
    assert found["groups"] == ["Finance"]


def test_members_and_groups_of_other_projects_are_not_told(people, member):
    stranger = member(None, "sam")
    other = Project.objects.create(slug="other", name="Other")
    Membership.objects.create(project=other, user=stranger, role=Role.OWNER)
    Group.objects.create(name="Elsewhere").user_set.add(stranger)
    assert people(stranger).status_code == 404
    assert people(member(Role.VIEWER, "vera")).json() == {
        "people": [{"username": "vera", "name": "vera", "role": "viewer"}],
        "groups": [],
    }


def test_a_project_that_is_not_there_is_not_found(api, member):
    api.force_authenticate(member(Role.OWNER))
    assert api.get("/api/v1/projects/999999/people").status_code == 404
