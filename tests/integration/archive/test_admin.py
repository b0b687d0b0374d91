"""Retention policies in the admin panel."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from designer.archive.models import RetentionPolicy
from designer.models import AuditEntry

pytestmark = pytest.mark.django_db
URL = "/admin/archive/retentionpolicy/"


@pytest.fixture
def root():
    browser = Client()
    browser.force_login(User.objects.create_superuser("root"))
    return browser


def test_a_superuser_sets_and_deletes_policies_and_it_is_written_down(root, project):
    assert root.get(URL).status_code == 200
    assert root.get(f"{URL}add/").status_code == 200
    form = {"project": project.pk, "statuses": ["failed"], "labels": '{"a": "b"}', "keep_days": 7, "keep_newest": 3}
    assert root.post(f"{URL}add/", {**form, "enabled": "on"}).status_code == 302
    policy = RetentionPolicy.objects.get(project=project)
    assert (policy.statuses, policy.labels, policy.keep_days, policy.enabled) == (["failed"], {"a": "b"}, 7, True)
    assert root.get(f"{URL}{policy.pk}/change/").status_code == 200
    assert root.post(f"{URL}{policy.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not RetentionPolicy.objects.filter(project=project).exists()
    entries = AuditEntry.objects.filter(action__startswith="retention_policy.").order_by("pk")
    assert [entry.action.partition(".")[2] for entry in entries] == ["create", "delete"]


def test_labels_that_are_none_are_refused(root):
    answer = root.post(f"{URL}add/", {"labels": "[1]", "keep_days": 7, "keep_newest": 0})
    assert answer.status_code == 200
    assert "Labels are an object of texts" in answer.content.decode()


def test_staff_that_is_no_superuser_does_not(project):
    browser = Client()
    browser.force_login(User.objects.create_user("staff", is_staff=True))
    assert browser.get(URL).status_code == 403
