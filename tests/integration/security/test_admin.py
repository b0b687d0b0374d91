"""People and access in the admin panel: for superusers only; secrets are shown once."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from agentcluster.security import tokens
from agentcluster.security.models import ApiToken, LoginLink, Membership, Project, Role

pytestmark = pytest.mark.django_db
MODELS = ["auth/user", "auth/group", "security/project", "security/apitoken", "security/loginlink", "axes/accessattempt",
          "axes/accesslog"]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens_for_a_superuser(admin_client, model, project, member):
    tokens.create(member(Role.OWNER), "laptop", days=1)
    assert admin_client.get(f"/admin/{model}/").status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_staff_with_every_permission_still_cannot_reach_access(client, model):
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    client.force_login(user)
    for action in ("", "add/", "1/change/", "1/delete/"):
        assert client.get(f"/admin/{model}/{action}").status_code in {302, 403}, action
    assert client.post(reverse("admin:auth_user_login_link", args=[user.pk])).status_code == 403


def test_a_token_is_made_shown_once_and_works(admin_client, admin_user, api):
    answer = admin_client.post("/admin/security/apitoken/add/", {"user": admin_user.pk, "name": "ci", "days": "30"})
    secret = re.search(r'<code id="secret">([^<]+)</code>', answer.content.decode())[1]
    assert "no-store" in answer["Cache-Control"]
    assert api.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    row = ApiToken.objects.get()
    assert (row.name, row.expires_at is not None) == ("ci", True)
    for page in (f"/admin/security/apitoken/{row.pk}/change/", "/admin/security/apitoken/"):
        assert secret not in admin_client.get(page).content.decode()


def test_a_token_without_days_never_expires_and_its_name_can_be_changed(admin_client, admin_user):
    admin_client.post("/admin/security/apitoken/add/", {"user": admin_user.pk, "name": "ci", "days": ""})
    row = ApiToken.objects.get()
    assert row.expires_at is None
    assert admin_client.post(f"/admin/security/apitoken/{row.pk}/change/", {"name": "ci 2"}).status_code == 302
    digest, row = row.digest, ApiToken.objects.get()
    assert (row.name, row.digest) == ("ci 2", digest)


def test_deleting_a_token_revokes_it(admin_client, admin_user, api):
    secret = tokens.create(admin_user, "ci")
    row = ApiToken.objects.get()
    admin_client.post(f"/admin/security/apitoken/{row.pk}/delete/", {"post": "yes"})
    assert api.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_a_login_link_is_made_by_a_form_not_by_looking(admin_client, client):
    user = User.objects.create_user("ada")
    where = reverse("admin:auth_user_login_link", args=[user.pk])
    assert "Make the link" in admin_client.get(where).content.decode()
    assert not LoginLink.objects.exists()
    page = admin_client.post(where).content.decode()
    link = re.search(r'<code id="secret">http://testserver([^<]+)</code>', page)[1]
    assert client.get(link).status_code == 200


def test_members_are_given_their_roles(admin_client, project):
    user = User.objects.create_user("ada")
    sent = {
        "name": "Sales", "slug": "sales", "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": user.pk, "memberships-0-role": "editor", "memberships-0-project": project.pk,
    }  # fmt: skip
    assert admin_client.post(f"/admin/security/project/{project.pk}/change/", sent).status_code == 302
    assert Membership.objects.get().role == Role.EDITOR
    assert Project.objects.get() == project


def test_a_lock_out_is_lifted_by_deleting_the_attempt(admin_client, client):
    User.objects.create_user("ada", password="correct horse battery")
    for _ in range(5):
        client.post("/login/", {"username": "ada", "password": "wrong"})
    page = admin_client.get("/admin/axes/accessattempt/").content.decode()
    assert "ada" in page
    pk = re.search(r"/admin/axes/accessattempt/(\d+)/change/", page)[1]
    admin_client.post(f"/admin/axes/accessattempt/{pk}/delete/", {"post": "yes"})
    answer = client.post("/login/", {"username": "ada", "password": "correct horse battery"})
    assert answer.status_code == 302
