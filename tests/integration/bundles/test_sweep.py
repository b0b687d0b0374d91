"""Zips of rejected bundles do not stay for ever."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from agents.bundles import sweeping, tasks, zips
from agents.bundles.models import Bundle, Refusal
from agents.domain.bundle.signature import sign
from designer.models import AuditEntry
from tests.unit.bundles.making import HOSTILE, KEY, PUBLIC, files, good, pack, signed

pytestmark = pytest.mark.django_db(transaction=True)


def kept() -> set[str]:
    return {*zips.stored()}


@pytest.fixture
def at_once(settings):
    settings.BUNDLE_REJECTED_DAYS = 0


def test_the_zip_of_a_rejected_bundle_goes_and_the_rest_stays(author, reviewer, at_once):
    row = author.upload(good()).json()
    reviewer.decide(row["digest"], "reject", note="No")
    tasks.sweep_bundles()
    assert kept() == set()
    after = author.get(f"/api/v1/bundles/{row['digest']}").json()
    assert after["zip_removed_at"]
    assert (after["status"], after["note"], after["manifest"]) == ("rejected", "No", row["manifest"])
    listed = author.get(f"/api/v1/bundles/{row['digest']}/files").json()["results"]
    assert [file["path"] for file in listed] == ["agent.py", "agent.yaml", "words/list.txt"]
    assert author.get(f"/api/v1/bundles/{row['digest']}/download").json()["code"] == "zip_missing"
    [entry] = AuditEntry.objects.filter(action="bundle.remove_zip")
    assert (entry.user, entry.object_id) == (None, row["digest"])
    assert sweeping.sweep() == (0, 0, 0)


def test_uploading_it_again_brings_it_back(author, reviewer, at_once):
    row = author.upload(good()).json()
    reviewer.decide(row["digest"], "reject")
    sweeping.sweep()
    answer = reviewer.decide(row["digest"], "approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "zip_missing")
    # The same content in another zip.
    again = author.upload(pack({**files(), "agent.sig": sign(row["identity"], KEY)}))
    assert (again.status_code, again.json()["digest"], again.json()["status"]) == (200, row["digest"], "rejected")
    assert again.json()["zip_removed_at"] is None
    assert reviewer.decide(row["digest"], "approve").status_code == 200


def test_it_stays_as_long_as_it_is_set(author, reviewer, settings):
    settings.BUNDLE_REJECTED_DAYS = 30
    row = author.upload(good()).json()
    reviewer.decide(row["digest"], "reject")
    assert sweeping.sweep().rejected == 0
    # Decided long ago, but the zip came again just now.
    Bundle.objects.update(decided_at=timezone.now() - timedelta(days=31))
    assert sweeping.sweep().rejected == 0
    assert len(kept()) == 1
    settings.BUNDLE_REJECTED_DAYS = 10**12
    assert sweeping.sweep() == (0, 0, 0)


def test_what_waits_or_was_ever_approved_stays(author, reviewer, at_once):
    author.upload(good())
    once = author.upload(good(version="2.0.0")).json()["digest"]
    reviewer.decide(once, "approve")
    reviewer.decide(once, "reject")
    now = author.upload(good(version="3.0.0")).json()["digest"]
    reviewer.decide(now, "approve")
    assert sweeping.sweep().rejected == 0
    assert kept() == {*Bundle.objects.values_list("zip_digest", flat=True)}
    assert len(kept()) == 3


def test_zips_that_no_bundle_names_go(author, keeper, at_once):
    keeper.post("/api/v1/signing-keys", {"name": "Release", "public_key": PUBLIC})
    row = author.upload(good()).json()
    assert author.upload(signed(good(), row["identity"])).json()["signature"]["state"] == "trusted"
    assert len(kept()) == 2
    assert sweeping.sweep() == (0, 1, 0)
    assert kept() == {Bundle.objects.get().zip_digest}


def test_another_zip_of_the_same_content_is_not_stored(author):
    row = author.upload(good()).json()
    author.upload(signed(good(), row["identity"]))
    assert kept() == {Bundle.objects.get().zip_digest}


def test_notes_of_refused_uploads_go_too(author, settings, monkeypatch):
    for _ in range(3):
        author.upload(HOSTILE["up"].make())
    assert sweeping.sweep().refusals == 0
    monkeypatch.setattr(sweeping, "REFUSALS_MAX", 2)
    assert sweeping.sweep().refusals == 1
    settings.BUNDLE_REJECTED_DAYS = 0
    tasks.sweep_bundles()
    assert Refusal.objects.count() == 0


def test_without_any_zip_there_is_nothing_to_sweep(db):
    assert not storages["default"].exists("bundles")
    assert sweeping.sweep() == (0, 0, 0)
