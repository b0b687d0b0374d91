"""Roles: what each may do, and what those outside a project see (nothing)."""

import pytest
from django.contrib.auth.models import AnonymousUser, User

from agentcluster.errors import ForbiddenError, NotFoundError
from agentcluster.security.models import Project, Role
from agentcluster.security.permissions import Action, allows, require, role_in, roles_of, visible, visible_projects

pytestmark = pytest.mark.django_db

MAY = {
    Role.VIEWER: {Action.VIEW},
    Role.OPERATOR: {Action.VIEW, Action.RUN, Action.CANCEL, Action.UPLOAD},
    Role.EDITOR: set(Action) - {Action.MANAGE_MEMBERS, Action.SET_RETENTION},
    Role.OWNER: set(Action),
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", list(Action))
def test_each_role_may_do_what_the_table_says(project, member, role, action):
    user = member(role)
    if action in MAY[role]:
        assert require(user, action, project) is role
    else:
        with pytest.raises(ForbiddenError) as caught:
            require(user, action, project)
        assert caught.value.data["role"] == role.value


@pytest.mark.parametrize("action", list(Action))
def test_a_stranger_cannot_even_see_the_project(project, member, action):
    with pytest.raises(NotFoundError):
        require(member(None, "stranger"), action, project)
    with pytest.raises(NotFoundError):
        require(AnonymousUser(), action, project)


def test_a_superuser_owns_every_project(project):
    admin = User.objects.create_superuser("root")
    assert role_in(admin, project) is Role.OWNER
    assert list(visible_projects(admin)) == [project]
    assert roles_of(admin) == {project.pk: Role.OWNER}


def test_an_inactive_account_has_no_role_left(project, member):
    user = member(Role.OWNER)
    user.is_active = False
    user.save()
    assert role_in(user, project) is None
    assert not visible_projects(user)
    assert roles_of(user) == {}


def test_lists_hold_only_the_projects_of_their_reader(project, member):
    Project.objects.create(slug="secret", name="Secret")
    user = member(Role.VIEWER)
    assert list(visible_projects(user)) == [project]
    assert list(visible(Project.objects.all(), user, "pk")) == [project]
    assert not visible_projects(AnonymousUser())


def test_no_role_allows_nothing():
    assert not any(allows(None, action) for action in Action)
