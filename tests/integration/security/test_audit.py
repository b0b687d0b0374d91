"""What happens to people and access stands in the audit trail."""

import pytest
from django.contrib.auth.models import User

from agentcluster.security import login_links, tokens
from agentcluster.security.models import ApiToken, Membership, Role
from designer.models import AuditEntry

pytestmark = pytest.mark.django_db


def trail(prefix):
    found = AuditEntry.objects.filter(action__startswith=prefix).order_by("id").select_related("user", "project")
    return [(entry.user and entry.user.username, entry.action, entry.title, entry.data) for entry in found]


def test_logins_by_link_and_by_password(client):
    user = User.objects.create_user("ada", password="correct horse")
    client.post(login_links.create(user))
    client.logout()
    assert client.post("/login/", {"username": "ada", "password": "correct horse"}).status_code == 302
    where = {"address": "127.0.0.1"}
    assert trail("access.login") == [
        ("ada", "access.login", "ada", {"method": "link", **where}),
        ("ada", "access.login", "ada", {"method": "password", **where}),
    ]
    assert trail("login_link") == [(None, "login_link.create", "ada", {"minutes": 15})]


def test_a_link_made_in_the_panel_names_who_made_it(admin_client):
    user = User.objects.create_user("ada")
    admin_client.post(f"/admin/auth/user/{user.pk}/login-link/")
    assert trail("login_link") == [("admin", "login_link.create", "ada", {"minutes": 15})]


def test_tokens_made_and_revoked(admin_client, admin_user):
    tokens.create(admin_user, "laptop")
    admin_client.post("/admin/security/apitoken/add/", {"user": admin_user.pk, "name": "ci", "days": "30"})
    first, second = ApiToken.objects.order_by("pk")
    admin_client.post(f"/admin/security/apitoken/{first.pk}/delete/", {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [second.pk], "post": "yes"}
    admin_client.post("/admin/security/apitoken/", chosen)
    assert not ApiToken.objects.exists()
    assert trail("token") == [
        (None, "token.create", str(first), {"owner": "admin", "days": None}),
        ("admin", "token.create", str(second), {"owner": "admin", "days": 30}),
        ("admin", "token.revoke", str(first), {"owner": "admin"}),
        ("admin", "token.revoke", str(second), {"owner": "admin"}),
    ]


def test_roles_given_changed_and_taken(admin_client, project, member):
    user = member(None, "ada")
    url = f"/admin/security/project/{project.pk}/change/"

    def save(role, **more):
        rows = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0" if role is None else "1"}
        rows["memberships-INITIAL_FORMS"] = str(Membership.objects.count())
        held = Membership.objects.first()
        row = {"user": user.pk, "role": role, "project": project.pk, "id": held.pk if held else "", **more}
        fields = {f"memberships-0-{name}": value for name, value in row.items()}
        answer = admin_client.post(url, {"name": project.name, "slug": project.slug, **rows, **fields})
        assert answer.status_code == 302, answer.content.decode()[:3000]

    save(Role.VIEWER)
    save(Role.EDITOR)
    save(Role.EDITOR, DELETE="on")
    assert trail("role") == [
        ("admin", "role.grant", "ada", {"role": "viewer"}),
        ("admin", "role.change", "ada", {"role": "editor"}),
        ("admin", "role.revoke", "ada", {"role": "editor"}),
    ]
    assert {entry.project for entry in AuditEntry.objects.filter(action__startswith="role")} == {project}
