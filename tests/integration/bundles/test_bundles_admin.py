"""Bundles and signing keys in the admin panel."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agents.bundles import state
from agents.bundles.models import Bundle, Refusal, SigningKey
from designer.models import AuditEntry
from tests.unit.bundles.making import HOSTILE, PUBLIC, good

pytestmark = pytest.mark.django_db(transaction=True)
LIST, ADD = "/admin/bundles/bundle/", "/admin/bundles/bundle/add/"


@pytest.fixture
def admin():
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def staff():
    client = Client()
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    return client


def upload(client: Client, data: bytes):
    return client.post(ADD, {"file": SimpleUploadedFile("a.zip", data, "application/zip")}, follow=True)


def decide(client: Client, how: str, *bundles: Bundle):
    body = {"action": how, "_selected_action": [bundle.pk for bundle in bundles]}
    return client.post(LIST, body, follow=True).content.decode()


def test_a_bundle_is_uploaded_looked_at_and_approved(admin, author):
    assert b"agent.yaml at its root" in admin.get(ADD).content
    answer = upload(admin, good())
    assert answer.status_code == 200
    bundle = Bundle.objects.get()
    assert (bundle.agent, bundle.status, bundle.uploaded_by.username) == ("word-count", "quarantined", "root")
    assert "Count words" in admin.get(LIST).content.decode()
    page = admin.get(f"/admin/bundles/bundle/{bundle.pk}/change/").content.decode()
    assert "No path stands there twice." in page
    assert f"/api/v1/bundles/{bundle.digest}/files/words/list.txt" in page
    assert "1 bundle was changed." in decide(admin, "approve", bundle)
    assert state.allowed(bundle.identity)
    assert "1 bundle was changed." in decide(admin, "quarantine", bundle)
    assert not state.allowed(bundle.identity)
    page = admin.get(f"/admin/bundles/bundle/{bundle.pk}/change/").content.decode()
    assert page.count("quarantined") > 1
    assert AuditEntry.objects.filter(action__startswith="bundle.").count() == 3


def test_what_is_refused_tells_every_fault(admin):
    page = upload(admin, HOSTILE["up"].make()).content.decode()
    assert "../../etc/cron.d/evil: The path leads out of the bundle" in page
    assert Bundle.objects.count() == 0
    assert Refusal.objects.get().by.username == "root"
    assert AuditEntry.objects.get(action="bundle.refuse").user.username == "root"


def test_one_that_cannot_be_decided_does_not_hold_up_the_others(admin, author):
    for version in ("1.0.0", "2.0.0", "3.0.0"):
        author.upload(good(version=version, network="full" if version == "3.0.0" else "none"))
    page = decide(admin, "approve_with_network", *Bundle.objects.all())
    assert "1 bundle was changed." in page
    assert page.count("does not ask for the network") == 2
    assert [bundle.version for bundle in Bundle.objects.filter(status="approved", network_granted=True)] == ["3.0.0"]
    assert "2 bundles were changed." in decide(admin, "reject", *Bundle.objects.exclude(status="approved"))


def test_nobody_changes_or_deletes(admin, author):
    author.upload(good())
    bundle = Bundle.objects.get()
    assert admin.get(f"/admin/bundles/bundle/{bundle.pk}/delete/").status_code == 403
    assert admin.post(f"/admin/bundles/bundle/{bundle.pk}/change/", {"agent": "x"}).status_code == 403


def test_staff_need_permission_for_keys_and_not_for_bundles(staff, author):
    author.upload(good())
    bundle = Bundle.objects.get()
    assert "1 bundle was changed." in decide(staff, "approve", bundle)
    assert staff.get("/admin/bundles/signingkey/").status_code == 403
    assert staff.post("/admin/bundles/signingkey/add/", {"name": "R", "public_key": PUBLIC}).status_code == 403
    clerk = User.objects.get(username="clerk")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["add_signingkey", "view_signingkey"]))
    staff.post("/admin/bundles/signingkey/add/", {"name": "R", "public_key": PUBLIC})
    assert SigningKey.objects.get().created_by == clerk


def test_keys(admin):
    page = admin.post("/admin/bundles/signingkey/add/", {"name": "R", "public_key": "nonsense"})
    assert b"32 bytes in base64" in page.content
    admin.post("/admin/bundles/signingkey/add/", {"name": "Release", "public_key": PUBLIC})
    key = SigningKey.objects.get()
    assert "Release" in admin.get("/admin/bundles/signingkey/").content.decode()
    again = admin.post("/admin/bundles/signingkey/add/", {"name": "Again", "public_key": PUBLIC})
    assert again.status_code == 200
    assert SigningKey.objects.count() == 1
    admin.post(f"/admin/bundles/signingkey/{key.pk}/delete/", {"post": "yes"})
    assert SigningKey.objects.count() == 0
    actions = AuditEntry.objects.filter(action__startswith="signing_key.").values_list("action", flat=True)
    assert sorted(actions) == ["signing_key.add", "signing_key.remove"]
