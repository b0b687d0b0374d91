"""What was refused is for operators to see: who sent what, and what was found."""

import logging

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agents.bundles.models import Bundle, Refusal
from agents.domain.bundle.limits import ZIP_MAX_BYTES
from agents.domain.bundle.report import TOLD_MAX
from designer.models import AuditEntry
from tests.unit.bundles.making import HOSTILE, MANIFEST, good, with_manifest

pytestmark = pytest.mark.django_db(transaction=True)


def refused(person, query: str = "") -> list[dict]:
    answer = person.get(f"/api/v1/bundles/refused{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


@pytest.mark.parametrize("name", HOSTILE)
def test_each_hostile_upload_is_noted(name, author, reviewer):
    author.upload(HOSTILE[name].make() or b"\n")
    [row] = refused(reviewer)
    assert (row["by"], row["code"], row["name"]) == ("author", "bundle_refused", "agent.zip")
    assert len(row["zip_digest"]) == 64
    assert row["size"] >= 0
    assert [check for check in row["checks"] if not check["ok"]]
    assert Bundle.objects.count() == 0


def test_the_operator_sees_who_sent_which_zip_and_why(author, reviewer, caplog):
    with caplog.at_level(logging.WARNING, logger="agents.bundles"):
        problem = author.upload(HOSTILE["up"].make()).json()
    [row] = refused(reviewer)
    assert row["message"] == problem["detail"]
    assert row["checks"] == problem["checks"]
    assert not row["dry_run"]
    [entry] = AuditEntry.objects.filter(action="bundle.refuse")
    assert (entry.user.username, entry.object_id) == ("author", row["zip_digest"])
    assert entry.data == {"code": "bundle_refused", "checks": ["paths"], "dry_run": False}
    assert f"author sent was refused (bundle_refused: paths), SHA-256 {row['zip_digest']}" in caplog.text


def test_a_dry_run_leaves_a_trace_too(author, reviewer):
    author.upload(HOSTILE["up"].make(), dry_run="true")
    [row] = refused(reviewer)
    assert row["dry_run"]
    assert AuditEntry.objects.get(action="bundle.refuse").data["dry_run"] is True


def test_a_version_that_is_taken_is_noted_with_its_name(author, reviewer):
    author.upload(good())
    author.upload(good(title="Other words"))
    [row] = refused(reviewer)
    assert (row["code"], row["bundle"]) == ("version_taken", "word-count@1.0.0")


def test_what_was_cut_off_is_noted_without_its_hash(author, reviewer):
    assert author.upload(b"PK\x03\x04" + bytes(ZIP_MAX_BYTES)).status_code == 413
    [row] = refused(reviewer)
    assert (row["by"], row["code"], row["zip_digest"], row["size"]) == ("author", "too_large", None, None)
    assert AuditEntry.objects.get(action="bundle.refuse").user.username == "author"


def test_what_is_kept_of_one_upload_is_bounded(author, reviewer):
    lines = "\n".join(f"unknown_{number}_{'x' * 3000}: 1" for number in range(200))
    assert author.upload(with_manifest(MANIFEST + lines + "\n")).status_code == 422
    [row] = refused(reviewer)
    assert len(row["checks"]) <= TOLD_MAX + 30
    assert all(len(check["message"]) <= 500 and len(check["path"]) <= 250 for check in row["checks"])


def test_nul_and_control_characters_are_not_kept(author, reviewer):
    author.upload(HOSTILE["NUL"].make())
    [row] = refused(reviewer)
    assert "\0" not in str(row)


def test_who_decides_sees_all_others_their_own(author, reviewer, person):
    other = person("other", "add_bundle")
    author.upload(HOSTILE["up"].make())
    other.upload(b"no zip")
    assert {row["by"] for row in refused(reviewer)} == {"author", "other"}
    assert [row["by"] for row in refused(reviewer, "?by=author")] == ["author"]
    assert [row["by"] for row in refused(other)] == ["other"]
    assert refused(other, "?by=author") == []
    assert len(refused(reviewer, "?limit=1")) == 1
    assert reviewer.get("/api/v1/bundles/refused?by=%00").status_code == 400
    assert Client().get("/api/v1/bundles/refused").status_code in (401, 403)


def test_the_admin_panel_shows_them(author):
    author.upload(HOSTILE["up"].make())
    admin = Client()
    admin.force_login(User.objects.create_superuser("root"))
    refusal = Refusal.objects.get()
    assert "paths" in admin.get("/admin/bundles/refusal/").content.decode()
    page = admin.get(f"/admin/bundles/refusal/{refusal.pk}/change/").content.decode()
    assert "The path leads out of the bundle" in page
    assert refusal.zip_digest in page
    assert admin.post(f"/admin/bundles/refusal/{refusal.pk}/delete/").status_code == 403


def test_what_was_decided_is_told_newest_first(author, reviewer, stranger):
    row = author.upload(good(network="full")).json()
    path = f"/api/v1/bundles/{row['digest']}/decisions"
    assert stranger.get(path).json()["results"] == []
    reviewer.decide(row["digest"], "approve", network=True, note="Looks fine")
    reviewer.decide(row["digest"], "quarantine", note="It phones home")
    told = stranger.get(path).json()["results"]
    assert [(each["status"], each["network_granted"], each["by"], each["note"]) for each in told] == [
        ("quarantined", False, "reviewer", "It phones home"),
        ("approved", True, "reviewer", "Looks fine"),
    ]
    assert told[0]["at"] >= told[1]["at"]
    assert stranger.get(f"/api/v1/bundles/{'0' * 64}/decisions").status_code == 404
